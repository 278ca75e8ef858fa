/* tests/syscalls/poll_errors.c - poll(2), ppoll(2): POLLNVAL, bad pointers, bad times, limits. */
#include "fs_check.h"
#include <sys/resource.h>

int main(void)
{
	struct pollfd f[2], many[70];
	struct timespec ts = {0, 0};
	struct rlimit rl;
	int p[2], fd;

	xpipe(p);
	fd = closed_fd();
	f[0] = (struct pollfd){fd, POLLIN, 0};
	f[1] = (struct pollfd){p[1], POLLOUT, 0};
	show("closed", poll(f, 2, 0));
	show_poll("closed", 0, f[0].revents);
	show_poll("pipe", 0, f[1].revents);
	show("closed, no time limit", poll(f, 1, -1));
	f[0].events = 0;
	show("closed, no events", poll(f, 1, -1));
	show_poll("closed", 0, f[0].revents);
	show("bad pointer", poll(bad_addr(), 1, 0));
	show("bad pointer, none", poll(bad_addr(), 0, 0));
	f[0] = (struct pollfd){p[1], POLLOUT, 0};
	show("ppoll", ppoll(f, 1, &ts, NULL));
	show("ppoll, bad time pointer", raw(SYS_ppoll, f, 1, bad_addr(), NULL, 8));
	ts.tv_nsec = 1000000000;
	show("ppoll, one billion ns", raw(SYS_ppoll, f, 1, &ts, NULL, 8));
	ts.tv_nsec = -1;
	show("ppoll, negative ns", raw(SYS_ppoll, f, 1, &ts, NULL, 8));
	ts = (struct timespec){-1, 0};
	show("ppoll, negative s", raw(SYS_ppoll, f, 1, &ts, NULL, 8));
	show("ppoll, bad mask pointer", raw(SYS_ppoll, f, 1, NULL, bad_addr(), 8));
	show("ppoll, bad mask size", raw(SYS_ppoll, f, 1, NULL, &(sigset_t){0}, 4));
	show("ppoll, no mask, bad size", raw(SYS_ppoll, f, 1, NULL, NULL, 4));
	if (getrlimit(RLIMIT_NOFILE, &rl) < 0)
		die("getrlimit");
	rl.rlim_cur = 64;
	if (setrlimit(RLIMIT_NOFILE, &rl) < 0)
		die("setrlimit");
	for (int i = 0; i < 70; i++)
		many[i] = (struct pollfd){p[1], POLLOUT, 0};
	show("as many as the limit", poll(many, 64, 0));
	show("more than the limit", poll(many, 65, 0));
	return 0;
}
