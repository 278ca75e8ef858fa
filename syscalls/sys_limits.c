/*
 * syscalls/sys_limits.c - getrlimit(2), setrlimit(2), prlimit64(2), getrusage(2), times(2)
 *
 * Model: the limits a guest sees are the mirror's (process->limits). Those that the host enforces
 * for memory, CPU and signals (sentry/rlimit.h) are also set on the host, where the sentry may only
 * lower hard limits: a raise of a soft limit goes as far as the host's hard one. Hard limits stay as
 * they are there, but for RLIMIT_CPU, whose hard limit kills: a guest with CAP_SYS_RESOURCE that
 * raises it again gets less than it asked for. RLIMIT_CORE is 1 on the host whatever the guest asks
 * for.
 */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sentry/rlimit.h"
#include "syscalls/syscall.h"

#define NOFILE_MAX 1048576ULL /* fs.nr_open as a guest sees it */

static int check_new(struct task *t, unsigned int res, const struct rlimit64 *old,
		     const struct rlimit64 *lim)
{
	if (lim->rlim_cur > lim->rlim_max)
		return -EINVAL;
	if (res == RLIMIT_NOFILE && lim->rlim_max > NOFILE_MAX)
		return -EPERM;
	if (lim->rlim_max > old->rlim_max && !task_has_cap(t, CAP_SYS_RESOURCE))
		return -EPERM;
	return 0;
}

static long change_limit(struct task *t, struct process *p, unsigned int res,
			 const struct rlimit64 *lim, struct rlimit64 *ret_old)
{
	int err = 0;

	mutex_lock(&p->mu);
	*ret_old = p->limits[res];
	if (lim) {
		err = check_new(t, res, ret_old, lim);
		if (err == 0)
			p->limits[res] = *lim;
	}
	mutex_unlock(&p->mu);
	return err;
}

/* prlimit(2) on other processes: same real, effective and saved ids, or CAP_SYS_RESOURCE. */
static bool may_change(struct task *t, struct task *target)
{
	const struct cred *c = task_cred(t);
	struct cred *tc;
	bool ok;

	if (t->process == target->process || task_has_cap(t, CAP_SYS_RESOURCE))
		return true;
	tc = task_cred_get(target);
	ok = c->uid == tc->uid && c->uid == tc->euid && c->uid == tc->suid && c->gid == tc->gid &&
	     c->gid == tc->egid && c->gid == tc->sgid;
	cred_put(tc);
	return ok;
}

static long do_prlimit(struct task *t, pid_t pid, unsigned int res, uaddr_t new_addr,
		       uaddr_t old_addr)
{
	struct rlimit64 lim, old;
	struct task *target;
	long err = 0;

	if (res >= NR_RLIMITS)
		return -EINVAL;
	if (new_addr && copy_in_obj(t, &lim, new_addr) < 0)
		return -EFAULT;
	target = pid ? task_by_tid(t->kernel, pid) : task_get(t);
	if (!target)
		return -ESRCH;
	if (!may_change(t, target))
		err = -EPERM;
	if (err == 0)
		err = change_limit(t, target->process, res, new_addr ? &lim : NULL, &old);
	if (err == 0 && new_addr)
		rlimit_on_host(target->process, res, &lim);
	task_put(target);
	if (err == 0 && old_addr)
		err = copy_out_obj(t, old_addr, &old);
	return err;
}

long sys_prlimit64(struct task *t, const uint64_t *a)
{
	return do_prlimit(t, (pid_t)a[0], (unsigned int)a[1], a[2], a[3]);
}

long sys_getrlimit(struct task *t, const uint64_t *a)
{
	struct rlimit64 old;

	if ((unsigned int)a[0] >= NR_RLIMITS)
		return -EINVAL;
	change_limit(t, t->process, (unsigned int)a[0], NULL, &old);
	return copy_out_obj(t, a[1], &old);
}

long sys_setrlimit(struct task *t, const uint64_t *a)
{
	struct rlimit64 lim, old;
	unsigned int res = (unsigned int)a[0];
	long err;

	if (copy_in_obj(t, &lim, a[1]) < 0)
		return -EFAULT;
	if (res >= NR_RLIMITS)
		return -EINVAL;
	err = change_limit(t, t->process, res, &lim, &old);
	if (err == 0)
		rlimit_on_host(t->process, res, &lim);
	return err;
}

/* The host counts; both calls name only the caller and its children. */
long sys_getrusage(struct task *t, const uint64_t *a)
{
	int who = (int)a[0];

	(void)t;
	return who == RUSAGE_SELF || who == RUSAGE_CHILDREN || who == RUSAGE_THREAD ? SYS_CONTINUE
										    : -EINVAL;
}

long sys_times(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}
