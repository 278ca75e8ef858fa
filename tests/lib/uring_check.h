/*
 * tests/lib/uring_check.h - io_uring by its calls alone, for tests
 *
 * One ring, `ring`: uring_open(), then for each request sqe(opcode, fd, user_data) and its fields,
 * submit(), and reap() to print completions in the order in which they came.
 */
#ifndef TESTS_LIB_URING_CHECK_H
#define TESTS_LIB_URING_CHECK_H

#include "check.h"
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/mman.h>

struct test_ring {
	int fd;
	struct io_uring_params p;
	unsigned int *sq_head, *sq_tail, *sq_flags, *array, *cq_head, *cq_tail, *dropped;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	unsigned int pending;
	void *sq_mem, *cq_mem;
	size_t sq_len, cq_len;
};

static struct test_ring ring;

static inline long uring_setup(unsigned int entries, struct io_uring_params *p)
{
	return raw(SYS_io_uring_setup, entries, p);
}

static inline long uring_register(int fd, unsigned int op, const void *arg, unsigned int nr)
{
	return raw(SYS_io_uring_register, fd, op, arg, nr);
}

static inline void uring_open(struct test_ring *r, unsigned int entries, unsigned int flags)
{
	char *mem;

	memset(r, 0, sizeof(*r));
	r->p.flags = flags;
	r->fd = (int)uring_setup(entries, &r->p);
	if (r->fd < 0) {
		say("no io_uring: %ld", (long)r->fd);
		exit(0);
	}
	r->sq_len = r->p.sq_off.array + r->p.sq_entries * 4;
	r->cq_len = r->p.cq_off.cqes + r->p.cq_entries * 16;
	r->sqes = mmap(NULL, r->p.sq_entries * 64, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		       IORING_OFF_SQES);
	r->sq_mem = mem = mmap(NULL, r->sq_len, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
			       IORING_OFF_SQ_RING);
	if (mem == MAP_FAILED || r->sqes == MAP_FAILED)
		die("mmap of the ring");
	r->sq_head = (void *)(mem + r->p.sq_off.head);
	r->sq_tail = (void *)(mem + r->p.sq_off.tail);
	r->sq_flags = (void *)(mem + r->p.sq_off.flags);
	r->dropped = (void *)(mem + r->p.sq_off.dropped);
	r->array = (void *)(mem + r->p.sq_off.array);
	r->cq_mem = mem = mmap(NULL, r->cq_len, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
			       IORING_OFF_CQ_RING);
	if (mem == MAP_FAILED)
		die("mmap of the completions");
	r->cq_head = (void *)(mem + r->p.cq_off.head);
	r->cq_tail = (void *)(mem + r->p.cq_off.tail);
	r->cqes = (void *)(mem + r->p.cq_off.cqes);
}

/* Mappings keep it as the descriptor does. */
static inline void uring_close(struct test_ring *r)
{
	munmap(r->sq_mem, r->sq_len);
	munmap(r->cq_mem, r->cq_len);
	munmap(r->sqes, r->p.sq_entries * 64);
	close(r->fd);
}

static inline struct io_uring_sqe *sqe(unsigned int opcode, int fd, uint64_t user_data)
{
	unsigned int tail = *ring.sq_tail, at = tail & (ring.p.sq_entries - 1);
	struct io_uring_sqe *s = &ring.sqes[at];

	memset(s, 0, sizeof(*s));
	s->opcode = (uint8_t)opcode;
	s->fd = fd;
	s->user_data = user_data;
	ring.array[at] = at;
	__atomic_store_n(ring.sq_tail, tail + 1, __ATOMIC_RELEASE);
	ring.pending++;
	return s;
}

static inline struct io_uring_sqe *sqe_buf(unsigned int opcode, int fd, uint64_t user_data,
					   const void *buf, unsigned int len, uint64_t off)
{
	struct io_uring_sqe *s = sqe(opcode, fd, user_data);

	s->addr = (uintptr_t)buf;
	s->len = len;
	s->off = off;
	return s;
}

static inline long enter(unsigned int submit, unsigned int wait, unsigned int flags)
{
	return raw(SYS_io_uring_enter, ring.fd, submit, wait, flags, NULL, 8L);
}

static inline long submit(void)
{
	unsigned int n = ring.pending;

	ring.pending = 0;
	return enter(n, 0, 0);
}

/* The next completion, waited for; false after some seconds without one. */
static inline bool next_cqe(struct io_uring_cqe *ret)
{
	struct timespec ts = {.tv_sec = 20};
	struct io_uring_getevents_arg arg = {.ts = (uintptr_t)&ts};
	unsigned int head = *ring.cq_head;

	while (head == __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE))
		if (raw(SYS_io_uring_enter, ring.fd, 0, 1,
			IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg, sizeof(arg)) < 0 &&
		    errno == ETIME)
			return false;
	*ret = ring.cqes[head & (ring.p.cq_entries - 1)];
	__atomic_store_n(ring.cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}

static inline int reap(const char *what, int n)
{
	struct io_uring_cqe c = {0};

	while (n-- > 0) {
		if (!next_cqe(&c)) {
			say("%s: nothing comes", what);
			return -1;
		}
		if (c.res < 0)
			say("%s: %llu: %s, flags %x", what, (unsigned long long)c.user_data,
			    errno_name(-c.res), c.flags);
		else
			say("%s: %llu: %d, flags %x", what, (unsigned long long)c.user_data, c.res,
			    c.flags);
	}
	return c.res;
}

static inline unsigned int cqes_ready(void)
{
	return __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE) - *ring.cq_head;
}

#endif
