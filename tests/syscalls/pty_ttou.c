/* tests/syscalls/pty_ttou.c - a background process that writes to or configures its terminal. */
#include "pty_check.h"

static struct pty t;

static pid_t background(int (*fn)(void))
{
	pid_t pid = xfork();

	if (pid == 0) {
		setpgid(0, 0);
		_exit(fn());
	}
	return pid;
}

static int do_write(void)
{
	return write(t.slave, "text\n", 5) != 5;
}

static int do_write_ignored(void)
{
	signal(SIGTTOU, SIG_IGN);
	return do_write();
}

static int do_attr(void)
{
	struct termios tio = get_attr(t.slave);

	show("tcsetattr", tcsetattr(t.slave, TCSANOW, &tio));
	return 0;
}

static int do_attr_blocked(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTTOU);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return do_attr();
}

static int do_pgrp(void)
{
	show("tcsetpgrp", tcsetpgrp(t.slave, getpgrp()));
	return 0;
}

static int do_winsize(void)
{
	struct winsize ws = {10, 20, 0, 0};

	show("TIOCSWINSZ", ioctl(t.slave, TIOCSWINSZ, &ws));
	show("TIOCGWINSZ", ioctl(t.slave, TIOCGWINSZ, &ws));
	show("tcgetattr", tcgetattr(t.slave, &(struct termios){0}));
	return 0;
}

static void stops(const char *what, pid_t pid)
{
	int status;

	must(waitpid(pid, &status, WUNTRACED));
	show_status(what, status);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		xwait(pid);
	}
}

static int session(void *arg)
{
	(void)arg;
	take_terminal(&t);
	stops("write", background(do_write));
	expect("it came", t.master, 6);
	set_lflags(t.slave, TOSTOP, 0);
	stops("write with TOSTOP", background(do_write));
	expect_nothing("nothing came", t.master);
	stops("write with TOSTOP, ignored", background(do_write_ignored));
	expect("it came", t.master, 6);
	set_lflags(t.slave, 0, TOSTOP);
	stops("tcsetattr", background(do_attr));
	stops("tcsetattr, blocked", background(do_attr_blocked));
	stops("tcsetpgrp", background(do_pgrp));
	stops("window size, tcgetattr", background(do_winsize));
	show_true("the foreground is the same", tcgetpgrp(t.slave) == getpgrp());
	return 0;
}

int main(void)
{
	signal(SIGHUP, SIG_IGN);
	t = open_pty();
	show_status("session", run_child(session, NULL));
	return 0;
}
