/* tests/syscalls/proc_limits.c - /proc/self/limits: the same as getrlimit. */
#include "fs_check.h"
#include <sys/resource.h>

static const struct {
	int res;
	const char *name;
} limits[] = {
	{RLIMIT_CPU, "Max cpu time"},
	{RLIMIT_FSIZE, "Max file size"},
	{RLIMIT_DATA, "Max data size"},
	{RLIMIT_STACK, "Max stack size"},
	{RLIMIT_CORE, "Max core file size"},
	{RLIMIT_RSS, "Max resident set"},
	{RLIMIT_NPROC, "Max processes"},
	{RLIMIT_NOFILE, "Max open files"},
	{RLIMIT_MEMLOCK, "Max locked memory"},
	{RLIMIT_AS, "Max address space"},
	{RLIMIT_LOCKS, "Max file locks"},
	{RLIMIT_SIGPENDING, "Max pending signals"},
	{RLIMIT_MSGQUEUE, "Max msgqueue size"},
	{RLIMIT_NICE, "Max nice priority"},
	{RLIMIT_RTPRIO, "Max realtime priority"},
	{RLIMIT_RTTIME, "Max realtime timeout"},
};

static rlim_t value(const char *s)
{
	return !strcmp(s, "unlimited") ? RLIM_INFINITY : strtoull(s, NULL, 10);
}

static void compare(void)
{
	static char buf[8192];

	must(read_file("/proc/self/limits", buf, sizeof(buf)));
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		char *p = strstr(buf, limits[i].name), soft[32], hard[32];
		struct rlimit rl;

		must(getrlimit(limits[i].res, &rl));
		if (!p || sscanf(p + strlen(limits[i].name), "%31s %31s", soft, hard) != 2)
			say("%s: missing", limits[i].name);
		else
			say("%s: soft %d, hard %d", limits[i].name, value(soft) == rl.rlim_cur,
			    value(hard) == rl.rlim_max);
	}
}

int main(void)
{
	struct rlimit rl;

	compare();
	must(getrlimit(RLIMIT_NOFILE, &rl));
	rl.rlim_cur = 77;
	must(setrlimit(RLIMIT_NOFILE, &rl));
	rl = (struct rlimit){12345678, 23456789};
	must(setrlimit(RLIMIT_RSS, &rl));
	say("changed:");
	compare();
	return 0;
}
