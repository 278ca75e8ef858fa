/* tests/syscalls/unix_shutdown.c - shutdown(2) while somebody waits, and of sockets without peer. */
#include "fs_check.h"
#include <sys/socket.h>

static void wait_in(const char *what, int s, int type)
{
	char big[70000], b;
	int pair[2];

	(void)s;
	must(socketpair(AF_UNIX, type, 0, pair));
	if (xfork() == 0) {
		nap_ms(20);
		shutdown(pair[0], SHUT_RD);
		_exit(0);
	}
	say("%s:", what);
	show("reader, own end", read(pair[0], &b, 1));
	xwait(-1);
	must(socketpair(AF_UNIX, type, 0, pair));
	if (xfork() == 0) {
		nap_ms(20);
		shutdown(pair[0], SHUT_WR);
		_exit(0);
	}
	if (type != SOCK_DGRAM)
		show("reader, other end", read(pair[1], &b, 1));
	xwait(-1);
	show("write", write(pair[0], "x", 1));
	must(socketpair(AF_UNIX, type, 0, pair));
	while (send(pair[0], big, 1000, MSG_DONTWAIT) > 0)
		;
	if (xfork() == 0) {
		nap_ms(20);
		shutdown(pair[type == SOCK_DGRAM ? 0 : 1], SHUT_RDWR);
		_exit(0);
	}
	show("writer", write(pair[0], big, 1000));
	xwait(-1);
	show("reader still gets", read(pair[1], big, sizeof(big)) > 0);
}

int main(void)
{
	int s = must(socket(AF_UNIX, SOCK_STREAM, 0));

	signal(SIGPIPE, SIG_IGN);
	wait_in("stream", s, SOCK_STREAM);
	wait_in("dgram", s, SOCK_DGRAM);
	wait_in("seqpacket", s, SOCK_SEQPACKET);
	show("unconnected", shutdown(s, SHUT_RDWR));
	show("bad how", shutdown(s, 3));
	show("negative", shutdown(s, -1));
	show("not a socket", shutdown(xopen("/dev/null", O_RDWR, 0), SHUT_RD));
	show("not open", shutdown(closed_fd(), SHUT_RD));
	return 0;
}
