/*
 * tests/syscalls/sig_core_status.c - the wait status of deaths by signals that dump core, with a
 * core limit of zero; abort(3), also when SIGABRT is blocked, ignored or handled.
 */
#include "check.h"
#include <sys/resource.h>

static void handler(int sig)
{
	(void)sig;
}

static int die_by(void *arg)
{
	raise((long)arg);
	return 0;
}

static int do_abort(void *arg)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGABRT);
	if ((long)arg == 1)
		sigprocmask(SIG_BLOCK, &set, NULL);
	if ((long)arg == 2)
		signal(SIGABRT, SIG_IGN);
	if ((long)arg == 3)
		signal(SIGABRT, handler);
	abort();
}

int main(void)
{
	struct rlimit none = {0, 0};
	int sigs[] = {SIGQUIT, SIGILL, SIGABRT, SIGFPE,	 SIGSEGV,
		      SIGBUS,  SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ};

	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; i < ARRAY_LEN(sigs); i++) {
		int status = run_child(die_by, (void *)(long)sigs[i]);

		show_status(sig_name(sigs[i]), status);
		show_true("WIFSIGNALED", WIFSIGNALED(status));
		show_true("core dumped", WCOREDUMP(status));
	}
	show_status("abort", run_child(do_abort, NULL));
	show_status("abort, blocked", run_child(do_abort, (void *)1));
	show_status("abort, ignored", run_child(do_abort, (void *)2));
	show_status("abort, handled", run_child(do_abort, (void *)3));
	show("core file", access("core", F_OK));
	return 0;
}
