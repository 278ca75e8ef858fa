/* tests/syscalls/pty_nonblock.c - O_NONBLOCK on both ends: empty, full, half a line. */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();
	static char buf[65536];
	long total = 0, back = 0;
	ssize_t n;

	xfcntl(t.master, F_SETFL, O_RDWR | O_NONBLOCK);
	xfcntl(t.slave, F_SETFL, O_RDWR | O_NONBLOCK);
	show("master, empty", read(t.master, buf, 10));
	show("slave, empty", read(t.slave, buf, 10));
	set_lflags(t.slave, 0, ECHO);
	type(t.master, "half");
	nap_ms(PTY_QUIET_MS);
	show("slave, half a line", read(t.slave, buf, 10));
	type(t.master, "\n");
	expect_one_read("slave, line", t.slave, 10);
	make_raw(t.slave);
	memset(buf, 'x', sizeof(buf));
	/* The slave writes until nothing fits any more; all of it can be read. */
	for (int idle = 0; idle < 10;) {
		n = write(t.slave, buf, 1000);
		if (n > 0) {
			total += n;
			idle = 0;
		} else {
			idle++;
			nap_ms(2);
		}
	}
	show("full", write(t.slave, buf, 1000));
	show_true("something fit", total >= 4096);
	show_ready("poll", t.slave, POLLOUT);
	while (back < total && input_comes(t.master, PTY_PATIENCE_MS)) {
		n = read(t.master, buf, sizeof(buf));
		if (n <= 0)
			break;
		back += n;
	}
	show_true("all came", back == total);
	show("room again", poll(&(struct pollfd){t.slave, POLLOUT, 0}, 1, PTY_PATIENCE_MS));
	show("write", write(t.slave, "y", 1));
	expect("read", t.master, 1);
	return 0;
}
