/*
 * tests/syscalls/pty_oflags.c - output processing: OPOST, ONLCR, OCRNL, ONOCR, ONLRET, OLCUC,
 * tabs.
 */
#include "pty_check.h"

static struct pty t;

static void try(const char *what, tcflag_t flags, const char *text, size_t want)
{
	struct termios tio = get_attr(t.slave);

	tio.c_oflag = flags;
	set_attr(t.slave, &tio);
	type(t.slave, text);
	expect(what, t.master, want);
}

int main(void)
{
	t = open_pty();
	set_lflags(t.slave, 0, ECHO);
	try("default", OPOST | ONLCR, "a\nb\r\n", 7);
	try("no OPOST", ONLCR, "a\nb\n", 4);
	try("OPOST only", OPOST, "a\nb\r\n", 5);
	try("OCRNL", OPOST | OCRNL, "\ra\rb\n", 5);
	try("first column", OPOST | ONLCR, "\n", 2);
	try("ONOCR", OPOST | ONLCR | ONOCR, "\r\rab\r\rc\n\r", 6);
	try("ONLRET", OPOST | ONLRET | ONOCR, "ab\n\rc\r", 5);
	try("OLCUC", OPOST | OLCUC, "Abc1\n", 5);
	try("tabs", OPOST | ONLCR | TAB3, "\n\ta\tbc\t\n", 2 + 8 + 8 + 8 + 2);
	try("tabs as they are", OPOST | ONLCR, "\t\n", 3);
	try("backspace and tab", OPOST | ONLCR | TAB3, "abc\b\bx\ty\n", 6 + 6 + 1 + 2);
	expect_nothing("nothing else", t.master);
	return 0;
}
