/* tests/syscalls/timerfd_interval.c - timerfd(2): repeated expiry is counted. */
#include "fs_check.h"
#include <sys/timerfd.h>

int main(void)
{
	struct itimerspec its = {{0, 5000000}, {0, 5000000}}, cur;
	uint64_t n = 0, sum = 0;
	int fd = timerfd_create(CLOCK_MONOTONIC, 0), ret;
	long t = now_ms();

	show("every 5 ms", timerfd_settime(fd, 0, &its, NULL));
	for (int i = 0; i < 3; i++) {
		show("read", read(fd, &n, 8));
		sum += n;
	}
	show_true("three at least", sum >= 3);
	show_true("not more than the time allows", (long)sum <= (now_ms() - t + 1) / 5);
	nap_ms(32);
	show("read", read(fd, &n, 8));
	show_true("missed ones are counted", n >= 5);
	show("gettime", timerfd_gettime(fd, &cur));
	show_true("interval", cur.it_interval.tv_nsec == 5000000);
	show_true("next one", cur.it_value.tv_sec == 0 && cur.it_value.tv_nsec <= 5000000 &&
				      cur.it_value.tv_nsec > 0);
	its = (struct itimerspec){{0, 0}, {0, 0}};
	show("disarm", timerfd_settime(fd, 0, &its, NULL));
	show_ready("poll", fd, POLLIN);
	pest_start();
	ret = read(fd, &n, 8);
	pest_stop();
	show("interrupted", ret);
	/* A child reads the timer of its parent. */
	its = (struct itimerspec){{0, 0}, {0, 10000000}};
	must(timerfd_settime(fd, 0, &its, NULL));
	if (xfork() == 0) {
		show("child reads", read(fd, &n, 8));
		show_val("expirations", n);
		_exit(0);
	}
	xwait(-1);
	show_ready("poll", fd, POLLIN);
	return 0;
}
