/* sentry/time/posix_timers.c - interval timers, see posix_timers.h */
#include "sentry/time/posix_timers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sentry/base/mem.h"
#include "sentry/hostproc.h"
#include "sentry/signal.h"
#include "sentry/task.h"
#include "sentry/timer.h"

#define NSEC 1000000000LL
#define CPU_LOOK_MIN_NS 1000000LL
#define CPU_LOOK_MAX_NS 20000000LL
#define NR_ITIMERS 3

struct vtimer {
	struct timer timer;
	struct process *process; /* borrowed: freed before it */
	struct posix_timers *all;
	struct list node; /* POSIX timers */
	int id;		  /* -1: an itimer */
	int clockid;	  /* guest's */
	bool cpu;
	pid_t host_tid;	     /* a thread's CPU clock; else 0 */
	int64_t deadline_ns; /* in its clock (CPU) or monotonic; 0: disarmed */
	int64_t interval_ns;
	int64_t last_cpu_ns, look_ns;
	struct timer_event ev;
	int overrun, last_overrun; /* since the last signal was queued; of that */
	int before_overrun;	   /* of the one before it */
	bool sending;		   /* it is about to be queued */
};

struct posix_timers {
	struct mutex mu;
	struct vtimer itimers[NR_ITIMERS];
	struct list timers;
	int nr, next_id;
	bool stopped; /* the process is ending: nothing is armed any more */
};

/* ---- clocks ---- */

#define CPUCLOCK_OF(pid, which) ((int)((~(unsigned int)(pid)) << 3 | (which)))

enum { CPU_PROF, CPU_VIRT, CPU_SCHED, CPU_PERTHREAD = 4 };

int clock_to_host(struct task *t, int clockid, int *ret_host)
{
	struct task *other;
	pid_t pid;

	if (clockid >= 0) {
		if (clockid == CLOCK_PROCESS_CPUTIME_ID)
			*ret_host = CPUCLOCK_OF(t->process->host_pid, CPU_SCHED);
		else if (clockid == CLOCK_THREAD_CPUTIME_ID)
			*ret_host = CPUCLOCK_OF(t->plat.host_tid, CPU_SCHED | CPU_PERTHREAD);
		else if (clockid <= CLOCK_BOOTTIME_ALARM || clockid == CLOCK_TAI)
			*ret_host = clockid;
		else
			return -EINVAL;
		return 0;
	}
	if ((clockid & 3) == 3)
		return -EINVAL; /* clocks of descriptors */
	pid = (pid_t)(~(unsigned int)clockid >> 3 & 0x1fffffff);
	other = pid ? task_by_tid(t->kernel, pid) : task_get(t);
	if (!other)
		return -EINVAL;
	pid = clockid & CPU_PERTHREAD ? other->plat.host_tid : other->process->host_pid;
	*ret_host = CPUCLOCK_OF(pid, clockid & 7);
	task_put(other);
	return 0;
}

static bool is_cpu_clock(int clockid)
{
	return clockid < 0 || clockid == CLOCK_PROCESS_CPUTIME_ID ||
	       clockid == CLOCK_THREAD_CPUTIME_ID;
}

/* A thread's CPU clock is told by the host only to its own group, but its run time is in /proc. */
static int64_t thread_cpu_ns(const struct vtimer *v)
{
	char buf[64];

	if (hostproc_read(v->process->kernel, v->host_tid, "schedstat", buf, sizeof(buf)) <= 0)
		return 0;
	return strtoll(buf, NULL, 10);
}

/* The timer's clock now. ITIMER_VIRTUAL and PROF have host clocks of their own. */
static int64_t vtimer_now(const struct vtimer *v)
{
	if (v->host_tid)
		return thread_cpu_ns(v);
	return clock_now_ns(v->cpu ? v->clockid : CLOCK_MONOTONIC);
}

/* ---- expiry ---- */

static void vtimer_program(struct vtimer *v)
{
	int64_t now = clock_now_ns(CLOCK_MONOTONIC), wait;

	if (!v->deadline_ns || v->all->stopped) {
		timer_cancel_nowait(&v->timer);
		return;
	}
	if (!v->cpu) {
		timer_arm(&v->timer, v->deadline_ns);
		return;
	}
	wait = (v->deadline_ns - vtimer_now(v)) / (int64_t)MAX(v->process->kernel->nr_cpus, 1U);
	wait = MAX(wait, v->look_ns);
	timer_arm(&v->timer, now + MIN(MAX(wait, CPU_LOOK_MIN_NS), CPU_LOOK_MAX_NS));
}

static bool is_pending(struct process *p, int signo)
{
	struct task *t = process_any_task(p);
	struct signal_state st;
	bool pending = false;

	if (!t)
		return false;
	if (signal_state_read(t, &st) == 0)
		pending = (st.pending | st.shared_pending) >> (signo - 1) & 1;
	task_put(t);
	return pending;
}

struct expiry {
	struct timer_event ev;
	int id, overrun, itimer;
	bool send;
};

static void send_expiry(struct process *p, const struct expiry *e)
{
	static const int itimer_signal[NR_ITIMERS] = {SIGALRM, SIGVTALRM, SIGPROF};
	struct task *t;
	siginfo_t info;

	if (!e->send)
		return;
	if (e->id < 0) {
		signal_send_process(p, itimer_signal[e->itimer]);
		return;
	}
	memset(&info, 0, sizeof(info));
	info.si_signo = e->ev.signo;
	info.si_code = SI_TIMER;
	info.si_timerid = e->id;
	info.si_overrun = e->overrun;
	memcpy(&info.si_value, &e->ev.value, sizeof(e->ev.value));
	if (e->ev.notify != SIGEV_THREAD_ID) {
		signal_queue_process(p, e->ev.signo, &info);
		return;
	}
	t = task_by_tid(p->kernel, e->ev.tid);
	if (t && t->process == p)
		signal_queue_task(t, e->ev.signo, &info);
	task_put(t);
}

/* Moves an expired periodic timer on; the number of whole periods beyond the first. */
static int64_t forward(struct vtimer *v, int64_t now)
{
	int64_t missed, step;

	if (!v->interval_ns) {
		v->deadline_ns = 0;
		return 0;
	}
	missed = (now - v->deadline_ns) / v->interval_ns;
	/* An interval of centuries. */
	if (__builtin_mul_overflow(missed + 1, v->interval_ns, &step) ||
	    __builtin_add_overflow(v->deadline_ns, step, &v->deadline_ns))
		v->deadline_ns = INT64_MAX - 1;
	return missed;
}

static void back_off(struct vtimer *v, int64_t cpu_now)
{
	if (!v->cpu)
		return;
	if (cpu_now == v->last_cpu_ns)
		v->look_ns = MIN(MAX(v->look_ns, CPU_LOOK_MIN_NS) * 2, CPU_LOOK_MAX_NS);
	else
		v->look_ns = 0;
	v->last_cpu_ns = cpu_now;
}

static struct vtimer *find_locked(struct posix_timers *pt, int id)
{
	struct vtimer *v;

	if (pt)
		list_for_each_entry(v, &pt->timers, node)
			if (v->id == id)
				return v;
	return NULL;
}

static void vtimer_fired(struct timer *tm)
{
	struct vtimer *v = container_of(tm, struct vtimer, timer);
	struct process *p = v->process;
	struct posix_timers *pt = v->all;
	struct expiry e = {.send = false};
	bool pending = v->id >= 0 && v->ev.notify == SIGEV_SIGNAL && is_pending(p, v->ev.signo);
	int64_t now;

	mutex_lock(&pt->mu);
	now = vtimer_now(v);
	if (v->deadline_ns && now >= v->deadline_ns) {
		int64_t missed = forward(v, now);

		e.id = v->id;
		e.ev = v->ev;
		e.itimer = v->id < 0 ? (int)(v - pt->itimers) : 0;
		e.send = v->id < 0 || (v->ev.notify != SIGEV_NONE && !pending);
		v->overrun = (int)MIN((int64_t)v->overrun + missed + (pending ? 1 : 0),
				      (int64_t)INT32_MAX);
		if (e.send) {
			v->sending = v->id >= 0;
			v->before_overrun = v->last_overrun;
			e.overrun = v->last_overrun = v->overrun;
			v->overrun = 0;
		}
	}
	back_off(v, now);
	vtimer_program(v);
	mutex_unlock(&pt->mu);
	send_expiry(p, &e);
	if (!e.send || e.id < 0)
		return;
	mutex_lock(&pt->mu);
	v = find_locked(pt, e.id); /* it may have been deleted */
	if (v)
		v->sending = false;
	mutex_unlock(&pt->mu);
}

/* ---- set and get ---- */

static void vtimer_read(struct vtimer *v, struct timer_value *ret)
{
	int64_t now = vtimer_now(v);

	ret->interval_ns = v->interval_ns;
	ret->left_ns = 0;
	if (v->deadline_ns)
		ret->left_ns = MAX(v->deadline_ns - now, (int64_t)1);
}

static void vtimer_write(struct vtimer *v, const struct timer_value *val, int64_t deadline)
{
	v->interval_ns = val->interval_ns;
	v->deadline_ns = val->left_ns ? MAX(deadline, (int64_t)1) : 0;
	v->overrun = v->last_overrun = v->before_overrun = 0;
	v->look_ns = 0;
	v->last_cpu_ns = -1;
	vtimer_program(v);
}

static struct posix_timers *timers_of(struct process *p)
{
	struct posix_timers *pt, *fresh;
	static const int clocks[NR_ITIMERS] = {0, CPU_VIRT, CPU_PROF};

	mutex_lock(&p->mu);
	pt = p->timers;
	mutex_unlock(&p->mu);
	if (pt)
		return pt;
	fresh = mem_zalloc(sizeof(*fresh));
	if (!fresh)
		return NULL;
	mutex_init(&fresh->mu, LOCK_ANON);
	list_init(&fresh->timers);
	for (int i = 0; i < NR_ITIMERS; i++) {
		struct vtimer *v = &fresh->itimers[i];

		timer_init(&v->timer, vtimer_fired);
		list_init(&v->node);
		v->process = p;
		v->all = fresh;
		v->id = -1;
		v->cpu = i != ITIMER_REAL;
		v->clockid = v->cpu ? CPUCLOCK_OF(p->host_pid, clocks[i]) : CLOCK_MONOTONIC;
	}
	mutex_lock(&p->mu);
	pt = p->timers;
	if (!pt)
		pt = p->timers = TAKE_PTR(fresh);
	mutex_unlock(&p->mu);
	mem_free(fresh);
	return pt;
}

int itimer_set(struct process *p, int which, const struct timer_value *val,
	       struct timer_value *ret_old)
{
	struct posix_timers *pt = timers_of(p);
	struct vtimer *v;

	if (!pt)
		return -ENOMEM;
	v = &pt->itimers[which];
	mutex_lock(&pt->mu);
	if (ret_old)
		vtimer_read(v, ret_old);
	vtimer_write(v, val, vtimer_now(v) + val->left_ns);
	mutex_unlock(&pt->mu);
	return 0;
}

void itimer_get(struct process *p, int which, struct timer_value *ret)
{
	struct posix_timers *pt = p->timers;

	memset(ret, 0, sizeof(*ret));
	if (!pt)
		return;
	mutex_lock(&pt->mu);
	vtimer_read(&pt->itimers[which], ret);
	mutex_unlock(&pt->mu);
}

int ptimer_create(struct task *t, int clockid, const struct timer_event *ev)
{
	struct posix_timers *pt = timers_of(t->process);
	struct vtimer *v;
	int host_clock, id;

	if (clock_to_host(t, clockid, &host_clock) < 0)
		return -EINVAL;
	v = mem_zalloc(sizeof(*v));
	if (!pt || !v) {
		mem_free(v);
		return -EAGAIN;
	}
	timer_init(&v->timer, vtimer_fired);
	v->process = t->process;
	v->all = pt;
	v->cpu = is_cpu_clock(clockid);
	v->clockid = host_clock;
	if (v->cpu && (host_clock & CPU_PERTHREAD))
		v->host_tid = (pid_t)(~(unsigned int)host_clock >> 3 & 0x1fffffff);
	v->ev = *ev;
	mutex_lock(&pt->mu);
	if (pt->nr >= POSIX_TIMERS_MAX) {
		mutex_unlock(&pt->mu);
		mem_free(v);
		return -EAGAIN;
	}
	do {
		id = pt->next_id;
		pt->next_id = id == INT32_MAX ? 0 : id + 1;
	} while (find_locked(pt, id));
	v->id = id;
	if (ev->value_is_id)
		v->ev.value = (uint64_t)id;
	list_add_tail(&v->node, &pt->timers);
	pt->nr++;
	mutex_unlock(&pt->mu);
	return id;
}

int ptimer_delete(struct process *p, int id)
{
	struct posix_timers *pt = p->timers;
	struct vtimer *v;

	if (!pt)
		return -EINVAL;
	mutex_lock(&pt->mu);
	v = find_locked(pt, id);
	if (v) {
		list_del(&v->node);
		pt->nr--;
		v->deadline_ns = 0;
	}
	mutex_unlock(&pt->mu);
	if (!v)
		return -EINVAL;
	timer_cancel(&v->timer);
	mem_free(v);
	return 0;
}

int ptimer_set(struct process *p, int id, bool absolute, const struct timer_value *val,
	       struct timer_value *ret_old)
{
	struct posix_timers *pt = p->timers;
	int64_t deadline;
	struct vtimer *v;

	if (!pt)
		return -EINVAL;
	mutex_lock(&pt->mu);
	v = find_locked(pt, id);
	if (v) {
		int64_t now = vtimer_now(v);

		if (ret_old)
			vtimer_read(v, ret_old);
		deadline = now + val->left_ns;
		if (absolute && v->cpu)
			deadline = val->left_ns;
		else if (absolute) /* of the timer's clock, which may differ from monotonic */
			deadline = val->left_ns - clock_now_ns(v->clockid) + now;
		vtimer_write(v, val, deadline);
	}
	mutex_unlock(&pt->mu);
	return v ? 0 : -EINVAL;
}

int ptimer_get(struct process *p, int id, struct timer_value *ret)
{
	struct posix_timers *pt = p->timers;
	struct vtimer *v;

	if (!pt)
		return -EINVAL;
	mutex_lock(&pt->mu);
	v = find_locked(pt, id);
	if (v)
		vtimer_read(v, ret);
	mutex_unlock(&pt->mu);
	return v ? 0 : -EINVAL;
}

int ptimer_overrun(struct process *p, int id)
{
	struct posix_timers *pt = p->timers;
	struct vtimer *v;
	int n = -EINVAL, before = 0, signo = 0;
	bool sending = false;

	if (!pt)
		return n;
	mutex_lock(&pt->mu);
	v = find_locked(pt, id);
	if (v) {
		n = MAX(v->last_overrun, v->overrun);
		before = v->before_overrun;
		signo = v->ev.notify == SIGEV_SIGNAL ? v->ev.signo : 0;
		sending = v->sending;
	}
	mutex_unlock(&pt->mu);
	/* While a handler runs, the next signal may be queued already: asked is about the handler's. */
	return n >= 0 && signo && (sending || is_pending(p, signo)) ? before : n;
}

/* ---- exec and exit ---- */

void posix_timers_exec(struct process *p)
{
	struct posix_timers *pt = p->timers;

	while (pt && !list_empty(&pt->timers)) {
		struct vtimer *v = list_first_entry(&pt->timers, struct vtimer, node);

		if (ptimer_delete(p, v->id) < 0)
			break;
	}
}

/* Calls of the process's other threads may still be at work here, so nothing is freed. */
void posix_timers_stop(struct process *p)
{
	struct posix_timers *pt;
	struct vtimer *v;

	mutex_lock(&p->mu);
	pt = p->timers;
	mutex_unlock(&p->mu);
	if (!pt)
		return;
	mutex_lock(&pt->mu);
	pt->stopped = true;
	list_for_each_entry(v, &pt->timers, node)
		vtimer_program(v);
	for (int i = 0; i < NR_ITIMERS; i++)
		vtimer_program(&pt->itimers[i]);
	mutex_unlock(&pt->mu);
}

void posix_timers_free(struct process *p)
{
	struct posix_timers *pt = p->timers;

	if (!pt)
		return;
	posix_timers_exec(p);
	p->timers = NULL;
	for (int i = 0; i < NR_ITIMERS; i++) {
		mutex_lock(&pt->mu);
		pt->itimers[i].deadline_ns = 0;
		mutex_unlock(&pt->mu);
		timer_cancel(&pt->itimers[i].timer);
	}
	mutex_destroy(&pt->mu);
	mem_free(pt);
}
