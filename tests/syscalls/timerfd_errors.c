/*
 * tests/syscalls/timerfd_errors.c - timerfd calls: clocks, flags, values, descriptors, sizes.
 */
#include "check.h"
#include <sys/timerfd.h>

int main(void)
{
	struct itimerspec its = {{0, 0}, {0, 1}}, bad;
	int fd = timerfd_create(CLOCK_REALTIME, 0), file = open(".", O_RDONLY);
	char buf[16];

	show_fd("create", fd < 0 ? fd : 0);
	show("unknown clock", timerfd_create(100, 0));
	show("CPU clock", timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
	show("raw clock", timerfd_create(CLOCK_MONOTONIC_RAW, 0));
	show_fd("boot time", timerfd_create(CLOCK_BOOTTIME, 0));
	show("flags", timerfd_create(CLOCK_MONOTONIC, 1));
	show("settime, flags", timerfd_settime(fd, 16, &its, NULL));
	bad = its;
	bad.it_value.tv_nsec = 1000000000;
	show("settime, nanoseconds", timerfd_settime(fd, 0, &bad, NULL));
	bad = its;
	bad.it_value.tv_sec = -1;
	show("settime, negative", timerfd_settime(fd, 0, &bad, NULL));
	bad = its;
	bad.it_interval.tv_nsec = -1;
	show("settime, interval", timerfd_settime(fd, 0, &bad, NULL));
	show("settime, bad descriptor", timerfd_settime(999, 0, &its, NULL));
	show("settime, directory", timerfd_settime(file, 0, &its, NULL));
	show("settime, bad pointer", raw(SYS_timerfd_settime, fd, 0, BAD_PTR, NULL));
	show("settime, bad old pointer", raw(SYS_timerfd_settime, fd, 0, &its, BAD_PTR));
	show("gettime, bad descriptor", timerfd_gettime(999, &bad));
	show("gettime, directory", timerfd_gettime(file, &bad));
	show("gettime, bad pointer", raw(SYS_timerfd_gettime, fd, BAD_PTR));
	show("read, 7 bytes", read(fd, buf, 7));
	show("read, 16 bytes", read(fd, buf, 16));
	timerfd_settime(fd, 0, &its, NULL);
	nap_ms(2);
	show("read, bad pointer", read(fd, BAD_PTR, 8));
	show("write", write(fd, buf, 8));
	show("lseek", lseek(fd, 0, SEEK_SET));
	return 0;
}
