/* tests/syscalls/unix_flags.c - MSG_PEEK, MSG_WAITALL, MSG_TRUNC, SO_RCVLOWAT, empty transfers. */
#include "fs_check.h"
#include <sys/socket.h>
#include <sys/uio.h>

static int s[2];

static void feed(int ms, const char *a, const char *b)
{
	if (xfork() == 0) {
		nap_ms(ms);
		must(write(s[0], a, strlen(a)));
		nap_ms(ms);
		if (b)
			must(write(s[0], b, strlen(b)));
		_exit(0);
	}
}

int main(void)
{
	struct timeval tv = {0, 60000};
	char buf[32];
	struct iovec iov[3] = {{buf, 2}, {NULL, 0}, {buf + 2, 3}};
	int n = 3;

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	must(write(s[0], "one", 3));
	must(write(s[0], "two", 3));
	show_read("peek over two", recv(s[1], buf, 32, MSG_PEEK), buf);
	show_read("peek some", recv(s[1], buf, 4, MSG_PEEK), buf);
	show_read("peek and wait for all", recv(s[1], buf, 6, MSG_PEEK | MSG_WAITALL), buf);
	show_read("readv", readv(s[1], iov, 3), buf);
	show_read("rest", read(s[1], buf, 32), buf);
	feed(20, "abc", "def");
	show_read("wait for all", recv(s[1], buf, 6, MSG_WAITALL), buf);
	xwait(-1);
	feed(0, "abc", NULL);
	xwait(-1);
	show_read("not waiting", recv(s[1], buf, 6, MSG_WAITALL | MSG_DONTWAIT), buf);
	must(setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	feed(0, "abc", NULL);
	show_read("time-out", recv(s[1], buf, 6, MSG_WAITALL), buf);
	xwait(-1);
	show("time-out, nothing", recv(s[1], buf, 6, 0));
	show("read", read(s[1], buf, 6));
	must(setsockopt(s[1], SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)));
	feed(10, "ab", "cd");
	show_read("low water", read(s[1], buf, 32), buf);
	xwait(-1);
	feed(5, "abc", NULL);
	xwait(-1);
	show("truncating stream", recv(s[1], buf, 2, MSG_TRUNC));
	show_read("the rest", recv(s[1], buf, 6, MSG_DONTWAIT), buf);
	show("read of nothing", read(s[1], buf, 0));
	show("write of nothing", write(s[0], buf, 0));
	show("send of nothing", send(s[0], buf, 0, 0));
	show("recv of nothing", recv(s[1], buf, 0, MSG_DONTWAIT));
	show("writev of nothing", writev(s[0], iov, 0));
	must(write(s[0], "xyz", 3));
	show("bad buffer", read(s[1], BAD_PTR, 3));
	show_read("still there", read(s[1], buf, 32), buf);
	show("bad buffer", write(s[0], BAD_PTR, 3));
	show("urgent", recv(s[1], buf, 1, MSG_DONTWAIT));
	if (xfork() == 0) {
		nap_ms(10);
		must(write(s[0], "end", 3));
		shutdown(s[0], SHUT_WR);
		_exit(0);
	}
	show_read("all, then the end", recv(s[1], buf, 10, MSG_WAITALL), buf);
	xwait(-1);
	show("end", recv(s[1], buf, 10, MSG_WAITALL));

	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	must(write(s[0], "datagram", 8));
	show_read("peek", recv(s[1], buf, 4, MSG_PEEK), buf);
	show("length", recv(s[1], buf, 4, MSG_PEEK | MSG_TRUNC));
	show_read("all", recv(s[1], buf, 32, MSG_WAITALL), buf);
	return 0;
}
