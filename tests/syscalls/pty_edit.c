/* tests/syscalls/pty_edit.c - line editing: erase, word erase, kill, reprint, literal next. */
#include "pty_check.h"

static struct pty t;

static void line(const char *what, const char *text)
{
	type(t.master, text);
	expect_one_read(what, t.slave, 200);
}

int main(void)
{
	struct termios tio;

	t = open_pty();
	set_lflags(t.slave, 0, ECHO);
	line("erase", "abcd\x7f\x7fxy\n");
	line("erase nothing", "\x7f\x7fok\n");
	line("erase all and more", "ab\x7f\x7f\x7f\x7fz\n");
	line("kill", "discarded\x15kept\n");
	line("kill nothing", "\x15x\n");
	line("word erase", "one two three\x17"
			   "four\n");
	line("word erase, blanks", "one two   \x17x\n");
	line("two words", "a b c\x17\x17z\n");
	line("literal next", "a\x16\x03 b\x16\x7f c\x16\x16\n");
	line("literal newline", "a\x16\nb\n");
	line("reprint is not data", "ab\x12"
				    "cd\n");
	line("erase does not pass a line", "first\n\x7f\x7f\x7fsecond\n");
	expect_one_read("the second", t.slave, 200);
	tio = get_attr(t.slave);
	tio.c_cc[VERASE] = '#';
	tio.c_cc[VKILL] = '@';
	tio.c_cc[VWERASE] = '~';
	set_attr(t.slave, &tio);
	line("other characters", "ab#c@one two~x\x7f\n");
	tio.c_cc[VERASE] = 0;
	tio.c_cc[VKILL] = 0;
	set_attr(t.slave, &tio);
	line("disabled", "ab#@\n");
	set_lflags(t.slave, 0, IEXTEN);
	line("without IEXTEN", "a\x16"
			       "b~\x12\n");
	set_lflags(t.slave, IEXTEN, 0);
	set_iflags(t.slave, IUTF8, 0);
	tio = get_attr(t.slave);
	tio.c_cc[VERASE] = 0x7f;
	set_attr(t.slave, &tio);
	line("UTF-8", "x\xc3\xa4\xe2\x82\xac\x7fy\n");
	set_iflags(t.slave, 0, IUTF8);
	line("bytes", "x\xc3\xa4\x7fy\n");
	return 0;
}
