/* tests/syscalls/mkdir_basic.c - mkdir(2), mkdirat: modes, slashes, errors. */
#include "fs_check.h"

int main(void)
{
	char name[300];
	int dir, fd;

	umask(022);
	show("mkdir", mkdir("a", 0777));
	show_mode("a", "a");
	show("mode 0700", mkdir("b", 0700));
	show_mode("b", "b");
	show("mode 0", mkdir("c", 0));
	show_mode("c", "c");
	show("sticky", mkdir("d", 01777));
	show_mode("d", "d");
	show("setuid and setgid", mkdir("e", 06777));
	show_mode("e", "e");
	show("with slashes", mkdir("f//", 0755));
	show("f/g/", mkdir("f/g/", 0755));
	show("f/g/../h", mkdir("f/g/../h", 0755));
	show_names("f", "f");
	show("existing", mkdir("a", 0755));
	write_file("file", "x");
	xsymlink("missing", "dangling");
	xsymlink("a", "alink");
	show("existing file", mkdir("file", 0755));
	show("dangling symlink", mkdir("dangling", 0755));
	show("dangling symlink/", mkdir("dangling/", 0755));
	show("symlink to a directory", mkdir("alink", 0755));
	show(".", mkdir(".", 0755));
	show("..", mkdir("..", 0755));
	show("/", mkdir("/", 0755));
	show("a/.", mkdir("a/.", 0755));
	show("new/.", mkdir("new/.", 0755));
	show("in nothing", mkdir("missing/x", 0755));
	show("below a file", mkdir("file/x", 0755));
	show("through a symlink", mkdir("alink/x", 0755));
	show_names("a", "a");
	show("empty", mkdir("", 0755));
	show("bad pointer", mkdir(bad_addr(), 0755));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", mkdir(name, 0755));
	show("in /proc", mkdir("/proc/x", 0755));
	dir = xopen("a", O_RDONLY, 0);
	fd = xopen("file", O_RDONLY, 0);
	show("mkdirat", mkdirat(dir, "y", 0755));
	show("mkdirat, closed", mkdirat(closed_fd(), "y", 0755));
	show("mkdirat, file", mkdirat(fd, "y", 0755));
	show_names("a", "a");
	show_names("names", ".");
	return 0;
}
