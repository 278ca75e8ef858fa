/*
 * tests/syscalls/fork_many.c - fork(2): many children at once, each with a status of its own, and
 * many one after the other.
 */
#include "check.h"

#define N 40

int main(void)
{
	pid_t pids[N];
	int gate[2], seen[N] = {0}, status, ok = 0;

	xpipe(gate);
	for (int i = 0; i < N; i++) {
		pids[i] = xfork();
		if (pids[i] == 0) {
			char c;

			close(gate[1]);
			_exit(read(gate[0], &c, 1) == 0 ? i : 255);
		}
	}
	show("nothing to reap yet", waitpid(-1, &status, WNOHANG));
	close(gate[1]);
	for (int i = 0; i < N; i++) {
		pid_t pid = waitpid(-1, &status, 0);

		for (int k = 0; k < N; k++)
			if (pids[k] == pid && WIFEXITED(status) && WEXITSTATUS(status) == k)
				seen[k]++;
	}
	for (int i = 0; i < N; i++)
		ok += seen[i] == 1;
	show_val("reaped with the right status", ok);
	show("one more", waitpid(-1, &status, 0));

	ok = 0;
	for (int i = 0; i < 2 * N; i++) {
		pid_t pid = xfork();

		if (pid == 0)
			_exit(i);
		ok += WEXITSTATUS(xwait(pid)) == i;
	}
	show_val("one after the other", ok);
	return 0;
}
