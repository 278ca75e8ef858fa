/* tests/syscalls/pipe_epipe.c - pipe(7): writing without a reader gives SIGPIPE or EPIPE. */
#include "fs_check.h"
#include <sys/uio.h>

static int die_of_it(void *arg)
{
	int *p = arg;

	signal(SIGPIPE, SIG_DFL);
	show("not reached", write(p[1], "x", 1));
	return 0;
}

static int write_nothing(void *arg)
{
	int *p = arg;

	signal(SIGPIPE, SIG_DFL);
	show("write nothing", write(p[1], "x", 0));
	return 0;
}

int main(void)
{
	struct iovec iov = {(char *)"abc", 3};
	int p[2], fd;

	xpipe(p);
	close(p[0]);
	show_status("default", run_child(die_of_it, p));
	show_status("nothing", run_child(write_nothing, p));
	signal(SIGPIPE, SIG_IGN);
	show("ignored", write(p[1], "x", 1));
	show("writev", writev(p[1], &iov, 1));
	catch_signal(SIGPIPE, count_signal, 0);
	show("caught", write(p[1], "x", 1));
	show_val("signals", signals_seen);
	show("bad pointer", write(p[1], bad_addr(), 1));
	show_val("signals", signals_seen);
	show_ready("poll", p[1], POLLIN | POLLOUT);
	close(p[1]);
	/* A reader in another process counts. */
	xpipe(p);
	if (xfork() == 0) {
		close(p[1]);
		await_byte(p[0]);
		await_byte(p[0]);
		_exit(0);
	}
	close(p[0]);
	show("with a reader elsewhere", write(p[1], "x", 1));
	show("again", write(p[1], "x", 1));
	xwait(-1);
	show("it is gone", write(p[1], "x", 1));
	close(p[1]);
	/* What was written before stays readable through another descriptor of the pipe. */
	xpipe(p);
	must(write(p[1], "kept", 4));
	fd = dup(p[0]);
	close(p[0]);
	show("write with a duplicate", write(p[1], "!", 1));
	close(fd);
	show("write with none", write(p[1], "!", 1));
	return 0;
}
