/*
 * fs/anon/inotify.c - inotify(7)
 *
 * Model: an instance (a file) has watches by number and a queue of events. A watch sits in the list
 * of its inode (in->marks) as well and holds the inode, so that it is found again while the file
 * exists; it ends by inotify_rm_watch(2), IN_ONESHOT, the end of its instance, or IN_DELETE_SELF,
 * and each of these but the instance's end queues IN_IGNORED.
 *
 * Limits: MAX_INSTANCES and MAX_WATCHES of the sandbox; MAX_QUEUED events per instance, and
 * MAX_QUEUED_IN_ALL of the sandbox, after which one IN_Q_OVERFLOW (wd -1) stands for what was lost. An event equal to the last queued one is
 * dropped, as Linux does.
 *
 * Locking: marks_mu (LOCK_INOTIFY_MARKS) guards watches, their lists and in->marks; group->mu
 * (LOCK_ANON) inside it guards the queue. inode_put() happens outside of both, or while the caller
 * of inotify_queue() holds the inode.
 */
#include "fs/anon/inotify.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>

#include "fs/anon/anon.h"
#include "fs/anon/fasync.h"
#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/mem/uio.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

#define MAX_INSTANCES 1024u
#define MAX_WATCHES 65536u
#define MAX_QUEUED 16384u
#define MAX_QUEUED_IN_ALL 262144u
#define EVENTS (IN_ALL_EVENTS | IN_DN_RENAME)
#define NAME_ROOM 272 /* NAME_MAX and NUL, padded */

struct inotify_marks {
	struct list watches;
};

struct group {
	struct list node; /* groups */
	struct wait_queue wq;
	struct list watches; /* marks_mu */
	int last_wd;	     /* marks_mu */
	bool silent;	     /* see inotify_set_silent() */
	struct mutex mu;
	struct list events GUARDED_BY(&mu);
	uint32_t nr_events GUARDED_BY(&mu);
	bool overflow GUARDED_BY(&mu); /* IN_Q_OVERFLOW comes after what is queued */
};

struct watch {
	struct list inode_node, group_node;
	struct group *group;
	struct inode *inode; /* referenced */
	int wd;
	uint32_t mask;
};

struct event {
	struct list node;
	int wd;
	uint32_t mask, cookie;
	uint32_t name_len; /* 0: none */
	char name[];
};

atomic_uint inotify_nr_marks;
static atomic_uint nr_instances, nr_queued;
static atomic_uint next_cookie;
static struct list groups = LIST_HEAD_INIT(groups); /* marks_mu */
static struct mutex marks_mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_INOTIFY_MARKS};

uint32_t inotify_next_cookie(void)
{
	return atomic_fetch_add(&next_cookie, 1) + 1;
}

/* ---- the queue ---- */

static bool same_event(const struct event *e, int wd, uint32_t mask, uint32_t cookie,
		       const struct qstr *name)
{
	uint32_t len = name ? name->len : 0;

	return e->wd == wd && e->mask == mask && e->cookie == cookie && e->name_len == len &&
	       (len == 0 || memcmp(e->name, name->name, len) == 0);
}

static void push_locked(struct group *g, int wd, uint32_t mask, uint32_t cookie,
			const struct qstr *name) REQUIRES(&g->mu)
{
	uint32_t len = name ? MIN(name->len, 255u) : 0;
	struct event *e = NULL;

	if (!list_empty(&g->events) &&
	    same_event(list_last_entry(&g->events, struct event, node), wd, mask, cookie, name))
		return;
	if (g->nr_events < MAX_QUEUED && !g->overflow &&
	    atomic_load(&nr_queued) < MAX_QUEUED_IN_ALL)
		e = mem_alloc(sizeof(*e) + len);
	if (e == NULL) {
		g->overflow = true;
		return;
	}
	atomic_fetch_add(&nr_queued, 1);
	e->wd = wd;
	e->mask = mask;
	e->cookie = cookie;
	e->name_len = len;
	if (len)
		memcpy(e->name, name->name, len);
	list_add_tail(&e->node, &g->events);
	g->nr_events++;
}

static void group_push(struct group *g, int wd, uint32_t mask, uint32_t cookie,
		       const struct qstr *name)
{
	if (g->silent && (mask & IN_IGNORED))
		return;
	if (!g->silent) {
		mutex_lock(&g->mu);
		push_locked(g, wd, mask, cookie, name);
		mutex_unlock(&g->mu);
	}
	wait_wake(&g->wq, POLLIN | POLLRDNORM);
}

static uint32_t padded_len(uint32_t name_len)
{
	return name_len ? ALIGN_UP(name_len + 1, (uint32_t)sizeof(struct inotify_event)) : 0;
}

/* The next event if it fits into room: 0 and *ret (NULL: the overflow event), -EAGAIN, -EINVAL. */
static int pop(struct group *g, size_t room, struct event **ret)
{
	struct event *e;
	int err = 0;

	mutex_lock(&g->mu);
	e = list_first_entry_or_null(&g->events, struct event, node);
	if (e == NULL && !g->overflow) {
		err = -EAGAIN;
	} else if (room < sizeof(struct inotify_event) + (e ? padded_len(e->name_len) : 0)) {
		err = -EINVAL;
	} else if (e) {
		list_del(&e->node);
		g->nr_events--;
		atomic_fetch_sub(&nr_queued, 1);
	} else {
		g->overflow = false;
	}
	mutex_unlock(&g->mu);
	*ret = e;
	return err;
}

static bool write_event(struct uio *u, const struct event *e)
{
	struct {
		struct inotify_event head;
		char name[NAME_ROOM];
	} out = {.head = {.wd = -1, .mask = IN_Q_OVERFLOW}};
	size_t len;

	if (e) {
		out.head.wd = e->wd;
		out.head.mask = e->mask;
		out.head.cookie = e->cookie;
		out.head.len = padded_len(e->name_len);
		memcpy(out.name, e->name, e->name_len);
	}
	len = sizeof(out.head) + out.head.len;
	return uio_write(u, &out, len) == len;
}

static ssize_t inotify_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct group *g = f->data;
	size_t start = u->left;
	bool ok = true;

	(void)pos;
	(void)flags;
	while (ok) {
		struct event *e;
		int err = pop(g, u->left, &e);

		if (err < 0)
			return start != u->left ? (ssize_t)(start - u->left) : err;
		ok = write_event(u, e);
		mem_free(e);
	}
	return -EFAULT;
}

static uint32_t inotify_poll(struct file *f)
{
	struct group *g = f->data;
	uint32_t mask;

	mutex_lock(&g->mu);
	mask = !list_empty(&g->events) || g->overflow ? POLLIN | POLLRDNORM : 0;
	mutex_unlock(&g->mu);
	return mask;
}

static struct wait_queue *inotify_wait_queue(struct file *f)
{
	return &((struct group *)f->data)->wq;
}

static long inotify_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct group *g = f->data;
	struct event *e;
	int n = 0;

	if (cmd != FIONREAD)
		return -ENOTTY;
	mutex_lock(&g->mu);
	list_for_each_entry(e, &g->events, node)
		n += (int)(sizeof(struct inotify_event) + padded_len(e->name_len));
	if (g->overflow)
		n += (int)sizeof(struct inotify_event);
	mutex_unlock(&g->mu);
	return copy_out_obj(t, arg, &n);
}

/* ---- watches ---- */

static struct watch *find_on_inode_locked(struct group *g, struct inode *in) REQUIRES(&marks_mu)
{
	struct watch *w;

	if (in->marks == NULL)
		return NULL;
	list_for_each_entry(w, &in->marks->watches, inode_node)
		if (w->group == g)
			return w;
	return NULL;
}

static struct watch *find_wd_locked(struct group *g, int wd) REQUIRES(&marks_mu)
{
	struct watch *w;

	list_for_each_entry(w, &g->watches, group_node)
		if (w->wd == wd)
			return w;
	return NULL;
}

/* Out of both lists; the caller frees it with watch_free() without locks. */
static void unlink_locked(struct watch *w) REQUIRES(&marks_mu)
{
	struct inode *in = w->inode;

	list_del(&w->inode_node);
	list_del(&w->group_node);
	if (list_empty(&in->marks->watches)) {
		mem_free(in->marks);
		in->marks = NULL;
	}
	atomic_fetch_sub(&inotify_nr_marks, 1);
}

bool inotify_is_watched(struct inode *in)
{
	bool is;

	mutex_lock(&marks_mu);
	is = in->marks != NULL;
	mutex_unlock(&marks_mu);
	return is;
}

/* Without locks: the host is told as well, where others change what is watched. */
static void tell_super(struct inode *in)
{
	if (in->super->ops->watched)
		in->super->ops->watched(in);
}

static void watch_free(struct watch *w)
{
	tell_super(w->inode);
	inode_put(w->inode);
	mem_free(w);
}

static int link_locked(struct group *g, struct watch *w, struct inode *in) REQUIRES(&marks_mu)
{
	if (atomic_load(&inotify_nr_marks) >= MAX_WATCHES)
		return -ENOSPC;
	if (in->marks == NULL) {
		in->marks = mem_alloc(sizeof(*in->marks));
		if (in->marks == NULL)
			return -ENOMEM;
		list_init(&in->marks->watches);
	}
	if (g->last_wd == INT32_MAX)
		g->last_wd = 0;
	do
		w->wd = ++g->last_wd;
	while (find_wd_locked(g, w->wd) && g->last_wd < INT32_MAX);
	w->group = g;
	w->inode = inode_get(in);
	list_add_tail(&w->inode_node, &in->marks->watches);
	list_add_tail(&w->group_node, &g->watches);
	atomic_fetch_add(&inotify_nr_marks, 1);
	return w->wd;
}

#define MASK_KEPT (EVENTS | IN_EXCL_UNLINK | IN_ONESHOT)

int inotify_add(struct task *t, struct file *f, const struct path *p, uint32_t mask)
{
	struct group *g = f->data;
	struct inode *in = p->dentry->inode;
	struct watch *w, *fresh = mem_zalloc(sizeof(*fresh));
	int wd;

	(void)t;
	if (fresh == NULL)
		return -ENOMEM;
	mutex_lock(&marks_mu);
	w = find_on_inode_locked(g, in);
	if (w && (mask & IN_MASK_CREATE)) {
		wd = -EEXIST;
	} else if (w) {
		w->mask = (mask & IN_MASK_ADD ? w->mask : 0) | (mask & MASK_KEPT);
		wd = w->wd;
	} else {
		fresh->mask = mask & MASK_KEPT;
		wd = link_locked(g, fresh, in);
		if (wd >= 0)
			fresh = NULL;
	}
	mutex_unlock(&marks_mu);
	if (!w && wd >= 0)
		tell_super(in);
	mem_free(fresh);
	return wd;
}

int inotify_rm(struct file *f, int wd)
{
	struct group *g = f->data;
	struct watch *w;

	mutex_lock(&marks_mu);
	w = find_wd_locked(g, wd);
	if (w)
		unlink_locked(w);
	mutex_unlock(&marks_mu);
	if (w == NULL)
		return -EINVAL;
	group_push(g, wd, IN_IGNORED, 0, NULL);
	watch_free(w);
	return 0;
}

/* ---- events from the VFS ---- */

static void deliver_locked(struct watch *w, uint32_t mask, uint32_t cookie, const struct qstr *name)
	REQUIRES(&marks_mu)
{
	uint32_t shown = mask & (IN_DELETE_SELF | IN_MOVE_SELF) ? mask & ~(uint32_t)IN_ISDIR : mask;

	if (w->mask & mask & EVENTS)
		group_push(w->group, w->wd, shown, cookie, name);
}

/* unlinked: the event is a child's that has no name any more (IN_EXCL_UNLINK). */
static void queue_event(struct inode *in, uint32_t mask, uint32_t cookie, const struct qstr *name,
			bool unlinked)
{
	struct list dead = LIST_HEAD_INIT(dead);
	struct watch *w, *tmp;

	mutex_lock(&marks_mu);
	if (in->marks == NULL) {
		mutex_unlock(&marks_mu);
		return;
	}
	list_for_each_entry_safe(w, tmp, &in->marks->watches, inode_node) {
		bool hit = w->mask & mask & EVENTS;
		bool last;

		if (unlinked && (w->mask & IN_EXCL_UNLINK))
			continue;
		deliver_locked(w, mask, cookie, name);
		if (!(mask & IN_DELETE_SELF) && !(hit && (w->mask & IN_ONESHOT)))
			continue;
		group_push(w->group, w->wd, IN_IGNORED, 0, NULL);
		last = w->inode_node.next == w->inode_node.prev; /* only the head is left */
		unlink_locked(w);
		list_add_tail(&w->group_node, &dead);
		if (last)
			break; /* in->marks is gone */
	}
	mutex_unlock(&marks_mu);
	list_for_each_entry_safe(w, tmp, &dead, group_node)
		watch_free(w);
	fasync_flush();
}

void inotify_queue(struct inode *in, uint32_t mask, uint32_t cookie, const struct qstr *name)
{
	/* Of an event in a directory, the flag says what the name is; else what the object is. */
	if (name == NULL && S_ISDIR(inode_read(in, mode)))
		mask |= IN_ISDIR;
	queue_event(in, mask, cookie, name, false);
}

void inotify_queue_path(const struct path *p, uint32_t mask)
{
	struct dentry *d = p->dentry;
	struct inode *parent = NULL;
	struct qstr name = {0};
	char buf[256];
	bool unlinked;

	if (S_ISDIR(inode_read(d->inode, mode)))
		mask |= IN_ISDIR;
	rwlock_rdlock(&d->super->rename_mu);
	unlinked = !d->hashed;
	if (d->parent != d && d->parent->inode && d->parent->inode->marks) {
		parent = inode_get(d->parent->inode);
		name.len = MIN(d->name_len, 255u);
		memcpy(buf, d->name, name.len);
		name.name = buf;
	}
	rwlock_unlock(&d->super->rename_mu);
	if (parent) {
		queue_event(parent, mask, 0, &name, unlinked);
		inode_put(parent);
	}
	queue_event(d->inode, mask, 0, NULL, false);
}

void inotify_lost(void)
{
	struct group *g;

	mutex_lock(&marks_mu);
	list_for_each_entry(g, &groups, node) {
		if (!list_empty(&g->watches) && !g->silent) {
			mutex_lock(&g->mu);
			g->overflow = true;
			mutex_unlock(&g->mu);
			wait_wake(&g->wq, POLLIN | POLLRDNORM);
		}
	}
	mutex_unlock(&marks_mu);
}

/* Watches hold their inode, so none is left when it goes. */
void inotify_inode_gone(struct inode *in)
{
	ASSERT(in->marks == NULL);
}

/* ---- instances ---- */

static void group_free(struct group *g)
{
	mutex_lock(&marks_mu);
	list_del(&g->node);
	mutex_unlock(&marks_mu);
	while (!list_empty(&g->events)) {
		struct event *e = list_first_entry(&g->events, struct event, node);

		list_del(&e->node);
		mem_free(e);
		atomic_fetch_sub(&nr_queued, 1);
	}
	wait_queue_destroy(&g->wq);
	mutex_destroy(&g->mu);
	mem_free(g);
	atomic_fetch_sub(&nr_instances, 1);
}

void inotify_set_silent(struct file *f)
{
	((struct group *)f->data)->silent = true;
}

void inotify_rm_all(struct file *f)
{
	struct group *g = f->data;

	for (;;) {
		struct watch *w;

		mutex_lock(&marks_mu);
		w = list_first_entry_or_null(&g->watches, struct watch, group_node);
		if (w)
			unlink_locked(w);
		mutex_unlock(&marks_mu);
		if (w == NULL)
			break;
		watch_free(w);
	}
}

static void inotify_release(struct file *f)
{
	inotify_rm_all(f);
	group_free(f->data);
}

static void inotify_show_fdinfo(struct file *f, struct strbuf *sb)
{
	struct group *g = f->data;
	struct watch *w;

	mutex_lock(&marks_mu);
	list_for_each_entry(w, &g->watches, group_node)
		strbuf_printf(sb, "inotify wd:%x ino:%lx sdev:%lx mask:%x ignored_mask:0\n",
			      (unsigned int)w->wd, (unsigned long)w->inode->ino,
			      (unsigned long)w->inode->super->dev, w->mask);
	mutex_unlock(&marks_mu);
}

static const struct file_ops inotify_fops = {
	.llseek = anon_llseek,
	.read = inotify_read,
	.poll = inotify_poll,
	.wait_queue = inotify_wait_queue,
	.ioctl = inotify_ioctl,
	.show_fdinfo = inotify_show_fdinfo,
	.release = inotify_release,
};

bool file_is_inotify(const struct file *f)
{
	return f->ops == &inotify_fops;
}

int inotify_new(struct task *t, int flags, struct file **ret)
{
	struct group *g;
	int err;

	if (atomic_fetch_add(&nr_instances, 1) >= MAX_INSTANCES) {
		atomic_fetch_sub(&nr_instances, 1);
		return -EMFILE;
	}
	g = mem_zalloc(sizeof(*g));
	if (g == NULL) {
		atomic_fetch_sub(&nr_instances, 1);
		return -ENOMEM;
	}
	mutex_init(&g->mu, LOCK_ANON);
	wait_queue_init(&g->wq);
	list_init(&g->watches);
	list_init(&g->events);
	mutex_lock(&marks_mu);
	list_add_tail(&g->node, &groups);
	mutex_unlock(&marks_mu);
	err = file_new_anon(t->kernel, "anon_inode:inotify", NULL, &inotify_fops, g,
			    O_RDONLY | flags, FMODE_READ | FMODE_STREAM, ret);
	if (err < 0)
		group_free(g);
	return err;
}
