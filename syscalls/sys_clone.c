/*
 * syscalls/sys_clone.c - clone(2), fork(2), vfork(2), clone3(2), exit(2), exit_group(2), wait4(2),
 * waitid(2)
 *
 * Model: all of them go on natively after the sentry's part. Clone flags are an allow-list (a flag
 * outside it could hand the guest a host fd or take the child out of our sight): what Linux would
 * do with the others is answered here. clone3's arguments lie in memory, so it is ENOSYS and libc
 * falls back to clone.
 *
 * Two of the allowed flags are harmless, though not needed for threads: CLONE_PARENT makes a sibling
 * within the same namespace (init, whose parent is the sentry, is refused), CLONE_IO shares what only
 * block devices look at, which guests do not reach but by page faults.
 *
 * Differences from Linux: CLONE_PIDFD, CLONE_PTRACE, CLONE_UNTRACED and new namespaces are
 * refused with EINVAL or EPERM.
 */
#include <linux/sched.h>
#include <linux/wait.h>
#include <sched.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "fs/anon/pidfd.h"
#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/mem/usermem.h"
#include "syscalls/syscall.h"

#define ALLOWED_FLAGS                                                                              \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |        \
	 CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |          \
	 CLONE_VFORK | CLONE_DETACHED | CLONE_PARENT | CLONE_IO | CSIGNAL)
#define NAMESPACE_FLAGS                                                                            \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET)

/* The rules of copy_process(), kernel/fork.c, in its order. */
static long check_flags(struct task *t, uint64_t flags)
{
	if ((flags & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS) ||
	    (flags & (CLONE_NEWUSER | CLONE_FS)) == (CLONE_NEWUSER | CLONE_FS))
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	/* Their parent is the sentry: Linux would refuse it for init only. */
	if ((flags & CLONE_PARENT) && (t->process == t->kernel->init || t->process->spawn))
		return -EINVAL;
	if ((flags & CLONE_THREAD) && (flags & (CLONE_NEWUSER | CLONE_NEWPID)))
		return -EINVAL;
	if (flags & NAMESPACE_FLAGS)
		return -EPERM;
	if ((flags & CLONE_PIDFD) && (flags & CLONE_DETACHED))
		return -EINVAL;
	if (flags & ~(uint64_t)ALLOWED_FLAGS)
		return -EINVAL;
	if ((flags & CSIGNAL) > _NSIG - 1)
		return -EINVAL;
	return 0;
}

static long do_clone(struct task *t, uint64_t flags)
{
	struct clone_request req = {.flags = flags, .exit_signal = (int)(flags & CSIGNAL)};
	long err = check_flags(t, flags);

	if ((flags & CLONE_SETTLS) && t->call.nr == SYS_clone)
		req.tls = t->call.args[4];
	if (err == 0)
		err = task_clone_prepare(t, &req);
	return err < 0 ? err : SYS_CONTINUE;
}

long sys_clone(struct task *t, const uint64_t *a)
{
	return do_clone(t, a[0]);
}

long sys_fork(struct task *t, const uint64_t *a)
{
	(void)a;
	return do_clone(t, SIGCHLD);
}

long sys_vfork(struct task *t, const uint64_t *a)
{
	(void)a;
	return do_clone(t, CLONE_VFORK | CLONE_VM | SIGCHLD);
}

long sys_clone3(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return -ENOSYS;
}

/* The end of a command that is process 1 itself. */
static void note_status(struct task *t, uint64_t code)
{
	struct kernel *k = t->kernel;

	if (t->process == k->init && !k->own_init)
		atomic_store(&k->exit_status, (int)(code & 0xff) << 8);
}

long sys_exit(struct task *t, const uint64_t *a)
{
	if (t->process->nr_tasks == 1) {
		note_status(t, a[0]);
		process_release_resources(t->process);
	} else {
		task_exited(t);
	}
	return SYS_CONTINUE;
}

long sys_exit_group(struct task *t, const uint64_t *a)
{
	note_status(t, a[0]);
	process_release_resources(t->process);
	return SYS_CONTINUE;
}

long sys_wait4(struct task *t, const uint64_t *a)
{
	(void)a;
	atomic_store(&t->process->waits_in_flight, true);
	return SYS_CONTINUE;
}

/* P_PIDFD names a descriptor of ours: the host would look in its own table, so it is asked for the
 * pid instead. */
static long waitid_pidfd(struct task *t, const uint64_t *a)
{
	struct file *f = (int)a[1] < 0 ? NULL : fd_get(t, (int)a[1]);
	struct process *p = f ? pidfd_process(f) : NULL;
	bool nonblock = f && file_nonblock(f);
	uint64_t args[6] = {P_PID, 0, a[2], a[3] | (nonblock ? WNOHANG : 0), a[4], 0};
	bool is_child, dead;

	if ((int)a[1] < 0)
		return -EINVAL;
	if (f)
		file_put(f);
	if (!p)
		return -EBADF;
	args[1] = (uint64_t)p->pid;
	rwlock_rdlock(&t->kernel->tree_lock);
	is_child = p->parent == t->process;
	rwlock_unlock(&t->kernel->tree_lock);
	dead = atomic_load_explicit(&p->state, memory_order_acquire) == PROCESS_ZOMBIE;
	process_put(p);
	if (!is_child)
		return -ECHILD;
	if (nonblock && !dead && !(a[3] & (WNOHANG | WSTOPPED | WCONTINUED)))
		return -EAGAIN;
	t->kernel->platform->redirect(t, SYS_waitid, args);
	return SYS_DONE;
}

long sys_waitid(struct task *t, const uint64_t *a)
{
	if ((int)a[0] == P_PIDFD)
		return waitid_pidfd(t, a);
	atomic_store(&t->process->waits_in_flight, true);
	return SYS_CONTINUE;
}

static long wait4_done(struct task *t, long result, uint64_t args[6])
{
	(void)t;
	(void)args;
	return result == 0 ? -EINTR : result;
}

static long waitid_done(struct task *t, long result, uint64_t args[6])
{
	int signo;

	if (result == 0 && (copy_in_obj(t, &signo, args[2]) < 0 || signo == 0))
		return -EINTR;
	return result;
}

long syscall_wait_interrupted(struct task *t)
{
	const struct platform *platform = t->kernel->platform;
	uint64_t args[6];
	int err;

	memcpy(args, t->call.args, sizeof(args));
	if (t->call.nr == SYS_waitid && (int)args[0] == P_PIDFD)
		return waitid_pidfd(t, args); /* had not begun, or it would be P_PID now */
	if (t->call.nr == SYS_waitid && !args[2])
		return -EINTR; /* no telling whether there was a child */
	atomic_store(&t->process->waits_in_flight, true);
	args[t->call.nr == SYS_wait4 ? 2 : 3] |= WNOHANG;
	err = platform->call_native
		      ? platform->call_native(t, t->call.nr, args,
					      t->call.nr == SYS_wait4 ? wait4_done : waitid_done)
		      : -ENOSYS;
	return err < 0 ? -EINTR : SYS_DONE;
}
