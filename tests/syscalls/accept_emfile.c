/* tests/syscalls/accept_emfile.c - accept(2), socket(2) and received files without a free descriptor. */
#include "fs_check.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "sock"};
static struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {0x0100007f}};

static void limit(int n)
{
	struct rlimit r = {(rlim_t)n, 1024};

	must(setrlimit(RLIMIT_NOFILE, &r));
}

static void try_accept(const char *what, int l, struct sockaddr *a, socklen_t len)
{
	int c = must(socket(a->sa_family, SOCK_STREAM, 0)), top, s, p[2];
	struct pollfd pl = {.fd = l, .events = POLLIN};
	char buf[8] = "";

	printf("%s\n", what);
	must(connect(c, a, len));
	must(write(c, "hi", 2));
	top = must(dup(0));
	limit(top + 1);
	show("full", dup(0));
	show("accept", accept(l, NULL, NULL));
	show("accept4", accept4(l, NULL, NULL, SOCK_NONBLOCK));
	show("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	show("socketpair", socketpair(AF_INET, SOCK_STREAM, 0, p));
	show("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	show("poll", poll(&pl, 1, 2000));
	limit(1024);
	/* It is still there, with what was sent. */
	s = must(accept(l, NULL, NULL));
	show_read("read", read(s, buf, 8), buf);
	close(s);
	close(c);
}

int main(void)
{
	int l = must(socket(AF_UNIX, SOCK_STREAM, 0)), i = must(socket(AF_INET, SOCK_STREAM, 0));
	socklen_t len = sizeof(in);

	must(bind(l, (struct sockaddr *)&un, sizeof(un)));
	must(listen(l, 5));
	must(bind(i, (struct sockaddr *)&in, sizeof(in)));
	must(listen(i, 5));
	must(getsockname(i, (struct sockaddr *)&in, &len));
	try_accept("unix", l, (struct sockaddr *)&un, sizeof(un));
	try_accept("tcp", i, (struct sockaddr *)&in, sizeof(in));
	return 0;
}
