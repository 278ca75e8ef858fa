/*
 * tests/syscalls/sigtimedwait_errors.c - sigtimedwait(2): bad times, sizes, pointers; SIGKILL in
 * the set does no harm.
 */
#include "check.h"

int main(void)
{
	struct timespec ts = {0, 0}, bad = {0, 1000000000}, neg = {-1, 0}, negns = {0, -1};
	unsigned long set = 1UL << (SIGUSR1 - 1), all = ~0UL;
	siginfo_t si;
	int r;

	raw(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
	show("nsec too large", raw(SYS_rt_sigtimedwait, &set, &si, &bad, 8));
	show("nsec negative", raw(SYS_rt_sigtimedwait, &set, &si, &negns, 8));
	show("sec negative", raw(SYS_rt_sigtimedwait, &set, &si, &neg, 8));
	show("size 4", raw(SYS_rt_sigtimedwait, &set, &si, &ts, 4));
	show("bad set", raw(SYS_rt_sigtimedwait, BAD_PTR, &si, &ts, 8));
	show("bad time", raw(SYS_rt_sigtimedwait, &set, &si, BAD_PTR, 8));
	show("empty handed", raw(SYS_rt_sigtimedwait, &all, &si, &ts, 8));
	kill(getpid(), SIGUSR1);
	show("bad info", raw(SYS_rt_sigtimedwait, &set, BAD_PTR, &ts, 8));
	r = raw(SYS_rt_sigtimedwait, &set, NULL, &ts, 8);
	show("the signal is lost", r);
	kill(getpid(), SIGUSR1);
	r = raw(SYS_rt_sigtimedwait, &set, NULL, &ts, 8);
	show_str("no info wanted", sig_name(r));
	return 0;
}
