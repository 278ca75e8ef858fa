/* tests/syscalls/dev_tty.c - /dev/tty: another name of the controlling terminal. */
#include "pty_check.h"
#include <sys/sysmacros.h>

static int session(void *arg)
{
	struct pty t = open_pty();
	struct winsize ws = {11, 22, 33, 44};
	char name[64];
	struct stat st;
	int fd;

	(void)arg;
	take_terminal(&t);
	fd = open("/dev/tty", O_RDWR);
	show_fd("open", fd);
	must(fstat(fd, &st));
	say("device %u:%u", major(st.st_rdev), minor(st.st_rdev));
	show("isatty", isatty(fd));
	must(ttyname_r(fd, name, sizeof(name)));
	show_str("ttyname", name);
	show("TIOCSWINSZ", ioctl(fd, TIOCSWINSZ, &ws));
	ws.ws_row = 0;
	show("TIOCGWINSZ of the slave", ioctl(t.slave, TIOCGWINSZ, &ws));
	show_val("rows", ws.ws_row);
	show_true("tcgetpgrp", tcgetpgrp(fd) == getpgrp());
	set_lflags(fd, 0, ECHO);
	show_true("modes are shared", !(get_attr(t.slave).c_lflag & ECHO));
	type(fd, "out\n");
	expect("master", t.master, 5);
	type(t.master, "in\n");
	expect_one_read("read", fd, 10);
	close(t.slave);
	close(t.master);
	return 0;
}

static int none(void *arg)
{
	struct stat st;

	(void)arg;
	must(setsid());
	show_fd("without a terminal", open("/dev/tty", O_RDWR));
	show("stat", stat("/dev/tty", &st));
	show("access", access("/dev/tty", R_OK | W_OK));
	return 0;
}

int main(void)
{
	signal(SIGHUP, SIG_IGN);
	show_status("session", run_child(session, NULL));
	show_status("none", run_child(none, NULL));
	return 0;
}
