/*
 * platform/notify/attach_fast.h - gives channels to held threads and replaces their syscall sites
 */
#ifndef PLATFORM_NOTIFY_ATTACH_FAST_H
#define PLATFORM_NOTIFY_ATTACH_FAST_H

#include "platform/fastpath/channel.h"

/* t's call is held: true if the verdict was given, the thread makes its call again. */
bool attach_fast(struct task *t, enum fast_advice advice);
/* rt_sigaction(2): SYS_CONTINUE if the fast path has nothing to do with it, else the verdict. */
long attach_sigaction(struct task *t, const uint64_t *args);
/* See fast_fork_needs_copy(). */
bool attach_leave_channel(struct task *t);

#endif
