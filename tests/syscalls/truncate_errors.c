/* tests/syscalls/truncate_errors.c - truncate(2): paths, permissions, kinds of file. */
#include "fs_check.h"

static void as_stranger(void *arg)
{
	(void)arg;
	show("stranger, 0644", truncate("f", 1));
	show("stranger, 0666", truncate("open", 1));
	show("stranger, in a closed directory", truncate("closed/f", 1));
}

int main(void)
{
	char name[300];

	umask(0);
	write_file("f", "0123456789");
	write_file("open", "0123456789");
	xchmod("open", 0666);
	xmkdir("dir", 0755);
	xmkdir("closed", 0700);
	xsymlink("f", "link");
	xsymlink("loop", "loop");
	xsymlink("missing", "dangling");
	show("shorter", truncate("f", 5));
	show_file("content", "f");
	show("through a symlink", truncate("link", 3));
	show_file("content", "f");
	show("longer", truncate("f", 6));
	show_file("content", "f");
	show("-1", truncate("f", -1));
	show("missing", truncate("missing", 0));
	show("dangling", truncate("dangling", 0));
	show("loop", truncate("loop", 0));
	show("empty path", truncate("", 0));
	show("bad pointer", truncate(bad_addr(), 0));
	show("below a file", truncate("f/x", 0));
	show("file/", truncate("f/", 0));
	show("directory", truncate("dir", 0));
	show("/dev/null", truncate("/dev/null", 0));
	mkfifo("fifo", 0600);
	show("fifo", truncate("fifo", 0));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", truncate(name, 0));
	xchmod("f", 0444);
	if (geteuid() != 0)
		show("read-only file", truncate("f", 0));
	else
		as_user(USER_A, GROUP_A, as_stranger, NULL);
	return 0;
}
