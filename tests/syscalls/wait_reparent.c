/*
 * tests/syscalls/wait_reparent.c - orphans: getppid after the end of the parent, and who may wait
 * for them, with and without PR_SET_CHILD_SUBREAPER.
 */
#include "check.h"
#include <sys/prctl.h>

static int p[2], gate[2];

/* Prints nothing: sends what it sees. 'r' for the reaper, 'o' for somebody else. */
static void grandchild(pid_t parent, pid_t reaper)
{
	char c;

	close(gate[1]);
	if (read(gate[0], &c, 1) < 0)
		_exit(1);
	while (getppid() == parent)
		nap_ms(1);
	c = getppid() == reaper ? 'r' : 'o';
	if (write(p[1], &c, 1) != 1)
		_exit(1);
	_exit(44);
}

static void run(const char *what)
{
	pid_t me = getpid(), pid;
	int status;
	char c = 0;

	xpipe(p);
	xpipe(gate);
	pid = xfork();
	if (pid == 0) {
		pid_t parent = getpid();

		if (xfork() == 0)
			grandchild(parent, me);
		_exit(1);
	}
	close(gate[1]);
	show_status("parent of the orphan", xwait(pid));
	show("read", read(p[0], &c, 1));
	say("%s: %c", what, c);
	if (c == 'r') {
		show_true("wait for the orphan", waitpid(-1, &status, 0) > 0);
		show_status("orphan", status);
	}
	show("no more", waitpid(-1, &status, 0));
	close(p[0]);
	close(p[1]);
	close(gate[0]);
}

static int middle(void *arg)
{
	(void)arg;
	run("below a subreaper, seen by one that is not");
	return 0;
}

int main(void)
{
	int v = -1;

	show("PR_SET_CHILD_SUBREAPER", prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	show("PR_GET_CHILD_SUBREAPER", prctl(PR_GET_CHILD_SUBREAPER, &v, 0, 0, 0));
	show_val("value", v);
	run("subreaper");

	show_status("middle", run_child(middle, NULL));
	show_true("the orphan came to us", waitpid(-1, &v, 0) > 0);
	show_status("orphan", v);
	return 0;
}
