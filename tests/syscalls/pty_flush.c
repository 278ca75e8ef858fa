/* tests/syscalls/pty_flush.c - tcflush(3): input that has not been read is thrown away. */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();
	int p[2];

	make_raw(t.slave);
	type(t.master, "input");
	show_true("arrived", input_comes(t.slave, PTY_PATIENCE_MS));
	show("TCIFLUSH", tcflush(t.slave, TCIFLUSH));
	show_ready("poll", t.slave, POLLIN);
	type(t.master, "more");
	expect("new input", t.slave, 4);
	type(t.master, "input");
	show_true("arrived", input_comes(t.slave, PTY_PATIENCE_MS));
	show("TCOFLUSH", tcflush(t.slave, TCOFLUSH));
	expect("input stays", t.slave, 5);
	type(t.master, "input");
	show_true("arrived", input_comes(t.slave, PTY_PATIENCE_MS));
	show("TCIOFLUSH", tcflush(t.slave, TCIOFLUSH));
	show_ready("poll", t.slave, POLLIN);
	set_lflags(t.slave, ICANON, 0);
	type(t.master, "half a line");
	nap_ms(PTY_QUIET_MS);
	show("TCIFLUSH", tcflush(t.slave, TCIFLUSH));
	type(t.master, "new\n");
	expect_one_read("line", t.slave, 100);
	show("unknown queue", tcflush(t.slave, 9));
	xpipe(p);
	show("pipe", tcflush(p[0], TCIFLUSH));
	show("closed", tcflush(closed_fd(), TCIFLUSH));
	show("tcflow, unknown", tcflow(t.slave, 9));
	show("tcflow, pipe", tcflow(p[0], TCOON));
	return 0;
}
