/* tests/syscalls/proc_status_ids.c - /proc/PID/status: ids and groups of a process that changed. */
#include "fs_check.h"
#include <sys/fsuid.h>

static void line(const char *path, const char *name)
{
	char buf[8192], key[32], *p;

	must(read_file(path, buf, sizeof(buf)));
	snprintf(key, sizeof(key), "\n%s:", name);
	p = strstr(buf, key);
	if (!p)
		say("%s: missing", name);
	else
		show_data(name, p + strlen(key), strcspn(p + 1, "\n") + 1 - strlen(key));
}

int main(void)
{
	gid_t groups[3] = {5, 3, 4};

	if (geteuid() != 0) {
		say("needs root");
		return 0;
	}
	must(setgroups(3, groups));
	line("/proc/self/status", "Groups");
	must(setresgid(10, 11, 12));
	line("/proc/self/status", "Gid");
	must(setresuid(0, 21, 22));
	line("/proc/self/status", "Uid");
	line("/proc/self/status", "CapEff");
	must(setresuid(-1, 0, -1));
	setfsuid(33);
	line("/proc/self/status", "Uid");
	must(setgroups(0, NULL));
	line("/proc/self/status", "Groups");
	must(setresuid(20, 20, 20));
	line("/proc/self/status", "Uid");
	line("/proc/self/status", "CapEff");
	line("/proc/self/status", "CapPrm");
	return 0;
}
