/* tests/syscalls/fcntl_lock_deadlock.c - F_SETLKW: EDEADLK for a circle of waiting processes. */
#include "fs_check.h"

static int lock(int fd, int cmd, int type, off_t start)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = 1};

	return fcntl(fd, cmd, &fl);
}

int main(void)
{
	int fd = xopen("f", O_RDWR | O_CREAT, 0644), p[2], ret = 0, deadlocks = 0;
	pid_t pid;
	char c;

	xpipe(p);
	show("parent locks 0", lock(fd, F_SETLK, F_WRLCK, 0));
	pid = xfork();
	if (pid == 0) {
		show("child locks 1", lock(fd, F_SETLK, F_WRLCK, 1));
		if (write(p[1], "x", 1) != 1)
			die("write");
		ret = lock(fd, F_SETLKW, F_WRLCK, 0);
		/* Exactly one of the two is refused; this one then lets the other go on. */
		_exit(ret < 0 ? (errno == EDEADLK ? 1 : 2) : 0);
	}
	if (read(p[0], &c, 1) != 1)
		die("read");
	nap_ms(20);
	ret = lock(fd, F_SETLKW, F_WRLCK, 1);
	if (ret < 0) {
		deadlocks += errno == EDEADLK;
		show("parent unlocks 0", lock(fd, F_SETLK, F_UNLCK, 0));
	} else {
		say("parent unlocks 0: 0");
	}
	deadlocks += WEXITSTATUS(xwait(pid)) == 1;
	show_val("refused", deadlocks);

	/* Two readers that both want to write. */
	deadlocks = 0;
	lock(fd, F_SETLK, F_UNLCK, 1);
	show("parent reads 2", lock(fd, F_SETLK, F_RDLCK, 2));
	pid = xfork();
	if (pid == 0) {
		show("child reads 2", lock(fd, F_SETLK, F_RDLCK, 2));
		if (write(p[1], "x", 1) != 1)
			die("write");
		ret = lock(fd, F_SETLKW, F_WRLCK, 2);
		_exit(ret < 0 ? (errno == EDEADLK ? 1 : 2) : 0);
	}
	if (read(p[0], &c, 1) != 1)
		die("read");
	nap_ms(20);
	ret = lock(fd, F_SETLKW, F_WRLCK, 2);
	if (ret < 0) {
		deadlocks += errno == EDEADLK;
		lock(fd, F_SETLK, F_UNLCK, 2);
	}
	deadlocks += WEXITSTATUS(xwait(pid)) == 1;
	show_val("refused", deadlocks);
	return 0;
}
