/*
 * fs/anon/epoll.c - epoll(7): items, readiness, and the file of an epoll instance
 *
 * Model: an epoll has items keyed by (file, fd). Each item has an entry on its file's wait queue; a
 * wake-up puts the item on the ready list and wakes the epoll's own queue, where epoll_wait(2)
 * callers and outer epolls listen. The ready list means "look at me": epoll_collect() takes each
 * item off first and asks the file then, so a wake-up after the question lists it again. Level-
 * triggered items that were ready go back to the list; edge-triggered and one-shot ones do not, and
 * a one-shot item is deaf until EPOLL_CTL_MOD.
 *
 * Closed files: an item does not hold its file. The last file_put() takes its items out of all
 * epolls (epoll_release_file()) before the file goes; as long as another fd refers to the file the
 * item lives and reports, as in Linux. So a file may be asked under ep->mu without a reference.
 *
 * Locking: ep->mu (LOCK_EPOLL) guards items and is held while files are asked; of nested epolls the
 * outer first (their graph has no cycle, epoll_graph.c). ep->ready_mu is the inner lock that wake
 * functions take. epi_links_mu guards the lists that hang off files.
 *
 * Differences: an event that cannot be copied out to the guest (-EFAULT) is not armed again when it
 * was edge-triggered or one-shot. EPOLLWAKEUP is accepted and ignored.
 */
#include "fs/anon/epoll_impl.h"

#include <string.h>

#include "fs/anon/anon.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/task.h"

#define EP_PRIVATE_BITS ((uint32_t)(EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE))
#define EPOLLINOUT_BITS ((uint32_t)(EPOLLIN | EPOLLOUT))
#define EPOLLEXCLUSIVE_OK_BITS                                                                     \
	(EPOLLINOUT_BITS | (uint32_t)(EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE))
#define MAX_USER_WATCHES 400000u /* fs.epoll.max_user_watches, here of the whole sandbox */

struct mutex epi_links_mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_EPOLL_LINKS};
#define MAX_NESTED 1000u /* epolls inside epolls: bounds the cost of one wake-up further */
static atomic_uint nr_watches, nr_nested;

/* ---- items ---- */

struct epi_key {
	const struct file *file;
	int fd;
};

static int epi_key_cmp(const void *key, const struct rb_node *node)
{
	const struct epi_key *k = key;
	const struct epitem *epi = rb_entry(node, const struct epitem, node);

	if (k->file != epi->file)
		return (uintptr_t)k->file < (uintptr_t)epi->file ? -1 : 1;
	return (k->fd > epi->fd) - (k->fd < epi->fd);
}

static int epi_cmp(const struct rb_node *a, const struct rb_node *b)
{
	const struct epitem *epi = rb_entry(a, const struct epitem, node);
	struct epi_key key = {.file = epi->file, .fd = epi->fd};

	return epi_key_cmp(&key, b);
}

static struct epitem *epi_find_locked(struct epoll *ep, const struct file *file, int fd)
	REQUIRES(&ep->mu)
{
	struct epi_key key = {.file = file, .fd = fd};

	return rb_entry_or_null(rb_find(&ep->items, &key, epi_key_cmp), struct epitem, node);
}

static void epi_list(struct epitem *epi)
{
	struct epoll *ep = epi->ep;

	mutex_lock(&ep->ready_mu);
	if (list_empty(&epi->ready_node))
		list_add_tail(&epi->ready_node, &ep->ready);
	mutex_unlock(&ep->ready_mu);
}

static void epi_unlist(struct epitem *epi)
{
	struct epoll *ep = epi->ep;

	mutex_lock(&ep->ready_mu);
	list_del(&epi->ready_node);
	mutex_unlock(&ep->ready_mu);
}

/* Does an exclusive item use up this wake-up? As ep_poll_callback(): only if it asked for it. */
static bool consumes(uint32_t interest, uint32_t events)
{
	uint32_t inout = events & EPOLLINOUT_BITS;

	return inout == 0 || (inout != EPOLLINOUT_BITS && (interest & inout));
}

/* Runs under the watched file's queue lock. */
static bool epi_wake(struct wait_entry *e, uint32_t events)
{
	struct epitem *epi = container_of(e, struct epitem, wait);
	struct epoll *ep = epi->ep;
	uint32_t interest = atomic_load_explicit(&epi->events, memory_order_relaxed);

	if (!(interest & ~EP_PRIVATE_BITS))
		return false; /* a spent one-shot */
	epi_list(epi);
	if (!wait_has_waiters(&ep->wq))
		return false;
	wait_wake_nested(&ep->wq, POLLIN | POLLRDNORM);
	return consumes(interest, events);
}

static uint32_t epi_poll(struct epitem *epi)
{
	if (ref_count(&epi->file->ref) == 0)
		return 0; /* on its way out: its release waits for ep->mu */
	return file_poll(epi->file) & atomic_load_explicit(&epi->events, memory_order_relaxed);
}

/* Asks a new or changed item; if it is ready already nobody else will tell. */
static void epi_check_locked(struct epoll *ep, struct epitem *epi) REQUIRES(&ep->mu)
{
	if (!epi_poll(epi))
		return;
	epi_list(epi);
	wait_wake(&ep->wq, POLLIN | POLLRDNORM);
}

static void watches_sub(const struct file *f)
{
	atomic_fetch_sub(&nr_watches, 1);
	if (file_is_epoll(f))
		atomic_fetch_sub(&nr_nested, 1);
}

static bool watches_add(const struct file *f)
{
	bool ok = atomic_fetch_add(&nr_watches, 1) < MAX_USER_WATCHES;

	if (file_is_epoll(f) && atomic_fetch_add(&nr_nested, 1) >= MAX_NESTED)
		ok = false;
	if (!ok)
		watches_sub(f);
	return ok;
}

static int epi_insert_locked(struct epoll *ep, struct file *f, int fd, const struct epoll_event *ev)
	REQUIRES(&ep->mu)
{
	struct epitem *epi;

	if (!watches_add(f))
		return -ENOSPC;
	epi = mem_zalloc(sizeof(*epi));
	if (epi == NULL) {
		watches_sub(f);
		return -ENOMEM;
	}
	epi->ep = ep;
	epi->file = f;
	epi->fd = fd;
	epi->data = ev->data.u64;
	epi->exclusive = ev->events & EPOLLEXCLUSIVE;
	atomic_init(&epi->events, ev->events);
	list_init(&epi->ready_node);
	list_init(&epi->file_node);
	rb_insert(&ep->items, &epi->node, epi_cmp);
	ep->nr_items++;
	mutex_lock(&epi_links_mu);
	list_add_tail(&epi->file_node, &f->epitems);
	mutex_unlock(&epi_links_mu);
	wait_entry_init(&epi->wait, epi_wake);
	epi->wait.exclusive = epi->exclusive;
	wait_add(file_wait_queue(f), &epi->wait, ev->events & ~EP_PRIVATE_BITS);
	epi_check_locked(ep, epi);
	return 0;
}

/* f's list is left last: epoll_release_file() of a dying f lets it go when the list is empty. */
static void epi_remove_locked(struct epoll *ep, struct epitem *epi) REQUIRES(&ep->mu)
{
	wait_del(&epi->wait);
	epi_unlist(epi);
	rb_erase(&ep->items, &epi->node);
	ep->nr_items--;
	watches_sub(epi->file);
	mutex_lock(&epi_links_mu);
	list_del(&epi->file_node);
	mutex_unlock(&epi_links_mu);
	mem_free(epi);
}

static void epi_modify_locked(struct epoll *ep, struct epitem *epi, const struct epoll_event *ev)
	REQUIRES(&ep->mu)
{
	wait_del(&epi->wait);
	atomic_store_explicit(&epi->events, ev->events, memory_order_relaxed);
	epi->data = ev->data.u64;
	wait_add(file_wait_queue(epi->file), &epi->wait, ev->events & ~EP_PRIVATE_BITS);
	epi_check_locked(ep, epi);
}

/* ---- epoll_ctl ---- */

static int ctl_check(struct file *epf, int op, struct file *target, const struct epoll_event *ev)
{
	if (file_wait_queue(target) == NULL)
		return -EPERM;
	if (target == epf || !file_is_epoll(epf))
		return -EINVAL;
	if (ev == NULL || !(ev->events & EPOLLEXCLUSIVE))
		return 0;
	if (op == EPOLL_CTL_MOD)
		return -EINVAL;
	if (op == EPOLL_CTL_ADD &&
	    (file_is_epoll(target) || (ev->events & ~EPOLLEXCLUSIVE_OK_BITS)))
		return -EINVAL;
	return 0;
}

static int ctl_locked(struct epoll *ep, int op, int fd, struct file *target,
		      const struct epoll_event *ev) REQUIRES(&ep->mu)
{
	struct epitem *epi = epi_find_locked(ep, target, fd);

	switch (op) {
	case EPOLL_CTL_ADD: return epi ? -EEXIST : epi_insert_locked(ep, target, fd, ev);
	case EPOLL_CTL_DEL:
		if (epi == NULL)
			return -ENOENT;
		epi_remove_locked(ep, epi);
		return 0;
	case EPOLL_CTL_MOD:
		if (epi == NULL)
			return -ENOENT;
		if (epi->exclusive)
			return -EINVAL;
		epi_modify_locked(ep, epi, ev);
		return 0;
	}
	return -EINVAL;
}

int epoll_ctl_do(struct task *t, struct file *epf, int op, int fd, struct file *target,
		 const struct epoll_event *ev)
{
	struct epoll_event copy = {0};
	struct epoll *ep;
	bool locked = false;
	int err;

	(void)t;
	err = ctl_check(epf, op, target, ev);
	if (err < 0)
		return err;
	ep = epf->data;
	if (ev)
		copy = *ev;
	copy.events = (copy.events & ~(uint32_t)EPOLLWAKEUP) | EPOLLERR | EPOLLHUP;
	if (op == EPOLL_CTL_ADD) {
		err = epoll_graph_begin(ep, target, &locked);
		if (err < 0)
			return err;
	}
	mutex_lock(&ep->mu);
	err = ctl_locked(ep, op, fd, target, &copy);
	mutex_unlock(&ep->mu);
	epoll_graph_end(locked);
	return err;
}

static void epoll_unref(struct epoll *ep)
{
	if (!ref_put(&ep->ref))
		return;
	wait_queue_destroy(&ep->wq);
	mutex_destroy(&ep->mu);
	mutex_destroy(&ep->ready_mu);
	mem_free(ep);
}

void epoll_release_file(struct file *f)
{
	for (;;) {
		struct epitem *epi = NULL;
		struct epoll *ep = NULL;
		struct rb_node *n;

		mutex_lock(&epi_links_mu);
		if (!list_empty(&f->epitems))
			ep = list_first_entry(&f->epitems, struct epitem, file_node)->ep;
		/* An item found under epi_links_mu keeps its epoll from being freed, as that
		 * takes the item out first. */
		if (ep)
			ref_get(&ep->ref);
		mutex_unlock(&epi_links_mu);
		if (ep == NULL)
			return;
		mutex_lock(&ep->mu);
		n = rb_lower_bound(&ep->items, &(struct epi_key){.file = f, .fd = 0}, epi_key_cmp);
		epi = rb_entry_or_null(n, struct epitem, node);
		if (epi && epi->file == f)
			epi_remove_locked(ep, epi);
		mutex_unlock(&ep->mu);
		epoll_unref(ep);
	}
}

/* ---- readiness ---- */

/* Puts back what a scan did not get to, before what was listed since. */
static void relist_front(struct epoll *ep, struct list *todo)
{
	mutex_lock(&ep->ready_mu);
	list_splice_tail(&ep->ready, todo);
	list_splice_tail(todo, &ep->ready);
	mutex_unlock(&ep->ready_mu);
}

static struct epitem *next_listed(struct epoll *ep, struct list *todo)
{
	struct epitem *epi;

	mutex_lock(&ep->ready_mu);
	epi = list_first_entry_or_null(todo, struct epitem, ready_node);
	if (epi)
		list_del(&epi->ready_node);
	mutex_unlock(&ep->ready_mu);
	return epi;
}

static void steal_ready(struct epoll *ep, struct list *todo)
{
	mutex_lock(&ep->ready_mu);
	list_splice_tail(&ep->ready, todo);
	mutex_unlock(&ep->ready_mu);
}

static int collect_locked(struct epoll *ep, struct epoll_event *events, int max) REQUIRES(&ep->mu)
{
	struct list todo = LIST_HEAD_INIT(todo);
	struct epitem *epi;
	int n = 0;

	steal_ready(ep, &todo);
	while (n < max && (epi = next_listed(ep, &todo))) {
		uint32_t interest = atomic_load_explicit(&epi->events, memory_order_relaxed);
		uint32_t revents = epi_poll(epi);

		if (!revents)
			continue;
		events[n++] = (struct epoll_event){.events = revents, .data.u64 = epi->data};
		if (interest & EPOLLONESHOT)
			atomic_fetch_and(&epi->events, EP_PRIVATE_BITS);
		else if (!(interest & EPOLLET))
			epi_list(epi);
	}
	relist_front(ep, &todo);
	return n;
}

int epoll_collect(struct task *t, struct file *epf, struct epoll_event *events, int max)
{
	struct epoll *ep = epf->data;
	bool empty;
	int n;

	(void)t;
	mutex_lock(&ep->ready_mu);
	empty = list_empty(&ep->ready);
	mutex_unlock(&ep->ready_mu);
	if (empty)
		return 0;
	mutex_lock(&ep->mu);
	n = collect_locked(ep, events, max);
	mutex_unlock(&ep->mu);
	return n;
}

unsigned int epoll_nr_items(struct file *epf)
{
	struct epoll *ep = epf->data;
	unsigned int n;

	mutex_lock(&ep->mu);
	n = ep->nr_items;
	mutex_unlock(&ep->mu);
	return n;
}

int epoll_target(struct file *epf, int fd, uint32_t nth, uintptr_t *ret)
{
	struct epitem *epi;
	struct epoll *ep;
	int err = -ENOENT;

	if (!file_is_epoll(epf))
		return -EINVAL;
	ep = epf->data;
	mutex_lock(&ep->mu);
	rb_for_each_entry(epi, &ep->items, node) {
		if (epi->fd != fd || nth-- > 0)
			continue;
		*ret = (uintptr_t)epi->file;
		err = 0;
		break;
	}
	mutex_unlock(&ep->mu);
	return err;
}

/* Ready if one listed item is; items that are not leave the list, as nobody would ask them. */
static uint32_t epoll_poll(struct file *f)
{
	struct list todo = LIST_HEAD_INIT(todo);
	struct epoll *ep = f->data;
	struct epitem *epi;
	uint32_t mask = 0;

	mutex_lock_nested(&ep->mu); /* of an epoll that watches us, perhaps */
	steal_ready(ep, &todo);
	while (!mask && (epi = next_listed(ep, &todo))) {
		if (!epi_poll(epi))
			continue;
		epi_list(epi);
		mask = POLLIN | POLLRDNORM;
	}
	relist_front(ep, &todo);
	mutex_unlock(&ep->mu);
	return mask;
}

static struct wait_queue *epoll_wait_queue(struct file *f)
{
	return &((struct epoll *)f->data)->wq;
}

static void epoll_show_fdinfo(struct file *f, struct strbuf *sb)
{
	struct epoll *ep = f->data;
	struct epitem *epi;

	mutex_lock(&ep->mu);
	rb_for_each_entry(epi, &ep->items, node) {
		strbuf_printf(sb, "tfd: %8d events: %8x data: %16llx  pos:%lli ino:%lx sdev:%lx\n",
			      epi->fd, (unsigned int)atomic_load(&epi->events),
			      (unsigned long long)epi->data, (long long)epi->file->pos,
			      (unsigned long)epi->file->inode->ino,
			      (unsigned long)epi->file->inode->super->dev);
		if (sb->oom)
			break;
	}
	mutex_unlock(&ep->mu);
}

/* ---- instances ---- */

static void epoll_release(struct file *f)
{
	struct epoll *ep = f->data;
	struct rb_node *n;

	mutex_lock(&ep->mu);
	while ((n = rb_first(&ep->items)))
		epi_remove_locked(ep, rb_entry(n, struct epitem, node));
	mutex_unlock(&ep->mu);
	epoll_unref(ep);
}

const struct file_ops epoll_fops = {
	.llseek = anon_llseek,
	.poll = epoll_poll,
	.wait_queue = epoll_wait_queue,
	.show_fdinfo = epoll_show_fdinfo,
	.release = epoll_release,
};

bool file_is_epoll(const struct file *f)
{
	return f->ops == &epoll_fops;
}

int epoll_new(struct kernel *k, struct file **ret)
{
	struct epoll *ep = mem_zalloc(sizeof(*ep));
	int err;

	if (ep == NULL)
		return -ENOMEM;
	ref_init(&ep->ref, 1);
	wait_queue_init(&ep->wq);
	mutex_init(&ep->mu, LOCK_EPOLL);
	mutex_init(&ep->ready_mu, LOCK_EPOLL_READY);
	rb_init(&ep->items);
	list_init(&ep->ready);
	err = file_new_anon(k, "anon_inode:[eventpoll]", NULL, &epoll_fops, ep, O_RDWR,
			    FMODE_READ | FMODE_WRITE | FMODE_STREAM, ret);
	if (err < 0)
		epoll_unref(ep);
	else
		ep->file = *ret;
	return err;
}
