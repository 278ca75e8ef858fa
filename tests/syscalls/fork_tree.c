/*
 * tests/syscalls/fork_tree.c - fork(2): a binary tree of processes, each of which adds up the exit
 * statuses of its children.
 */
#include "check.h"

static int node(int depth)
{
	int sum = 1, status;
	pid_t pids[2];

	if (depth == 0)
		return 1;
	for (int i = 0; i < 2; i++) {
		pids[i] = xfork();
		if (pids[i] == 0)
			_exit(node(depth - 1));
	}
	for (int i = 0; i < 2; i++) {
		if (waitpid(pids[i], &status, 0) != pids[i] || !WIFEXITED(status))
			return 200;
		sum += WEXITSTATUS(status);
	}
	return sum;
}

int main(void)
{
	show_val("nodes", node(4));
	show("no children left", waitpid(-1, NULL, 0));
	return 0;
}
