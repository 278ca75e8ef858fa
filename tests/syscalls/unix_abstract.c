/* tests/syscalls/unix_abstract.c - abstract names and autobind, unix(7). */
#include "fs_check.h"
#include <sys/socket.h>
#include <sys/un.h>

static int call(int (*fn)(int, const struct sockaddr *, socklen_t), int s, const char *name,
		int len)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	memcpy(a.sun_path, name, len);
	return fn(s, (struct sockaddr *)&a, 2 + len);
}

int main(void)
{
	int l = must(socket(AF_UNIX, SOCK_STREAM, 0)), d = must(socket(AF_UNIX, SOCK_DGRAM, 0));
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(a);
	int s;

	show("bind", call(bind, l, "\0check-abstract", 15));
	show("listen", listen(l, 1));
	show("another", call(bind, must(socket(AF_UNIX, SOCK_STREAM, 0)), "\0check-abstract", 15));
	show("other type", call(bind, d, "\0check-abstract", 15));
	show("bind again", call(bind, l, "\0check-other", 12));
	show("connect",
	     call(connect, must(socket(AF_UNIX, SOCK_STREAM, 0)), "\0check-abstract", 15));
	show("prefix", call(connect, must(socket(AF_UNIX, SOCK_STREAM, 0)), "\0check-abstrac", 14));
	show("longer",
	     call(connect, must(socket(AF_UNIX, SOCK_STREAM, 0)), "\0check-abstract\0", 16));
	show("seqpacket",
	     call(connect, must(socket(AF_UNIX, SOCK_SEQPACKET, 0)), "\0check-abstract", 15));
	close(l);
	show("closed",
	     call(connect, must(socket(AF_UNIX, SOCK_STREAM, 0)), "\0check-abstract", 15));
	s = must(socket(AF_UNIX, SOCK_STREAM, 0));
	show("free again", call(bind, s, "\0check-abstract", 15));
	show("one NUL", call(bind, must(socket(AF_UNIX, SOCK_DGRAM, 0)), "\0", 1));

	s = must(socket(AF_UNIX, SOCK_DGRAM, 0));
	show("autobind", bind(s, (struct sockaddr *)&a, 2));
	show("name", getsockname(s, (struct sockaddr *)&a, &len));
	show_val("length", len);
	show_true("hexadecimal",
		  a.sun_path[0] == 0 && strspn(a.sun_path + 1, "0123456789abcdef") == 5);
	show("autobind again", bind(s, (struct sockaddr *)&a, 2));
	show("and to connect to", connect(d, (struct sockaddr *)&a, len));
	show("send", send(d, "x", 1, 0));
	return 0;
}
