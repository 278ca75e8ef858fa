/* tests/syscalls/pty_eof.c - the end-of-file character in canonical mode. */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();
	struct termios tio;

	set_lflags(t.slave, 0, ECHO);
	type(t.master, "\x04");
	expect_one_read("alone", t.slave, 100);
	expect_nothing("it is gone", t.slave);
	type(t.master, "abc\x04");
	expect_one_read("after some text", t.slave, 100);
	type(t.master, "def\x04\x04");
	expect_one_read("twice", t.slave, 100);
	expect_one_read("the second", t.slave, 100);
	type(t.master, "xyz\x04");
	expect_one_read("exactly as much", t.slave, 3);
	type(t.master, "\n");
	expect_one_read("then a line", t.slave, 100);
	type(t.master, "ab\x16\x04"
		       "c\n");
	expect_one_read("quoted", t.slave, 100);
	tio = get_attr(t.slave);
	tio.c_cc[VEOF] = '!';
	set_attr(t.slave, &tio);
	type(t.master, "other\x04!");
	expect_one_read("another character", t.slave, 100);
	tio.c_cc[VEOF] = 4;
	tio.c_lflag &= ~ICANON;
	tio.c_cc[VMIN] = 1;
	set_attr(t.slave, &tio);
	type(t.master, "\x04");
	expect_one_read("not canonical", t.slave, 100);
	tio.c_lflag |= ICANON | ECHO;
	set_attr(t.slave, &tio);
	type(t.master, "\x04");
	expect_one_read("with echo", t.slave, 100);
	expect_nothing("it is not echoed", t.master);
	return 0;
}
