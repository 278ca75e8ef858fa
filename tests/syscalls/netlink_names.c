/* Netlink sockets: types, protocols, port ids, names, connections, and what they are not. */
#include "check.h"
#include "netlink_check.h"

static void try_socket(int type, int protocol)
{
	int fd = socket(AF_NETLINK, type, protocol);

	say("socket %d %d: %s", type, protocol, fd < 0 ? errno_name(errno) : "ok");
	if (fd >= 0)
		close(fd);
}

static void show_name(const char *what, int fd, bool peer)
{
	struct sockaddr_nl a;
	socklen_t len = sizeof(a);
	int r = peer ? getpeername(fd, (void *)&a, &len) : getsockname(fd, (void *)&a, &len);

	say("%s: %d len %u family %d pid %s groups %#x", what, r, len, a.nl_family,
	    a.nl_pid == 0		     ? "0"
	    : a.nl_pid == (unsigned)getpid() ? "own"
	    : (int)a.nl_pid < 0		     ? "negative"
					     : "other",
	    a.nl_groups);
}

static void try_bind(const char *what, int fd, int family, unsigned pid, unsigned groups, int len)
{
	struct sockaddr_nl a = {.nl_family = family, .nl_pid = pid, .nl_groups = groups};

	say("bind %s: %s", what, bind(fd, (void *)&a, len) < 0 ? errno_name(errno) : "ok");
}

static void try_connect(const char *what, int fd, int family, unsigned pid, unsigned groups,
			int len)
{
	struct sockaddr_nl a = {.nl_family = family, .nl_pid = pid, .nl_groups = groups};

	say("connect %s: %s", what, connect(fd, (void *)&a, len) < 0 ? errno_name(errno) : "ok");
}

static void names(void)
{
	int a = nl_socket(0), b = nl_socket(0), c = nl_socket(0), d;

	show_name("new", a, false);
	show_name("new peer", a, true);
	try_bind("short", a, AF_NETLINK, 0, 0, 11);
	try_bind("family", a, AF_INET, 0, 0, 12);
	try_bind("auto", a, AF_NETLINK, 0, 0, 12);
	show_name("first", a, false);
	try_bind("auto", b, AF_NETLINK, 0, 1, 12);
	show_name("second", b, false);
	try_bind("again", a, AF_NETLINK, 0, 0, 12);
	try_bind("same", a, AF_NETLINK, getpid(), 5, 12);
	show_name("groups", a, false);
	try_bind("taken", c, AF_NETLINK, getpid(), 0, 12);
	try_bind("other", c, AF_NETLINK, 7777777, 0, 12);
	show_name("other", c, false);
	close(a);
	d = nl_socket(0);
	try_bind("free again", d, AF_NETLINK, 0, 0, 12);
	show_name("free again", d, false);
	try_connect("short", d, AF_NETLINK, 0, 0, 1);
	try_connect("short", d, AF_NETLINK, 0, 0, 8);
	try_connect("family", d, AF_INET, 0, 0, 12);
	try_connect("kernel", d, AF_NETLINK, 0, 0, 12);
	try_connect("pid", d, AF_NETLINK, 12345, 2, 12);
	show_name("connected", d, true);
	try_connect("unspec", d, AF_UNSPEC, 0, 0, 12);
	show_name("unconnected", d, true);
	say("listen %s", listen(d, 1) < 0 ? errno_name(errno) : "ok");
	say("accept %s", accept(d, NULL, NULL) < 0 ? errno_name(errno) : "ok");
	say("shutdown %s", shutdown(d, SHUT_RDWR) < 0 ? errno_name(errno) : "ok");
}

int main(void)
{
	int sv[2];

	fresh_network();
	try_socket(SOCK_RAW, NETLINK_ROUTE);
	try_socket(SOCK_DGRAM, NETLINK_ROUTE);
	try_socket(SOCK_RAW, NETLINK_SOCK_DIAG);
	try_socket(SOCK_RAW, NETLINK_KOBJECT_UEVENT);
	try_socket(SOCK_STREAM, NETLINK_ROUTE);
	try_socket(SOCK_SEQPACKET, NETLINK_ROUTE);
	try_socket(SOCK_RAW, 31);
	try_socket(SOCK_RAW, 32);
	try_socket(SOCK_RAW, -1);
	say("pair %s", socketpair(AF_NETLINK, SOCK_RAW, 0, sv) < 0 ? errno_name(errno) : "ok");
	names();
	return 0;
}
