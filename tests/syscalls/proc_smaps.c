/* tests/syscalls/proc_smaps.c - /proc/self/smaps: as many mappings as maps, with sizes. */
#include "fs_check.h"

int main(void)
{
	static char line[1024];
	unsigned long start, end, kb, want = 0, rss = 0, size = 0;
	int maps = 0, smaps = 0, sizes = 0, bad = 0, page = sysconf(_SC_PAGESIZE);
	bool inside = false;
	FILE *f;
	char *p = mmap(NULL, 8 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	memset(p, 1, 3 * page);
	/* The buffers of stdio are there before anything is counted. */
	f = fopen("/proc/self/maps", "r");
	while (fgets(line, sizeof(line), f))
		maps++;
	fclose(f);
	f = fopen("/proc/self/smaps", "r");
	if (!f)
		die("smaps");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %*s", &start, &end) == 2 &&
		    strchr(line, '-') < line + 20) {
			smaps++;
			want = (end - start) / 1024;
			inside = start == (unsigned long)p;
		} else if (sscanf(line, "Size: %lu kB", &kb) == 1) {
			sizes++;
			bad += kb != want;
			if (inside)
				size = kb;
		} else if (sscanf(line, "Rss: %lu kB", &kb) == 1) {
			bad += kb > want;
			if (inside)
				rss = kb;
		}
	}
	fclose(f);
	show_true("as many as maps", maps == smaps);
	show_true("each with a size", sizes == smaps);
	show_val("wrong sizes", bad);
	show_val("size of the mapping in pages", size * 1024 / page);
	show_true("some of it resident", rss * 1024 / page >= 3);
	return 0;
}
