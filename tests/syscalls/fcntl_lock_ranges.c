/*
 * tests/syscalls/fcntl_lock_ranges.c - POSIX record locks: split, merge, replace; whence, length.
 */
#include "fs_check.h"

static int fd;

static void lock(const char *what, int type, int whence, off_t start, off_t len)
{
	struct flock fl = {.l_type = type, .l_whence = whence, .l_start = start, .l_len = len};

	show(what, fcntl(fd, F_SETLK, &fl));
}

/* Another process shows what the locks of this one are, byte range by byte range. */
static int map(void *arg)
{
	off_t at = 0;

	(void)arg;
	for (int i = 0; i < 20; i++) {
		struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at};

		if (fcntl(fd, F_GETLK, &fl) < 0)
			die("F_GETLK");
		if (fl.l_type == F_UNLCK)
			break;
		say("  %s %ld+%ld", fl.l_type == F_WRLCK ? "write" : "read", (long)fl.l_start,
		    (long)fl.l_len);
		if (fl.l_len == 0)
			break;
		at = fl.l_start + fl.l_len;
	}
	return 0;
}

int main(void)
{
	write_file("f", "0123456789");
	fd = xopen("f", O_RDWR, 0);
	lock("write 0+30", F_WRLCK, SEEK_SET, 0, 30);
	run_child(map, NULL);
	lock("unlock 10+5", F_UNLCK, SEEK_SET, 10, 5);
	run_child(map, NULL);
	lock("read 20+5", F_RDLCK, SEEK_SET, 20, 5);
	run_child(map, NULL);
	lock("write 8+4", F_WRLCK, SEEK_SET, 8, 4);
	run_child(map, NULL);
	lock("write 12+3", F_WRLCK, SEEK_SET, 12, 3);
	run_child(map, NULL);
	lock("write 20+5", F_WRLCK, SEEK_SET, 20, 5);
	run_child(map, NULL);
	lock("unlock 0+0", F_UNLCK, SEEK_SET, 0, 0);
	run_child(map, NULL);
	lseek(fd, 4, SEEK_SET);
	lock("write, position + 2, 3", F_WRLCK, SEEK_CUR, 2, 3);
	run_child(map, NULL);
	lock("read, end - 1, 5", F_RDLCK, SEEK_END, -1, 5);
	run_child(map, NULL);
	lock("write, 50 - 5", F_WRLCK, SEEK_SET, 50, -5);
	run_child(map, NULL);
	lock("write, end + 100, 0", F_WRLCK, SEEK_END, 100, 0);
	run_child(map, NULL);
	lock("unlock, 200, 10", F_UNLCK, SEEK_SET, 200, 10);
	run_child(map, NULL);
	lock("negative start", F_WRLCK, SEEK_SET, -1, 1);
	lock("before the start", F_WRLCK, SEEK_SET, 2, -5);
	lock("position - 10", F_WRLCK, SEEK_CUR, -10, 5);
	lock("too far", F_WRLCK, SEEK_SET, 0x7fffffffffffffff, 2);
	lock("too far from the end", F_WRLCK, SEEK_END, 0x7fffffffffffffff, 1);
	lock("to the last byte", F_WRLCK, SEEK_SET, 0x7ffffffffffffff0, 15);
	run_child(map, NULL);
	return 0;
}
