/*
 * tests/syscalls/prctl_pdeathsig.c - prctl(2) PR_SET_PDEATHSIG: a signal when the parent ends; not
 * inherited, kept over exec, bad values.
 */
#include "check.h"
#include <sys/prctl.h>

static volatile int got;

static void handler(int sig)
{
	got = sig;
}

static int get(void)
{
	int sig = -1;

	if (prctl(PR_GET_PDEATHSIG, &sig) < 0)
		die("PR_GET_PDEATHSIG");
	return sig;
}

int main(int argc, char **argv)
{
	int p[2], gate[2], status;
	pid_t pid;
	char c;

	(void)argv;
	if (argc > 1) {
		show_str("after exec", sig_name(get()));
		return 0;
	}
	show("set 0", prctl(PR_SET_PDEATHSIG, 0));
	show_val("get", get());
	show("set", prctl(PR_SET_PDEATHSIG, SIGUSR1));
	show_str("get", sig_name(get()));
	show("65", prctl(PR_SET_PDEATHSIG, 65));
	show("-1", prctl(PR_SET_PDEATHSIG, -1));
	show("bad pointer", prctl(PR_GET_PDEATHSIG, BAD_PTR));
	if (xfork() == 0) {
		show_val("child", get());
		prctl(PR_SET_PDEATHSIG, SIGUSR2);
		execl("/proc/self/exe", "self", "child", NULL);
		_exit(1);
	}
	wait(NULL);

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	xpipe(p);
	xpipe(gate);
	pid = xfork();
	if (pid == 0) {
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		if (xfork() == 0) {
			on_signal(SIGUSR1, handler, 0);
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			if (write(gate[1], "r", 1) != 1)
				_exit(1);
			sigemptyset(&set);
			while (!got)
				sigsuspend(&set);
			c = got;
			if (write(p[1], &c, 1) != 1)
				_exit(1);
			_exit(9);
		}
		_exit(read(gate[0], &c, 1) == 1 ? 8 : 1);
	}
	show_status("parent", xwait(pid));
	show("read", read(p[0], &c, 1));
	show_str("signal of the orphan", sig_name(c));
	show_true("wait", waitpid(-1, &status, 0) > 0);
	show_status("orphan", status);
	return 0;
}
