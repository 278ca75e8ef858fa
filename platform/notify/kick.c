/*
 * platform/notify/kick.c - how held threads notice signals on the notify platform
 *
 * Model: a thread whose notification was received sleeps in state S. When the host queues a signal
 * that this thread is to handle it becomes runnable (R for a moment) and then sleeps in D, waiting
 * for the verdict. So one look at the thread's state, taken after the signal was queued, decides:
 * S no, D yes, R look again. Looks are taken
 *  - when the sentry itself has sent a signal, or a child has died (kick_watch without sender);
 *  - after a guest's kill that went on natively (kick_watch with sender): the signal is queued
 *    at some time before the sender is seen outside that call, so looks repeat until then;
 *  - when a thread parks while one of these happened since its call was received, or a kill was still to
 *    be made then (kick_parked).
 * A process whose signals somebody watches (process_watch.h) is looked at like one with parked threads: until
 * no kill is on its way.
 *
 * A thread that was given a descriptor (ADDFD) sleeps in D from then on, signal or not: of such a one
 * the host is asked what is pending.
 *
 * Locking: senders list under kick.mu (LOCK_PLATFORM).
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

#include "platform/notify/notify.h"
#include "sentry/hostproc.h"
#include "sentry/process_watch.h"
#include "sentry/signal.h"

static struct {
	struct mutex mu;
	struct list senders; /* plat.owner_node; each referenced */
	uint64_t nr_kills;
	atomic_uint nr_senders;
} kick;

#define MAX_SENDERS_LOOK 16
#define ANY_KILL 0

void kick_init(void)
{
	mutex_init(&kick.mu, LOCK_PLATFORM);
	list_init(&kick.senders);
}

static bool has_deliverable(struct task *t)
{
	struct signal_state st;

	return signal_state_read(t, &st) == 0 &&
	       ((st.pending | st.shared_pending) & ~st.blocked & ~st.ignored);
}

static bool shows_signal(struct task *t, int state)
{
	return state == 'D' && (!t->plat.got_fd || has_deliverable(t));
}

bool kick_is_signalled(struct task *t)
{
	return shows_signal(t, hostproc_state(t->kernel, t->plat.host_tid));
}

/* ---- senders of continued kills ---- */

/* ANY_KILL, or only if it has made no other kill since. */
static bool sender_remove(struct task *t, uint64_t kill)
{
	bool was;

	mutex_lock(&kick.mu);
	was = (t->plat.flags & PT_SENDER) && (kill == ANY_KILL || kill == t->plat.kill_number);
	if (was) {
		t->plat.flags &= ~PT_SENDER;
		list_del(&t->plat.owner_node);
		atomic_fetch_sub(&kick.nr_senders, 1);
	}
	mutex_unlock(&kick.mu);
	return was;
}

void kick_sender_trapped(struct task *t)
{
	if (sender_remove(t, ANY_KILL))
		task_put(t);
}

static void sender_add(struct task *t)
{
	bool fresh;

	mutex_lock(&kick.mu);
	fresh = !(t->plat.flags & PT_SENDER);
	t->plat.kill_number = ++kick.nr_kills;
	if (fresh) {
		t->plat.flags |= PT_SENDER;
		list_add_tail(&t->plat.owner_node, &kick.senders);
		atomic_fetch_add(&kick.nr_senders, 1);
	}
	mutex_unlock(&kick.mu);
	if (fresh)
		task_get(t);
}

static bool is_kill_call(int nr)
{
	return nr == SYS_kill || nr == SYS_tkill || nr == SYS_tgkill || nr == SYS_rt_sigqueueinfo ||
	       nr == SYS_rt_tgsigqueueinfo || nr == SYS_pidfd_send_signal;
}

/* True if a continued kill may still be on its way. Forgets senders that have left their call. */
static bool senders_in_flight(void)
{
	struct task *look[MAX_SENDERS_LOOK], *t;
	uint64_t numbers[MAX_SENDERS_LOOK];
	unsigned int nr = 0;
	bool any = false;

	mutex_lock(&kick.mu);
	list_for_each_entry(t, &kick.senders, plat.owner_node) {
		if (nr == MAX_SENDERS_LOOK)
			break;
		numbers[nr] = t->plat.kill_number;
		look[nr++] = task_get(t);
	}
	mutex_unlock(&kick.mu);
	for (unsigned int i = 0; i < nr; i++) {
		int call = hostproc_syscall_nr(look[i]->kernel, look[i]->plat.host_tid);

		if (call == -EAGAIN || (call >= 0 && is_kill_call(call)))
			any = true;
		else if (sender_remove(look[i], numbers[i]))
			task_put(look[i]);
		task_put(look[i]);
	}
	return any || nr == MAX_SENDERS_LOOK;
}

/* ---- looking at held threads ---- */

/* Wakes a parked thread that has a signal; true if it must be looked at again. */
static bool look_at_thread(struct task *t)
{
	int state;

	if (!park_is_parked(t))
		return false;
	state = hostproc_state(t->kernel, t->plat.host_tid);
	if (shows_signal(t, state) || state == -ESRCH)
		park_wake(t, WAKE_SIGNAL);
	return state == 'R';
}

/* Wakes the parked threads of p that have a signal; true if one must be looked at again. */
static bool look_at(struct process *p)
{
	struct task *t;
	pid_t after = 0;
	bool again = false;

	while ((t = process_next_task(p, after))) {
		after = t->tid;
		again |= look_at_thread(t);
		task_put(t);
	}
	return again;
}

static bool has_parked(struct process *p)
{
	struct kernel *k = p->kernel;
	struct task *t;
	bool any = false;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(t, &p->tasks, process_node)
		any |= park_is_parked(t);
	rwlock_unlock(&k->tree_lock);
	return any;
}

#define SIGBIT(sig) (1ULL << ((sig)-1))
#define STOPS (SIGBIT(SIGSTOP) | SIGBIT(SIGTSTP) | SIGBIT(SIGTTIN) | SIGBIT(SIGTTOU))

static bool has_stop_pending(struct task *t)
{
	struct signal_state st;

	return !park_is_parked(t) && signal_state_read(t, &st) == 0 &&
	       ((st.pending | st.shared_pending) & STOPS & ~st.blocked & ~st.ignored) &&
	       hostproc_state(t->kernel, t->plat.host_tid) != 'T';
}

/* A thread that runs natively has a stop signal and has not taken it yet: when it does, the held
 * threads of its group are signalled, without another kick. */
static bool stop_is_coming(struct process *p)
{
	struct task *t;
	pid_t after = 0;
	bool coming = false;

	while (!coming && (t = process_next_task(p, after))) {
		after = t->tid;
		coming = has_stop_pending(t);
		task_put(t);
	}
	return coming;
}

/* Steps of the second and later looks, in ns: most flips take under 100 us, a loaded machine ms. */
static const int64_t steps[] = {60000, 120000, 500000, 2000000, 5000000, 20000000};

static void arm(struct process *p, unsigned int step)
{
	if (step >= sizeof(steps) / sizeof(steps[0]))
		step = sizeof(steps) / sizeof(steps[0]) - 1;
	p->kick_step = step;
	timer_arm(&p->kick_timer, clock_now_ns(CLOCK_MONOTONIC) + steps[step]);
}

static void look_and_rearm(struct process *p, unsigned int next_step)
{
	bool in_flight = senders_in_flight(); /* before the look: what left its call is visible */
	bool watched;

	/* Signalfds and polls with a mask look for themselves; an epoll only at what has been woken: so once more
	 * when the kills have been made, whatever the threads do meanwhile. */
	watched = process_wake_signals(p);
	in_flight |= stop_is_coming(p);
	if (look_at(p) || (in_flight && (watched || has_parked(p))))
		arm(p, next_step);
}

static void kick_timer_fn(struct timer *tm)
{
	struct process *p = container_of(tm, struct process, kick_timer);

	if (!ref_get_unless_zero(&p->ref))
		return; /* its end waits for this function */
	/* Who is not parked at this moment looks for himself when he parks. */
	atomic_fetch_add(&p->kick_seq, 1);
	look_and_rearm(p, p->kick_step + 1);
	process_put(p);
}

void kick_process_init(struct process *p)
{
	timer_init(&p->kick_timer, kick_timer_fn);
}

void kick_process_free(struct process *p)
{
	timer_cancel(&p->kick_timer);
}

void kick_watch(struct process *p, struct task *sender)
{
	if (sender) /* first: who knows of the kick finds it, or its kill has been made */
		sender_add(sender);
	atomic_fetch_add(&p->kick_seq, 1);
	if (has_parked(p) || process_wake_signals(p))
		look_and_rearm(p, 0);
}

/* A kill that was announced before and has not been made yet is news when t parks. */
void kick_received(struct task *t)
{
	unsigned int seq = atomic_load(&t->process->kick_seq);

	t->plat.kick_seen = atomic_load(&kick.nr_senders) > 0 ? seq - 1 : seq;
}

/* Only t itself is looked at, and once for each kick: a call that goes on waiting in spite of a signal
 * (its own mask holds it back) parks again. */
void kick_parked(struct task *t)
{
	struct process *p = t->process;
	unsigned int seq = atomic_load(&p->kick_seq);
	bool senders, again = false, news = seq != atomic_load(&t->plat.kick_seen);

	senders = atomic_load(&kick.nr_senders) > 0;
	if (!senders && !news)
		return;
	senders = senders && senders_in_flight(); /* before the look, as above */
	if (news) {
		again = stop_is_coming(p);
		/* It may have looked for a signal before the kill was made, and nobody else looks while
		 * nobody is parked. */
		if (!senders)
			process_wake_signals(p);
	}
	/* It may have been woken, have returned, and have made another call, which was not parked when the
	 * kick looked and looks for itself when it parks: the kick must not be taken for seen then. */
	if (news && park_is_parked(t)) {
		atomic_store(&t->plat.kick_seen, seq);
		again |= look_at_thread(t);
	}
	if (again || senders)
		arm(p, 0);
}
