/*
 * sentry/host_oom.h - whom the host kills when memory runs out: guests in the order that they ask for,
 * and never the sentry before one of them
 *
 * Model: on the host the sentry has an oom_score_adj that is HOST_OOM_APART below what the first process
 * is to have (process.oomScoreAdj; 0), where the host allows that: less than it has takes CAP_SYS_RESOURCE
 * there, so the runtime's create does it. Then the first process has on the host what was asked for, and so
 * compares with others of the host as it should. Where that is not allowed guests are moved up instead.
 *
 * A guest's own value, which it may change by /proc, is mapped to the part above the sentry's: the order
 * stays, and so does the value where it can. Those below the first process's share HOST_OOM_BELOW.
 *
 * -1000 for the first process means that the host kills nobody of the container: the sentry has it, too.
 */
#ifndef SENTRY_HOST_OOM_H
#define SENTRY_HOST_OOM_H

#include "sentry/task.h"

#define HOST_OOM_APART 300
#define HOST_OOM_BELOW 200
#define HOST_OOM_MIN (-1000)
#define HOST_OOM_MAX 1000

/* What the sentry should have, for a first process of that value. */
int host_oom_wanted(int first);
/* A guest's value, as the host is told it. */
int host_oom_score(const struct host_oom *o, int adj);
/* At boot, with k->host_proc_fd: the sentry gets no less than wanted, and k->host_oom is filled in. */
void host_oom_boot(struct kernel *k, int first, int wanted);
/* Tells the host a process's value. */
void host_oom_put(struct kernel *k, int host_pid, int adj);
/* The same of p->oom_score_adj. Under p->mu, so that the last value stays. */
void host_oom_tell(struct process *p) REQUIRES(&p->mu);

#endif
