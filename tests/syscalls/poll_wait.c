/* tests/syscalls/poll_wait.c - poll(2): woken by data, room, a hangup, a signal. */
#include "fs_check.h"

int main(void)
{
	static char buf[65536];
	struct pollfd f[2];
	int p[2], ret;
	long t;

	xpipe(p);
	if (xfork() == 0) {
		nap_ms(20);
		must(write(p[1], "x", 1));
		_exit(0);
	}
	f[0] = (struct pollfd){p[0], POLLIN, 0};
	show("data", poll(f, 1, -1));
	show_poll("revents", 0, f[0].revents);
	xwait(-1);
	must(read(p[0], buf, 1));

	xfcntl(p[1], F_SETFL, O_NONBLOCK);
	fill_up(p[1]);
	if (xfork() == 0) {
		nap_ms(20);
		must(read(p[0], buf, sizeof(buf)));
		_exit(0);
	}
	f[0] = (struct pollfd){p[1], POLLOUT, 0};
	show("room", poll(f, 1, -1));
	show_poll("revents", 0, f[0].revents);
	xwait(-1);

	if (xfork() == 0) {
		close(p[0]);
		nap_ms(20);
		_exit(0);
	}
	close(p[1]);
	f[0] = (struct pollfd){p[0], POLLIN, 0};
	show("hangup", poll(f, 1, -1));
	show_poll("revents", 0, f[0].revents);
	xwait(-1);

	xpipe(p);
	f[0] = (struct pollfd){p[0], POLLIN, 0x55};
	pest_start();
	ret = poll(f, 1, -1);
	pest_stop();
	show("signal", ret);
	/* A handler with SA_RESTART makes no difference. */
	pest_start();
	catch_signal(SIGUSR1, count_signal, SA_RESTART);
	ret = poll(f, 1, -1);
	pest_stop();
	show("signal, SA_RESTART", ret);
	t = now_ms();
	show("time", poll(f, 1, 20));
	show_true("not too early", now_ms() - t >= 19);
	show_poll("revents", 0, f[0].revents);
	return 0;
}
