/*
 * syscalls/sys_task_misc.c - unshare(2), setns(2), kcmp(2), ioprio_get(2), sched_getattr(2),
 * get_mempolicy(2) and their families
 *
 * Model: namespaces other than the mount namespace are the sandbox's for good; a request for them is
 * answered as by a kernel built without. Memory policies and I/O priorities are remembered where
 * somebody could ask, and have no effect.
 */
#include <linux/kcmp.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>

#include "fs/anon/epoll.h"
#include "fs/proc/procfs.h"
#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/fs_context.h"
#include "syscalls/syscall.h"

/* ---- unshare ---- */

static long unshare_fs(struct task *t)
{
	struct fs_context *copy = fs_context_copy(t->fs), *old;

	if (!copy)
		return -ENOMEM;
	mutex_lock(&t->mu);
	old = t->fs;
	t->fs = copy;
	mutex_unlock(&t->mu);
	fs_context_put(old);
	return 0;
}

static long unshare_files(struct task *t)
{
	struct fdtable *copy = fdtable_copy(t->files, FDTABLE_MAX), *old;

	if (!copy)
		return -ENOMEM;
	mutex_lock(&t->mu);
	old = t->files;
	t->files = copy;
	mutex_unlock(&t->mu);
	fdtable_put(t, old);
	return 0;
}

/* The new tree has mounts of its own; root and working directory move to their copies. */
static long unshare_mounts(struct task *t)
{
	struct path root, cwd;
	struct mount_ns *ns, *old;
	struct mount *root_mnt, *cwd_mnt;

	fs_root(t->fs, &root);
	fs_cwd(t->fs, &cwd);
	root_mnt = root.mnt;
	cwd_mnt = cwd.mnt;
	ns = mount_ns_copy(t->mnt_ns, &root_mnt, &cwd_mnt);
	if (ns) {
		struct path new_root = {root_mnt, root.dentry}, new_cwd = {cwd_mnt, cwd.dentry};

		fs_set_root(t->fs, &new_root);
		fs_set_cwd(t->fs, &new_cwd);
		mutex_lock(&t->mu);
		old = t->mnt_ns;
		t->mnt_ns = ns;
		mutex_unlock(&t->mu);
		mount_ns_put(old);
		mount_put(root_mnt);
		mount_put(cwd_mnt);
	}
	path_put(&root);
	path_put(&cwd);
	return ns ? 0 : -ENOMEM;
}

#define OTHER_NAMESPACES                                                                           \
	(CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |            \
	 CLONE_NEWNET | CLONE_NEWTIME)

long sys_unshare(struct task *t, const uint64_t *a)
{
	uint64_t flags = a[0];
	long err = 0;

	if (flags & ~(uint64_t)(CLONE_FS | CLONE_FILES | CLONE_NEWNS | CLONE_SYSVSEM |
				CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | OTHER_NAMESPACES))
		return -EINVAL;
	if ((flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) && t->process->nr_tasks > 1)
		return -EINVAL;
	if ((flags & (CLONE_NEWNS | OTHER_NAMESPACES)) && !(flags & CLONE_NEWUSER) &&
	    !task_has_cap(t, CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & OTHER_NAMESPACES)
		return -EINVAL;
	if (flags & (CLONE_FS | CLONE_NEWNS))
		err = unshare_fs(t);
	if (err == 0 && (flags & CLONE_NEWNS))
		err = unshare_mounts(t);
	if (err == 0 && (flags & CLONE_FILES))
		err = unshare_files(t);
	if (err < 0 || !(flags & CLONE_FILES))
		return err;
	if (!(flags & ~(uint64_t)(CLONE_FILES | CLONE_FS)))
		return SYS_CONTINUE; /* the host's table must part, too */
	t->kernel->platform->redirect(t, SYS_unshare, (const uint64_t[6]){CLONE_FILES});
	return SYS_DONE;
}

long sys_setns(struct task *t, const uint64_t *a)
{
	struct file *f = fd_get(t, (int)a[0]);
	unsigned int kind, want = (unsigned int)a[1];

	if (!f)
		return -EBADF;
	kind = proc_ns_file_kind(f);
	file_put(f);
	if (kind == 0 || (want && want != kind))
		return -EINVAL;
	if (!task_has_cap(t, CAP_SYS_ADMIN))
		return -EPERM;
	/* There is one of each kind, and the caller is in it. A user namespace is not entered twice;
	 * another mount namespace than one's own is not entered at all. */
	return kind == CLONE_NEWUSER || kind == CLONE_NEWNS ? -EINVAL : 0;
}

/* ---- kcmp ---- */

/* Comparison of addresses, which are hidden: only equality and a stable order are told. */
static long order_id(uint64_t x, uint64_t y)
{
	return x == y ? 0 : hash_u64(x) < hash_u64(y) ? 1 : 2;
}

static long order(const void *x, const void *y)
{
	return order_id((uint64_t)(uintptr_t)x, (uint64_t)(uintptr_t)y);
}

/* Of a task that may be about to end. */
static struct file *file_of(struct task *t, int fd)
{
	struct fdtable *ft = task_files_get(t);
	struct file *f = ft ? fdtable_file(ft, fd) : NULL;

	if (ft)
		fdtable_put(NULL, ft);
	return f;
}

/* struct kcmp_epoll_slot says where in which epoll of t2 to look. */
static long compare_epoll(struct task *t, struct task *t1, struct task *t2, int fd, uaddr_t at)
{
	struct kcmp_epoll_slot slot;
	struct file *f1, *epf;
	uintptr_t watched = 0;
	long r = -EBADF;

	if (copy_in_obj(t, &slot, at) < 0)
		return -EFAULT;
	f1 = file_of(t1, fd);
	epf = file_of(t2, (int)slot.efd);
	if (f1 && epf)
		r = epoll_target(epf, (int)slot.tfd, slot.toff, &watched);
	if (r == 0)
		r = order_id((uint64_t)(uintptr_t)f1, watched);
	if (f1)
		file_put(f1);
	if (epf)
		file_put(epf);
	return r;
}

static long compare(struct task *t, struct task *t1, struct task *t2, int type, const uint64_t *a)
{
	struct file *f1, *f2;
	long r;

	switch (type) {
	case KCMP_FILE:
		f1 = file_of(t1, (int)a[3]);
		f2 = file_of(t2, (int)a[4]);
		r = f1 && f2 ? order(f1, f2) : -EBADF;
		if (f1)
			file_put(f1);
		if (f2)
			file_put(f2);
		return r;
	case KCMP_VM: return order_id(t1->process->mm_id, t2->process->mm_id);
	case KCMP_SIGHAND: return order_id(t1->process->sighand_id, t2->process->sighand_id);
	case KCMP_IO: return order_id(t1->process->io_id, t2->process->io_id);
	case KCMP_SYSVSEM: return 0; /* before the first SEM_UNDO nobody has a list */
	case KCMP_FILES: return order(t1->files, t2->files);
	case KCMP_FS: return order(t1->fs, t2->fs);
	case KCMP_EPOLL_TFD: return compare_epoll(t, t1, t2, (int)a[3], a[4]);
	}
	return -EINVAL;
}

long sys_kcmp(struct task *t, const uint64_t *a)
{
	struct task *t1 = task_by_tid(t->kernel, (pid_t)a[0]);
	struct task *t2 = task_by_tid(t->kernel, (pid_t)a[1]);
	long r;

	if (!t1 || !t2)
		r = -ESRCH;
	else if (ptrace_may_access(t, t1, false) < 0 || ptrace_may_access(t, t2, false) < 0)
		r = -EPERM;
	else
		r = compare(t, t1, t2, (int)a[2], a);
	task_put(t1);
	task_put(t2);
	return r;
}

/* ---- I/O priority ---- */

#define IOPRIO_CLASS(v) ((unsigned int)(v) >> 13)
#define IOPRIO_LEVEL(v) ((unsigned int)(v)&7)
enum { IOPRIO_NONE, IOPRIO_RT, IOPRIO_BE, IOPRIO_IDLE };
enum { IOPRIO_WHO_PROCESS = 1, IOPRIO_WHO_PGRP, IOPRIO_WHO_USER };

long sys_ioprio_set(struct task *t, const uint64_t *a)
{
	int value = (int)a[2];
	struct task *target;

	switch (IOPRIO_CLASS(value)) {
	case IOPRIO_RT:
		if (!task_has_cap(t, CAP_SYS_NICE) && !task_has_cap(t, CAP_SYS_ADMIN))
			return -EPERM;
		break;
	case IOPRIO_BE:
	case IOPRIO_IDLE: break;
	case IOPRIO_NONE:
		if (IOPRIO_LEVEL(value))
			return -EINVAL;
		break;
	default: return -EINVAL;
	}
	if ((int)a[0] < IOPRIO_WHO_PROCESS || (int)a[0] > IOPRIO_WHO_USER)
		return -EINVAL;
	if ((int)a[0] != IOPRIO_WHO_PROCESS)
		return 0;
	target = a[1] ? task_by_tid(t->kernel, (pid_t)a[1]) : task_get(t);
	if (!target)
		return -ESRCH;
	target->ioprio = value;
	if (!target->process->io_id)
		target->process->io_id = process_share_id(t->kernel);
	task_put(target);
	return 0;
}

long sys_ioprio_get(struct task *t, const uint64_t *a)
{
	struct task *target;
	long v;

	if ((int)a[0] < IOPRIO_WHO_PROCESS || (int)a[0] > IOPRIO_WHO_USER)
		return -EINVAL;
	target = (int)a[0] == IOPRIO_WHO_PROCESS && a[1] ? task_by_tid(t->kernel, (pid_t)a[1])
							 : task_get(t);
	if (!target)
		return -ESRCH;
	v = target->ioprio;
	task_put(target);
	return v;
}

/* ---- sched_setattr, sched_getattr ---- */

#define SCHED_ATTR_VER0 48
#define SCHED_DEADLINE_NR 6

struct sched_attr { /* linux/sched/types.h, which does not go with libc's sched.h */
	uint32_t size, sched_policy;
	uint64_t sched_flags;
	int32_t sched_nice;
	uint32_t sched_priority;
	uint64_t sched_runtime, sched_deadline, sched_period;
};
STATIC_ASSERT_SIZE(struct sched_attr, SCHED_ATTR_VER0);

/* __checkparam_dl() of kernel/sched/deadline.c: runtime <= deadline <= period, not too small or
 * large. Like the real-time policies it is remembered only. */
static bool deadline_valid(const struct sched_attr *attr)
{
	uint64_t period = attr->sched_period ? attr->sched_period : attr->sched_deadline;

	if (attr->sched_deadline == 0 || attr->sched_runtime < 1024)
		return false;
	if (attr->sched_deadline >> 63 || period >> 63)
		return false;
	return attr->sched_runtime <= attr->sched_deadline && attr->sched_deadline <= period;
}

static long set_deadline(struct task *t, pid_t pid, const struct sched_attr *attr)
{
	struct task *target;

	if (!deadline_valid(attr) || attr->sched_priority)
		return -EINVAL;
	if (!task_has_cap(t, CAP_SYS_NICE))
		return -EPERM;
	target = pid ? task_by_tid(t->kernel, pid) : task_get(t);
	if (!target)
		return -ESRCH;
	target->sched_policy = SCHED_DEADLINE_NR;
	target->sched_priority = 0;
	target->sched_reset_on_fork = attr->sched_flags & SCHED_FLAG_RESET_ON_FORK;
	target->dl_runtime = attr->sched_runtime;
	target->dl_deadline = attr->sched_deadline;
	target->dl_period = attr->sched_period ? attr->sched_period : attr->sched_deadline;
	task_put(target);
	return 0;
}

long sys_sched_getattr(struct task *t, const uint64_t *a)
{
	struct sched_attr attr = {.size = SCHED_ATTR_VER0};
	unsigned int size = (unsigned int)a[2];
	struct task *target;

	if (!a[1] || (pid_t)a[0] < 0 || size < SCHED_ATTR_VER0 || size > 4096 || (unsigned int)a[3])
		return -EINVAL;
	target = a[0] ? task_by_tid(t->kernel, (pid_t)a[0]) : task_get(t);
	if (!target)
		return -ESRCH;
	attr.sched_policy = (uint32_t)target->sched_policy;
	attr.sched_priority = (uint32_t)target->sched_priority;
	attr.sched_nice = target->nice;
	attr.sched_flags = target->sched_reset_on_fork ? SCHED_FLAG_RESET_ON_FORK : 0;
	if (target->sched_policy == SCHED_DEADLINE_NR) {
		attr.sched_runtime = target->dl_runtime;
		attr.sched_deadline = target->dl_deadline;
		attr.sched_period = target->dl_period;
	}
	task_put(target);
	return copy_out(t, a[1], &attr, SCHED_ATTR_VER0);
}

long sys_sched_setattr(struct task *t, const uint64_t *a)
{
	struct sched_attr attr;
	uint32_t size;
	long err;

	if (!a[1] || (pid_t)a[0] < 0 || (unsigned int)a[2])
		return -EINVAL;
	if (copy_in_obj(t, &size, a[1]) < 0)
		return -EFAULT;
	if (size == 0)
		size = SCHED_ATTR_VER0;
	if (size < SCHED_ATTR_VER0 || size > 4096)
		return -E2BIG;
	if (copy_in(t, &attr, a[1], SCHED_ATTR_VER0) < 0)
		return -EFAULT;
	for (uint32_t at = SCHED_ATTR_VER0; at < size; at++) { /* fields of a newer kernel */
		char byte;

		if (copy_in_obj(t, &byte, a[1] + at) < 0)
			return -EFAULT;
		if (byte && at >= SCHED_ATTR_VER0 + 8)
			return -E2BIG;
	}
	if (attr.sched_flags & ~(uint64_t)0x7f)
		return -EINVAL;
	if ((int)attr.sched_policy < 0)
		return -EINVAL;
	if (attr.sched_policy == SCHED_DEADLINE_NR)
		return set_deadline(t, (pid_t)a[0], &attr);
	err = sched_set_policy(
		t, (pid_t)a[0],
		(int)attr.sched_policy |
			(attr.sched_flags & SCHED_FLAG_RESET_ON_FORK ? SCHED_RESET_ON_FORK : 0),
		(int)attr.sched_priority);
	if (err == 0 && (attr.sched_policy == SCHED_OTHER || attr.sched_policy == SCHED_BATCH))
		err = sched_set_nice(t, (pid_t)a[0], attr.sched_nice);
	return err;
}

/* ---- memory policy: one node ---- */

long sys_get_mempolicy(struct task *t, const uint64_t *a)
{
	unsigned int flags = (unsigned int)a[4];
	uint64_t node0 = flags & MPOL_F_MEMS_ALLOWED ? 1 : 0;
	int mode = MPOL_DEFAULT;
	char probe;

	if (flags & ~(unsigned int)(MPOL_F_NODE | MPOL_F_ADDR | MPOL_F_MEMS_ALLOWED))
		return -EINVAL;
	if ((flags & MPOL_F_MEMS_ALLOWED) && (flags & (MPOL_F_NODE | MPOL_F_ADDR)))
		return -EINVAL;
	if (!(flags & MPOL_F_ADDR) && a[3])
		return -EINVAL;
	if ((flags & MPOL_F_ADDR) && copy_in_obj(t, &probe, a[3]) < 0)
		return -EFAULT;
	if (a[0] && copy_out_obj(t, a[0], &mode) < 0)
		return -EFAULT;
	if (a[1] && a[2] >= 1 && copy_out_obj(t, a[1], &node0) < 0)
		return -EFAULT;
	return 0;
}

static bool valid_mode(int mode)
{
	mode &= ~(MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES);
	return mode >= MPOL_DEFAULT && mode < MPOL_MAX;
}

long sys_set_mempolicy(struct task *t, const uint64_t *a)
{
	uint64_t mask = 0;

	if (!valid_mode((int)a[0]))
		return -EINVAL;
	if (a[1] && a[2] && copy_in(t, &mask, a[1], MIN((a[2] + 7) / 8, sizeof(mask))) < 0)
		return -EFAULT;
	if ((int)a[0] == MPOL_DEFAULT)
		return mask ? -EINVAL : 0;
	return mask & ~1ULL ? -EINVAL : 0;
}

long sys_mbind(struct task *t, const uint64_t *a)
{
	(void)t;
	if (!valid_mode((int)a[2]) || (a[0] & 4095))
		return -EINVAL;
	return 0;
}
