/*
 * tests/syscalls/waitid_rusage.c - wait4(2) and the fifth argument of waitid(2): the resources that
 * a child, with its own reaped children, has used.
 */
#include "check.h"
#include <sys/resource.h>

static long user_us(const struct rusage *ru)
{
	return ru->ru_utime.tv_sec * 1000000L + ru->ru_utime.tv_usec + ru->ru_stime.tv_usec;
}

static void burn(long us)
{
	struct timespec ts;

	do
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	while (ts.tv_sec * 1000000L + ts.tv_nsec / 1000 < us);
}

static pid_t spawn(bool nested)
{
	pid_t pid = xfork();

	if (pid)
		return pid;
	if (nested) {
		if (xfork() == 0) {
			burn(50000);
			_exit(0);
		}
		wait(NULL);
	} else {
		burn(50000);
	}
	_exit(1);
}

int main(void)
{
	struct rusage ru;
	siginfo_t si;
	int status;
	pid_t pid;

	memset(&ru, 0xff, sizeof(ru));
	pid = spawn(false);
	show_true("wait4", wait4(pid, &status, 0, &ru) == pid);
	show_true("child's time", user_us(&ru) > 15000 && user_us(&ru) < 50000000);

	memset(&ru, 0xff, sizeof(ru));
	pid = spawn(false);
	show("waitid", raw(SYS_waitid, P_PID, pid, &si, WEXITED, &ru));
	show_true("child's time", user_us(&ru) > 15000 && user_us(&ru) < 50000000);

	memset(&ru, 0xff, sizeof(ru));
	pid = spawn(true);
	show_true("wait4", wait4(pid, &status, 0, &ru) == pid);
	show_true("grandchild's time", user_us(&ru) > 15000 && user_us(&ru) < 50000000);

	pid = xfork();
	if (pid == 0) {
		nap_ms(10);
		_exit(0);
	}
	ru.ru_utime.tv_sec = 12345;
	show("nothing yet", wait4(pid, &status, WNOHANG, &ru));
	show_val("rusage is untouched", ru.ru_utime.tv_sec);
	wait4(pid, &status, 0, &ru);
	show_true("an idle child", user_us(&ru) < 1000000);
	return 0;
}
