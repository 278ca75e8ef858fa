/* tests/syscalls/select_beyond.c - select(2) with a number that is greater than the sets: they end with the table. */
#include "fs_check.h"
#include <sys/select.h>

/* Behind the set there is more memory, which is no set. */
static struct {
	fd_set set;
	unsigned char behind[(1 << 20) / 8];
} r;

static int changed(void)
{
	int n = 0;

	for (size_t i = 0; i < sizeof(r.behind); i++)
		n += r.behind[i] != 0xff;
	return n;
}

int main(void)
{
	struct timeval now = {0, 0};
	int p[2];

	xpipe(p);
	must(write(p[1], "x", 1));
	memset(r.behind, 0xff, sizeof(r.behind));
	/* As in programs that pass getdtablesize() where the limit is a million. */
	FD_ZERO(&r.set);
	FD_SET(p[0], &r.set);
	show("a million", select(1 << 20, &r.set, NULL, NULL, &now));
	say("  ready: %d, changed behind: %d", !!FD_ISSET(p[0], &r.set), changed());
	FD_ZERO(&r.set);
	FD_SET(p[1], &r.set);
	show("INT_MAX", select(0x7fffffff, &r.set, NULL, NULL, &now));
	say("  ready: %d, changed behind: %d", !!FD_ISSET(p[1], &r.set), changed());
	show("pselect", pselect(1 << 20, NULL, &r.set, NULL, &(struct timespec){0, 0}, NULL));
	/* What is far beyond all that was ever open is not looked at, what is not so far is. */
	FD_ZERO(&r.set);
	FD_SET(1000, &r.set);
	show("1000 is not open", select(1001, &r.set, NULL, NULL, &now));
	say("  left: %d", !!FD_ISSET(1000, &r.set));
	must(dup2(p[0], 1001));
	must(close(1001));
	show("1000 is in the table", select(1001, &r.set, NULL, NULL, &now));
	FD_ZERO(&r.set);
	FD_SET(60, &r.set);
	show("60 is not open", select(61, &r.set, NULL, NULL, &now));
	return 0;
}
