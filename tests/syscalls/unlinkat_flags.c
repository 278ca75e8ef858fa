/* tests/syscalls/unlinkat_flags.c - unlinkat(2): AT_REMOVEDIR and directories. */
#include "fs_check.h"

int main(void)
{
	int dir, fd;

	xmkdir("d", 0755);
	xmkdir("d/sub", 0755);
	xmkdir("d/full", 0755);
	write_file("d/full/x", "x");
	write_file("d/f", "x");
	write_file("f", "x");
	dir = xopen("d", O_RDONLY, 0);
	fd = xopen("f", O_RDONLY, 0);
	show("directory", unlinkat(dir, "sub", 0));
	show("file, REMOVEDIR", unlinkat(dir, "f", AT_REMOVEDIR));
	show("full, REMOVEDIR", unlinkat(dir, "full", AT_REMOVEDIR));
	show("directory, REMOVEDIR", unlinkat(dir, "sub", AT_REMOVEDIR));
	show("file", unlinkat(dir, "f", 0));
	show("missing", unlinkat(dir, "f", 0));
	show("missing, REMOVEDIR", unlinkat(dir, "f", AT_REMOVEDIR));
	show("empty", unlinkat(dir, "", 0));
	show("empty, REMOVEDIR", unlinkat(dir, "", AT_REMOVEDIR));
	show("unknown flag", unlinkat(AT_FDCWD, "f", 0x1000));
	show("closed", unlinkat(closed_fd(), "f", 0));
	show("file as directory", unlinkat(fd, "f", 0));
	show("AT_FDCWD", unlinkat(AT_FDCWD, "f", 0));
	show_names("d", "d");
	return 0;
}
