/*
 * platform/notify/attach_channel.c - gives channels to held threads
 *
 * Protocol: as attach_call.c. The thread is stopped on its way back to user mode, with all signals
 * blocked, and runs a few native calls: the area of slots (private, wiped in forked children) and
 * the channel (shared, not there in forked children), whose memory file it gets as a host fd for
 * as long as that takes. Then %gs is set, the slot is filled, and the call is made again.
 */
#include "platform/notify/attach_fast.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>

#include "fs/vfs/file.h"
#include "platform/notify/attach_call.h"
#include "platform/platform.h"
#include "sentry/fdtable.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#define MADV_DONTFORK_NR 10
#define MADV_DOFORK_NR 11
#define MADV_WIPEONFORK_NR 18

static bool is_mapped(long r)
{
	return r >= 0 || r == -EEXIST;
}

static bool map_area(struct attached *a)
{
	long r = attached_run(a, SYS_mmap, AREA_BASE, AREA_SIZE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
			      (uint64_t)-1, 0);

	return is_mapped(r) &&
	       attached_run(a, SYS_madvise, AREA_BASE, AREA_SIZE, MADV_WIPEONFORK_NR, 0, 0, 0) == 0;
}

static bool map_channel(struct attached *a, const struct channel *ch, int fd)
{
	uint64_t at = channel_guest_address(ch), size = (uint64_t)ch->nr_places * CHANNEL_STRIDE;
	long r = attached_run(a, SYS_mmap, at, size, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_FIXED_NOREPLACE, (uint64_t)fd, 0);

	return r == (long)at &&
	       attached_run(a, SYS_madvise, at, size, MADV_DONTFORK_NR, 0, 0, 0) == 0;
}

static bool fill_slot(struct attached *a, const struct channel *ch)
{
	uint64_t old = channel_old_slot(ch);

	if (old && ptrace(PTRACE_POKEDATA, a->tid, old + SLOT_CHANNEL, 0) != 0)
		return false;
	return ptrace(PTRACE_POKEDATA, a->tid, channel_slot_address(ch) + SLOT_FS,
		      a->before.fs_base) == 0 &&
	       ptrace(PTRACE_POKEDATA, a->tid, channel_slot_address(ch),
		      channel_guest_address(ch)) == 0;
}

/* A program that has set %gs needs it. */
static bool gs_is_free(const struct user_regs_struct *regs)
{
	return regs->gs_base == 0 || regs->gs_base >> AREA_SHIFT == AREA_BASE >> AREA_SHIFT;
}

static bool set_up(struct attached *a, const struct channel *ch, int fd)
{
	bool ok = true;

	if (fd >= 0) {
		ok = (!ch->first || map_area(a)) && map_channel(a, ch, fd);
		attached_run(a, SYS_close, (uint64_t)fd, 0, 0, 0, 0, 0);
	}
	if (!ok)
		return false;
	attach_handle_faults(a, ch);
	if (!fill_slot(a, ch))
		return false;
	a->after.gs_base = channel_slot_address(ch);
	return true;
}

static bool has_own_table(struct task *t)
{
	return ref_count(&t->files->ref) == 1 && atomic_load(&t->process->nr_tasks) == 1;
}

/* Above all numbers that the guest may use now, so that no mapping of its own is in the way; the host's
 * last one where the guest may use them all, if it does not. Who has no other threads cannot use more
 * meanwhile, and the host's table becomes as large as the number. */
static int number_for_fd(struct task *t)
{
	uint64_t limit = MIN(task_rlimit(t, RLIMIT_NOFILE), (uint64_t)FDTABLE_MAX), at;
	uint64_t last = t->kernel->host_nofile - 1;
	struct file *f;

	if (has_own_table(t))
		limit = 0;
	mutex_lock(&t->files->mu);
	at = MAX(limit, (uint64_t)t->files->size);
	mutex_unlock(&t->files->mu);
	if (at <= last)
		return (int)at;
	f = fd_get_any(t, (int)last);
	if (f)
		file_put(f);
	return f ? -EMFILE : (int)last;
}

/* Another process that has the same table could just be mapping a file of its own under that number. */
static int lend_fd(struct task *t, int host_fd)
{
	int at = task_files_are_own(t) ? number_for_fd(t) : -EAGAIN, err = at;

	if (at >= 0)
		err = t->kernel->platform->install_fd(t, host_fd, at);
	return err < 0 ? err : at;
}

bool attach_give_channel(struct task *t)
{
	struct channel *ch = NULL;
	struct attached a;
	int fd = -1, err = 0;
	bool ok;

	if (task_files_are_own(t) && !attached_is_busy())
		ch = channel_create(t);
	if (!ch)
		return false;
	if (ch->memfd >= 0) /* else it is mapped already */
		err = fd = lend_fd(t, ch->memfd);
	if (err >= 0)
		err = attached_begin(&a, t);
	if (err != 0) {
		if (err < 0 && fd >= 0) /* no channel's memory stays within the guest's reach */
			t->kernel->platform->install_fd(t, t->kernel->host_dummy_fd, fd);
		channel_failed(t, ch, false);
		channel_put(ch);
		return err == ATTACHED_GONE;
	}
	ok = gs_is_free(&a.before) && set_up(&a, ch, fd);
	if (ok) {
		channel_ready(t, ch);
		attach_replace_known(&a);
	} else {
		channel_failed(t, ch, true);
	}
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
	attached_run(&a, SYS_madvise, at, CHANNEL_SIZE, MADV_DOFORK_NR, 0, 0, 0);
	ptrace(PTRACE_POKEDATA, a.tid, slot, 0);
	fast_leave(t);
	attached_end_again(&a);
	return true;
}
