/* platform/notify/known_sites.c - sites that other processes have proven, see known_sites.h */
#include "platform/notify/known_sites.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "platform/fastpath/channel.h"
#include "platform/notify/code_mem.h"
#include "platform/notify/notify.h"
#include "platform/stub/stub_abi.h"
#include "sentry/base/mem.h"
#include "sentry/mem/usermem.h"

#define PAGE 4096UL

uint64_t site_shim_address(void)
{
	return notify_stub_entry() + STUB_SHIM_OFFSET;
}

void site_read(pid_t tid, uint64_t site, struct site_bytes *b, struct site_view *v)
{
	struct iovec local = {b, sizeof(*b)}, remote = {(void *)(site - SITE_BEFORE), sizeof(*b)};
	ssize_t n = process_vm_readv(tid, &local, 1, &remote, 1, 0);

	v->before = b->before;
	v->at = b->at;
	v->single_threaded =
		true; /* attach_site.c: who is not alone gets another page in one step */
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
		remote.iov_len = local.iov_len = PAGE - (site & (PAGE - 1));
		n = local.iov_len < SITE_AFTER ? process_vm_readv(tid, &local, 1, &remote, 1, 0)
					       : 0;
	}
	v->nr_at = n > 0 ? (size_t)n : 0;
}

static bool write_jumps(int code_fd, const struct site_plan *plan)
{
	for (size_t i = 0; i < plan->nr_writes; i++)
		if (!code_mem_write(code_fd, plan->writes[i].addr, plan->writes[i].bytes,
				    plan->writes[i].len))
			return false;
	return true;
}

bool site_write_plan(int code_fd, const struct site_view *v, const struct site_plan *plan)
{
	return code_mem_write(code_fd, v->trampoline, plan->trampoline, SITE_TRAMPOLINE_SIZE) &&
	       write_jumps(code_fd, plan);
}

bool site_is_ours(pid_t tid, const struct site_view *v)
{
	uint64_t trampoline, shim = 0;
	struct iovec local = {&shim, sizeof(shim)}, remote;

	if (!site_jump(v, &trampoline))
		return false;
	remote = (struct iovec){(void *)(trampoline + SITE_TRAMPOLINE_SIZE - sizeof(shim)),
				sizeof(shim)};
	return process_vm_readv(tid, &local, 1, &remote, 1, 0) == sizeof(shim) && shim == v->shim;
}

bool site_make_plan(const struct site_view *v, bool alone, struct site_plan *plan)
{
	if (!site_plan_make(v, plan) || plan->cancellation_point)
		return false;
	return plan->method == SITE_MOV || alone || plan->may_wait_outside;
}

/* ---- a list of them ---- */

struct known_sites *known_sites_new(struct task *t)
{
	struct known_sites *k = mem_alloc(sizeof(*k));

	if (!k)
		return NULL;
	k->t = t;
	k->nr = 0;
	k->attached = false;
	if (!proven_owner_of(t, &k->owner))
		mem_free(TAKE_PTR(k));
	return k;
}

bool known_sites_add(struct known_sites *k, const struct hostproc_map *map)
{
	k->nr = proven_list(&k->owner, map, k->sites, k->at, k->nr, PROVEN_AT_ONCE);
	return k->nr == PROVEN_AT_ONCE;
}

/* What the process has at a site, kept up to date with what is written to its neighbours. */
struct copy {
	struct site_bytes bytes;
	struct site_view v;
	struct site_plan plan;
};

static void copies_read_one_by_one(struct known_sites *k, struct copy *copies)
{
	for (size_t i = 0; i < k->nr; i++)
		site_read(k->t->plat.host_tid, k->at[i], &copies[i].bytes, &copies[i].v);
}

/* All with one call, if all is there. */
static void copies_read(struct known_sites *k, struct copy *copies)
{
	struct iovec local[PROVEN_AT_ONCE], remote[PROVEN_AT_ONCE];
	const size_t size = sizeof(struct site_bytes);

	for (size_t i = 0; i < k->nr; i++) {
		struct copy *c = &copies[i];

		local[i] = (struct iovec){&c->bytes, size};
		remote[i] = (struct iovec){(void *)(k->at[i] - SITE_BEFORE), size};
		c->v = (struct site_view){.site = k->at[i],
					  .nr = k->sites[i].nr,
					  .shim = site_shim_address(),
					  .before = c->bytes.before,
					  .at = c->bytes.at,
					  .nr_before = SITE_BEFORE,
					  .nr_at = SITE_AFTER,
					  .single_threaded = true};
	}
	if (process_vm_readv(k->t->plat.host_tid, local, k->nr, remote, k->nr, 0) !=
	    (ssize_t)(k->nr * size))
		copies_read_one_by_one(k, copies);
}

/* The bytes that w writes, as far as they lie in the copy. */
static void copy_update(struct copy *c, const struct site_write *w)
{
	uint64_t from = c->v.site - SITE_BEFORE;

	for (size_t i = 0; i < w->len; i++)
		if (w->addr + i - from < sizeof(c->bytes))
			((uint8_t *)&c->bytes)[w->addr + i - from] = w->bytes[i];
}

static bool copy_plan(struct known_sites *k, struct copy *c)
{
	uint64_t lo, hi;

	if (site_is_replaced(&c->v) && site_is_ours(k->t->plat.host_tid, &c->v))
		return false;
	site_reach(&c->v, &lo, &hi);
	c->v.trampoline = fast_trampoline(k->t, lo, hi);
	return c->v.trampoline && site_make_plan(&c->v, true, &c->plan);
}

/* Those that are not as proven, or done, leave the list. */
static void drop_others(struct known_sites *k, struct copy *copies)
{
	for (size_t i = 0; i < k->nr; i++) {
		struct copy *c = &copies[i];

		if (k->at[i] < PAGE || k->at[i] > USER_ADDR_MAX - PAGE ||
		    fast_site_is_done(k->t, k->at[i]) || !proven_matches(&k->sites[i], &c->v))
			k->at[i] = 0;
	}
}

/* Plans for all; the trampolines of neighbours in a region are written with one call. */
static void replace_listed(struct known_sites *k, struct copy *copies, int code_fd)
{
	uint8_t code[PROVEN_AT_ONCE * SITE_TRAMPOLINE_SIZE];
	uint64_t at = 0;
	size_t len = 0;
	bool ok = true;

	for (size_t i = 0; i < k->nr; i++) {
		struct copy *c = &copies[i];

		if (!k->at[i])
			continue;
		if (!copy_plan(k, c)) {
			k->at[i] = 0;
			continue;
		}
		for (size_t j = i + 1; j < k->nr; j++)
			for (size_t w = 0; w < c->plan.nr_writes; w++)
				copy_update(&copies[j], &c->plan.writes[w]);
		if (len && at + len != c->v.trampoline) {
			ok = ok && code_mem_write(code_fd, at, code, len);
			len = 0;
		}
		if (len == 0)
			at = c->v.trampoline;
		memcpy(code + len, c->plan.trampoline, SITE_TRAMPOLINE_SIZE);
		len += SITE_TRAMPOLINE_SIZE;
	}
	if (len)
		ok = ok && code_mem_write(code_fd, at, code, len);
	for (size_t i = 0; i < k->nr && ok; i++)
		if (k->at[i] && write_jumps(code_fd, &copies[i].plan))
			fast_site_done(k->t, k->at[i], true);
}

void known_sites_replace(struct known_sites *k)
{
	_cleanup_free_ struct copy *copies = NULL;
	_cleanup_close_ int code_fd = -1;

	if (k->nr == 0)
		return;
	copies = mem_alloc(k->nr * sizeof(*copies));
	code_fd = k->attached ? hostproc_open_mem(k->t->kernel, k->t->plat.host_tid)
			      : code_mem_open(k->t);
	if (!copies || code_fd < 0)
		return;
	copies_read(k, copies);
	drop_others(k, copies);
	replace_listed(k, copies, code_fd);
}

/* ---- of a mapping ---- */

static bool is_alone(struct task *t)
{
	return atomic_load(&t->process->nr_tasks) == 1 && !t->pending_clone &&
	       !fast_memory_is_shared(t);
}

void known_sites_of_text(struct task *t, const struct hostproc_map *map)
{
	_cleanup_free_ struct known_sites *k = known_sites_new(t);

	if (!k)
		return;
	(void)known_sites_add(k, map);
	known_sites_replace(k);
}

void known_sites_of_new_text(struct task *t)
{
	struct hostproc_map map;

	t->plat.new_text = false;
	if (fast_take_new_text(t, &map) && is_alone(t))
		known_sites_of_text(t, &map);
}

/* As loaders map the text of a library, at an address in what they have reserved. */
void known_sites_note_mmap(struct task *t, const uint64_t *a, int host_fd)
{
	const uint64_t want = MAP_PRIVATE | MAP_FIXED;
	struct hostproc_map map = {.start = a[0], .end = a[0] + a[1], .offset = a[5]};
	struct stat st;

	if (likely(!t->plat.channel) || (a[2] & (PROT_EXEC | PROT_WRITE)) != PROT_EXEC ||
	    (a[3] & (MAP_TYPE | MAP_FIXED)) != want || map.end < map.start ||
	    map.end > USER_ADDR_MAX || host_fd < 0 || fstat(host_fd, &st) < 0)
		return;
	map.ino = st.st_ino;
	map.major = major(st.st_dev);
	map.minor = minor(st.st_dev);
	t->plat.new_text = fast_note_new_text(t, &map);
}
