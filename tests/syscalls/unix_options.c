/* tests/syscalls/unix_options.c - getsockopt(2), setsockopt(2) of level SOL_SOCKET. */
#include "fs_check.h"
#include <sys/socket.h>
#include <sys/un.h>

static int s;

static void get(const char *what, int name)
{
	int val = -77;
	socklen_t len = sizeof(val);

	show(what, getsockopt(s, SOL_SOCKET, name, &val, &len));
	say("  %d, %d bytes", val, (int)len);
}

static void set(const char *what, int name, int val)
{
	show(what, setsockopt(s, SOL_SOCKET, name, &val, sizeof(val)));
	get("  get", name);
}

int main(void)
{
	struct timeval tv = {1, 500000};
	struct linger lin = {1, 7};
	char buf[64];
	socklen_t len;
	int fd;

	s = must(socket(AF_UNIX, SOCK_STREAM, 0));
	get("SO_TYPE", SO_TYPE);
	get("SO_DOMAIN", SO_DOMAIN);
	get("SO_PROTOCOL", SO_PROTOCOL);
	get("SO_ERROR", SO_ERROR);
	get("SO_ACCEPTCONN", SO_ACCEPTCONN);
	get("SO_SNDBUF", SO_SNDBUF);
	get("SO_RCVBUF", SO_RCVBUF);
	set("SO_SNDBUF", SO_SNDBUF, 10000);
	set("SO_SNDBUF, small", SO_SNDBUF, 1);
	set("SO_RCVBUF, small", SO_RCVBUF, 1);
	set("SO_REUSEADDR", SO_REUSEADDR, 5);
	set("SO_KEEPALIVE", SO_KEEPALIVE, 1);
	set("SO_BROADCAST", SO_BROADCAST, 1);
	set("SO_PASSCRED", SO_PASSCRED, 1);
	set("SO_OOBINLINE", SO_OOBINLINE, 1);
	set("SO_PRIORITY", SO_PRIORITY, 3);
	set("SO_RCVLOWAT", SO_RCVLOWAT, 0);
	set("SO_SNDLOWAT", SO_SNDLOWAT, 3);
	set("SO_REUSEPORT", SO_REUSEPORT, 1);
	set("SO_TYPE", SO_TYPE, 1);
	set("unknown", 999, 1);
	show("SO_RCVTIMEO", setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	len = sizeof(buf);
	show("get", getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, buf, &len));
	say("  %d bytes, %ld %ld", (int)len, ((struct timeval *)buf)->tv_sec,
	    ((struct timeval *)buf)->tv_usec);
	tv.tv_usec = 1000000;
	show("bad time", setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	show("short", setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, 4));
	show("SO_LINGER", setsockopt(s, SOL_SOCKET, SO_LINGER, &lin, sizeof(lin)));
	len = sizeof(buf);
	show("get", getsockopt(s, SOL_SOCKET, SO_LINGER, buf, &len));
	say("  %d bytes, %d %d", (int)len, ((struct linger *)buf)->l_onoff,
	    ((struct linger *)buf)->l_linger);
	show("short", setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &lin, 3));
	show("negative", setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &lin, -1));
	show("bad pointer", setsockopt(s, SOL_SOCKET, SO_REUSEADDR, BAD_PTR, 4));
	show("other level", setsockopt(s, 6, 1, &lin, 4));
	len = 2;
	memset(buf, 'x', sizeof(buf));
	show("two bytes of", getsockopt(s, SOL_SOCKET, SO_TYPE, buf, &len));
	show_data("  they are", buf, 4);
	len = -1;
	show("negative", getsockopt(s, SOL_SOCKET, SO_TYPE, buf, &len));
	len = 4;
	show("bad pointer", getsockopt(s, SOL_SOCKET, SO_TYPE, BAD_PTR, &len));
	show("bad length", getsockopt(s, SOL_SOCKET, SO_TYPE, buf, BAD_PTR));
	show("other level", getsockopt(s, 6, 1, buf, &len));
	fd = xopen("/dev/null", O_RDWR, 0);
	show("not a socket", getsockopt(fd, SOL_SOCKET, SO_TYPE, buf, &len));
	show("not open", getsockopt(closed_fd(), SOL_SOCKET, SO_TYPE, buf, &len));
	len = sizeof(buf);
	show("no peer's groups", getsockopt(s, SOL_SOCKET, SO_PEERGROUPS, buf, &len));
	return 0;
}
