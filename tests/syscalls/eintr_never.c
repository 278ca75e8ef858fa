/*
 * tests/syscalls/eintr_never.c - calls that do not wait never fail with EINTR, whatever the handler's
 * flags; and what sigaction(2) says of the handlers stays what was set.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define ROUNDS 1500

static volatile int calls;
static int failed;

static void handler(int sig)
{
	(void)sig;
	calls++;
}

static void other(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)si;
	(void)uc;
}

static void must(long r)
{
	if (r < 0)
		failed++;
}

static void one_round(int i)
{
	struct itimerval it;
	struct rlimit rl;
	struct stat st;
	char buf[100];
	int p[2], status;

	must(getpid());
	must(stat("/", &st));
	must(getitimer(ITIMER_PROF, &it));
	must(getrlimit(RLIMIT_CORE, &rl));
	must(pipe(p));
	must(write(p[1], buf, sizeof(buf)));
	must(read(p[0], buf, sizeof(buf)));
	must(kill(getpid(), i & 1 ? SIGUSR1 : SIGSEGV));
	must(close(p[0]));
	must(close(p[1]));
	if (i % 30 == 0) {
		pid_t pid = fork();

		must(pid);
		if (pid == 0)
			_exit(0);
		while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
}

static void show_action(const char *what, int sig)
{
	struct sigaction sa;

	sigaction(sig, NULL, &sa);
	printf("%s: handler %d, flags %#x, blocks SIGUSR2 %d\n", what,
	       sa.sa_handler == handler	  ? 1
	       : sa.sa_sigaction == other ? 2
	       : sa.sa_handler == SIG_DFL ? 0
					  : 3,
	       (unsigned int)sa.sa_flags & ~0x04000000U, sigismember(&sa.sa_mask, SIGUSR2));
}

static void actions(void)
{
	struct sigaction sa = {.sa_handler = handler}, old = {0};

	sigaddset(&sa.sa_mask, SIGUSR2);
	show_action("at first", SIGWINCH);
	show("no SA_RESTART", sigaction(SIGWINCH, &sa, &old));
	show_true("the old one", old.sa_handler == SIG_DFL);
	show_action("it", SIGWINCH);
	sa.sa_flags = SA_SIGINFO | SA_RESETHAND;
	sa.sa_sigaction = other;
	show("another", sigaction(SIGWINCH, &sa, &old));
	show_true("the old one", old.sa_handler == handler);
	show_action("it", SIGWINCH);
	raise(SIGWINCH);
	show_action("after its only signal", SIGWINCH);
	sa.sa_flags = SA_RESTART;
	sa.sa_handler = handler;
	show("SA_RESTART", sigaction(SIGWINCH, &sa, &old));
	show_action("it", SIGWINCH);
	if (xfork() == 0) {
		sa.sa_flags = 0;
		show("in a child", sigaction(SIGWINCH, &sa, NULL));
		show_action("there", SIGWINCH);
		_exit(0);
	}
	wait(NULL);
	show_action("here", SIGWINCH);
	signal(SIGWINCH, SIG_DFL);
	show_action("default", SIGWINCH);
	show("bad old pointer", raw(SYS_rt_sigaction, SIGALRM, NULL, BAD_PTR, 8));
	show("bad pointer", raw(SYS_rt_sigaction, SIGALRM, BAD_PTR, NULL, 8));
}

int main(void)
{
	pid_t busy[4];

	actions();
	/* The more there is to do, the longer calls wait for whoever serves them. */
	for (int i = 0; i < 4; i++) {
		if ((busy[i] = xfork()) == 0)
			for (;;)
				getppid();
	}
	on_signal(SIGALRM, handler, 0);
	on_signal(SIGUSR1, handler, 0);
	on_signal(SIGSEGV, handler, 0);
	on_signal(SIGCHLD, handler, 0);
	show_action("SIGALRM", SIGALRM);
	tick_ms(1);
	for (int i = 0; i < ROUNDS; i++)
		one_round(i);
	tick_ms(0);
	for (int i = 0; i < 4; i++)
		kill(busy[i], SIGKILL);
	show_val("failed", failed);
	show_true("signals were handled", calls > ROUNDS);
	return 0;
}
