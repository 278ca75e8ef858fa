/*
 * platform/notify/attach_fast.c - gives channels to held threads and replaces their syscall sites
 *
 * Protocol: as attach_call.c. The thread is stopped on its way back to user mode, with all signals
 * blocked, and runs a few native calls: the area of slots (private, wiped in forked children) and
 * the channel (shared, not there in forked children), whose memory file it gets as a host fd for
 * as long as that takes. Then %gs is set, the slot is filled, and the call is made again.
 *
 * Sites are replaced by PTRACE_POKEDATA, which writes one aligned word at a time also where the
 * guest may only read and execute; the page becomes the process's own. Other threads may be running
 * there: platform/fastpath/site.h says why that is right.
 */
#include "platform/notify/attach_fast.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "platform/fastpath/site.h"
#include "platform/notify/attach_call.h"
#include "platform/notify/notify.h"
#include "platform/stub/stub_abi.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/fdtable.h"
#include "sentry/hostproc.h"
#include "sentry/sighand.h"
#include "sentry/mem/usermem.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#define MADV_DONTFORK_NR 10
#define MADV_DOFORK_NR 11
#define MADV_WIPEONFORK_NR 18

#define PAGE 4096UL
#define SA_RESTORER_FLAG 0x04000000 /* the C library hides it */

static uint64_t shim_address(void)
{
	return notify_stub_entry() + STUB_SHIM_OFFSET;
}

/* ---- the channel ---- */

static long call(struct attached *a, int nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3,
		 uint64_t a4, uint64_t a5)
{
	const uint64_t args[6] = {a0, a1, a2, a3, a4, a5};

	return attached_call(a, nr, args);
}

static bool is_mapped(long r)
{
	return r >= 0 || r == -EEXIST;
}

static bool map_area(struct attached *a)
{
	long r = call(a, SYS_mmap, AREA_BASE, AREA_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
		      (uint64_t)-1, 0);

	return is_mapped(r) &&
	       call(a, SYS_madvise, AREA_BASE, AREA_SIZE, MADV_WIPEONFORK_NR, 0, 0, 0) == 0;
}

static bool map_channel(struct attached *a, const struct channel *ch, int fd)
{
	uint64_t at = channel_guest_address(ch);
	long r = call(a, SYS_mmap, at, CHANNEL_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_FIXED_NOREPLACE, (uint64_t)fd, 0);

	return r == (long)at &&
	       call(a, SYS_madvise, at, CHANNEL_SIZE, MADV_DONTFORK_NR, 0, 0, 0) == 0;
}

static bool fill_slot(struct attached *a, const struct channel *ch)
{
	return ptrace(PTRACE_POKEDATA, a->tid, channel_slot_address(ch),
		      channel_guest_address(ch)) == 0;
}

/* A program that has set %gs needs it. */
static bool gs_is_free(const struct user_regs_struct *regs)
{
	return regs->gs_base == 0 || regs->gs_base >> AREA_SHIFT == AREA_BASE >> AREA_SHIFT;
}

/* ---- faults in the shim's copies: platform/stub/fault.c ---- */

static const int fault_signals[] = {SIGSEGV, SIGBUS};

/* The channel lends the memory for the structures. */
static bool handle_fault(struct attached *a, const struct channel *ch, int sig)
{
	struct sighand_action old,
		act = {
			.handler = notify_stub_entry() + STUB_FAULT_OFFSET,
			.flags = SA_SIGINFO | SA_NODEFER | SA_RESTORER_FLAG,
			.restorer = notify_stub_entry() + STUB_FAULT_RETURN_OFFSET,
		};
	uint64_t at = channel_guest_address(ch) + CH_OUT;

	if (call(a, SYS_rt_sigaction, (uint64_t)sig, 0, at, 8, 0, 0) < 0)
		return false;
	memcpy(&old, ch->mem + CH_OUT, sizeof(old));
	if (old.handler == act.handler)
		return true;
	if (old.handler != 0)
		return false;
	memcpy(ch->mem + CH_OUT, &act, sizeof(act));
	return call(a, SYS_rt_sigaction, (uint64_t)sig, at, 0, 8, 0, 0) == 0;
}

static void default_faults(struct attached *a)
{
	uint64_t zeros = notify_stub_entry() + STUB_ZEROS_OFFSET;

	for (size_t i = 0; i < ARRAY_SIZE(fault_signals); i++)
		call(a, SYS_rt_sigaction, (uint64_t)fault_signals[i], zeros, 0, 8, 0, 0);
}

static void handle_faults(struct attached *a, const struct channel *ch)
{
	struct process *p = a->t->process;

	if (atomic_load(&p->fault_handlers) || atomic_load(&p->own_faults))
		return;
	if (handle_fault(a, ch, SIGSEGV) && handle_fault(a, ch, SIGBUS))
		atomic_store(&p->fault_handlers, true);
	else
		atomic_store(&p->own_faults, true);
}

static bool is_fault_signal(uint64_t sig)
{
	return (int)sig == SIGSEGV || (int)sig == SIGBUS;
}

long attach_sigaction(struct task *t, const uint64_t *a)
{
	struct sighand_action act, none = {0};
	struct attached at;
	int err;

	if (!atomic_load(&t->process->fault_handlers) || !is_fault_signal(a[0]) || a[3] != 8)
		return SYS_CONTINUE;
	if (a[1] && copy_in_obj(t, &act, a[1]) < 0)
		return -EFAULT;
	/* The stub's own call, at the end of a process, is meant as it is. */
	if ((!a[1] || act.handler == 0) && t->call.ip >> 32 != STUB_BASE >> 32)
		return a[2] ? copy_out_obj(t, a[2], &none) : 0;
	err = attached_begin(&at, t);
	if (err == -EAGAIN)
		return -ERESTARTNOINTR;
	if (err != 0)
		return err == ATTACHED_GONE ? SYS_DONE : SYS_CONTINUE;
	default_faults(&at);
	fast_own_faults(t->process);
	attached_end_again(&at);
	return SYS_DONE;
}

static bool set_up(struct attached *a, const struct channel *ch, int fd)
{
	bool ok = true;

	if (fd >= 0) {
		ok = map_area(a) && map_channel(a, ch, fd);
		call(a, SYS_close, (uint64_t)fd, 0, 0, 0, 0, 0);
		if (ok)
			handle_faults(a, ch);
	}
	if (!ok || !fill_slot(a, ch))
		return false;
	a->after.gs_base = channel_slot_address(ch);
	return true;
}

/* Above all numbers that the guest may use now, so that no mapping of its own is in the way. */
static int lend_fd(struct task *t, int host_fd)
{
	uint64_t limit = task_rlimit(t, RLIMIT_NOFILE);
	int at, err;

	mutex_lock(&t->files->mu);
	at = (int)MAX(MIN(limit, (uint64_t)FDTABLE_MAX), (uint64_t)t->files->size);
	mutex_unlock(&t->files->mu);
	err = t->kernel->platform->install_fd(t, host_fd, at);

	return err < 0 ? err : at;
}

static bool give_channel(struct task *t)
{
	struct channel *ch = channel_create(t);
	struct attached a;
	int fd = -1, err = 0;
	bool ok;

	if (!ch)
		return false;
	if (ch->memfd >= 0) /* else it is mapped already */
		err = fd = lend_fd(t, ch->memfd);
	if (err >= 0)
		err = attached_begin(&a, t);
	if (err != 0) {
		if (err < 0 && fd >= 0) /* no channel's memory stays within the guest's reach */
			t->kernel->platform->install_fd(t, t->kernel->host_dummy_fd, fd);
		channel_failed(t, false);
		channel_put(ch);
		return err == ATTACHED_GONE;
	}
	ok = gs_is_free(&a.before) && set_up(&a, ch, fd);
	if (ok)
		channel_ready(t, ch);
	else
		channel_failed(t, true);
	channel_put(ch);
	attached_end_again(&a);
	return true;
}

bool attach_leave_channel(struct task *t)
{
	uint64_t at = 0, slot = 0;
	struct attached a;
	int err;

	if (!fast_where(t, &at, &slot))
		return false;
	err = attached_begin(&a, t);
	if (err == -EAGAIN) { /* without this the child could not go on: the call is made again */
		attach_again_later(t);
		return true;
	}
	if (err != 0)
		return err == ATTACHED_GONE;
	call(&a, SYS_madvise, at, CHANNEL_SIZE, MADV_DOFORK_NR, 0, 0, 0);
	ptrace(PTRACE_POKEDATA, a.tid, slot, 0);
	fast_leave(t);
	attached_end_again(&a);
	return true;
}

/* ---- sites ---- */

/* Places for trampolines, as distances from the site: below the cluster of mappings that it is in, or
 * far above, out of the way of the heap. */
static const int64_t distances[] = {-(16LL << 20), -(64LL << 20), -(256LL << 20), -(768LL << 20),
				    1LL << 30,	   1300LL << 20,  512LL << 20};

static bool map_region(struct attached *a, struct task *t, uint64_t site)
{
	for (size_t i = 0; i < ARRAY_SIZE(distances); i++) {
		uint64_t at = ALIGN_DOWN(site + (uint64_t)distances[i], 4096);
		long r;

		if (at < (1 << 20) || at > USER_ADDR_MAX - FAST_REGION_SIZE)
			continue;
		r = call(a, SYS_mmap, at, FAST_REGION_SIZE, PROT_READ | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, (uint64_t)-1, 0);
		if (r == (long)at) {
			fast_add_region(t, at);
			return true;
		}
	}
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
	for (size_t i = 0; i < SITE_TRAMPOLINE_SIZE; i += 8)
		if (!poke(tid, at + i, code + i, 8))
			return false;
	return true;
}

struct site_bytes {
	uint8_t before[SITE_BEFORE], at[SITE_AFTER];
};

/* Up to the end of the site's page at least; what lies beyond, if it can be read. */
static void read_site(pid_t tid, uint64_t site, struct site_bytes *b, struct site_view *v)
{
	struct iovec local = {b->before, SITE_BEFORE};
	struct iovec remote = {(void *)(site - SITE_BEFORE), SITE_BEFORE};
	ssize_t n = process_vm_readv(tid, &local, 1, &remote, 1, 0);

	v->before = b->before;
	v->nr_before = n == SITE_BEFORE ? SITE_BEFORE : 0;
	local = (struct iovec){b->at, SITE_AFTER};
	remote = (struct iovec){(void *)site, SITE_AFTER};
	n = process_vm_readv(tid, &local, 1, &remote, 1, 0);
	if (n < 0) { /* the next page is not there */
		remote.iov_len = local.iov_len = 4096 - (site & 4095);
		n = local.iov_len < SITE_AFTER ? process_vm_readv(tid, &local, 1, &remote, 1, 0)
					       : 0;
	}
	v->single_threaded = true; /* see replace_page() */
	v->at = b->at;
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
	at = call(a, SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		  (uint64_t)-1, 0);
	if (at < 0 && at >= -4095)
		return false;
	if (move_page(a->tid, (uint64_t)at, copy, true) &&
	    call(a, SYS_mprotect, (uint64_t)at, PAGE, PROT_READ | PROT_EXEC, 0, 0, 0) == 0 &&
	    call(a, SYS_mremap, (uint64_t)at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, page, 0) ==
		    (long)page)
		return true;
	call(a, SYS_munmap, (uint64_t)at, PAGE, 0, 0, 0, 0);
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
	return plan->method == SITE_MOV || alone;
}

/* Code that is written once. What a program may write to it will write again. */
static bool is_text(struct task *t, uint64_t site)
{
	struct hostproc_map map;

	return hostproc_map_find(t->kernel, t->plat.host_tid, site, &map) == 0 &&
	       map.start <= site && strncmp(map.perms, "r-xp", 4) == 0;
}

/* The thread is attached. */
static bool replace(struct attached *a, struct task *t, struct site_view *v, bool alone)
{
	struct site_plan plan;

	if (!v->trampoline && map_region(a, t, v->site))
		v->trampoline = fast_trampoline(t, v->site);
	if (!v->trampoline || !make_plan(v, alone, &plan) ||
	    !poke_trampoline(a->tid, v->trampoline, plan.trampoline))
		return false;
	return alone ? write_in_place(a->tid, &plan) : replace_page(a, v, &plan);
}

static bool replace_site(struct task *t)
{
	uint64_t site = t->call.ip - 2;
	struct site_view v = {.site = site, .nr = (uint32_t)t->call.nr, .shim = shim_address()};
	struct site_bytes bytes;
	struct site_plan plan;
	bool alone = is_alone(t);
	struct attached a;
	int err;

	if (site < PAGE || site > USER_ADDR_MAX - PAGE || fast_memory_is_shared(t))
		return false;
	read_site(t->plat.host_tid, site, &bytes, &v);
	if (is_replaced(t->plat.host_tid, &v) || is_own_trampoline(&v)) {
		fast_site_done(t, site, true);
		return false;
	}
	v.trampoline = fast_trampoline(t, site);
	if ((!v.trampoline && !fast_room_for_region(t)) ||
	    (v.trampoline && !make_plan(&v, alone, &plan)) || !is_text(t, site)) {
		fast_site_done(t, site, false);
		return false;
	}
	err = attached_begin(&a, t);
	if (err != 0)
		return err == ATTACHED_GONE;
	fast_site_done(t, site, replace(&a, t, &v, alone));
	attached_end_again(&a);
	return true;
}

bool attach_fast(struct task *t, enum fast_advice advice)
{
	if (advice == FAST_SETUP)
		return give_channel(t);
	if (advice == FAST_PATCH)
		return replace_site(t);
	return false;
}
