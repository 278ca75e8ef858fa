/* tests/syscalls/pty_signals.c - ^C, ^\ and ^Z at a terminal go to the foreground group. */
#include "pty_check.h"

static struct pty t;

/* Starts a process in a group of its own, in the foreground; it tells when it is ready. */
static pid_t job(void)
{
	int ready[2];
	pid_t pid;

	xpipe(ready);
	pid = xfork();
	if (pid == 0) {
		setpgid(0, 0);
		must(tcsetpgrp(t.slave, getpgrp()));
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		signal(SIGTSTP, SIG_DFL);
		send_byte(ready[1]);
		for (;;)
			pause();
	}
	await_byte(ready[0]);
	return pid;
}

static int session(void *arg)
{
	int status;
	pid_t pid;

	(void)arg;
	take_terminal(&t);
	pid = job();
	type(t.master, "\x03");
	show_status("^C", xwait(pid));
	expect("echo", t.master, 2);
	pid = job();
	type(t.master, "\x1c");
	show_status("^\\", xwait(pid));
	expect("echo", t.master, 2);
	pid = job();
	type(t.master, "\x1a");
	must(waitpid(pid, &status, WUNTRACED));
	show_status("^Z", status);
	expect("echo", t.master, 2);
	kill(pid, SIGCONT);
	type(t.master, "\x03");
	show_status("then ^C", xwait(pid));
	expect("echo", t.master, 2);
	/* The input before it is thrown away, unless NOFLSH is set. */
	must(tcsetpgrp(t.slave, getpgrp()));
	set_lflags(t.slave, 0, ECHO);
	catch_signal(SIGINT, count_signal, SA_RESTART);
	type(t.master, "gone\x03");
	type(t.master, "kept\n");
	expect_one_read("line", t.slave, 100);
	show_val("signals", signals_seen);
	set_lflags(t.slave, NOFLSH, 0);
	type(t.master, "not gone \x03");
	type(t.master, "kept\n");
	expect_one_read("line", t.slave, 100);
	show_val("signals", signals_seen);
	set_lflags(t.slave, 0, ISIG);
	type(t.master, "\x03\n");
	expect_one_read("without ISIG", t.slave, 100);
	show_val("signals", signals_seen);
	return 0;
}

int main(void)
{
	t = open_pty();
	/* The background is allowed to make itself the foreground. */
	signal(SIGTTOU, SIG_IGN);
	show_status("session", run_child(session, NULL));
	return 0;
}
