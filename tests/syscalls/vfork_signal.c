/*
 * tests/syscalls/vfork_signal.c - vfork(2): a child that dies of a signal releases its parent; a
 * signal that the parent gets meanwhile is handled after that.
 */
#include "check.h"

static volatile int got, seen_by_child;

static void handler(int sig)
{
	got = sig;
}

static __attribute__((noinline)) pid_t spawn(int sig)
{
	pid_t parent = getpid(), pid = vfork();

	if (pid == 0) {
		kill(parent, SIGUSR1);
		nap_ms(20);
		seen_by_child = got;
		kill(getpid(), sig);
		_exit(1);
	}
	return pid;
}

int main(void)
{
	pid_t pid;

	on_signal(SIGUSR1, handler, 0);
	pid = spawn(SIGKILL);
	show_val("handled before the child ended", seen_by_child);
	show_str("handled after", sig_name(got));
	show_status("child", xwait(pid));
	pid = spawn(SIGTERM);
	show_status("child", xwait(pid));
	return 0;
}
