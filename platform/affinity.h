/*
 * platform/affinity.h - sets of processors that a host thread may run on
 *
 * Interface: affinity_get() and affinity_set() take a tid of the host, 0 for the caller. Setting fails when
 * the thread is gone, or none of the processors is allowed to it.
 */
#ifndef PLATFORM_AFFINITY_H
#define PLATFORM_AFFINITY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define AFFINITY_CPUS 1024

struct affinity {
	long len; /* bytes; 0: none */
	uint64_t mask[AFFINITY_CPUS / 64];
};

bool affinity_get(pid_t tid, struct affinity *ret);
bool affinity_set(pid_t tid, const struct affinity *a);
bool affinity_set_one(pid_t tid, int cpu);
bool affinity_has(const struct affinity *a, int cpu);
bool affinity_equal(const struct affinity *a, const struct affinity *b);
int affinity_first(const struct affinity *a); /* -1: none */
void affinity_remove(struct affinity *a, int cpu);

#endif
