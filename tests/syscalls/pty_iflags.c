/* tests/syscalls/pty_iflags.c - input processing: ICRNL, INLCR, IGNCR, ISTRIP, IUCLC. */
#include "pty_check.h"

static struct pty t;

static void try(const char *what, tcflag_t flags, const char *text, size_t want)
{
	struct termios tio = get_attr(t.slave);

	tio.c_iflag = flags;
	tio.c_lflag = IEXTEN;
	tio.c_cc[VMIN] = 1;
	set_attr(t.slave, &tio);
	type(t.master, text);
	expect(what, t.slave, want);
}

int main(void)
{
	t = open_pty();
	try("none", 0, "a\rb\nc\xe1", 6);
	try("ICRNL", ICRNL, "a\rb\nc", 5);
	try("INLCR", INLCR, "a\rb\nc", 5);
	try("IGNCR", IGNCR, "a\rb\nc", 4);
	try("IGNCR and ICRNL", IGNCR | ICRNL, "a\rb\nc", 4);
	try("ICRNL and INLCR", ICRNL | INLCR, "a\rb\nc", 5);
	try("ISTRIP", ISTRIP, "a\xe1\xff", 3);
	try("IUCLC", IUCLC, "ABCabc", 6);
	expect_nothing("nothing else", t.slave);
	return 0;
}
