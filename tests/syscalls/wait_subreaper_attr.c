/*
 * tests/syscalls/wait_subreaper_attr.c - PR_SET_CHILD_SUBREAPER is not inherited by fork, is kept
 * over exec, and can be taken back.
 */
#include "check.h"
#include <sys/prctl.h>

static int get(void)
{
	int v = -1;

	if (prctl(PR_GET_CHILD_SUBREAPER, &v, 0, 0, 0) < 0)
		die("PR_GET_CHILD_SUBREAPER");
	return v;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		show_val("after exec", get());
		return 0;
	}
	show_val("at the start", get());
	prctl(PR_SET_CHILD_SUBREAPER, 5, 0, 0, 0);
	show_val("after set", get());
	if (xfork() == 0) {
		show_val("in a child", get());
		_exit(0);
	}
	wait(NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
	show_val("after reset", get());
	show("bad pointer", prctl(PR_GET_CHILD_SUBREAPER, BAD_PTR, 0, 0, 0));
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	execl("/proc/self/exe", "self", "child", NULL);
	return 1;
}
