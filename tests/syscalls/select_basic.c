/* tests/syscalls/select_basic.c - select(2): the three sets, counts, the time that is left. */
#include "fs_check.h"
#include <sys/select.h>

static int p[2], q[2];
static fd_set r, w, x;

static void fill_sets(void)
{
	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_ZERO(&x);
	FD_SET(p[0], &r);
	FD_SET(q[0], &r);
	FD_SET(p[1], &w);
	FD_SET(q[1], &w);
	FD_SET(q[0], &w);
	FD_SET(p[0], &x);
}

int main(void)
{
	struct timeval tv;
	int max, ret;
	long t;

	xpipe(p);
	xpipe(q);
	max = q[1] + 1;
	must(write(q[1], "x", 1));
	fill_sets();
	tv = (struct timeval){5, 0};
	show("select", select(max, &r, &w, &x, &tv));
	say("read: %d %d", !!FD_ISSET(p[0], &r), !!FD_ISSET(q[0], &r));
	say("write: %d %d %d", !!FD_ISSET(p[1], &w), !!FD_ISSET(q[1], &w), !!FD_ISSET(q[0], &w));
	say("except: %d", !!FD_ISSET(p[0], &x));
	show_true("time is left", tv.tv_sec == 4 || tv.tv_sec == 5);
	fill_sets();
	show("only the read set", select(max, &r, NULL, NULL, NULL));
	say("read: %d %d", !!FD_ISSET(p[0], &r), !!FD_ISSET(q[0], &r));
	fill_sets();
	show("nfds ends before them", select(p[0], &r, &w, &x, &(struct timeval){0, 0}));
	/* The sets hold nfds bits, rounded up to words, and those are cleared. */
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	tv = (struct timeval){0, 15000};
	t = now_ms();
	ret = select(p[0] + 1, &r, NULL, NULL, &tv);
	show("timeout", ret);
	show_true("not too early", now_ms() - t >= 14);
	say("left: %ld.%06ld, bit %d", tv.tv_sec, tv.tv_usec, !!FD_ISSET(p[0], &r));
	tv = (struct timeval){0, 15000};
	t = now_ms();
	show("as a sleep", select(0, NULL, NULL, NULL, &tv));
	show_true("not too early", now_ms() - t >= 14);
	/* Closed ends are ready. */
	close(p[1]);
	FD_ZERO(&r);
	FD_SET(p[0], &r);
	show("end of file", select(p[0] + 1, &r, NULL, NULL, NULL));
	close(q[0]);
	FD_ZERO(&w);
	FD_SET(q[1], &w);
	show("no reader", select(q[1] + 1, NULL, &w, NULL, NULL));
	FD_ZERO(&r);
	FD_SET(q[1], &r);
	show("no reader, read set", select(q[1] + 1, &r, NULL, NULL, &(struct timeval){0, 0}));
	return 0;
}
