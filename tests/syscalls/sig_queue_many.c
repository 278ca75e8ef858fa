/*
 * tests/syscalls/sig_queue_many.c - many real-time signals queued by several children arrive all,
 * each sender's in its order.
 */
#include "check.h"

#define SENDERS 4
#define EACH 30

static pid_t pids[SENDERS];
static volatile int last[SENDERS], total, disorder, strange;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	total++;
	for (int i = 0; i < SENDERS; i++) {
		if (si->si_pid == pids[i]) {
			disorder += si->si_value.sival_int != last[i] + 1;
			last[i] = si->si_value.sival_int;
			return;
		}
	}
	strange++;
}

int main(void)
{
	sigset_t set, none;

	on_siginfo(SIGRTMIN + 2, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 2);
	sigprocmask(SIG_BLOCK, &set, &none);
	for (int i = 0; i < SENDERS; i++) {
		pids[i] = xfork();
		if (pids[i] == 0) {
			for (int k = 1; k <= EACH; k++)
				if (sigqueue(getppid(), SIGRTMIN + 2,
					     (union sigval){.sival_int = k}) < 0)
					_exit(1);
			_exit(0);
		}
	}
	for (int i = 0; i < SENDERS; i++)
		show_status("sender", xwait(pids[i]));
	show_val("handled while blocked", total);
	sigprocmask(SIG_SETMASK, &none, NULL);
	show_val("handled", total);
	show_val("out of order", disorder);
	show_val("strange", strange);
	return 0;
}
