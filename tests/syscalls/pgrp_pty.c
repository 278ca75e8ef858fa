/*
 * tests/syscalls/pgrp_pty.c - job control on a pseudo terminal: controlling terminal, foreground
 * group, SIGINT and SIGTSTP from the keyboard, SIGTTIN and SIGTTOU for the background, SIGHUP.
 */
#include "check.h"
#include <sys/ioctl.h>
#include <termios.h>

static int master;
static char name[64];

static void job(const char *what, const char *keys, bool background, bool writes)
{
	pid_t pid = xfork();
	int status;
	char c;

	if (pid == 0) {
		setpgid(0, 0);
		if (writes)
			tcsetpgrp(0, getpgrp());
		else if (background && read(0, &c, 1) < 0)
			_exit(7);
		for (;;)
			pause();
	}
	setpgid(pid, pid);
	if (!background)
		show("tcsetpgrp", tcsetpgrp(0, pid));
	if (keys && write(master, keys, strlen(keys)) < 0)
		die("write");
	waitpid(pid, &status, WUNTRACED);
	show_status(what, status);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		xwait(pid);
	}
	tcsetpgrp(0, getpgrp());
}

static int session(void *arg)
{
	struct termios t;
	int fd;

	(void)arg;
	show_true("setsid", setsid() == getpid());
	fd = open(name, O_RDWR | O_NOCTTY);
	if (fd < 0)
		die("open %s", name);
	show("tcgetpgrp before TIOCSCTTY", tcgetpgrp(fd));
	show("TIOCSCTTY", ioctl(fd, TIOCSCTTY, 0));
	show_true("tcgetpgrp", tcgetpgrp(fd) == getpgrp());
	show_true("tcgetsid", tcgetsid(fd) == getpid());
	show_fd("open /dev/tty", open("/dev/tty", O_RDWR | O_CLOEXEC));
	show("tcsetpgrp of a missing group", tcsetpgrp(fd, 0x7ffffff));
	show("tcsetpgrp negative", tcsetpgrp(fd, -1));
	dup2(fd, 0);
	tcgetattr(0, &t);
	t.c_lflag &= ~ECHO;
	tcsetattr(0, TCSANOW, &t);
	signal(SIGTTOU, SIG_IGN);
	job("interrupt key", "\003", false, false);
	job("quit key", "\034", false, false);
	job("suspend key", "\032", false, false);
	job("background read", NULL, true, false);
	signal(SIGTTOU, SIG_DFL);
	job("background tcsetpgrp", NULL, true, true);
	signal(SIGINT, SIG_IGN);
	/* The end of the terminal. */
	close(master);
	for (;;)
		pause();
	return 0;
}

int main(void)
{
	pid_t pid;

	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 ||
	    ptsname_r(master, name, sizeof(name)) != 0)
		die("pty");
	pid = xfork();
	if (pid == 0)
		_exit(session(NULL));
	close(master);
	show_status("session leader", xwait(pid));
	return 0;
}
