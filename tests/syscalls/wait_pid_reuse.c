/*
 * tests/syscalls/wait_pid_reuse.c - a pid is not given again while its process is a zombie, and
 * pids of new processes differ from all living ones.
 */
#include "check.h"

#define N 200

int main(void)
{
	pid_t pids[N], zombie = xfork();
	siginfo_t si;
	int same = 0;

	if (zombie == 0)
		_exit(0);
	waitid(P_PID, zombie, &si, WEXITED | WNOWAIT);
	for (int i = 0; i < N; i++) {
		pids[i] = xfork();
		if (pids[i] == 0)
			_exit(0);
		same += pids[i] == zombie || pids[i] == getpid() || pids[i] <= 0;
		if (i % 2)
			xwait(pids[i]);
	}
	for (int i = 0; i < N; i += 2)
		for (int k = 0; k < i; k += 2)
			same += pids[i] == pids[k];
	show_val("pids used twice", same);
	for (int i = 0; i < N; i += 2)
		xwait(pids[i]);
	show_status("zombie", xwait(zombie));
	return 0;
}
