/* tests/syscalls/fcntl_errors.c - fcntl(2): unknown commands and bad arguments. */
#include "fs_check.h"

int main(void)
{
	struct flock fl = {.l_type = F_RDLCK};
	int fd, p[2];

	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	xpipe(p);
	show("command 999", fcntl(fd, 999, 0));
	show("command -1", fcntl(fd, -1, 0));
	show("command 999, closed", fcntl(closed_fd(), 999, 0));
	show("F_SETLK, bad pointer", fcntl(fd, F_SETLK, bad_addr()));
	show("F_SETLKW, bad pointer", fcntl(fd, F_SETLKW, bad_addr()));
	show("F_GETLK, bad pointer", fcntl(fd, F_GETLK, bad_addr()));
	show("F_OFD_SETLK, bad pointer", fcntl(fd, F_OFD_SETLK, bad_addr()));
	show("F_SETLK, closed", fcntl(closed_fd(), F_SETLK, &fl));
	show("F_GETPIPE_SZ of a file", fcntl(fd, F_GETPIPE_SZ));
	show("F_SETPIPE_SZ of a file", fcntl(fd, F_SETPIPE_SZ, 4096));
	show("F_GET_SEALS of a pipe", fcntl(p[0], F_GET_SEALS));
	show("F_ADD_SEALS of a pipe", fcntl(p[1], F_ADD_SEALS, F_SEAL_GROW));
	show("F_SETSIG 0", fcntl(fd, F_SETSIG, 0));
	show("F_SETSIG 65", fcntl(fd, F_SETSIG, 65));
	show("F_SETSIG -1", fcntl(fd, F_SETSIG, -1));
	show("F_GETSIG", fcntl(fd, F_GETSIG));
	show("F_GETOWN_EX, bad pointer", fcntl(fd, F_GETOWN_EX, bad_addr()));
	show("F_SETOWN_EX, bad pointer", fcntl(fd, F_SETOWN_EX, bad_addr()));
	show("F_SETLEASE, bad type", fcntl(fd, F_SETLEASE, 99));
	show("F_GETLEASE", fcntl(fd, F_GETLEASE));
	show("F_GETLEASE, closed", fcntl(closed_fd(), F_GETLEASE));
	show("F_SETLEASE, read lease of a writer", fcntl(fd, F_SETLEASE, F_RDLCK));
	return 0;
}
