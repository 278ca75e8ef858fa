/*
 * tests/syscalls/vfork_exec.c - vfork(2): the parent goes on when the child calls exec, while the
 * new program still runs; a failed exec leaves the child in the parent's memory.
 */
#include "check.h"

static volatile int err;

static __attribute__((noinline)) pid_t spawn(const char *path, const char *fd)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl(path, "self", fd, NULL);
		err = errno;
		_exit(77);
	}
	return pid;
}

int main(int argc, char **argv)
{
	char fd[16], c;
	int p[2], status;

	if (argc > 1) {
		/* Ends when the parent has closed its end of the pipe. */
		_exit(read(atoi(argv[1]), &c, 1) == 0 ? 5 : 6);
	}
	if (pipe2(p, O_CLOEXEC) < 0)
		die("pipe2");
	fcntl(p[0], F_SETFD, 0);
	snprintf(fd, sizeof(fd), "%d", p[0]);

	pid_t pid = spawn("/proc/self/exe", fd);

	show("new program still runs", waitpid(pid, &status, WNOHANG));
	close(p[1]);
	show_status("new program", xwait(pid));

	pid = spawn("missing", fd);
	show_str("exec of a missing file", errno_name(err));
	show_status("child", xwait(pid));
	return 0;
}
