/*
 * platform/fastpath/share.h - which processors guests leave to the poller
 *
 * Model: a poller is worth its processor many times over where guests do little but make calls (0.2 us
 * a call instead of 5), but when they keep all processors busy themselves the host's scheduler gives it
 * time in turns of milliseconds, and all calls trap. So the poller gets a processor, and the threads that
 * call are bound to the others: they share fewer processors, and the whole is several times faster. Is
 * it? That is tried out.
 *
 *	FREE  ---channels trap at more than one call in TRAP_NS for a window, or so many calls are made while
 *	         the poller waits for a processor---> TRIAL
 *	TRIAL ---calls per second are KEEP_PERCENT of what they were, in one of three windows: others
 *	         may have the processors for a while---> KEPT; else FREE for a while, each time for longer
 *	KEPT  ---the poller has nothing to do and sleeps---> FREE; trusted, if it was worth while: busy
 *	         again within TRUST_NS, KEPT again after a few traps
 *	KEPT  ---after a time, each time a longer one, or when they fall to what they were when free for some
 *	         windows---> CHECK: nobody is bound; calls are counted as in FREE
 *	CHECK ---there are not more of them than just before---> KEPT; else FREE for a while
 *
 * What is counted are calls, served and trapped, of the whole sandbox, by the sentry: what a guest
 * writes into its channels has no influence. A guest can make more calls than it has use for; it gains
 * a poller that works for it, on a processor that is its own anyway.
 *
 * A thread is bound at a call of its own, trapped or over the channel, so those that compute are left alone.
 * It is set free before it makes another thread or process, or executes a program: affinities are
 * inherited. Who computes more than it calls loses by being bound, and the trial says so: it takes 7 ms
 * at half the speed at worst, and after n failures the next is not before 8 << n ms, up to a second; where
 * threads have got channels since, 24 ms.
 *
 * Guests must not see this: who shows or changes an affinity has it restored first (platform.h,
 * own_affinity); who has set one is not bound any more. Processors outside of a thread's own affinity
 * are never used, so one that may use the poller's alone is left there.
 *
 * A thread can also be kept off one processor for some milliseconds (platform/notify/spread.c), with or
 * without a fast path: the same records, ended by a timer, or when others are bound for the poller.
 *
 * Locking: mu (LOCK_FASTPATH, never with fast.mu). Bound threads are linked by records of our own, which
 * task->plat.bound points to.
 *
 * Limits: see platform/ptrace/place.c. With many processors there is still one poller.
 */
#ifndef PLATFORM_FASTPATH_SHARE_H
#define PLATFORM_FASTPATH_SHARE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/platform.h"

struct strbuf;
struct task;

extern atomic_bool share_binding; /* threads that call are to be bound, and the poller polls */
extern atomic_uint share_starts;  /* how often that has begun */

void share_init(void);
/* A call of t has trapped in spite of its channel. */
void share_note_trap(struct task *t);
/* t makes a call, and is not in the middle of making a thread: bound, if it is to be. */
void share_bind(struct task *t);
/* For some time t runs on any processor but that. False: there is none, or the poller has one. */
bool share_keep_off(struct task *t, int cpu, int64_t until_ns);
void share_hold(struct task *t, int64_t until_ns); /* if it is kept off one */
/* It gets back its own affinity. */
void share_set_free(struct task *t);
/* The same where it is shown, or set: then it is not bound any more. */
void share_own_affinity(struct task *t, enum affinity_use use);

/* The poller's: it begins; it has been woken, for which it was kept off a processor (poller.c); it looks at
 * the clock every few microseconds; it has waited for a processor; it would like to sleep: false if it
 * has to wait for guests that are being bound. */
void share_poller_begins(void);
void share_poller_awake(void);
void share_tick(int64_t now);
void share_poller_lost(int64_t now, int64_t lost_ns);
bool share_poller_sleeps(int64_t now);

void share_report(struct strbuf *sb);

#endif
