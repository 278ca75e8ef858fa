/* tests/syscalls/unix_seqpacket.c - SOCK_SEQPACKET: connections with boundaries. */
#include "fs_check.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"};
	int l = must(socket(AF_UNIX, SOCK_SEQPACKET, 0)),
	    c = must(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	int s;
	char buf[16];

	catch_signal(SIGPIPE, count_signal, 0);
	show("send unconnected", send(c, "x", 1, 0));
	show("recv unconnected", recv(c, buf, 1, MSG_DONTWAIT));
	show_ready("unconnected", c, POLLIN | POLLOUT | POLLRDHUP);
	must(bind(l, (struct sockaddr *)&a, sizeof(a)));
	must(listen(l, 1));
	show_ready("listening", l, POLLIN | POLLOUT | POLLRDHUP);
	show("connect", connect(c, (struct sockaddr *)&a, sizeof(a)));
	show_ready("listening", l, POLLIN | POLLOUT | POLLRDHUP);
	show("first", send(c, "first", 5, 0));
	s = must(accept(l, NULL, NULL));
	show("second", write(c, "second", 6));
	show("to an address", sendto(c, "third", 5, 0, (struct sockaddr *)&a, sizeof(a)));
	show_read("read", read(s, buf, 3), buf);
	show_read("read", read(s, buf, 16), buf);
	show_read("read", read(s, buf, 16), buf);
	show("nothing", recv(s, buf, 16, MSG_DONTWAIT));
	show("shutdown", shutdown(c, SHUT_WR));
	show("write", write(c, "x", 1));
	show_val("signals", signals_seen);
	show("end", recv(s, buf, 16, MSG_DONTWAIT));
	show("end", recv(s, buf, 16, 0));
	show("still", write(s, "back", 4));
	show_read("read", read(c, buf, 16), buf);
	must(write(s, "unread", 6));
	close(c);
	show_ready("closed", s, POLLIN | POLLOUT | POLLRDHUP);
	show("write", write(s, "x", 1));
	show("then", write(s, "x", 1));
	show("read", read(s, buf, 16));
	show_val("signals", signals_seen);
	return 0;
}
