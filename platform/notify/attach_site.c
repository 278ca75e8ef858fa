/*
 * platform/notify/attach_site.c - replaces syscall sites of held threads
 *
 * Protocol: where no other thread can run in the memory, and there is a region for the trampoline, a site
 * is replaced by code_mem.h while the call is held. Else as attach_call.c: the thread maps a region; and
 * where others may be running a changed copy takes the place of the page: replace_page().
 */
#include "platform/notify/attach_fast.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "platform/notify/attach_call.h"
#include "platform/notify/code_mem.h"
#include "platform/notify/known_sites.h"
#include "sentry/base/mem.h"
#include "sentry/hostproc.h"
#include "sentry/mem/usermem.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define PAGE 4096UL
#define NARROW (1UL << 28)

/* Places for trampolines, as distances from the site: below the cluster of mappings that it is in, or
 * far above, out of the way of the heap. */
static const int64_t distances[] = {-(16LL << 20), -(64LL << 20), -(256LL << 20), -(768LL << 20),
				    1LL << 30,	   1300LL << 20,  512LL << 20};

/* Within a narrow range: quarters of it. */
static uint64_t place_within(uint64_t lo, uint64_t hi, size_t i)
{
	return ALIGN_UP(lo + (hi - lo) / 8 * (2 * i + 1), PAGE);
}

static bool map_region_at(struct attached *a, struct task *t, uint64_t at)
{
	long r;

	if (at < (1 << 20) || at > USER_ADDR_MAX - FAST_REGION_SIZE)
		return false;
	r = attached_run(a, SYS_mmap, at, FAST_REGION_SIZE, PROT_READ | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, (uint64_t)-1, 0);
	if (r != (long)at)
		return false;
	fast_add_region(t, at);
	return true;
}

static bool map_region(struct attached *a, struct task *t, uint64_t site, uint64_t lo, uint64_t hi)
{
	for (size_t i = 0; i < ARRAY_SIZE(distances); i++) {
		uint64_t at = ALIGN_DOWN(site + (uint64_t)distances[i], PAGE);

		if (at >= lo && at + FAST_REGION_SIZE <= hi && map_region_at(a, t, at))
			return true;
	}
	for (size_t i = 0; i < 4 && hi - lo < NARROW; i++)
		if (map_region_at(a, t, place_within(lo, hi, i)))
			return true;
	return false;
}

static bool poke_trampoline(pid_t tid, uint64_t at, const uint8_t *code)
{
	for (size_t i = 0; i < SITE_TRAMPOLINE_SIZE; i += 8) {
		long word;

		memcpy(&word, code + i, sizeof(word));
		if (ptrace(PTRACE_POKEDATA, tid, at + i, word) != 0)
			return false;
	}
	return true;
}

static bool apply_to_copy(const struct site_plan *plan, uint64_t page, uint8_t *copy)
{
	for (size_t i = 0; i < plan->nr_writes; i++) {
		const struct site_write *w = &plan->writes[i];

		if (w->addr < page || w->addr + w->len > page + PAGE)
			return false;
		memcpy(copy + (w->addr - page), w->bytes, w->len);
	}
	return true;
}

static bool move_page(pid_t tid, uint64_t at, uint8_t *bytes, bool out)
{
	struct iovec local = {bytes, PAGE}, remote = {(void *)at, PAGE};

	return (out ? process_vm_writev(tid, &local, 1, &remote, 1, 0)
		    : process_vm_readv(tid, &local, 1, &remote, 1, 0)) == PAGE;
}

/* Other threads may be running there, and what a processor fetches from a word that is being written
 * is nobody's promise. A changed copy takes the place of the page in one step: who comes there while
 * the host moves it waits, and none has seen the half of it. */
static bool replace_page(struct attached *a, const struct site_view *v,
			 const struct site_plan *plan)
{
	uint64_t page = v->site & ~(PAGE - 1);
	uint8_t copy[PAGE];
	long at;

	if (!move_page(a->tid, page, copy, false) || !apply_to_copy(plan, page, copy))
		return false;
	at = attached_run(a, SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  (uint64_t)-1, 0);
	if (at < 0 && at >= -4095)
		return false;
	if (move_page(a->tid, (uint64_t)at, copy, true) &&
	    attached_run(a, SYS_mprotect, (uint64_t)at, PAGE, PROT_READ | PROT_EXEC, 0, 0, 0) ==
		    0 &&
	    attached_run(a, SYS_mremap, (uint64_t)at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			 page, 0) == (long)page)
		return true;
	attached_run(a, SYS_munmap, (uint64_t)at, PAGE, 0, 0, 0, 0);
	return false;
}

static bool is_alone(struct task *t)
{
	struct kernel *k = t->kernel;
	bool alone;

	rwlock_rdlock(&k->tree_lock);
	alone = t->process->nr_tasks == 1;
	rwlock_unlock(&k->tree_lock);
	return alone;
}

static bool is_own_trampoline(const struct site_view *v)
{
	uint64_t shim = v->shim;

	return v->nr_at >= SITE_SLOW_TO_SHIM + sizeof(shim) &&
	       memcmp(v->at + SITE_SLOW_TO_SHIM, &shim, sizeof(shim)) == 0;
}

/* Code that is written once. What a program may write to it will write again. */
static bool is_text(const struct hostproc_map *map)
{
	return strncmp(map->perms, "r-xp", 4) == 0;
}

static bool find_text(struct task *t, uint64_t site, struct hostproc_map *ret)
{
	return hostproc_map_find(t->kernel, t->plat.host_tid, site, ret) == 0 &&
	       ret->start <= site && is_text(ret);
}

/* The thread is attached. */
static bool replace_attached(struct attached *a, struct site_view *v, bool alone)
{
	struct task *t = a->t;
	_cleanup_close_ int code_fd = -1;
	struct site_plan plan;
	uint64_t lo, hi;

	site_reach(v, &lo, &hi);
	if (!v->trampoline && map_region(a, t, v->site, lo, hi))
		v->trampoline = fast_trampoline(t, lo, hi);
	if (!v->trampoline || !site_make_plan(v, alone, &plan))
		return false;
	if (alone)
		code_fd = hostproc_open_mem(t->kernel, a->tid);
	if (code_fd >= 0 && site_write_plan(code_fd, v, &plan))
		return true;
	/* Not alone, or on a host where /proc/pid/mem honours the protections of pages. */
	return poke_trampoline(a->tid, v->trampoline, plan.trampoline) && replace_page(a, v, &plan);
}

/* ---- sites that have been replaced in other processes: known_sites.h ---- */

static bool add_known(const struct hostproc_map *map, void *ctx)
{
	return is_text(map) && known_sites_add(ctx, map);
}

/* Regions for all that have none within reach. */
static void make_room(struct attached *a, struct known_sites *k)
{
	for (size_t i = 0; i < k->nr && a->err == 0; i++) {
		struct site_view v = {.site = k->at[i]};
		uint64_t lo, hi;

		site_reach(&v, &lo, &hi);
		if (!fast_has_room(k->t, lo, hi) && fast_room_for_region(k->t) &&
		    !map_region(a, k->t, k->at[i], lo, hi))
			return;
	}
}

void attach_replace_known(struct attached *a)
{
	_cleanup_free_ struct known_sites *k = NULL;
	struct task *t = a->t;

	if (!is_alone(t) || fast_memory_is_shared(t))
		return;
	k = known_sites_new(t);
	if (!k || hostproc_maps_each(t->kernel, a->tid, add_known, k) < 0)
		return;
	make_room(a, k);
	k->attached = true;
	if (a->err == 0)
		known_sites_replace(k);
}

/* ---- the site that has trapped ---- */

static void replaced(struct task *t, const struct hostproc_map *map, const struct site_view *v,
		     bool alone)
{
	struct proven_owner owner;

	if (proven_owner_of(t, &owner))
		proven_add(&owner, map, v);
	if (alone) /* its library was not mapped yet when the channel came */
		t->plat.new_text = fast_note_new_text(t, map);
}

/* No other thread runs in this memory, and there is a region: it can be done at once. */
static bool replace_held(struct task *t, const struct site_view *v, const struct site_plan *plan)
{
	_cleanup_close_ int code_fd = code_mem_open(t);

	return code_fd >= 0 && site_write_plan(code_fd, v, plan);
}

bool attach_replace_site(struct task *t)
{
	uint64_t site = t->call.ip - 2;
	struct hostproc_map map;
	bool done;
	struct site_view v = {
		.site = site, .nr = (uint32_t)t->call.nr, .shim = site_shim_address()};
	struct site_bytes bytes;
	struct site_plan plan;
	bool alone = is_alone(t);
	struct attached a;
	uint64_t lo, hi;
	int err;

	if (site < PAGE || site > USER_ADDR_MAX - PAGE || fast_memory_is_shared(t))
		return false;
	site_read(t->plat.host_tid, site, &bytes, &v);
	if (site_is_ours(t->plat.host_tid, &v) || is_own_trampoline(&v)) {
		fast_site_done(t, site, true);
		return false;
	}
	site_reach(&v, &lo, &hi);
	v.trampoline = fast_trampoline(t, lo, hi);
	if ((!v.trampoline && !fast_room_for_region(t)) ||
	    (v.trampoline && !site_make_plan(&v, alone, &plan)) || !find_text(t, site, &map)) {
		fast_site_done(t, site, false);
		return false;
	}
	if (v.trampoline && alone && replace_held(t, &v, &plan)) {
		fast_site_done(t, site, true);
		replaced(t, &map, &v, alone);
		return false;
	}
	err = attached_begin(&a, t);
	if (err != 0)
		return err == ATTACHED_GONE;
	done = replace_attached(&a, &v, alone);
	fast_site_done(t, site, done);
	if (done)
		replaced(t, &map, &v, alone);
	attached_end_again(&a);
	return true;
}
