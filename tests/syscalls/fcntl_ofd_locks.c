/* tests/syscalls/fcntl_ofd_locks.c - locks of an open file description (F_OFD_SETLK and others). */
#include "fs_check.h"

static int lock(int fd, int cmd, int type, off_t start, off_t len)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	return fcntl(fd, cmd, &fl);
}

static void query(const char *what, int fd, int cmd)
{
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int ret = fcntl(fd, cmd, &fl);

	if (ret < 0)
		show(what, ret);
	else if (fl.l_type == F_UNLCK)
		say("%s: free", what);
	else
		say("%s: %s %ld+%ld, pid -1: %d, own pid: %d", what,
		    fl.l_type == F_WRLCK ? "write" : "read", (long)fl.l_start, (long)fl.l_len,
		    fl.l_pid == -1, fl.l_pid == getpid());
}

int main(void)
{
	struct flock fl = {.l_type = F_RDLCK, .l_pid = 1};
	int a, b, c;

	write_file("f", "0123456789");
	a = xopen("f", O_RDWR, 0);
	b = xopen("f", O_RDWR, 0);
	c = dup(a);
	show("pid must be 0", fcntl(a, F_OFD_SETLK, &fl));
	show("for a query too", fcntl(a, F_OFD_GETLK, &fl));
	show("a: write 0+5", lock(a, F_OFD_SETLK, F_WRLCK, 0, 5));
	show("a: again", lock(a, F_OFD_SETLK, F_WRLCK, 0, 5));
	show("dup of a: write 0+5", lock(c, F_OFD_SETLK, F_WRLCK, 0, 5));
	show("b: write 0+5", lock(b, F_OFD_SETLK, F_WRLCK, 0, 5));
	show("b: read 4+1", lock(b, F_OFD_SETLK, F_RDLCK, 4, 1));
	show("b: write 5+5", lock(b, F_OFD_SETLK, F_WRLCK, 5, 5));
	query("a asks", a, F_OFD_GETLK);
	query("b asks", b, F_OFD_GETLK);
	query("a asks for a POSIX lock", a, F_GETLK);
	/* They conflict with the POSIX locks of the same process. */
	show("POSIX write 0+5", lock(a, F_SETLK, F_WRLCK, 0, 5));
	show("POSIX write 20+5", lock(a, F_SETLK, F_WRLCK, 20, 5));
	show("a: write 20+5", lock(a, F_OFD_SETLK, F_WRLCK, 20, 5));
	/* A close of another descriptor drops the POSIX locks only. */
	close(xopen("f", O_RDONLY, 0));
	show("a: write 20+5", lock(a, F_OFD_SETLK, F_WRLCK, 20, 5));
	show("b: write 0+5", lock(b, F_OFD_SETLK, F_WRLCK, 0, 5));
	close(a);
	show("b: write 0+5, a closed", lock(b, F_OFD_SETLK, F_WRLCK, 0, 5));
	close(c);
	show("b: write 0+5, dup closed", lock(b, F_OFD_SETLK, F_WRLCK, 0, 5));
	/* A child shares it. */
	a = xopen("f", O_RDWR, 0);
	if (xfork() == 0) {
		show("child, b: write 0+5", lock(b, F_OFD_SETLK, F_WRLCK, 0, 5));
		show("child, a: write 0+5", lock(a, F_OFD_SETLK, F_WRLCK, 0, 5));
		show("child, b: unlock", lock(b, F_OFD_SETLK, F_UNLCK, 0, 5));
		_exit(0);
	}
	xwait(-1);
	show("a: write 0+5", lock(a, F_OFD_SETLK, F_WRLCK, 0, 5));
	return 0;
}
