/*
 * platform/notify/attach_fast.h - gives channels to held threads and replaces their syscall sites
 */
#ifndef PLATFORM_NOTIFY_ATTACH_FAST_H
#define PLATFORM_NOTIFY_ATTACH_FAST_H

#include "platform/fastpath/channel.h"
#include "sentry/sighand.h"

struct attached;

/* t's call is held: true if the verdict was given, the thread makes its call again. */
bool attach_give_channel(struct task *t); /* FAST_SETUP */
bool attach_replace_site(struct task *t); /* FAST_PATCH */
/* A channel was set up: the sites that are known from other processes are replaced, too. */
void attach_replace_known(struct attached *a);
/* A channel is being set up: faults in the shim's copies are to be ours (attach_faults.c). */
void attach_handle_faults(struct attached *a, const struct channel *ch);
/* The stub has done so for a new program, or could not. */
void attach_faults_handled(struct task *t, bool yes);
/* rt_sigaction(2): SYS_CONTINUE if the fast path has nothing to do with it, else the verdict. */
long attach_sigaction(struct task *t, const uint64_t *args);
bool attach_is_fault(int sig); /* may a fault of the shim's copies be this signal? */

/* sigaction.c. Could the shim's faults go to a handler of ours that comes before this action's? It is one on
 * the host. */
bool sigaction_takes_faults(const struct sighand_action *act);
bool sigaction_is_entered(const struct sighand_action *host);
/* Address in the guest of the action for the host with such a handler, which is the guest's in the record
 * then; 0: none. */
uaddr_t sigaction_enter(struct task *t, struct sighand *h, int sig,
			const struct sighand_action *act);
/* See fast_fork_needs_copy(). */
bool attach_leave_channel(struct task *t);

#endif
