/*
 * tests/syscalls/sig_stop_cont.c - stop and continue: a SIGCONT handler runs, SIGCONT continues
 * even when ignored or blocked, stop signals can be caught except SIGSTOP.
 */
#include "check.h"

static int p[2];

static void note(int sig)
{
	char c = sig == SIGCONT ? 'c' : sig == SIGTSTP ? 't' : '?';

	if (write(p[1], &c, 1) != 1)
		_exit(1);
}

static void (*const dispositions[])(int) = {SIG_DFL, SIG_IGN, note};
static const char *const names[] = {"default", "ignored", "caught"};

static void run(int how, bool blocked)
{
	sigset_t set;
	int status;
	char buf[4] = "-";
	pid_t pid;

	pid = xfork();
	if (pid == 0) {
		setpgid(0, 0);
		on_signal(SIGCONT, dispositions[how], 0);
		sigemptyset(&set);
		sigaddset(&set, SIGCONT);
		if (blocked)
			sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGSTOP);
		note(0);
		_exit(4);
	}
	setpgid(pid, pid);
	waitpid(pid, &status, WUNTRACED);
	say("SIGCONT %s%s", names[how], blocked ? " and blocked" : "");
	show_status("\tstop", status);
	kill(pid, SIGCONT);
	show_status("\tend", xwait(pid));
	show("\tnotes", read(p[0], buf, 4));
	show_val("\thandler first", buf[0] == 'c');
}

int main(void)
{
	int status;
	char buf[4] = "";
	pid_t pid;

	if (pipe2(p, O_NONBLOCK) < 0)
		die("pipe2");
	for (int how = 0; how < 3; how++) {
		run(how, false);
		run(how, true);
	}
	pid = xfork();
	if (pid == 0) {
		setpgid(0, 0);
		on_signal(SIGTSTP, note, 0);
		kill(getpid(), SIGTSTP);
		kill(getpid(), SIGSTOP);
		_exit(5);
	}
	setpgid(pid, pid);
	waitpid(pid, &status, WUNTRACED);
	show_status("SIGTSTP caught, then", status);
	show("notes", read(p[0], buf, 4));
	kill(pid, SIGCONT);
	show_status("end", xwait(pid));
	return 0;
}
