/* tests/syscalls/proc_fd_reopen.c - open of /proc/self/fd/N: a new open file, new permissions. */
#include "fs_check.h"
#include <sys/eventfd.h>
#include <sys/socket.h>

static int reopen(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags);
}

static void as_stranger(void *arg)
{
	int fd = *(int *)arg;

	show_fd("stranger, for reading", reopen(fd, O_RDONLY));
	show_fd("stranger, for writing", reopen(fd, O_RDWR));
}

int main(void)
{
	char buf[16];
	int fd, again, s[2];

	write_file("f", "0123456789");
	fd = xopen("f", O_RDONLY, 0);
	must(read(fd, buf, 4));
	again = reopen(fd, O_RDWR);
	show_fd("read-only for both", again);
	show_read("from the start", read(again, buf, 3), buf);
	show("write", write(again, "X", 1));
	show("the first has its own position", lseek(fd, 0, SEEK_CUR));
	show_fd("O_TRUNC", reopen(fd, O_WRONLY | O_TRUNC));
	show_val("size", file_size("f"));
	show_fd("O_EXCL", reopen(fd, O_RDWR | O_CREAT | O_EXCL));
	show_fd("O_DIRECTORY", reopen(fd, O_RDONLY | O_DIRECTORY));
	show_fd("O_NOFOLLOW", reopen(fd, O_RDONLY | O_NOFOLLOW));
	show_fd("O_PATH", reopen(fd, O_PATH));
	must(unlink("f"));
	must(write(again, "abc", 3));
	show_read("unlinked", read(reopen(fd, O_RDONLY), buf, 16), buf);
	fd = xopen(".", O_RDONLY, 0);
	show_fd("directory", reopen(fd, O_RDONLY | O_DIRECTORY));
	show_fd("directory, for writing", reopen(fd, O_RDWR));
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	show_fd("socket", reopen(s[0], O_RDWR));
	show_fd("eventfd", reopen(eventfd(0, 0), O_RDWR));
	show_fd("memfd", reopen(memfd_create("m", 0), O_RDONLY));
	show_fd("closed", reopen(closed_fd(), O_RDONLY));
	write_file("g", "secret");
	xchmod("g", 0400);
	fd = xopen("g", O_RDONLY, 0);
	if (geteuid() == 0)
		as_user(USER_A, GROUP_A, as_stranger, &fd);
	else
		show_fd("own read-only file for writing", reopen(fd, O_RDWR));
	return 0;
}
