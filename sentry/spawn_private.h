/*
 * sentry/spawn_private.h - between spawn.c, spawn_prepare.c and spawn_child.c
 */
#ifndef SENTRY_SPAWN_PRIVATE_H
#define SENTRY_SPAWN_PRIVATE_H

#include <stddef.h>

#include "sentry/kernel.h"
#include "sentry/spawn.h"

struct stub_plan;

struct spawner {
	struct mutex mu;
	struct process *process; /* a reference, for good */
	struct task *task;	 /* a reference; NULL: it died */
	struct list queue;
	struct spawn *current; /* being prepared or made; a reference */

	/* of its own calls only */
	struct cred *cred; /* what it has between requests */
	struct path root;
	struct rlimit64 limits[NR_RLIMITS];
	bool has_limits;
	struct stub_plan *plan; /* for current, not handed out yet */
};

#define _cleanup_spawn_ _cleanup_(spawn_cleanup)
void spawn_cleanup(struct spawn **s);

/* False: it is not in state from any more, and stays what it is. */
bool spawn_change(struct spawner *sp, struct spawn *s, enum spawn_state from, enum spawn_state to);
/* One without a process fails; nothing if it has one, or has failed already. */
void printf_like(4, 5)
	spawn_fail(struct spawner *sp, struct spawn *s, int err, const char *fmt, ...);
/* One whose process has not got its program. */
void printf_like(4, 5)
	spawn_fail_made(struct spawner *sp, struct spawn *s, int err, const char *fmt, ...);
int spawn_signal_of(struct spawner *sp, const struct spawn *s);
/* By the worker that prepares it, and by whoever fails it, at the same time. */
struct file *spawn_take_file(struct spawn *s, unsigned int i);

/* Texts for messages: err as the runtimes write it; what may be shown of a name. Return buf. */
const char *spawn_error_name(int err, char *buf, size_t size);
void spawn_printable(char *out, size_t size, const char *name);

/* A plan and READY, or an error, which the request has been told. */
must_check int spawn_prepare(struct task *t, struct spawner *sp, struct spawn *s);
/* Nothing of a request stays with the spawner: its files may be a pipe's last end. */
void spawn_restore(struct task *t, struct spawner *sp);

#endif
