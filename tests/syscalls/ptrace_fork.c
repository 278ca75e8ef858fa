/*
 * tests/syscalls/ptrace_fork.c - PTRACE_O_TRACEFORK, TRACEVFORK, TRACEVFORKDONE and TRACECLONE: the
 * event with the new pid, the new process starts stopped and traced.
 */
#include "check.h"
#include <sys/ptrace.h>

static void show_stop(const char *what, int status)
{
	if (WIFSTOPPED(status))
		say("%s: stopped %s event %d", what, sig_name(WSTOPSIG(status)), status >> 16);
	else
		show_status(what, status);
}

static __attribute__((noinline)) pid_t do_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(12);
	return pid;
}

static void run(const char *what, int how, long options)
{
	unsigned long msg = 0;
	pid_t pid;
	int status;

	say("%s", what);
	pid = xfork();
	if (pid == 0) {
		long new;

		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		if (how == 0)
			new = raw(SYS_clone, SIGCHLD, 0, NULL, NULL, 0);
		else if (how == 1)
			new = do_vfork();
		else
			new = raw(SYS_clone, SIGUSR2, 0, NULL, NULL, 0);
		if (new == 0)
			_exit(12);
		_exit(waitpid(new, &status, __WALL) == new ? WEXITSTATUS(status) + 1 : 1);
	}
	show_stop("start", xwait(pid));
	show("SETOPTIONS", ptrace(PTRACE_SETOPTIONS, pid, NULL, options));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	show_stop("event", xwait(pid));
	show("GETEVENTMSG", ptrace(PTRACE_GETEVENTMSG, pid, NULL, &msg));
	show_true("wait for the new one", waitpid(msg, &status, __WALL) == (pid_t)msg);
	show_stop("new one", status);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	ptrace(PTRACE_CONT, msg, NULL, NULL);
	show_true("wait for the new one", waitpid(msg, &status, __WALL) == (pid_t)msg);
	show_stop("new one", status);
	for (;;) {
		if (waitpid(pid, &status, 0) != pid)
			die("waitpid");
		/* With an untraced exit signal come stops for SIGCHLD and SIGUSR2. */
		show_stop("first", status);
		if (!WIFSTOPPED(status))
			break;
		ptrace(PTRACE_CONT, pid, NULL, NULL);
	}
}

int main(void)
{
	run("fork", 0, PTRACE_O_TRACEFORK);
	run("vfork", 1, PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE);
	run("clone with another signal", 2, PTRACE_O_TRACECLONE);
	return 0;
}
