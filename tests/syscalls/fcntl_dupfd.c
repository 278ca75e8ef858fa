/* tests/syscalls/fcntl_dupfd.c - fcntl(2): F_DUPFD and F_DUPFD_CLOEXEC. */
#include "fs_check.h"
#include <sys/resource.h>

int main(void)
{
	struct rlimit rl;
	int fd;

	fd = xopen("f", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	show("from 150", fcntl(fd, F_DUPFD, 150));
	show("from 150", fcntl(fd, F_DUPFD, 150));
	show("from 150, cloexec", fcntl(fd, F_DUPFD_CLOEXEC, 150));
	show("F_GETFD of 150", fcntl(150, F_GETFD));
	show("F_GETFD of 152", fcntl(152, F_GETFD));
	close(151);
	show("the gap", fcntl(fd, F_DUPFD, 150));
	show("past it", fcntl(fd, F_DUPFD, 150));
	show("negative", fcntl(fd, F_DUPFD, -1));
	show("negative, cloexec", fcntl(fd, F_DUPFD_CLOEXEC, -1));
	if (getrlimit(RLIMIT_NOFILE, &rl) < 0)
		die("getrlimit");
	rl.rlim_cur = 1000;
	if (setrlimit(RLIMIT_NOFILE, &rl) < 0)
		die("setrlimit");
	show("from the limit", fcntl(fd, F_DUPFD, (long)rl.rlim_cur));
	show_fd("from the last", fcntl(fd, F_DUPFD, (long)rl.rlim_cur - 1));
	show_fd("from the last again", fcntl(fd, F_DUPFD, (long)rl.rlim_cur - 1));
	show("closed", fcntl(200, F_DUPFD, 0));
	show("-1", fcntl(-1, F_DUPFD, 0));
	show("write to a copy", write(152, "x", 1));
	show("position", lseek(fd, 0, SEEK_CUR));
	return 0;
}
