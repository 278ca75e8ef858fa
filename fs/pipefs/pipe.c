/*
 * fs/pipefs/pipe.c - the buffers and the file ops of pipes and FIFOs
 *
 * Model: what a write leaves in a pipe follows Linux's page buffers, because programs see it: a
 * write of up to PIPE_BUF bytes goes into one buffer or none (atomic); the odd head of a write is
 * merged into the last buffer if it fits there as a whole; a pipe is full when its slots are,
 * whatever is free inside of them. In packet mode (O_DIRECT) nothing merges and a read ends with
 * the packet.
 *
 * Copies: a reader detaches buffers under the lock and copies them out afterwards; if the guest's
 * memory ends it puts the rest back in front. A writer copies in first, into buffers of its own,
 * and appends what then fits. So the lock is only held for moving pointers and at most one page.
 *
 * Differences: two readers racing on one pipe, of which one faults, may see the faulted bytes late.
 */
#include "fs/pipefs/pipe_impl.h"

#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "sentry/base/mem.h"
#include "sentry/mem/uio.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

#define CHAIN_MAX (PIPE_WHOLE / PIPE_PAGE) /* buffers moved per step */
_Static_assert(CHAIN_MAX + 1 <= UIO_MAX_PIECES, "a step of a write, with the head that is merged");

/* Slots that all pipes may hold, for the two limits of pipe.h. */
static atomic_uint pipe_slots_total;

/* Changes the account from old to new slots; -EPERM beyond the limits. */
static int pipe_account(struct task *t, uint32_t old, uint32_t new)
{
	uint32_t total = atomic_fetch_add(&pipe_slots_total, new - old) + new - old;
	uint32_t limit = task_has_cap(t, CAP_SYS_RESOURCE) || task_has_cap(t, CAP_SYS_ADMIN)
				 ? PIPE_USER_PAGES_HARD
				 : PIPE_USER_PAGES_SOFT;

	if (new <= old || total <= limit)
		return 0;
	atomic_fetch_sub(&pipe_slots_total, new - old);
	return -EPERM;
}

struct pipe *pipe_alloc(struct task *t, bool anonymous)
{
	uint32_t slots = PIPE_DEF_SLOTS;
	struct pipe *p;

	if (pipe_account(t, 0, slots) < 0) {
		/* PIPE_MIN_DEF_BUFFERS: as Linux beyond pipe-user-pages-soft. Root has no limit
		 * there: who keeps many pipes must not leave others without any. */
		slots = 2;
		atomic_fetch_add(&pipe_slots_total, slots);
	}
	p = atomic_load(&pipe_slots_total) <= PIPE_SLOTS_MAX ? mem_zalloc(sizeof(*p)) : NULL;
	if (p == NULL) {
		atomic_fetch_sub(&pipe_slots_total, slots);
		return NULL;
	}
	ref_init(&p->ref, 1);
	p->anonymous = anonymous;
	mutex_init(&p->mu, LOCK_PIPE);
	wait_queue_init(&p->wq);
	list_init(&p->bufs);
	p->max_bufs = slots;
	p->r_counter = p->w_counter = 1;
	return p;
}

void pipe_free(struct pipe *p)
{
	pipe_chain_free(&p->bufs);
	for (int i = 0; i < PIPE_NR_SPARE; i++)
		mem_free(p->spare[i]);
	atomic_fetch_sub(&pipe_slots_total, p->max_bufs);
	wait_queue_destroy(&p->wq);
	mutex_destroy(&p->mu);
	mem_free(p);
}

static struct pipe_buf *buf_new_locked(struct pipe *p) REQUIRES(&p->mu)
{
	struct pipe_buf *b = NULL;

	for (int i = 0; i < PIPE_NR_SPARE && b == NULL; i++)
		b = TAKE_PTR(p->spare[i]);
	if (b == NULL)
		b = mem_alloc(sizeof(*b));
	if (b) {
		list_init(&b->node);
		b->off = b->len = 0;
		b->packet = b->can_merge = false;
	}
	return b;
}

static void buf_free_locked(struct pipe *p, struct pipe_buf *b) REQUIRES(&p->mu)
{
	for (int i = 0; i < PIPE_NR_SPARE; i++)
		if (p->spare[i] == NULL) {
			p->spare[i] = b;
			return;
		}
	mem_free(b);
}

struct pipe_buf *pipe_buf_new(struct pipe *p)
{
	struct pipe_buf *b;

	if (p) {
		mutex_lock(&p->mu);
		b = buf_new_locked(p);
		mutex_unlock(&p->mu);
		return b;
	}
	b = mem_alloc(sizeof(*b));
	if (b) {
		list_init(&b->node);
		b->off = b->len = 0;
		b->packet = b->can_merge = false;
	}
	return b;
}

void pipe_chain_free(struct list *chain)
{
	while (!list_empty(chain)) {
		struct pipe_buf *b = list_first_entry(chain, struct pipe_buf, node);

		list_del(&b->node);
		mem_free(b);
	}
}

/* Frees into the pipe's spares: most buffers of a busy pipe never see the allocator. */
static void pipe_chain_recycle(struct pipe *p, struct list *chain)
{
	if (list_empty(chain))
		return;
	mutex_lock(&p->mu);
	while (!list_empty(chain)) {
		struct pipe_buf *b = list_first_entry(chain, struct pipe_buf, node);

		list_del(&b->node);
		buf_free_locked(p, b);
	}
	mutex_unlock(&p->mu);
}

static size_t chain_bytes(const struct list *chain)
{
	struct pipe_buf *b;
	size_t n = 0;

	list_for_each_entry(b, chain, node)
		n += b->len;
	return n;
}

/* Cuts max bytes off the front of b into a buffer of their own. */
static struct pipe_buf *buf_split_locked(struct pipe *p, struct pipe_buf *b, uint32_t max)
	REQUIRES(&p->mu)
{
	struct pipe_buf *part = buf_new_locked(p);

	if (part == NULL)
		return NULL;
	memcpy(part->data, b->data + b->off, max);
	part->len = max;
	b->off += max;
	b->len -= max;
	return part;
}

ssize_t pipe_take_locked(struct pipe *p, size_t max, struct list *chain)
{
	bool was_full = p->nr_bufs >= p->max_bufs;
	size_t n = 0;

	if (list_empty(&p->bufs))
		return p->writers ? -EAGAIN : 0;
	while (n < max && !list_empty(&p->bufs)) {
		struct pipe_buf *b = list_first_entry(&p->bufs, struct pipe_buf, node);
		bool packet = b->packet;

		if (packet)
			b->len = (uint32_t)MIN((size_t)b->len, max - n); /* the rest is lost */
		if (b->len <= max - n) {
			list_del(&b->node);
			p->nr_bufs--;
		} else {
			b = buf_split_locked(p, b, (uint32_t)(max - n));
			if (b == NULL)
				return n ? (ssize_t)n : -ENOMEM;
		}
		list_add_tail(&b->node, chain);
		n += b->len;
		if (packet)
			break;
	}
	if ((was_full && p->nr_bufs < p->max_bufs) || (p->whole_waits && p->nr_bufs == 0)) {
		p->whole_waits = false;
		wait_wake(&p->wq, PIPE_EV_OUT);
	}
	return (ssize_t)n;
}

void pipe_unread(struct pipe *p, struct list *chain)
{
	if (list_empty(chain))
		return;
	mutex_lock(&p->mu);
	while (!list_empty(chain)) {
		struct pipe_buf *b = list_last_entry(chain, struct pipe_buf, node);

		list_del(&b->node);
		list_add(&b->node, &p->bufs);
		p->nr_bufs++;
	}
	wait_wake(&p->wq, PIPE_EV_IN);
	mutex_unlock(&p->mu);
}

/* The last buffer, if len more bytes may be appended to it. */
static struct pipe_buf *mergeable_locked(struct pipe *p, size_t len) REQUIRES(&p->mu)
{
	struct pipe_buf *b;

	if (len == 0 || list_empty(&p->bufs))
		return NULL;
	b = list_last_entry(&p->bufs, struct pipe_buf, node);
	return b->can_merge && b->off + b->len + len <= PIPE_PAGE ? b : NULL;
}

ssize_t pipe_give_locked(struct pipe *p, struct list *chain)
{
	size_t n = 0;

	while (!list_empty(chain)) {
		struct pipe_buf *b = list_first_entry(chain, struct pipe_buf, node);
		struct pipe_buf *last = n == 0 && b->can_merge ? mergeable_locked(p, b->len) : NULL;

		if (last) {
			memcpy(last->data + last->off + last->len, b->data + b->off, b->len);
			last->len += b->len;
		} else if (p->nr_bufs >= p->max_bufs) {
			break;
		}
		n += b->len;
		list_del(&b->node);
		if (last) {
			buf_free_locked(p, b);
		} else {
			list_add_tail(&b->node, &p->bufs);
			p->nr_bufs++;
		}
	}
	if (n == 0)
		return -EAGAIN;
	wait_wake(&p->wq, PIPE_EV_IN);
	return (ssize_t)n;
}

/* Copies the first buffers of a chain to the guest and moves those that are empty then. Bytes; less
 * than these buffers have at a fault. */
static size_t chain_front_to_uio(struct list *chain, struct list *done, struct uio *u,
				 bool *ret_fault)
{
	struct iovec pieces[UIO_MAX_PIECES] = {0};
	size_t nr = 0, want = 0, n, left;
	struct pipe_buf *b;

	list_for_each_entry(b, chain, node) {
		if (nr == UIO_MAX_PIECES)
			break;
		pieces[nr++] = (struct iovec){b->data + b->off, b->len};
		want += b->len;
	}
	n = left = uio_write_pieces(u, pieces, nr);
	*ret_fault = n < want;
	for (; nr > 0; nr--) {
		uint32_t moved;

		b = list_first_entry(chain, struct pipe_buf, node);
		moved = (uint32_t)MIN(left, (size_t)b->len);
		left -= moved;
		b->off += moved;
		b->len -= moved;
		if (b->len)
			break;
		list_move_tail(&b->node, done);
	}
	return n;
}

/* Copies a detached chain to the guest; what did not get there goes back. Bytes, or -EFAULT. */
static ssize_t chain_to_uio(struct pipe *p, struct list *chain, struct uio *u)
{
	struct list done = LIST_HEAD_INIT(done);
	size_t n = 0;
	bool fault = false;

	while (!list_empty(chain) && !fault)
		n += chain_front_to_uio(chain, &done, u, &fault);
	pipe_unread(p, chain);
	pipe_chain_recycle(p, &done);
	return fault && n == 0 ? -EFAULT : (ssize_t)n;
}

static ssize_t pipe_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct pipe *p = ((struct pipe_end *)f->data)->pipe;
	ssize_t total = 0;

	(void)pos;
	(void)flags;
	while (u->left) {
		struct list chain = LIST_HEAD_INIT(chain);
		size_t want = MIN(u->left, (size_t)CHAIN_MAX * PIPE_PAGE);
		bool packet;
		ssize_t n, moved;

		mutex_lock(&p->mu);
		n = pipe_take_locked(p, want, &chain);
		mutex_unlock(&p->mu);
		if (n <= 0)
			return total ? total : n;
		packet = list_last_entry(&chain, struct pipe_buf, node)->packet;
		moved = chain_to_uio(p, &chain, u);
		if (moved < 0)
			return total ? total : moved;
		total += moved;
		if (moved < n || packet)
			break;
	}
	return total;
}

/*
 * How a write of left bytes would go in: *ret_head bytes to merge first (0: none), then *ret_pages
 * buffers. 0, -EPIPE or -EAGAIN.
 */
static int plan_write_locked(struct pipe *p, size_t left, bool packets, size_t *ret_head,
			     uint32_t *ret_pages) REQUIRES(&p->mu)
{
	size_t head = left & (PIPE_PAGE - 1);
	int err = 0;

	*ret_head = !packets && mergeable_locked(p, head) ? head : 0;
	*ret_pages = p->nr_bufs < p->max_bufs ? p->max_bufs - p->nr_bufs : 0;
	if (p->readers == 0)
		err = -EPIPE;
	else if (*ret_head == 0 && *ret_pages == 0)
		err = -EAGAIN;
	*ret_pages = MIN(*ret_pages, (uint32_t)CHAIN_MAX);
	return err;
}

static int plan_write(struct pipe *p, size_t left, bool packets, size_t *ret_head,
		      uint32_t *ret_pages)
{
	int err;

	mutex_lock(&p->mu);
	err = plan_write_locked(p, left, packets, ret_head, ret_pages);
	mutex_unlock(&p->mu);
	return err;
}

/* Adds an empty buffer for len bytes to the end of the chain. */
static int chain_add(struct pipe *p, struct list *chain, size_t len, bool packets,
		     struct iovec *ret_piece)
{
	struct pipe_buf *b = pipe_buf_new(p);

	if (b == NULL)
		return -ENOMEM;
	b->packet = packets;
	b->can_merge = !packets;
	b->len = (uint32_t)len;
	list_add_tail(&b->node, chain);
	*ret_piece = (struct iovec){b->data, len};
	return 0;
}

/* Drops what lies behind the first got bytes: as in Linux, the broken page counts for nothing. */
static void chain_cut(struct pipe *p, struct list *chain, size_t got)
{
	struct list good = LIST_HEAD_INIT(good);

	while (!list_empty(chain)) {
		struct pipe_buf *b = list_first_entry(chain, struct pipe_buf, node);

		if (b->len > got)
			break;
		got -= b->len;
		list_move_tail(&b->node, &good);
	}
	pipe_chain_recycle(p, chain);
	list_splice_tail(&good, chain);
}

/* Copies the next bytes into a chain of new buffers. 0, or -ENOMEM, -EFAULT if that ended it early. */
static int chain_from_uio(struct pipe *p, struct list *chain, struct uio *u, size_t head,
			  uint32_t pages, bool packets)
{
	struct iovec pieces[UIO_MAX_PIECES];
	size_t want = 0, got, nr = 0;
	int err = 0;

	if (head) {
		err = chain_add(p, chain, head, packets, &pieces[nr]);
		if (err == 0)
			want += pieces[nr++].iov_len;
	}
	for (uint32_t i = 0; i < pages && u->left > want && err == 0; i++) {
		size_t len = MIN(u->left - want, (size_t)PIPE_PAGE);

		err = chain_add(p, chain, len, packets, &pieces[nr]);
		if (err == 0)
			want += pieces[nr++].iov_len;
	}
	got = uio_read_pieces(u, pieces, nr);
	if (got == want)
		return err;
	chain_cut(p, chain, got);
	return -EFAULT;
}

/* ---- writes as a whole ---- */

/* A call over a channel (sentry/task.h) cannot wait behind a part: all of it goes in now, or nothing does. */
static bool must_go_whole(struct file *f, const struct uio *u)
{
	return u->task && u->task->in_channel && u->left > PIPE_BUF && !file_nonblock(f);
}

/* -EAGAIN unless there is room for all; then whoever waits for that is woken when the pipe is empty. */
static int plan_whole(struct pipe *p, size_t size, bool packets, size_t *ret_head,
		      uint32_t *ret_pages)
{
	int err;

	mutex_lock(&p->mu);
	err = plan_write_locked(p, size, packets, ret_head, ret_pages);
	if (err == 0 && (size_t)*ret_pages * PIPE_PAGE < size - *ret_head)
		err = -EAGAIN;
	p->whole_waits |= err == -EAGAIN;
	mutex_unlock(&p->mu);
	return err;
}

/* Others may have taken the room since. */
static ssize_t give_whole(struct pipe *p, struct list *chain)
{
	struct pipe_buf *first = list_first_entry(chain, struct pipe_buf, node), *b;
	uint32_t nr = 0;
	ssize_t n;

	list_for_each_entry(b, chain, node)
		nr++;
	mutex_lock(&p->mu);
	if (first->can_merge && mergeable_locked(p, first->len))
		nr--;
	if (p->readers == 0) {
		n = -EPIPE;
	} else if (p->nr_bufs + nr > p->max_bufs) {
		p->whole_waits = true;
		n = -EAGAIN;
	} else {
		n = pipe_give_locked(p, chain);
	}
	mutex_unlock(&p->mu);
	return n;
}

static ssize_t write_whole(struct pipe *p, struct uio *u, bool packets)
{
	struct list chain = LIST_HEAD_INIT(chain);
	size_t head, size = u->left;
	uint32_t pages;
	ssize_t n;
	int err = plan_whole(p, size, packets, &head, &pages);

	if (err < 0)
		return err;
	err = chain_from_uio(p, &chain, u, head, pages, packets);
	if (err < 0) {
		task_punts(u->task); /* a part may have to be written */
		n = err;
	} else {
		n = give_whole(p, &chain);
	}
	if (n < 0)
		uio_revert(u, size - u->left);
	pipe_chain_recycle(p, &chain);
	return n;
}

static ssize_t pipe_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct pipe *p = ((struct pipe_end *)f->data)->pipe;
	bool packets = atomic_load_explicit(&f->flags, memory_order_relaxed) & O_DIRECT;
	ssize_t total = 0;

	(void)pos;
	(void)flags;
	if (must_go_whole(f, u))
		return write_whole(p, u, packets);
	while (u->left) {
		struct list chain = LIST_HEAD_INIT(chain);
		size_t head;
		uint32_t pages;
		ssize_t n = 0;
		int err = plan_write(p, u->left, packets, &head, &pages);

		if (err < 0)
			return total ? total : err;
		err = chain_from_uio(p, &chain, u, head, pages, packets);
		if (!list_empty(&chain))
			n = pipe_give(p, &chain);
		uio_revert(u, chain_bytes(&chain));
		pipe_chain_recycle(p, &chain);
		if (n > 0)
			total += n;
		else if (err == 0)
			err = (int)n;
		if (err < 0)
			return total ? total : err;
	}
	return total;
}

static uint32_t pipe_poll(struct file *f)
{
	struct pipe_end *e = f->data;
	struct pipe *p = e->pipe;
	uint32_t mask = 0;

	mutex_lock(&p->mu);
	if (e->reads) {
		if (!list_empty(&p->bufs))
			mask |= PIPE_EV_IN;
		if (p->writers == 0 && p->w_counter != e->w_seen)
			mask |= POLLHUP;
	}
	if (e->writes) {
		if (p->nr_bufs < p->max_bufs)
			mask |= PIPE_EV_OUT;
		if (p->readers == 0)
			mask |= POLLERR;
	}
	mutex_unlock(&p->mu);
	return mask;
}

static struct wait_queue *pipe_wait_queue(struct file *f)
{
	return &((struct pipe_end *)f->data)->pipe->wq;
}

size_t pipe_bytes(struct pipe *p)
{
	size_t n;

	mutex_lock(&p->mu);
	n = chain_bytes(&p->bufs);
	mutex_unlock(&p->mu);
	return n;
}

static long pipe_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	int n;

	if (cmd != FIONREAD)
		return -ENOTTY;
	n = (int)pipe_bytes(((struct pipe_end *)f->data)->pipe);
	return copy_out_obj(t, arg, &n);
}

static int pipe_set_flags(struct file *f, int flags)
{
	(void)f;
	(void)flags; /* O_DIRECT switches packet mode */
	return 0;
}

/* A partner may wait in open for r_counter or w_counter to move: any event will do. */
void pipe_end_attach(struct pipe_end *e)
{
	struct pipe *p = e->pipe;

	mutex_lock(&p->mu);
	if (e->reads) {
		p->r_counter++;
		p->readers++;
	}
	if (e->writes) {
		p->w_counter++;
		p->writers++;
	}
	if (!p->anonymous)
		wait_wake(&p->wq, PIPE_EV_IN | PIPE_EV_OUT);
	mutex_unlock(&p->mu);
}

static void pipe_end_detach(struct pipe_end *e)
{
	struct pipe *p = e->pipe;

	mutex_lock(&p->mu);
	p->readers -= e->reads;
	p->writers -= e->writes;
	if (p->readers == 0 || p->writers == 0)
		wait_wake(&p->wq, PIPE_EV_IN | PIPE_EV_OUT | POLLERR | POLLHUP);
	mutex_unlock(&p->mu);
}

static void pipe_release(struct file *f)
{
	struct pipe_end *e = f->data;
	struct pipe *p = e->pipe;
	bool last;

	pipe_end_detach(e);
	mutex_lock(&f->inode->mu);
	last = ref_put(&p->ref);
	if (last)
		f->inode->pipe = NULL;
	mutex_unlock(&f->inode->mu);
	if (last)
		pipe_free(p);
	mem_free(e);
}

const struct file_ops pipe_fops = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.wait_queue = pipe_wait_queue,
	.ioctl = pipe_ioctl,
	.set_flags = pipe_set_flags,
	.release = pipe_release,
};

struct pipe *pipe_of_file(struct file *f)
{
	return f->ops == &pipe_fops ? ((struct pipe_end *)f->data)->pipe : NULL;
}

/* One end of an anonymous pipe; takes over a reference of p only on success. */
static int anon_end_new(struct kernel *k, struct inode *in, struct pipe *p, int flags, bool reads,
			struct file **ret)
{
	struct pipe_end *e = mem_zalloc(sizeof(*e));
	char name[40];
	int err;

	if (e == NULL)
		return -ENOMEM;
	*e = (struct pipe_end){.pipe = p, .reads = reads, .writes = !reads};
	snprintf(name, sizeof(name), "pipe:[%lu]", (unsigned long)in->ino);
	if (reads)
		flags &= ~O_DIRECT; /* packets are made by the writer */
	err = file_new_anon(k, name, in, &pipe_fops, e, (reads ? O_RDONLY : O_WRONLY) | flags,
			    (reads ? FMODE_READ : FMODE_WRITE) | FMODE_STREAM | FMODE_NOWAIT, ret);
	if (err < 0)
		mem_free(e);
	else
		pipe_end_attach(e);
	return err;
}

int pipe_new(struct task *t, int flags, struct file **ret_read, struct file **ret_write)
{
	struct inode *in = anon_inode_new(t->kernel, S_IFIFO | 0600);
	struct pipe *p = pipe_alloc(t, true);
	struct file *r = NULL, *w = NULL;
	int err = -ENFILE;

	if (in == NULL || p == NULL)
		goto out;
	in->uid = task_cred(t)->fsuid;
	in->gid = task_cred(t)->fsgid;
	in->pipe = p;
	err = anon_end_new(t->kernel, in, p, flags & (O_NONBLOCK | O_DIRECT), false, &w);
	if (err < 0)
		goto out;
	ref_get(&p->ref);
	err = anon_end_new(t->kernel, in, p, flags & (O_NONBLOCK | O_DIRECT), true, &r);
	if (err < 0) {
		if (ref_put(&p->ref)) /* not the last: w has one */
			ASSERT(false);
		file_put(w); /* and with it p */
		p = NULL;
		goto out;
	}
	inode_put(in);
	*ret_read = r;
	*ret_write = w;
	return 0;
out:
	if (p)
		pipe_free(p);
	if (in) {
		in->pipe = NULL;
		inode_put(in);
	}
	return err;
}

long pipe_get_size(struct pipe *p)
{
	long size;

	mutex_lock(&p->mu);
	size = (long)p->max_bufs * PIPE_PAGE;
	mutex_unlock(&p->mu);
	return size;
}

/* pipe_set_size(), round_pipe_size(): a power of two of pages, not less than what is inside. */
long pipe_set_size(struct pipe *p, struct task *t, unsigned long size)
{
	uint32_t slots = 1, old;
	int err = 0;

	if (size > 1UL << 31)
		return -EINVAL;
	while ((unsigned long)slots * PIPE_PAGE < size)
		slots *= 2;
	mutex_lock(&p->mu);
	old = p->max_bufs;
	mutex_unlock(&p->mu);
	if (slots > old && (unsigned long)slots * PIPE_PAGE > PIPE_MAX_SIZE &&
	    !task_has_cap(t, CAP_SYS_RESOURCE))
		return -EPERM;
	if ((unsigned long)slots * PIPE_PAGE > PIPE_HARD_MAX_SIZE)
		return -ENOMEM;
	if (pipe_account(t, old, slots) < 0)
		return -EPERM;
	mutex_lock(&p->mu);
	if (p->max_bufs != old || p->nr_bufs > slots) {
		err = -EBUSY;
	} else {
		p->max_bufs = slots;
		if (slots > old)
			wait_wake(&p->wq, PIPE_EV_OUT);
	}
	mutex_unlock(&p->mu);
	if (err < 0) {
		atomic_fetch_sub(&pipe_slots_total, slots - old);
		return err;
	}
	return (long)slots * PIPE_PAGE;
}
