/*
 * tests/syscalls/wait_nocldstop.c - SA_NOCLDSTOP: no SIGCHLD when a child stops or continues, but
 * when it ends; waiting for stops works all the same.
 */
#include "check.h"

static volatile int got;

static void handler(int sig)
{
	(void)sig;
	got++;
}

/* The signal may come a little after the change can be waited for. */
static void show_signals(int want)
{
	for (int i = 0; i < 1000 && got < want; i++)
		nap_ms(1);
	show_val("signals", got);
}

static void run(const char *what, int flags)
{
	int status, want = !(flags & SA_NOCLDSTOP);
	pid_t pid;

	say("%s", what);
	on_signal(SIGCHLD, handler, flags | SA_RESTART);
	got = 0;
	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	show_status("status", status);
	show_signals(want);
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	show_status("status", status);
	show_signals(2 * want);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show_status("status", status);
	show_signals(2 * want + 1);
}

int main(void)
{
	run("without SA_NOCLDSTOP", 0);
	run("with SA_NOCLDSTOP", SA_NOCLDSTOP);
	return 0;
}
