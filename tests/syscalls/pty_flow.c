/* tests/syscalls/pty_flow.c - IXON: ^S stops the output, ^Q lets it go on; tcflow(3). */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();

	set_lflags(t.slave, 0, ECHO);
	set_oflags(t.slave, 0, OPOST);
	type(t.slave, "before");
	expect("before", t.master, 6);
	show("tcflow TCOOFF", tcflow(t.slave, TCOOFF));
	xfcntl(t.slave, F_SETFL, O_RDWR | O_NONBLOCK);
	show("write, stopped", write(t.slave, "x", 1));
	show_ready("poll", t.slave, POLLOUT);
	show("tcflow TCOON", tcflow(t.slave, TCOON));
	show("write", write(t.slave, "y", 1));
	expect("after", t.master, 1);
	/* The character does the same; something visible tells that it has been processed. */
	type(t.master, "\x13"
		       "a\n");
	expect_one_read("the line behind ^S", t.slave, 10);
	show("write, stopped", write(t.slave, "x", 1));
	type(t.master, "\x11"
		       "b\n");
	expect_one_read("the line behind ^Q", t.slave, 10);
	show("write", write(t.slave, "z", 1));
	expect("after", t.master, 1);
	set_iflags(t.slave, IXANY, 0);
	type(t.master, "\x13"
		       "c\n");
	expect_one_read("IXANY: any character goes on", t.slave, 10);
	show("write", write(t.slave, "w", 1));
	expect("after", t.master, 1);
	set_iflags(t.slave, 0, IXON | IXANY);
	type(t.master, "\x13\n");
	expect_one_read("without IXON it is data", t.slave, 10);
	show("write", write(t.slave, "v", 1));
	expect("after", t.master, 1);
	return 0;
}
