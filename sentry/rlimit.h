/*
 * sentry/rlimit.h - those of a process's limits that the host enforces
 *
 * Limits are the sentry's (struct process). What concerns memory, CPU time and pending signals, which
 * are the host's, it is told as well; guests can be given less there, never more than the host has.
 */
#ifndef SENTRY_RLIMIT_H
#define SENTRY_RLIMIT_H

#include <sys/resource.h>

struct process;

/* Tells the host of a new limit, if it is one of those. */
void rlimit_on_host(struct process *p, unsigned int resource, const struct rlimit64 *lim);

#endif
