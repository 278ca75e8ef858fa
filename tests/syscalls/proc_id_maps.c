/*
 * tests/syscalls/proc_id_maps.c - /proc/self/uid_map, gid_map, setgroups and cgroup can be parsed.
 */
#include "fs_check.h"

static void map(const char *path)
{
	char buf[1024], *save = NULL;
	int lines = 0, bad = 0;

	must(read_file(path, buf, sizeof(buf)));
	for (char *l = strtok_r(buf, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		unsigned long a, b, n;

		lines++;
		bad += sscanf(l, "%lu %lu %lu", &a, &b, &n) != 3 || n == 0;
	}
	say("%s: some lines %d, bad %d", path, lines > 0, bad);
}

int main(void)
{
	static char buf[8192];
	char *save = NULL;
	int lines = 0, bad = 0;

	map("/proc/self/uid_map");
	map("/proc/self/gid_map");
	must(read_file("/proc/self/setgroups", buf, sizeof(buf)));
	show_true("setgroups", !strcmp(buf, "allow\n") || !strcmp(buf, "deny\n"));
	must(read_file("/proc/self/cgroup", buf, sizeof(buf)));
	for (char *l = strtok_r(buf, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		int id;

		lines++;
		bad += sscanf(l, "%d:", &id) != 1 || !strstr(l, ":/");
	}
	say("cgroup: bad lines %d", bad);
	return 0;
}
