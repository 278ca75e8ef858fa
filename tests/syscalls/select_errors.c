/* tests/syscalls/select_errors.c - select(2), pselect(2): closed descriptors, bad counts, times. */
#include "fs_check.h"
#include <sys/select.h>

int main(void)
{
	struct timeval tv = {0, 0};
	struct timespec ts = {0, 0};
	struct {
		const sigset_t *set;
		size_t size;
	} mask = {NULL, 8};
	sigset_t set;
	fd_set r;
	int p[2], fd, ret;

	xpipe(p);
	fd = closed_fd();
	FD_ZERO(&r);
	FD_SET(fd, &r);
	FD_SET(p[1], &r);
	show("closed", select(fd + 1, &r, NULL, NULL, &tv));
	say("sets are untouched: %d %d", !!FD_ISSET(fd, &r), !!FD_ISSET(p[1], &r));
	show("closed, write set", select(fd + 1, NULL, &r, NULL, &tv));
	show("closed, except set", select(fd + 1, NULL, NULL, &r, &tv));
	show("nfds -1", raw(SYS_select, -1, &r, NULL, NULL, &tv));
	FD_ZERO(&r);
	show("bad set", raw(SYS_select, 10, bad_addr(), NULL, NULL, &tv));
	show("bad time pointer", raw(SYS_select, 10, &r, NULL, NULL, bad_addr()));
	tv = (struct timeval){-1, 0};
	show("negative seconds", raw(SYS_select, 10, &r, NULL, NULL, &tv));
	tv = (struct timeval){0, -1};
	show("negative microseconds", raw(SYS_select, 10, &r, NULL, NULL, &tv));
	tv = (struct timeval){0, 2000000};
	FD_SET(p[1], &r);
	show("two million microseconds", raw(SYS_select, p[1] + 1, NULL, &r, NULL, &tv));
	ts.tv_nsec = 1000000000;
	show("pselect, bad time", raw(SYS_pselect6, 10, NULL, NULL, NULL, &ts, NULL));
	ts.tv_nsec = 0;
	sigemptyset(&set);
	mask.set = &set;
	mask.size = 5;
	show("pselect, bad mask size", raw(SYS_pselect6, 10, NULL, NULL, NULL, &ts, &mask));
	mask.size = 8;
	mask.set = bad_addr();
	show("pselect, bad mask", raw(SYS_pselect6, 10, NULL, NULL, NULL, &ts, &mask));
	show("pselect, bad sixth", raw(SYS_pselect6, 10, NULL, NULL, NULL, &ts, bad_addr()));
	show("pselect, no mask", raw(SYS_pselect6, 10, NULL, NULL, NULL, &ts, NULL));
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	pest_start();
	ret = select(p[0] + 1, &r, NULL, NULL, NULL);
	pest_stop();
	show("signal", ret);
	show_true("sets are untouched", FD_ISSET(p[0], &r));
	return 0;
}
