/* sentry/mem/mmap.c - file mappings, see mmap.h */
#include "sentry/mem/mmap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "platform/stub/stub_abi.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/fdtable.h"
#include "sentry/mem/mapnames.h"
#include "sentry/task.h"
#include "sentry/task_exec.h"

#define MAP_TYPE_MASK 0x0f
/* What the host may see in the flags of a file or shared mapping. */
#define HOST_MAP_FLAGS                                                                             \
	(MAP_TYPE_MASK | MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_ANONYMOUS | MAP_NORESERVE |         \
	 MAP_STACK | MAP_POPULATE | MAP_NONBLOCK | MAP_DENYWRITE | MAP_EXECUTABLE |                \
	 MAP_GROWSDOWN | MAP_SYNC)

/* MAP_LOCKED as mlock(2): checked against the guest's limit; the host locks as far as its own limit
 * goes, beyond that the memory is only faulted in. */
static int check_locked(struct task *t, const uint64_t *a)
{
	uint64_t limit;

	if (!(a[3] & MAP_LOCKED) || task_has_cap(t, CAP_IPC_LOCK))
		return 0;
	limit = task_rlimit(t, RLIMIT_MEMLOCK);
	if (limit == 0)
		return -EPERM;
	return a[1] > limit ? -EAGAIN : 0;
}

bool memlock_limit_is_hosts(struct task *t)
{
	struct rlimit64 host;

	if (task_has_cap(t, CAP_IPC_LOCK) ||
	    syscall(SYS_prlimit64, t->process->host_pid, RLIMIT_MEMLOCK, NULL, &host) < 0)
		return false;
	return task_rlimit(t, RLIMIT_MEMLOCK) == host.rlim_cur;
}

static long mapped_locked(struct task *t, long result, uint64_t args[6])
{
	if (!(args[3] & MAP_LOCKED) || (result != -EAGAIN && result != -EPERM) ||
	    memlock_limit_is_hosts(t))
		return result;
	args[3] = (args[3] & ~(uint64_t)MAP_LOCKED) | MAP_POPULATE;
	return CALL_NATIVE_AGAIN;
}

/* moved: the arguments are not those of the guest's call. */
static long map_on_host(struct task *t, const uint64_t *a, bool moved)
{
	const struct platform *pf = t->kernel->platform;
	uint64_t args[6] = {a[0], a[1], a[2], a[3], a[4], a[5]};

	if (!(a[3] & MAP_LOCKED) && !moved)
		return SYS_CONTINUE;
	if (!(a[3] & MAP_LOCKED)) {
		pf->redirect(t, SYS_mmap, args);
		return SYS_DONE;
	}
	if (!pf->call_native || pf->call_native(t, SYS_mmap, args, mapped_locked) < 0) {
		mapped_locked(t, -EAGAIN, args);
		pf->redirect(t, SYS_mmap, args);
	}
	return SYS_DONE;
}

/* Calls that take no file: anonymous memory, private or shared. */
static long mmap_anonymous(struct task *t, const uint64_t *a)
{
	unsigned int flags = (unsigned int)a[3];
	unsigned int type = flags & MAP_TYPE_MASK;
	int err;

	if (type != MAP_PRIVATE && type != MAP_SHARED)
		return type == MAP_SHARED_VALIDATE && !(flags & ~HOST_MAP_FLAGS) ? SYS_CONTINUE
										 : -EINVAL;
	if (flags & MAP_HUGETLB)
		return -ENOMEM; /* the sandbox has no huge page pool */
	err = check_locked(t, a);
	return err < 0 ? err : map_on_host(t, a, false);
}

/* The checks of mmap(2) on the descriptor, before anything is installed. */
static int check_file(struct file *f, unsigned int flags, int prot)
{
	unsigned int type = flags & MAP_TYPE_MASK;

	if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE)
		return -EINVAL;
	if (!(f->mode & FMODE_READ))
		return -EACCES;
	if (type == MAP_SHARED_VALIDATE && (flags & (~HOST_MAP_FLAGS | MAP_SYNC)))
		return -EOPNOTSUPP;
	if (type != MAP_PRIVATE && (prot & PROT_WRITE) && !(f->mode & FMODE_WRITE))
		return -EACCES;
	if ((prot & PROT_EXEC) && (f->path.mnt->flags & MNT_NOEXEC))
		return -EPERM;
	return 0;
}

/* -EBADF: the guest has closed fd meanwhile. */
static int materialise_locked(struct task *t, int fd, struct file *f, const uint64_t *a)
{
	enum mmap_fd kind = MMAP_FD_KEPT;
	struct fdtable *ft = t->files;
	int host_fd, err;

	if (!f->ops->mmap)
		return -ENODEV;
	err = f->ops->mmap(f, (int)a[2], (int)a[3], a[5], a[1], &host_fd, &kind);
	if (err < 0)
		return err;
	if (t->kernel->platform->file_mapping)
		t->kernel->platform->file_mapping(t, a, host_fd);
	if (kind != MMAP_FD_OWNED && fdtable_shows(ft, fd, f, host_fd))
		return 0;
	mapname_record_file(t, host_fd, f);
	err = t->kernel->platform->install_fd(t, host_fd, fd);
	if (kind == MMAP_FD_OWNED)
		close(host_fd);
	if (err < 0)
		return err == -EBADF || err == -EMFILE ? -ENFILE : err;
	if (fdtable_mark_materialised(ft, fd, f, kind == MMAP_FD_OWNED ? -1 : host_fd,
				      kind == MMAP_FD_LASTING))
		return 0;
	mmap_neutralise_locked(t, fd);
	return -EBADF;
}

static long mmap_file(struct task *t, const uint64_t *a)
{
	uint64_t args[6] = {a[0], a[1], a[2], a[3], a[4], a[5]};
	int fd = (int)a[4], err;
	struct fdtable *ft = t->files;
	struct file *f = fd_get(t, fd);

	if (!f)
		return -EBADF;
	err = a[1] == 0 ? -EINVAL : check_file(f, (unsigned int)a[3], (int)a[2]);
	if (err == 0)
		err = check_locked(t, a);
	if (err == 0) {
		mutex_lock(&ft->host_mu);
		err = materialise_locked(t, fd, f, a);
		mutex_unlock(&ft->host_mu);
	}
	if (err == 0 && f->ops->mmap_offset)
		args[5] = f->ops->mmap_offset(f, a[5]);
	file_put(f);
	return err < 0 ? err : map_on_host(t, args, args[5] != a[5]);
}

long do_mmap(struct task *t, const uint64_t *a)
{
	unsigned int flags = (unsigned int)a[3];

	if (a[5] & 4095)
		return -EINVAL;
	if (flags & MAP_ANONYMOUS)
		return a[1] == 0 ? -EINVAL : mmap_anonymous(t, a);
	if (t->in_exec_stub)
		return a[1] == 0 ? -EINVAL : stub_mmap(t, a);
	return mmap_file(t, a);
}

int mmap_lasting_fd(struct task *t, int fd, struct file *f)
{
	enum mmap_fd kind = MMAP_FD_KEPT;
	int host_fd;

	/* With a channel the platform wants to see the mapping (file_mapping()). */
	if (t->plat.channel || !t->kernel->platform->answer_with_fd || fd > STUB_LIBRARY_FDS ||
	    !f->ops->mmap || f->ops->mmap_offset || !(f->mode & FMODE_READ) ||
	    (f->path.mnt->flags & MNT_NOEXEC) ||
	    f->ops->mmap(f, PROT_READ, MAP_PRIVATE, 0, 1, &host_fd, &kind) < 0)
		return -1;
	if (kind == MMAP_FD_OWNED)
		close(host_fd);
	return kind == MMAP_FD_LASTING ? host_fd : -1;
}

/* Marked before it is there: that is with the answer, and if a thread that guesses fd closes it first, it
 * may stay. */
bool mmap_answer_open(struct task *t, int fd, struct file *f, int host_fd)
{
	struct fdtable *ft = fdtable_get(t->files); /* t may end as soon as it is answered */
	bool same;

	mutex_lock(&ft->host_mu);
	same = fdtable_mark_materialised(ft, fd, f, host_fd, true);
	if (same) {
		mapname_record_file(t, host_fd, f);
		t->kernel->platform->answer_with_fd(t, host_fd, fd);
	}
	mutex_unlock(&ft->host_mu);
	fdtable_put(NULL, ft);
	return same;
}

/* A stand-in holds no thread in which that could be done: the host's descriptor stays until another
 * file is mapped under its number. */
void mmap_neutralise_locked(struct task *t, int fd)
{
	if (t->shadow)
		return;
	t->kernel->platform->install_fd(t, t->kernel->host_dummy_fd, fd);
}

void mmap_neutralise(struct task *t, int fd)
{
	mutex_lock(&t->files->host_mu);
	mmap_neutralise_locked(t, fd);
	mutex_unlock(&t->files->host_mu);
}
