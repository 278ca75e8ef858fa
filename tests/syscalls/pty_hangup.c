/* tests/syscalls/pty_hangup.c - closing the master hangs up: SIGHUP, SIGCONT, EIO, end of file. */
#include "pty_check.h"

static struct pty t;
static int up[2], down[2];

static int session(void *arg)
{
	struct timespec patience = {5, 0};
	struct termios tio;
	sigset_t set;
	char buf[8];

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	take_terminal(&t);
	close(t.master);
	send_byte(up[1]);
	await_byte(down[0]);
	say("signal %s", sig_name(sigtimedwait(&set, NULL, &patience)));
	say("signal %s", sig_name(sigtimedwait(&set, NULL, &patience)));
	show("read", read(t.slave, buf, 8));
	show("write", write(t.slave, "x", 1));
	show("tcgetattr", tcgetattr(t.slave, &tio));
	show_ready("poll", t.slave, POLLIN | POLLOUT);
	show_fd("/dev/tty", open("/dev/tty", O_RDWR));
	show("tcgetpgrp", tcgetpgrp(t.slave));
	show("close", close(t.slave));
	return 0;
}

static int dies(void *arg)
{
	(void)arg;
	signal(SIGHUP, SIG_DFL);
	take_terminal(&t);
	close(t.master);
	send_byte(up[1]);
	for (int i = 0; i < 100; i++)
		pause();
	return 1;
}

static void round_of(int (*fn)(void *))
{
	pid_t pid;

	t = open_pty();
	xpipe(up);
	xpipe(down);
	pid = xfork();
	if (pid == 0)
		_exit(fn(NULL));
	close(t.slave);
	await_byte(up[0]);
	close(t.master);
	send_byte(down[1]);
	show_status("session", xwait(pid));
}

int main(void)
{
	char buf[8];

	round_of(session);
	round_of(dies);
	/* Without any session. */
	t = open_pty();
	close(t.master);
	show("read", read(t.slave, buf, 8));
	show("write", write(t.slave, "x", 1));
	show_ready("poll", t.slave, POLLIN | POLLOUT);
	/* Pending input is lost. */
	t = open_pty();
	make_raw(t.slave);
	type(t.master, "abc");
	show_true("arrived", input_comes(t.slave, PTY_PATIENCE_MS));
	close(t.master);
	show("read", read(t.slave, buf, 8));
	return 0;
}
