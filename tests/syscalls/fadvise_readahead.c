/* tests/syscalls/fadvise_readahead.c - posix_fadvise(2), readahead(2): arguments and errors. */
#include "fs_check.h"

int main(void)
{
	char buf[8];
	int fd, p[2];

	write_file("f", "0123456789");
	fd = xopen("f", O_RDWR, 0);
	xpipe(p);
	show_err("NORMAL", posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL));
	show_err("SEQUENTIAL", posix_fadvise(fd, 0, 10, POSIX_FADV_SEQUENTIAL));
	show_err("RANDOM", posix_fadvise(fd, 0, 10, POSIX_FADV_RANDOM));
	show_err("WILLNEED", posix_fadvise(fd, 0, 10, POSIX_FADV_WILLNEED));
	show_err("DONTNEED", posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	show_err("NOREUSE", posix_fadvise(fd, 0, 10, POSIX_FADV_NOREUSE));
	show_err("unknown", posix_fadvise(fd, 0, 10, 99));
	show_err("negative length", posix_fadvise(fd, 0, -1, POSIX_FADV_NORMAL));
	show_err("beyond the end", posix_fadvise(fd, 1000, 10, POSIX_FADV_WILLNEED));
	show_err("pipe", posix_fadvise(p[0], 0, 0, POSIX_FADV_NORMAL));
	show_err("closed", posix_fadvise(closed_fd(), 0, 0, POSIX_FADV_NORMAL));
	show_err("O_PATH", posix_fadvise(xopen("f", O_PATH, 0), 0, 0, POSIX_FADV_NORMAL));
	show("readahead", readahead(fd, 0, 4096));
	show("readahead, write-only", readahead(xopen("f", O_WRONLY, 0), 0, 4096));
	show("readahead, pipe", readahead(p[0], 0, 4096));
	show("readahead, closed", readahead(closed_fd(), 0, 4096));
	show("readahead, directory", readahead(xopen(".", O_RDONLY, 0), 0, 4096));
	show_read("data is unharmed", read(fd, buf, 8), buf);
	return 0;
}
