/* tests/syscalls/pty_fionread.c - FIONREAD, TIOCOUTQ and poll on both ends. */
#include "pty_check.h"

static struct pty t;

static int count(int fd)
{
	int n = -1;

	must(ioctl(fd, FIONREAD, &n));
	return n;
}

static void settles(const char *what, int fd, int want)
{
	for (int i = 0; i < 1000 && count(fd) != want; i++)
		nap_ms(2);
	show_val(what, count(fd));
}

int main(void)
{
	char buf[64];
	int n;

	t = open_pty();
	set_lflags(t.slave, 0, ECHO);
	show_val("empty", count(t.slave));
	type(t.master, "half");
	nap_ms(PTY_QUIET_MS);
	show_val("half a line", count(t.slave));
	type(t.master, " line\nsecond\n");
	settles("two lines", t.slave, 17);
	must(read(t.slave, buf, 4));
	show_val("four read", count(t.slave));
	must(read(t.slave, buf, 64));
	show_val("a line read", count(t.slave));
	must(read(t.slave, buf, 64));
	show_val("all read", count(t.slave));
	make_raw(t.slave);
	type(t.master, "raw");
	settles("raw", t.slave, 3);
	type(t.slave, "output");
	settles("master", t.master, 6);
	show("TIOCOUTQ", ioctl(t.slave, TIOCOUTQ, &n));
	show_val("is", n);
	show_ready("poll, slave", t.slave, POLLIN | POLLOUT);
	show_ready("poll, master", t.master, POLLIN | POLLOUT);
	must(read(t.master, buf, 64));
	must(read(t.slave, buf, 64));
	show_ready("poll, slave, empty", t.slave, POLLIN | POLLOUT);
	show_ready("poll, master, empty", t.master, POLLIN | POLLOUT);
	show("bad pointer", ioctl(t.slave, FIONREAD, bad_addr()));
	show("tcdrain", tcdrain(t.slave));
	show("tcsendbreak", tcsendbreak(t.slave, 0));
	return 0;
}
