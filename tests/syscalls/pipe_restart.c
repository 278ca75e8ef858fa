/* tests/syscalls/pipe_restart.c - SA_RESTART: a blocked read goes on after the handler. */
#include "fs_check.h"

int main(void)
{
	char buf[8];
	pid_t pid;
	int p[2];

	xpipe(p);
	catch_signal(SIGUSR1, count_signal, SA_RESTART);
	pid = xfork();
	if (pid == 0) {
		close(p[1]);
		show_read("read", read(p[0], buf, 8), buf);
		show_true("the handler has run", signals_seen > 0);
		_exit(0);
	}
	close(p[0]);
	for (int i = 0; i < 3; i++) {
		nap_ms(10);
		kill(pid, SIGUSR1);
	}
	nap_ms(10);
	must(write(p[1], "data", 4));
	show_status("child", xwait(pid));
	return 0;
}
