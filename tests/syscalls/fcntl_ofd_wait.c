/* tests/syscalls/fcntl_ofd_wait.c - F_OFD_SETLKW: waits for the lock, or for a signal. */
#include "fs_check.h"

static int lock(int fd, int cmd, int type)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET};

	return fcntl(fd, cmd, &fl);
}

int main(void)
{
	volatile int *flag = shared_alloc(sizeof(*flag));
	int a, b, ret, p[2];
	pid_t pid;
	char c;

	write_file("f", "");
	a = xopen("f", O_RDWR, 0);
	b = xopen("f", O_RDWR, 0);
	show("a locks", lock(a, F_OFD_SETLK, F_WRLCK));
	pest_start();
	ret = lock(b, F_OFD_SETLKW, F_WRLCK);
	pest_stop();
	show("b waits", ret);
	xpipe(p);
	pid = xfork();
	if (pid == 0) {
		if (write(p[1], "x", 1) != 1)
			die("write");
		ret = lock(b, F_OFD_SETLKW, F_WRLCK);
		show_true("child has waited", *flag);
		show("child locks b", ret);
		_exit(0);
	}
	if (read(p[0], &c, 1) != 1)
		die("read");
	nap_ms(20);
	*flag = 1;
	lock(a, F_OFD_SETLK, F_UNLCK);
	show_status("child", xwait(pid));
	show("a locks again", lock(a, F_OFD_SETLK, F_WRLCK));
	return 0;
}
