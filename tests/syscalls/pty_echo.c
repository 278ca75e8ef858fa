/* tests/syscalls/pty_echo.c - echo: ECHO, ECHOCTL, ECHONL, ECHOE, ECHOK. */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();

	type(t.master, "abc");
	expect("letters", t.master, 3);
	type(t.master, "\n");
	expect("newline", t.master, 2);
	expect("slave", t.slave, 4);
	type(t.master, "\x01\x02\x1b");
	expect("control characters", t.master, 6);
	type(t.master, "\t\x7f");
	expect("tab and its erasure", t.master, 1);
	type(t.master, "\r");
	expect("end of the line", t.master, 2 + 2);
	expect("slave", t.slave, 4);
	type(t.master, "xyz\x7f");
	expect("erase", t.master, 6);
	type(t.master, "\x15");
	expect("kill", t.master, 6);
	type(t.master, "\n");
	expect("newline", t.master, 2);
	expect("slave", t.slave, 1);
	set_lflags(t.slave, 0, ECHOCTL);
	type(t.master, "\x01\n");
	expect("without ECHOCTL", t.master, 3);
	expect("slave", t.slave, 2);
	set_lflags(t.slave, 0, ECHOE | ECHOKE);
	type(t.master, "ab\x7f\x15");
	expect("without ECHOE and ECHOKE", t.master, 6);
	type(t.master, "\n");
	expect("newline", t.master, 2);
	expect("slave", t.slave, 1);
	set_lflags(t.slave, ECHONL, ECHO);
	type(t.master, "hidden\n");
	expect("ECHONL only", t.master, 2);
	expect("slave", t.slave, 7);
	set_lflags(t.slave, 0, ECHONL);
	type(t.master, "hidden\n");
	expect("slave", t.slave, 7);
	expect_nothing("no echo at all", t.master);
	/* Echo without canonical mode. */
	set_lflags(t.slave, ECHO, ICANON);
	type(t.master, "q\x7f");
	expect("not canonical", t.master, 2);
	expect("slave", t.slave, 2);
	return 0;
}
