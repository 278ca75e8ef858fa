/* fs/anon/uring.c - the rings of io_uring(7), and files of them; see uring.h */
#include "fs/anon/uring.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fs/anon/anon.h"
#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/kernel.h"

#define PAGE 4096u
#define OVERFLOW_FIRST 16u

/* What both sides write to lies in lines of its own. */
struct uring_words {
	_Atomic uint32_t sq_head;
	uint32_t pad0[15];
	_Atomic uint32_t sq_tail;
	uint32_t pad1[15];
	_Atomic uint32_t cq_head;
	uint32_t pad2[15];
	_Atomic uint32_t cq_tail;
	uint32_t pad3[15];
	_Atomic uint32_t sq_mask, sq_entries, sq_flags, sq_dropped;
	_Atomic uint32_t cq_mask, cq_entries, cq_flags, cq_overflow;
};

static struct uring_words *words(const struct uring *u)
{
	return (struct uring_words *)u->mem;
}

/* ---- sizes ---- */

static uint32_t round_up_pow2(uint32_t n)
{
	uint32_t r = 1;

	while (r < n)
		r *= 2;
	return r;
}

static int decode_sizes(uint32_t entries, struct io_uring_params *p)
{
	bool clamp = p->flags & IORING_SETUP_CLAMP;
	uint32_t cq;

	if (entries == 0 || (entries > URING_MAX_ENTRIES && !clamp))
		return -EINVAL;
	entries = round_up_pow2(MIN(entries, URING_MAX_ENTRIES));
	cq = 2 * entries;
	if (p->flags & IORING_SETUP_CQSIZE) {
		cq = p->cq_entries;
		if (cq == 0 || (cq > 2 * URING_MAX_ENTRIES && !clamp))
			return -EINVAL;
		cq = round_up_pow2(MIN(cq, 2 * URING_MAX_ENTRIES));
		if (cq < entries)
			return -EINVAL;
	}
	p->sq_entries = entries;
	p->cq_entries = cq;
	return 0;
}

static void lay_out(struct uring *u, const struct io_uring_params *p)
{
	u->flags = p->flags;
	u->sq_entries = p->sq_entries;
	u->cq_entries = p->cq_entries;
	u->sqe_shift = p->flags & IORING_SETUP_SQE128 ? 7 : 6;
	u->cqe_shift = p->flags & IORING_SETUP_CQE32 ? 5 : 4;
	u->cqes_at = ALIGN_UP((uint32_t)sizeof(struct uring_words), 64u);
	u->array_at = u->cqes_at + (u->cq_entries << u->cqe_shift);
	u->sqes_at = u->array_at;
	if (!(u->flags & URING_SETUP_NO_SQARRAY))
		u->sqes_at += u->sq_entries * (uint32_t)sizeof(uint32_t);
	u->sqes_at = ALIGN_UP(u->sqes_at, PAGE);
	u->size = u->sqes_at + ALIGN_UP(u->sq_entries << u->sqe_shift, PAGE);
}

static void tell_offsets(const struct uring *u, struct io_uring_params *p)
{
	memset(&p->sq_off, 0, sizeof(p->sq_off));
	memset(&p->cq_off, 0, sizeof(p->cq_off));
	p->sq_off.head = offsetof(struct uring_words, sq_head);
	p->sq_off.tail = offsetof(struct uring_words, sq_tail);
	p->sq_off.ring_mask = offsetof(struct uring_words, sq_mask);
	p->sq_off.ring_entries = offsetof(struct uring_words, sq_entries);
	p->sq_off.flags = offsetof(struct uring_words, sq_flags);
	p->sq_off.dropped = offsetof(struct uring_words, sq_dropped);
	if (!(u->flags & URING_SETUP_NO_SQARRAY))
		p->sq_off.array = u->array_at;
	p->cq_off.head = offsetof(struct uring_words, cq_head);
	p->cq_off.tail = offsetof(struct uring_words, cq_tail);
	p->cq_off.ring_mask = offsetof(struct uring_words, cq_mask);
	p->cq_off.ring_entries = offsetof(struct uring_words, cq_entries);
	p->cq_off.overflow = offsetof(struct uring_words, cq_overflow);
	p->cq_off.cqes = u->cqes_at;
	p->cq_off.flags = offsetof(struct uring_words, cq_flags);
}

/* ---- memory ---- */

bool uring_charge(struct kernel *k, size_t bytes)
{
	if (atomic_fetch_add(&k->uring_bytes, bytes) + bytes <= URING_BYTES_MAX)
		return true;
	atomic_fetch_sub(&k->uring_bytes, bytes);
	return false;
}

void uring_uncharge(struct kernel *k, size_t bytes)
{
	atomic_fetch_sub(&k->uring_bytes, bytes);
}

void *uring_alloc(struct kernel *k, size_t n, size_t size)
{
	void *p;

	if (!uring_charge(k, n * size))
		return NULL;
	p = mem_calloc(n, size);
	if (!p)
		uring_uncharge(k, n * size);
	return p;
}

void uring_free(struct kernel *k, void *p, size_t n, size_t size)
{
	if (!p)
		return;
	mem_free(p);
	uring_uncharge(k, n * size);
}

static int count_in(struct kernel *k, uint32_t size)
{
	if (!uring_charge(k, size))
		return -ENOMEM;
	if (atomic_fetch_add(&k->nr_memfds, 1) < k->max_memfds / 2)
		return 0;
	atomic_fetch_sub(&k->nr_memfds, 1);
	uring_uncharge(k, size);
	return -ENFILE;
}

static void count_out(struct kernel *k, uint32_t size)
{
	atomic_fetch_sub(&k->nr_memfds, 1);
	uring_uncharge(k, size);
}

static int map_memfd(struct uring *u)
{
	void *mem;

	if (ftruncate(u->memfd, u->size) < 0 ||
	    fcntl(u->memfd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	mem = mmap(NULL, u->size, PROT_READ | PROT_WRITE, MAP_SHARED, u->memfd, 0);
	if (mem == MAP_FAILED)
		return -ENOMEM;
	u->mem = mem;
	return 0;
}

static int map_new(struct uring *u)
{
	int err = count_in(u->kernel, u->size);

	if (err < 0)
		return err;
	u->memfd = memfd_create("io_uring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	err = u->memfd < 0 ? -ENFILE : map_memfd(u);
	if (err == 0)
		return 0;
	if (u->memfd >= 0)
		close(u->memfd);
	count_out(u->kernel, u->size);
	return err;
}

static void free_overflow(struct uring *u)
{
	uring_free(u->kernel, TAKE_PTR(u->overflow), u->max_overflow, sizeof(*u->overflow));
	u->max_overflow = 0;
}

struct uring *uring_get(struct uring *u)
{
	ref_get(&u->ref);
	return u;
}

void uring_put(struct uring *u)
{
	if (!ref_put(&u->ref))
		return;
	if (u->fini)
		u->fini(u);
	if (u->eventfd)
		file_put(u->eventfd);
	munmap(u->mem, u->size);
	close(u->memfd);
	count_out(u->kernel, u->size);
	wait_queue_destroy(&u->wq);
	mutex_destroy(&u->mu);
	free_overflow(u);
	mem_free(u);
}

/* ---- submissions ---- */

uint32_t uring_waiting_sqes(struct uring *u)
{
	uint32_t tail = atomic_load_explicit(&words(u)->sq_tail, memory_order_acquire);

	return MIN(tail - u->sq_head, u->sq_entries);
}

bool uring_next_locked(struct uring *u, struct io_uring_sqe *sqe)
{
	struct uring_words *w = words(u);
	uint32_t at = u->sq_head & (u->sq_entries - 1);

	if (uring_waiting_sqes(u) == 0)
		return false;
	if (!(u->flags & URING_SETUP_NO_SQARRAY)) {
		_Atomic uint32_t *array = (void *)(u->mem + u->array_at);

		at = atomic_load_explicit(&array[at], memory_order_relaxed);
	}
	u->sq_head++;
	if (at >= u->sq_entries) {
		atomic_fetch_add_explicit(&w->sq_dropped, 1, memory_order_relaxed);
		atomic_store_explicit(&w->sq_head, u->sq_head, memory_order_release);
		return false;
	}
	at = (uint32_t)array_index_nospec(at, u->sq_entries);
	memcpy(sqe, u->mem + u->sqes_at + ((size_t)at << u->sqe_shift), sizeof(*sqe));
	__asm__ volatile(""
			 : "+m"(*sqe)
			 :
			 : "memory"); /* from here on only the copy is looked at */
	atomic_store_explicit(&w->sq_head, u->sq_head, memory_order_release);
	return true;
}

void uring_set_flag_locked(struct uring *u, uint32_t sq_flag, bool on)
{
	if (on)
		atomic_fetch_or(&words(u)->sq_flags, sq_flag);
	else
		atomic_fetch_and(&words(u)->sq_flags, ~sq_flag);
}

/* ---- completions ---- */

uint32_t uring_ready(struct uring *u)
{
	struct uring_words *w = words(u);
	uint32_t tail = __atomic_load_n(&u->cq_tail, __ATOMIC_ACQUIRE);

	return MIN(tail - atomic_load_explicit(&w->cq_head, memory_order_acquire), u->cq_entries);
}

static void put_locked(struct uring *u, const struct uring_cqe *c)
{
	size_t at = (size_t)(u->cq_tail & (u->cq_entries - 1)) << u->cqe_shift;

	memcpy(u->mem + u->cqes_at + at, c, (size_t)1 << u->cqe_shift);
	__atomic_store_n(&u->cq_tail, u->cq_tail + 1, __ATOMIC_RELEASE);
	atomic_store_explicit(&words(u)->cq_tail, u->cq_tail, memory_order_release);
}

static bool grow_overflow_locked(struct uring *u)
{
	uint32_t max = u->max_overflow ? 2 * u->max_overflow : OVERFLOW_FIRST;
	struct uring_cqe *list = uring_alloc(u->kernel, max, sizeof(*list));

	if (!list)
		return false;
	for (uint32_t i = 0; i < u->nr_overflow; i++)
		list[i] = u->overflow[(u->overflow_at + i) % u->max_overflow];
	free_overflow(u);
	u->overflow = list;
	u->overflow_at = 0;
	u->max_overflow = max;
	return true;
}

static void overflow_locked(struct uring *u, const struct uring_cqe *c)
{
	bool room = u->nr_overflow < u->max_overflow;

	/* Each request that was begun may still come; more are not begun (uring_may_submit). */
	if (!room && u->nr_overflow < 2 * URING_OVERFLOW_MAX)
		room = grow_overflow_locked(u);
	if (!room) {
		atomic_fetch_add(&words(u)->cq_overflow, 1); /* lost, as in Linux without memory */
		return;
	}
	u->overflow[(u->overflow_at + u->nr_overflow++) % u->max_overflow] = *c;
	uring_set_flag_locked(u, IORING_SQ_CQ_OVERFLOW, true);
}

bool uring_may_submit_locked(struct uring *u)
{
	return u->nr_overflow < URING_OVERFLOW_MAX;
}

bool uring_post_locked(struct uring *u, const struct uring_cqe *c, bool async, bool many)
{
	uint32_t cq_flags = atomic_load_explicit(&words(u)->cq_flags, memory_order_relaxed);

	if (u->nr_overflow == 0 && uring_ready(u) < u->cq_entries)
		put_locked(u, c);
	else if (many)
		return false;
	else
		overflow_locked(u, c);
	if (u->eventfd && (async || !u->eventfd_async) && !(cq_flags & IORING_CQ_EVENTFD_DISABLED))
		eventfd_signal(u->eventfd);
	wait_wake(&u->wq, POLLIN | POLLRDNORM);
	return true;
}

void uring_flush_overflow(struct uring *u)
{
	mutex_lock(&u->mu);
	while (u->nr_overflow && uring_ready(u) < u->cq_entries) {
		put_locked(u, &u->overflow[u->overflow_at]);
		u->overflow_at = (u->overflow_at + 1) % u->max_overflow;
		u->nr_overflow--;
	}
	if (u->nr_overflow == 0 && u->max_overflow) {
		free_overflow(u);
		u->overflow_at = 0;
		uring_set_flag_locked(u, IORING_SQ_CQ_OVERFLOW, false);
	}
	mutex_unlock(&u->mu);
}

/* ---- the file ---- */

static uint32_t uring_poll(struct file *f)
{
	struct uring *u = f->data;
	uint32_t mask = 0;

	mutex_lock(&u->mu);
	if (uring_waiting_sqes(u) < u->sq_entries)
		mask |= POLLOUT | POLLWRNORM;
	if (uring_ready(u) || u->nr_overflow)
		mask |= POLLIN | POLLRDNORM;
	mutex_unlock(&u->mu);
	return mask;
}

static struct wait_queue *uring_wait_queue(struct file *f)
{
	return &((struct uring *)f->data)->wq;
}

/* Where the mapping begins that is asked for by that offset, and how long it may be. */
static bool part_at(const struct uring *u, uint64_t off, uint64_t *ret_at, uint64_t *ret_len)
{
	switch (off & 0xf8000000u) {
	case IORING_OFF_SQ_RING:
	case IORING_OFF_CQ_RING:
		*ret_at = 0;
		*ret_len = u->sqes_at;
		break;
	case IORING_OFF_SQES:
		*ret_at = u->sqes_at;
		*ret_len = u->size - u->sqes_at;
		break;
	default: return false;
	}
	return off <= UINT32_MAX;
}

static int uring_mmap(struct file *f, int prot, int flags, uint64_t off, uint64_t len, int *ret_fd,
		      enum mmap_fd *ret_kind)
{
	struct uring *u = f->data;
	uint64_t at, max;

	(void)prot;
	(void)flags;
	if (!part_at(u, off, &at, &max) || len > max)
		return -EINVAL;
	*ret_fd = u->memfd;
	*ret_kind = MMAP_FD_KEPT;
	return 0;
}

static uint64_t uring_mmap_offset(struct file *f, uint64_t off)
{
	uint64_t at = 0, max;

	(void)part_at(f->data, off, &at, &max);
	return at;
}

static void uring_show_fdinfo(struct file *f, struct strbuf *sb)
{
	struct uring *u = f->data;
	struct uring_words *w = words(u);

	strbuf_printf(sb, "SqMask:\t0x%x\nSqHead:\t%u\nSqTail:\t%u\nCachedSqHead:\t%u\n",
		      u->sq_entries - 1, atomic_load(&w->sq_head), atomic_load(&w->sq_tail),
		      u->sq_head);
	strbuf_printf(sb, "CqMask:\t0x%x\nCqHead:\t%u\nCqTail:\t%u\nCachedCqTail:\t%u\n",
		      u->cq_entries - 1, atomic_load(&w->cq_head), atomic_load(&w->cq_tail),
		      u->cq_tail);
}

static void uring_release(struct file *f)
{
	struct uring *u = f->data;

	if (u->closed)
		u->closed(u);
	uring_put(u);
}

static const struct file_ops uring_fops = {
	.poll = uring_poll,
	.wait_queue = uring_wait_queue,
	.mmap = uring_mmap,
	.mmap_offset = uring_mmap_offset,
	.show_fdinfo = uring_show_fdinfo,
	.release = uring_release,
};

struct uring *uring_of_file(const struct file *f)
{
	return f->ops == &uring_fops ? f->data : NULL;
}

static void init_words(struct uring *u, bool sqpoll)
{
	struct uring_words *w = words(u);

	atomic_store(&w->sq_mask, u->sq_entries - 1);
	atomic_store(&w->sq_entries, u->sq_entries);
	atomic_store(&w->cq_mask, u->cq_entries - 1);
	atomic_store(&w->cq_entries, u->cq_entries);
	atomic_store(&w->sq_flags, sqpoll ? IORING_SQ_NEED_WAKEUP : 0);
}

int uring_new(struct kernel *k, uint32_t entries, struct io_uring_params *p, bool sqpoll,
	      struct file **ret)
{
	int err = decode_sizes(entries, p);
	struct uring *u = err == 0 ? mem_zalloc(sizeof(*u)) : NULL;

	if (err < 0)
		return err;
	if (!u)
		return -ENOMEM;
	ref_init(&u->ref, 1);
	u->kernel = k;
	lay_out(u, p);
	err = map_new(u);
	if (err < 0) {
		mem_free(u);
		return err;
	}
	mutex_init(&u->mu, LOCK_URING);
	wait_queue_init(&u->wq);
	list_init(&u->active);
	list_init(&u->deferred);
	list_init(&u->groups);
	u->disabled = p->flags & IORING_SETUP_R_DISABLED;
	init_words(u, sqpoll);
	tell_offsets(u, p);
	err = file_new_anon(k, "anon_inode:[io_uring]", NULL, &uring_fops, u, O_RDWR,
			    FMODE_READ | FMODE_WRITE | FMODE_STREAM | FMODE_NOPASS, ret);
	if (err < 0)
		uring_put(u);
	return err;
}
