/*
 * fs/hostfs/host_dir.c - directories of a host tree: look-ups, changes of names, listing
 *
 * Listing: each open directory has a host fd of its own and a buffer of host entries; the cookies
 * are the host's, so seekdir works as well as it does there.
 *
 * New files get their mode without set-id bits, and the owner that the VFS decided if the host lets
 * us give it away; if not (EPERM) the file stays ours, as on a squashing network filesystem.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "fs/hostfs/host_inode.h"
#include "sentry/base/late_close.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/timer.h"

#define DIR_BUF_SIZE 32768
#define HOST_MODE_MASK 01777u /* never a set-id bit */

struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[];
};

/* ---- look-ups ---- */

/*
 * A name that was listed as a regular file and will be opened: opened at once it needs one look, not two, and waits
 * for the guest's open among the kept ones. Only in trees that nobody changes, so that it is no FIFO or device by
 * now. What the guest may not have it does not get: all is decided by its open. -EAGAIN: it is to be looked up.
 */
static int lookup_by_open(struct host_inode *dir, int dirfd, const char *name,
			  struct host_inode **ret)
{
	struct hostfs *fs = host_fs(dir);
	struct host_fd *h = host_fd_new(O_RDONLY);
	not_zeroed struct statx stx;
	int err = -EAGAIN;

	if (!h)
		return -ENOMEM;
	h->fd = host_open_retry(fs, dirfd, name, O_RDONLY | O_NONBLOCK, 0);
	if (h->fd >= 0 && hostop_statx(h->fd, "", &stx) == 0 && S_ISREG(stx.stx_mode))
		err = host_inode_find(fs, &stx, dir, name, ret);
	if (err < 0 || (*ret)->masked) {
		host_fd_put(h);
		return err;
	}
	host_kept_opened(h, O_RDONLY, &stx);
	host_kept_offer(*ret, h);
	return 0;
}

static int host_lookup(struct inode *in, const struct qstr *name, struct inode **ret)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in), *hi;
	not_zeroed struct host_name n;
	not_zeroed struct statx stx;
	int fd, err;

	err = host_name_set(&n, name);
	if (err < 0)
		return err;
	if (host_hide_name(dir, n.s))
		return -ENOENT;
	err = host_dir_get(dir, &fd);
	if (err < 0)
		return err;
	err = name->as_file && in->super->opens_by_hint ? lookup_by_open(dir, fd, n.s, &hi)
							: -EAGAIN;
	if (err == -EAGAIN) {
		err = hostop_statx(fd, n.s, &stx);
		if (err == 0)
			err = host_inode_find(host_fs(dir), &stx, dir, n.s, &hi);
		if (err == 0)
			host_seen(hi, dir, n.s);
	}
	host_dir_put(dir);
	if (err < 0)
		return err;
	*ret = &hi->inode;
	return 0;
}

static bool host_revalidate(struct inode *in, const struct qstr *name, struct inode *cached)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in), *hi;
	not_zeroed struct host_name n;
	not_zeroed struct statx stx;
	bool same;
	int fd, err;

	if (host_name_set(&n, name) < 0)
		return false;
	if (host_hide_name(dir, n.s))
		return !cached;
	if (host_dir_get(dir, &fd) < 0)
		return false;
	err = hostop_statx(fd, n.s, &stx);
	host_dir_put(dir);
	if (!cached)
		return err == -ENOENT;
	hi = to_host(cached);
	if (err < 0 || !host_inode_is(hi, &stx))
		return false;
	host_seen(hi, dir, n.s);
	if (hi->masked)
		return true;
	mutex_lock(&cached->mu);
	same = host_same_birth(hi, &stx) || host_reborn(hi, &stx);
	if (same)
		host_inode_fill(hi, &stx);
	mutex_unlock(&cached->mu);
	return same;
}

/* Times of change have the grain of the host's tick, so one that is this young may come again. */
#define YOUNG_NS 20000000

void host_names_seen(struct host_inode *dir, const struct statx *stx, int64_t now)
{
	int64_t changed = stx->stx_ctime.tv_sec * 1000000000 + stx->stx_ctime.tv_nsec;
	bool young = clock_now_ns(CLOCK_REALTIME_COARSE) - changed < YOUNG_NS;
	int64_t before = atomic_exchange(&dir->names_seen, young ? -1 : changed);

	atomic_store(&dir->names_at, now);
	if (before != changed)
		atomic_fetch_add(&dir->inode.names_epoch, 1);
}

/* What others and we ourselves have done looks the same: either way each name is looked at once. */
static void host_names_check(struct inode *in)
{
	struct host_inode *dir = to_host(in);
	struct hostfs *fs = host_fs(dir);
	not_zeroed struct statx stx;
	int64_t now;
	int fd;

	if (host_trusted(fs, &dir->names_at) || dir->masked)
		return;
	HOST_RIGHTS(fs);
	now = clock_now_ns(CLOCK_MONOTONIC_COARSE);
	if (host_dir_get(dir, &fd) < 0)
		return;
	if (hostop_statx(fd, "", &stx) == 0)
		host_names_seen(dir, &stx, now);
	host_dir_put(dir);
}

/* ---- changes ---- */

static void mark_stale(struct host_inode *hi)
{
	atomic_store(&hi->stale, true);
}

/* Refused without CAP_CHOWN: then the file stays ours, see above. */
static void give_away(struct hostfs *fs, int fd, uint32_t uid, uint32_t gid)
{
	uint32_t huid, hgid;

	if (host_id_to_host(&fs->uids, uid, &huid) == 0 &&
	    host_id_to_host(&fs->gids, gid, &hgid) == 0 && hostop_chown(fd, huid, hgid) < 0)
		log_ratelimited(LOG_LEVEL_DEBUG, "hostfs: a new file keeps the sentry's owner");
}

/* What was just made under name: owner, exact mode, and the inode for it. */
static int new_child(struct host_inode *dir, int dirfd, const char *name, uint32_t mode,
		     uint32_t uid, uint32_t gid, struct inode **ret)
{
	struct hostfs *fs = host_fs(dir);
	_cleanup_close_ int fd = -1;
	struct host_inode *hi;
	not_zeroed struct statx stx;
	int err;

	fd = host_open_retry(fs, dirfd, name, O_PATH, 0);
	if (fd < 0)
		return fd;
	err = hostop_statx(fd, "", &stx);
	if (err < 0)
		return err;
	if ((stx.stx_mode & S_IFMT) != (mode & S_IFMT))
		return -ESTALE;
	if (host_id_to_guest(&fs->uids, stx.stx_uid) != uid ||
	    host_id_to_guest(&fs->gids, stx.stx_gid) != gid)
		give_away(fs, fd, uid, gid);
	if (!S_ISLNK(mode) && ((stx.stx_mode ^ mode) & HOST_MODE_MASK)) {
		err = hostop_chmodat(dirfd, name, mode & HOST_MODE_MASK);
		if (err < 0)
			return err;
	}
	err = hostop_statx(fd, "", &stx);
	if (err == 0)
		err = host_inode_find(fs, &stx, dir, name, &hi);
	if (err < 0)
		return err;
	mark_stale(dir);
	*ret = &hi->inode;
	return 0;
}

/* Refuses names that the configuration hides: they would show what lies there. */
static int change_begin(struct host_inode *dir, const struct qstr *name, struct host_name *n,
			int *ret_fd)
{
	int err = host_name_set(n, name);

	if (err < 0)
		return err;
	if (host_hide_child(dir->hide, n->s) || host_hide_name(dir, n->s))
		return -EACCES;
	return host_dir_get(dir, ret_fd);
}

static void fresh_free(struct host_fresh *fresh)
{
	for (int i = 0; fresh && i < 3; i++)
		if (fresh->fd[i] >= 0)
			hostop_close(fresh->fd[i]);
	mem_free(fresh);
}

/* fd is the new file, opened O_RDWR, still with a mode that lets us open it: see struct
 * host_fresh. */
static int fresh_new(struct hostfs *fs, int fd, struct host_fresh **ret)
{
	static const int how[3] = {O_RDONLY, O_WRONLY, O_RDWR};
	struct host_fresh *fresh = mem_alloc(sizeof(*fresh));
	int err = 0;

	if (!fresh)
		return -ENOMEM;
	for (int i = 0; i < 3; i++) {
		fresh->fd[i] = hostop_reopen(fs->super.kernel->host_self_fd_dir, fd, how[i]);
		err = err < 0 ? err : MIN(fresh->fd[i], 0);
	}
	if (err < 0) {
		fresh_free(fresh);
		return err;
	}
	*ret = fresh;
	return 0;
}

static void set_fresh(struct inode *in, struct host_fresh *fresh)
{
	if (fresh)
		fresh_free(atomic_exchange(&to_host(in)->fresh, fresh));
}

static bool opens_for_owner(uint32_t mode)
{
	return (mode & 0600) == 0600;
}

static int host_create(struct inode *in, const struct qstr *name, uint32_t mode, uint32_t uid,
		       uint32_t gid, struct inode **ret)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in);
	struct host_fresh *fresh = NULL;
	not_zeroed struct host_name n;
	int dirfd, fd, err;

	err = change_begin(dir, name, &n, &dirfd);
	if (err < 0)
		return err;
	fd = host_open_retry(host_fs(dir), dirfd, n.s, O_RDWR | O_CREAT | O_EXCL,
			     (mode & HOST_MODE_MASK) | 0600);
	err = MIN(fd, 0);
	/* Without the fds the file is as good, but its creator may find it closed. */
	if (err == 0 && !opens_for_owner(mode) && fresh_new(host_fs(dir), fd, &fresh) < 0)
		fresh = NULL;
	if (err == 0)
		err = new_child(dir, dirfd, n.s, S_IFREG | mode, uid, gid, ret);
	if (err == 0)
		set_fresh(*ret, fresh);
	else
		fresh_free(fresh);
	if (fd >= 0)
		hostop_close(fd);
	host_dir_put(dir);
	return err;
}

static int host_mkdir(struct inode *in, const struct qstr *name, uint32_t mode, uint32_t uid,
		      uint32_t gid, struct inode **ret)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in);
	not_zeroed struct host_name n;
	int dirfd, err;

	err = change_begin(dir, name, &n, &dirfd);
	if (err < 0)
		return err;
	err = hostop_mkdir(dirfd, n.s, mode & HOST_MODE_MASK);
	if (err == 0)
		err = new_child(dir, dirfd, n.s, S_IFDIR | mode, uid, gid, ret);
	host_dir_put(dir);
	return err;
}

static int host_mknod(struct inode *in, const struct qstr *name, uint32_t mode, uint64_t rdev,
		      uint32_t uid, uint32_t gid, struct inode **ret)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in);
	not_zeroed struct host_name n;
	int dirfd, err;

	if (S_ISREG(mode)) {
		err = host_create(in, name, mode, uid, gid, ret);
		if (err == 0)
			host_fresh_take(to_host(*ret), -1); /* nobody opens it now */
		return err;
	}
	if (!host_fs(dir)->allow_special || S_ISBLK(mode) || (S_ISCHR(mode) && rdev != 0))
		return -EPERM;
	err = change_begin(dir, name, &n, &dirfd);
	if (err < 0)
		return err;
	err = hostop_mknod(dirfd, n.s, mode & (S_IFMT | HOST_MODE_MASK), 0);
	if (err == 0)
		err = new_child(dir, dirfd, n.s, mode, uid, gid, ret);
	host_dir_put(dir);
	return err;
}

static int host_symlink(struct inode *in, const struct qstr *name, const char *target, uint32_t uid,
			uint32_t gid, struct inode **ret)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in);
	not_zeroed struct host_name n;
	int dirfd, err;

	err = change_begin(dir, name, &n, &dirfd);
	if (err < 0)
		return err;
	err = hostop_symlink(target, dirfd, n.s);
	if (err == 0)
		err = new_child(dir, dirfd, n.s, S_IFLNK | 0777, uid, gid, ret);
	host_dir_put(dir);
	return err;
}

static void touch_links(struct inode *in, int delta)
{
	mutex_lock_nested(&in->mu);
	if (delta > 0 || in->nlink > 0)
		inode_write(in, nlink, in->nlink + delta);
	inode_touch(in, IATTR_CTIME);
	mutex_unlock(&in->mu);
	mark_stale(to_host(in));
}

/* A file without a name, O_TMPFILE's, is named through its open fd. */
static int link_by_anchor(struct host_inode *hi, int dirfd, const char *name)
{
	struct host_fd *h = host_anchor_get(hi);
	int err;

	if (!h)
		return -ENOENT;
	err = hostop_link_fd(hi->inode.super->kernel->host_self_fd_dir, h->fd, dirfd, name);
	host_fd_put(h);
	return err;
}

static int link_by_name(struct host_inode *hi, const struct host_loc *loc, int dirfd,
			const char *name)
{
	not_zeroed struct statx stx;
	int err = hostop_statx(loc->fd, loc->name.s, &stx);

	if (err < 0)
		return err;
	if (!host_inode_is(hi, &stx))
		return -ESTALE;
	return hostop_link(loc->fd, loc->name.s, dirfd, name);
}

static int host_link(struct inode *in, const struct qstr *name, struct inode *target)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in), *hi = to_host(target);
	not_zeroed struct host_name n;
	not_zeroed struct host_loc loc;
	int dirfd, err;

	if (hi->masked)
		return -EPERM;
	err = change_begin(dir, name, &n, &dirfd);
	if (err < 0)
		return err;
	err = host_loc_get(hi, &loc);
	if (err == 0) {
		err = link_by_name(hi, &loc, dirfd, n.s);
		host_loc_put(&loc);
	} else if (err == -ENOENT) {
		err = link_by_anchor(hi, dirfd, n.s);
	}
	host_dir_put(dir);
	if (err < 0)
		return err;
	touch_links(target, 1);
	host_set_location(hi, dir, n.s);
	mark_stale(dir);
	return 0;
}

/* The open fd is the inode's anchor until its first guest file is closed or it gets a name. */
static int host_tmpfile(struct inode *in, uint32_t mode, uint32_t uid, uint32_t gid,
			struct inode **ret)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in), *hi;
	struct host_fd *h = host_fd_new(O_RDWR);
	struct hostfs *fs = host_fs(dir);
	struct host_fresh *fresh = NULL;
	not_zeroed struct statx stx;
	int dirfd, err;

	if (!h)
		return -ENOMEM;
	err = host_dir_get(dir, &dirfd);
	if (err == 0) {
		h->fd = host_open_retry(fs, dirfd, ".", O_TMPFILE | O_RDWR,
					(mode & HOST_MODE_MASK) | 0600);
		err = MIN(h->fd, 0);
		host_dir_put(dir);
	}
	if (err == 0 && !opens_for_owner(mode))
		err = fresh_new(fs, h->fd, &fresh);
	if (err == 0)
		give_away(fs, h->fd, uid, gid);
	if (err == 0)
		err = hostop_fchmod(h->fd, mode & HOST_MODE_MASK);
	if (err == 0)
		err = hostop_statx(h->fd, "", &stx);
	if (err == 0)
		err = host_inode_find(fs, &stx, NULL, NULL, &hi);
	if (err < 0) {
		fresh_free(fresh);
		host_fd_put(h);
		return err;
	}
	set_fresh(&hi->inode, fresh);
	mutex_lock(&fs->mu);
	hi->anchor = h;
	mutex_unlock(&fs->mu);
	*ret = &hi->inode;
	return 0;
}

/* At the host, and in what we know. */
static int remove_name(struct host_inode *dir, int dirfd, const char *name,
		       struct host_inode *victim, bool is_dir)
{
	struct hostfs *fs = host_fs(dir);
	int err;

	host_names_write(fs);
	err = hostop_unlink(dirfd, name, is_dir);
	if (err == 0)
		host_drop_location(victim, dir, name);
	host_names_unlock(fs);
	return err;
}

static int host_unlink(struct inode *in, const struct qstr *name, struct inode *victim)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in);
	not_zeroed struct host_name n;
	int dirfd, err;

	err = change_begin(dir, name, &n, &dirfd);
	if (err < 0)
		return err;
	err = remove_name(dir, dirfd, n.s, to_host(victim), false);
	host_dir_put(dir);
	if (err < 0)
		return err;
	touch_links(victim, -1);
	mark_stale(dir);
	return 0;
}

static void removed_dir(struct host_inode *victim)
{
	mutex_lock_nested(&victim->inode.mu);
	victim->inode.dead = true;
	inode_write(&victim->inode, nlink, 0);
	inode_touch(&victim->inode, IATTR_CTIME);
	mutex_unlock(&victim->inode.mu);
}

static int host_rmdir(struct inode *in, const struct qstr *name, struct inode *victim)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_inode *dir = to_host(in);
	not_zeroed struct host_name n;
	int dirfd, err;

	if (to_host(victim)->masked)
		return -EBUSY;
	err = change_begin(dir, name, &n, &dirfd);
	if (err < 0)
		return err;
	err = remove_name(dir, dirfd, n.s, to_host(victim), true);
	host_dir_put(dir);
	if (err < 0)
		return err;
	removed_dir(to_host(victim));
	mark_stale(dir);
	return 0;
}

/* Where everything is after a rename. */
static void move_locations(struct host_inode *od, const char *on, struct host_inode *victim,
			   struct host_inode *nd, const char *nn, struct host_inode *replaced,
			   bool swap)
{
	if (replaced && replaced != victim) {
		if (swap)
			host_set_location(replaced, od, on);
		host_drop_location(replaced, nd, nn);
	}
	host_set_location(victim, nd, nn);
	host_drop_location(victim, od, on);
}

static void renamed(struct host_inode *od, struct host_inode *victim, struct host_inode *nd,
		    struct host_inode *replaced, bool swap)
{
	if (replaced && swap) {
		mark_stale(replaced);
	} else if (replaced && replaced != victim) {
		if (is_dir(&replaced->inode))
			removed_dir(replaced);
		else
			touch_links(&replaced->inode, -1);
	}
	mark_stale(victim);
	mark_stale(od);
	mark_stale(nd);
}

static int host_rename(struct inode *oldin, const struct qstr *oldname, struct inode *victim,
		       struct inode *newin, const struct qstr *newname, struct inode *replaced,
		       unsigned int flags)
{
	HOST_RIGHTS(to_hostfs(oldin->super));
	struct host_inode *od = to_host(oldin), *nd = to_host(newin), *r;
	not_zeroed struct host_name on, nn;
	int ofd, nfd, err;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	r = replaced ? to_host(replaced) : NULL;
	if (to_host(victim)->masked || (r && r->masked))
		return -EBUSY;
	err = change_begin(od, oldname, &on, &ofd);
	if (err < 0)
		return err;
	err = change_begin(nd, newname, &nn, &nfd);
	if (err < 0)
		goto out_old;
	host_names_write(host_fs(od));
	err = hostop_rename(ofd, on.s, nfd, nn.s, flags);
	if (err == 0)
		move_locations(od, on.s, to_host(victim), nd, nn.s, r, flags & RENAME_EXCHANGE);
	host_names_unlock(host_fs(od));
	host_dir_put(nd);
	if (err == 0)
		renamed(od, to_host(victim), nd, r, flags & RENAME_EXCHANGE);
out_old:
	host_dir_put(od);
	return err;
}

/* ---- listing ---- */

struct host_dir_file {
	int fd;
	bool at_end; /* the host said so, and no call of the guest has ended by it yet */
	size_t len, off;
	int64_t pos; /* cookie of what lies at off */
	char buf[DIR_BUF_SIZE] __attribute__((aligned(8)));
};

int host_dir_open(struct inode *in, struct file *f, struct task *t)
{
	HOST_RIGHTS(to_hostfs(in->super));
	struct host_dir_file *d;
	int err;

	(void)t;
	d = mem_alloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	err = host_open_fd(to_host(in), O_RDONLY | O_DIRECTORY, &d->fd);
	if (err < 0) {
		mem_free(d);
		return err;
	}
	d->len = d->off = 0;
	d->pos = 0;
	d->at_end = false;
	f->ops = &host_dir_ops;
	f->data = d;
	return 0;
}

static void host_dir_release(struct file *f)
{
	struct host_dir_file *d = f->data;

	late_close(d->fd);
	mem_free(d);
}

static int dir_fill(struct host_dir_file *d, int64_t pos)
{
	ssize_t n;

	if (d->pos != pos) {
		int64_t at = hostop_lseek(d->fd, pos, SEEK_SET);

		d->len = d->off = 0;
		d->at_end = false;
		if (at < 0)
			return (int)at;
		d->pos = pos;
	}
	if (d->off < d->len)
		return 1;
	n = hostop_getdents(d->fd, d->buf, sizeof(d->buf));
	d->off = 0;
	d->len = n > 0 ? (size_t)n : 0;
	return n < 0 ? (int)n : n > 0;
}

/* 1: leave it out. Absent ones by name; masked ones that are no directory are not shown either. */
static bool dir_entry_hidden(struct host_inode *dir, const struct linux_dirent64 *e)
{
	const struct hide_node *n = host_hide_child(dir->hide, e->d_name);

	if (n && n->how == HOSTFS_EMPTY && e->d_type != DT_DIR)
		return true;
	return e->d_name[0] != '.' || (e->d_name[1] && strcmp(e->d_name, "..") != 0)
		       ? host_hide_name(dir, e->d_name)
		       : false;
}

static uint64_t entry_ino(struct host_inode *dir, const struct linux_dirent64 *e)
{
	struct hostfs *fs = host_fs(dir);
	uint64_t ino;

	if (strcmp(e->d_name, ".") == 0)
		return dir->inode.ino;
	if (strcmp(e->d_name, "..") != 0)
		return e->d_ino ^ dir->ino_base;
	mutex_lock(&fs->mu);
	ino = dir->parent ? dir->parent->inode.ino : dir->inode.ino;
	mutex_unlock(&fs->mu);
	return ino;
}

static int host_readdir(struct file *f, struct dir_context *ctx)
{
	struct host_inode *dir = to_host(f->inode);
	struct host_dir_file *d = f->data;
	bool first = true;
	int r;

	/* The last entries and the end come in two calls of the guest, and the host was asked already. */
	if (d->at_end && d->pos == f->pos) {
		d->at_end = false;
		return 0;
	}
	for (; (r = dir_fill(d, f->pos)) > 0; first = false) {
		struct linux_dirent64 *e = (void *)(d->buf + d->off);

		if (!dir_entry_hidden(dir, e) &&
		    ctx->emit(ctx, e->d_name, (uint32_t)strlen(e->d_name), entry_ino(dir, e),
			      e->d_type, e->d_off))
			return 0;
		d->off += e->d_reclen;
		d->pos = f->pos = e->d_off;
	}
	d->at_end = r == 0 && !first;
	return r;
}

static int64_t host_dir_llseek(struct file *f, int64_t off, int whence)
{
	struct host_dir_file *d = f->data;

	if (whence == SEEK_CUR && __builtin_add_overflow(off, f->pos, &off))
		return -EOVERFLOW;
	if (whence == SEEK_END) {
		off = hostop_lseek(d->fd, off, SEEK_END);
		d->pos = -1; /* the host's position is elsewhere now */
	} else if (whence != SEEK_SET && whence != SEEK_CUR) {
		return -EINVAL;
	}
	if (off < 0)
		return whence == SEEK_END ? off : -EINVAL;
	d->len = d->off = 0;
	d->pos = -1; /* also makes a rewind see new names */
	return f->pos = off;
}

static int host_dir_fsync(struct file *f, bool datasync)
{
	struct host_dir_file *d = f->data;

	return f->inode->super->readonly ? 0 : hostop_fsync(d->fd, datasync);
}

const struct file_ops host_dir_ops = {
	.llseek = host_dir_llseek,
	.readdir = host_readdir,
	.fsync = host_dir_fsync,
	.release = host_dir_release,
};

/* ---- masked directories ---- */

static int masked_lookup(struct inode *in, const struct qstr *name, struct inode **ret)
{
	(void)in;
	(void)name;
	(void)ret;
	return -ENOENT;
}

static int masked_readdir(struct file *f, struct dir_context *ctx)
{
	struct host_inode *dir = to_host(f->inode);
	struct hostfs *fs = host_fs(dir);
	uint64_t up;

	mutex_lock(&fs->mu);
	up = dir->parent ? dir->parent->inode.ino : dir->inode.ino;
	mutex_unlock(&fs->mu);
	if (f->pos == 0) {
		if (ctx->emit(ctx, ".", 1, dir->inode.ino, DT_DIR, 1))
			return 0;
		f->pos = 1;
	}
	if (f->pos == 1) {
		if (ctx->emit(ctx, "..", 2, up, DT_DIR, 2))
			return 0;
		f->pos = 2;
	}
	return 0;
}

static int64_t masked_llseek(struct file *f, int64_t off, int whence)
{
	return generic_llseek(f, off, whence, 2);
}

const struct file_ops host_masked_dir_ops = {
	.llseek = masked_llseek,
	.readdir = masked_readdir,
};

static int masked_open(struct inode *in, struct file *f, struct task *t)
{
	(void)in;
	(void)t;
	f->ops = &host_masked_dir_ops;
	return 0;
}

const struct inode_ops host_masked_inode_ops = {
	.lookup = masked_lookup,
	.open = masked_open,
	.destroy = host_inode_destroy,
};

#define HOST_DIR_OPS                                                                               \
	.lookup = host_lookup, .create = host_create, .mkdir = host_mkdir, .mknod = host_mknod,    \
	.symlink = host_symlink, .link = host_link, .unlink = host_unlink, .rmdir = host_rmdir,    \
	.rename = host_rename, .tmpfile = host_tmpfile, .getattr = host_getattr,                   \
	.setattr = host_setattr, .open = host_dir_open, .getxattr = host_getxattr,                 \
	.listxattr = host_listxattr, .setxattr = host_setxattr, .removexattr = host_removexattr,   \
	.destroy = host_inode_destroy

const struct inode_ops host_dir_inode_ops = {HOST_DIR_OPS};

/* One that others change now and then. */
const struct inode_ops host_dir_trusting_inode_ops = {
	HOST_DIR_OPS,
	.revalidate = host_revalidate,
	.names_check = host_names_check,
};

/* A tree that others change: every use of a cached name asks the host. */
const struct inode_ops host_dir_shared_inode_ops = {
	HOST_DIR_OPS,
	.revalidate = host_revalidate,
};
