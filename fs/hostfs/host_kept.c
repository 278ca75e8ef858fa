/*
 * fs/hostfs/host_kept.c - host files that stay open for the next time
 *
 * Model: opening a file at the host and closing it again costs more than all the rest of an open. What was
 * opened for reading only is kept when the guest closes it, one for each inode, MAX_KEPT for each tree, least
 * recently used out first. The next open for reading of the same inode gets it if the name still leads to the
 * same inode, with the same time of change: whatever the host did to its name, mode or owner gives it another
 * one. That is one look by name, which an open needs anyway. Reads are by position, so several guest files can
 * share one.
 *
 * A file that is removed takes its space as long as it is open: so large ones are not kept, and none that has
 * lost its name through us.
 *
 * Locking: hostfs->mu guards inode->kept and the list; closing is done without it.
 */
#include <fcntl.h>

#include "fs/hostfs/host_inode.h"
#include "sentry/base/late_close.h"

#define MAX_KEPT 64
#define MAX_KEPT_SIZE (4u << 20)

void host_kept_opened(struct host_fd *h, int flags, const struct statx *stx)
{
	h->flags = flags;
	h->ino = stx->stx_ino;
	h->ctime = stx->stx_ctime;
	h->keep = (flags & O_ACCMODE) == O_RDONLY && (stx->stx_mask & STATX_CTIME) &&
		  S_ISREG(stx->stx_mode) && stx->stx_size <= MAX_KEPT_SIZE && stx->stx_nlink > 0;
}

static struct host_fd *take_locked(struct hostfs *fs, struct host_inode *hi)
{
	if (!hi->kept)
		return NULL;
	list_del(&hi->kept_node);
	fs->nr_kept--;
	return TAKE_PTR(hi->kept);
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

void host_kept_offer(struct host_inode *hi, struct host_fd *h)
{
	struct hostfs *fs = host_fs(hi);
	struct host_fd *old = h;

	mutex_lock(&fs->mu);
	if (h->keep && !hi->kept && hi->parent) {
		hi->kept = TAKE_PTR(old);
		list_add_tail(&hi->kept_node, &fs->kept);
		if (++fs->nr_kept > MAX_KEPT)
			old = take_locked(
				fs, list_first_entry(&fs->kept, struct host_inode, kept_node));
	}
	mutex_unlock(&fs->mu);
	if (old)
		host_fd_put(old);
}

/* Does its name still lead to it, and nothing but its data may have changed? */
static bool is_unchanged(struct host_inode *hi, const struct host_fd *h)
{
	not_zeroed struct host_loc loc;
	not_zeroed struct statx stx;
	int err = host_loc_get(hi, &loc);

	if (err < 0)
		return false;
	err = hostop_statx(loc.fd, loc.name.s, &stx);
	host_loc_put(&loc);
	return err == 0 && host_inode_is(hi, &stx) && stx.stx_ino == h->ino &&
	       stx.stx_ctime.tv_sec == h->ctime.tv_sec && stx.stx_ctime.tv_nsec == h->ctime.tv_nsec;
}

struct host_fd *host_kept_get(struct host_inode *hi, int flags)
{
	struct hostfs *fs = host_fs(hi);
	struct host_fd *h = NULL;

	mutex_lock(&fs->mu);
	if (hi->kept && hi->kept->flags == flags) {
		h = host_fd_get(hi->kept);
		list_del(&hi->kept_node);
		list_add_tail(&hi->kept_node, &fs->kept);
	}
	mutex_unlock(&fs->mu);
	if (!h || is_unchanged(hi, h))
		return h;
	host_fd_put(h);
	host_kept_drop(hi);
	return NULL;
}

void host_kept_shrink(struct hostfs *fs)
{
	struct host_fd *h;

	do {
		mutex_lock(&fs->mu);
		h = list_empty(&fs->kept)
			    ? NULL
			    : take_locked(fs, list_first_entry(&fs->kept, struct host_inode,
							       kept_node));
		mutex_unlock(&fs->mu);
		if (h)
			host_fd_put(h);
	} while (h);
	late_close_all();
}
