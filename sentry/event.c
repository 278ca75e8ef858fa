/*
 * sentry/event.c - the event thread: host fds, deadlines, and the run queue's helper
 *
 * Model: one thread sleeps in one epoll of: the host timer behind timer.h, a timer that only
 * notices that the wall clock was set, an eventfd for event_kick(), and whatever event_watch()
 * added. What it called may have queued parked tasks, so it drains the run queue before it sleeps
 * again. With nothing armed and nothing ready it is never woken.
 *
 * Two sets of sources: our own (also of others' terminals and processes), which only the event thread
 * serves; and the host's sockets, which any thread may serve with event_flush(), when a guest is to be
 * told what is ready now. One thread at a time delivers of a set.
 *
 * Unwatching: events already fetched but not yet delivered are struck from the batch; one being
 * delivered is waited for. So a source can be freed as soon as event_unwatch() returned.
 *
 * Locking: LOCK_EVENT guards a set's batch only; the functions of sources run without locks.
 */
#define LOG_SUBSYS "event"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "platform/platform.h"
#include "sentry/base/log.h"
#include "sentry/kernel.h"
#include "sentry/park.h"
#include "sentry/task.h"
#include "sentry/timer.h"
#include "sentry/trim.h"

#define BATCH 64

struct event_set {
	int epoll_fd;
	struct mutex mu;
	struct cond idle;
	struct epoll_event batch[BATCH] GUARDED_BY(&mu); /* data.ptr NULL: struck */
	int batch_len GUARDED_BY(&mu);
	bool delivering GUARDED_BY(&mu);
	struct event_source *running GUARDED_BY(&mu);
	unsigned int nr_waiting GUARDED_BY(&mu);
};

static struct {
	struct event_set own, sockets;
	struct event_source deadline, clock_set, kick;
} ev;

static _Thread_local struct event_set *delivering_here;

static struct event_set *set_of(const struct event_source *src)
{
	return src->is_socket ? &ev.sockets : &ev.own;
}

static void program_deadline(int64_t deadline_ns)
{
	struct itimerspec its = {0};

	if (deadline_ns != TIMER_NEVER) {
		if (deadline_ns < 1)
			deadline_ns = 1; /* zero would disarm */
		its.it_value.tv_sec = deadline_ns / 1000000000;
		its.it_value.tv_nsec = deadline_ns % 1000000000;
	}
	if (timerfd_settime(ev.deadline.fd, TFD_TIMER_ABSTIME, &its, NULL) < 0)
		log_err("timerfd_settime: errno %d", errno);
}

/* timers_run() programs the timer anew, which also takes back its readiness. */
static void deadline_event(struct event_source *src, uint32_t events)
{
	(void)src;
	(void)events;
	timers_run();
}

/* A far date: the timer is read only because a change of the clock cancels it. */
static void arm_clock_set(void)
{
	struct itimerspec its = {.it_value = {.tv_sec = INT64_MAX / 1000000000}};

	if (timerfd_settime(ev.clock_set.fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &its,
			    NULL) < 0)
		log_err("timerfd_settime: errno %d", errno);
}

static void clock_set_event(struct event_source *src, uint32_t events)
{
	uint64_t ticks;
	ssize_t n = read(src->fd, &ticks, sizeof(ticks));

	(void)events;
	if (n < 0 && errno == ECANCELED)
		clock_was_set();
	arm_clock_set();
}

static void kick_event(struct event_source *src, uint32_t events)
{
	uint64_t count;

	(void)events;
	if (read(src->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		log_err("eventfd: errno %d", errno);
}

void event_kick(void)
{
	uint64_t one = 1;

	if (write(ev.kick.fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_err("eventfd: errno %d", errno);
}

int event_watch(struct event_source *src, uint32_t epoll_events)
{
	struct epoll_event e = {.events = epoll_events, .data.ptr = src};

	if (epoll_ctl(set_of(src)->epoll_fd, EPOLL_CTL_ADD, src->fd, &e) == 0)
		return 0;
	return errno == EEXIST ? event_change(src, epoll_events) : -errno;
}

int event_change(struct event_source *src, uint32_t epoll_events)
{
	struct epoll_event e = {.events = epoll_events, .data.ptr = src};

	return epoll_ctl(set_of(src)->epoll_fd, EPOLL_CTL_MOD, src->fd, &e) == 0 ? 0 : -errno;
}

static void wait_idle_locked(struct event_set *set) REQUIRES(&set->mu)
{
	set->nr_waiting++;
	cond_wait(&set->idle, &set->mu);
	set->nr_waiting--;
}

void event_unwatch(struct event_source *src)
{
	struct event_set *set = set_of(src);

	epoll_ctl(set->epoll_fd, EPOLL_CTL_DEL, src->fd, NULL);
	mutex_lock(&set->mu);
	for (int i = 0; i < set->batch_len; i++)
		if (set->batch[i].data.ptr == src)
			set->batch[i].data.ptr = NULL;
	while (set->running == src && delivering_here != set)
		wait_idle_locked(set);
	mutex_unlock(&set->mu);
}

static int event_source_add(struct event_source *src, int fd,
			    void (*fn)(struct event_source *, uint32_t))
{
	if (fd < 0)
		return -errno;
	src->fd = fd;
	src->fn = fn;
	return event_watch(src, EPOLLIN);
}

static int event_set_init(struct event_set *set)
{
	mutex_init(&set->mu, LOCK_EVENT);
	cond_init(&set->idle);
	set->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return set->epoll_fd < 0 ? -errno : 0;
}

int event_init(struct kernel *k)
{
	int err;

	(void)k;
	err = event_set_init(&ev.own);
	if (err == 0)
		err = event_set_init(&ev.sockets);
	if (err < 0)
		return err;
	err = event_source_add(&ev.deadline,
			       timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
			       deadline_event);
	if (err == 0)
		err = event_source_add(&ev.clock_set,
				       timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK),
				       clock_set_event);
	if (err == 0)
		err = event_source_add(&ev.kick, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
				       kick_event);
	if (err < 0)
		return err;
	arm_clock_set();
	timers_init(program_deadline);
	trim_init();
	return 0;
}

/* Fetching does not sleep, so it may be done under the lock: a source is then either still in the
 * epoll, or in the batch, where event_unwatch() finds it. */
static int fetch_batch(struct event_set *set)
{
	int n;

	mutex_lock(&set->mu);
	while (set->delivering)
		wait_idle_locked(set);
	n = epoll_pwait(set->epoll_fd, set->batch, BATCH, 0, NULL);
	set->batch_len = n > 0 ? n : 0;
	set->delivering = n > 0;
	mutex_unlock(&set->mu);
	return n;
}

static void deliver_batch(struct event_set *set)
{
	delivering_here = set;
	mutex_lock(&set->mu);
	for (int i = 0; i < set->batch_len; i++) {
		struct event_source *src = set->batch[i].data.ptr;
		uint32_t events = set->batch[i].events;

		if (src == NULL)
			continue;
		set->batch[i].data.ptr = NULL;
		set->running = src;
		mutex_unlock(&set->mu);
		src->fn(src, events);
		mutex_lock(&set->mu);
		set->running = NULL;
		if (set->nr_waiting)
			cond_broadcast(&set->idle);
	}
	set->batch_len = 0;
	set->delivering = false;
	if (set->nr_waiting)
		cond_broadcast(&set->idle);
	mutex_unlock(&set->mu);
	delivering_here = NULL;
}

static void serve(struct event_set *set)
{
	int n;

	do {
		n = fetch_batch(set);
		if (n > 0)
			deliver_batch(set);
	} while (n == BATCH);
}

void event_flush(void)
{
	serve(&ev.sockets);
}

static void drain_runq(struct kernel *k)
{
	struct task *t;

	if (k->platform && k->platform->one_owner) {
		if (!runq_empty())
			k->platform->kick_workers(k);
		return;
	}
	while ((t = runq_pop()))
		task_resume_parked(t); /* takes the reference */
}

/* Sleeps in ppoll() on the epolls, which consumes no event, then fetches under the lock. */
void event_thread_main(struct kernel *k)
{
	struct pollfd pfds[2] = {{.fd = ev.own.epoll_fd, .events = POLLIN},
				 {.fd = ev.sockets.epoll_fd, .events = POLLIN}};

	while (!atomic_load(&k->exiting)) {
		if (ppoll(pfds, 2, NULL, NULL) < 0 && errno != EINTR) {
			log_err("ppoll: errno %d", errno);
			return;
		}
		if (pfds[1].revents)
			serve(&ev.sockets);
		if (pfds[0].revents)
			serve(&ev.own);
		drain_runq(k);
	}
}
