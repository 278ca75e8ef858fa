/* platform/fastpath/channel.c - channels and their address spaces, see channel.h */
#include "platform/fastpath/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/fastpath/fast_mm.h"
#include "platform/fastpath/share.h"
#include "platform/fastpath/proven.h"
#include "platform/platform.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/cred.h"
#include "sentry/guest_seccomp.h"

#define HWCAP2_FSGSBASE_BIT 2 /* AT_HWCAP2: user mode may use rdgsbase */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

/* PAUSE instructions: about 10 us are what a trapped call costs; the other is for tests. */
#define SPIN 400
#define SPIN_ALWAYS 400000

struct fast fast;
struct fast_stats fast_stats;

bool fast_path_cpu_ok(void)
{
	return getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE_BIT;
}

/* Some numbers are answered in the guest: a profile that has something to say about them wants to be
 * asked. */
static bool profile_permits(const struct kernel *k)
{
	for (int nr = 0; k->seccomp_profile && nr < CHANNEL_NR_CALLS; nr++)
		if (fast_call_classes[nr] == CHANNEL_CLASS_ID &&
		    !guest_seccomp_allows(k->seccomp_profile, nr))
			return false;
	return true;
}

void fast_init(struct kernel *k, enum fast_mode mode)
{
	mutex_init(&fast.mu, LOCK_FASTPATH);
	proven_init();
	share_init();
	cond_init(&fast.work);
	list_init(&fast.active);
	fast.always = mode == FAST_ALWAYS;
	fast.enabled = mode != FAST_OFF && k->nr_cpus > 1 && !k->strace &&
		       k->forward == FORWARD_AUDITED && fast_path_cpu_ok() && profile_permits(k);
}

bool fast_enabled(void)
{
	return fast.enabled;
}

/* ---- channels ---- */

uint64_t channel_guest_address(const struct channel *ch)
{
	return CHANNEL_BASE + (uint64_t)ch->place * CHANNEL_STRIDE;
}

uint64_t channel_slot_address(const struct channel *ch)
{
	return AREA_BASE + (uint64_t)ch->slot * AREA_SLOT_SIZE;
}

static void block_put(struct channel_block *block)
{
	if (!block || !ref_put(&block->ref))
		return;
	munmap(block->mem, block->size);
	mem_free(block);
}

void channel_put(struct channel *ch)
{
	if (!ch || !ref_put(&ch->ref))
		return;
	spares_put(&ch->others);
	if (ch->memfd >= 0)
		close(ch->memfd);
	block_put(ch->block);
	mem_free(ch);
	atomic_fetch_sub(&fast.nr_channels, 1);
}

/* The first pages of each channel are there before anybody touches one, and the guest cannot make the file
 * shorter. */
static unsigned char *map_memory(uint32_t nr, int *ret_fd)
{
	size_t size = (size_t)nr * CHANNEL_STRIDE;
	unsigned char *mem;
	int fd;

	fd = (int)syscall(SYS_memfd_create, "channel",
			  MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	if (fd < 0)
		fd = (int)syscall(SYS_memfd_create, "channel", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	*ret_fd = fd;
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return NULL;
	mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		return NULL;
	for (size_t at = 0; at < size; at += CHANNEL_STRIDE)
		madvise(mem + at, CHANNEL_FIRST_SIZE, MADV_POPULATE_WRITE); /* else they fault */
	return mem;
}

static struct channel_block *block_new(uint32_t nr, int *ret_fd)
{
	struct channel_block *block = mem_zalloc(sizeof(*block));

	if (!block)
		return NULL;
	ref_init(&block->ref, 1);
	block->size = (size_t)nr * CHANNEL_STRIDE;
	block->mem = map_memory(nr, ret_fd);
	if (!block->mem)
		mem_free(TAKE_PTR(block));
	return block;
}

/* The i-th of a block that begins at that place. */
static struct channel *channel_of_block(struct channel_block *block, uint32_t i, uint32_t place)
{
	struct channel *ch = NULL;

	if (atomic_fetch_add(&fast.nr_channels, 1) < FAST_MAX_CHANNELS)
		ch = mem_zalloc(sizeof(*ch));
	if (!ch) {
		atomic_fetch_sub(&fast.nr_channels, 1);
		return NULL;
	}
	ref_init(&ch->ref, 1);
	ref_get(&block->ref);
	ch->block = block;
	ch->mem = block->mem + (size_t)i * CHANNEL_STRIDE;
	ch->place = place + i;
	ch->nr_places = 1;
	ch->memfd = -1;
	list_init(&ch->active_node);
	list_init(&ch->spare_node);
	list_init(&ch->others);
	ch->out_max = CHANNEL_OUT_FIRST;
	*(uint32_t *)(ch->mem + CH_SPIN) = fast.always ? SPIN_ALWAYS : SPIN;
	*(uint32_t *)(ch->mem + CH_OUT_MAX) = ch->out_max;
	return ch;
}

static struct channel *channel_new(uint32_t place, uint32_t nr)
{
	struct channel_block *block;
	struct channel *ch = NULL;
	int fd = -1;

	block = block_new(nr, &fd);
	if (block)
		ch = channel_of_block(block, 0, place);
	if (!ch) {
		if (fd >= 0)
			close(fd);
		block_put(block);
		return NULL;
	}
	ch->state = CHANNEL_NEW;
	ch->memfd = fd;
	ch->nr_places = nr;
	for (uint32_t i = 1; i < nr; i++) {
		struct channel *other = channel_of_block(block, i, place);

		if (!other)
			break;
		other->state = CHANNEL_RETIRED;
		list_add_tail(&other->spare_node, &ch->others);
	}
	block_put(block);
	return ch;
}

static void set_id(struct channel *ch, int nr, uint32_t value)
{
	__atomic_store_n((uint32_t *)(ch->mem + CH_ID) + nr, value, __ATOMIC_RELAXED);
}

static void write_ids(struct channel *ch, struct task *t)
{
	const struct cred *c = task_cred(t);

	set_id(ch, SYS_getpid, (uint32_t)t->process->pid);
	set_id(ch, SYS_gettid, (uint32_t)t->tid);
	set_id(ch, SYS_getuid, c->uid);
	set_id(ch, SYS_geteuid, c->euid);
	set_id(ch, SYS_getgid, c->gid);
	set_id(ch, SYS_getegid, c->egid);
}

void fast_update_ids(struct task *t)
{
	if (!t->plat.channel)
		return;
	mutex_lock(&fast.mu);
	if (t->plat.channel)
		write_ids(t->plat.channel, t);
	mutex_unlock(&fast.mu);
}

/* Takes the right to set one up, and a slot that no thread can have. */
static bool take_slot(struct process *p, uint32_t *ret_slot)
{
	struct fast_mm *mm;
	bool ok;

	mutex_lock(&fast.mu);
	mm = fast_mm_of_locked(p);
	ok = mm && !mm->disabled && !mm->setting_up && ref_count(&mm->ref) == 1 &&
	     slot_take_locked(mm, ret_slot);
	if (ok)
		mm->setting_up = true;
	mutex_unlock(&fast.mu);
	return ok;
}

static void end_setup(struct process *p, uint32_t slot, bool permanent)
{
	mutex_lock(&fast.mu);
	if (p->fast_mm) {
		slot_release_locked(p->fast_mm, slot);
		p->fast_mm->setting_up = false;
		p->fast_mm->disabled |= permanent;
	}
	mutex_unlock(&fast.mu);
}

bool channel_lacks_slot(const struct channel *ch)
{
	return ch->state == CHANNEL_DETACHED || ch->state == CHANNEL_SUSPENDED;
}

/* Nothing is left of what it was to another thread, but the word in the slot of that one: where nobody has
 * taken the slot since, it has to go before the channel speaks for somebody else. */
static void renew_locked(const struct fast_mm *mm, struct channel *ch)
{
	ch->old_slot = ch->last_slot && mm->holders[ch->last_slot - 1] == 0 ? ch->last_slot : 0;
	ch->state = CHANNEL_NEW;
	ch->not_before_ns = 0;
	ch->backoff = 0;
	ch->hits_seen = atomic_load(&ch->hits);
	ch->given_seen = atomic_load(&ch->given_back);
	__atomic_store_n((uint32_t *)(ch->mem + CH_STATE), CHANNEL_IDLE, __ATOMIC_RELAXED);
	__atomic_store_n((uint32_t *)(ch->mem + CH_INUSE), 0, __ATOMIC_RELEASE);
}

/* A channel that is mapped already: t's own, or a spare one. */
static struct channel *channel_mapped(struct task *t, uint32_t slot)
{
	struct channel *ch;

	mutex_lock(&fast.mu);
	ch = t->plat.channel;
	if (ch && channel_lacks_slot(ch))
		ref_get(&ch->ref);
	else if (!ch && t->process->fast_mm)
		ch = spare_take_locked(t->process->fast_mm);
	else
		ch = NULL;
	if (ch && ch->state == CHANNEL_RETIRED)
		renew_locked(t->process->fast_mm, ch);
	if (ch)
		ch->slot = slot;
	mutex_unlock(&fast.mu);
	return ch;
}

uint64_t channel_old_slot(const struct channel *ch)
{
	if (!ch->old_slot || ch->old_slot == ch->slot + 1)
		return 0;
	return AREA_BASE + (uint64_t)(ch->old_slot - 1) * AREA_SLOT_SIZE;
}

struct channel *channel_create_by_tls(struct task *t)
{
	struct channel *ch = NULL;
	struct fast_mm *mm;
	uint32_t slot;

	if (!t->plat.tls)
		return NULL;
	mutex_lock(&fast.mu);
	mm = t->process->fast_mm;
	if (mm && !t->plat.channel && !mm->disabled && !mm->setting_up &&
	    ref_count(&mm->ref) == 1 && slot_take_by_tls_locked(mm, t->plat.tls, &slot)) {
		ch = spare_take_locked(mm);
		if (ch) {
			renew_locked(mm, ch);
			ch->slot = slot;
			mm->setting_up = true;
		} else {
			slot_release_locked(mm, slot);
		}
	}
	mutex_unlock(&fast.mu);
	return ch;
}

bool fast_held_slot(struct task *t, uint64_t *ret_slot)
{
	uint32_t held;

	mutex_lock(&fast.mu);
	held = t->process->fast_mm ? t->plat.held_slot : 0;
	mutex_unlock(&fast.mu);
	if (held)
		*ret_slot = AREA_BASE + (uint64_t)(held - 1) * AREA_SLOT_SIZE;
	return held != 0;
}

bool fast_tls_slot_is_used(struct task *t, uint64_t tls, uint64_t *ret_slot)
{
	uint32_t slot = slot_of_tls(tls);
	bool used;

	mutex_lock(&fast.mu);
	used = t->process->fast_mm && t->process->fast_mm->holders[slot] > 0;
	mutex_unlock(&fast.mu);
	*ret_slot = AREA_BASE + (uint64_t)slot * AREA_SLOT_SIZE;
	return used;
}

/* For p's threads that have none yet; those that do not ask are few in a program that makes many calls. */
static uint32_t places_wanted(const struct process *p, const struct fast_mm *mm)
{
	uint32_t threads = MAX((uint32_t)atomic_load(&p->nr_tasks), mm->threads_expected);
	uint32_t there = mm->next_place - mm->first_slot;
	uint32_t nr = threads > there ? threads - there : 1;

	return MIN(MIN(nr, (uint32_t)CHANNEL_BLOCK_MAX), AREA_SLOTS - mm->next_place);
}

/* NULL: there are no more. */
static struct channel *channel_at_new_place(struct task *t)
{
	uint32_t place = 0, nr = 0;
	struct channel *ch = NULL;
	struct fast_mm *mm;
	bool first = false;

	mutex_lock(&fast.mu);
	mm = t->process->fast_mm;
	if (mm) {
		place = mm->next_place;
		nr = places_wanted(t->process, mm);
		mm->next_place += nr;
		first = place == mm->first_slot;
	}
	mutex_unlock(&fast.mu);
	if (nr > 0)
		ch = channel_new(place, nr);
	if (ch)
		ch->first = first;
	return ch;
}

struct channel *channel_create(struct task *t)
{
	struct channel *ch;
	uint32_t slot;

	if (!take_slot(t->process, &slot))
		return NULL;
	ch = channel_mapped(t, slot);
	/* Forks that began before setting_up was seen; the others wait. */
	if (!ch && !task_fork_is_pending(t->process))
		ch = channel_at_new_place(t);
	if (ch)
		ch->slot = slot;
	else
		end_setup(t->process, slot, false);
	return ch;
}

void channel_give_back(struct channel *ch)
{
	uint32_t request = CHANNEL_REQUEST;

	__atomic_compare_exchange_n((uint32_t *)(ch->mem + CH_STATE), &request, CHANNEL_PUNT, false,
				    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	waiting_end(ch);
}

/* Every call goes the slow way; one that waits in the channel, too. */
static void close_locked(struct channel *ch)
{
	memset(ch->mem + CH_CLASS, CHANNEL_CLASS_SLOW, CHANNEL_NR_CALLS);
	channel_give_back(ch);
}

void channel_write_inlines(struct channel *ch, const struct process *p)
{
	bool on = atomic_load(&p->fault_handlers) && !atomic_load(&p->own_faults);
	uint32_t *word = (uint32_t *)(ch->mem + CH_INLINE);

	for (unsigned int nr = 0; nr < CHANNEL_NR_CALLS; nr++)
		__atomic_store_n(&word[nr], on ? fast_inline_word(nr) : 0, __ATOMIC_RELAXED);
}

void channel_open_locked(struct channel *ch, struct task *t)
{
	ch->state = CHANNEL_READY;
	write_ids(ch, t);
	channel_write_inlines(ch, t->process);
	memcpy(ch->mem + CH_CLASS, fast_call_classes, sizeof(fast_call_classes));
}

/* They are for the next threads that ask. */
static void spare_others_locked(struct fast_mm *mm, struct channel *ch)
{
	while (!list_empty(&ch->others)) {
		struct channel *other = list_first_entry(&ch->others, struct channel, spare_node);

		list_del(&other->spare_node);
		other->is_mapped = true;
		spare_add_locked(mm, other);
	}
}

void channel_ready(struct task *t, struct channel *ch)
{
	if (ch->memfd >= 0)
		close(ch->memfd);
	ch->memfd = -1;
	ch->judge_after_ns = clock_now_ns(CLOCK_MONOTONIC) + FAST_WAKING_NS;
	mutex_lock(&fast.mu);
	ch->is_mapped = true;
	ch->was_early = t->plat.early;
	ch->hits_of_others = atomic_load_explicit(&ch->hits, memory_order_relaxed);
	if (!task_is_dead(t)) { /* else fast_task_removed() has been here */
		if (!t->plat.channel) {
			ref_get(&ch->ref);
			t->plat.channel = ch;
			ch->task = t;
		}
		slot_of_task_locked(t, ch->slot);
		ch->last_slot = ch->slot + 1;
		ch->old_slot = 0;
		channel_open_locked(ch, t);
		channel_activate_locked(ch); /* its calls came fast */
	}
	if (t->process->fast_mm) {
		spare_others_locked(t->process->fast_mm, ch);
		t->process->fast_mm->setting_up = false;
	}
	mutex_unlock(&fast.mu);
	atomic_fetch_add(&fast_stats.setups, 1);
}

/* Nothing has happened to ch yet: it, or its place, is for the next try. */
static void keep_locked(struct fast_mm *mm, struct task *t, struct channel *ch)
{
	if (t->plat.channel == ch) {
		if (t->plat.held_slot)
			ch->slot = t->plat.held_slot - 1; /* as it was */
	} else if (ch->is_mapped) {
		ch->state = CHANNEL_RETIRED;
		ref_get(&ch->ref);
		spare_add_locked(mm, ch);
	} else if (mm->next_place == ch->place + ch->nr_places) {
		mm->next_place -= ch->nr_places;
	}
}

void channel_failed(struct task *t, struct channel *ch, bool permanent)
{
	end_setup(t->process, ch->slot, permanent);
	mutex_lock(&fast.mu);
	if (t->process->fast_mm && !permanent)
		keep_locked(t->process->fast_mm, t, ch);
	mutex_unlock(&fast.mu);
}

bool channel_is_current(const struct channel *ch)
{
	return atomic_load(&ch->state) == CHANNEL_READY;
}

/* ---- activity ---- */

static void set_active(struct channel *ch, uint32_t on)
{
	__atomic_store_n((uint32_t *)(ch->mem + CH_ACTIVE), on, __ATOMIC_RELEASE);
}

void channel_activate_locked(struct channel *ch)
{
	if (ch->active || fast.nr_active == FAST_MAX_ACTIVE)
		return;
	ch->active = true;
	ch->hits_at_start = atomic_load(&ch->hits);
	ref_get(&ch->ref);
	list_add_tail(&ch->active_node, &fast.active);
	fast.nr_active++;
	atomic_fetch_add(&fast.changes, 1);
	set_active(ch, 1);
	poller_wake_locked();
}

/* The list's reference goes to the caller. */
void channel_deactivate_locked(struct channel *ch)
{
	ch->active = false;
	list_del(&ch->active_node);
	list_init(&ch->active_node);
	fast.nr_active--;
	atomic_fetch_add(&fast.changes, 1);
	set_active(ch, 0);
	channel_give_back(ch);
}

struct channel *channel_stop_locked(struct channel *ch, enum channel_state state)
{
	bool listed = ch->active;

	ch->state = state;
	ch->was_active = listed;
	if (listed)
		channel_deactivate_locked(ch);
	close_locked(ch);
	return listed ? ch : NULL;
}

void fast_report(struct strbuf *sb)
{
	strbuf_printf(sb,
		      "fast path: %lu channels, %lu sites replaced, %lu not; %lu calls served, %lu "
		      "given back, %lu told to wait, %lu trapped; poller woken %lu times",
		      atomic_load(&fast_stats.setups), atomic_load(&fast_stats.patches),
		      atomic_load(&fast_stats.unpatchable), atomic_load(&fast_stats.served),
		      atomic_load(&fast_stats.punted), atomic_load(&fast_stats.waits),
		      atomic_load(&fast_stats.trapped), atomic_load(&fast_stats.wakeups));
	share_report(sb);
}
