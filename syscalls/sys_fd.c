/*
 * syscalls/sys_fd.c - descriptors: close(2), dup(2), fcntl(2), and their variants
 *
 * Model: fcntl's commands are split by what they act on: the descriptor (allowed on O_PATH ones,
 * too), the open file, its owner for SIGIO, its record locks (sys_lock.c), and the object behind it
 * (pipe sizes, memfd seals).
 *
 * Differences: leases answer as on a filesystem without support (EINVAL).
 *
 * Sources: fs/fcntl.c, fs/file.c for the order of errors.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "fs/anon/dnotify.h"
#include "fs/anon/fasync.h"
#include "fs/pipefs/pipe.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/cred.h"
#include "sentry/signal.h"
#include "syscalls/sys_lock.h"
#include "syscalls/syscall.h"

#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY (1024 + 3)
#endif
#ifndef F_CREATED_QUERY
#define F_CREATED_QUERY (1024 + 4)
#endif
#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif

long sys_close(struct task *t, const uint64_t *a)
{
	int err = fd_close(t, (int)a[0]);

	/* The descriptor is gone whatever happened: never restart. */
	return err == -ERESTARTSYS || err == -ERESTARTNOINTR ? -EINTR : err;
}

/* The host's descriptors of these slots are left to the native call. own is not shared yet. */
static void forget_host_fds(struct fdtable *own, unsigned int first, unsigned int last)
{
	mutex_lock(&own->mu);
	for (uint32_t fd = first; fd < own->size && fd <= last; fd++) {
		own->nr_materialised -= own->slots[fd].materialised;
		own->slots[fd].materialised = own->slots[fd].lasting = false;
	}
	mutex_unlock(&own->mu);
}

/* The table of the caller's own, before it is changed for itself alone. The host's table is
 * unshared by letting the call go on natively: it has register arguments only, and what it closes
 * on the host are descriptors under the numbers that were closed here. */
static long close_range_unshare(struct task *t, unsigned int first, unsigned int last, bool cloexec)
{
	struct fdtable *old = t->files;
	struct fdtable *own = fdtable_copy(old, FDTABLE_MAX);
	uint64_t args[6] = {0, last, CLOSE_RANGE_UNSHARE};

	if (own == NULL)
		return -ENOMEM;
	if (!cloexec)
		forget_host_fds(own, first, last);
	mutex_lock(&t->mu);
	t->files = own;
	mutex_unlock(&t->mu);
	fd_close_range(t, first, last, cloexec);
	fdtable_put(t, old);
	if (first > 0 || cloexec)
		return SYS_CONTINUE;
	/* The host's 0 stays in use for ever: sentry/task_exec_stub.c. */
	args[0] = last ? 1 : CLONE_FILES;
	t->kernel->platform->redirect(t, last ? SYS_close_range : SYS_unshare, args);
	return SYS_DONE;
}

long sys_close_range(struct task *t, const uint64_t *a)
{
	unsigned int first = (unsigned int)a[0], last = (unsigned int)a[1];
	unsigned int flags = (unsigned int)a[2];
	bool cloexec = flags & CLOSE_RANGE_CLOEXEC;

	if (flags & ~(unsigned int)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC))
		return -EINVAL;
	if (first > last)
		return -EINVAL;
	if ((flags & CLOSE_RANGE_UNSHARE) && ref_count(&t->files->ref) > 1)
		return close_range_unshare(t, first, last, cloexec);
	fd_close_range(t, first, last, cloexec);
	return 0;
}

long sys_dup(struct task *t, const uint64_t *a)
{
	struct file *f = fd_get_any(t, (int)a[0]);

	return f ? fd_install(t, f, false) : -EBADF;
}

static long do_dup_at(struct task *t, int old, int new, bool cloexec)
{
	struct file *f;

	if (new < 0 || (uint64_t) new >= task_rlimit(t, RLIMIT_NOFILE))
		return -EBADF;
	f = fd_get_any(t, old);
	return f ? fd_install_at(t, f, new, cloexec) : -EBADF;
}

long sys_dup2(struct task *t, const uint64_t *a)
{
	int old = (int)a[0], new = (int)a[1];
	struct file *f;

	if (old != new)
		return do_dup_at(t, old, new, false);
	f = fd_get_any(t, old);
	if (f == NULL)
		return -EBADF;
	file_put(f);
	return new;
}

long sys_dup3(struct task *t, const uint64_t *a)
{
	int old = (int)a[0], new = (int)a[1], flags = (int)a[2];

	if ((flags & ~O_CLOEXEC) || old == new)
		return -EINVAL;
	return do_dup_at(t, old, new, flags & O_CLOEXEC);
}

/* ---- fcntl: the owner for SIGIO ---- */

static bool owner_exists(struct task *t, int type, int pid)
{
	struct process *p;
	struct task *thread;

	if (type == F_OWNER_PGRP)
		return pgrp_exists(t->kernel, pid, NULL);
	if (type == F_OWNER_PID) {
		p = process_by_pid(t->kernel, pid);
		if (p)
			process_put(p);
		return p != NULL;
	}
	thread = task_by_tid(t->kernel, pid);
	if (thread)
		task_put(thread);
	return thread != NULL;
}

/* Of a group only the kind is known here: its members change, so it must be the caller's own. */
static bool owner_permitted(struct task *t, int type, int pid)
{
	struct process *p;
	bool ok;

	if (type == F_OWNER_PGRP)
		return pid == t->process->pgid || task_has_cap(t, CAP_KILL);
	p = process_by_pid(t->kernel, pid);
	ok = p ? signal_permission(t, p, SIGIO) == 0 : false;
	if (p)
		process_put(p);
	return ok || (type == F_OWNER_TID && pid == t->tid) || task_has_cap(t, CAP_KILL);
}

static long set_owner(struct task *t, struct file *f, int type, int pid)
{
	if (pid && !owner_exists(t, type, pid))
		return -ESRCH;
	if (!owner_permitted(t, type, pid))
		type |= FASYNC_DENIED;
	mutex_lock(&f->pos_mu);
	f->owner_type = type;
	f->owner_pid = pid;
	mutex_unlock(&f->pos_mu);
	return 0;
}

static long fcntl_setown(struct task *t, struct file *f, int who)
{
	if (who == INT_MIN)
		return -EINVAL;
	return set_owner(t, f, who < 0 ? F_OWNER_PGRP : F_OWNER_PID, who < 0 ? -who : who);
}

static void get_owner(struct task *t, struct file *f, struct f_owner_ex *ret)
{
	mutex_lock(&f->pos_mu);
	ret->type = f->owner_type & ~FASYNC_DENIED;
	ret->pid = f->owner_pid;
	mutex_unlock(&f->pos_mu);
	if (ret->pid && !owner_exists(t, ret->type, ret->pid))
		ret->pid = 0;
}

static long fcntl_owner(struct task *t, struct file *f, unsigned int cmd, uint64_t arg)
{
	struct f_owner_ex ex = {0};
	uint32_t uids[2];

	switch (cmd) {
	case F_SETOWN: return fcntl_setown(t, f, (int)arg);
	case F_GETOWN: get_owner(t, f, &ex); return ex.type == F_OWNER_PGRP ? -ex.pid : ex.pid;
	case F_SETOWN_EX:
		if (copy_in_obj(t, &ex, arg) < 0)
			return -EFAULT;
		if (ex.type != F_OWNER_TID && ex.type != F_OWNER_PID && ex.type != F_OWNER_PGRP)
			return -EINVAL;
		return set_owner(t, f, ex.type, ex.pid);
	case F_GETOWN_EX: get_owner(t, f, &ex); return copy_out_obj(t, arg, &ex);
	case F_SETSIG:
		if (arg > 64)
			return -EINVAL;
		f->owner_sig = (int)arg;
		return 0;
	case F_GETSIG: return f->owner_sig;
	case F_GETOWNER_UIDS:
		uids[0] = task_cred(t)->uid;
		uids[1] = task_cred(t)->euid;
		return copy_out_obj(t, arg, &uids);
	}
	return -EINVAL;
}

/* ---- fcntl: the object ---- */

static long fcntl_pipe(struct task *t, struct file *f, unsigned int cmd, uint64_t arg)
{
	struct pipe *p = pipe_of_file(f);

	if (p == NULL)
		return -EBADF;
	return cmd == F_GETPIPE_SZ ? pipe_get_size(p) : pipe_set_size(p, t, (unsigned int)arg);
}

/* As fcntl_setlease() on a filesystem with simple_nosetlease(). */
static long fcntl_lease(struct task *t, struct file *f, unsigned int cmd, uint64_t arg)
{
	const struct cred *c = task_cred(t);

	if (cmd == F_GETLEASE)
		return F_UNLCK;
	if (arg == F_UNLCK)
		return -EAGAIN;
	if (c->fsuid != f->inode->uid && !task_has_cap(t, CAP_LEASE))
		return -EACCES;
	if (arg == F_RDLCK && atomic_load(&f->inode->write_openers) > 0)
		return -EAGAIN;
	return -EINVAL;
}

static long fcntl_hint(struct task *t, unsigned int cmd, uaddr_t arg)
{
	uint64_t hint = RWH_WRITE_LIFE_NOT_SET;

	if (cmd == F_GET_RW_HINT || cmd == F_GET_FILE_RW_HINT)
		return copy_out_obj(t, arg, &hint);
	if (copy_in_obj(t, &hint, arg) < 0)
		return -EFAULT;
	return hint <= RWH_WRITE_LIFE_EXTREME ? 0 : -EINVAL;
}

static long dupfd_query(struct task *t, struct file *f, uint64_t arg)
{
	struct file *other = fd_get_any(t, (int)arg);
	long same = other == f;

	if (other == NULL)
		return -EBADF;
	file_put(other);
	return same;
}

long fd_set_status(struct task *t, int fd, struct file *f, int flags)
{
	int old = atomic_load(&f->flags);
	int err = file_set_flags(f, t, flags);

	if (err == 0 && ((old ^ flags) & O_ASYNC))
		err = fasync_set(t, fd, f, flags & O_ASYNC);
	return err;
}

static long fcntl_file(struct task *t, struct file *f, int fd, unsigned int cmd, uint64_t arg)
{
	switch (cmd) {
	case F_SETFL: return fd_set_status(t, fd, f, (int)arg);
	case F_SETOWN:
	case F_GETOWN:
	case F_SETOWN_EX:
	case F_GETOWN_EX:
	case F_SETSIG:
	case F_GETSIG:
	case F_GETOWNER_UIDS: return fcntl_owner(t, f, cmd, arg);
	case F_SETPIPE_SZ:
	case F_GETPIPE_SZ: return fcntl_pipe(t, f, cmd, arg);
	case F_ADD_SEALS:
		return f->mode & FMODE_WRITE ? tmpfs_add_seals(f, (unsigned int)arg) : -EPERM;
	case F_GET_SEALS: return tmpfs_get_seals(f);
	case F_SETLEASE:
	case F_GETLEASE: return fcntl_lease(t, f, cmd, arg);
	case F_NOTIFY: return dnotify_set(t, fd, f, (unsigned int)arg);
	case F_GET_RW_HINT:
	case F_SET_RW_HINT:
	case F_GET_FILE_RW_HINT:
	case F_SET_FILE_RW_HINT: return fcntl_hint(t, cmd, arg);
	}
	return -EINVAL;
}

/* Commands that O_PATH descriptors have, too. */
static bool fcntl_fd(struct task *t, struct file *f, int fd, unsigned int cmd, uint64_t arg,
		     long *ret)
{
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		*ret = fd_install_from(t, file_get(f), (int)arg, cmd == F_DUPFD_CLOEXEC);
		return true;
	case F_DUPFD_QUERY: *ret = dupfd_query(t, f, arg); return true;
	case F_CREATED_QUERY: *ret = f->mode & FMODE_CREATED ? 1 : 0; return true;
	case F_GETFD:
		*ret = fd_get_cloexec(t, fd);
		if (*ret > 0)
			*ret = FD_CLOEXEC;
		return true;
	case F_SETFD: *ret = fd_set_cloexec(t, fd, arg & FD_CLOEXEC); return true;
	case F_GETFL: *ret = atomic_load(&f->flags); return true;
	}
	return false;
}

long sys_fcntl(struct task *t, const uint64_t *a)
{
	unsigned int cmd = (unsigned int)a[1];
	struct file *f = fd_get_any(t, (int)a[0]);
	long n;

	if (f == NULL)
		return -EBADF;
	if (fcntl_fd(t, f, (int)a[0], cmd, a[2], &n)) {
		file_put(f);
		return n;
	}
	if (f->mode & FMODE_PATH)
		n = -EBADF;
	else if (is_lock_cmd(cmd))
		return fcntl_lock(t, f, cmd, a[2]); /* takes f */
	else
		n = fcntl_file(t, f, (int)a[0], cmd, a[2]);
	file_put(f);
	return n;
}
