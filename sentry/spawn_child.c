/*
 * sentry/spawn_child.c - the spawner's children, from their first call to their end, see spawn.h
 */
#define LOG_SUBSYS "spawn"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/platform.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/guest_seccomp.h"
#include "sentry/host_oom.h"
#include "sentry/rlimit.h"
#include "sentry/signal.h"
#include "sentry/spawn_private.h"

#define PIDFD_GET_PID_NAMESPACE_CALL 0xff05UL /* linux/pidfd.h of 6.11 */

void spawn_made(struct spawn *s, struct process *p)
{
	struct spawner *sp = p->kernel->spawner;

	mutex_lock(&sp->mu);
	s->process = process_get(p);
	s->pid = p->pid;
	s->state = SPAWN_CLONED;
	mutex_unlock(&sp->mu);
}

/* Saves a look into /proc per clone where the host is new enough: hostproc.c. */
static void open_pid_namespace(struct process *p)
{
	struct kernel *k = p->kernel;

	k->guest_pid_ns = ioctl(p->pidfd, PIDFD_GET_PID_NAMESPACE_CALL, 0);
	if (k->guest_pid_ns < 0)
		log_info("the guests' pid namespace: errno %d", errno);
}

/* It goes on as one that was never held. */
static bool go_on(struct spawner *sp, struct spawn *s)
{
	struct task *held = NULL;
	bool may;

	mutex_lock(&sp->mu);
	may = !s->hold;
	if (may) {
		held = TAKE_PTR(s->held);
		if (s->state == SPAWN_HELD)
			s->state = SPAWN_CLONED;
	}
	mutex_unlock(&sp->mu);
	task_put(held);
	return may;
}

static long held_wait(struct task *t, unsigned int reasons)
{
	for (;;) {
		if (go_on(t->kernel->spawner, t->process->spawn)) {
			park_end(t);
			return 0;
		}
		if (reasons & WAKE_SIGNAL) {
			park_end(t);
			return -ERESTARTNOINTR;
		}
		if (park_commit(t, &reasons))
			return SYS_PARKED;
	}
}

static void set_sched(struct task *t, const struct spawn *s)
{
	if (!s->sched_given)
		return;
	t->sched_policy = s->sched_policy;
	t->sched_priority = s->sched_priority;
	t->sched_reset_on_fork = s->sched_reset_on_fork;
	t->ioprio = s->ioprio;
	if (s->ioprio)
		t->process->io_id = process_share_id(t->kernel);
	t->personality = s->personality;
	t->nice = s->nice;
	if (s->nice && setpriority(PRIO_PROCESS, (id_t)t->plat.host_tid, s->nice) < 0)
		log_info("nice value %d on the host: errno %d", s->nice, errno);
}

static void set_up_on_host(struct process *p, struct spawn *s)
{
	int sig;

	for (unsigned int i = 0; i < NR_RLIMITS; i++)
		if (s->limits_given & (1u << i))
			rlimit_on_host(p, i, &s->limits[i]);
	mutex_lock(&p->mu);
	host_oom_tell(p);
	mutex_unlock(&p->mu);
	if (p->pid == 1)
		open_pid_namespace(p);
	sig = spawn_signal_of(p->kernel->spawner, s);
	if (sig)
		signal_send_process(p, sig);
}

long spawn_stub_spawned(struct task *t)
{
	struct spawner *sp = t->kernel->spawner;
	struct spawn *s = t->process->spawn;
	bool first, held;

	if (!s)
		return -ENOSYS;
	mutex_lock(&sp->mu);
	first = s->state == SPAWN_CLONED && !s->greeted;
	s->greeted = true;
	if (first && s->hold)
		s->held = task_get(t);
	held = s->held == t; /* not first: a signal has come */
	mutex_unlock(&sp->mu);
	if (!first && !held)
		return -ENOSYS;
	if (first) {
		set_up_on_host(t->process, s);
		set_sched(t, s);
	}
	if (!held)
		return 0;
	if (first)
		spawn_change(sp, s, SPAWN_CLONED, SPAWN_HELD);
	park_begin(t, held_wait, NULL, NULL);
	return held_wait(t, 0);
}

long spawn_exec_failed(struct task *t, int err)
{
	struct spawn *s = t->process->spawn;
	struct spawner *sp = t->kernel->spawner;
	char shown[256], why[64];
	bool due;

	mutex_lock(&sp->mu);
	due = s->state == SPAWN_CLONED;
	mutex_unlock(&sp->mu);
	if (!due || err <= 0 || err > 4095)
		return -ENOSYS;
	spawn_printable(shown, sizeof(shown), s->argv[0]);
	spawn_fail_made(sp, s, -err, "exec %s: %s", shown,
			spawn_error_name(-err, why, sizeof(why)));
	return 0;
}

void spawn_exec_done(struct task *t)
{
	struct spawn *s = t->process->spawn;
	struct spawner *sp = t->kernel->spawner;
	bool due;

	mutex_lock(&sp->mu);
	due = s->state == SPAWN_CLONED;
	mutex_unlock(&sp->mu);
	if (!due)
		return;
	guest_seccomp_take_profile(t);
	atomic_store(&t->kernel->command_started, true);
	spawn_change(sp, s, SPAWN_CLONED, SPAWN_RUNNING);
}

/* ---- ends ---- */

void spawn_ended(struct process *p)
{
	int status;

	if (wait4(p->host_pid, &status, __WALL | WNOHANG, NULL) != p->host_pid)
		status = SIGKILL;
	spawn_reaped(p, status);
}

void spawn_reaped(struct process *p, int status)
{
	struct spawner *sp = p->kernel->spawner;
	struct spawn *s = p->spawn;
	struct process *held;
	struct task *t;
	bool due;

	mutex_lock(&sp->mu);
	due = s->state >= SPAWN_CLONED && s->state <= SPAWN_RUNNING;
	s->status = process_status(p, status);
	if (due) /* with the process: who signals it believes the state */
		s->state = SPAWN_ENDED;
	held = TAKE_PTR(s->process); /* each has a reference on the other */
	t = TAKE_PTR(s->held);
	mutex_unlock(&sp->mu);
	task_put(t);
	if (due)
		s->changed(s);
	process_put(held);
}
