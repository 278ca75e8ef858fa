/*
 * tests/syscalls/clone_exit_signal.c - clone(2): the signal that the parent gets at the child's end
 * (another one than SIGCHLD, or none), and how wait sees such a child: __WCLONE, __WALL.
 */
#include "check.h"

static volatile int got_usr1, got_chld;

static void handler(int sig)
{
	if (sig == SIGUSR1)
		got_usr1++;
	else
		got_chld++;
}

static pid_t spawn(int sig)
{
	long pid = raw(SYS_clone, sig, 0, NULL, NULL, 0);

	if (pid == 0)
		_exit(1);
	if (pid < 0)
		die("clone");
	return pid;
}

static void reap(int options)
{
	int status = -1;
	long r;

	while ((r = waitpid(-1, &status, options)) < 0 && errno == EINTR)
		;
	show_true("reaped", r > 0);
	show_status("status", status);
	say("signals: SIGUSR1 %d SIGCHLD %d", got_usr1, got_chld);
}

int main(void)
{
	on_signal(SIGUSR1, handler, 0);
	on_signal(SIGCHLD, handler, 0);

	say("exit signal SIGUSR1");
	spawn(SIGUSR1);
	show("plain wait", waitpid(-1, NULL, 0));
	reap(__WCLONE);

	say("exit signal 0");
	spawn(0);
	show("plain wait", waitpid(-1, NULL, 0));
	reap(__WALL);

	say("exit signal SIGCHLD");
	spawn(SIGCHLD);
	show("wait with __WCLONE", waitpid(-1, NULL, __WCLONE));
	reap(0);

	say("exit signal out of range");
	long pid = raw(SYS_clone, 100, 0, NULL, NULL, 0);

	if (pid == 0)
		_exit(1);
	show_true("clone works", pid > 0);
	reap(__WALL);
	return 0;
}
