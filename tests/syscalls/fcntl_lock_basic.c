/* tests/syscalls/fcntl_lock_basic.c - POSIX record locks: conflicts between two processes. */
#include "fs_check.h"

static int fd;

static int lock(int cmd, int type, off_t start, off_t len)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

	return fcntl(fd, cmd, &fl);
}

static void query(const char *what, int type, off_t start, off_t len)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
	int ret = fcntl(fd, F_GETLK, &fl);

	if (ret < 0)
		show(what, ret);
	else if (fl.l_type == F_UNLCK)
		say("%s: free, start %ld, len %ld", what, (long)fl.l_start, (long)fl.l_len);
	else
		say("%s: %s lock by parent %d, whence %d, start %ld, len %ld", what,
		    fl.l_type == F_WRLCK ? "write" : "read", fl.l_pid == getppid(), fl.l_whence,
		    (long)fl.l_start, (long)fl.l_len);
}

static int child(void *arg)
{
	say("%s", (const char *)arg);
	query("  query read 0-100", F_RDLCK, 0, 100);
	query("  query write 0-100", F_WRLCK, 0, 100);
	query("  query write 60-70", F_WRLCK, 60, 10);
	show("  read lock 10-20", lock(F_SETLK, F_RDLCK, 10, 10));
	show("  write lock 10-20", lock(F_SETLK, F_WRLCK, 10, 10));
	show("  write lock 19-20", lock(F_SETLK, F_WRLCK, 19, 1));
	show("  write lock 20-50", lock(F_SETLK, F_WRLCK, 20, 30));
	show("  write lock to the end", lock(F_SETLK, F_WRLCK, 0, 0));
	show("  unlock all", lock(F_SETLK, F_UNLCK, 0, 0));
	return 0;
}

int main(void)
{
	write_file("f", "0123456789");
	fd = xopen("f", O_RDWR, 0);
	run_child(child, "no lock");
	show("write lock 10-20", lock(F_SETLK, F_WRLCK, 10, 10));
	query("own lock does not count", F_WRLCK, 0, 0);
	run_child(child, "write lock");
	show("make it a read lock", lock(F_SETLK, F_RDLCK, 10, 10));
	run_child(child, "read lock");
	show("again", lock(F_SETLK, F_RDLCK, 10, 10));
	show("unlock", lock(F_SETLK, F_UNLCK, 10, 10));
	show("unlock again", lock(F_SETLK, F_UNLCK, 10, 10));
	run_child(child, "unlocked");
	show("lock everything", lock(F_SETLK, F_WRLCK, 0, 0));
	run_child(child, "everything");
	return 0;
}
