/* tests/syscalls/unix_backlog.c - listen(2): how many connections wait; blocked connect(2). */
#include "fs_check.h"
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"};

static int dial(int flags)
{
	int s = must(socket(AF_UNIX, SOCK_STREAM | flags, 0));

	return connect(s, (struct sockaddr *)&a, sizeof(a)) < 0 ? -1 : s;
}

int main(void)
{
	int l = must(socket(AF_UNIX, SOCK_STREAM, 0)), n = 0, s;
	struct timeval tv = {0, 50000};
	char buf[8];

	show("listen unbound", listen(l, 1));
	must(bind(l, (struct sockaddr *)&a, sizeof(a)));
	show("accept without listen", accept(l, NULL, NULL));
	show("listen", listen(l, 2));
	while (dial(SOCK_NONBLOCK) >= 0)
		n++;
	show("full", -1);
	show_val("connections", n);
	s = must(socket(AF_UNIX, SOCK_STREAM, 0));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	show("time-out", connect(s, (struct sockaddr *)&a, sizeof(a)));
	show("larger backlog", listen(l, 3));
	show_true("one more", dial(SOCK_NONBLOCK) >= 0);
	show("full", dial(SOCK_NONBLOCK));
	if (xfork() == 0) {
		s = dial(0);
		must(write(s, "late", 4));
		_exit(0);
	}
	nap_ms(30);
	for (int i = 0; i < 4; i++)
		show_true("accept", accept(l, NULL, NULL) >= 0);
	s = must(accept(l, NULL, NULL));
	show_read("from the child", read(s, buf, 8), buf);
	xwait(-1);
	show("nobody", accept4(l, NULL, NULL, SOCK_NONBLOCK | 0x10));
	must(fcntl(l, F_SETFL, O_NONBLOCK));
	show("nobody", accept(l, NULL, NULL));
	s = dial(SOCK_NONBLOCK);
	close(must(accept4(l, NULL, NULL, SOCK_CLOEXEC)));
	show("closed by the server", read(s, buf, 1));
	s = dial(0);
	close(l);
	show("listener gone", read(s, buf, 1));
	show("again", read(s, buf, 1));
	must(unlink("sock"));
	l = must(socket(AF_UNIX, SOCK_STREAM, 0));
	must(bind(l, (struct sockaddr *)&a, sizeof(a)));
	must(listen(l, 0));
	if (xfork() == 0) {
		nap_ms(20);
		shutdown(l, SHUT_RD);
		_exit(0);
	}
	show("accept, shut down", accept(l, NULL, NULL));
	xwait(-1);
	show("connect, shut down", dial(0));
	show("dgram listen", listen(must(socket(AF_UNIX, SOCK_DGRAM, 0)), 1));
	show("dgram accept", accept(must(socket(AF_UNIX, SOCK_DGRAM, 0)), NULL, NULL));
	return 0;
}
