/* tests/syscalls/proc_modes.c - the entries of /proc/self: kinds and permissions. */
#include "fs_check.h"

int main(void)
{
	static const char *const names[] = {
		"auxv",	   "cgroup",	"cmdline", "comm",    "cwd",	   "environ",
		"exe",	   "fd",	"fdinfo",  "gid_map", "limits",	   "maps",
		"mem",	   "mountinfo", "mounts",  "ns",      "oom_score", "oom_score_adj",
		"root",	   "smaps",	"stat",	   "statm",   "status",	   "task",
		"uid_map", "setgroups", "net",
	};

	must(chdir("/proc/self"));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		show_mode(names[i], names[i]);
	must(chdir("/proc"));
	show_mode("/proc/version", "version");
	show_mode("/proc/meminfo", "meminfo");
	show_mode("/proc/sys", "sys");
	show_mode("/proc/mounts", "mounts");
	return 0;
}
