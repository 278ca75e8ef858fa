/* tests/syscalls/proc_statm.c - /proc/self/statm and VmSize: they follow the mappings. */
#include "fs_check.h"

static long pages[7];

static int load(void)
{
	char buf[256];

	must(read_file("/proc/self/statm", buf, sizeof(buf)));
	return sscanf(buf, "%ld %ld %ld %ld %ld %ld %ld", &pages[0], &pages[1], &pages[2],
		      &pages[3], &pages[4], &pages[5], &pages[6]);
}

int main(void)
{
	long size, resident, page = sysconf(_SC_PAGESIZE);
	char *p;

	show_val("numbers", load());
	show_true("size >= resident >= shared", pages[0] >= pages[1] && pages[1] >= pages[2]);
	show_true("text and data", pages[3] > 0 && pages[5] > 0);
	say("always zero: %ld %ld", pages[4], pages[6]);
	size = pages[0];
	resident = pages[1];
	p = mmap(NULL, 1000 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		die("mmap");
	load();
	show_val("size grew by", pages[0] - size);
	show_true("resident hardly", pages[1] - resident < 500);
	memset(p, 1, 1000 * page);
	load();
	show_val("size grew by", pages[0] - size);
	show_true("resident as well", pages[1] - resident > 500);
	must(munmap(p, 1000 * page));
	load();
	show_val("size grew by", pages[0] - size);
	return 0;
}
