/* platform/notify/thread_channel.c - channels of threads, without an attachment, see thread_channel.h */
#include "platform/notify/thread_channel.h"

#include "platform/fastpath/channel.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

struct slot {
	uint64_t channel, fs;
};

static bool read_slot(struct task *t, uint64_t at, struct slot *ret)
{
	return copy_in_obj(t, ret, at) == 0;
}

static bool clear_slot(struct task *t, uint64_t at)
{
	const uint64_t none = 0;

	return copy_out_obj(t, at + SLOT_CHANNEL, &none) == 0;
}

bool thread_give_spare(struct task *t)
{
	struct channel *ch = channel_create_by_tls(t);
	struct slot slot;
	uint64_t old;
	bool ok;

	if (!ch)
		return false;
	old = channel_old_slot(ch);
	slot = (struct slot){.channel = channel_guest_address(ch), .fs = t->plat.tls};
	ok = (!old || clear_slot(t, old)) && copy_out_obj(t, channel_slot_address(ch), &slot) == 0;
	if (ok)
		channel_ready(t, ch);
	else
		channel_failed(t, ch, false);
	channel_put(ch);
	return ok;
}

static bool end_former(struct task *t, uint64_t tls)
{
	struct slot slot;
	uint64_t at;

	return !fast_tls_slot_is_used(t, tls, &at) || !read_slot(t, at, &slot) || slot.fs != tls ||
	       clear_slot(t, at);
}

/* What t has in %gs is the slot that it holds, its maker's perhaps, or one that has another thread's
 * pointer, or none. */
bool thread_slot_is_apart(struct task *t, uint64_t tls)
{
	struct slot slot;
	uint64_t at;

	if (!end_former(t, tls))
		return false;
	if (!fast_held_slot(t, &at))
		return true;
	return read_slot(t, at, &slot) && slot.fs != SLOT_FS_UNSET && slot.fs != tls;
}
