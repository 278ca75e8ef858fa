/* tests/syscalls/unlink_errors.c - unlink(2): symlinks, directories, slashes, missing things. */
#include "fs_check.h"

int main(void)
{
	char name[300];

	write_file("f", "x");
	xmkdir("d", 0755);
	xsymlink("f", "link");
	xsymlink("d", "dirlink");
	xsymlink("missing", "dangling");
	xsymlink("loop", "loop");
	must(mkfifo("fifo", 0600));
	show("symlink", unlink("link"));
	show_mode("its target", "f");
	show("dangling", unlink("dangling"));
	show("loop", unlink("loop"));
	show("fifo", unlink("fifo"));
	show("dirlink/", unlink("dirlink/"));
	show("dirlink", unlink("dirlink"));
	show("directory", unlink("d"));
	show("d/", unlink("d/"));
	show(".", unlink("."));
	show("..", unlink(".."));
	show("/", unlink("/"));
	show("f/", unlink("f/"));
	show("f/x", unlink("f/x"));
	show("missing", unlink("missing"));
	show("missing/x", unlink("missing/x"));
	show("missing/", unlink("missing/"));
	show("empty", unlink(""));
	show("bad pointer", unlink(bad_addr()));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", unlink(name));
	show("file in /proc", unlink("/proc/version"));
	show("file", unlink("f"));
	show("again", unlink("f"));
	show_names("names", ".");
	return 0;
}
