/* tests/syscalls/rename_errors.c - rename(2): dots, slashes, missing and wrong things. */
#include "fs_check.h"

int main(void)
{
	char name[300];

	write_file("f", "x");
	write_file("g", "x");
	xmkdir("d", 0755);
	xmkdir("d/sub", 0755);
	xsymlink("f", "link");
	xsymlink("d", "dirlink");
	show("missing", rename("missing", "x"));
	show("missing onto itself", rename("missing", "missing"));
	show("empty old", rename("", "x"));
	show("empty new", rename("f", ""));
	show("below a file", rename("f/x", "x"));
	show("to below a file", rename("f", "g/x"));
	show("to a missing directory", rename("f", "nodir/x"));
	show("d/.", rename("d/.", "x"));
	show("d/..", rename("d/sub/..", "x"));
	show(".", rename(".", "x"));
	show("..", rename("..", "x"));
	show("onto .", rename("d", "."));
	show("onto ..", rename("d", ".."));
	show("onto d/.", rename("f", "d/."));
	show("f/", rename("f/", "x"));
	show("f to x/", rename("f", "x/"));
	show("f over g/", rename("f", "g/"));
	show("d to x/", rename("d", "x/"));
	show("and back", rename("x/", "d"));
	show("link/", rename("link/", "x"));
	show("dirlink/", rename("dirlink/", "x"));
	show("d over dirlink/", rename("d", "dirlink/"));
	show("bad old", rename(bad_addr(), "x"));
	show("bad new", rename("f", bad_addr()));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long old", rename(name, "x"));
	show("long new", rename("f", name));
	show("to another file system", rename("f", "/proc/f"));
	show("from another file system", rename("/proc/self", "x"));
	show("renameat, closed", renameat(closed_fd(), "f", AT_FDCWD, "x"));
	show("renameat, closed new", renameat(AT_FDCWD, "f", closed_fd(), "x"));
	show("renameat, file", renameat(xopen("f", O_RDONLY, 0), "f", AT_FDCWD, "x"));
	show("renameat", renameat(xopen("d", O_RDONLY, 0), "sub", AT_FDCWD, "moved"));
	show_names("names", ".");
	return 0;
}
