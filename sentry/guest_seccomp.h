/*
 * sentry/guest_seccomp.h - the guest's own seccomp filters: seccomp(2)
 *
 * Model: a guest's filters are never installed on the host: there they would outrank ours. The
 * sentry keeps them per task as a refcounted chain (newest first, shared by clone) and interprets
 * classic BPF on every call that reaches it. Verdict precedence and data layout are Linux's.
 *
 * Forwarded calls do not reach the sentry: a guest's filter does not see them, and clone3 neither.
 *
 * A container's profile (linux.seccomp, runsc-c/oci/seccomp.h) is a filter in the same form, which every
 * process that is made from outside (spawn.h) gets when its program is loaded, and all others by
 * inheritance. As it is known before the guests' seccomp program is made, that forwards only what the
 * profile allows whatever the arguments are. Channels stay open under the profile alone: calls that
 * it always allows are served there, others are given back and trap. A further filter ends them.
 *
 * Most numbers are decided by a bitmap, as in Linux, without a run of the programs.
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
struct sock_filter;
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
int guest_seccomp_mode(const struct task *t);		/* 0, 1 strict, 2 filter */
unsigned int guest_seccomp_depth(const struct task *t); /* filters in its chain */

/* NULL: out of memory, or no good program. One reference. */
struct guest_seccomp *guest_seccomp_new_profile(const struct sock_filter *insns, uint32_t len);
void guest_seccomp_take_profile(struct task *t); /* kernel->seccomp_profile, if there is one */
/* Is the profile the only filter? */
bool guest_seccomp_is_profile(const struct guest_seccomp *s);
/* The chain allows the number, whatever its arguments are. */
bool guest_seccomp_allows(const struct guest_seccomp *s, int nr);
/* The profile is content with what the host does about a forwarded number. */
bool guest_seccomp_leaves_to_host(const struct guest_seccomp *s, int nr);

#endif
