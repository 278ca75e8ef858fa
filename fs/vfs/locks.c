/*
 * fs/vfs/locks.c - file locks, see locks.h
 *
 * Model: per inode two lists: record locks (POSIX and OFD), those of one owner together and sorted,
 * never overlapping, neighbours of one type merged; and flock locks, one per struct file.
 * Setting a range is decode (find conflicts, allocate), then commit (cut, merge; cannot fail).
 *
 * Differences from Linux: at most LOCKS_PER_INODE records on an inode (-ENOLCK beyond). Mandatory
 * locks and leases do not exist.
 */
#include "fs/vfs/locks.h"

#include <errno.h>
#include <poll.h>
#include <sys/file.h>

#include "fs/vfs/file.h"
#include "fs/vfs/internal.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/kernel.h"
#include "sentry/wait.h"

#define LOCKS_PER_INODE 16384
#define DEADLOCK_CHAIN_MAX 10 /* as in Linux */

struct file_locks {
	struct list records;
	struct list flocks;
	unsigned int nr;
	struct wait_queue wq;
};

static struct kernel *kernel_of(const struct inode *in)
{
	return in->super->kernel;
}

static struct file_locks *locks_of(struct inode *in)
{
	return __atomic_load_n(&in->locks, __ATOMIC_ACQUIRE);
}

/* The inode's lists, made if necessary; NULL: out of memory. */
static struct file_locks *locks_make_locked(struct inode *in)
{
	struct file_locks *l = in->locks;

	if (l)
		return l;
	l = mem_zalloc(sizeof(*l));
	if (!l)
		return NULL;
	list_init(&l->records);
	list_init(&l->flocks);
	wait_queue_init(&l->wq);
	__atomic_store_n(&in->locks, l, __ATOMIC_RELEASE);
	return l;
}

static void lock_free(struct file_locks *l, struct file_lock *fl)
{
	list_del(&fl->node);
	l->nr--;
	mem_free(fl);
}

void inode_free_locks(struct inode *in)
{
	struct file_locks *l = in->locks;
	struct file_lock *fl, *tmp;

	if (!l)
		return;
	list_for_each_entry_safe(fl, tmp, &l->records, node)
		lock_free(l, fl);
	list_for_each_entry_safe(fl, tmp, &l->flocks, node)
		lock_free(l, fl);
	wait_queue_destroy(&l->wq);
	mem_free(l);
	in->locks = NULL;
}

struct wait_queue *locks_wait_queue(struct file *f)
{
	struct kernel *k = kernel_of(f->inode);
	struct file_locks *l;

	mutex_lock(&k->file_locks_mu);
	l = locks_make_locked(f->inode);
	mutex_unlock(&k->file_locks_mu);
	return l ? &l->wq : NULL;
}

int file_lock_range(struct file *f, const struct flock *fl, struct file_lock *ret)
{
	int64_t base, start, end;

	switch (fl->l_whence) {
	case SEEK_SET: base = 0; break;
	case SEEK_CUR:
		mutex_lock(&f->pos_mu);
		base = f->pos;
		mutex_unlock(&f->pos_mu);
		break;
	case SEEK_END: base = (int64_t)inode_read(f->inode, size); break;
	default: return -EINVAL;
	}
	if (__builtin_add_overflow(base, fl->l_start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	if (fl->l_len > 0) {
		if (__builtin_add_overflow(start, fl->l_len - 1, &end))
			return -EOVERFLOW;
	} else if (fl->l_len < 0) {
		end = start - 1;
		start += fl->l_len; /* start >= 0 and l_len < 0: no overflow */
		if (start < 0)
			return -EINVAL;
	} else {
		end = INT64_MAX;
	}
	if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK && fl->l_type != F_UNLCK)
		return -EINVAL;
	ret->start = start;
	ret->end = end;
	ret->type = fl->l_type;
	return 0;
}

/* ---- record locks ---- */

static bool overlaps(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static struct file_lock *find_conflict(struct file_locks *l, const struct file_lock *req)
{
	struct file_lock *fl;

	list_for_each_entry(fl, &l->records, node) {
		if (fl->owner != req->owner && overlaps(fl, req) &&
		    (fl->type == F_WRLCK || req->type == F_WRLCK))
			return fl;
	}
	return NULL;
}

static const void *blocker_of(struct kernel *k, const void *owner)
{
	struct lock_wait *w;

	list_for_each_entry(w, &k->blocked_locks, node) {
		if (w->owner == owner)
			return w->blocker;
	}
	return NULL;
}

static bool would_deadlock(struct kernel *k, const void *owner, const void *blocker)
{
	for (int i = 0; blocker && i < DEADLOCK_CHAIN_MAX; i++) {
		if (blocker == owner)
			return true;
		blocker = blocker_of(k, blocker);
	}
	return false;
}

static int announce_wait(struct kernel *k, const struct file_lock *req,
			 const struct file_lock *conflict, struct lock_wait *wait)
{
	if (!wait)
		return -EAGAIN;
	list_del(&wait->node);
	/* OFD locks belong to no thread that could be asleep: they take no part in circles. */
	if (req->ofd || conflict->ofd)
		return -EAGAIN;
	if (would_deadlock(k, req->owner, conflict->owner))
		return -EDEADLK;
	wait->owner = req->owner;
	wait->blocker = conflict->owner;
	list_add_tail(&wait->node, &k->blocked_locks);
	return -EAGAIN;
}

void posix_lock_wait_end(struct kernel *k, struct lock_wait *wait)
{
	mutex_lock(&k->file_locks_mu);
	list_del(&wait->node);
	mutex_unlock(&k->file_locks_mu);
}

/* Memory that a commit may need. */
struct lock_spares {
	struct file_lock *lock, *split;
};

/* Cuts req's range out of the owner's locks. Returns whether anything was given up. */
static bool cut_range(struct file_locks *l, const struct file_lock *req, struct lock_spares *spare)
{
	struct file_lock *fl, *tmp;
	bool gave_up = false;

	list_for_each_entry_safe(fl, tmp, &l->records, node) {
		if (fl->owner != req->owner || !overlaps(fl, req))
			continue;
		gave_up = gave_up || req->type == F_UNLCK || req->type != fl->type;
		if (fl->start < req->start && fl->end > req->end) {
			struct file_lock *tail = TAKE_PTR(spare->split);

			*tail = *fl;
			tail->start = req->end + 1;
			list_init(&tail->node);
			list_add(&tail->node, &fl->node);
			l->nr++;
			fl->end = req->start - 1;
			break; /* nothing else of this owner overlaps */
		}
		if (fl->start < req->start)
			fl->end = req->start - 1;
		else if (fl->end > req->end)
			fl->start = req->end + 1;
		else
			lock_free(l, fl);
	}
	return gave_up;
}

/* Puts the new lock in its place among the owner's locks and merges neighbours of its type. */
static void insert_lock(struct file_locks *l, struct file_lock *new_lock)
{
	struct file_lock *fl, *tmp;
	struct list *after = NULL;

	list_for_each_entry_safe(fl, tmp, &l->records, node) {
		if (fl->owner != new_lock->owner) {
			if (after)
				break;
			continue;
		}
		if (fl->type == new_lock->type && fl->end != INT64_MAX &&
		    fl->end + 1 == new_lock->start) {
			new_lock->start = fl->start;
			after = fl->node.prev;
			lock_free(l, fl);
		} else if (fl->type == new_lock->type && new_lock->end != INT64_MAX &&
			   new_lock->end + 1 == fl->start) {
			new_lock->end = fl->end;
			after = fl->node.prev;
			lock_free(l, fl);
			break;
		} else if (fl->start < new_lock->start) {
			after = &fl->node;
		} else {
			after = fl->node.prev;
			break;
		}
	}
	list_add(&new_lock->node, after ? after : l->records.prev);
	l->nr++;
}

static int set_locked(struct inode *in, const struct file_lock *req, struct lock_spares *spare,
		      struct lock_wait *wait)
{
	struct file_locks *l = locks_make_locked(in);
	struct file_lock *conflict;

	if (!l)
		return -ENOLCK;
	if (req->type != F_UNLCK) {
		conflict = find_conflict(l, req);
		if (conflict)
			return announce_wait(kernel_of(in), req, conflict, wait);
		if (l->nr >= LOCKS_PER_INODE)
			return -ENOLCK;
	}
	if (wait)
		list_del(&wait->node);
	if (cut_range(l, req, spare))
		wait_wake(&l->wq, POLLOUT);
	if (req->type != F_UNLCK) {
		struct file_lock *fl = TAKE_PTR(spare->lock);

		*fl = *req;
		list_init(&fl->node);
		insert_lock(l, fl);
	}
	return 0;
}

int posix_lock_try(struct file *f, const struct file_lock *req, struct lock_wait *wait)
{
	struct kernel *k = kernel_of(f->inode);
	struct lock_spares spare;
	int err;

	if ((req->type == F_RDLCK && !(f->mode & FMODE_READ)) ||
	    (req->type == F_WRLCK && !(f->mode & FMODE_WRITE)))
		return -EBADF;
	if (req->type == F_UNLCK && !locks_of(f->inode))
		return 0;
	spare.lock = mem_alloc(sizeof(*spare.lock));
	spare.split = mem_alloc(sizeof(*spare.split));
	mutex_lock(&k->file_locks_mu);
	err = spare.lock && spare.split ? set_locked(f->inode, req, &spare, wait) : -ENOLCK;
	mutex_unlock(&k->file_locks_mu);
	mem_free(spare.lock);
	mem_free(spare.split);
	return err;
}

void posix_lock_test(struct file *f, const struct file_lock *req, struct file_lock *ret)
{
	struct kernel *k = kernel_of(f->inode);
	struct file_lock *conflict = NULL;

	*ret = *req;
	mutex_lock(&k->file_locks_mu);
	if (f->inode->locks)
		conflict = find_conflict(f->inode->locks, req);
	if (conflict)
		*ret = *conflict;
	else
		ret->type = F_UNLCK;
	mutex_unlock(&k->file_locks_mu);
	list_init(&ret->node);
}

/* ---- flock ---- */

static int flock_locked(struct file_locks *l, struct file *f, int type, struct file_lock **spare)
{
	struct file_lock *fl, *mine = NULL;

	list_for_each_entry(fl, &l->flocks, node) {
		if (fl->owner == f)
			mine = fl;
	}
	if (mine && mine->type == type)
		return 0;
	if (mine) { /* a change is not atomic: the old lock goes first, flock(2) */
		lock_free(l, mine);
		wait_wake(&l->wq, POLLOUT);
	}
	if (type == F_UNLCK)
		return 0;
	list_for_each_entry(fl, &l->flocks, node) {
		if (fl->type == F_WRLCK || type == F_WRLCK)
			return -EAGAIN;
	}
	if (l->nr >= LOCKS_PER_INODE)
		return -ENOLCK;
	fl = TAKE_PTR(*spare);
	*fl = (struct file_lock){.owner = f, .end = INT64_MAX, .type = type, .pid = -1};
	list_init(&fl->node);
	list_add_tail(&fl->node, &l->flocks);
	l->nr++;
	return 0;
}

int flock_try(struct file *f, int op)
{
	struct kernel *k = kernel_of(f->inode);
	int type = op == LOCK_SH ? F_RDLCK : op == LOCK_EX ? F_WRLCK : F_UNLCK;
	struct file_lock *spare = mem_alloc(sizeof(*spare));
	struct file_locks *l;
	int err = -ENOLCK;

	mutex_lock(&k->file_locks_mu);
	l = spare ? locks_make_locked(f->inode) : NULL;
	if (l)
		err = flock_locked(l, f, type, &spare);
	mutex_unlock(&k->file_locks_mu);
	mem_free(spare);
	return err;
}

/* ---- the end of owners ---- */

static void remove_owner(struct inode *in, const void *owner, bool flocks)
{
	struct kernel *k = kernel_of(in);
	struct file_locks *l;
	struct file_lock *fl, *tmp;
	unsigned int before;

	mutex_lock(&k->file_locks_mu);
	l = in->locks;
	before = l->nr;
	list_for_each_entry_safe(fl, tmp, &l->records, node) {
		if (fl->owner == owner)
			lock_free(l, fl);
	}
	list_for_each_entry_safe(fl, tmp, &l->flocks, node) {
		if (flocks && fl->owner == owner)
			lock_free(l, fl);
	}
	if (l->nr != before)
		wait_wake(&l->wq, POLLOUT);
	mutex_unlock(&k->file_locks_mu);
}

void locks_remove_posix(struct inode *in, const struct fdtable *owner)
{
	if (locks_of(in))
		remove_owner(in, owner, false);
}

void locks_remove_file(struct file *f)
{
	if (locks_of(f->inode))
		remove_owner(f->inode, f, true);
}

static void show_lock(const struct file_lock *fl, const char *kind, const struct inode *in, int nr,
		      struct strbuf *sb)
{
	strbuf_printf(sb, "lock:\t%d: %s  ADVISORY  %s %d %02x:%02x:%llu %lld ", nr, kind,
		      fl->type == F_WRLCK ? "WRITE" : "READ", fl->pid,
		      (unsigned int)(in->super->dev >> 8 & 0xfff),
		      (unsigned int)(in->super->dev & 0xff), (unsigned long long)in->ino,
		      (long long)fl->start);
	if (fl->end == INT64_MAX)
		strbuf_puts(sb, "EOF\n");
	else
		strbuf_printf(sb, "%lld\n", (long long)fl->end);
}

void locks_show(struct kernel *k, struct inode *in, struct strbuf *sb)
{
	struct file_lock *fl;
	int nr = 1;

	if (!locks_of(in))
		return;
	mutex_lock(&k->file_locks_mu);
	list_for_each_entry(fl, &in->locks->records, node)
		show_lock(fl, fl->ofd ? "OFDLCK" : "POSIX", in, nr++, sb);
	list_for_each_entry(fl, &in->locks->flocks, node)
		show_lock(fl, "FLOCK", in, nr++, sb);
	mutex_unlock(&k->file_locks_mu);
}
