/* tests/syscalls/pty_canon.c - canonical mode: whole lines only, one line at a time. */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();
	struct termios tio;

	set_lflags(t.slave, 0, ECHO);
	type(t.master, "no newline yet");
	expect_nothing("half a line", t.slave);
	type(t.master, "\n");
	expect_one_read("a line", t.slave, 100);
	type(t.master, "one\ntwo\nthree\n");
	expect_one_read("first", t.slave, 100);
	expect_one_read("second, 2 bytes", t.slave, 2);
	expect_one_read("the rest of it", t.slave, 100);
	expect_one_read("third", t.slave, 100);
	type(t.master, "\n");
	expect_one_read("an empty line", t.slave, 100);
	type(t.master, "carriage return\r");
	expect_one_read("ICRNL", t.slave, 100);
	tio = get_attr(t.slave);
	tio.c_cc[VEOL] = ';';
	set_attr(t.slave, &tio);
	type(t.master, "VEOL ends;a line");
	expect_one_read("VEOL", t.slave, 100);
	type(t.master, "\n");
	expect_one_read("the rest", t.slave, 100);
	tio.c_cc[VEOL] = 0;
	tio.c_cc[VEOL2] = '%';
	tio.c_lflag |= IEXTEN;
	set_attr(t.slave, &tio);
	type(t.master, "VEOL2 too%");
	expect_one_read("VEOL2", t.slave, 100);
	/* Half a line becomes readable when the mode changes. */
	type(t.master, "left");
	expect_nothing("half a line", t.slave);
	set_lflags(t.slave, 0, ICANON);
	expect_one_read("not canonical any more", t.slave, 100);
	set_lflags(t.slave, ICANON, 0);
	type(t.master, "end\n");
	expect_one_read("canonical again", t.slave, 100);
	expect_nothing("nothing else", t.slave);
	expect_nothing("no echo", t.master);
	return 0;
}
