/*
 * tests/syscalls/signalfd_chld.c - signalfd(2): the fields for SIGCHLD, timers and sigqueue with a
 * pointer; blocking reads.
 */
#include "check.h"
#include <sys/signalfd.h>

int main(void)
{
	struct signalfd_siginfo si;
	struct itimerspec its = {{0, 0}, {0, 1000000}};
	struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
	timer_t timer;
	sigset_t set;
	pid_t pid;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, 0);

	pid = xfork();
	if (pid == 0) {
		nap_ms(10);
		_exit(7);
	}
	show("read", read(fd, &si, sizeof(si)));
	say("%s code %d status %d pid %d uid %d", sig_name(si.ssi_signo), si.ssi_code,
	    si.ssi_status, si.ssi_pid == (uint32_t)pid, si.ssi_uid == getuid());
	xwait(pid);

	sev.sigev_value.sival_int = 44;
	if (timer_create(CLOCK_MONOTONIC, &sev, &timer) < 0 ||
	    timer_settime(timer, 0, &its, NULL) < 0)
		die("timer");
	show("read", read(fd, &si, sizeof(si)));
	say("%s code %d int %d overrun %u", sig_name(si.ssi_signo), si.ssi_code, si.ssi_int,
	    si.ssi_overrun);
	timer_delete(timer);

	sigqueue(getpid(), SIGHUP, (union sigval){.sival_ptr = (void *)0x123456789abcUL});
	show("read", read(fd, &si, sizeof(si)));
	say("%s code %d ptr 0x%lx", sig_name(si.ssi_signo), si.ssi_code, (long)si.ssi_ptr);
	return 0;
}
