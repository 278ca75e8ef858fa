/*
 * tests/syscalls/cachestat_basic.c - cachestat(2): pages of a file in memory, ranges, errors
 */
#include "check.h"
#include <sys/mman.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif
#define PAGE 4096UL

struct range {
	uint64_t off, len;
};
struct stats {
	uint64_t cache, dirty, writeback, evicted, recently_evicted;
};

static void count(const char *what, int fd, uint64_t off, uint64_t len)
{
	struct range r = {off, len};
	struct stats s = {77, 77, 77, 77, 77};

	if (raw(SYS_cachestat, fd, &r, &s, 0) < 0)
		show(what, -1);
	else
		say("%s: %lu", what, (unsigned long)(s.cache + s.evicted));
}

int main(void)
{
	int fd = memfd_create("m", 0), p[2];
	struct range r = {0, 0};
	struct stats s;

	count("empty", fd, 0, 0);
	for (int i = 0; i < 8; i++)
		if (i != 3 && pwrite(fd, "x", 1, i * PAGE) != 1)
			die("pwrite");
	count("all", fd, 0, 0);
	count("first two", fd, 0, 2 * PAGE);
	count("across pages", fd, PAGE - 1, 2);
	count("hole", fd, 3 * PAGE, PAGE);
	count("behind", fd, 100 * PAGE, PAGE);
	count("huge", fd, PAGE, UINT64_MAX);
	show("offset", lseek(fd, 0, SEEK_CUR));
	xpipe(p);
	show("flags", raw(SYS_cachestat, fd, &r, &s, 1));
	show("fd", raw(SYS_cachestat, -1, &r, &s, 0));
	show("range", raw(SYS_cachestat, fd, BAD_PTR, &s, 0));
	show("stats", raw(SYS_cachestat, fd, &r, BAD_PTR, 0));
	show("fd before range", raw(SYS_cachestat, -1, BAD_PTR, &s, 0));
	show("range before flags", raw(SYS_cachestat, fd, BAD_PTR, &s, 1));
	return 0;
}
