/*
 * pty_check.h - what the tests of pseudo-terminals share.
 *
 * Include it in place of fs_check.h, first. What is written to one side of a pseudo-terminal comes to
 * the other one a little later, so that a test always says how many bytes it waits for.
 */
#ifndef TESTS_LIB_PTY_CHECK_H
#define TESTS_LIB_PTY_CHECK_H

#include "fs_check.h"

#include <sys/ioctl.h>
#include <termios.h>

/* How long something is waited for that has to come, and something that must not. */
#define PTY_PATIENCE_MS 5000
#define PTY_QUIET_MS 20

struct pty {
	int master;
	int slave;
	char name[64];
};

CHECK_UNUSED static struct pty open_pty(void)
{
	struct pty t;

	t.master = posix_openpt(O_RDWR | O_NOCTTY);
	if (t.master < 0 || grantpt(t.master) < 0 || unlockpt(t.master) < 0 ||
	    ptsname_r(t.master, t.name, sizeof(t.name)) != 0)
		die("pseudo-terminal");
	t.slave = open(t.name, O_RDWR | O_NOCTTY);
	if (t.slave < 0)
		die("open %s", t.name);
	return t;
}

CHECK_UNUSED static struct termios get_attr(int fd)
{
	struct termios tio;

	must(tcgetattr(fd, &tio));
	return tio;
}

CHECK_UNUSED static void set_attr(int fd, const struct termios *tio)
{
	must(tcsetattr(fd, TCSANOW, tio));
}

/* Sets and clears local modes. */
CHECK_UNUSED static void set_lflags(int fd, tcflag_t on, tcflag_t off)
{
	struct termios tio = get_attr(fd);

	tio.c_lflag = (tio.c_lflag & ~off) | on;
	set_attr(fd, &tio);
}

CHECK_UNUSED static void set_iflags(int fd, tcflag_t on, tcflag_t off)
{
	struct termios tio = get_attr(fd);

	tio.c_iflag = (tio.c_iflag & ~off) | on;
	set_attr(fd, &tio);
}

CHECK_UNUSED static void set_oflags(int fd, tcflag_t on, tcflag_t off)
{
	struct termios tio = get_attr(fd);

	tio.c_oflag = (tio.c_oflag & ~off) | on;
	set_attr(fd, &tio);
}

CHECK_UNUSED static void make_raw(int fd)
{
	struct termios tio = get_attr(fd);

	cfmakeraw(&tio);
	set_attr(fd, &tio);
}

CHECK_UNUSED static void type(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("write to a terminal");
}

/* Waits until something can be read; false if nothing comes. */
CHECK_UNUSED static bool input_comes(int fd, int ms)
{
	struct pollfd p = {fd, POLLIN, 0};
	int n;

	do
		n = poll(&p, 1, ms);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

/* Reads this many bytes, in pieces if they come in pieces, and shows them. */
CHECK_UNUSED static void expect(const char *what, int fd, size_t want)
{
	char buf[512];
	size_t have = 0;

	while (have < want && input_comes(fd, PTY_PATIENCE_MS)) {
		ssize_t n = read(fd, buf + have, want - have);

		if (n <= 0)
			break;
		have += n;
	}
	show_data(what, buf, have);
	if (have < want)
		say("  %zu bytes did not come", want - have);
}

/* One read, after there is something to read. */
CHECK_UNUSED static void expect_one_read(const char *what, int fd, size_t size)
{
	char buf[512];
	ssize_t n;

	if (!input_comes(fd, PTY_PATIENCE_MS)) {
		say("%s: nothing comes", what);
		return;
	}
	n = read(fd, buf, size);
	show_read(what, n, buf);
}

CHECK_UNUSED static void expect_nothing(const char *what, int fd)
{
	show_true(what, !input_comes(fd, PTY_QUIET_MS));
}

/* Starts a session whose controlling terminal this becomes. */
CHECK_UNUSED static void take_terminal(struct pty *t)
{
	int old = t->slave;

	if (setsid() < 0)
		die("setsid");
	t->slave = open(t->name, O_RDWR);
	if (t->slave < 0)
		die("open %s", t->name);
	close(old);
}

#endif
