/*
 * platform/notify/thread_channel.h - channels of threads, without an attachment
 *
 * Model: the sentry knows the thread pointer that a clone gives to a thread (CLONE_SETTLS). It leads the shim
 * to the thread's slot (channel_abi.h), so a thread that is held gets a channel by writing the slot, if its
 * process has one that is mapped and spare.
 *
 * A thread pointer is one thread's at a time. But memory can be given to a new thread while the old one is
 * about to end (it has unmapped its own stack): so before a thread is made with a pointer whose slot
 * is in use the slot is cleared, or the new one would make its first calls as the old one. A slot of
 * a thread that has ended leads to a channel that is closed, and is cleared before that is
 * given to another thread.
 */
#ifndef PLATFORM_NOTIFY_THREAD_CHANNEL_H
#define PLATFORM_NOTIFY_THREAD_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

struct task;

/* t's call is held. True: its calls go over a channel from now on; the call is still to be served. */
bool thread_give_spare(struct task *t);
/* t is about to make a thread with that thread pointer: will that use no slot of t's? */
bool thread_slot_is_apart(struct task *t, uint64_t tls);

#endif
