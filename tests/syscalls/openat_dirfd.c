/* tests/syscalls/openat_dirfd.c - openat(2): the directory that a relative path begins at. */
#include "fs_check.h"

int main(void)
{
	char cwd[4096], path[4200], buf[16];
	int dir, file, fd;

	if (!getcwd(cwd, sizeof(cwd)))
		die("getcwd");
	xmkdir("dir", 0755);
	xmkdir("dir/sub", 0755);
	write_file("dir/f", "in dir");
	write_file("f", "in cwd");
	dir = xopen("dir", O_RDONLY | O_DIRECTORY, 0);
	file = xopen("f", O_RDONLY, 0);

	fd = openat(dir, "f", O_RDONLY);
	show_read("dir, f", read(fd, buf, sizeof(buf)), buf);
	fd = openat(dir, "../f", O_RDONLY);
	show_read("dir, ../f", read(fd, buf, sizeof(buf)), buf);
	fd = openat(AT_FDCWD, "f", O_RDONLY);
	show_read("AT_FDCWD, f", read(fd, buf, sizeof(buf)), buf);
	show_fd("dir, new", openat(dir, "new", O_RDWR | O_CREAT, 0644));
	show_names("dir has", "dir");
	show_fd("-1", openat(-1, "f", O_RDONLY));
	show_fd("closed", openat(closed_fd(), "f", O_RDONLY));
	show_fd("a file", openat(file, "f", O_RDONLY));
	show_fd("a file, empty path", openat(file, "", O_RDONLY));
	show_fd("dir, bad pointer", openat(dir, bad_addr(), O_RDONLY));
	show_fd("dir, .", openat(dir, ".", O_RDONLY));
	snprintf(path, sizeof(path), "%s/f", cwd);
	show_fd("-1, absolute", openat(-1, path, O_RDONLY));
	show_fd("a file, absolute", openat(file, path, O_RDONLY));
	/* The directory is the same one after a change of its name or of the cwd. */
	show("rename dir", rename("dir", "renamed"));
	show("chdir", chdir("renamed/sub"));
	fd = openat(dir, "f", O_RDONLY);
	show_read("dir, f", read(fd, buf, sizeof(buf)), buf);
	show("chdir back", chdir("../.."));
	/* A removed one has nothing below it. */
	dir = xopen("renamed/sub", O_RDONLY, 0);
	show("rmdir", rmdir("renamed/sub"));
	show_fd("removed, f", openat(dir, "f", O_RDONLY));
	show_fd("removed, new", openat(dir, "f", O_RDWR | O_CREAT, 0644));
	show_fd("removed, .", openat(dir, ".", O_RDONLY));
	show("mkdirat in removed", mkdirat(dir, "x", 0755));
	return 0;
}
