/*
 * syscalls/sys_shm.c - shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2)
 *
 * Model: a segment is a memfd. shmat puts it under a host number that no guest descriptor has, and
 * makes the thread map it natively: the same authority as a mapping of a file of its own. The number
 * keeps the segment until the next shmat; as no guest descriptor has this number, no call of a guest
 * reaches it. shmdt finds the mapping among those of the host process and unmaps it natively.
 *
 * Differences from Linux: no huge pages (ENOMEM); SHM_LOCK locks nothing; threads whose ids are equal
 * modulo NR_NUMBERS must not attach different segments at the same moment.
 *
 * Sources: ipc/shm.c for the order of errors.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "fs/proc/sysctl.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/hostproc.h"
#include "sentry/ipc/ipc.h"
#include "syscalls/syscall.h"

#define PAGE 4096ULL
#define NR_NUMBERS 64

static struct shm_seg *seg_of(struct ipc_obj *o)
{
	return container_of(o, struct shm_seg, obj);
}

/* ---- shmget ---- */

static int new_memory(struct task *t, uint64_t size, struct file **ret)
{
	struct file *f;
	int err = tmpfs_memfd_create(t->kernel, task_cred(t), "SYSV", 0, &f);

	if (err < 0)
		return err;
	err = vfs_truncate(t, &f->path, (int64_t)((size + PAGE - 1) & ~(PAGE - 1)), f);
	if (err < 0) {
		file_put(f);
		return err == -EFBIG ? -ENOMEM : err;
	}
	*ret = f;
	return 0;
}

long sys_shmget(struct task *t, const uint64_t *a)
{
	struct ipc_params p = {.kind = IPC_KIND_SHM,
			       .key = (int)a[0],
			       .flags = (int)a[2],
			       .size = a[1],
			       .limit = (int)sysctl_get(t->kernel, SYSCTL_SHMMNI),
			       .next_id = sysctl_word(t->kernel, SYSCTL_SHM_NEXT_ID)};
	bool makes = p.key == IPC_PRIVATE || (p.flags & IPC_CREAT);
	uint64_t max = (uint64_t)sysctl_get(t->kernel, SYSCTL_SHMMAX);
	long ret;

	if (makes && (p.flags & SHM_HUGETLB))
		return -ENOMEM;
	if (makes && p.size > max)
		p.size = UINT64_MAX; /* -EINVAL if a new one is needed */
	if (makes && p.size && p.size <= IPC_SHMMAX) {
		if (p.size > INT64_MAX - PAGE)
			return -ENOSPC;
		ret = new_memory(t, p.size, &p.file);
		if (ret < 0)
			return ret;
	}
	ret = ipc_get(t, &p);
	file_put(p.file);
	return ret;
}

/* ---- shmat ---- */

/* A host number that is not a guest's descriptor; few threads share one. */
static int reserved_number(struct task *t)
{
	uint64_t top = MIN((uint64_t)FDTABLE_MAX + NR_NUMBERS, t->kernel->host_nofile);

	return (int)(top - 1 - (uint64_t)t->tid % NR_NUMBERS);
}

/* Puts the segment's memory, with the authority asked for, under the reserved number. */
static int expose(struct task *t, struct shm_seg *s, bool read_only, int at, struct statx *ret)
{
	struct file *ro = NULL, *f = s->file;
	enum mmap_fd kind = MMAP_FD_KEPT;
	int fd, err;

	if (read_only) {
		f = ro = file_new(&s->file->path, s->file->ops, O_RDONLY);
		if (ro == NULL)
			return -ENOMEM;
	}
	err = f->ops->mmap(f, PROT_READ, MAP_SHARED, 0, s->size, &fd, &kind);
	if (err == 0)
		err = t->kernel->platform->install_fd(t, fd, at);
	if (err == 0 && statx(fd, "", AT_EMPTY_PATH, STATX_INO, ret) < 0)
		err = -errno;
	if (err == 0 && kind == MMAP_FD_OWNED)
		close(fd);
	file_put(ro);
	return err;
}

/* Decode: the address and mmap's flags. */
static int shmat_flags(uint64_t *addr, int shmflg, uint64_t *ret)
{
	*ret = MAP_SHARED;
	if (*addr & (PAGE - 1)) {
		if (!(shmflg & SHM_RND))
			return -EINVAL;
		*addr &= ~(PAGE - 1);
		if (*addr == 0 && (shmflg & SHM_REMAP))
			return -EINVAL;
	}
	if (*addr)
		*ret |= shmflg & SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;
	else if (shmflg & SHM_REMAP)
		return -EINVAL;
	return 0;
}

/* SHM_REMAP: what was attached at addr is not any more. */
static void forget_replaced(struct task *t, uint64_t addr)
{
	struct hostproc_map m;

	if (hostproc_map_find(t->kernel, t->plat.host_tid, addr, &m) == 0 && m.start == addr)
		(void)shm_detach(t, makedev(m.major, m.minor), m.ino);
}

/* Is there something in the way? Linux says EINVAL for that, mmap(2) would say EEXIST. */
static int check_room(struct task *t, uint64_t addr, uint64_t len)
{
	struct hostproc_map m;
	int err = hostproc_map_find(t->kernel, t->plat.host_tid, addr, &m);

	if (err < 0)
		return err == -ENOENT ? 0 : err;
	return m.start < addr + len ? -EINVAL : 0;
}

long sys_shmat(struct task *t, const uint64_t *a)
{
	int flags = (int)a[2], at = reserved_number(t), err;
	bool read_only = flags & SHM_RDONLY;
	uint64_t addr = a[1], map_flags, args[6];
	struct ipc_obj *o;
	struct statx stx;

	if ((int)a[0] < 0)
		return -EINVAL;
	err = shmat_flags(&addr, flags, &map_flags);
	if (err < 0)
		return err;
	err = ipc_lookup(t, IPC_KIND_SHM, (int)a[0], false, &o);
	if (err < 0)
		return err;
	if (!ipc_may(t, o, (read_only ? 0444 : 0666) | (flags & SHM_EXEC ? 0111 : 0)))
		err = -EACCES;
	ipc_obj_get(o);
	ipc_unlock(t);
	args[0] = addr;
	args[1] = (seg_of(o)->size + PAGE - 1) & ~(PAGE - 1);
	args[2] = PROT_READ | (read_only ? 0 : PROT_WRITE) | (flags & SHM_EXEC ? PROT_EXEC : 0);
	args[3] = map_flags;
	args[4] = (uint64_t)at;
	args[5] = 0;
	if (err == 0 && addr && !(flags & SHM_REMAP))
		err = check_room(t, addr, args[1]);
	if (err == 0)
		err = expose(t, seg_of(o), read_only, at, &stx);
	if (err == 0 && (flags & SHM_REMAP))
		forget_replaced(t, addr);
	if (err == 0)
		err = shm_attach(t, o, makedev(stx.stx_dev_major, stx.stx_dev_minor), stx.stx_ino);
	ipc_obj_put(o);
	if (err < 0)
		return err;
	t->kernel->platform->redirect(t, SYS_mmap, args);
	return SYS_DONE;
}

long sys_shmdt(struct task *t, const uint64_t *a)
{
	uint64_t args[6] = {a[0], 0, 0, 0, 0, 0};
	struct hostproc_map m;

	if (a[0] & (PAGE - 1))
		return -EINVAL;
	if (hostproc_map_find(t->kernel, t->plat.host_tid, a[0], &m) < 0 || m.start != a[0])
		return -EINVAL;
	args[1] = shm_detach(t, makedev(m.major, m.minor), m.ino);
	if (args[1] == 0)
		return -EINVAL;
	t->kernel->platform->redirect(t, SYS_munmap, args);
	return SYS_DONE;
}

/* ---- shmctl ---- */

static long shm_info_limits(struct task *t, uaddr_t buf)
{
	struct ipc_ns *ns = ipc_ns_of(t->kernel);
	struct shminfo info = {
		.shmmax = IPC_SHMMAX,
		.shmmin = 1,
		.shmmni = IPC_SHMMNI,
		.shmseg = IPC_SHMMNI,
		.shmall = IPC_SHMMAX,
	};
	int highest;

	if (ns == NULL)
		return -ENOMEM;
	mutex_lock(&ns->mu);
	highest = ipc_highest(&ns->tables[IPC_KIND_SHM]);
	mutex_unlock(&ns->mu);
	return copy_out_obj(t, buf, &info) < 0 ? -EFAULT : highest;
}

static long shm_info_use(struct task *t, uaddr_t buf)
{
	struct ipc_ns *ns = ipc_ns_of(t->kernel);
	struct shm_info info = {0};
	int highest;

	if (ns == NULL)
		return -ENOMEM;
	mutex_lock(&ns->mu);
	highest = ipc_highest(&ns->tables[IPC_KIND_SHM]);
	info.used_ids = ns->tables[IPC_KIND_SHM].used;
	info.shm_tot = ns->shm_pages;
	info.shm_rss = ns->shm_pages;
	mutex_unlock(&ns->mu);
	return copy_out_obj(t, buf, &info) < 0 ? -EFAULT : highest;
}

static long shm_stat(struct task *t, int id, int cmd, uaddr_t buf)
{
	struct shmid_ds ds = {0};
	struct shm_seg *s;
	struct ipc_obj *o;
	long ret = ipc_lookup(t, IPC_KIND_SHM, id, cmd != IPC_STAT, &o);

	if (ret < 0)
		return ret;
	if (cmd != SHM_STAT_ANY && !ipc_may(t, o, 0444))
		ret = -EACCES;
	s = seg_of(o);
	ipc_fill_perm(o, &ds.shm_perm);
	ds.shm_segsz = s->size;
	ds.shm_atime = s->atime;
	ds.shm_dtime = s->dtime;
	ds.shm_ctime = o->ctime;
	ds.shm_cpid = s->cpid;
	ds.shm_lpid = s->lpid;
	ds.shm_nattch = s->nattch;
	if (ret == 0 && cmd != IPC_STAT)
		ret = o->id;
	ipc_unlock(t);
	return ret >= 0 && copy_out_obj(t, buf, &ds) < 0 ? -EFAULT : ret;
}

static long shm_change(struct task *t, int id, int cmd, uaddr_t buf)
{
	struct shmid_ds ds;
	struct ipc_obj *o;
	bool gone = false;
	int err;

	if (cmd == IPC_SET && copy_in_obj(t, &ds, buf) < 0)
		return -EFAULT;
	err = ipc_lookup(t, IPC_KIND_SHM, id, false, &o);
	if (err < 0)
		return err;
	if (!ipc_may_control(t, o)) {
		err = -EPERM;
	} else if (cmd == IPC_SET) {
		err = ipc_set_perm(o, &ds.shm_perm);
		if (err == 0)
			o->ctime = ipc_now();
	} else {
		shm_rmid_locked(ipc_ns_peek(t->kernel), o);
		gone = o->deleted;
	}
	ipc_unlock(t);
	if (gone)
		ipc_obj_put(o);
	return err;
}

static long shm_lock(struct task *t, int id, bool lock)
{
	bool may_lock = task_rlimit(t, RLIMIT_MEMLOCK) != 0;
	uint32_t euid = task_cred(t)->euid;
	struct ipc_obj *o;
	int err = ipc_lookup(t, IPC_KIND_SHM, id, false, &o);

	if (err < 0)
		return err;
	if (!task_has_cap(t, CAP_IPC_LOCK)) {
		if (euid != o->uid && euid != o->cuid)
			err = -EPERM;
		else if (lock && !may_lock)
			err = -EPERM;
	}
	if (err == 0)
		o->mode = lock ? o->mode | SHM_LOCKED : o->mode & ~(uint32_t)SHM_LOCKED;
	ipc_unlock(t);
	return err;
}

long sys_shmctl(struct task *t, const uint64_t *a)
{
	int id = (int)a[0], cmd = (int)a[1];

	if (id < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO: return shm_info_limits(t, a[2]);
	case SHM_INFO: return shm_info_use(t, a[2]);
	case IPC_STAT:
	case SHM_STAT:
	case SHM_STAT_ANY: return shm_stat(t, id, cmd, a[2]);
	case IPC_SET:
	case IPC_RMID: return shm_change(t, id, cmd, a[2]);
	case SHM_LOCK:
	case SHM_UNLOCK: return shm_lock(t, id, cmd == SHM_LOCK);
	}
	return -EINVAL;
}
