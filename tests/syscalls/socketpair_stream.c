/* tests/syscalls/socketpair_stream.c - socketpair(2), SOCK_STREAM: both ways, shutdown, close. */
#include "fs_check.h"
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(void)
{
	char buf[64];
	int s[2], n;

	show("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	show("write", write(s[0], "hello", 5));
	show("write", write(s[0], " there", 6));
	show("FIONREAD", ioctl(s[1], FIONREAD, &n));
	show_val("is", n);
	show_read("peek", recv(s[1], buf, 3, MSG_PEEK), buf);
	show_read("read", read(s[1], buf, 4), buf);
	show_read("read", read(s[1], buf, 64), buf);
	show("nothing, MSG_DONTWAIT", recv(s[1], buf, 64, MSG_DONTWAIT));
	show("send", send(s[1], "back", 4, 0));
	show_read("recv", recv(s[0], buf, 64, 0), buf);
	show_ready("poll", s[0], POLLIN | POLLOUT | POLLRDHUP);
	show("shutdown write", shutdown(s[0], SHUT_WR));
	signal(SIGPIPE, SIG_IGN);
	show("write", write(s[0], "x", 1));
	show("read on the other side", read(s[1], buf, 64));
	show_ready("poll", s[1], POLLIN | POLLOUT | POLLRDHUP);
	show("the other direction", write(s[1], "still", 5));
	show_read("read", read(s[0], buf, 64), buf);
	show("shutdown read", shutdown(s[0], SHUT_RD));
	show("write to it", write(s[1], "x", 1));
	show("bad shutdown", shutdown(s[0], 9));
	close(s[0]);
	show_ready("poll, closed", s[1], POLLIN | POLLOUT | POLLRDHUP);
	show("read, closed", read(s[1], buf, 64));
	show("write, closed", write(s[1], "x", 1));
	close(s[1]);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	catch_signal(SIGPIPE, count_signal, 0);
	close(s[1]);
	show("write", write(s[0], "x", 1));
	show_val("signals", signals_seen);
	show("send, MSG_NOSIGNAL", send(s[0], "x", 1, MSG_NOSIGNAL));
	show_val("signals", signals_seen);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s));
	show("not blocking", read(s[0], buf, 1));
	show("data unread at close", write(s[0], "lost", 4));
	show("and some here", write(s[1], "here", 4));
	close(s[1]);
	show_read("read", read(s[0], buf, 64), buf);
	show("then", read(s[0], buf, 64));
	return 0;
}
