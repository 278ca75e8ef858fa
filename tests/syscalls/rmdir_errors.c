/* tests/syscalls/rmdir_errors.c - rmdir(2): full ones, dots, files, symlinks, open ones. */
#include "fs_check.h"

int main(void)
{
	struct stat st;
	int fd;

	xmkdir("empty", 0755);
	xmkdir("full", 0755);
	write_file("full/x", "x");
	xmkdir("nest", 0755);
	xmkdir("nest/sub", 0755);
	write_file("f", "x");
	xsymlink("empty", "link");
	show("full", rmdir("full"));
	show("with a subdirectory", rmdir("nest"));
	show("file", rmdir("f"));
	show("f/", rmdir("f/"));
	show("symlink", rmdir("link"));
	show("symlink/", rmdir("link/"));
	show(".", rmdir("."));
	show("empty/.", rmdir("empty/."));
	show("..", rmdir(".."));
	show("nest/sub/..", rmdir("nest/sub/.."));
	show("/", rmdir("/"));
	show("missing", rmdir("missing"));
	show("f/x", rmdir("f/x"));
	show("no path", rmdir(""));
	show("bad pointer", rmdir(bad_addr()));
	show("nest/sub/", rmdir("nest/sub/"));
	show("nest", rmdir("nest"));

	fd = xopen("empty", O_RDONLY, 0);
	show("open one", rmdir("empty"));
	show("fstat", fstat(fd, &st));
	show_val("links", st.st_nlink);
	show("again", rmdir("empty"));
	show_fd("file in it", openat(fd, "x", O_RDWR | O_CREAT, 0644));
	show("directory in it", mkdirat(fd, "x", 0755));
	show("link into it", linkat(AT_FDCWD, "f", fd, "x", 0));
	show("rename into it", renameat(AT_FDCWD, "f", fd, "x"));
	show("its . is", fstatat(fd, ".", &st, 0));
	show("its .. is", fstatat(fd, "..", &st, 0));
	show_names("names", ".");
	return 0;
}
