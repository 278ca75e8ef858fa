/*
 * syscalls/sys_time.c - clocks, sleeping, interval timers: clock_gettime(2), nanosleep(2),
 * setitimer(2), timer_create(2) and their families
 *
 * Model: clocks that the vDSO has and plain sleeps are forwarded; what comes here are CPU clocks
 * (negative ids name processes by guest numbers), odd arguments, and timers, which are the sentry's.
 */
#include <sys/timex.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "sentry/time/posix_timers.h"
#include "sentry/timer.h"
#include "syscalls/syscall.h"

#define NSEC 1000000000LL
#define MAX_SEC (INT64_MAX / NSEC)

static bool timespec_valid(const struct timespec *ts)
{
	return ts->tv_sec >= 0 && (uint64_t)ts->tv_nsec < (uint64_t)NSEC;
}

static int64_t timespec_ns(const struct timespec *ts)
{
	if (ts->tv_sec >= MAX_SEC)
		return INT64_MAX - 1;
	return ts->tv_sec * NSEC + ts->tv_nsec;
}

static struct timespec ns_timespec(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / NSEC, .tv_nsec = ns % NSEC};
}

/* ---- clocks ---- */

/* Clocks of descriptors (devices) are refused. CPU clocks go on: their numbers are the guest's own
 * pid namespace's, and some of them the host tells only to threads of the same group. */
static bool is_fd_clock(int clockid)
{
	return clockid < 0 && (clockid & 3) == 3;
}

static bool is_alarm_clock(int clockid)
{
	return clockid == CLOCK_REALTIME_ALARM || clockid == CLOCK_BOOTTIME_ALARM;
}

/* Only machines with a clock that can wake them have these. */
static bool alarm_clock_exists(int clockid)
{
	struct timespec ts;

	return clock_gettime(clockid, &ts) == 0;
}

long sys_clock_gettime(struct task *t, const uint64_t *a)
{
	(void)t;
	return is_fd_clock((int)a[0]) ? -EINVAL : SYS_CONTINUE;
}

long sys_clock_getres(struct task *t, const uint64_t *a)
{
	(void)t;
	return is_fd_clock((int)a[0]) ? -EINVAL : SYS_CONTINUE;
}

long sys_clock_settime(struct task *t, const uint64_t *a)
{
	struct timespec ts;

	if ((int)a[0] != CLOCK_REALTIME)
		return -EINVAL;
	if (copy_in_obj(t, &ts, a[1]) < 0)
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	return -EPERM; /* the clock is the host's */
}

long sys_settimeofday(struct task *t, const uint64_t *a)
{
	struct timeval tv;

	if (a[0]) {
		if (copy_in_obj(t, &tv, a[0]) < 0)
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0 || tv.tv_usec >= 1000000)
			return -EINVAL;
	}
	return -EPERM;
}

static long do_adjtimex(struct task *t, uaddr_t addr)
{
	struct timex tx;

	if (copy_in_obj(t, &tx, addr) < 0)
		return -EFAULT;
	if (tx.modes)
		return -EPERM;
	memset(&tx, 0, sizeof(tx));
	tx.tick = 10000;
	tx.maxerror = tx.esterror = 16000000;
	tx.status = STA_UNSYNC;
	tx.constant = 2;
	tx.precision = 1;
	tx.tolerance = 32768000;
	tx.time.tv_sec = clock_now_ns(CLOCK_REALTIME) / NSEC;
	tx.time.tv_usec = clock_now_ns(CLOCK_REALTIME) % NSEC / 1000;
	if (copy_out_obj(t, addr, &tx) < 0)
		return -EFAULT;
	return TIME_ERROR;
}

long sys_adjtimex(struct task *t, const uint64_t *a)
{
	return do_adjtimex(t, a[0]);
}

long sys_clock_adjtime(struct task *t, const uint64_t *a)
{
	return (int)a[0] == CLOCK_REALTIME ? do_adjtimex(t, a[1]) : -EINVAL;
}

long sys_gettimeofday(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_time(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_nanosleep(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_clock_nanosleep(struct task *t, const uint64_t *a)
{
	int clockid = (int)a[0];

	(void)t;
	/* Waking alarms would reach beyond the sandbox. */
	if (is_alarm_clock(clockid))
		return alarm_clock_exists(clockid) ? -EPERM : -EOPNOTSUPP;
	return is_fd_clock(clockid) ? -EINVAL : SYS_CONTINUE;
}

/* ---- itimers ---- */

static bool read_timeval(const struct timeval *tv, int64_t *ret_ns)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= 1000000)
		return false;
	*ret_ns = tv->tv_sec >= MAX_SEC ? INT64_MAX / 2 : tv->tv_sec * NSEC + tv->tv_usec * 1000;
	return true;
}

static struct itimerval to_itimerval(const struct timer_value *v)
{
	int64_t left = (v->left_ns + 999) / 1000, every = v->interval_ns / 1000;

	return (struct itimerval){
		.it_interval = {.tv_sec = every / 1000000, .tv_usec = every % 1000000},
		.it_value = {.tv_sec = left / 1000000, .tv_usec = left % 1000000},
	};
}

long sys_getitimer(struct task *t, const uint64_t *a)
{
	struct timer_value v;
	struct itimerval it;

	if ((unsigned int)a[0] > ITIMER_PROF)
		return -EINVAL;
	itimer_get(t->process, (int)a[0], &v);
	it = to_itimerval(&v);
	return copy_out_obj(t, a[1], &it);
}

long sys_setitimer(struct task *t, const uint64_t *a)
{
	struct timer_value v = {0}, old;
	struct itimerval it;
	int err;

	if (a[1]) {
		if (copy_in_obj(t, &it, a[1]) < 0)
			return -EFAULT;
		if (!read_timeval(&it.it_value, &v.left_ns) ||
		    !read_timeval(&it.it_interval, &v.interval_ns))
			return -EINVAL;
	}
	if ((unsigned int)a[0] > ITIMER_PROF)
		return -EINVAL;
	err = itimer_set(t->process, (int)a[0], &v, &old);
	if (err < 0 || !a[2])
		return err;
	it = to_itimerval(&old);
	return copy_out_obj(t, a[2], &it);
}

long sys_alarm(struct task *t, const uint64_t *a)
{
	struct timer_value v = {.left_ns = (int64_t)(unsigned int)a[0] * NSEC}, old;

	if (itimer_set(t->process, ITIMER_REAL, &v, &old) < 0)
		return 0;
	if (old.left_ns == 0)
		return 0;
	/* Rounded, but never to 0 while one was set (kernel/time/itimer.c). */
	return MAX((long)((old.left_ns + NSEC / 2) / NSEC), 1L);
}

/* ---- POSIX timers ---- */

static int check_event(struct task *t, const struct sigevent *se, struct timer_event *ev)
{
	ev->notify = se->sigev_notify & ~SIGEV_THREAD_ID;
	ev->signo = se->sigev_signo;
	ev->value = (uint64_t)se->sigev_value.sival_ptr;
	ev->value_is_id = false;
	if (se->sigev_notify == SIGEV_NONE)
		return 0;
	if (se->sigev_notify & SIGEV_THREAD_ID) {
		struct task *target;

		memcpy(&ev->tid, &se->_sigev_un, sizeof(ev->tid));
		target = task_by_tid(t->kernel, ev->tid);
		if (!target || target->process != t->process) {
			task_put(target);
			return -EINVAL;
		}
		task_put(target);
		ev->notify = SIGEV_THREAD_ID;
	} else if (se->sigev_notify != SIGEV_SIGNAL && se->sigev_notify != SIGEV_THREAD) {
		return -EINVAL;
	} else {
		ev->notify = SIGEV_SIGNAL;
	}
	if (ev->signo <= 0 || ev->signo > 64)
		return -EINVAL;
	return 0;
}

static bool clock_has_timers(int clockid)
{
	return clockid < 0 || clockid == CLOCK_REALTIME || clockid == CLOCK_MONOTONIC ||
	       clockid == CLOCK_BOOTTIME || clockid == CLOCK_TAI ||
	       clockid == CLOCK_REALTIME_ALARM || clockid == CLOCK_BOOTTIME_ALARM ||
	       clockid == CLOCK_PROCESS_CPUTIME_ID || clockid == CLOCK_THREAD_CPUTIME_ID;
}

long sys_timer_create(struct task *t, const uint64_t *a)
{
	struct timer_event ev = {.notify = SIGEV_SIGNAL, .signo = SIGALRM, .value_is_id = true};
	struct sigevent se;
	int id, host, clockid = (int)a[0];

	if (a[1]) {
		if (copy_in_obj(t, &se, a[1]) < 0)
			return -EFAULT;
		if (clock_to_host(t, clockid, &host) < 0 || check_event(t, &se, &ev) < 0)
			return -EINVAL;
	}
	if (clock_to_host(t, clockid, &host) < 0)
		return -EINVAL;
	if (!clock_has_timers(clockid))
		return -EOPNOTSUPP;
	if (is_alarm_clock(clockid) && !alarm_clock_exists(clockid))
		return -EOPNOTSUPP;
	if (is_alarm_clock(clockid) && !task_has_cap(t, CAP_WAKE_ALARM))
		return -EPERM;
	id = ptimer_create(t, clockid, &ev);
	if (id < 0)
		return id;
	if (copy_out_obj(t, a[2], &id) < 0) {
		if (ptimer_delete(t->process, id) < 0)
			return -EINVAL;
		return -EFAULT;
	}
	return 0;
}

long sys_timer_delete(struct task *t, const uint64_t *a)
{
	return ptimer_delete(t->process, (int)a[0]);
}

long sys_timer_settime(struct task *t, const uint64_t *a)
{
	struct timer_value v, old;
	struct itimerspec it;
	int err;

	if (!a[2])
		return -EINVAL;
	if (copy_in_obj(t, &it, a[2]) < 0)
		return -EFAULT;
	if (!timespec_valid(&it.it_value) || !timespec_valid(&it.it_interval))
		return -EINVAL;
	v.left_ns = timespec_ns(&it.it_value);
	v.interval_ns = timespec_ns(&it.it_interval);
	if (v.left_ns > INT64_MAX / 2)
		v.left_ns = INT64_MAX / 2;
	err = ptimer_set(t->process, (int)a[0], (int)a[1] & TIMER_ABSTIME, &v, a[3] ? &old : NULL);
	if (err < 0 || !a[3])
		return err;
	it.it_value = ns_timespec(old.left_ns);
	it.it_interval = ns_timespec(old.interval_ns);
	return copy_out_obj(t, a[3], &it);
}

long sys_timer_gettime(struct task *t, const uint64_t *a)
{
	struct timer_value v;
	struct itimerspec it;
	int err = ptimer_get(t->process, (int)a[0], &v);

	if (err < 0)
		return err;
	it.it_value = ns_timespec(v.left_ns);
	it.it_interval = ns_timespec(v.interval_ns);
	return copy_out_obj(t, a[1], &it);
}

long sys_timer_getoverrun(struct task *t, const uint64_t *a)
{
	return ptimer_overrun(t->process, (int)a[0]);
}
