/* tests/syscalls/pty_pgrp.c - tcsetpgrp(3), tcgetpgrp: the foreground group; errors. */
#include "pty_check.h"

static int session(void *arg)
{
	struct pty t = open_pty(), other = open_pty();
	int go[2], pgrp = -1;
	pid_t pid, stranger;

	(void)arg;
	signal(SIGHUP, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	take_terminal(&t);
	show_true("at first mine", tcgetpgrp(t.slave) == getpgrp());
	xpipe(go);
	pid = xfork();
	if (pid == 0) {
		await_byte(go[0]);
		_exit(0);
	}
	stranger = xfork();
	if (stranger == 0) {
		setsid();
		await_byte(go[0]);
		_exit(0);
	}
	while (getsid(stranger) == getsid(0))
		nap_ms(1);
	show("setpgid", setpgid(pid, pid));
	show("tcsetpgrp", tcsetpgrp(t.slave, pid));
	show_true("tcgetpgrp", tcgetpgrp(t.slave) == pid);
	show("TIOCGPGRP of the master", ioctl(t.master, TIOCGPGRP, &pgrp));
	show_true("is it", pgrp == pid);
	show("back", tcsetpgrp(t.slave, getpgrp()));
	show("group of another session", tcsetpgrp(t.slave, stranger));
	show("no such group", tcsetpgrp(t.slave, 4000000));
	show("group -1", tcsetpgrp(t.slave, -1));
	show("group 0", tcsetpgrp(t.slave, 0));
	show("another terminal", tcsetpgrp(other.slave, getpgrp()));
	show("tcgetpgrp of another terminal", tcgetpgrp(other.slave));
	show("tcsetpgrp of the master", tcsetpgrp(t.master, getpgrp()));
	show("pipe", tcsetpgrp(go[0], getpgrp()));
	show("closed", tcsetpgrp(closed_fd(), getpgrp()));
	show("bad pointer", ioctl(t.slave, TIOCSPGRP, bad_addr()));
	show("bad pointer, get", ioctl(t.slave, TIOCGPGRP, bad_addr()));
	show_true("still mine", tcgetpgrp(t.slave) == getpgrp());
	send_byte(go[1]);
	send_byte(go[1]);
	xwait(pid);
	xwait(stranger);
	return 0;
}

int main(void)
{
	show_status("session", run_child(session, NULL));
	return 0;
}
