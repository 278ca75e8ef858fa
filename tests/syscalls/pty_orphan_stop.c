/* tests/syscalls/pty_orphan_stop.c - terminal stop signals do nothing to an orphaned group. */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();
	int up[2];
	pid_t pid;

	xpipe(up);
	pid = xfork();
	if (pid == 0) {
		/* The leader's group is orphaned: its parent is in another session. */
		take_terminal(&t);
		set_lflags(t.slave, 0, ECHO);
		signal(SIGTSTP, SIG_DFL);
		type(t.master, "\x1a");
		type(t.master, "line\n");
		expect_one_read("not stopped by ^Z", t.slave, 10);
		raise(SIGTSTP);
		show("not stopped by raise(SIGTSTP)", 0);
		send_byte(up[1]);
		_exit(0);
	}
	await_byte(up[0]);
	show_status("leader", xwait(pid));
	return 0;
}
