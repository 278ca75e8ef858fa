/*
 * sentry/session.h - sessions and process groups, the mirror of the host's
 *
 * Model: the host keeps the real ones (setsid and setpgid go on natively after the checks here);
 * the mirror answers getpgid and getsid, finds groups for tty signals, and knows each session's
 * controlling terminal. A group exists as long as a process (zombies included) is in it.
 *
 * Locking: kernel->tree_lock. Sources: kernel/sys.c (setpgid, setsid), kernel/exit.c (orphaned).
 */
#ifndef SENTRY_SESSION_H
#define SENTRY_SESSION_H

#include "sentry/task.h"

struct session *session_new(pid_t sid);
/* The checks of setpgid(2) and, if they pass, the change in the mirror: 0 or -EINVAL, -ESRCH,
 * -EPERM, -EACCES. */
int session_setpgid(struct task *t, pid_t pid, pid_t pgid);
int session_setsid(struct task *t); /* 0 or -EPERM, -ENOMEM */

#endif
