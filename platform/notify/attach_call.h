/*
 * platform/notify/attach_call.h - platform.h's call_native for the notify platform
 */
#ifndef PLATFORM_NOTIFY_ATTACH_CALL_H
#define PLATFORM_NOTIFY_ATTACH_CALL_H

#include <stdint.h>

#include <sys/types.h>
#include <sys/user.h>

#include "platform/notify/notify.h"

struct task;

/* A held thread that was stopped for a while, with all signals blocked. One at a time. */
struct attached {
	struct task *t;
	struct attach hold;
	pid_t tid;
	struct user_regs_struct before, after; /* after: what it goes on with */
	uint64_t mask;
	int nr;	 /* of the held call */
	int err; /* a call did not run: the thread is gone, or has to go */
};
/* 0; -errno, the call is still held (-EAGAIN: another one is attached); ATTACHED_GONE: the thread is
 * gone, and with it the call. */
#define ATTACHED_GONE 1
/* -EAGAIN, and the call cannot do without: gives the verdict that it be made again. */
void attach_again_later(struct task *t);
int attached_begin(struct attached *a, struct task *t);
bool attached_is_busy(void); /* another one is attached now */
/* The thread runs this call natively; its result, or -EINTR if it did not run. It must not sleep. */
long attached_call(struct attached *a, int nr, const uint64_t args[6]);
long attached_run(struct attached *a, int nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
		  uint64_t a4, uint64_t a5);
/* Lets it go on and make the held call again. Gives the verdict. */
void attached_end_again(struct attached *a);
/* The same, but the held call is done, with this result. */
void attached_end_done(struct attached *a, long result);

/* call_native with prepare(): the thread has stopped, sp is its stack pointer; may change args. One
 * thread of all guests is in such a call at a time. All of it is over, or never happened (the guest
 * makes its call again), when this returns. */
int attach_call_prepared(struct task *t, int nr, uint64_t args[6],
			 void (*prepare)(struct task *t, uint64_t sp, uint64_t args[6]),
			 long (*done)(struct task *t, long result, uint64_t args[6]));
int attach_call_native(struct task *t, int nr, uint64_t args[6],
		       long (*done)(struct task *t, long result, uint64_t args[6]));

#endif
