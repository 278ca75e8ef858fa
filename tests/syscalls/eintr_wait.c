/*
 * tests/syscalls/eintr_wait.c - wait4(2), waitid(2) and a handled signal: EINTR or a restart.
 */
#include "check.h"

static volatile int calls;
static pid_t child;
static bool end;

static void handler(int sig)
{
	(void)sig;
	if (++calls == 3 && end)
		kill(child, SIGTERM);
}

static pid_t sleeper(void)
{
	pid_t pid = xfork();

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

int main(void)
{
	siginfo_t si;
	int status = 55;

	on_signal(SIGALRM, handler, 0);
	child = sleeper();
	tick_ms(5);
	show("waitpid", waitpid(child, &status, 0));
	show_val("status is untouched", status);
	show("waitid", waitid(P_PID, child, &si, WEXITED));
	show("wait for any", waitpid(-1, &status, WUNTRACED));
	tick_ms(0);

	end = true;
	calls = 0;
	on_signal(SIGALRM, handler, SA_RESTART);
	tick_ms(5);
	show_true("waitpid with SA_RESTART", waitpid(child, &status, 0) == child);
	tick_ms(0);
	show_status("status", status);

	calls = 0;
	child = sleeper();
	tick_ms(5);
	show("waitid with SA_RESTART", waitid(P_PID, child, &si, WEXITED));
	tick_ms(0);
	show_str("status", sig_name(si.si_status));
	return 0;
}
