/* tests/syscalls/unix_names.c - getsockname(2), getpeername(2), accept(2): lengths of addresses. */
#include "fs_check.h"
#include <sys/socket.h>
#include <sys/un.h>

static void show_name(const char *what, int ret, const struct sockaddr_un *a, socklen_t len)
{
	show(what, ret);
	if (ret < 0)
		return;
	say("  length %d family %d", (int)len, a->sun_family);
	if (len > 2 && len <= sizeof(*a))
		show_data("  path", a->sun_path, len - 2);
}

static void name(const char *what, int s, socklen_t room)
{
	struct sockaddr_un a;
	socklen_t len = room;

	memset(&a, 'x', sizeof(a));
	show_name(what, getsockname(s, (struct sockaddr *)&a, &len), &a, len);
	if (room < sizeof(a))
		show_data("  raw", &a, room + 1);
	memset(&a, 'x', sizeof(a));
	len = sizeof(a);
	show_name("  peer", getpeername(s, (struct sockaddr *)&a, &len), &a, len);
}

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"};
	int l = must(socket(AF_UNIX, SOCK_STREAM, 0)), c = must(socket(AF_UNIX, SOCK_STREAM, 0)), s;
	socklen_t len = sizeof(a);
	struct sockaddr_un out;

	name("fresh", l, sizeof(a));
	must(bind(l, (struct sockaddr *)&a, 2 + 4)); /* without the NUL */
	name("bound", l, sizeof(a));
	name("little room", l, 4);
	name("no room", l, 0);
	must(listen(l, 1));
	must(connect(c, (struct sockaddr *)&a, sizeof(a)));
	name("client", c, sizeof(a));
	s = accept(l, (struct sockaddr *)&out, &len);
	show_name("accept", s < 0 ? -1 : 0, &out, len);
	name("server", s, sizeof(a));
	close(c);
	name("client gone", s, sizeof(a));
	a.sun_path[0] = 0;
	memcpy(a.sun_path + 1, "ab\0c", 4);
	c = must(socket(AF_UNIX, SOCK_STREAM, 0));
	unlink("sock");
	show("abstract", bind(c, (struct sockaddr *)&a, 2 + 5));
	name("abstract", c, sizeof(a));
	memset(a.sun_path, 'p', sizeof(a.sun_path));
	l = must(socket(AF_UNIX, SOCK_STREAM, 0));
	show("longest path", bind(l, (struct sockaddr *)&a, sizeof(a)));
	name("longest path", l, sizeof(a));
	show("too long",
	     bind(must(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&a, sizeof(a) + 1));
	show("too short", bind(must(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&a, 1));
	len = -1;
	show("negative length", getsockname(l, (struct sockaddr *)&out, &len));
	show("bad length pointer", getsockname(l, (struct sockaddr *)&out, BAD_PTR));
	len = sizeof(out);
	show("bad pointer", getsockname(l, BAD_PTR, &len));
	return 0;
}
