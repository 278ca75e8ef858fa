/* tests/syscalls/pty_winsize.c - TIOCGWINSZ, TIOCSWINSZ, and SIGWINCH for the foreground group. */
#include "pty_check.h"

static void size(const char *what, int fd)
{
	struct winsize ws = {77, 77, 77, 77};

	if (ioctl(fd, TIOCGWINSZ, &ws) < 0)
		show(what, -1);
	else
		say("%s: %d %d %d %d", what, ws.ws_row, ws.ws_col, ws.ws_xpixel, ws.ws_ypixel);
}

int main(void)
{
	struct pty t = open_pty();
	struct winsize ws = {24, 80, 640, 480};
	sigset_t set;
	int up[2], down[2], p[2];

	size("at first, slave", t.slave);
	size("at first, master", t.master);
	show("set on the master", ioctl(t.master, TIOCSWINSZ, &ws));
	size("slave", t.slave);
	ws.ws_col = 100;
	show("set on the slave", ioctl(t.slave, TIOCSWINSZ, &ws));
	size("master", t.master);
	xpipe(p);
	size("pipe", p[0]);
	show("set, pipe", ioctl(p[0], TIOCSWINSZ, &ws));
	show("bad pointer", ioctl(t.slave, TIOCGWINSZ, bad_addr()));
	show("set, bad pointer", ioctl(t.slave, TIOCSWINSZ, bad_addr()));

	xpipe(up);
	xpipe(down);
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (xfork() == 0) {
		struct timespec none = {0, 0}, patience = {5, 0};

		take_terminal(&t);
		send_byte(up[1]);
		show_true("SIGWINCH", sigtimedwait(&set, NULL, &patience) == SIGWINCH);
		size("child", t.slave);
		send_byte(up[1]);
		await_byte(down[0]);
		show("no signal for the same size", sigtimedwait(&set, NULL, &none));
		ws.ws_row = 51;
		show("set by the child", ioctl(t.slave, TIOCSWINSZ, &ws));
		show_true("SIGWINCH", sigtimedwait(&set, NULL, &patience) == SIGWINCH);
		_exit(0);
	}
	await_byte(up[0]);
	ws.ws_row = 50;
	must(ioctl(t.master, TIOCSWINSZ, &ws));
	await_byte(up[0]);
	must(ioctl(t.master, TIOCSWINSZ, &ws));
	send_byte(down[1]);
	xwait(-1);
	size("parent", t.master);
	return 0;
}
