/* tests/syscalls/pty_tiocsti.c - TIOCSTI: what it refuses; as root it puts bytes into the input. */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();
	char c = 'x';
	int p[2];

	xpipe(p);
	show("pipe", ioctl(p[0], TIOCSTI, &c));
	show("file", ioctl(xopen("f", O_RDWR | O_CREAT, 0644), TIOCSTI, &c));
	show("closed", ioctl(closed_fd(), TIOCSTI, &c));
	if (geteuid() == 0) {
		show("bad pointer", ioctl(t.slave, TIOCSTI, bad_addr()));
		set_lflags(t.slave, 0, ECHO);
		show("TIOCSTI", ioctl(t.slave, TIOCSTI, &c));
		c = '\n';
		show("TIOCSTI", ioctl(t.slave, TIOCSTI, &c));
		expect_one_read("input", t.slave, 10);
	} else {
		/* Either EPERM or EIO, depending on a setting of the system. */
		show_true("not our terminal", ioctl(t.slave, TIOCSTI, &c) < 0);
	}
	return 0;
}
