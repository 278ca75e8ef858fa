/* tests/syscalls/unix_dgram.c - datagrams: sendto(2), default destinations, full queues, closing. */
#include "fs_check.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un addr(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	strcpy(a.sun_path, path);
	return a;
}

static int sock(const char *path)
{
	int s = must(socket(AF_UNIX, SOCK_DGRAM, 0));
	struct sockaddr_un a = addr(path ? path : "");

	if (path)
		must(bind(s, (struct sockaddr *)&a, sizeof(a)));
	return s;
}

static int to(int s, const char *path, const char *text)
{
	struct sockaddr_un a = addr(path);

	return sendto(s, text, strlen(text), MSG_DONTWAIT, (struct sockaddr *)&a, sizeof(a));
}

static void from(const char *what, int s)
{
	struct sockaddr_un a;
	socklen_t len = sizeof(a);
	char buf[32];
	ssize_t n = recvfrom(s, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&a, &len);

	show_read(what, n, buf);
	if (n >= 0) {
		show_val("  address length", len);
		if (len > 2)
			show_str("  from", a.sun_path);
	}
}

int main(void)
{
	struct sockaddr_un a = addr("a"), b = addr("b"), none = {.sun_family = AF_UNSPEC};
	int sa = sock("a"), sb = sock("b"), su = sock(NULL), n, err;
	socklen_t len = sizeof(err);
	struct sockaddr_in in = {.sin_family = AF_INET};
	char big[4096];

	show("to b", to(sa, "b", "from a"));
	show("to b", to(su, "b", "unnamed"));
	from("b gets", sb);
	from("b gets", sb);
	from("nothing more", sb);
	show("no destination", send(sa, "x", 1, 0));
	show("unknown destination", to(sa, "c", "x"));
	show("connect", connect(sa, (struct sockaddr *)&b, sizeof(b)));
	show("send", send(sa, "connected", 9, 0));
	from("b gets", sb);
	show("from another", to(su, "a", "x"));
	show("connect from another", connect(su, (struct sockaddr *)&a, sizeof(a)));
	show("b may", to(sb, "a", "from b"));
	from("a gets", sa);
	show("other family", sendto(sb, "x", 1, 0, (struct sockaddr *)&in, sizeof(in)));
	show("connect, other family", connect(sb, (struct sockaddr *)&in, sizeof(in)));
	show("disconnect", connect(sa, (struct sockaddr *)&none, sizeof(none)));
	show("send", send(sa, "x", 1, 0));
	show("another may now", to(su, "a", "x"));
	from("a gets", sa);

	must(connect(sa, (struct sockaddr *)&b, sizeof(b)));
	for (n = 0; send(su, "x", 1, MSG_DONTWAIT) < 0 && n < 1; n++)
		;
	for (n = 0; send(sa, "x", 1, MSG_DONTWAIT) > 0; n++)
		;
	show("full", send(sa, "x", 1, MSG_DONTWAIT));
	show_val("messages", n);
	show_ready("writable", sa, POLLOUT);
	show("the others, too", to(su, "b", "x"));
	show_ready("but writable", su, POLLOUT);
	from("one out", sb);
	show_ready("writable", sa, POLLOUT);
	show("one in", send(sa, "y", 1, MSG_DONTWAIT));
	if (xfork() == 0) {
		_exit(send(sa, "z", 1, 0) == 1 ? 3 : 4);
	}
	nap_ms(20);
	from("one out", sb);
	show_status("the child waited and sent", xwait(-1));
	close(sb);
	show_ready("peer closed", sa, POLLIN | POLLOUT | POLLRDHUP);
	show("send", send(sa, "x", 1, 0));
	show("again", send(sa, "x", 1, 0));
	show("to its name", to(sa, "b", "x"));

	sb = sock(NULL);
	must(unlink("b"));
	must(bind(sb, (struct sockaddr *)&b, sizeof(b)));
	must(connect(sa, (struct sockaddr *)&b, sizeof(b)));
	must(connect(sb, (struct sockaddr *)&a, sizeof(a)));
	must(send(sb, "lost", 4, 0));
	must(connect(sa, (struct sockaddr *)&none, sizeof(none)));
	from("queue was dropped", sa);
	must(getsockopt(sb, SOL_SOCKET, SO_ERROR, &err, &len));
	show_true("ECONNRESET", err == ECONNRESET);
	show("empty message", to(sa, "b", ""));
	from("b gets", sb);
	n = 4000;
	must(setsockopt(sa, SOL_SOCKET, SO_SNDBUF, &n, sizeof(n)));
	len = sizeof(n);
	must(getsockopt(sa, SOL_SOCKET, SO_SNDBUF, &n, &len));
	show_val("buffer", n);
	static char large[9000];
	show("too large", sendto(sa, large, 8000, 0, (struct sockaddr *)&b, sizeof(b)));
	show("fits", sendto(sa, large, 7968, 0, (struct sockaddr *)&b, sizeof(b)));
	shutdown(sb, SHUT_RD);
	show("shut down", to(sa, "b", "x"));
	show("bad buffer", recv(sb, BAD_PTR, 10, 0));
	show("lost by that", recv(sb, big, 10, MSG_DONTWAIT));
	return 0;
}
