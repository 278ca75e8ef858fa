/*
 * syscalls/sys_memory.c - memory calls: mmap(2), mremap(2), mlock(2), ... and those on the
 * forwarded list
 *
 * Model: the address space is the host's. Calls on the forwarded list reach the sentry only with
 * arguments outside the allowed values, or under --forward=none; each handler therefore checks for
 * itself what may go on natively and answers the rest.
 *
 * mlock: the guest's limit is checked here; then the host locks as far as its own limit goes. Beyond
 * that the call succeeds without locking (memory of a sandbox is not swapped apart from its cgroup's).
 */
#include <linux/mman.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/proc/procfs.h"
#include "platform/platform.h"
#include "sentry/hostproc.h"
#include "sentry/mem/mmap.h"
#include "syscalls/syscall.h"

#define PAGE_MASK 4095UL

long sys_mmap(struct task *t, const uint64_t *a)
{
	return do_mmap(t, a);
}

long sys_munmap(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_brk(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_mprotect(struct task *t, const uint64_t *a)
{
	(void)t;
	/* GROWSDOWN and GROWSUP only widen the range within the mapping. */
	if (a[2] & ~(uint64_t)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN |
			       PROT_GROWSUP))
		return -EINVAL;
	return SYS_CONTINUE;
}

long sys_mremap(struct task *t, const uint64_t *a)
{
	unsigned int flags = (unsigned int)a[3];

	(void)t;
	if (flags & ~(unsigned int)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP))
		return -EINVAL;
	/* old_size 0 would duplicate a shared mapping: fine for Linux, a second authority here. The
	 * host rounds it up to whole pages, which may overflow to 0. */
	if (a[1] == 0 || a[1] > USER_ADDR_MAX || (flags & MREMAP_DONTUNMAP))
		return -EINVAL;
	return SYS_CONTINUE;
}

long sys_madvise(struct task *t, const uint64_t *a)
{
	int advice = (int)a[2];

	(void)t;
	switch (advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_FREE:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DONTDUMP:
	case MADV_DODUMP:
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
	case MADV_COLD:
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE: return SYS_CONTINUE;
	case MADV_MERGEABLE: /* shared pages tell on neighbours */
	case MADV_UNMERGEABLE:
	case MADV_PAGEOUT: return a[0] & PAGE_MASK ? -EINVAL : 0;
	case MADV_REMOVE: /* would punch holes through the mapping's fd */ return -EINVAL;
	case MADV_HWPOISON:
	case MADV_SOFT_OFFLINE: return -EPERM;
	}
	return -EINVAL;
}

/* Other pages of a file that is mapped already: its descriptor had the authority for all of them. */
long sys_remap_file_pages(struct task *t, const uint64_t *a)
{
	(void)t;
	return (int)a[2] == 0 ? SYS_CONTINUE : -EINVAL;
}

long sys_msync(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_mincore(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

static bool may_lock(struct task *t, uint64_t len)
{
	uint64_t limit = task_rlimit(t, RLIMIT_MEMLOCK);

	return task_has_cap(t, CAP_IPC_LOCK) || len <= limit;
}

/* The host locks as far as its own limit goes; what it refuses for that limit is the guest's all the
 * same. Its ENOMEM may also mean a hole in the range. */
static bool over_host_limit(struct task *t, uint64_t size)
{
	struct rlimit64 host;
	char buf[4096], *p;
	ssize_t n;

	if (syscall(SYS_prlimit64, t->process->host_pid, RLIMIT_MEMLOCK, NULL, &host) < 0)
		return false;
	n = hostproc_read(t->kernel, t->plat.host_tid, "status", buf, sizeof(buf) - 1);
	if (n <= 0)
		return false;
	buf[n] = '\0';
	p = strstr(buf, "VmLck:");
	return p && (strtoull(p + 6, NULL, 10) << 10) + size > host.rlim_cur;
}

static long range_locked(struct task *t, long result, uint64_t args[6])
{
	uint64_t size = (args[1] + (args[0] & PAGE_MASK) + PAGE_MASK) & ~PAGE_MASK;
	char probe;

	if ((result != -ENOMEM && result != -EPERM && result != -EAGAIN) ||
	    memlock_limit_is_hosts(t) || !over_host_limit(t, size))
		return result;
	/* Both ends are mapped, as far as can be seen from here? */
	if (copy_in(t, &probe, args[0], 1) < 0 || copy_in(t, &probe, args[0] + args[1] - 1, 1) < 0)
		return -ENOMEM;
	return 0;
}

static long all_locked(struct task *t, long result, uint64_t args[6])
{
	(void)t;
	(void)args;
	/* All there is: no hole can be in the way. */
	return result == -ENOMEM || result == -EPERM || result == -EAGAIN ? 0 : result;
}

static long lock_native(struct task *t, int nr, const uint64_t *a,
			long (*done)(struct task *t, long result, uint64_t args[6]))
{
	uint64_t args[6] = {a[0], a[1], a[2], 0, 0, 0};

	if (!t->kernel->platform->call_native ||
	    t->kernel->platform->call_native(t, nr, args, done) < 0)
		return done(t, -ENOMEM, args);
	return SYS_DONE;
}

static long do_mlock(struct task *t, int nr, const uint64_t *a)
{
	uint64_t start = a[0], len = a[1];
	uint64_t size = (len + (start & PAGE_MASK) + PAGE_MASK) & ~PAGE_MASK;

	if (!task_has_cap(t, CAP_IPC_LOCK) && task_rlimit(t, RLIMIT_MEMLOCK) == 0)
		return -EPERM;
	if (!may_lock(t, size))
		return -ENOMEM;
	if (start + size < start)
		return -EINVAL;
	return lock_native(t, nr, a, range_locked);
}

long sys_mlock(struct task *t, const uint64_t *a)
{
	return do_mlock(t, SYS_mlock, a);
}

long sys_mlock2(struct task *t, const uint64_t *a)
{
	if ((int)a[2] & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(t, SYS_mlock2, a);
}

long sys_munlock(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_mlockall(struct task *t, const uint64_t *a)
{
	int flags = (int)a[0];

	if (flags == 0 || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) ||
	    flags == MCL_ONFAULT)
		return -EINVAL;
	if (!task_has_cap(t, CAP_IPC_LOCK)) {
		uint64_t limit = task_rlimit(t, RLIMIT_MEMLOCK);

		if (limit == 0)
			return -EPERM;
		if ((flags & MCL_CURRENT) && limit != RLIM64_INFINITY)
			return -ENOMEM;
	}
	/* MCL_FUTURE would make later calls fail at the host's limit, which is not the guest's. */
	if (!(flags & MCL_CURRENT))
		return 0;
	return lock_native(t, SYS_mlockall, (const uint64_t[3]){a[0] & ~(uint64_t)MCL_FUTURE},
			   all_locked);
}

long sys_munlockall(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_membarrier(struct task *t, const uint64_t *a)
{
	int cmd = (int)a[0];

	(void)t;
	if ((unsigned int)a[1] & ~1U)
		return -EINVAL;
	/* QUERY tells of what the host has; what it has not, and bits that are no command, it refuses. */
	return cmd >= 0 && cmd <= 1023 ? SYS_CONTINUE : -EINVAL;
}

long sys_pkey_mprotect(struct task *t, const uint64_t *a)
{
	return (int)a[3] == -1 ? sys_mprotect(t, a) : -EINVAL;
}

long sys_pkey_alloc(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return -ENOSPC; /* as on a processor without protection keys */
}

long sys_pkey_free(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return -EINVAL;
}

/* ---- process_vm_readv, process_vm_writev: between guests, by the sentry ---- */

/* What one call moves. */
struct vm_pieces {
	struct iovec local_inline[8], remote_inline[8], *local, *remote;
	size_t total_local, total_remote;
};

static int vm_pieces_get(struct task *t, const uint64_t *a, struct vm_pieces *v)
{
	int err;

	v->local = v->local_inline;
	v->remote = v->remote_inline;
	err = copy_in_iov(t, a[1], a[2], v->local_inline, 8, &v->local, &v->total_local);
	if (err < 0 || v->total_local == 0)
		return err;
	return copy_in_iov(t, a[3], a[4], v->remote_inline, 8, &v->remote, &v->total_remote);
}

static void vm_pieces_put(struct vm_pieces *v)
{
	if (v->local != v->local_inline)
		mem_free(v->local);
	if (v->remote != v->remote_inline)
		mem_free(v->remote);
}

static long vm_copy(struct task *t, struct task *other, unsigned int program, const uint64_t *a,
		    const struct vm_pieces *v, bool write)
{
	struct uio l;
	char buf[4096];
	long done = 0;

	uio_init_iov(&l, t, v->local, a[2], v->total_local);
	for (size_t i = 0; i < a[4] && l.left; i++) {
		uaddr_t at = (uaddr_t)v->remote[i].iov_base;
		size_t left = v->remote[i].iov_len;

		while (left && l.left) {
			size_t n = MIN(MIN(left, l.left), sizeof(buf)), moved;
			ssize_t got;

			if (write) {
				moved = uio_read(&l, buf, n);
				got = moved ? foreign_write(other, program, at, buf, moved)
					    : -EFAULT;
			} else {
				got = foreign_read(other, program, buf, at, n);
				moved = got > 0 ? uio_write(&l, buf, (size_t)got) : 0;
				if (got > 0 && moved == 0)
					got = -EFAULT;
			}
			if (got <= 0)
				return done ? done : -EFAULT;
			done += got;
			at += (size_t)got;
			left -= (size_t)got;
			if ((size_t)got < n)
				return done;
		}
	}
	return done;
}

/* The target is looked at only if there is something to move. */
static long process_vm(struct task *t, const uint64_t *a, bool write)
{
	struct task *other = NULL;
	struct vm_pieces v = {0};
	unsigned int program;
	long r;

	if (a[5] != 0)
		return -EINVAL;
	r = vm_pieces_get(t, a, &v);
	if (r < 0 || v.total_local == 0 || v.total_remote == 0)
		goto out;
	other = task_by_tid(t->kernel, (pid_t)a[0]);
	if (!other) {
		r = -ESRCH;
		goto out;
	}
	program = foreign_program(other);
	/* A process in the stub takes orders from what it finds in its memory: nobody else's. */
	if (other->in_exec_stub || ptrace_may_access(t, other, true) < 0)
		r = -EPERM;
	else
		r = vm_copy(t, other, program, a, &v, write);
	task_put(other);
out:
	vm_pieces_put(&v);
	return r;
}

long sys_process_vm_readv(struct task *t, const uint64_t *a)
{
	return process_vm(t, a, false);
}

long sys_process_vm_writev(struct task *t, const uint64_t *a)
{
	return process_vm(t, a, true);
}
