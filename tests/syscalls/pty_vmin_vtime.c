/* tests/syscalls/pty_vmin_vtime.c - non-canonical reads: VMIN and VTIME in their four cases. */
#include "pty_check.h"

static struct pty t;

static void mode(int min, int time)
{
	struct termios tio = get_attr(t.slave);

	tio.c_lflag &= ~(ICANON | ECHO);
	tio.c_cc[VMIN] = min;
	tio.c_cc[VTIME] = time;
	set_attr(t.slave, &tio);
}

/* Makes sure that n bytes have arrived. */
static void arrived(int n)
{
	int have = 0;

	for (int i = 0; i < 1000 && have < n; i++) {
		must(ioctl(t.slave, FIONREAD, &have));
		if (have < n)
			nap_ms(2);
	}
}

int main(void)
{
	char buf[64];
	long start;
	ssize_t n;

	t = open_pty();
	mode(0, 0);
	show("0 0, empty", read(t.slave, buf, 10));
	type(t.master, "abc");
	arrived(3);
	show_read("0 0, data", read(t.slave, buf, 2), buf);
	show_read("0 0, data", read(t.slave, buf, 10), buf);

	mode(1, 0);
	type(t.master, "d");
	show_read("1 0", read(t.slave, buf, 10), buf);
	mode(4, 0);
	if (xfork() == 0) {
		type(t.master, "12");
		nap_ms(20);
		type(t.master, "34");
		_exit(0);
	}
	n = read(t.slave, buf, 10);
	show_read("4 0 waits for four", n, buf);
	xwait(-1);
	type(t.master, "xy");
	arrived(2);
	show_read("4 0, but only room for two", read(t.slave, buf, 2), buf);

	mode(0, 1);
	start = now_ms();
	show("0 1, empty", read(t.slave, buf, 10));
	show_true("a tenth of a second", now_ms() - start >= 90);
	type(t.master, "e");
	arrived(1);
	show_read("0 1, data", read(t.slave, buf, 10), buf);

	mode(3, 1);
	type(t.master, "fg");
	arrived(2);
	start = now_ms();
	show_read("3 1, two and a pause", read(t.slave, buf, 10), buf);
	show_true("a tenth of a second", now_ms() - start >= 90);
	type(t.master, "hij");
	arrived(3);
	show_read("3 1, three", read(t.slave, buf, 10), buf);
	mode(10, 0);
	show_ready("poll, below VMIN", t.slave, POLLIN);
	xfcntl(t.slave, F_SETFL, O_RDWR | O_NONBLOCK);
	show("not blocking, empty", read(t.slave, buf, 10));
	type(t.master, "k");
	arrived(1);
	show_read("not blocking, below VMIN", read(t.slave, buf, 10), buf);
	return 0;
}
