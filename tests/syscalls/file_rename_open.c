/* tests/syscalls/file_rename_open.c - an open file keeps its identity when its names change. */
#include "fs_check.h"

int main(void)
{
	char buf[32], path[64], cwd[4096], link[4200];
	struct stat st;
	int fd, other;

	if (!getcwd(cwd, sizeof(cwd)))
		die("getcwd");
	write_file("a", "content a");
	write_file("b", "content b");
	fd = xopen("a", O_RDWR, 0);
	other = xopen("b", O_RDONLY, 0);
	show("rename a to c", rename("a", "c"));
	show_read("read", pread(fd, buf, sizeof(buf), 0), buf);
	show("write", pwrite(fd, "C", 1, 0));
	show_file("c", "c");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	memset(link, 0, sizeof(link));
	show_true("readlink", readlink(path, link, sizeof(link) - 1) > 0);
	show_true("link tells the new name",
		  !strncmp(link, cwd, strlen(cwd)) && !strcmp(link + strlen(cwd), "/c"));
	show("rename c over b", rename("c", "b"));
	show_read("first", pread(fd, buf, sizeof(buf), 0), buf);
	show_read("second", pread(other, buf, sizeof(buf), 0), buf);
	fstat(fd, &st);
	show_val("links of the first", st.st_nlink);
	fstat(other, &st);
	show_val("links of the second", st.st_nlink);
	show_file("b", "b");
	xmkdir("dir", 0755);
	show("rename into a directory", rename("b", "dir/b"));
	show("write", pwrite(fd, "!", 1, 9));
	show_file("dir/b", "dir/b");
	show("rename the directory", rename("dir", "dir2"));
	memset(link, 0, sizeof(link));
	show_true("readlink", readlink(path, link, sizeof(link) - 1) > 0);
	show_str("link", link + strlen(cwd));
	show("unlink", unlink("dir2/b"));
	memset(link, 0, sizeof(link));
	show_true("readlink", readlink(path, link, sizeof(link) - 1) > 0);
	show_str("link", link + strlen(cwd));
	return 0;
}
