/*
 * tests/fuzz/uring.h - the fuzzer's requests to an io_uring
 *
 * Model: each round has rings of several kinds; what is registered with them changes. A batch fills some entries of one with what calls are
 * given (pointers, paths, message headers, descriptors), links them at random, moves the tail, sometimes
 * by nonsense, and enters. A second thread changes bytes of the rings and entries meanwhile. Completions are
 * taken now and then, or the head is set anywhere.
 *
 * Interface: uring_fuzz_start() once per round; uring_fuzz_batch() submits some. Included by
 * syscall_fuzz.c behind its generators.
 */
#ifndef TESTS_FUZZ_URING_H
#define TESTS_FUZZ_URING_H

#include <linux/io_uring.h>

#define FUZZ_RINGS 4
#define FUZZ_ENTRIES 16
#define FUZZ_OPS 60

static struct fuzz_ring {
	int fd;
	unsigned char *rings, *sqes;
	unsigned int rings_len, sqes_len, sqe_size;
	struct io_uring_params p;
} fuzz_rings[FUZZ_RINGS];

static volatile int fuzz_flip;

static void *uring_flipper(void *arg)
{
	uint64_t s = (uint64_t)(uintptr_t)arg | 1;

	for (;;) {
		struct fuzz_ring *r;

		s = s * 6364136223846793005ULL + 1442695040888963407ULL;
		r = &fuzz_rings[(s >> 33) % FUZZ_RINGS];
		if (fuzz_flip && r->sqes && (s >> 60) < 6)
			r->sqes[(s >> 36) % r->sqes_len] = (unsigned char)(s >> 50);
		else if (fuzz_flip && r->rings && (s >> 60) < 8)
			r->rings[(s >> 36) % r->rings_len] = (unsigned char)(s >> 50);
		for (uint64_t i = (s >> 40) % 4000; i > 0; i--)
			__builtin_ia32_pause();
	}
	return NULL;
}

static void uring_fuzz_start(void)
{
	static const unsigned int flags[FUZZ_RINGS] = {
		0, IORING_SETUP_SUBMIT_ALL, IORING_SETUP_SQPOLL,
		IORING_SETUP_CQE32 | IORING_SETUP_SQE128 | IORING_SETUP_R_DISABLED};
	int fds[8] = {-1, 3, 4, 5, 12, 20, 21, -1};
	struct iovec iov[2] = {{arena, 4096}, {arena + PAGE, 3 * PAGE}};
	pthread_t th;

	for (int i = 0; i < FUZZ_RINGS; i++) {
		struct fuzz_ring *r = &fuzz_rings[i];

		r->p = (struct io_uring_params){.flags = flags[i]};
		r->fd = (int)syscall(SYS_io_uring_setup, FUZZ_ENTRIES, &r->p);
		if (r->fd < 0)
			return;
		r->rings_len = r->p.sq_off.array + FUZZ_ENTRIES * 4;
		r->sqe_size = sizeof(struct io_uring_sqe)
			      << (flags[i] & IORING_SETUP_SQE128 ? 1 : 0);
		r->sqes_len = FUZZ_ENTRIES * r->sqe_size;
		r->rings = mmap(NULL, r->rings_len, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
		r->sqes = mmap(NULL, r->sqes_len, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
			       IORING_OFF_SQES);
		if (r->rings == MAP_FAILED || r->sqes == MAP_FAILED)
			give_up(__LINE__);
		for (unsigned int k = 0; k < FUZZ_ENTRIES; k++)
			((unsigned int *)(r->rings + r->p.sq_off.array))[k] = k;
		if (one_in(2))
			syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_ENABLE_RINGS, 0, 0);
		syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_FILES, fds, 8);
		syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_BUFFERS, iov, 2);
	}
	pthread_create(&th, NULL, uring_flipper, (void *)(uintptr_t)rnd());
}

static uint64_t uring_address(uint8_t opcode)
{
	switch (opcode) {
	case IORING_OP_SENDMSG:
	case IORING_OP_RECVMSG: return message_headers();
	case IORING_OP_OPENAT:
	case IORING_OP_STATX:
	case IORING_OP_UNLINKAT:
	case IORING_OP_RENAMEAT: return path();
	case IORING_OP_POLL_REMOVE:
	case IORING_OP_ASYNC_CANCEL:
	case IORING_OP_TIMEOUT_REMOVE: return below(64);
	}
	return one_in(8) ? hostile() : (uint64_t)(uintptr_t)arena + below(ARENA_PAGES * PAGE);
}

static struct timespec *short_time(void)
{
	static struct timespec ts;

	ts = (struct timespec){one_in(8) ? (time_t)hostile() : 0, (long)below(3000000)};
	return &ts;
}

/* One of the forms of io_uring_register(2), its structure right more often than noise would be. */
static void uring_register_any(struct fuzz_ring *r)
{
	static const uint8_t ops[] = {IORING_REGISTER_BUFFERS,	    IORING_UNREGISTER_BUFFERS,
				      IORING_REGISTER_FILES2,	    IORING_UNREGISTER_FILES,
				      IORING_REGISTER_FILES_UPDATE, IORING_REGISTER_EVENTFD,
				      IORING_UNREGISTER_EVENTFD,    IORING_REGISTER_PERSONALITY,
				      IORING_REGISTER_RESTRICTIONS, IORING_REGISTER_ENABLE_RINGS,
				      IORING_REGISTER_PBUF_RING,    IORING_UNREGISTER_PBUF_RING,
				      IORING_REGISTER_SYNC_CANCEL,  IORING_REGISTER_FILES_UPDATE2};
	uint64_t *p = (uint64_t *)(arena + 8 * PAGE), a[6] = {(uint64_t)r->fd};
	uint8_t op = one_in(8) ? (uint8_t)below(30) : ops[below(sizeof(ops))];

	for (int i = 0; i < 12; i++)
		p[i] = one_in(4) ? number() : below(16);
	a[1] = op;
	a[2] = one_in(16) ? address() : (uint64_t)(uintptr_t)p;
	a[3] = one_in(4) ? number() : 1;
	if (op == IORING_REGISTER_FILES2 || op == IORING_REGISTER_FILES_UPDATE2) {
		p[0] = one_in(2) ? below(20) | 1ULL << 32 : below(20);
		p[1] = 0;
		p[2] = one_in(2) ? 0 : (uint64_t)(uintptr_t)p;
		a[3] = one_in(8) ? number() : 32;
	} else if (op == IORING_REGISTER_PBUF_RING) {
		p[0] = one_in(4) ? address() : (uint64_t)(uintptr_t)(arena + below(8) * PAGE);
		p[1] = (one_in(8) ? number() : 1U << below(8)) | below(4) << 32;
		p[2] = p[3] = p[4] = 0;
	} else if (op == IORING_REGISTER_BUFFERS) {
		p[0] = address();
		p[1] = below(9000);
	} else if (one_in(2)) {
		a[2] = a[3] = 0;
	}
	raw_call(SYS_io_uring_register, a);
}

static void fill_sqe(struct io_uring_sqe *s)
{
	static const uint8_t hot[] = {
		IORING_OP_NOP,		IORING_OP_READ,		IORING_OP_WRITE,
		IORING_OP_POLL_ADD,	IORING_OP_RECV,		IORING_OP_SEND,
		IORING_OP_ACCEPT,	IORING_OP_TIMEOUT,	IORING_OP_READV,
		IORING_OP_LINK_TIMEOUT, IORING_OP_ASYNC_CANCEL, IORING_OP_PROVIDE_BUFFERS,
		IORING_OP_POLL_REMOVE};

	memset(s, 0, sizeof(*s));
	s->opcode = one_in(3) ? (uint8_t)below(FUZZ_OPS) : hot[below(sizeof(hot))];
	s->flags = (uint8_t)(one_in(2) ? 0 : one_in(16) ? rnd() : rnd() & 0x6d);
	s->ioprio = (uint16_t)(one_in(6) ? below(4) : 0);
	s->fd = (int)(one_in(16) ? number() : below(NR_FDS));
	s->addr = uring_address(s->opcode);
	s->len = (uint32_t)(one_in(8) ? number() : one_in(3) ? 1 : below(9000));
	s->off = one_in(2) ? 0 : one_in(4) ? uring_address(IORING_OP_STATX) : number();
	if (one_in(3))
		s->rw_flags = (int)(one_in(4) ? rnd() : below(32));
	s->user_data = below(64);
	if (one_in(6) || (s->flags & IOSQE_BUFFER_SELECT))
		s->buf_index = (uint16_t)below(4); /* and a group's number */
	if (s->opcode == IORING_OP_PROVIDE_BUFFERS || s->opcode == IORING_OP_REMOVE_BUFFERS) {
		s->fd = (int)(one_in(16) ? number() : 1 + below(20));
		s->off = one_in(16) ? number() : below(70000);
	}
	if (s->opcode == IORING_OP_TIMEOUT || s->opcode == IORING_OP_LINK_TIMEOUT) {
		s->len = one_in(8) ? (uint32_t)number() : 1;
		s->addr = (uint64_t)(uintptr_t)short_time();
	}
	if (one_in(8))
		s->file_index = (uint32_t)below(10);
	if (one_in(32))
		s->personality = (uint16_t)below(3);
	if (one_in(8)) /* some bytes of the whole */
		((unsigned char *)s)[below(sizeof(*s))] = (unsigned char)rnd();
}

static void move_words(struct fuzz_ring *r, unsigned int n)
{
	unsigned int *tail = (void *)(r->rings + r->p.sq_off.tail);
	unsigned int *head = (void *)(r->rings + r->p.cq_off.head);
	unsigned int *cq_tail = (void *)(r->rings + r->p.cq_off.tail);

	__atomic_store_n(tail, one_in(64) ? (unsigned int)rnd() : *tail + n, __ATOMIC_RELEASE);
	if (one_in(3))
		__atomic_store_n(head, one_in(32) ? (unsigned int)rnd() : *cq_tail,
				 __ATOMIC_RELEASE);
}

static void uring_fuzz_batch(void)
{
	struct fuzz_ring *r = &fuzz_rings[below(FUZZ_RINGS)];
	unsigned int n = 1 + (unsigned int)below(6), tail, flags = 0;
	unsigned int *sq_head;
	uint64_t a[6];

	if (r->fd <= 0 || !r->sqes)
		return;
	sq_head = (void *)(r->rings + r->p.sq_off.head);
	tail = *(unsigned int *)(r->rings + r->p.sq_off.tail);
	if (tail - *sq_head > FUZZ_ENTRIES) /* lost: where the kernel is */
		*(unsigned int *)(r->rings + r->p.sq_off.tail) = tail = *sq_head;
	for (unsigned int i = 0; i < n; i++)
		fill_sqe((void *)(r->sqes + (size_t)((tail + i) % FUZZ_ENTRIES) * r->sqe_size));
	move_words(r, n);
	if (one_in(8)) {
		static const struct timespec ms = {.tv_nsec = 1000000};
		static struct io_uring_getevents_arg arg;

		arg.ts = (uintptr_t)&ms;
		flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
		a[4] = (uint64_t)(uintptr_t)&arg;
		a[5] = sizeof(arg);
	} else {
		a[4] = a[5] = 0;
	}
	flags |= r->p.flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0;
	a[0] = (uint64_t)r->fd;
	a[1] = n;
	a[2] = below(3);
	a[3] = flags;
	fuzz_flip = one_in(2);
	raw_call(SYS_io_uring_enter, a);
	totals->uring_batches++;
	if (one_in(24))
		uring_register_any(r);
}

#endif
