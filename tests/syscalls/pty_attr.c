/* tests/syscalls/pty_attr.c - tcgetattr(3), tcsetattr: the first values, changes, both ends. */
#include "pty_check.h"

static void print(const char *what, int fd)
{
	struct termios tio;

	if (tcgetattr(fd, &tio) < 0) {
		show(what, -1);
		return;
	}
	say("%s: i %o, o %o, c %o, l %o, speeds %d %d", what, tio.c_iflag, tio.c_oflag, tio.c_cflag,
	    tio.c_lflag, cfgetispeed(&tio) == B38400, cfgetospeed(&tio) == B38400);
	say("  intr %d quit %d erase %d kill %d eof %d time %d min %d start %d stop %d susp %d",
	    tio.c_cc[VINTR], tio.c_cc[VQUIT], tio.c_cc[VERASE], tio.c_cc[VKILL], tio.c_cc[VEOF],
	    tio.c_cc[VTIME], tio.c_cc[VMIN], tio.c_cc[VSTART], tio.c_cc[VSTOP], tio.c_cc[VSUSP]);
	say("  eol %d reprint %d discard %d werase %d lnext %d eol2 %d", tio.c_cc[VEOL],
	    tio.c_cc[VREPRINT], tio.c_cc[VDISCARD], tio.c_cc[VWERASE], tio.c_cc[VLNEXT],
	    tio.c_cc[VEOL2]);
}

int main(void)
{
	struct pty t = open_pty();
	struct termios tio;
	char buf[8];
	int p[2];

	print("slave", t.slave);
	print("master", t.master);
	tio = get_attr(t.slave);
	tio.c_iflag |= IXOFF | INLCR;
	tio.c_oflag &= ~OPOST;
	tio.c_lflag &= ~(ICANON | ISIG);
	tio.c_cc[VINTR] = 7;
	tio.c_cc[VMIN] = 9;
	show("TCSANOW", tcsetattr(t.slave, TCSANOW, &tio));
	print("slave", t.slave);
	print("master", t.master);
	make_raw(t.master);
	print("raw, set on the master", t.slave);
	tio = get_attr(t.slave);
	show("TCSADRAIN", tcsetattr(t.slave, TCSADRAIN, &tio));
	type(t.master, "abc");
	show_true("arrived", input_comes(t.slave, PTY_PATIENCE_MS));
	show("TCSAFLUSH", tcsetattr(t.slave, TCSAFLUSH, &tio));
	xfcntl(t.slave, F_SETFL, O_RDWR | O_NONBLOCK);
	show("the input is gone", read(t.slave, buf, 8));
	show("bad action", tcsetattr(t.slave, 99, &tio));
	/* The speed can be set, but the character size is not a pty's to change. */
	cfsetispeed(&tio, B9600);
	cfsetospeed(&tio, B9600);
	tio.c_cflag = (tio.c_cflag & ~CSIZE) | CS5 | PARENB;
	show("speed and size", tcsetattr(t.slave, TCSANOW, &tio));
	tio = get_attr(t.slave);
	say("B9600 %d, CS8 %d, PARENB %d, CREAD %d", cfgetospeed(&tio) == B9600,
	    (tio.c_cflag & CSIZE) == CS8, !!(tio.c_cflag & PARENB), !!(tio.c_cflag & CREAD));
	xpipe(p);
	show("pipe", tcgetattr(p[0], &tio));
	show("file", tcgetattr(xopen("f", O_RDWR | O_CREAT, 0644), &tio));
	show("/dev/null", tcgetattr(xopen("/dev/null", O_RDWR, 0), &tio));
	show("closed", tcgetattr(closed_fd(), &tio));
	show("bad pointer", ioctl(t.slave, TCGETS, bad_addr()));
	show("bad pointer, set", ioctl(t.slave, TCSETS, bad_addr()));
	/* The modes outlive the slave's descriptors as long as there is a master. */
	close(t.slave);
	t.slave = xopen(t.name, O_RDWR | O_NOCTTY, 0);
	tio = get_attr(t.slave);
	show_true("opened again, still raw", !(tio.c_lflag & ICANON));
	return 0;
}
