/* tests/syscalls/fcntl_sigio.c - O_ASYNC: SIGIO, or the signal of F_SETSIG, when data comes. */
#include "fs_check.h"
#include <sys/socket.h>

/* Takes a pending signal of the set, or shows that there is none. */
static void pending(const char *what, const sigset_t *set, int fd)
{
	struct timespec none = {0, 0};
	siginfo_t si;
	int sig = sigtimedwait(set, &si, &none);

	if (sig < 0) {
		show(what, sig);
		return;
	}
	say("%s: %s", what, sig_name(sig));
	if (sig != SIGIO)
		say("%s: code is POLL_IN %d, POLL_HUP %d, fd %d, band has POLLIN %d", what,
		    si.si_code == POLL_IN, si.si_code == POLL_HUP, si.si_fd == fd,
		    !!(si.si_band & POLLIN));
}

int main(void)
{
	sigset_t set;
	char buf[8];
	int p[2], s[2];

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigaddset(&set, SIGRTMIN + 2);
	sigprocmask(SIG_BLOCK, &set, NULL);

	xpipe(p);
	show("F_SETOWN", fcntl(p[0], F_SETOWN, getpid()));
	show("write", write(p[1], "x", 1));
	pending("without O_ASYNC", &set, p[0]);
	show("F_SETFL", fcntl(p[0], F_SETFL, O_ASYNC));
	pending("before data", &set, p[0]);
	show("read", read(p[0], buf, 8));
	show("write", write(p[1], "x", 1));
	pending("after data", &set, p[0]);
	show("F_SETSIG", fcntl(p[0], F_SETSIG, SIGRTMIN + 2));
	show("read", read(p[0], buf, 8));
	show("write", write(p[1], "x", 1));
	pending("after data", &set, p[0]);
	pending("and no more", &set, p[0]);
	show("F_SETFL 0", fcntl(p[0], F_SETFL, 0));
	show("read", read(p[0], buf, 8));
	show("write", write(p[1], "x", 1));
	pending("switched off", &set, p[0]);

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	show("F_SETFL", fcntl(s[0], F_SETFL, O_ASYNC));
	show("write", write(s[1], "x", 1));
	pending("no owner", &set, s[0]);
	show("F_SETOWN", fcntl(s[0], F_SETOWN, getpid()));
	show("write", write(s[1], "x", 1));
	pending("socket", &set, s[0]);
	return 0;
}
