/*
 * tests/syscalls/exec_cloexec.c - execve(2): descriptors with FD_CLOEXEC are closed by a successful
 * exec only; the others keep their offsets.
 */
#include "check.h"

int main(int argc, char **argv)
{
	char buf[8] = "";

	if (argc > 1) {
		for (int fd = 10; fd < 15; fd++) {
			snprintf(buf, sizeof(buf), "fd %d", fd);
			show(buf, fcntl(fd, F_GETFD));
		}
		show("offset of 10", lseek(10, 0, SEEK_CUR));
		return 0;
	}
	(void)argv;
	write_file("f", "0123456789");

	int fd = open("f", O_RDONLY);

	dup2(fd, 10);
	dup3(fd, 11, O_CLOEXEC);
	fcntl(fd, F_DUPFD_CLOEXEC, 12);
	dup2(11, 13);
	dup2(fd, 14);
	fcntl(14, F_SETFD, FD_CLOEXEC);
	show("read", read(fd, buf, 3));
	show("failing exec", execl("missing", "missing", NULL));
	for (int i = 10; i < 15; i++) {
		snprintf(buf, sizeof(buf), "fd %d", i);
		show(buf, fcntl(i, F_GETFD));
	}
	fflush(stdout);
	execl("/proc/self/exe", "self", "child", NULL);
	return 1;
}
