/*
 * platform/notify/attach_call.h - platform.h's call_native for the notify platform
 */
#ifndef PLATFORM_NOTIFY_ATTACH_CALL_H
#define PLATFORM_NOTIFY_ATTACH_CALL_H

#include <stdint.h>

struct task;

/* call_native with prepare(): the thread has stopped, sp is its stack pointer; may change args. One
 * thread of all guests is in such a call at a time. All of it is over, or never happened (the guest
 * makes its call again), when this returns. */
int attach_call_prepared(struct task *t, int nr, uint64_t args[6],
			 void (*prepare)(struct task *t, uint64_t sp, uint64_t args[6]),
			 long (*done)(struct task *t, long result, uint64_t args[6]));
int attach_call_native(struct task *t, int nr, uint64_t args[6],
		       long (*done)(struct task *t, long result, uint64_t args[6]));

#endif
