/* tests/syscalls/fcntl_lock_fifo.c - three processes take turns with a record lock. */
#include "fs_check.h"
#include <sched.h>

#define ROUNDS 40

static int lock(int fd, int cmd, int type)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};

	return fcntl(fd, cmd, &fl);
}

int main(void)
{
	volatile int *count = shared_alloc(sizeof(*count) * 2);
	int errors = 0;

	write_file("f", "x");
	for (int i = 0; i < 3; i++)
		if (xfork() == 0) {
			int fd = xopen("f", O_RDWR, 0), bad = 0;

			for (int n = 0; n < ROUNDS; n++) {
				int seen;

				if (lock(fd, F_SETLKW, F_WRLCK) < 0)
					bad++;
				if (count[1]++ != 0)
					bad++;
				seen = count[0];
				sched_yield();
				count[0] = seen + 1;
				count[1]--;
				if (lock(fd, F_SETLK, F_UNLCK) < 0)
					bad++;
			}
			_exit(bad != 0);
		}
	for (int i = 0; i < 3; i++)
		errors += xwait(-1) != 0;
	show_val("processes with errors", errors);
	show_val("count", count[0]);
	return 0;
}
