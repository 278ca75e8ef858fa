/* tests/syscalls/pty_packet.c - TIOCPKT: each read of the master begins with a control byte. */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();
	struct termios tio;
	int on = 1, off = 0, state = -1;

	make_raw(t.slave);
	show("TIOCGPKT", ioctl(t.master, TIOCGPKT, &state));
	show_val("is", state);
	show("TIOCPKT", ioctl(t.master, TIOCPKT, &on));
	show("TIOCGPKT", ioctl(t.master, TIOCGPKT, &state));
	show_val("is", state);
	type(t.slave, "data");
	expect_one_read("data", t.master, 100);
	show("tcflush TCIFLUSH", tcflush(t.slave, TCIFLUSH));
	expect_one_read("FLUSHREAD", t.master, 100);
	show("tcflush TCOFLUSH", tcflush(t.slave, TCOFLUSH));
	expect_one_read("FLUSHWRITE", t.master, 100);
	show("TCOOFF", tcflow(t.slave, TCOOFF));
	expect_one_read("STOP", t.master, 100);
	show("TCOON", tcflow(t.slave, TCOON));
	expect_one_read("START", t.master, 100);
	tio = get_attr(t.slave);
	tio.c_iflag |= IXON;
	set_attr(t.slave, &tio);
	expect_one_read("DOSTOP", t.master, 100);
	tio.c_iflag &= ~IXON;
	set_attr(t.slave, &tio);
	expect_one_read("NOSTOP", t.master, 100);
	show_ready("poll, nothing", t.master, POLLIN | POLLPRI);
	must(tcflush(t.slave, TCIFLUSH));
	show_ready("poll, control", t.master, POLLIN | POLLPRI);
	expect_one_read("FLUSHREAD", t.master, 100);
	type(t.slave, "abcdef");
	show_true("arrived", input_comes(t.master, PTY_PATIENCE_MS));
	expect_one_read("3 bytes at most", t.master, 3);
	expect_one_read("the rest", t.master, 100);
	show("off", ioctl(t.master, TIOCPKT, &off));
	type(t.slave, "plain");
	expect("plain", t.master, 5);
	show("on the slave", ioctl(t.slave, TIOCPKT, &on));
	show("bad pointer", ioctl(t.master, TIOCPKT, bad_addr()));
	show("bad pointer, get", ioctl(t.master, TIOCGPKT, bad_addr()));
	return 0;
}
