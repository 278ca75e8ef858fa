/*
 * tests/syscalls/timerfd_abstime.c - timerfd with TFD_TIMER_ABSTIME: future and past; shared over
 * fork and dup.
 */
#include "check.h"
#include <sys/timerfd.h>

int main(void)
{
	clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
	struct itimerspec its = {0}, old;
	struct timespec now;
	uint64_t n;
	pid_t pid;
	int fd = -1;

	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		say("clock %d", clocks[i]);
		fd = timerfd_create(clocks[i], 0);
		clock_gettime(clocks[i], &now);
		its = (struct itimerspec){{0, 0}, now};
		its.it_value.tv_nsec += 5000000;
		if (its.it_value.tv_nsec >= 1000000000) {
			its.it_value.tv_nsec -= 1000000000;
			its.it_value.tv_sec++;
		}
		show("settime", timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL));
		show("read", read(fd, &n, 8));
		show_val("expirations", n);
		clock_gettime(clocks[i], &now);
		show_true("not too early", now.tv_sec > its.it_value.tv_sec ||
						   (now.tv_sec == its.it_value.tv_sec &&
						    now.tv_nsec >= its.it_value.tv_nsec));
		its.it_value = (struct timespec){1, 0};
		show("past", timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL));
		show("read", read(fd, &n, 8));
		show_val("expirations", n);
	}
	pid = xfork();
	if (pid == 0) {
		its.it_value.tv_sec = 30;
		timerfd_settime(fd, 0, &its, NULL);
		_exit(0);
	}
	xwait(pid);
	timerfd_gettime(dup(fd), &old);
	show_true("set by the child, seen by a duplicate", old.it_value.tv_sec > 0);
	return 0;
}
