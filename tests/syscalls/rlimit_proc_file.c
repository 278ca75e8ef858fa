/*
 * tests/syscalls/rlimit_proc_file.c - /proc/self/limits shows the limits that are set.
 */
#include "check.h"
#include <sys/resource.h>

int main(void)
{
	struct rlimit nofile = {123, 456}, core = {0, 0};
	char buf[8192], *p, *nl;

	setrlimit(RLIMIT_NOFILE, &nofile);
	setrlimit(RLIMIT_CORE, &core);
	show_true("read", read_file("/proc/self/limits", buf, sizeof(buf)) > 0);
	for (p = buf; *p; p = nl + 1) {
		nl = strchr(p, '\n');
		if (!nl)
			break;
		*nl = '\0';
		if (p == buf || strstr(p, "Max open files") || strstr(p, "Max core file"))
			show_str("line", p);
	}
	return 0;
}
