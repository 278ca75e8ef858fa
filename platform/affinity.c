/* platform/affinity.c - sets of processors, see affinity.h */
#include "platform/affinity.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool affinity_get(pid_t tid, struct affinity *ret)
{
	memset(ret->mask, 0, sizeof(ret->mask));
	ret->len = syscall(SYS_sched_getaffinity, tid, sizeof(ret->mask), ret->mask);
	return ret->len > 0;
}

bool affinity_set(pid_t tid, const struct affinity *a)
{
	return a->len > 0 && syscall(SYS_sched_setaffinity, tid, a->len, a->mask) == 0;
}

bool affinity_set_one(pid_t tid, int cpu)
{
	struct affinity a = {.len = sizeof(a.mask)};

	a.mask[cpu / 64] = 1ULL << cpu % 64;
	return affinity_set(tid, &a);
}

bool affinity_has(const struct affinity *a, int cpu)
{
	return cpu >= 0 && cpu < AFFINITY_CPUS && a->mask[cpu / 64] >> cpu % 64 & 1;
}

bool affinity_equal(const struct affinity *a, const struct affinity *b)
{
	return memcmp(a->mask, b->mask, sizeof(a->mask)) == 0;
}

int affinity_first(const struct affinity *a)
{
	int cpu;

	for (cpu = 0; cpu < AFFINITY_CPUS && !affinity_has(a, cpu); cpu++)
		;
	return cpu < AFFINITY_CPUS ? cpu : -1;
}

void affinity_remove(struct affinity *a, int cpu)
{
	if (cpu >= 0 && cpu < AFFINITY_CPUS)
		a->mask[cpu / 64] &= ~(1ULL << cpu % 64);
}
