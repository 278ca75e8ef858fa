/*
 * tests/syscalls/sigqueue_errors.c - rt_sigqueueinfo(2), rt_tgsigqueueinfo(2): codes that only the
 * kernel may use towards others, bad signals, pids and pointers.
 */
#include "check.h"

static long queue(pid_t pid, int sig, int code)
{
	siginfo_t si;

	memset(&si, 0, sizeof(si));
	si.si_signo = 1;
	si.si_code = code;
	si.si_value.sival_int = 77;
	return raw(SYS_rt_sigqueueinfo, pid, sig, &si);
}

static long tgqueue(pid_t pid, pid_t tid, int sig, int code)
{
	siginfo_t si;

	memset(&si, 0, sizeof(si));
	si.si_code = code;
	return raw(SYS_rt_tgsigqueueinfo, pid, tid, sig, &si);
}

int main(void)
{
	pid_t pid, me = getpid(), tid = raw(SYS_gettid);
	struct timespec zero = {0, 0};
	siginfo_t si;
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	show("child SI_QUEUE", queue(pid, SIGUSR1, SI_QUEUE));
	show("child SI_USER", queue(pid, SIGUSR1, SI_USER));
	show("child SI_KERNEL", queue(pid, SIGUSR1, SI_KERNEL));
	show("child SI_TKILL", queue(pid, SIGUSR1, SI_TKILL));
	show("child SI_TIMER", queue(pid, SIGUSR1, SI_TIMER));
	show("child code 1", queue(pid, SIGUSR1, 1));
	show("child signal 0", queue(pid, 0, SI_QUEUE));
	show("child signal 65", queue(pid, 65, SI_QUEUE));
	show("child signal -1", queue(pid, -1, SI_QUEUE));
	show("self SI_USER", queue(me, SIGUSR1, SI_USER));
	show("self SI_TKILL", queue(me, SIGUSR2, SI_TKILL));
	show("no process", queue(0x7ffffff, SIGUSR1, SI_QUEUE));
	show("pid 0", queue(0, SIGUSR1, SI_QUEUE));
	show("pid -1", queue(-1, SIGUSR1, SI_QUEUE));
	show("bad pointer", raw(SYS_rt_sigqueueinfo, me, SIGUSR1, BAD_PTR));
	show("tg self", tgqueue(me, tid, SIGRTMIN, SI_QUEUE));
	show("tg child", tgqueue(pid, pid, SIGRTMIN, SI_QUEUE));
	show("tg child SI_USER", tgqueue(pid, pid, SIGRTMIN, SI_USER));
	show("tg wrong group", tgqueue(me, pid, SIGRTMIN, SI_QUEUE));
	show("tg 0", tgqueue(0, tid, SIGRTMIN, SI_QUEUE));
	show("tg tid -1", tgqueue(me, -1, SIGRTMIN, SI_QUEUE));

	/* The number in the siginfo is replaced by the one of the call. */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigtimedwait(&set, &si, &zero);
	say("%s code %d value %d", sig_name(si.si_signo), si.si_code, si.si_value.sival_int);
	kill(pid, SIGKILL);
	show_status("child", xwait(pid));
	show("dead child", queue(pid, SIGUSR1, SI_QUEUE));
	return 0;
}
