/* tests/syscalls/pty_locked.c - TIOCSLCKTRMIOS: modes and characters that cannot be changed. */
#include "pty_check.h"

static void show_modes(const char *what, int fd)
{
	struct termios tio = get_attr(fd);

	printf("%s: lflag %x, iflag %x, VINTR %d, VEOL %d\n", what, tio.c_lflag, tio.c_iflag,
	       tio.c_cc[VINTR], tio.c_cc[VEOL]);
}

int main(void)
{
	struct pty t = open_pty();
	struct termios locked, tio;

	memset(&locked, 0xff, sizeof(locked));
	show("get", ioctl(t.slave, TIOCGLCKTRMIOS, &locked));
	show("nothing is locked", locked.c_lflag | locked.c_iflag | locked.c_cc[VINTR]);
	locked.c_lflag = ECHO | ICANON;
	locked.c_cc[VINTR] = 1;
	show("set", ioctl(t.slave, TIOCSLCKTRMIOS, &locked));
	memset(&locked, 0, sizeof(locked));
	show("get from the master", ioctl(t.master, TIOCGLCKTRMIOS, &locked));
	show("flags", locked.c_lflag);
	show("VINTR", locked.c_cc[VINTR]);
	tio = get_attr(t.slave);
	cfmakeraw(&tio);
	tio.c_cc[VINTR] = 9;
	tio.c_cc[VEOL] = 8;
	set_attr(t.slave, &tio);
	show_modes("raw, but for what is locked", t.slave);
	memset(&locked, 0, sizeof(locked));
	show("unlock", ioctl(t.slave, TIOCSLCKTRMIOS, &locked));
	set_attr(t.slave, &tio);
	show_modes("raw", t.slave);
	show("bad address to get", ioctl(t.slave, TIOCGLCKTRMIOS, (void *)1));
	show("bad address to set", ioctl(t.slave, TIOCSLCKTRMIOS, (void *)1));
	must(setuid(1000));
	show("set without the right", ioctl(t.slave, TIOCSLCKTRMIOS, &locked));
	show("get without the right", ioctl(t.slave, TIOCGLCKTRMIOS, &locked));
	return 0;
}
