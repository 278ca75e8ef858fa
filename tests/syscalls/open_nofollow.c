/* tests/syscalls/open_nofollow.c - open(2): O_NOFOLLOW, alone and with O_PATH. */
#include "fs_check.h"

int main(void)
{
	char buf[16];
	struct stat st;
	int fd;

	write_file("file", "x");
	xmkdir("dir", 0755);
	write_file("dir/f", "in dir");
	xsymlink("file", "link");
	xsymlink("dir", "dirlink");
	xsymlink("missing", "dangling");
	xsymlink("self", "self");
	show_fd("file", open("file", O_RDONLY | O_NOFOLLOW));
	show_fd("link", open("link", O_RDONLY | O_NOFOLLOW));
	show_fd("dangling", open("dangling", O_RDONLY | O_NOFOLLOW));
	show_fd("dangling, O_CREAT", open("dangling", O_RDWR | O_NOFOLLOW | O_CREAT, 0600));
	show_fd("self", open("self", O_RDONLY | O_NOFOLLOW));
	show_fd("self without it", open("self", O_RDONLY));
	show_fd("missing", open("missing", O_RDONLY | O_NOFOLLOW));
	show_fd("dirlink", open("dirlink", O_RDONLY | O_NOFOLLOW));
	/* A trailing slash makes it a middle component. */
	show_fd("dirlink/", open("dirlink/", O_RDONLY | O_NOFOLLOW));
	show_fd("dirlink/.", open("dirlink/.", O_RDONLY | O_NOFOLLOW));
	show_fd("dirlink/f", open("dirlink/f", O_RDONLY | O_NOFOLLOW));
	show_fd("link/", open("link/", O_RDONLY | O_NOFOLLOW));

	fd = open("link", O_PATH | O_NOFOLLOW);
	show_fd("link, O_PATH", fd);
	show("fstat", fstat(fd, &st));
	show_str("it is a", type_name(st.st_mode));
	show_val("of size", st.st_size);
	show_read("readlinkat", readlinkat(fd, "", buf, sizeof(buf)), buf);
	show("fchdir", fchdir(fd));
	show_fd("openat below it", openat(fd, "f", O_RDONLY));
	show("read", read(fd, buf, 1));
	close(fd);
	fd = open("self", O_PATH | O_NOFOLLOW);
	show_fd("self, O_PATH", fd);
	show_read("readlinkat", readlinkat(fd, "", buf, sizeof(buf)), buf);
	close(fd);
	fd = open("file", O_PATH | O_NOFOLLOW);
	show("readlinkat of a file", readlinkat(fd, "", buf, sizeof(buf)));
	show_fd("dirlink, O_PATH, O_DIRECTORY", open("dirlink", O_PATH | O_NOFOLLOW | O_DIRECTORY));
	return 0;
}
