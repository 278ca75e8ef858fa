/*
 * platform/notify/attach_site.c - replaces syscall sites of held threads
 *
 * Protocol: as attach_call.c. Where no other thread can run in the memory a site is replaced by
 * PTRACE_POKEDATA, which writes also where the guest may only read and execute; the page becomes the
 * process's own. Otherwise a changed copy takes the place of the page: replace_page().
 */
#include "platform/notify/attach_fast.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "platform/fastpath/proven.h"
#include "platform/fastpath/site.h"
#include "platform/notify/attach_call.h"
#include "platform/notify/notify.h"
#include "platform/stub/stub_abi.h"
#include "sentry/base/mem.h"
#include "sentry/hostproc.h"
#include "sentry/mem/usermem.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define PAGE 4096UL
#define NARROW (1UL << 28)

static uint64_t shim_address(void)
{
	return notify_stub_entry() + STUB_SHIM_OFFSET;
}

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

static bool poke(pid_t tid, uint64_t at, const uint8_t *bytes, size_t len)
{
	uint64_t word_at = at & ~7ULL;
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, tid, word_at, 0);
	if (errno)
		return false;
	memcpy((uint8_t *)&word + (at - word_at), bytes, len);
	return ptrace(PTRACE_POKEDATA, tid, word_at, word) == 0;
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

struct site_bytes {
	uint8_t before[SITE_BEFORE], at[SITE_AFTER];
};

/* Up to the end of the site's page at least; what lies beyond, if it can be read. */
static void read_site(pid_t tid, uint64_t site, struct site_bytes *b, struct site_view *v)
{
	struct iovec local = {b, sizeof(*b)}, remote = {(void *)(site - SITE_BEFORE), sizeof(*b)};
	ssize_t n = process_vm_readv(tid, &local, 1, &remote, 1, 0);

	v->before = b->before;
	v->at = b->at;
	v->single_threaded = true; /* see replace_page() */
	if (n == sizeof(*b)) {
		v->nr_before = SITE_BEFORE;
		v->nr_at = SITE_AFTER;
		return;
	}
	local = (struct iovec){b->before, SITE_BEFORE};
	remote.iov_len = SITE_BEFORE;
	n = process_vm_readv(tid, &local, 1, &remote, 1, 0);
	v->nr_before = n == SITE_BEFORE ? SITE_BEFORE : 0;
	local = (struct iovec){b->at, SITE_AFTER};
	remote = (struct iovec){(void *)site, SITE_AFTER};
	n = process_vm_readv(tid, &local, 1, &remote, 1, 0);
	if (n < 0) { /* the next page is not there */
		remote.iov_len = local.iov_len = 4096 - (site & 4095);
		n = local.iov_len < SITE_AFTER ? process_vm_readv(tid, &local, 1, &remote, 1, 0)
					       : 0;
	}
	v->nr_at = n > 0 ? (size_t)n : 0;
}

/* No other thread runs in this memory. */
static bool write_in_place(pid_t tid, const struct site_plan *plan)
{
	for (size_t i = 0; i < plan->nr_writes; i++)
		if (!poke(tid, plan->writes[i].addr, plan->writes[i].bytes, plan->writes[i].len))
			return false;
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

/* Does a jump lead from the site to one of our trampolines? It may have been made before a fork. */
static bool is_replaced(pid_t tid, const struct site_view *v)
{
	uint64_t trampoline, shim = 0;
	struct iovec local = {&shim, sizeof(shim)}, remote;

	if (!site_jump(v, &trampoline))
		return false;
	remote = (struct iovec){(void *)(trampoline + SITE_TRAMPOLINE_SIZE - sizeof(shim)),
				sizeof(shim)};
	return process_vm_readv(tid, &local, 1, &remote, 1, 0) == sizeof(shim) && shim == v->shim;
}

/* C libraries find out by the address whether a thread that is to be cancelled waits in a call, or
 * unwind from there: what waits in a trampoline would escape them. */
static bool make_plan(const struct site_view *v, bool alone, struct site_plan *plan)
{
	if (!site_plan_make(v, plan) || plan->cancellation_point)
		return false;
	return plan->method == SITE_MOV || alone || plan->may_wait_outside;
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
static bool replace(struct attached *a, struct task *t, struct site_view *v, bool alone)
{
	struct site_plan plan;
	uint64_t lo, hi;

	site_reach(v, &lo, &hi);
	if (!v->trampoline && map_region(a, t, v->site, lo, hi))
		v->trampoline = fast_trampoline(t, lo, hi);
	if (!v->trampoline || !make_plan(v, alone, &plan) ||
	    !poke_trampoline(a->tid, v->trampoline, plan.trampoline))
		return false;
	return alone ? write_in_place(a->tid, &plan) : replace_page(a, v, &plan);
}

/* ---- sites that have been replaced in other processes: platform/fastpath/proven.h ---- */

struct known_sites {
	struct task *t;
	struct proven_owner owner;
	struct proven_site sites[PROVEN_AT_ONCE];
	uint64_t at[PROVEN_AT_ONCE];
	size_t nr;
};

static bool list_known(const struct hostproc_map *map, void *ctx)
{
	struct known_sites *k = ctx;

	if (is_text(map))
		k->nr = proven_list(&k->owner, map, k->sites, k->at, k->nr, PROVEN_AT_ONCE);
	return k->nr == PROVEN_AT_ONCE;
}

static bool look_at_known(struct known_sites *k, size_t i, struct site_bytes *b,
			  struct site_view *v)
{
	*v = (struct site_view){.site = k->at[i], .nr = k->sites[i].nr, .shim = shim_address()};
	if (v->site < PAGE || v->site > USER_ADDR_MAX - PAGE)
		return false;
	read_site(k->t->plat.host_tid, v->site, b, v);
	return true;
}

static bool replace_known(struct attached *a, struct known_sites *k, size_t i)
{
	struct site_bytes bytes;
	struct site_view v;
	uint64_t lo, hi;

	if (!look_at_known(k, i, &bytes, &v) || is_replaced(a->tid, &v))
		return false;
	site_reach(&v, &lo, &hi);
	v.trampoline = fast_trampoline(k->t, lo, hi);
	if (!v.trampoline && !fast_room_for_region(k->t))
		return false;
	return replace(a, k->t, &v, true);
}

/* All that are in a list of mappings: only, or all of the process's. */
static void replace_all_known(struct attached *a, const struct hostproc_map *only)
{
	struct task *t = a->t;
	struct known_sites *k = mem_alloc(sizeof(*k));
	size_t nr = 0;

	if (!k)
		return;
	k->t = t;
	k->nr = 0;
	if (proven_owner_of(t, &k->owner)) {
		if (only)
			(void)list_known(only, k);
		else if (hostproc_maps_each(t->kernel, t->plat.host_tid, list_known, k) < 0)
			k->nr = 0;
	}
	/* All are compared before one is changed: what is compared may overlap. */
	for (size_t i = 0; i < k->nr; i++) {
		struct site_bytes bytes;
		struct site_view v;

		if (fast_site_is_done(t, k->at[i]) || !look_at_known(k, i, &bytes, &v) ||
		    !proven_matches(&k->sites[i], &v))
			continue;
		k->at[nr] = k->at[i];
		k->sites[nr++] = k->sites[i];
	}
	for (size_t i = 0; i < nr && a->err == 0; i++)
		if (replace_known(a, k, i))
			fast_site_done(t, k->at[i], true);
	mem_free(k);
}

void attach_replace_known(struct attached *a)
{
	if (is_alone(a->t) && !fast_memory_is_shared(a->t))
		replace_all_known(a, NULL);
}

/* ---- the site that has trapped ---- */

static void remember(struct task *t, const struct hostproc_map *map, const struct site_view *v)
{
	struct proven_owner owner;

	if (proven_owner_of(t, &owner))
		proven_add(&owner, map, v);
}

bool attach_replace_site(struct task *t)
{
	uint64_t site = t->call.ip - 2;
	struct hostproc_map map;
	bool done;
	struct site_view v = {.site = site, .nr = (uint32_t)t->call.nr, .shim = shim_address()};
	struct site_bytes bytes;
	struct site_plan plan;
	bool alone = is_alone(t);
	struct attached a;
	uint64_t lo, hi;
	int err;

	if (site < PAGE || site > USER_ADDR_MAX - PAGE || fast_memory_is_shared(t))
		return false;
	read_site(t->plat.host_tid, site, &bytes, &v);
	if (is_replaced(t->plat.host_tid, &v) || is_own_trampoline(&v)) {
		fast_site_done(t, site, true);
		return false;
	}
	site_reach(&v, &lo, &hi);
	v.trampoline = fast_trampoline(t, lo, hi);
	if ((!v.trampoline && !fast_room_for_region(t)) ||
	    (v.trampoline && !make_plan(&v, alone, &plan)) || !find_text(t, site, &map)) {
		fast_site_done(t, site, false);
		return false;
	}
	err = attached_begin(&a, t);
	if (err != 0)
		return err == ATTACHED_GONE;
	done = replace(&a, t, &v, alone);
	fast_site_done(t, site, done);
	if (done)
		remember(t, &map, &v);
	if (done && alone) /* its library was not mapped yet when the channel came */
		replace_all_known(&a, &map);
	attached_end_again(&a);
	return true;
}
