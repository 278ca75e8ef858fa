/* tests/syscalls/fcntl_lock_lifetime.c - POSIX record locks: close, fork, execve and exit. */
#include "fs_check.h"

static int lock(int fd, int type)
{
	struct flock fl = {.l_type = type, .l_whence = SEEK_SET};

	return fcntl(fd, F_SETLK, &fl);
}

/* Whether another process can have the lock. */
static int try_child(void *arg)
{
	int fd = xopen("f", O_RDWR, 0);

	show(arg, lock(fd, F_WRLCK));
	return 0;
}

int main(int argc, char **argv)
{
	int fd, fd2, p[2];
	pid_t pid;
	char c;

	if (argc > 1) {
		run_child(try_child, "after execve");
		show("unlock", lock(atoi(argv[1]), F_UNLCK));
		run_child(try_child, "unlocked after execve");
		return 0;
	}
	write_file("f", "");
	fd = xopen("f", O_RDWR, 0);
	show("lock", lock(fd, F_WRLCK));
	run_child(try_child, "locked");
	/* Closing any descriptor of the file drops the lock. */
	fd2 = xopen("f", O_RDONLY, 0);
	run_child(try_child, "opened again");
	close(fd2);
	run_child(try_child, "closed that");
	show("lock", lock(fd, F_WRLCK));
	fd2 = dup(fd);
	close(fd2);
	run_child(try_child, "closed a dup");
	show("lock", lock(fd, F_WRLCK));
	dup2(1, fd2 = xopen("f", O_RDONLY, 0));
	run_child(try_child, "dup2 over one");
	/* A child has no part in it, and cannot drop it. */
	show("lock", lock(fd, F_WRLCK));
	pid = xfork();
	if (pid == 0) {
		show("child locks through the same open file", lock(fd, F_RDLCK));
		show("child unlocks", lock(fd, F_UNLCK));
		close(fd);
		_exit(0);
	}
	xwait(pid);
	run_child(try_child, "after a child's close");
	show("unlock", lock(fd, F_UNLCK));
	/* Death frees it. */
	xpipe(p);
	pid = xfork();
	if (pid == 0) {
		show("child locks", lock(fd, F_WRLCK));
		if (write(p[1], "x", 1) != 1)
			die("write");
		pause();
	}
	if (read(p[0], &c, 1) != 1)
		die("read");
	run_child(try_child, "child alive");
	kill(pid, SIGKILL);
	xwait(pid);
	run_child(try_child, "child dead");
	/* It survives execve. */
	if (xfork() == 0) {
		char num[16];

		show("lock", lock(fd, F_WRLCK));
		snprintf(num, sizeof(num), "%d", fd);
		execl("/proc/self/exe", "self", num, NULL);
		die("execl");
	}
	xwait(-1);
	/* ... unless the descriptor does not. */
	if (xfork() == 0) {
		char num[16];

		show("lock", lock(fd, F_WRLCK));
		xfcntl(fd, F_SETFD, FD_CLOEXEC);
		snprintf(num, sizeof(num), "%d", fd);
		execl("/proc/self/exe", "self", num, NULL);
		die("execl");
	}
	xwait(-1);
	return 0;
}
