/*
 * sentry/process_watch.h - wait queues of a process: somebody waits for its end or its signals
 *
 * Model: few processes are watched (pidfds, signalfds, polls with a signal mask), so the queues are
 * kept beside struct process, in a table by its address, and exist while somebody needs them.
 *  dead     POLLIN when the process became a zombie
 *  signals  POLLIN when a signal may have become pending in it (signal_kick())
 *
 * Interface: process_watch_get() finds or makes the record and holds the process with it. The two
 * wake functions cost one load when nobody watches anything. process_wake_signals() belongs into
 * signal_kick(), process_wake_dead() behind the step to PROCESS_ZOMBIE. Both are
 * called without locks.
 */
#ifndef SENTRY_PROCESS_WATCH_H
#define SENTRY_PROCESS_WATCH_H

#include "sentry/base/hash.h"
#include "sentry/base/ref.h"
#include "sentry/wait.h"

struct process;

struct process_watch {
	struct ref ref;
	struct hash_node node;
	struct process *process; /* referenced */
	struct wait_queue dead;
	struct wait_queue signals;
};

struct process_watch *process_watch_get(struct process *p); /* NULL: out of memory */
void process_watch_put(struct process_watch *w);
bool process_wake_signals(struct process *p); /* true: somebody may watch them */
void process_wake_dead(struct process *p);

#endif
