/* tests/syscalls/unix_peek_off.c - SO_PEEK_OFF: looks that go on where the last one ended. */
#include "fs_check.h"
#include <sys/socket.h>

static int s[2];
static char buf[32];

static void offset(void)
{
	int off = -77;
	socklen_t len = sizeof(off);

	must(getsockopt(s[1], SOL_SOCKET, SO_PEEK_OFF, &off, &len));
	say("  offset %d", off);
}

static void set_offset(int off)
{
	say("offset := %d", off);
	must(setsockopt(s[1], SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off)));
}

static void take(const char *what, size_t len, int flags)
{
	show_read(what, recv(s[1], buf, len, flags | MSG_DONTWAIT), buf);
	offset();
}

static void all(int type)
{
	say("type %d", type);
	must(socketpair(AF_UNIX, type, 0, s));
	offset();
	set_offset(1);
	must(send(s[0], "abcd", 4, 0));
	must(send(s[0], "efgh", 4, 0));
	for (int i = 0; i < 6; i++)
		take("look", 2, MSG_PEEK);
	must(send(s[0], "ij", 2, 0));
	take("look at more", 32, MSG_PEEK);
	take("read", 3, 0);
	take("look", 32, MSG_PEEK);
	set_offset(0);
	take("look", 3, MSG_PEEK);
	show("length", recv(s[1], buf, 1, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT));
	offset();
	take("read", 32, 0);
	take("read", 32, 0);
	set_offset(2);
	must(send(s[0], "klm", 3, 0));
	take("look", 32, MSG_PEEK);
	set_offset(-1);
	take("look without", 2, MSG_PEEK);
	take("look without", 2, MSG_PEEK);
	must(close(s[0]));
	must(close(s[1]));
}

int main(void)
{
	int off = -2;

	all(SOCK_STREAM);
	all(SOCK_DGRAM);
	all(SOCK_SEQPACKET);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	show("negative", setsockopt(s[1], SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off)));
	/* A look behind all there is waits. */
	set_offset(2);
	must(send(s[0], "no", 2, 0));
	if (xfork() == 0) {
		nap_ms(20);
		must(send(s[0], "pq", 2, 0));
		_exit(0);
	}
	show_read("waited for", recv(s[1], buf, 32, MSG_PEEK), buf);
	offset();
	xwait(-1);
	return 0;
}
