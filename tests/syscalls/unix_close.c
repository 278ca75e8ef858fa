/* tests/syscalls/unix_close.c - what the other side sees after close(2), dup(2), fork(2), exit. */
#include "fs_check.h"
#include <sys/socket.h>

int main(void)
{
	char buf[16];
	int s[2], d, go[2];

	catch_signal(SIGPIPE, count_signal, 0);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	d = dup(s[1]);
	close(s[1]);
	show("dup keeps it open", write(s[0], "x", 1));
	close(d);
	show("unread data: read", read(s[0], buf, 1));
	show("then", read(s[0], buf, 1));
	show("write", write(s[0], "x", 1));
	show_val("signals", signals_seen);

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	xpipe(go);
	if (xfork() == 0) {
		close(s[0]);
		must(write(s[1], "bye", 3));
		await_byte(go[0]);
		_exit(0);
	}
	close(s[1]);
	show_read("before exit", read(s[0], buf, 16), buf);
	send_byte(go[1]);
	show("after exit", read(s[0], buf, 16));
	xwait(-1);
	show("write", send(s[0], "x", 1, MSG_NOSIGNAL));

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s));
	show("FD_CLOEXEC", fcntl(s[0], F_GETFD));
	show("flags", fcntl(s[0], F_GETFL));
	must(fcntl(s[0], F_SETFL, O_NONBLOCK));
	show("not blocking", read(s[0], buf, 1));
	show("the other one's flags", fcntl(s[1], F_GETFL));
	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	close(s[1]);
	show("dgram write", write(s[0], "x", 1));
	show("again", write(s[0], "x", 1));
	show("read", recv(s[0], buf, 1, MSG_DONTWAIT));
	return 0;
}
