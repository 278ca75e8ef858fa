/*
 * tests/syscalls/session_tty_errors.c - tcgetpgrp and friends on what is no terminal; /dev/tty
 * without a controlling terminal.
 */
#include "check.h"
#include <sys/ioctl.h>
#include <termios.h>

static int child(void *arg)
{
	struct termios t;
	int p[2], fd;

	(void)arg;
	setsid();
	xpipe(p);
	fd = open("f", O_RDWR | O_CREAT, 0644);
	show("tcgetpgrp of a pipe", tcgetpgrp(p[0]));
	show("tcgetpgrp of a file", tcgetpgrp(fd));
	show("tcgetpgrp bad descriptor", tcgetpgrp(999));
	show("tcsetpgrp of a pipe", tcsetpgrp(p[0], getpgrp()));
	show("tcgetsid of a file", tcgetsid(fd));
	show("TIOCSCTTY of a file", ioctl(fd, TIOCSCTTY, 0));
	show("TIOCNOTTY of a pipe", ioctl(p[0], TIOCNOTTY));
	show("isatty of a file", isatty(fd));
	show_str("errno", errno_name(errno));
	show("isatty bad descriptor", isatty(999));
	show_str("errno", errno_name(errno));
	show("tcgetattr of a pipe", tcgetattr(p[1], &t));
	show_fd("open /dev/tty", open("/dev/tty", O_RDWR));
	return 0;
}

int main(void)
{
	show_status("child", run_child(child, NULL));
	return 0;
}
