/* tests/syscalls/linkat_flags.c - linkat(2): AT_SYMLINK_FOLLOW, AT_EMPTY_PATH, directories. */
#include "fs_check.h"

int main(void)
{
	char path[64];
	int dir, dir2, fd, sym;

	write_file("f", "content");
	xmkdir("dir", 0755);
	xmkdir("dir2", 0755);
	write_file("dir/g", "g");
	xsymlink("f", "sym");
	xsymlink("missing", "dangling");
	dir = xopen("dir", O_RDONLY, 0);
	dir2 = xopen("dir2", O_RDONLY, 0);
	fd = xopen("f", O_RDONLY, 0);
	show("between directories", linkat(dir, "g", dir2, "h", 0));
	show_true("same file", same_file("dir/g", "dir2/h"));
	show("symlink", linkat(AT_FDCWD, "sym", AT_FDCWD, "l1", 0));
	show_link("l1", "l1");
	show("symlink, FOLLOW", linkat(AT_FDCWD, "sym", AT_FDCWD, "l2", AT_SYMLINK_FOLLOW));
	show_true("same file", same_file("l2", "f"));
	show("dangling, FOLLOW", linkat(AT_FDCWD, "dangling", dir, "l3", AT_SYMLINK_FOLLOW));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	show("/proc, FOLLOW", linkat(AT_FDCWD, path, AT_FDCWD, "l4", AT_SYMLINK_FOLLOW));
	show_true("same file", same_file("l4", "f"));
	show("/proc", linkat(AT_FDCWD, path, AT_FDCWD, "l5", 0));
	sym = xopen("sym", O_PATH | O_NOFOLLOW, 0);
	if (geteuid() == 0) {
		show("EMPTY_PATH", linkat(fd, "", AT_FDCWD, "l6", AT_EMPTY_PATH));
		show_true("same file", same_file("l6", "f"));
		show("EMPTY_PATH, symlink", linkat(sym, "", AT_FDCWD, "l7", AT_EMPTY_PATH));
		show_link("l7", "l7");
		show("EMPTY_PATH, directory", linkat(dir, "", AT_FDCWD, "l8", AT_EMPTY_PATH));
	}
	show("empty", linkat(fd, "", AT_FDCWD, "l9", 0));
	show("unknown flag", linkat(AT_FDCWD, "f", AT_FDCWD, "l9", AT_SYMLINK_NOFOLLOW));
	show("closed old", linkat(closed_fd(), "f", AT_FDCWD, "l9", 0));
	show("closed new", linkat(AT_FDCWD, "f", closed_fd(), "l9", 0));
	show("file as old directory", linkat(fd, "f", AT_FDCWD, "l9", 0));
	show("file as new directory", linkat(AT_FDCWD, "f", fd, "l9", 0));
	show("old in dir, missing", linkat(dir, "f", AT_FDCWD, "l9", 0));
	show_names("names", ".");
	return 0;
}
