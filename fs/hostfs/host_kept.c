/*
 * fs/hostfs/host_kept.c - host files that stay open for the next time
 *
 * Model: opening a file at the host and closing it again costs more than all the rest of an open. What was
 * opened for reading only is kept when the guest closes it, one for each inode, least recently used out first.
 * The next open for reading of the same inode gets it. Reads are by position, so several guest files can share
 * one. Whether the name still leads to the same inode, with the same time of change, is asked at the host when
 * that was last known LOOK_NS ago, in a tree which is not exclusively ours each time: whatever the host does to a
 * file's name, mode or owner gives it another time of change.
 *
 * How many: MAX_KEPT for each tree, and half of the descriptors that we may have for all of them; when there are
 * more of them in use in turn most of those that are there stay, or each would be gone before it is wanted again.
 * A file that is removed takes its space as long as it is open: so large ones are not kept, nor more than
 * MAX_KEPT_BYTES in all, and none that has lost its name through us. What nobody has opened for IDLE_NS is closed
 * by a timer, but the last KEPT_IDLE: an idle sandbox takes no memory of the host's for it, and is not woken.
 *
 * Locking: hostfs->mu guards inode->kept, the list and the sums; closing is done without it.
 */
#include <fcntl.h>
#include <unistd.h>

#include "fs/hostfs/host_inode.h"
#include "sentry/base/late_close.h"
#include "sentry/kernel.h"

#define MAX_KEPT 16384
#define MAX_KEPT_SIZE (4u << 20)
#define MAX_KEPT_BYTES (256u << 20)
#define KEPT_IDLE 64
#define LOOK_NS 100000000 /* as long as names are believed where others may change them, too */
#define IDLE_NS 1000000000
#define CLOSED_AT_ONCE 128
#define RESUME_NS 1000000 /* the next ones */
#define NEW_OF_FULL 16	  /* of so many that find no room one takes that of another */

/* The host's table of our descriptors grows by doubling, and each time whoever needs the next one waits for some
 * milliseconds. So it is made to grow by much, in the timer's thread, before that many files are kept. */
#define MANY_KEPT 1024
#define ROOM_FOR_SOME 4096
#define ROOM_FOR_MANY (MAX_KEPT + 4096)

static _Atomic uint32_t kept_in_all;
static _Atomic uint32_t room_made;

void host_kept_opened(struct host_fd *h, int flags, const struct statx *stx)
{
	h->flags = flags;
	h->ino = stx->stx_ino;
	h->ctime = stx->stx_ctime;
	h->size = stx->stx_size;
	h->looked_at = clock_now_ns(CLOCK_MONOTONIC_COARSE);
	h->keep = (flags & O_ACCMODE) == O_RDONLY && (stx->stx_mask & STATX_CTIME) &&
		  S_ISREG(stx->stx_mode) && stx->stx_size <= MAX_KEPT_SIZE && stx->stx_nlink > 0;
}

static struct host_fd *take_locked(struct hostfs *fs, struct host_inode *hi)
{
	if (!hi->kept)
		return NULL;
	list_del(&hi->kept_node);
	fs->nr_kept--;
	fs->kept_bytes -= hi->kept->size;
	atomic_fetch_sub_explicit(&kept_in_all, 1, memory_order_relaxed);
	return TAKE_PTR(hi->kept);
}

static void put_locked(struct hostfs *fs, struct host_inode *hi, struct host_fd *h, int64_t now)
{
	hi->kept = h;
	h->used_at = now;
	list_add_tail(&hi->kept_node, &fs->kept);
	fs->nr_kept++;
	fs->kept_bytes += h->size;
	atomic_fetch_add_explicit(&kept_in_all, 1, memory_order_relaxed);
}

static struct host_inode *oldest_locked(struct hostfs *fs)
{
	return list_first_entry_or_null(&fs->kept, struct host_inode, kept_node);
}

static bool is_full_locked(const struct hostfs *fs, uint64_t size)
{
	uint64_t limit = MAX(fs->super.kernel->host_nofile / 2, (uint64_t)KEPT_IDLE);

	return fs->nr_kept >= MAX_KEPT || fs->kept_bytes + size > MAX_KEPT_BYTES ||
	       atomic_load_explicit(&kept_in_all, memory_order_relaxed) >= limit;
}

/* Makes room for one more, maybe by *ret, which is to be closed. */
static bool make_room_locked(struct hostfs *fs, uint64_t size, int64_t now, struct host_fd **ret)
{
	struct host_inode *oldest = oldest_locked(fs);

	if (!is_full_locked(fs, size))
		return true;
	if (!oldest ||
	    (now - oldest->kept->used_at < IDLE_NS && ++fs->kept_refused % NEW_OF_FULL != 0))
		return false;
	*ret = take_locked(fs, oldest);
	return !is_full_locked(fs, size);
}

void host_kept_drop(struct host_inode *hi)
{
	struct hostfs *fs = host_fs(hi);
	struct host_fd *h;

	mutex_lock(&fs->mu);
	h = take_locked(fs, hi);
	mutex_unlock(&fs->mu);
	if (h)
		host_fd_put(h);
}

static uint32_t room_wanted(const struct hostfs *fs)
{
	uint64_t limit = fs->super.kernel->host_nofile;
	uint32_t room = fs->nr_kept < MANY_KEPT ? ROOM_FOR_SOME : ROOM_FOR_MANY;

	return (uint32_t)MIN(limit, (uint64_t)room);
}

static bool lacks_room(const struct hostfs *fs)
{
	return atomic_load_explicit(&room_made, memory_order_relaxed) < room_wanted(fs);
}

static void make_room_for(uint32_t room)
{
	int fd;

	atomic_store_explicit(&room_made, room, memory_order_relaxed);
	fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, (int)room - 1);
	if (fd >= 0)
		hostop_close(fd);
}

void host_kept_offer(struct host_inode *hi, struct host_fd *h)
{
	struct hostfs *fs = host_fs(hi);
	struct host_fd *old = NULL;
	int64_t now = h->keep ? clock_now_ns(CLOCK_MONOTONIC_COARSE) : 0;

	mutex_lock(&fs->mu);
	if (h->keep && !hi->kept && hi->parent && make_room_locked(fs, h->size, now, &old))
		put_locked(fs, hi, TAKE_PTR(h), now);
	if (fs->nr_kept > KEPT_IDLE && !fs->kept_ageing) {
		fs->kept_ageing = true;
		timer_arm(&fs->kept_timer,
			  clock_now_ns(CLOCK_MONOTONIC) + (lacks_room(fs) ? 0 : IDLE_NS));
	} else if (unlikely(fs->nr_kept == MANY_KEPT) && lacks_room(fs)) {
		timer_arm(&fs->kept_timer, clock_now_ns(CLOCK_MONOTONIC));
	}
	mutex_unlock(&fs->mu);
	if (old)
		host_fd_put(old);
	if (h)
		host_fd_put(h);
}

void host_kept_age(struct timer *tm)
{
	struct hostfs *fs = container_of(tm, struct hostfs, kept_timer);
	struct host_fd *old[CLOSED_AT_ONCE];
	int64_t now = clock_now_ns(CLOCK_MONOTONIC_COARSE);
	unsigned int nr = 0;
	uint32_t room;

	mutex_lock(&fs->mu);
	room = lacks_room(fs) ? room_wanted(fs) : 0;
	while (nr < CLOSED_AT_ONCE && fs->nr_kept > KEPT_IDLE &&
	       now - oldest_locked(fs)->kept->used_at >= IDLE_NS)
		old[nr++] = take_locked(fs, oldest_locked(fs));
	fs->kept_ageing = fs->nr_kept > KEPT_IDLE;
	if (fs->kept_ageing)
		timer_arm(tm, clock_now_ns(CLOCK_MONOTONIC) +
				      (nr == CLOSED_AT_ONCE ? RESUME_NS : IDLE_NS));
	mutex_unlock(&fs->mu);
	if (room > 0)
		make_room_for(room);
	for (unsigned int i = 0; i < nr; i++)
		host_fd_put(old[i]);
}

/* Does its name still lead to it, and nothing but its data may have changed? */
static bool is_unchanged(struct host_inode *hi, struct host_fd *h)
{
	not_zeroed struct host_loc loc;
	not_zeroed struct statx stx;
	int64_t now = clock_now_ns(CLOCK_MONOTONIC_COARSE);
	int err = host_loc_get(hi, &loc);

	if (err < 0)
		return false;
	err = hostop_statx(loc.fd, loc.name.s, &stx);
	host_loc_put(&loc);
	if (err < 0 || !host_inode_is(hi, &stx) || stx.stx_ino != h->ino ||
	    stx.stx_ctime.tv_sec != h->ctime.tv_sec || stx.stx_ctime.tv_nsec != h->ctime.tv_nsec)
		return false;
	atomic_store_explicit(&h->looked_at, now, memory_order_relaxed);
	return true;
}

/* Has the host been asked lately, where that is enough? */
static bool is_known(const struct hostfs *fs, const struct host_fd *h, int64_t now)
{
	return fs->exclusive &&
	       now - atomic_load_explicit(&h->looked_at, memory_order_relaxed) < LOOK_NS;
}

struct host_fd *host_kept_get(struct host_inode *hi, int flags)
{
	struct hostfs *fs = host_fs(hi);
	int64_t now = clock_now_ns(CLOCK_MONOTONIC_COARSE);
	struct host_fd *h = NULL;

	mutex_lock(&fs->mu);
	if (hi->kept && hi->kept->flags == flags) {
		h = host_fd_get(hi->kept);
		h->used_at = now;
		list_del(&hi->kept_node);
		list_add_tail(&hi->kept_node, &fs->kept);
	}
	mutex_unlock(&fs->mu);
	if (!h || is_known(fs, h, now) || is_unchanged(hi, h))
		return h;
	host_fd_put(h);
	host_kept_drop(hi);
	return NULL;
}

void host_kept_shrink(struct hostfs *fs)
{
	struct host_inode *oldest;
	struct host_fd *h;

	do {
		mutex_lock(&fs->mu);
		oldest = oldest_locked(fs);
		h = oldest ? take_locked(fs, oldest) : NULL;
		mutex_unlock(&fs->mu);
		if (h)
			host_fd_put(h);
	} while (h);
	late_close_all();
}
