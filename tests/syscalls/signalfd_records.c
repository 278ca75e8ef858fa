/* tests/syscalls/signalfd_records.c - signalfd(2): pending signals as records. */
#include "fs_check.h"
#include <sys/signalfd.h>

static void get(const char *what, int fd)
{
	struct signalfd_siginfo si;
	ssize_t n = read(fd, &si, sizeof(si));

	if (n < 0)
		show(what, n);
	else
		say("%s: %zd bytes, %s, code %d, pid is mine %d, uid is mine %d, int %d", what, n,
		    sig_name(si.ssi_signo), si.ssi_code, (pid_t)si.ssi_pid == getpid(),
		    si.ssi_uid == getuid(), si.ssi_int);
}

int main(void)
{
	struct signalfd_siginfo many[4];
	char small[64];
	sigset_t set, one;
	int fd, p[2];

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	show_fd("signalfd", fd);
	show("F_GETFD", fcntl(fd, F_GETFD));
	get("nothing", fd);
	show_ready("poll", fd, POLLIN | POLLOUT);
	kill(getpid(), SIGUSR1);
	show_ready("poll", fd, POLLIN | POLLOUT);
	get("kill", fd);
	show_ready("poll", fd, POLLIN);
	raise(SIGUSR2);
	get("raise", fd);
	sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 11});
	sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 22});
	get("queued", fd);
	get("queued", fd);
	get("nothing", fd);
	/* Plain signals do not queue; lower numbers come first. */
	kill(getpid(), SIGUSR2);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	show_val("several", read(fd, many, sizeof(many)) / sizeof(many[0]));
	say("%s %s", sig_name(many[0].ssi_signo), sig_name(many[1].ssi_signo));
	kill(getpid(), SIGUSR1);
	show("small buffer", read(fd, small, sizeof(small)));
	show("bad buffer", read(fd, bad_addr(), 128));
	show("write", write(fd, many, 128));
	/* The set of a signalfd can be changed. */
	sigemptyset(&one);
	sigaddset(&one, SIGUSR2);
	show_true("change", signalfd(fd, &one, 0) == fd);
	kill(getpid(), SIGUSR1);
	get("no longer in the set", fd);
	kill(getpid(), SIGUSR2);
	get("in the set", fd);
	xpipe(p);
	show("change of a pipe", signalfd(p[0], &set, 0));
	show("change of closed", signalfd(closed_fd(), &set, 0));
	show("unknown flag", signalfd(-1, &set, 0x10));
	show("bad set", raw(SYS_signalfd4, -1, bad_addr(), 8, 0));
	show("bad size", raw(SYS_signalfd4, -1, &set, 4, 0));
	sigfillset(&set);
	show_fd("SIGKILL in the set", signalfd(-1, &set, 0));
	return 0;
}
