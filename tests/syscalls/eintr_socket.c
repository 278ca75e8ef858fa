/*
 * tests/syscalls/eintr_socket.c - recv(2) and accept(2) on Unix sockets and a handled signal: EINTR
 * or a restart; with a receive timeout always EINTR.
 */
#include "check.h"
#include <sys/socket.h>
#include <sys/un.h>

static volatile int calls;
static int s[2], listener;
static struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = "sock"};
static bool do_connect;

static void handler(int sig)
{
	(void)sig;
	if (++calls != 3)
		return;
	if (do_connect) {
		int c = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

		if (connect(c, (struct sockaddr *)&addr, sizeof(addr)) < 0)
			_exit(1);
	} else if (write(s[1], "hello", 5) != 5) {
		_exit(1);
	}
}

int main(void)
{
	struct timeval tv = {20, 0};
	char buf[16];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(listener, 5) < 0)
		die("bind");

	calls = 100;
	on_signal(SIGALRM, handler, 0);
	tick_ms(5);
	show("recv", recv(s[0], buf, sizeof(buf), 0));
	show("accept", accept(listener, NULL, NULL));
	tick_ms(0);

	on_signal(SIGALRM, handler, SA_RESTART);
	calls = 0;
	tick_ms(5);
	show("recv with SA_RESTART", recv(s[0], buf, sizeof(buf), 0));
	do_connect = true;
	calls = 0;
	show_fd("accept with SA_RESTART", accept(listener, NULL, NULL));
	tick_ms(0);

	setsockopt(s[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	calls = 100;
	tick_ms(5);
	show("recv with timeout", recv(s[0], buf, sizeof(buf), 0));
	show("accept with timeout", accept(listener, NULL, NULL));
	tick_ms(0);
	return 0;
}
