/*
 * platform/fastpath/fast_mm.h - inside the fast path: address spaces and the state of all
 *
 * Locking: everything in struct fast_mm but ref under fast.mu.
 */
#ifndef PLATFORM_FASTPATH_FAST_MM_H
#define PLATFORM_FASTPATH_FAST_MM_H

#include "platform/fastpath/channel.h"
#include "sentry/base/lock.h"

#define FAST_MAX_SITES 256 /* a power of two */
#define FAST_MAX_REGIONS 16
#define FAST_MAX_ACTIVE 1024
#define FAST_MAX_CHANNELS 4096 /* of all processes: the sentry has their memory, too */

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
	uint32_t next_slot;
	uint32_t clones; /* clones with CLONE_VM so far: %gs was handed on */
	bool disabled;
	bool setting_up; /* one thread at a time */
	uint32_t nr_sites, nr_regions;
	struct fast_site sites[FAST_MAX_SITES];
	struct fast_region regions[FAST_MAX_REGIONS];
};

struct fast {
	bool enabled;
	bool always; /* FAST_ALWAYS */
	struct mutex mu;
	struct cond work; /* the poller sleeps */
	struct list active;
	uint32_t nr_active;
	atomic_uint nr_channels;
	bool polling;
	atomic_uint changes; /* of the list: the poller has a copy */
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
};
extern const struct fast_inline fast_inlines[CHANNEL_NR_CALLS];
uint32_t fast_inline_word(unsigned int nr);

/* The mm of p, made if there is none; NULL: no memory. fast.mu is held. */
struct fast_mm *fast_mm_of_locked(struct process *p);
struct fast_site *fast_site_locked(struct fast_mm *mm, uint64_t addr); /* NULL: table full */
/* A request that nobody has claimed is to be made as a trapped call. */
void channel_give_back(struct channel *ch);
/* t's calls may use it; they may not, for the reason of state: the result is to be put without fast.mu. */
void channel_open_locked(struct channel *ch, struct task *t);
struct channel *channel_stop_locked(struct channel *ch, enum channel_state state);
/* Does its shim copy data? As long as faults there are ours to handle. */
void channel_write_inlines(struct channel *ch, const struct process *p);
void channel_activate_locked(struct channel *ch);
void channel_deactivate_locked(struct channel *ch);
/* advice.c: not active again for a while. */
void channel_back_off_locked(struct channel *ch, int64_t now);

#endif
