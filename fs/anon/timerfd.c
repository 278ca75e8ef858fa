/*
 * fs/anon/timerfd.c - timerfd_create(2)
 *
 * Model: the timer's next expiry is kept on its own clock; a struct timer is armed at the same
 * moment of CLOCK_MONOTONIC. Only the first expiry of an interval wakes the event thread: the
 * expirations since then are computed when somebody reads (hrtimer_forward()), and only then is the
 * timer armed again, so an unread interval timer costs no wake-ups.
 *
 * Clocks: when CLOCK_REALTIME is set, realtime timers are armed anew, and those with
 * TFD_TIMER_CANCEL_ON_SET become readable with -ECANCELED. The ALARM clocks are their plain ones: a
 * container cannot wake the machine.
 *
 * Locking: LOCK_ANON, with LOCK_TIMER inside.
 */
#include "fs/anon/anon.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/mem/uio.h"
#include "sentry/mem/usermem.h"
#include "sentry/timer.h"

#define NSEC_PER_SEC 1000000000LL

struct timerfd {
	struct wait_queue wq;
	struct timer timer;
	struct clock_set_watch clock_watch;
	int clockid; /* as given */
	struct mutex mu;
	int64_t expiry_ns GUARDED_BY(&mu); /* on the clock; 0: disarmed */
	int64_t interval_ns GUARDED_BY(&mu);
	uint64_t ticks GUARDED_BY(&mu); /* passed, not yet read; the interval's come on top */
	bool expired GUARDED_BY(&mu);	/* fired, and the next one is not armed */
	bool cancelled GUARDED_BY(&mu);
	bool cancel_on_set GUARDED_BY(&mu);
	int settime_flags GUARDED_BY(&mu);
};

static int host_clock(int clockid)
{
	if (clockid == CLOCK_REALTIME_ALARM)
		return CLOCK_REALTIME;
	if (clockid == CLOCK_BOOTTIME_ALARM)
		return CLOCK_BOOTTIME;
	return clockid;
}

static int64_t ns_of(const struct timespec *ts)
{
	if (ts->tv_sec >= INT64_MAX / NSEC_PER_SEC)
		return INT64_MAX;
	return ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

static struct timespec ts_of(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC};
}

static int64_t add_sat(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static void arm_locked(struct timerfd *tfd) REQUIRES(&tfd->mu)
{
	int64_t in;

	if (tfd->expiry_ns == 0) {
		timer_arm(&tfd->timer, TIMER_NEVER);
		return;
	}
	in = tfd->expiry_ns - clock_now_ns(host_clock(tfd->clockid));
	timer_arm(&tfd->timer, add_sat(clock_now_ns(CLOCK_MONOTONIC), MAX(in, (int64_t)0)));
}

/* hrtimer_forward(): moves the expiry behind now; how many expirations that passes. */
static uint64_t forward_locked(struct timerfd *tfd) REQUIRES(&tfd->mu)
{
	int64_t now = clock_now_ns(host_clock(tfd->clockid));
	uint64_t n;

	if (tfd->expiry_ns == 0 || tfd->interval_ns == 0 || now < tfd->expiry_ns)
		return 0;
	n = (uint64_t)((now - tfd->expiry_ns) / tfd->interval_ns) + 1;
	tfd->expiry_ns = add_sat(tfd->expiry_ns, (int64_t)n * tfd->interval_ns);
	return n;
}

static void timerfd_fire(struct timer *tm)
{
	struct timerfd *tfd = container_of(tm, struct timerfd, timer);

	mutex_lock(&tfd->mu);
	if (tfd->expiry_ns && clock_now_ns(host_clock(tfd->clockid)) < tfd->expiry_ns) {
		arm_locked(tfd); /* set anew meanwhile, or the clock was set back */
	} else if (tfd->expiry_ns) {
		tfd->expired = true;
		tfd->ticks++;
		wait_wake(&tfd->wq, POLLIN);
	}
	mutex_unlock(&tfd->mu);
}

static void timerfd_clock_set(struct clock_set_watch *w)
{
	struct timerfd *tfd = container_of(w, struct timerfd, clock_watch);

	mutex_lock(&tfd->mu);
	if (tfd->cancel_on_set && tfd->expiry_ns) {
		tfd->cancelled = true;
		wait_wake(&tfd->wq, POLLIN);
	}
	if (!tfd->expired)
		arm_locked(tfd);
	mutex_unlock(&tfd->mu);
}

/* What a read takes: the fired expiration, and with an interval all that passed since. */
static ssize_t take_ticks_locked(struct timerfd *tfd, uint64_t *ret) REQUIRES(&tfd->mu)
{
	if (tfd->cancelled) {
		tfd->cancelled = false;
		if (tfd->cancel_on_set)
			return -ECANCELED;
	}
	if (tfd->ticks == 0)
		return -EAGAIN;
	*ret = tfd->ticks;
	if (tfd->expired && tfd->interval_ns) {
		*ret += forward_locked(tfd) - 1;
		arm_locked(tfd);
	} else if (tfd->expired) {
		tfd->expiry_ns = 0;
	}
	tfd->expired = false;
	tfd->ticks = 0;
	return 0;
}

static ssize_t timerfd_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct timerfd *tfd = f->data;
	uint64_t n = 0;
	ssize_t err;

	(void)pos;
	(void)flags;
	if (u->left < sizeof(n))
		return -EINVAL;
	mutex_lock(&tfd->mu);
	err = take_ticks_locked(tfd, &n);
	mutex_unlock(&tfd->mu);
	if (err < 0)
		return err;
	return uio_write(u, &n, sizeof(n)) == sizeof(n) ? (ssize_t)sizeof(n) : -EFAULT;
}

static uint32_t timerfd_poll(struct file *f)
{
	struct timerfd *tfd = f->data;
	uint32_t mask;

	mutex_lock(&tfd->mu);
	mask = tfd->ticks || tfd->cancelled ? POLLIN : 0;
	mutex_unlock(&tfd->mu);
	return mask;
}

static struct wait_queue *timerfd_wait_queue(struct file *f)
{
	return &((struct timerfd *)f->data)->wq;
}

static void gettime_locked(struct timerfd *tfd, struct itimerspec *ret) REQUIRES(&tfd->mu)
{
	int64_t left = 0;

	if (tfd->expired && tfd->interval_ns) {
		tfd->ticks += forward_locked(tfd) - 1;
		tfd->expired = false;
		arm_locked(tfd);
	}
	if (tfd->expiry_ns && !tfd->expired)
		left = MAX(tfd->expiry_ns - clock_now_ns(host_clock(tfd->clockid)), (int64_t)1);
	ret->it_value = ts_of(left);
	ret->it_interval = ts_of(tfd->interval_ns);
}

void timerfd_get(struct file *f, struct itimerspec *ret)
{
	struct timerfd *tfd = f->data;

	mutex_lock(&tfd->mu);
	gettime_locked(tfd, ret);
	mutex_unlock(&tfd->mu);
}

static bool timespec_ok(const struct timespec *ts)
{
	return ts->tv_sec >= 0 && ts->tv_nsec >= 0 && ts->tv_nsec < NSEC_PER_SEC;
}

int timerfd_set(struct file *f, int flags, const struct itimerspec *its, struct itimerspec *old)
{
	struct timerfd *tfd = f->data;
	int64_t value;
	bool realtime = host_clock(tfd->clockid) == CLOCK_REALTIME;

	if (!timespec_ok(&its->it_value) || !timespec_ok(&its->it_interval))
		return -EINVAL;
	value = ns_of(&its->it_value);
	mutex_lock(&tfd->mu);
	gettime_locked(tfd, old);
	tfd->settime_flags = flags & (TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET);
	tfd->cancel_on_set = realtime && (flags & TFD_TIMER_ABSTIME) &&
			     (flags & TFD_TIMER_CANCEL_ON_SET);
	tfd->cancelled = false;
	tfd->expired = false;
	tfd->ticks = 0;
	tfd->interval_ns = ns_of(&its->it_interval);
	if (value && !(flags & TFD_TIMER_ABSTIME))
		value = add_sat(clock_now_ns(host_clock(tfd->clockid)), value);
	tfd->expiry_ns = value;
	arm_locked(tfd);
	mutex_unlock(&tfd->mu);
	return 0;
}

static void timerfd_show_fdinfo(struct file *f, struct strbuf *sb)
{
	struct timerfd *tfd = f->data;
	struct itimerspec its;
	uint64_t ticks;
	int flags;

	mutex_lock(&tfd->mu);
	gettime_locked(tfd, &its);
	ticks = tfd->ticks;
	flags = tfd->settime_flags;
	mutex_unlock(&tfd->mu);
	strbuf_printf(sb,
		      "clockid: %d\nticks: %lu\nsettime flags: 0%o\nit_value: (%ld, %ld)\n"
		      "it_interval: (%ld, %ld)\n",
		      tfd->clockid, (unsigned long)ticks, (unsigned int)flags,
		      (long)its.it_value.tv_sec, its.it_value.tv_nsec, (long)its.it_interval.tv_sec,
		      its.it_interval.tv_nsec);
}

static void timerfd_free(struct timerfd *tfd)
{
	if (host_clock(tfd->clockid) == CLOCK_REALTIME)
		clock_set_unnotify(&tfd->clock_watch);
	timer_cancel(&tfd->timer);
	wait_queue_destroy(&tfd->wq);
	mutex_destroy(&tfd->mu);
	mem_free(tfd);
}

static void timerfd_release(struct file *f)
{
	timerfd_free(f->data);
}

static const struct file_ops timerfd_fops = {
	.llseek = anon_llseek,
	.read = timerfd_read,
	.poll = timerfd_poll,
	.wait_queue = timerfd_wait_queue,
	.show_fdinfo = timerfd_show_fdinfo,
	.release = timerfd_release,
};

bool file_is_timerfd(const struct file *f)
{
	return f->ops == &timerfd_fops;
}

int timerfd_new(struct kernel *k, int clockid, int flags, struct file **ret)
{
	struct timerfd *tfd = mem_zalloc(sizeof(*tfd));
	int err;

	if (tfd == NULL)
		return -ENOMEM;
	mutex_init(&tfd->mu, LOCK_ANON);
	wait_queue_init(&tfd->wq);
	timer_init(&tfd->timer, timerfd_fire);
	tfd->clockid = clockid;
	tfd->clock_watch.fn = timerfd_clock_set;
	list_init(&tfd->clock_watch.node);
	if (host_clock(clockid) == CLOCK_REALTIME)
		clock_set_notify(&tfd->clock_watch);
	err = file_new_anon(k, "anon_inode:[timerfd]", NULL, &timerfd_fops, tfd, O_RDWR | flags,
			    FMODE_READ | FMODE_WRITE | FMODE_STREAM, ret);
	if (err < 0)
		timerfd_free(tfd);
	return err;
}
