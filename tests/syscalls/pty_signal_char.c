/* tests/syscalls/pty_signal_char.c - other signal characters, TIOCSIG, and no foreground reader. */
#include "pty_check.h"
#ifndef TIOCSIG
#define TIOCSIG _IOW('T', 0x36, int)
#endif

static volatile sig_atomic_t last;

static void note(int sig)
{
	last = sig;
}

static void wait_for(const char *what)
{
	for (int i = 0; i < 2500 && !last; i++)
		nap_ms(2);
	say("%s: %s", what, last ? sig_name(last) : "none");
	last = 0;
}

static int session(void *arg)
{
	struct pty *t = arg;
	struct termios tio;

	take_terminal(t);
	set_lflags(t->slave, 0, ECHO);
	catch_signal(SIGINT, note, 0);
	catch_signal(SIGQUIT, note, 0);
	catch_signal(SIGTSTP, note, 0);
	tio = get_attr(t->slave);
	tio.c_cc[VINTR] = 'i';
	tio.c_cc[VQUIT] = 'q';
	tio.c_cc[VSUSP] = 's';
	set_attr(t->slave, &tio);
	type(t->master, "i");
	wait_for("VINTR");
	type(t->master, "q");
	wait_for("VQUIT");
	type(t->master, "s");
	wait_for("VSUSP");
	type(t->master, "\x03\n");
	expect_one_read("^C is data now", t->slave, 10);
	tio.c_cc[VINTR] = 0;
	set_attr(t->slave, &tio);
	type(t->master, "i\n");
	expect_one_read("disabled", t->slave, 10);
	show("TIOCSIG SIGINT", ioctl(t->master, TIOCSIG, SIGINT));
	wait_for("came");
	show("TIOCSIG SIGTSTP", ioctl(t->master, TIOCSIG, SIGTSTP));
	wait_for("came");
	show("TIOCSIG SIGUSR1", ioctl(t->master, TIOCSIG, SIGUSR1));
	show("TIOCSIG on the slave", ioctl(t->slave, TIOCSIG, SIGINT));
	/* A read is interrupted by the signal. */
	tio.c_cc[VINTR] = 3;
	set_attr(t->slave, &tio);
	if (xfork() == 0) {
		nap_ms(20);
		type(t->master, "\x03");
		_exit(0);
	}
	show("interrupted read", read(t->slave, &(char){0}, 1));
	wait_for("signal");
	return 0;
}

int main(void)
{
	struct pty t = open_pty();

	show_status("session", run_child(session, &t));
	return 0;
}
