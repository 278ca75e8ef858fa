/* tests/syscalls/rename_exchange.c - renameat2(2): RENAME_EXCHANGE. */
#include "fs_check.h"

static void try(const char *what, const char *old, const char *new)
{
	show(what, renameat2(AT_FDCWD, old, AT_FDCWD, new, RENAME_EXCHANGE));
}

int main(void)
{
	char buf[8];
	int fd;

	write_file("a", "content a");
	write_file("b", "content b");
	xmkdir("d", 0755);
	write_file("d/f", "in d");
	xmkdir("e", 0755);
	xmkdir("e/sub", 0755);
	xsymlink("a", "sym");
	fd = xopen("a", O_RDONLY, 0);
	try("two files", "a", "b");
	show_file("a", "a");
	show_file("b", "b");
	show_read("the open one", pread(fd, buf, 8, 0), buf);
	try("two directories", "d", "e");
	show_names("d", "d");
	show_names("e", "e");
	try("file and directory", "a", "d");
	show_mode("a", "a");
	show_mode("d", "d");
	try("and back", "a", "d");
	try("file and symlink", "a", "sym");
	show_link("a", "a");
	show_file("sym", "sym");
	try("across directories", "b", "e/f");
	show_file("b", "b");
	show_file("e/f", "e/f");
	try("with itself", "b", "b");
	try("missing old", "missing", "b");
	try("missing new", "b", "missing");
	try("directory and its child", "d", "d/sub");
	try("child and its directory", "d/sub", "d");
	try("directory to another file system", "b", "/proc/version");
	try("..", "b", "..");
	show_names("names", ".");
	return 0;
}
