/*
 * platform/fastpath/channel.h - the fast path, sentry side: channels, who polls them, who gets one
 *
 * Model:
 *  fast_mm  one guest address space that has (or had) channels: its slots, replaced sites and
 *           trampolines. Shared by processes that share the memory (vfork, CLONE_VM), referenced by
 *           each; a forked child starts with none but remembers how many slots its memory has seen;
 *           exec drops it.
 *  channel  the private side of a channel (platform/stub/channel_abi.h): the mapping, the task
 *           whose calls it carries, its state. Referenced by its task and by the poller.
 *  block    the memory of one or several channels: those that a process with several threads will need
 *           are mapped together, the first for the thread that asked, the others as spare ones.
 *  poller   one thread that looks at the active channels in turn, serves requests through
 *           task_serve_channel(), and sleeps when none has come for POLLER_IDLE_NS. The platform's
 *           workers wake it when a task's calls trap at a high rate.
 *
 * States of a channel: NEW (being mapped by the platform) -> READY -> RETIRED. In between, while another
 * thread may have the same %gs: SUSPENDED after a vfork, DETACHED after another clone. The memory is
 * still mapped; when the task has its slot for itself again (fast_mm.c), or gets a new one, the
 * channel is READY again. READY channels are active (in the poller's list, CH_ACTIVE set) or idle. In
 * all other states the class table in the channel says that every call goes the slow way, whatever a
 * slot may still point to. What a thread leaves when it ends is RETIRED, mapped and spare: NEW for the
 * next thread of the same memory, as soon as nobody has a reference any more.
 *
 * Who gets one: fast_note_trap() counts the traps of a task. A task whose calls come faster than
 * FAST_RATE gets a channel (FAST_SETUP), and the syscall instructions that go on trapping are
 * replaced (FAST_PATCH); the platform does both with the call held. A channel that misses more
 * than it serves (calls that block; a poller that does not get the processor) is left alone for a
 * while, each time for longer.
 *
 * Identity: a channel speaks for one task, as long as that lives and has not executed a new program.
 * Other threads of the address space could write into it: what shares memory has the same
 * authority. No channel for tasks with seccomp filters of their own, for processes that have set
 * %gs, and none with --strace or --forward=none, where every call is to be seen.
 *
 * Calls that would wait: waiting.h.
 *
 * One call at a time: TASK_IN_CHANNEL (sentry/task.h) keeps a channel call and a trap of the same
 * task apart: the trap waits, a request during a trap is punted.
 *
 * Locking: fast.mu (LOCK_FASTPATH): the active list, states of channels, fast_mm. Nothing is served,
 * and no guest memory touched, under it.
 */
#ifndef PLATFORM_FASTPATH_CHANNEL_H
#define PLATFORM_FASTPATH_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "platform/fastpath/waiting.h"
#include "platform/stub/channel_abi.h"
#include "sentry/base/list.h"
#include "sentry/kernel.h"
#include "sentry/base/ref.h"

struct hostproc_map;
struct kernel;
struct process;
struct strbuf;
struct task;

enum channel_state {
	CHANNEL_NEW,
	CHANNEL_READY,
	CHANNEL_SUSPENDED,
	CHANNEL_DETACHED,
	CHANNEL_RETIRED,
};

/* Not more than a table of tasks that has just become busy: threads that never ask cost memory. */
#define CHANNEL_BLOCK_MAX 12

struct channel_block {
	struct ref ref; /* its channels' */
	unsigned char *mem;
	size_t size;
};

struct channel {
	struct ref ref;
	struct channel_block *block;
	unsigned char *mem; /* CHANNEL_SIZE of the block, shared with the guest */
	int memfd;	    /* of the block, until it is mapped in the guest, then -1 */
	uint32_t nr_places; /* of the block, from place on; of its first channel, else 1 */
	bool first;	    /* of its address space: there is no area of slots yet */
	struct list others; /* of its block, until it is mapped */
	uint32_t place;	    /* where in the guest: CHANNEL_BASE + place * CHANNEL_STRIDE */
	uint32_t slot;
	uint32_t last_slot, old_slot; /* 1 + number: of its former thread; to be cleared */

	/* fast.mu */
	struct task *task;		   /* borrowed; NULL once retired */
	_Atomic(enum channel_state) state; /* the poller looks without the lock */
	bool active, was_active;	   /* was_active: when it was stopped */
	struct list active_node;
	struct list spare_node; /* no thread has it: of the mm's list, others, or of none */
	bool is_mapped;
	int64_t not_before_ns;	/* monotonic: not active again before */
	int64_t judge_after_ns; /* the poller may still be waking up */
	uint32_t backoff;
	uint32_t hits_seen, given_seen; /* at the last look: advice.c */
	uint32_t hits_at_start;		/* when it was made active */

	struct waiting waiting; /* the poller's, and so are these */
	uint32_t out_max;	/* as in CH_OUT_MAX, which the guest may change */
	uint32_t nr_large;	/* outputs of more than CHANNEL_OUT_FIRST bytes */
	/* Output that will go into the line of the answer, all at once. */
	uint8_t small[CHANNEL_SMALL_SIZE];

	bool was_early;		 /* its task got it after EARLY_TRAPS */
	uint32_t hits_of_others; /* in its former tasks */

	_Atomic uint32_t hits, given_back; /* relaxed */
};

/* What is to be done at a trap, before it is served. */
enum fast_advice { FAST_NOTHING, FAST_SETUP, FAST_PATCH };

/* Counters of `--log=info` and the tests. */
struct fast_stats {
	_Atomic uint64_t setups, patches, unpatchable, served, punted, waits, wakeups, trapped;
};
extern struct fast_stats fast_stats;

/* Boot: is there a poller (two processors, the kernel lets user code set %gs)? Before the filter. */
void fast_init(struct kernel *k, enum fast_mode mode);
bool fast_enabled(void);
bool fast_path_cpu_ok(void);	    /* does this processor, and kernel, let user code set %gs? */
void fast_poller(struct kernel *k); /* a thread of its own; returns at shutdown */

/* A call of t trapped at t->call.ip - 2; its trap is being served. */
enum fast_advice fast_note_trap(struct task *t);
bool fast_is_channel_call(uint32_t nr);

/* t's new program is known to make many calls, and may have channels: exec_channel.h. */
bool fast_wants_at_exec(struct task *t);
/* FAST_SETUP: a channel for t that is NEW, or its own with a new slot; NULL: not now. Reference for the
 * caller, who ends it with channel_ready() or channel_failed(). Until then no process is made
 * from t's: it could inherit the channel before that is forbidden. */
struct channel *channel_create(struct task *t);
/* The same for a thread whose first thread pointer is known, where one is mapped and spare: no attachment
 * is needed (notify/thread_channel.h). */
struct channel *channel_create_by_tls(struct task *t);
/* Address of the slot that led to ch when another thread had it, to be cleared; 0: none. */
uint64_t channel_old_slot(const struct channel *ch);
/* The slot that a thread pointer leads to is in use. */
bool fast_held_slot(struct task *t, uint64_t *ret_slot); /* false: none */
bool fast_tls_slot_is_used(struct task *t, uint64_t tls, uint64_t *ret_slot);
void channel_put(struct channel *ch);
uint64_t channel_guest_address(const struct channel *ch);
uint64_t channel_slot_address(const struct channel *ch);
/* The platform has mapped it and set %gs: t's calls may use it from now on. */
void channel_ready(struct task *t, struct channel *ch);
/* It could not. permanent: no tries for this address space any more. */
void channel_failed(struct task *t, struct channel *ch, bool permanent);

/* FAST_PATCH. Where a trampoline goes that has to be from lo to hi: 0 or the address of
 * SITE_TRAMPOLINE_SIZE bytes in a region that is mapped in t's memory. */
uint64_t fast_trampoline(struct task *t, uint64_t lo, uint64_t hi);
bool fast_has_room(struct task *t, uint64_t lo, uint64_t hi); /* for such a trampoline */
/* A mapping of text that t has made, or is about to make: false, and forgotten, if that is of no use. */
bool fast_note_new_text(struct task *t, const struct hostproc_map *map);
bool fast_take_new_text(struct task *t, struct hostproc_map *ret);
bool fast_memory_is_shared(struct task *t); /* with another process */
bool fast_room_for_region(struct task *t);
/* A new region of FAST_REGION_SIZE bytes was mapped at address. */
void fast_add_region(struct task *t, uint64_t address);
void fast_site_done(struct task *t, uint64_t site, bool replaced);
bool fast_site_is_done(struct task *t, uint64_t site);

/* Hooks of the process tree and the calls. */
/* A trap of t has come: a request that is still in its channel was left behind by a handler that has
 * interrupted the shim, or jumped out of it. It is given back. */
void fast_cancel_request(struct task *t);
/* A clone is to go on. *ret_slot not 0: this slot of t's is to be cleared first. False: not now. apart: who
 * is made will not use t's slot. */
bool fast_clone_starts(struct task *t, uint64_t flags, bool apart, uint64_t *ret_slot);
/* Not 0: t has it for itself again, this slot of t's is to be set to channel_resume()'s result. */
uint64_t fast_may_resume(struct task *t);
uint64_t channel_resume(struct task *t);
/* t forks out of a handler that has interrupted the shim: parent and child will both come back to it,
 * so the child needs the channel's memory, and neither the channel any more. */
bool fast_fork_needs_copy(struct task *t);
bool fast_where(struct task *t, uint64_t *ret_channel, uint64_t *ret_slot); /* in the guest */
void fast_leave(struct task *t); /* for good; may get another one */
void fast_task_added(struct task *t, struct task *parent);
void fast_fork(struct process *child, struct process *from, bool shares_memory);
void fast_exec(struct task *t);
void fast_task_removed(struct task *t);
void fast_process_free(struct process *p);
/* p's actions for SIGSEGV and SIGBUS do not let us see faults: its shims copy no data any more. */
void fast_own_faults(struct process *p);
void fast_disable(struct task *t);    /* it sets %gs itself, or installs a seccomp filter */
void fast_update_ids(struct task *t); /* its credentials have changed */
/* Poller: is ch still open to its task's calls? Asked once that task cannot begin anything else, since
 * its own calls end that, and exec is one of them. */
bool channel_is_current(const struct channel *ch);

void fast_report(struct strbuf *sb);

#endif
