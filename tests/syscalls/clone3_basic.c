/*
 * tests/syscalls/clone3_basic.c - clone3(2): as fork, with tid words, a pidfd, another exit signal,
 * and CLONE_CLEAR_SIGHAND.
 */
#include "check.h"
#include <linux/sched.h>

static void handler(int sig)
{
	(void)sig;
}

static long do_clone3(struct clone_args *args)
{
	return raw(SYS_clone3, args, sizeof(*args));
}

int main(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};
	int ptid = 0, pidfd = -1, status;
	struct sigaction sa;
	long pid;

	pid = do_clone3(&args);
	if (pid == 0)
		_exit(getppid() != 0 ? 3 : 4);
	show_status("plain", xwait(pid));

	args = (struct clone_args){
		.flags = CLONE_PARENT_SETTID | CLONE_PIDFD,
		.exit_signal = 0,
		.parent_tid = (uintptr_t)&ptid,
		.pidfd = (uintptr_t)&pidfd,
	};
	pid = do_clone3(&args);
	if (pid == 0)
		_exit(5);
	show_true("ptid", ptid == pid);
	show_true("pidfd", pidfd >= 0);
	show_true("wait", waitpid(pid, &status, __WCLONE) == pid);
	show_status("no exit signal", status);

	on_signal(SIGUSR1, handler, 0);
	signal(SIGUSR2, SIG_IGN);
	args = (struct clone_args){.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
	pid = do_clone3(&args);
	if (pid == 0) {
		sigaction(SIGUSR1, NULL, &sa);
		show_true("child: SIGUSR1 default", sa.sa_handler == SIG_DFL);
		sigaction(SIGUSR2, NULL, &sa);
		show_true("child: SIGUSR2 ignored", sa.sa_handler == SIG_IGN);
		_exit(0);
	}
	show_status("CLONE_CLEAR_SIGHAND", xwait(pid));
	sigaction(SIGUSR1, NULL, &sa);
	show_true("parent: handler is kept", sa.sa_handler == handler);
	return 0;
}
