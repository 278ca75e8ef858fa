/*
 * syscalls/poll_wait.c - waiting of poll, select and epoll_wait, and restart_syscall(2)
 *
 * Locking: none. Order against lost wake-ups: all queues are registered (the process's signal queue
 * included), then everything is looked at, then the park is committed.
 */
#include "syscalls/poll_wait.h"

#include <linux/io_uring.h>
#include <poll.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "fs/anon/anon.h"
#include "platform/platform.h"
#include "sentry/process_watch.h"
#include "sentry/signal.h"

#define SIGBIT(sig) (1ULL << ((sig)-1))
/* What neither runs a handler nor ends the process: no reason to interrupt. */
#define DEFAULT_IGNORED (SIGBIT(SIGCHLD) | SIGBIT(SIGCONT) | SIGBIT(SIGURG) | SIGBIT(SIGWINCH))
#define DEFAULT_STOP (SIGBIT(SIGTSTP) | SIGBIT(SIGTTIN) | SIGBIT(SIGTTOU) | SIGBIT(SIGSTOP))

/* A pending signal that the thread's mask blocks, the call's mask does not, and that matters. */
static bool mask_lets_signal_in(struct task *t, const struct poll_wait *w)
{
	struct signal_state st;
	uint64_t pending;

	if (signal_state_read(t, &st) < 0)
		return false;
	pending = (st.pending | st.shared_pending) & st.blocked & ~w->mask & ~st.ignored;
	return (pending & st.caught) || (pending & ~st.caught & ~(DEFAULT_IGNORED | DEFAULT_STOP));
}

/* The signals that the thread's mask lets in are all held back by the call's mask: they wait for the
 * call's end. */
static bool mask_holds_signals_back(struct task *t, const struct poll_wait *w)
{
	struct signal_state st;
	uint64_t pending;

	if (!w->has_mask || task_is_dead(t) || signal_state_read(t, &st) < 0)
		return false;
	pending = (st.pending | st.shared_pending) & ~st.blocked & ~st.ignored;
	return pending && !(pending & ~w->mask);
}

/* The guest's own mask argument goes to the native call, which reads it again: a guest that changes
 * it meanwhile only fools itself. */
static long go_native_with_mask(struct task *t)
{
	uaddr_t mask = t->call.args[3];
	uint64_t args[6] = {0, 0, 0, 0, sizeof(uint64_t), 0};

	if (t->call.nr == SYS_pselect6) {
		if (copy_in_obj(t, &mask, t->call.args[5]) < 0)
			return -EINTR;
	} else if (t->call.nr == SYS_epoll_pwait || t->call.nr == SYS_epoll_pwait2) {
		mask = t->call.args[4];
	} else if (t->call.nr == SYS_io_uring_enter) {
		mask = t->call.args[4];
		if ((t->call.args[3] & IORING_ENTER_EXT_ARG) &&
		    copy_in_obj(t, &mask,
				t->call.args[4] +
					offsetof(struct io_uring_getevents_arg, sigmask)) < 0)
			return -EINTR;
	}
	args[3] = mask;
	t->kernel->platform->redirect(t, SYS_ppoll, args);
	return SYS_DONE;
}

static void poll_wait_free(struct poll_wait *w)
{
	if (w->signals)
		process_watch_put(w->signals);
	w->free(w);
}

static void poll_wait_drop(struct task *t)
{
	t->wait_mask = 0;
	poll_wait_free(t->park.state);
}

static long ask(struct task *t, struct poll_wait *w)
{
	long n;

	signalfd_set_poller(t);
	n = w->check(t, w);
	signalfd_set_poller(NULL);
	return n;
}

/* A look at everything: the result, or -EAGAIN to go on waiting. *ret_native: redirect. */
static long poll_wait_try(struct task *t, struct poll_wait *w, unsigned int reasons,
			  bool *ret_native)
{
	long n = ask(t, w);

	if (n != 0)
		return n;
	if (w->has_mask && mask_lets_signal_in(t, w)) {
		*ret_native = true;
		return w->on_signal;
	}
	if ((reasons & WAKE_SIGNAL) && !mask_holds_signals_back(t, w))
		return w->on_signal;
	return reasons & WAKE_TIMEOUT ? 0 : -EAGAIN;
}

static long poll_wait_resume(struct task *t, unsigned int reasons)
{
	struct poll_wait *w = t->park.state;
	bool native = false;
	long n;

	for (;;) {
		n = poll_wait_try(t, w, reasons, &native);
		if (n != -EAGAIN)
			break;
		if (park_commit(t, &reasons))
			return SYS_PARKED;
	}
	n = w->finish(t, w, n);
	park_end(t);
	return native ? go_native_with_mask(t) : n;
}

static int register_all(struct task *t, struct poll_wait *w)
{
	int err;

	if (w->has_mask) {
		w->signals = process_watch_get(t->process);
		if (w->signals == NULL)
			return -ENOMEM;
		t->wait_mask = w->mask;
	}
	/* one more for the signals */
	err = park_reserve_waits(
		t, w->nr_waits + 1 > PARK_INLINE_WAITS ? w->nr_waits + 1 - PARK_INLINE_WAITS : 0);
	if (err < 0)
		return err;
	if (w->signals)
		park_add_wait(t, &w->signals->signals, POLLIN);
	signalfd_set_poller(t);
	err = w->watch(t, w);
	signalfd_set_poller(NULL);
	if (err < 0)
		return err;
	park_set_deadline(t, w->deadline_ns);
	return 0;
}

/* Ready by now, or notes have been left (sentry/wait.h). */
static long poll_wait_in_channel(struct task *t, struct poll_wait *w)
{
	long n = 0;

	if (t->channel_notes) {
		park_set_deadline(t, w->deadline_ns);
		signalfd_set_poller(t);
		if (w->watch(t, w) < 0)
			t->channel_notes = 0;
		signalfd_set_poller(NULL);
	}
	if (t->channel_notes)
		n = ask(t, w);
	n = n != 0 ? w->finish(t, w, n) : task_channel_would_wait(t);
	poll_wait_free(w);
	return n;
}

long poll_wait_run(struct task *t, struct poll_wait *w)
{
	bool native = false;
	long n;
	int err;

	if (w->has_mask && task_punts(t)) { /* it may have to go native */
		poll_wait_free(w);
		return -EAGAIN;
	}
	n = ask(t, w);
	if (n == 0 && w->deadline_ns == POLL_NO_WAIT)
		n = poll_wait_try(t, w, WAKE_TIMEOUT, &native);
	else if (n == 0)
		n = -EAGAIN;
	if (n != -EAGAIN) {
		n = w->finish(t, w, n);
		poll_wait_free(w);
		return native ? go_native_with_mask(t) : n;
	}
	if (t->in_channel)
		return poll_wait_in_channel(t, w);
	park_begin(t, poll_wait_resume, poll_wait_drop, w);
	err = register_all(t, w);
	if (err < 0) {
		park_end(t);
		return err;
	}
	return poll_wait_resume(t, 0);
}

int poll_copy_mask(struct task *t, uaddr_t mask, uint64_t size, struct poll_wait *w)
{
	w->has_mask = mask != 0;
	if (mask == 0)
		return 0;
	if (size != sizeof(w->mask))
		return -EINVAL;
	if (copy_in_obj(t, &w->mask, mask) < 0)
		return -EFAULT;
	w->mask &= ~(SIGBIT(SIGKILL) | SIGBIT(SIGSTOP));
	return 0;
}

int poll_deadline(const struct timespec *ts, int64_t *ret)
{
	int64_t now;

	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000)
		return -EINVAL;
	if (ts->tv_sec == 0 && ts->tv_nsec == 0) {
		*ret = POLL_NO_WAIT;
		return 0;
	}
	now = clock_now_ns(CLOCK_MONOTONIC);
	if (ts->tv_sec >= (TIMER_NEVER - now) / 1000000000 - 1)
		*ret = TIMER_NEVER;
	else
		*ret = now + ts->tv_sec * 1000000000 + ts->tv_nsec;
	return 0;
}

struct timespec poll_time_left(int64_t deadline_ns)
{
	int64_t now = clock_now_ns(CLOCK_MONOTONIC), left = 0;

	if (deadline_ns > now) /* POLL_NO_WAIT is far below */
		left = deadline_ns - now;
	return (struct timespec){.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
}

long poll_write_time_left(struct task *t, uaddr_t to, enum poll_time_type type, int64_t deadline_ns,
			  long n)
{
	struct timespec ts;
	struct timeval tv;
	int err = 0;

	if (to == 0 || deadline_ns == POLL_NO_WAIT)
		return n;
	if (!(t->personality & STICKY_TIMEOUTS)) {
		ts = poll_time_left(deadline_ns);
		tv = (struct timeval){.tv_sec = ts.tv_sec, .tv_usec = ts.tv_nsec / 1000};
		err = type == POLL_TIMEVAL ? copy_out_obj(t, to, &tv) : copy_out_obj(t, to, &ts);
		if (err == 0)
			return n;
	}
	/* Restarting would begin with the full time again. */
	return n == -ERESTARTNOHAND ? -EINTR : n;
}

long poll_set_restart(struct task *t, int64_t deadline_ns)
{
	if (deadline_ns == TIMER_NEVER || deadline_ns == POLL_NO_WAIT)
		return -ERESTARTNOHAND;
	t->restart.call = t->call;
	t->restart.deadline_ns = deadline_ns;
	return -ERESTART_RESTARTBLOCK;
}

/* restart_syscall(2): ours if place and arguments are those of the interrupted call (the host keeps
 * them when it restarts); else the host knows what it is about (nanosleep, futex). */
long sys_restart_syscall(struct task *t, const uint64_t *a)
{
	struct restart_block r = t->restart;

	(void)a;
	t->restart.call.nr = -1;
	if (r.call.nr != SYS_poll || r.call.ip != t->call.ip ||
	    memcmp(r.call.args, t->call.args, sizeof(r.call.args)) != 0)
		return SYS_CONTINUE;
	t->call.nr = r.call.nr;
	return poll_restarted(t, r.call.args, r.deadline_ns);
}
