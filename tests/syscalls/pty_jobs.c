/* tests/syscalls/pty_jobs.c - job control: stop a foreground job, continue it, take it back. */
#include "pty_check.h"

static struct pty t;

static int session(void *arg)
{
	char line[64];
	int status, ready[2];
	pid_t pid;

	(void)arg;
	take_terminal(&t);
	set_lflags(t.slave, 0, ECHO);
	signal(SIGTTOU, SIG_IGN);
	xpipe(ready);
	pid = xfork();
	if (pid == 0) {
		ssize_t n;

		setpgid(0, 0);
		must(tcsetpgrp(t.slave, getpgrp()));
		signal(SIGTTOU, SIG_DFL);
		send_byte(ready[1]);
		while ((n = read(t.slave, line, sizeof(line))) > 0) {
			line[n - 1] = '\0';
			show_str("job reads", line);
			if (!strcmp(line, "quit"))
				_exit(4);
			send_byte(ready[1]);
		}
		show("job, end", n);
		_exit(5);
	}
	await_byte(ready[0]);
	show_true("the job is in the foreground", tcgetpgrp(t.slave) == pid);
	type(t.master, "one\n");
	await_byte(ready[0]);
	type(t.master, "\x1a");
	must(waitpid(pid, &status, WUNTRACED));
	show_status("job", status);
	show("take the terminal", tcsetpgrp(t.slave, getpgrp()));
	type(t.master, "for the shell\n");
	expect_one_read("shell reads", t.slave, 64);
	kill(-pid, SIGCONT);
	must(waitpid(pid, &status, WUNTRACED));
	show_status("job in the background", status);
	show("give it the terminal", tcsetpgrp(t.slave, pid));
	kill(-pid, SIGCONT);
	type(t.master, "two\n");
	await_byte(ready[0]);
	type(t.master, "quit\n");
	show_status("job", xwait(pid));
	show_true("nobody is in the foreground", tcgetpgrp(t.slave) == pid);
	return 0;
}

int main(void)
{
	t = open_pty();
	show_status("session", run_child(session, NULL));
	return 0;
}
