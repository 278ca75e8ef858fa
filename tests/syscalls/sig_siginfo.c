/*
 * tests/syscalls/sig_siginfo.c - SA_SIGINFO: si_signo, si_code, si_pid and si_uid of signals sent
 * by kill, tgkill, raise, sigqueue and a timer.
 */
#include "check.h"

static volatile siginfo_t seen;
static volatile int count;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	count++;
	seen = *si;
	if (!ctx)
		_exit(9);
}

static void look(const char *what)
{
	siginfo_t si = *(siginfo_t *)&seen;

	say("%s: %s code %d errno %d pid %d uid %d count %d", what, sig_name(si.si_signo),
	    si.si_code, si.si_errno, si.si_pid == getpid(), si.si_uid == getuid(), count);
}

int main(void)
{
	union sigval v = {.sival_int = 1234};
	sigset_t set;

	on_siginfo(SIGUSR1, handler, 0);
	on_siginfo(SIGRTMIN, handler, 0);
	on_siginfo(SIGALRM, handler, 0);
	kill(getpid(), SIGUSR1);
	look("kill");
	raw(SYS_tgkill, getpid(), raw(SYS_gettid), SIGUSR1);
	look("tgkill");
	raw(SYS_tkill, raw(SYS_gettid), SIGRTMIN);
	look("tkill");
	sigqueue(getpid(), SIGUSR1, v);
	look("sigqueue");
	show_val("value", seen.si_value.sival_int);

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	tick_ms(5);
	sigemptyset(&set);
	sigsuspend(&set);
	tick_ms(0);
	say("timer: %s code %d", sig_name(seen.si_signo), seen.si_code);

	pid_t pid = xfork();

	if (pid == 0) {
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	say("child: %s code %d pid %d uid %d", sig_name(seen.si_signo), seen.si_code,
	    seen.si_pid == pid, seen.si_uid == getuid());
	return 0;
}
