/*
 * platform/fastpath/fast_mm.h - inside the fast path: address spaces and the state of all
 *
 * Locking: everything in struct fast_mm but ref under fast.mu.
 */
#ifndef PLATFORM_FASTPATH_FAST_MM_H
#define PLATFORM_FASTPATH_FAST_MM_H

#include "platform/fastpath/channel.h"
#include "sentry/base/lock.h"
#include "sentry/hostproc.h"

#define FAST_MAX_SITES 256 /* a power of two */
#define FAST_MAX_REGIONS 16
#define FAST_MAX_ACTIVE 1024
#define FAST_WAKING_NS 1000000LL /* until the poller serves what has just begun */
#define FAST_MAX_CHANNELS 4096	 /* of all processes: the sentry has their memory, too */

struct fast_site {
	uint64_t addr; /* 0: free */
	uint32_t traps;
	bool done; /* replaced, or cannot be */
};

struct fast_region {
	uint64_t base;
	uint32_t used;
};

struct fast_mm {
	struct ref ref;
	uint32_t first_slot, next_slot, next_place; /* of those never used so far */
	uint16_t holders[AREA_SLOTS];
	struct list spares;	   /* channels, each with a reference */
	uint32_t threads_seen;	   /* at once */
	uint32_t threads_expected; /* program.c */
	bool disabled;
	bool setting_up; /* one thread at a time */
	uint32_t nr_sites, nr_regions;
	struct fast_site sites[FAST_MAX_SITES];
	struct fast_region regions[FAST_MAX_REGIONS];
	struct hostproc_map new_text; /* known_sites.h; empty: none */
};

struct fast {
	bool enabled;
	bool always; /* FAST_ALWAYS */
	struct mutex mu;
	struct cond work; /* the poller sleeps */
	struct list active;
	uint32_t nr_active;
	atomic_uint nr_channels;
	bool polling, waking;  /* waking: told to, but not there yet */
	int64_t stay_until_ns; /* it does not go to sleep before: a channel is on its way */
	atomic_uint changes;   /* of the list: the poller has a copy */
};
extern struct fast fast;

/* calls.c */
extern const uint8_t fast_call_classes[CHANNEL_NR_CALLS];
/* What is copied with a call: arguments as in CH_INLINE, and how large the output can be: size, or the
 * argument behind it times unit. */
struct fast_inline {
	uint8_t string, in, out;
	uint8_t unit;
	uint16_t size;
	bool array; /* of struct pollfd */
	bool fixed; /* the input has the size, and there is no output */
};
extern const struct fast_inline fast_inlines[CHANNEL_NR_CALLS];
uint32_t fast_inline_word(unsigned int nr);

/* The mm of p, made if there is none; NULL: no memory. fast.mu is held. */
struct fast_mm *fast_mm_of_locked(struct process *p);
void fast_mm_put(struct fast_mm *mm);				       /* without fast.mu */
struct fast_site *fast_site_locked(struct fast_mm *mm, uint64_t addr); /* NULL: table full */
uint32_t fast_mm_seen_locked(const struct fast_mm *mm); /* what a forked child may have inherited */

/* Slots: fast_mm.c. */
bool slot_take_locked(struct fast_mm *mm, uint32_t *ret_slot); /* for one holder who is to come */
/* The one that a thread pointer leads to; false: somebody has it. */
bool slot_take_by_tls_locked(struct fast_mm *mm, uint64_t tls, uint32_t *ret_slot);
uint32_t slot_of_tls(uint64_t tls);
void slot_release_locked(struct fast_mm *mm, uint32_t slot);
void slot_of_task_locked(struct task *t, uint32_t slot); /* takes over that hold */
void slot_task_ends_locked(struct task *t);
void slot_clone_starts_locked(struct task *t, uint64_t flags);
void slot_clone_made_locked(struct task *t, struct task *parent);
void slot_clone_over_locked(struct task *t);
/* No other thread can have the slot of t's channel. */
bool slot_is_own_locked(const struct task *t, const struct channel *ch);
bool channel_lacks_slot(const struct channel *ch);

/* RETIRED channels that are mapped. References move with them. */
void spare_add_locked(struct fast_mm *mm, struct channel *ch);
struct channel *spare_take_locked(struct fast_mm *mm);
void spares_move_locked(struct fast_mm *mm, struct list *to);
void spares_put(struct list *spares); /* without fast.mu */

/* A request that nobody has claimed is to be made as a trapped call. */
void channel_give_back(struct channel *ch);
/* t's calls may use it; they may not, for the reason of state: the result is to be put without fast.mu. */
void channel_open_locked(struct channel *ch, struct task *t);
struct channel *channel_stop_locked(struct channel *ch, enum channel_state state);
/* Does its shim copy data? As long as faults there are ours to handle. */
void channel_write_inlines(struct channel *ch, const struct process *p);
void channel_activate_locked(struct channel *ch);
void channel_deactivate_locked(struct channel *ch);
/* program.c: what a process executes; 0: unknown. Do its runs make so many calls that it gets its channel
 * early? t ends, or executes another; its channel, if it had one, is still there. */
uintptr_t fast_program_of(struct process *p);
bool fast_program_is_busy(uintptr_t id);
uint32_t fast_program_threads_locked(uintptr_t id); /* how many its last run had at once */
void fast_program_note_locked(struct task *t);
/* A channel will be there in a moment. */
void fast_wake_poller(void);
void poller_wake_locked(void); /* if it sleeps; on another processor than this */
/* advice.c: not active again for a while. */
void channel_back_off_locked(struct channel *ch, int64_t now);

#endif
