/*
 * syscalls/sys_sched.c - sched_setaffinity(2), sched_setscheduler(2), setpriority(2), ioprio_set(2)
 * and their families
 *
 * Model: the host schedules. Affinity and nice values are set on the host thread by the sentry, with
 * guest numbers translated and the guest's permissions checked; real-time policies are refused
 * unless the guest has CAP_SYS_NICE, and then only remembered, as a sandbox must not starve its
 * host. Queries of the caller go on natively where the host's answer is the guest's.
 *
 * Sources: kernel/sched/syscalls.c, kernel/sys.c.
 */
#include <linux/sched.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/platform.h"
#include "syscalls/syscall.h"

/* Policies that are known, but not offered. */
#define SCHED_DEADLINE_NR 6
#define SCHED_EXT_NR 7

struct sched_params {
	int priority;
};

static struct task *find(struct task *t, pid_t pid)
{
	return pid ? task_by_tid(t->kernel, pid) : task_get(t);
}

/* A zombie has no thread to ask any more: it is an ordinary one. */
static bool is_zombie(struct task *t, pid_t pid)
{
	struct process *p = process_by_pid(t->kernel, pid);

	process_put(p);
	return p != NULL;
}

/* Owner of the target, or CAP_SYS_NICE: check_same_owner(). */
static bool may_schedule(struct task *t, struct task *target)
{
	struct cred *tc;
	bool ok;

	if (t->process == target->process || task_has_cap(t, CAP_SYS_NICE))
		return true;
	tc = task_cred_get(target);
	ok = task_cred(t)->euid == tc->euid || task_cred(t)->euid == tc->uid;
	cred_put(tc);
	return ok;
}

/* ---- affinity ---- */

static void own_affinity(struct task *t, enum affinity_use use)
{
	if (t->kernel->platform->own_affinity)
		t->kernel->platform->own_affinity(t, use);
}

long sys_sched_getaffinity(struct task *t, const uint64_t *a)
{
	struct task *target = find(t, (pid_t)a[0]);
	uint64_t mask[16];
	unsigned int len = (unsigned int)a[1];
	long n;

	if (len * 8ULL < t->kernel->nr_cpus || (len & 7)) {
		task_put(target);
		return -EINVAL;
	}
	if (!target)
		return -ESRCH;
	own_affinity(target, target == t ? AFFINITY_OWN_CALL : AFFINITY_SHOWN);
	n = syscall(SYS_sched_getaffinity, target->plat.host_tid, MIN(sizeof(mask), (size_t)len),
		    mask);
	task_put(target);
	if (n < 0)
		return -errno;
	return copy_out(t, a[2], mask, (size_t)n) < 0 ? -EFAULT : n;
}

long sys_sched_setaffinity(struct task *t, const uint64_t *a)
{
	struct task *target;
	uint64_t mask[16] = {0};
	size_t len = MIN(sizeof(mask), (size_t)(unsigned int)a[1]);
	long err = 0;

	if (copy_in(t, mask, a[2], len) < 0)
		return -EFAULT;
	target = find(t, (pid_t)a[0]);
	if (!target)
		return -ESRCH;
	if (!may_schedule(t, target))
		err = -EPERM;
	if (err == 0) {
		own_affinity(target, AFFINITY_SET);
		if (syscall(SYS_sched_setaffinity, target->plat.host_tid, sizeof(mask), mask) < 0)
			err = -errno;
	}
	task_put(target);
	return err;
}

/* ---- policies ---- */

static bool valid_policy(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_FIFO || policy == SCHED_RR ||
	       policy == SCHED_BATCH || policy == SCHED_IDLE;
}

static bool is_realtime(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

long sched_set_policy(struct task *t, pid_t pid, int policy, int prio)
{
	struct task *target;
	long err = 0;

	bool reset = policy >= 0 && (policy & SCHED_RESET_ON_FORK);

	if (policy >= 0)
		policy &= ~SCHED_RESET_ON_FORK;
	if (pid < 0 || (policy >= 0 && !valid_policy(policy)))
		return -EINVAL;
	target = find(t, pid);
	if (!target)
		return -ESRCH;
	if (policy < 0) {
		policy = target->sched_policy;
		reset = target->sched_reset_on_fork;
	}
	if (prio < 0 || prio > 99 || is_realtime(policy) != (prio > 0))
		err = -EINVAL;
	else if (!may_schedule(t, target) ||
		 (target->sched_reset_on_fork && !reset && !task_has_cap(t, CAP_SYS_NICE)) ||
		 (is_realtime(policy) && !task_has_cap(t, CAP_SYS_NICE) &&
		  task_rlimit(target, RLIMIT_RTPRIO) < (uint64_t)prio))
		err = -EPERM;
	if (err == 0) {
		target->sched_policy = policy;
		target->sched_priority = prio;
		target->sched_reset_on_fork = reset;
	}
	task_put(target);
	return err;
}

static long read_param(struct task *t, uaddr_t addr, int *ret)
{
	struct sched_params p;

	if (!addr)
		return -EINVAL;
	if (copy_in_obj(t, &p, addr) < 0)
		return -EFAULT;
	*ret = p.priority;
	return 0;
}

long sys_sched_setscheduler(struct task *t, const uint64_t *a)
{
	int policy = (int)a[1], prio;
	long err;

	if (policy < 0 || (pid_t)a[0] < 0)
		return -EINVAL;
	err = read_param(t, a[2], &prio);
	return err < 0 ? err : sched_set_policy(t, (pid_t)a[0], policy, prio);
}

long sys_sched_setparam(struct task *t, const uint64_t *a)
{
	int prio;
	long err = (pid_t)a[0] < 0 ? -EINVAL : read_param(t, a[1], &prio);

	return err < 0 ? err : sched_set_policy(t, (pid_t)a[0], -1, prio);
}

long sys_sched_getscheduler(struct task *t, const uint64_t *a)
{
	struct task *target;
	long policy;

	if ((pid_t)a[0] < 0)
		return -EINVAL;
	target = find(t, (pid_t)a[0]);
	if (!target)
		return is_zombie(t, (pid_t)a[0]) ? SCHED_OTHER : -ESRCH;
	policy = target->sched_policy;
	if (target->sched_reset_on_fork)
		policy |= SCHED_RESET_ON_FORK;
	task_put(target);
	return policy;
}

long sys_sched_getparam(struct task *t, const uint64_t *a)
{
	struct sched_params p;
	struct task *target;

	if ((pid_t)a[0] < 0 || !a[1])
		return -EINVAL;
	target = find(t, (pid_t)a[0]);
	if (!target && !is_zombie(t, (pid_t)a[0]))
		return -ESRCH;
	p.priority = target ? target->sched_priority : 0;
	task_put(target);
	return copy_out_obj(t, a[1], &p);
}

long sys_sched_get_priority_max(struct task *t, const uint64_t *a)
{
	(void)t;
	if (!valid_policy((int)a[0]) && (int)a[0] != SCHED_DEADLINE_NR && (int)a[0] != SCHED_EXT_NR)
		return -EINVAL;
	return is_realtime((int)a[0]) ? 99 : 0;
}

long sys_sched_get_priority_min(struct task *t, const uint64_t *a)
{
	(void)t;
	if (!valid_policy((int)a[0]) && (int)a[0] != SCHED_DEADLINE_NR && (int)a[0] != SCHED_EXT_NR)
		return -EINVAL;
	return is_realtime((int)a[0]) ? 1 : 0;
}

long sys_sched_rr_get_interval(struct task *t, const uint64_t *a)
{
	struct timespec ts = {0, 0};
	struct task *target;

	if ((pid_t)a[0] < 0)
		return -EINVAL;
	target = find(t, (pid_t)a[0]);
	if (!target)
		return -ESRCH;
	if (target->sched_policy == SCHED_RR)
		ts.tv_nsec = 100000000;
	else if (target->sched_policy != SCHED_FIFO)
		ts.tv_nsec = 4000000;
	task_put(target);
	return copy_out_obj(t, a[1], &ts);
}

long sys_sched_yield(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

/* ---- nice values ---- */

#define NICE_TO_RLIMIT(nice) (20 - (nice))

struct prio_walk {
	struct task *caller;
	bool set;
	int nice;
	long result; /* set: errno; get: best 20 - nice so far, -ESRCH: none */
};

static void prio_one(struct prio_walk *w, struct task *target)
{
	int old = target->nice;

	if (!w->set) {
		w->result = MAX(w->result, (long)(20 - old));
		return;
	}
	if (!may_schedule(w->caller, target)) {
		w->result = -EPERM;
		return;
	}
	if (w->nice < old && !task_has_cap(w->caller, CAP_SYS_NICE) &&
	    (uint64_t)NICE_TO_RLIMIT(w->nice) > task_rlimit(target, RLIMIT_NICE)) {
		w->result = -EACCES;
		return;
	}
	if (w->result == -ESRCH)
		w->result = 0;
	target->nice = w->nice;
	/* The sentry may not raise what the host gave it: then the host's value stays. */
	(void)setpriority(PRIO_PROCESS, (id_t)target->plat.host_tid, w->nice);
}

static bool prio_match(struct task *t, struct process *p, int which, id_t who)
{
	struct task *leader;
	struct cred *c;
	bool match;

	if (which == PRIO_PGRP)
		return p->pgid == (pid_t)(who ? who : (id_t)t->process->pgid);
	leader = process_any_task(p);
	if (!leader)
		return false;
	c = task_cred_get(leader);
	match = c->uid == (who ? who : task_cred(t)->uid);
	cred_put(c);
	task_put(leader);
	return match;
}

static long prio_walk(struct task *t, int which, id_t who, bool set, int nice)
{
	struct prio_walk w = {.caller = t, .set = set, .nice = nice, .result = -ESRCH};
	struct process *p;
	pid_t after = 0;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	if (which == PRIO_PROCESS) {
		struct task *target = find(t, (pid_t)who);

		if (target)
			prio_one(&w, target);
		else if (is_zombie(t, (pid_t)who))
			w.result = set ? 0 : 20;
		task_put(target);
		return w.result;
	}
	while ((p = process_next(t->kernel, after))) {
		struct task *thread;
		pid_t tid = 0;

		after = p->pid;
		if (prio_match(t, p, which, who))
			while ((thread = process_next_task(p, tid))) {
				tid = thread->tid;
				prio_one(&w, thread);
				task_put(thread);
			}
		process_put(p);
	}
	return w.result;
}

long sched_set_nice(struct task *t, pid_t pid, int nice)
{
	return prio_walk(t, PRIO_PROCESS, (id_t)pid, true, MIN(MAX(nice, -20), 19));
}

long sys_getpriority(struct task *t, const uint64_t *a)
{
	return prio_walk(t, (int)a[0], (id_t)a[1], false, 0);
}

long sys_setpriority(struct task *t, const uint64_t *a)
{
	int nice = MIN(MAX((int)a[2], -20), 19);

	return prio_walk(t, (int)a[0], (id_t)a[1], true, nice);
}
