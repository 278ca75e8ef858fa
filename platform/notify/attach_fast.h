/*
 * platform/notify/attach_fast.h - gives channels to held threads and replaces their syscall sites
 */
#ifndef PLATFORM_NOTIFY_ATTACH_FAST_H
#define PLATFORM_NOTIFY_ATTACH_FAST_H

#include "platform/fastpath/channel.h"

struct attached;

/* t's call is held: true if the verdict was given, the thread makes its call again. */
bool attach_give_channel(struct task *t); /* FAST_SETUP */
bool attach_replace_site(struct task *t); /* FAST_PATCH */
/* A channel was set up: the sites that are known from other processes are replaced, too. */
void attach_replace_known(struct attached *a);
/* A channel is being set up: faults in the shim's copies are ours, if the program has no handlers. */
void attach_handle_faults(struct attached *a, const struct channel *ch);
/* rt_sigaction(2): SYS_CONTINUE if the fast path has nothing to do with it, else the verdict. */
long attach_sigaction(struct task *t, const uint64_t *args);
/* See fast_fork_needs_copy(). */
bool attach_leave_channel(struct task *t);

#endif
