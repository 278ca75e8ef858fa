/*
 * tests/syscalls/exit_files.c - the end of a process, by exit or signal, closes its descriptors:
 * pipes get end of file or EPIPE, and record locks are released.
 */
#include "check.h"

static int p[2], q[2];

static pid_t spawn(bool killed)
{
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	pid_t pid;
	int fd;

	xpipe(p);
	xpipe(q);
	pid = xfork();
	if (pid)
		return pid;
	close(p[0]);
	close(q[1]);
	fd = open("lock", O_RDWR | O_CREAT, 0644);
	if (fcntl(fd, F_SETLK, &fl) < 0)
		_exit(1);
	if (write(p[1], "r", 1) != 1)
		_exit(1);
	if (killed)
		for (;;)
			pause();
	nap_ms(5);
	_exit(0);
}

static void run(const char *what, bool killed)
{
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	pid_t pid = spawn(killed);
	char c;
	int fd;

	say("%s", what);
	close(p[1]);
	close(q[0]);
	show("child is ready", read(p[0], &c, 1));
	if (killed)
		kill(pid, SIGKILL);
	show("end of file", read(p[0], &c, 1));
	show("write", write(q[1], "x", 1));
	show_status("child", xwait(pid));
	fd = open("lock", O_RDWR);
	show("lock", fcntl(fd, F_SETLK, &fl));
	close(fd);
	close(p[0]);
	close(q[1]);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	run("exit", false);
	run("killed", true);
	return 0;
}
