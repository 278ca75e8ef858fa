/*
 * sentry/guest_seccomp.h - the guest's own seccomp filters: seccomp(2)
 *
 * Model: a guest's filters are never installed on the host: there they would outrank ours. The
 * sentry keeps them per task as a refcounted chain (newest first, shared by clone) and interprets
 * classic BPF on every call that reaches it. Verdict precedence and data layout are Linux's.
 *
 * Forwarded calls do not reach the sentry. A process that installs a filter is therefore moved to a
 * mode in which it is asked for everything: see guest_seccomp_install().
 *
 * Locking: a chain is immutable; task->seccomp is the task's own, except for TSYNC, which takes the
 * tree lock and refuses tasks that have diverged, as Linux does.
 */
#ifndef SENTRY_GUEST_SECCOMP_H
#define SENTRY_GUEST_SECCOMP_H

#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/base.h"

struct guest_seccomp;
struct task;

struct guest_seccomp *guest_seccomp_get(struct guest_seccomp *s); /* NULL is fine in both */
void guest_seccomp_put(struct guest_seccomp *s);
/* A new thread t takes the filters that like has now: a TSYNC that came after it inherited has not
 * found it. tree_lock is held for writing. */
void guest_seccomp_follow_locked(struct task *t, const struct task *like);
/* True: the filters decided; *ret is the result (or a verdict) for the call. */
bool guest_seccomp_check(struct task *t, long *ret);
/* seccomp(2); the operation's result or -errno. */
must_check long guest_seccomp_op(struct task *t, unsigned int op, unsigned int flags, uaddr_t args);
int guest_seccomp_mode(const struct task *t); /* 0, 1 strict, 2 filter */

#endif
