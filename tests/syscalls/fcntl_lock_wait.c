/* tests/syscalls/fcntl_lock_wait.c - F_SETLKW: waits for the lock, or for a signal. */
#include "fs_check.h"

static int lock(int fd, int cmd, int type)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET};

	return fcntl(fd, cmd, &fl);
}

int main(void)
{
	volatile int *flag = shared_alloc(sizeof(*flag) * 2);
	int fd = xopen("f", O_RDWR | O_CREAT, 0644), p[2], ret;
	pid_t pid;
	char c;

	xpipe(p);
	show("write lock", lock(fd, F_SETLK, F_WRLCK));
	pid = xfork();
	if (pid == 0) {
		close(p[0]);
		show("child tries", lock(fd, F_SETLK, F_WRLCK));
		if (write(p[1], "x", 1) != 1)
			die("write");
		ret = lock(fd, F_SETLKW, F_WRLCK);
		show_true("child has waited for the unlock", flag[0]);
		show("child waits", ret);
		_exit(0);
	}
	close(p[1]);
	if (read(p[0], &c, 1) != 1)
		die("read");
	nap_ms(20);
	flag[0] = 1;
	lock(fd, F_SETLK, F_UNLCK);
	show_status("child", xwait(pid));

	/* Interrupted. */
	xpipe(p);
	pid = xfork();
	if (pid == 0) {
		show("child locks", lock(fd, F_SETLK, F_WRLCK));
		if (write(p[1], "x", 1) != 1)
			die("write");
		pause();
	}
	if (read(p[0], &c, 1) != 1)
		die("read");
	pest_start();
	ret = lock(fd, F_SETLKW, F_RDLCK);
	pest_stop();
	show("interrupted", ret);
	show("still locked", lock(fd, F_SETLK, F_RDLCK));
	/* The death of the owner frees it. */
	kill(pid, SIGKILL);
	show("waits", lock(fd, F_SETLKW, F_RDLCK));
	show_status("child", xwait(pid));
	return 0;
}
