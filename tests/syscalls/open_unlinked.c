/* tests/syscalls/open_unlinked.c - a file that lost its last name while it was open. */
#include "fs_check.h"

int main(void)
{
	char buf[64], path[64];
	struct stat st;
	char *map;
	int fd, fd2;

	write_file("f", "before");
	fd = xopen("f", O_RDWR, 0);
	show("unlink", unlink("f"));
	show_mode("name", "f");
	show("fstat", fstat(fd, &st));
	show_val("links", st.st_nlink);
	show_val("size", st.st_size);
	show_read("read", read(fd, buf, sizeof(buf)), buf);
	show("write", write(fd, " after", 6));
	show_read("pread", pread(fd, buf, sizeof(buf), 0), buf);
	show("fchmod", fchmod(fd, 0600));
	show("ftruncate", ftruncate(fd, 5000));
	map = mmap(NULL, 5000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	show_ptr("mmap", map);
	map[4999] = 'e';
	show_read("pread", pread(fd, buf, 2, 4999), buf);

	/* A new file of that name is another one. */
	write_file("f", "new");
	show_read("pread", pread(fd, buf, 6, 0), buf);
	show_file("new file", "f");

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	show("stat through /proc", stat(path, &st));
	show_val("links", st.st_nlink);
	fd2 = open(path, O_RDONLY);
	show_fd("reopen", fd2);
	show_read("read", read(fd2, buf, 6), buf);
	show("linkat", linkat(AT_FDCWD, path, AT_FDCWD, "back", AT_SYMLINK_FOLLOW));
	show_names("names", ".");
	show("close", close(fd));
	show_read("read", read(fd2, buf, 6), buf);

	/* One of two names. */
	write_file("a", "two");
	show("link", link("a", "b"));
	fd = xopen("a", O_RDONLY, 0);
	show("unlink", unlink("a"));
	fstat(fd, &st);
	show_val("links", st.st_nlink);
	show("unlink", unlink("b"));
	fstat(fd, &st);
	show_val("links", st.st_nlink);
	show_read("read", read(fd, buf, 6), buf);
	return 0;
}
