/*
 * platform/notify/receive.c - which workers wait for notifications, and how many
 *
 * Model: the host wakes every thread that waits in RECV for every notification, one gets it and the
 * others have been woken for nothing. So only as many workers receive as there is work for, one when
 * little happens; the others stand by. A receiver is added when
 *   - one that has just received sees that more is pending (asked at every BACKLOG_EVERY-th call)
 *   - a worker is going to wait for a guest (receive_cover())
 *   - nobody has been in RECV, and nothing been received, for WATCH_NS: somebody sleeps in a call of
 *     the host. One of those that stand by, the watcher, looks at that as long as calls come; after
 *     QUIET_LOOKS looks without a call it sleeps as well and the next call wakes it.
 * Receivers that came in addition leave after EXTRA_NS without a new reason, one in LEAVE_NS, while
 * another is in RECV.
 *
 * Locking: mu (LOCK_PLATFORM) for those that stand by; receivers take it only to wake one of them.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "platform/notify/notify.h"
#include "sentry/base/lock.h"
#include "sentry/timer.h"

#define BACKLOG_EVERY 8
#define WATCH_NS 2000000
#define QUIET_LOOKS 50
#define EXTRA_NS 10000000
#define LEAVE_NS 1000000

static struct {
	int listener;
	unsigned int nr_workers;
	atomic_uint in_recv;	 /* workers in the RECV call */
	atomic_uint nr_active;	 /* workers that receive or serve, and those asked to */
	atomic_uint nr_received; /* calls so far */
	atomic_bool unwatched;	 /* the watcher sleeps until it is woken */
	_Atomic int64_t extra_until_ns;
	struct mutex mu;
	struct cond stand_by, watch;
	unsigned int nr_standing_by GUARDED_BY(&mu); /* without the watcher */
	unsigned int nr_asked GUARDED_BY(&mu);
	bool has_watcher GUARDED_BY(&mu);
} rx;

void receive_init(int listener, unsigned int nr_workers)
{
	rx.listener = listener;
	rx.nr_workers = nr_workers;
	atomic_init(&rx.nr_active, 1); /* worker 0; the others begin with receive_stand_by() */
	mutex_init(&rx.mu, LOCK_PLATFORM);
	cond_init(&rx.stand_by);
	cond_init(&rx.watch);
}

/* Asks one more worker to receive, if any stands by. */
static void add_receiver_locked(void) REQUIRES(&rx.mu)
{
	if (rx.nr_asked >= rx.nr_standing_by + rx.has_watcher)
		return;
	atomic_store(&rx.extra_until_ns, clock_now_ns(CLOCK_MONOTONIC) + EXTRA_NS);
	atomic_fetch_add(&rx.nr_active, 1);
	rx.nr_asked++;
	cond_signal(rx.nr_standing_by ? &rx.stand_by : &rx.watch);
}

static void add_receiver(void)
{
	if (atomic_load(&rx.nr_active) >= rx.nr_workers)
		return;
	mutex_lock(&rx.mu);
	add_receiver_locked();
	mutex_unlock(&rx.mu);
}

void receive_cover(void)
{
	if (atomic_load(&rx.in_recv) == 0)
		add_receiver();
}

/* The listener's state, without waiting. */
static bool listener_has(short event)
{
	struct pollfd p = {.fd = rx.listener, .events = POLLIN};
	struct timespec zero = {0};

	return ppoll(&p, 1, &zero, NULL) == 1 && (p.revents & event);
}

/* Sleeps until the next look is due. The count of quiet looks, from which the sleep may be long. */
static int watch_once(int quiet) REQUIRES(&rx.mu)
{
	unsigned int seen = atomic_load(&rx.nr_received);

	if (quiet >= QUIET_LOOKS) {
		atomic_store(&rx.unwatched, true);
		while (atomic_load(&rx.unwatched) && rx.nr_asked == 0 &&
		       atomic_load(&rx.nr_received) == seen)
			cond_wait(&rx.watch, &rx.mu);
		atomic_store(&rx.unwatched, false);
		return 0;
	}
	if (cond_timedwait(&rx.watch, &rx.mu, (uint64_t)clock_now_ns(CLOCK_MONOTONIC) + WATCH_NS) ==
		    0 ||
	    atomic_load(&rx.nr_received) != seen)
		return 0;
	if (atomic_load(&rx.in_recv) > 0)
		return quiet + 1;
	add_receiver_locked();
	return 0;
}

/* Until asked. One of those who stand by is the watcher, who is asked last. */
void receive_stand_by(void)
{
	mutex_lock(&rx.mu);
	while (rx.nr_asked == 0) {
		if (rx.has_watcher) {
			rx.nr_standing_by++;
			cond_wait(&rx.stand_by, &rx.mu);
			rx.nr_standing_by--;
			continue;
		}
		rx.has_watcher = true;
		for (int quiet = 0; rx.nr_asked == 0;)
			quiet = watch_once(quiet);
		rx.has_watcher = false;
		cond_signal(&rx.stand_by); /* to watch */
	}
	rx.nr_asked--;
	mutex_unlock(&rx.mu);
}

/* Leaves the receivers if there is another one and no reason to be more; one at a time. */
static void leave_if_extra(void)
{
	unsigned int active = atomic_load(&rx.nr_active);
	int64_t until, now;

	if (active < 2 || atomic_load(&rx.in_recv) == 0)
		return;
	until = atomic_load(&rx.extra_until_ns);
	now = clock_now_ns(CLOCK_MONOTONIC);
	if (now < until ||
	    !atomic_compare_exchange_strong(&rx.extra_until_ns, &until, now + LEAVE_NS))
		return;
	while (active > 1)
		if (atomic_compare_exchange_weak(&rx.nr_active, &active, active - 1)) {
			receive_stand_by();
			return;
		}
}

static void wake_watcher(void)
{
	mutex_lock(&rx.mu);
	atomic_store(&rx.unwatched, false);
	cond_signal(&rx.watch);
	mutex_unlock(&rx.mu);
}

int receive_next(struct seccomp_notif *req)
{
	unsigned int n;
	int err;

	leave_if_extra();
	memset(req, 0, sizeof(*req));
	atomic_fetch_add(&rx.in_recv, 1);
	err = ioctl(rx.listener, SECCOMP_IOCTL_NOTIF_RECV, req) < 0 ? -errno : 0;
	atomic_fetch_sub(&rx.in_recv, 1);
	n = atomic_fetch_add(&rx.nr_received, 1);
	if (unlikely(atomic_load(&rx.unwatched)))
		wake_watcher();
	/* Without guests RECV fails at once from now on. */
	if (err == -ENOENT && listener_has(POLLHUP))
		return -ESHUTDOWN;
	if (err == 0 && n % BACKLOG_EVERY == 0 && atomic_load(&rx.nr_active) < rx.nr_workers &&
	    listener_has(POLLIN))
		add_receiver();
	return err;
}
