/*
 * tests/syscalls/wait_basic.c - wait4(2): any child or a given one, WNOHANG, NULL status, children
 * reaped once, ECHILD.
 */
#include "check.h"

static pid_t child(int code)
{
	pid_t pid = xfork();

	if (pid == 0)
		_exit(code);
	return pid;
}

int main(void)
{
	int status, p[2];
	pid_t a, b;
	char c;

	show("no children", wait(&status));
	show("no children, WNOHANG", waitpid(-1, &status, WNOHANG));
	show("own pid", waitpid(getpid(), &status, 0));

	a = child(1);
	show_true("wait", wait(&status) == a);
	show_status("status", status);
	show("again", waitpid(a, &status, 0));

	a = child(2);
	b = child(3);
	show_true("the second one first", waitpid(b, &status, 0) == b);
	show_status("status", status);
	show_true("then the first", waitpid(-1, &status, 0) == a);
	show_status("status", status);

	a = child(4);
	show_true("no status wanted", waitpid(a, NULL, 0) == a);

	xpipe(p);
	a = xfork();
	if (a == 0) {
		close(p[1]);
		if (read(p[0], &c, 1) < 0)
			_exit(1);
		_exit(5);
	}
	status = 77;
	show("WNOHANG of a running child", waitpid(a, &status, WNOHANG));
	show_val("status is untouched", status);
	show("WNOHANG of any", waitpid(-1, &status, WNOHANG));
	close(p[1]);
	show_true("blocking", waitpid(a, &status, 0) == a);
	show_status("status", status);
	return 0;
}
