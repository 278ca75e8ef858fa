/*
 * sentry/sighand.h - what the sentry remembers of a process's signal handlers
 *
 * Model: dispositions are the host's. Where a platform puts code of its own before handlers without
 * SA_RESTART, so that the host sees others than the guest (platform.h: sigaction), a bit for each
 * such signal is kept, and the actions as far as they are known. The same is done to those of SIGSEGV and
 * SIGBUS where the platform's own code makes faults. There is no record before the first
 * such handler. Processes share a record exactly where they share their dispositions (CLONE_SIGHAND).
 *
 * Locking: a process's pointer under process->mu; bits are atomic; actions under mu. They only say
 * what the guest has set itself: a race there is the guest's own.
 */
#ifndef SENTRY_SIGHAND_H
#define SENTRY_SIGHAND_H

#include <stdatomic.h>
#include <stdint.h>

#include "sentry/base/base.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"

struct process;

#define SIGHAND_NR 64

/* As rt_sigaction(2) has it. */
struct sighand_action {
	uint64_t handler, flags, restorer, mask;
};

struct sighand {
	struct ref ref;
	_Atomic uint64_t no_restart; /* bit sig - 1; may be old where the signal is not caught */
	/* The host has the platform's code in place of: the guest's handler; the default action. */
	_Atomic uint64_t entered, defaulted;
	struct mutex mu;
	uint64_t known; /* mu; bit sig - 1: this is the action */
	struct sighand_action action[SIGHAND_NR];
};

void sighand_put(struct sighand *h); /* NULL is fine */
/* A reference; NULL for a process with nothing to remember. */
struct sighand *sighand_get(struct process *p);
/* As sighand_get(), but makes one; NULL: no memory. */
struct sighand *sighand_make(struct process *p);

void sighand_action_set(struct sighand *h, int sig, const struct sighand_action *act);
bool sighand_action_get(struct sighand *h, int sig, struct sighand_action *ret);

/* clone: p shares or copies from's. 0 or -ENOMEM. */
must_check int sighand_inherit(struct process *p, struct process *from, bool share);
/* exec: caught signals get their default action. */
void sighand_exec(struct process *p);

#endif
