/*
 * tests/syscalls/wait_stopped_term.c - a signal that ends a process is kept while that is stopped
 * and acts when it continues.
 */
#include "check.h"

int main(void)
{
	int status;
	pid_t pid = xfork();

	if (pid == 0)
		for (;;)
			pause();
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	show_status("first", status);
	kill(pid, SIGTERM);
	kill(pid, SIGUSR1);
	nap_ms(10);
	show("still there", waitpid(pid, &status, WNOHANG));
	kill(pid, SIGCONT);
	show_true("wait", waitpid(pid, &status, 0) == pid);
	show_status("lowest number first", status);
	return 0;
}
