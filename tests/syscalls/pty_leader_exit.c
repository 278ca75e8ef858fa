/* tests/syscalls/pty_leader_exit.c - the end of a session leader frees its terminal; SIGHUP. */
#include "pty_check.h"

int main(void)
{
	struct pty t = open_pty();
	int up[2], ready[2], status;
	pid_t leader;
	char got[2] = "";

	xpipe(up);
	xpipe(ready);
	leader = xfork();
	if (leader == 0) {
		pid_t self = getpid();

		take_terminal(&t);
		if (xfork() == 0) {
			struct timespec patience = {5, 0};
			sigset_t set;
			int sig;

			sigemptyset(&set);
			sigaddset(&set, SIGHUP);
			sigprocmask(SIG_BLOCK, &set, NULL);
			send_byte(ready[1]);
			sig = sigtimedwait(&set, NULL, &patience);
			got[0] = sig == SIGHUP ? 'h' : '-';
			while (getppid() == self)
				nap_ms(1);
			got[1] = open("/dev/tty", O_RDWR) < 0 && errno == ENXIO ? 'x' : '-';
			must(write(up[1], got, 2));
			_exit(0);
		}
		await_byte(ready[0]);
		_exit(3);
	}
	status = xwait(leader);
	show_status("leader", status);
	must(read(up[0], got, 2));
	show_true("SIGHUP came to the foreground", got[0] == 'h');
	show_true("the terminal is not theirs any more", got[1] == 'x');
	/* The terminal itself lives on. */
	show("old descriptor, write", write(t.slave, "x", 1));
	expect("came", t.master, 1);
	type(t.master, "line\n");
	expect_one_read("old descriptor, read", t.slave, 10);
	show("tcgetsid", tcgetsid(t.slave));
	/* A new session may take it. */
	leader = xfork();
	if (leader == 0) {
		take_terminal(&t);
		show_true("taken", tcgetsid(t.slave) == getpid());
		_exit(0);
	}
	xwait(leader);
	return 0;
}
