/*
 * tests/syscalls/pidfd_send_signal.c - pidfd_send_signal(2): with and without siginfo, errors,
 * after the end of the process.
 */
#include "check.h"

static volatile int code, value, count;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	count++;
	code = si->si_code;
	value = si->si_value.sival_int;
}

static long send_signal(int fd, int sig, siginfo_t *si, unsigned int flags)
{
	return raw(SYS_pidfd_send_signal, fd, sig, si, flags);
}

int main(void)
{
	int self = raw(SYS_pidfd_open, getpid(), 0), fd, file = open(".", O_RDONLY);
	siginfo_t si = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
	pid_t pid;

	si.si_value.sival_int = 55;
	on_siginfo(SIGUSR1, handler, 0);
	show("signal 0", send_signal(self, 0, NULL, 0));
	show("no siginfo", send_signal(self, SIGUSR1, NULL, 0));
	say("count %d code %d", count, code);
	show("with siginfo", send_signal(self, SIGUSR1, &si, 0));
	say("count %d code %d value %d", count, code, value);
	show("other signal than in the siginfo", send_signal(self, SIGUSR2, &si, 0));
	show("bad siginfo", send_signal(self, SIGUSR1, BAD_PTR, 0));
	show("unknown flags", send_signal(self, SIGUSR1, NULL, 0x100));
	show("signal 65", send_signal(self, 65, NULL, 0));
	show("bad descriptor", send_signal(999, SIGUSR1, NULL, 0));
	show("directory", send_signal(file, SIGUSR1, NULL, 0));
	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	fd = raw(SYS_pidfd_open, pid, 0);
	si.si_code = SI_USER;
	show("SI_USER for another process", send_signal(fd, SIGUSR1, &si, 0));
	show("SIGTERM", send_signal(fd, SIGTERM, NULL, 0));
	siginfo_t w;

	waitid(P_PID, pid, &w, WEXITED | WNOWAIT);
	show("zombie", send_signal(fd, SIGTERM, NULL, 0));
	show_status("child", xwait(pid));
	show("gone", send_signal(fd, SIGTERM, NULL, 0));
	return 0;
}
