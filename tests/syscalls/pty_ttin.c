/* tests/syscalls/pty_ttin.c - a background process that reads from its terminal: SIGTTIN or EIO. */
#include "pty_check.h"

static struct pty t;

static int session(void *arg)
{
	char buf[16];
	int status, go[2];
	pid_t pid;

	(void)arg;
	take_terminal(&t);
	set_lflags(t.slave, 0, ECHO);
	pid = xfork();
	if (pid == 0) {
		setpgid(0, 0);
		show_read("background reads", read(t.slave, buf, 16), buf);
		_exit(0);
	}
	must(waitpid(pid, &status, WUNTRACED));
	show_status("it is", status);
	type(t.master, "line\n");
	kill(pid, SIGCONT);
	must(waitpid(pid, &status, WUNTRACED));
	show_status("continued in the background", status);
	must(tcsetpgrp(t.slave, pid));
	kill(-pid, SIGCONT);
	show_status("in the foreground", xwait(pid));
	signal(SIGTTOU, SIG_IGN);
	must(tcsetpgrp(t.slave, getpgrp()));

	pid = xfork();
	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGTTIN, SIG_IGN);
		show("ignored", read(t.slave, buf, 16));
		_exit(0);
	}
	show_status("child", xwait(pid));
	pid = xfork();
	if (pid == 0) {
		sigset_t set;

		setpgid(0, 0);
		sigemptyset(&set);
		sigaddset(&set, SIGTTIN);
		sigprocmask(SIG_BLOCK, &set, NULL);
		show("blocked", read(t.slave, buf, 16));
		_exit(0);
	}
	show_status("child", xwait(pid));
	pid = xfork();
	if (pid == 0) {
		setpgid(0, 0);
		catch_signal(SIGTTIN, count_signal, 0);
		show("caught", read(t.slave, buf, 16));
		show_val("signals", signals_seen);
		_exit(0);
	}
	show_status("child", xwait(pid));
	/* An orphaned group gets no SIGTTIN. */
	xpipe(go);
	pid = xfork();
	if (pid == 0) {
		pid_t parent = getpid();

		setpgid(0, 0);
		if (xfork() == 0) {
			while (getppid() == parent)
				nap_ms(1);
			show("orphaned", read(t.slave, buf, 16));
			send_byte(go[1]);
			_exit(0);
		}
		_exit(0);
	}
	xwait(pid);
	await_byte(go[0]);
	return 0;
}

int main(void)
{
	signal(SIGHUP, SIG_IGN);
	t = open_pty();
	show_status("session", run_child(session, NULL));
	return 0;
}
