/*
 * tests/syscalls/eintr_epoll.c - epoll_wait(2), epoll_pwait(2) and a handled signal.
 */
#include "check.h"
#include <sys/epoll.h>

static volatile int usr1;

static void handler(int sig)
{
	usr1 += sig == SIGUSR1;
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	sigset_t set, cur;
	int p[2], ep = epoll_create1(0);

	xpipe(p);
	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev) < 0)
		die("epoll");
	for (int i = 0; i < 2; i++) {
		say(i ? "with SA_RESTART" : "without SA_RESTART");
		on_signal(SIGALRM, handler, i ? SA_RESTART : 0);
		tick_ms(5);
		show("epoll_wait", epoll_wait(ep, &ev, 1, -1));
		show("epoll_wait with timeout", epoll_wait(ep, &ev, 1, 20000));
		show("epoll_pwait", epoll_pwait(ep, &ev, 1, -1, NULL));
		tick_ms(0);
	}
	on_signal(SIGUSR1, handler, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	show("epoll_wait, signal blocked", epoll_wait(ep, &ev, 1, 0));
	sigemptyset(&set);
	show("epoll_pwait, signal let through", epoll_pwait(ep, &ev, 1, -1, &set));
	show_val("handled", usr1);
	sigprocmask(SIG_BLOCK, NULL, &cur);
	show_true("mask is restored", sigismember(&cur, SIGUSR1));
	return 0;
}
