/*
 * syscalls/sys_anon.c - calls that make files without a name: pipe(2), eventfd(2),
 * timerfd_create(2), signalfd(2), memfd_create(2), inotify_init(2), pidfd_open(2), pidfd_getfd(2)
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>

#include "fs/anon/anon.h"
#include "fs/anon/inotify.h"
#include "fs/anon/pidfd.h"
#include "fs/pipefs/pipe.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "syscalls/syscall.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 16U
#endif
#ifndef MFD_HUGE_SHIFT
#define MFD_HUGE_SHIFT 26
#define MFD_HUGE_MASK 0x3fU
#endif
#define MFD_NAME_MAX 249 /* NAME_MAX without "memfd:" */

/* ---- pipe ---- */

static long do_pipe(struct task *t, uaddr_t ufds, int flags)
{
	bool cloexec = flags & O_CLOEXEC;
	struct file *r, *w;
	int fds[2], err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return flags & O_EXCL ? -ENOPKG : -EINVAL; /* O_NOTIFICATION_PIPE */
	err = pipe_new(t, flags, &r, &w);
	if (err < 0)
		return err;
	fds[0] = fd_install(t, r, cloexec);
	if (fds[0] < 0) {
		file_put(w);
		return fds[0];
	}
	fds[1] = fd_install(t, w, cloexec);
	err = fds[1] < 0 ? fds[1] : copy_out_obj(t, ufds, &fds);
	if (err < 0) {
		fd_close(t, fds[0]);
		if (fds[1] >= 0)
			fd_close(t, fds[1]);
	}
	return err;
}

long sys_pipe(struct task *t, const uint64_t *a)
{
	return do_pipe(t, a[0], 0);
}

long sys_pipe2(struct task *t, const uint64_t *a)
{
	return do_pipe(t, a[0], (int)a[1]);
}

/* ---- eventfd ---- */

static long do_eventfd(struct task *t, unsigned int count, int flags)
{
	struct file *f;
	int err;

	if (flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	err = eventfd_new(t->kernel, count, flags & EFD_SEMAPHORE, flags & O_NONBLOCK, &f);
	return err < 0 ? err : fd_install(t, f, flags & EFD_CLOEXEC);
}

long sys_eventfd(struct task *t, const uint64_t *a)
{
	return do_eventfd(t, (unsigned int)a[0], 0);
}

long sys_eventfd2(struct task *t, const uint64_t *a)
{
	return do_eventfd(t, (unsigned int)a[0], (int)a[1]);
}

/* ---- timerfd ---- */

long sys_timerfd_create(struct task *t, const uint64_t *a)
{
	int clockid = (int)a[0], flags = (int)a[1];
	bool alarm = clockid == CLOCK_REALTIME_ALARM || clockid == CLOCK_BOOTTIME_ALARM;
	struct file *f;
	int err;

	if ((flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)) ||
	    (clockid != CLOCK_MONOTONIC && clockid != CLOCK_REALTIME && clockid != CLOCK_BOOTTIME &&
	     !alarm))
		return -EINVAL;
	if (alarm && !task_has_cap(t, CAP_WAKE_ALARM))
		return -EPERM;
	err = timerfd_new(t->kernel, clockid, flags & O_NONBLOCK, &f);
	return err < 0 ? err : fd_install(t, f, flags & TFD_CLOEXEC);
}

static int timerfd_get_file(struct task *t, int fd, struct file **ret)
{
	struct file *f = fd_get(t, fd);

	if (f == NULL)
		return -EBADF;
	if (!file_is_timerfd(f)) {
		file_put(f);
		return -EINVAL;
	}
	*ret = f;
	return 0;
}

static bool timespec_ok(const struct timespec *ts)
{
	return ts->tv_sec >= 0 && ts->tv_nsec >= 0 && ts->tv_nsec < 1000000000;
}

long sys_timerfd_settime(struct task *t, const uint64_t *a)
{
	struct itimerspec new, old;
	int flags = (int)a[1];
	struct file *f;
	long err;

	if (copy_in_obj(t, &new, a[2]) < 0)
		return -EFAULT;
	if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) ||
	    !timespec_ok(&new.it_value) || !timespec_ok(&new.it_interval))
		return -EINVAL;
	err = timerfd_get_file(t, (int)a[0], &f);
	if (err < 0)
		return err;
	err = timerfd_set(f, flags, &new, &old);
	file_put(f);
	if (err == 0 && a[3])
		err = copy_out_obj(t, a[3], &old);
	return err;
}

long sys_timerfd_gettime(struct task *t, const uint64_t *a)
{
	struct itimerspec its;
	struct file *f;
	long err = timerfd_get_file(t, (int)a[0], &f);

	if (err < 0)
		return err;
	timerfd_get(f, &its);
	file_put(f);
	return copy_out_obj(t, a[1], &its);
}

/* ---- memfd ---- */

static int copy_memfd_name(struct task *t, uaddr_t uname, char name[MFD_NAME_MAX + 1])
{
	ssize_t n = copy_in_str(t, name, uname, MFD_NAME_MAX + 1);

	return n == -ENAMETOOLONG ? -EINVAL : (int)MIN(n, (ssize_t)0);
}

long sys_memfd_create(struct task *t, const uint64_t *a)
{
	unsigned int known = MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC;
	unsigned int flags = (unsigned int)a[1];
	char name[MFD_NAME_MAX + 1];
	struct file *f;
	int err;

	if (flags & MFD_HUGETLB)
		known |= MFD_HUGETLB | MFD_HUGE_MASK << MFD_HUGE_SHIFT;
	if (flags & ~known)
		return -EINVAL;
	if (flags & MFD_HUGETLB)
		return flags >> MFD_HUGE_SHIFT ? -ENODEV : -ENOSYS; /* there are no huge pages */
	if ((flags & MFD_EXEC) && (flags & MFD_NOEXEC_SEAL))
		return -EINVAL;
	err = copy_memfd_name(t, a[0], name);
	if (err < 0)
		return err;
	err = tmpfs_memfd_create(t->kernel, task_cred(t), name, flags, &f);
	return err < 0 ? err : fd_install(t, f, flags & MFD_CLOEXEC);
}

/* ---- inotify ---- */

static long do_inotify_init(struct task *t, int flags)
{
	struct file *f;
	int err;

	if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
		return -EINVAL;
	err = inotify_new(t, flags & O_NONBLOCK, &f);
	return err < 0 ? err : fd_install(t, f, flags & IN_CLOEXEC);
}

long sys_inotify_init(struct task *t, const uint64_t *a)
{
	(void)a;
	return do_inotify_init(t, 0);
}

long sys_inotify_init1(struct task *t, const uint64_t *a)
{
	return do_inotify_init(t, (int)a[0]);
}

/* The object of a watch must be readable. */
static int watch_path(struct task *t, uaddr_t uname, uint32_t mask, struct path *ret)
{
	_cleanup_free_ char *name = NULL;
	unsigned int flags = mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW;
	int err;

	if (mask & IN_ONLYDIR)
		flags |= LOOKUP_DIRECTORY;
	err = copy_in_path(t, uname, &name);
	if (err < 0)
		return err;
	err = path_lookup(t, AT_FDCWD, name, flags, ret);
	if (err < 0)
		return err;
	err = inode_permission(ret->dentry->inode, task_cred(t), MAY_READ);
	if (err < 0)
		path_put(ret);
	return err;
}

long sys_inotify_add_watch(struct task *t, const uint64_t *a)
{
	uint32_t mask = (uint32_t)a[2];
	struct path p;
	struct file *f;
	long err;

	mask &= INOTIFY_ALL_BITS;
	if (mask == 0)
		return -EINVAL;
	f = fd_get(t, (int)a[0]);
	if (f == NULL)
		return -EBADF;
	err = -EINVAL;
	if (file_is_inotify(f) && !((mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE)))
		err = watch_path(t, a[1], mask, &p);
	if (err == 0) {
		err = inotify_add(t, f, &p, mask);
		path_put(&p);
	}
	file_put(f);
	return err;
}

long sys_inotify_rm_watch(struct task *t, const uint64_t *a)
{
	struct file *f = fd_get(t, (int)a[0]);
	long err = -EINVAL;

	if (f == NULL)
		return -EBADF;
	if (file_is_inotify(f))
		err = inotify_rm(f, (int)a[1]);
	file_put(f);
	return err;
}

/* ---- pidfd ---- */

/* PIDFD_NONBLOCK is O_NONBLOCK. Differences: no PIDFD_THREAD. */
long sys_pidfd_open(struct task *t, const uint64_t *a)
{
	pid_t pid = (pid_t)a[0];
	unsigned int flags = (unsigned int)a[1];
	struct process *p;
	struct task *thread;
	struct file *f;
	int err;

	if ((flags & ~(unsigned int)O_NONBLOCK) || pid <= 0)
		return -EINVAL;
	p = process_by_pid(t->kernel, pid);
	if (p == NULL) {
		thread = task_by_tid(t->kernel, pid);
		if (thread)
			task_put(thread);
		return thread ? -EINVAL : -ESRCH;
	}
	err = pidfd_new(t->kernel, p, (int)flags, &f);
	process_put(p);
	return err < 0 ? err : fd_install(t, f, true);
}

/* PTRACE_MODE_ATTACH_REALCREDS: all of the target's ids are the caller's real ones. */
static bool may_attach(struct task *t, struct task *target)
{
	const struct cred *c = task_cred(t);
	struct cred *tc;
	bool ok;

	if (target->process == t->process)
		return true;
	tc = task_cred_get(target);
	ok = c->uid == tc->euid && c->uid == tc->suid && c->uid == tc->uid && c->gid == tc->egid &&
	     c->gid == tc->sgid && c->gid == tc->gid && !(tc->cap_permitted & ~c->cap_permitted);
	cred_put(tc);
	return ok || task_has_cap(t, CAP_SYS_PTRACE);
}

static int steal_file(struct task *t, struct process *p, int fd, struct file **ret)
{
	struct task *target = process_any_task(p);
	struct fdtable *files;
	int err = -ESRCH;

	if (target == NULL)
		return err;
	files = task_files_get(target);
	if (!may_attach(t, target)) {
		err = -EPERM;
	} else if (files) {
		*ret = fdtable_file(files, fd);
		err = *ret ? 0 : -EBADF;
	}
	if (files)
		fdtable_put(NULL, files);
	task_put(target);
	return err;
}

long sys_pidfd_getfd(struct task *t, const uint64_t *a)
{
	struct file *pidfd, *f;
	struct process *p;
	int err;

	if ((unsigned int)a[2])
		return -EINVAL;
	pidfd = fd_get(t, (int)a[0]);
	if (pidfd == NULL)
		return -EBADF;
	p = pidfd_process(pidfd);
	file_put(pidfd);
	if (p == NULL)
		return -EBADF;
	err = steal_file(t, p, (int)a[1], &f);
	process_put(p);
	return err < 0 ? err : fd_install(t, f, true);
}
