/* tests/syscalls/pty_ctty.c - the controlling terminal: how a session gets, sees and loses it. */
#include "pty_check.h"

static struct pty t;

static int by_open(void *arg)
{
	int fd;

	(void)arg;
	must(setsid());
	show_fd("/dev/tty at first", open("/dev/tty", O_RDWR));
	show("tcgetsid at first", tcgetsid(t.slave));
	fd = xopen(t.name, O_RDWR | O_NOCTTY, 0);
	show_fd("/dev/tty after O_NOCTTY", open("/dev/tty", O_RDWR));
	close(fd);
	fd = xopen(t.name, O_RDWR, 0);
	show_true("session of the terminal is mine", tcgetsid(fd) == getsid(0));
	show_true("group of the terminal is mine", tcgetpgrp(fd) == getpgrp());
	fd = open("/dev/tty", O_RDWR);
	show_fd("/dev/tty after open", fd);
	show("isatty", isatty(fd));
	show("write to /dev/tty", write(fd, "through /dev/tty\n", 17));
	show("TIOCNOTTY", ioctl(fd, TIOCNOTTY));
	show_fd("/dev/tty after that", open("/dev/tty", O_RDWR));
	return 0;
}

static int by_ioctl(void *arg)
{
	(void)arg;
	show("TIOCSCTTY of no session leader", ioctl(t.slave, TIOCSCTTY, 0));
	must(setsid());
	show("TIOCSCTTY", ioctl(t.slave, TIOCSCTTY, 0));
	show("again", ioctl(t.slave, TIOCSCTTY, 0));
	show_true("session", tcgetsid(t.slave) == getsid(0));
	if (xfork() == 0) {
		show_fd("child: /dev/tty", open("/dev/tty", O_RDWR));
		must(setsid());
		show_fd("child, new session: /dev/tty", open("/dev/tty", O_RDWR));
		show("child: tcgetsid", tcgetsid(t.slave));
		show("child: tcgetpgrp", tcgetpgrp(t.slave));
		if (geteuid() != 0)
			show("child: TIOCSCTTY of another's", ioctl(t.slave, TIOCSCTTY, 0));
		_exit(0);
	}
	xwait(-1);
	show_fd("parent: /dev/tty", open("/dev/tty", O_RDWR));
	return 0;
}

static int not_leader(void *arg)
{
	(void)arg;
	must(setsid());
	if (xfork() == 0) {
		int fd = xopen(t.name, O_RDWR, 0);

		show("open by no leader gives none", tcgetsid(fd));
		_exit(0);
	}
	xwait(-1);
	show_fd("/dev/tty of the leader", open("/dev/tty", O_RDWR));
	/* The master is never anybody's controlling terminal. */
	show_fd("open of /dev/ptmx", open("/dev/ptmx", O_RDWR));
	show_fd("/dev/tty", open("/dev/tty", O_RDWR));
	return 0;
}

int main(void)
{
	signal(SIGHUP, SIG_IGN);
	t = open_pty();
	run_child(by_open, NULL);
	expect("came to the master", t.master, 18);
	t = open_pty();
	run_child(by_ioctl, NULL);
	t = open_pty();
	run_child(not_leader, NULL);
	return 0;
}
