/* tests/syscalls/pipe_block.c - pipe(7): blocked readers and writers, and what wakes them. */
#include "fs_check.h"
#include <sys/ioctl.h>

int main(void)
{
	static char buf[300000];
	volatile int *flag = shared_alloc(sizeof(*flag) * 4);
	int p[2], total = 0, ret;
	ssize_t n;
	pid_t pid;

	/* A reader waits for data. */
	xpipe(p);
	pid = xfork();
	if (pid == 0) {
		close(p[1]);
		n = read(p[0], buf, 10);
		show_true("reader has waited", flag[0]);
		show_read("reader", n, buf);
		n = read(p[0], buf, 10);
		show_true("reader has waited", flag[1]);
		show("end", n);
		_exit(0);
	}
	nap_ms(20);
	flag[0] = 1;
	must(write(p[1], "data", 4));
	nap_ms(20);
	flag[1] = 1;
	close(p[1]);
	xwait(pid);
	close(p[0]);

	/* A writer waits for room; what it writes comes whole. */
	xpipe(p);
	pid = xfork();
	if (pid == 0) {
		close(p[0]);
		pattern_fill(buf, sizeof(buf), 0);
		n = write(p[1], buf, sizeof(buf));
		flag[2] = 1;
		show("writer", n);
		_exit(0);
	}
	close(p[1]);
	nap_ms(20);
	show_true("writer is done early", flag[2]);
	while ((n = read(p[0], buf, 50000)) > 0) {
		if (!pattern_ok(buf, n, total))
			say("broken data");
		total += n;
	}
	show_val("read", total);
	xwait(pid);
	close(p[0]);

	/* A writer waits, and the reader goes away. */
	signal(SIGPIPE, SIG_IGN);
	xpipe(p);
	pid = xfork();
	if (pid == 0) {
		close(p[0]);
		n = write(p[1], buf, sizeof(buf));
		show("part of it was written", n);
		show("then", write(p[1], buf, 1));
		_exit(0);
	}
	close(p[1]);
	for (ret = 0; ret != 65536; nap_ms(5))
		must(ioctl(p[0], FIONREAD, &ret));
	close(p[0]);
	xwait(pid);

	/* Interrupted: nothing read; a full pipe accepts nothing. */
	xpipe(p);
	pest_start();
	ret = read(p[0], buf, 10);
	pest_stop();
	show("interrupted read", ret);
	xfcntl(p[1], F_SETFL, O_NONBLOCK);
	fill_up(p[1]);
	xfcntl(p[1], F_SETFL, 0);
	pest_start();
	ret = write(p[1], "x", 1);
	pest_stop();
	show("interrupted write", ret);
	/* With a part written, the count is the result. */
	must(read(p[0], buf, 8192));
	pest_start();
	ret = write(p[1], buf, 100000);
	pest_stop();
	show("interrupted after a part", ret);
	return 0;
}
