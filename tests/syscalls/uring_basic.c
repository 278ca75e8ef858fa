/* tests/syscalls/uring_basic.c - io_uring: files, pipes, links, drains, time-outs, cancelling. */
#include "uring_check.h"

static void files(void)
{
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct iovec iov[2];
	char buf[16] = "", more[16] = "";

	sqe_buf(IORING_OP_WRITE, fd, 1, "hello world", 11, 0)->flags = IOSQE_IO_LINK;
	sqe_buf(IORING_OP_READ, fd, 2, buf, 5, 6);
	show("submit", submit());
	reap("write, read", 2);
	show_str("read", buf);
	iov[0] = (struct iovec){buf, 3};
	iov[1] = (struct iovec){more, 4};
	sqe_buf(IORING_OP_READV, fd, 3, iov, 2, 1);
	show("submit", submit());
	reap("vector", 1);
	sqe(IORING_OP_FSYNC, fd, 4);
	show("submit", submit());
	reap("fsync", 1);
	sqe_buf(IORING_OP_READ, fd, 5, buf, 5, (uint64_t)-1);
	sqe_buf(IORING_OP_READ, 1000, 6, buf, 5, 0);
	sqe_buf(IORING_OP_READ, fd, 7, BAD_PTR, 5, 0);
	show("submit", submit());
	reap("file", 3);
	show_str("vector", more);
	/* A short read breaks its link, a hard link holds. */
	sqe_buf(IORING_OP_READ, fd, 8, buf, 16, 8)->flags = IOSQE_IO_LINK;
	sqe(IORING_OP_NOP, 0, 9)->flags = IOSQE_IO_LINK;
	sqe(IORING_OP_NOP, 0, 10);
	show("submit", submit());
	reap("link", 3);
	sqe_buf(IORING_OP_READ, fd, 11, buf, 16, 8)->flags = IOSQE_IO_HARDLINK;
	sqe(IORING_OP_NOP, 0, 12);
	show("submit", submit());
	reap("hard link", 2);
	close(fd);
}

static void waiting(void)
{
	struct __kernel_timespec ms = {.tv_nsec = 5000000}, s10 = {.tv_sec = 100};
	char buf[16] = "";
	int p[2];

	if (pipe(p) < 0)
		die("pipe");
	sqe_buf(IORING_OP_READ, p[0], 1, buf, 16, 0);
	show("submit", submit());
	show_val("ready", cqes_ready());
	show("write", write(p[1], "abc", 3));
	reap("pipe", 1);
	sqe(IORING_OP_POLL_ADD, p[0], 2)->poll32_events = POLLIN;
	show("submit", submit());
	show("write", write(p[1], "abc", 3));
	reap("poll", 1);
	show("read", read(p[0], buf, 3));
	sqe_buf(IORING_OP_TIMEOUT, -1, 3, &ms, 1, 0);
	show("submit", submit());
	reap("time-out", 1);
	sqe_buf(IORING_OP_TIMEOUT, -1, 4, &s10, 1, 1);
	sqe(IORING_OP_NOP, 0, 5);
	show("submit", submit());
	reap("time-out of one completion", 2);
	sqe_buf(IORING_OP_READ, p[0], 6, buf, 16, 0)->flags = IOSQE_IO_LINK;
	sqe_buf(IORING_OP_LINK_TIMEOUT, -1, 7, &ms, 1, 0);
	show("submit", submit());
	if (reap("linked time-out", 1) == -ETIME)
		reap("linked time-out", 1);
	else
		reap("linked time-out", 1);
	sqe_buf(IORING_OP_READ, p[0], 8, buf, 16, 0)->flags = IOSQE_IO_LINK;
	sqe_buf(IORING_OP_LINK_TIMEOUT, -1, 9, &s10, 1, 0);
	show("submit", submit());
	show("write", write(p[1], "abc", 3));
	reap("linked time-out", 2);
	sqe_buf(IORING_OP_READ, p[0], 10, buf, 16, 0);
	show("submit", submit());
	sqe(IORING_OP_ASYNC_CANCEL, -1, 11)->addr = 10;
	show("submit", submit());
	reap("cancel", 2);
	sqe(IORING_OP_ASYNC_CANCEL, -1, 12)->addr = 10;
	sqe(IORING_OP_TIMEOUT_REMOVE, -1, 13)->addr = 10;
	show("submit", submit());
	reap("cancel again", 2);
	sqe_buf(IORING_OP_READ, p[0], 14, buf, 16, 0);
	sqe(IORING_OP_NOP, 0, 15)->flags = IOSQE_IO_DRAIN;
	sqe(IORING_OP_NOP, 0, 16);
	show("submit", submit());
	show_val("ready", cqes_ready());
	show("write", write(p[1], "abc", 3));
	reap("drain", 3);
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	sqe_buf(IORING_OP_WRITE, p[1], 17, buf, 16, 0);
	show("submit", submit());
	reap("broken pipe", 1);
	close(p[1]);
}

static void errors(void)
{
	struct __kernel_timespec ts = {.tv_sec = 1};
	struct io_uring_sqe *s = sqe(77, -1, 1);

	show("submit unknown opcode", submit());
	reap("unknown", 1);
	s = sqe(IORING_OP_NOP, -1, 2);
	s->flags = 0x80;
	sqe(IORING_OP_NOP, -1, 3);
	show("submit unknown flag and another", submit());
	reap("flag", 1);
	show("the rest", enter(1, 0, 0));
	reap("rest", 1);
	sqe(IORING_OP_NOP, -1, 4)->personality = 9;
	show("submit", submit());
	reap("personality", 1);
	sqe(IORING_OP_READ, 0, 5)->flags = IOSQE_FIXED_FILE;
	show("submit", submit());
	reap("fixed file without files", 1);
	sqe(IORING_OP_STATX, 0, 6)->flags = IOSQE_FIXED_FILE;
	show("submit", submit());
	reap("statx of a fixed file", 1);
	sqe(IORING_OP_WRITE, 1, 7)->flags = IOSQE_BUFFER_SELECT;
	show("submit", submit());
	reap("write with a provided buffer", 1);
	sqe_buf(IORING_OP_LINK_TIMEOUT, -1, 8, &ts, 1, 0);
	show("submit", submit());
	reap("time-out of nothing", 1);
	sqe(IORING_OP_CLOSE, ring.fd, 9);
	show("submit", submit());
	reap("close of the ring", 1);
	sqe(IORING_OP_FSYNC, 0, 10)->addr = 1;
	show("submit", submit());
	reap("fsync with an address", 1);
	ring.array[*ring.sq_tail & (ring.p.sq_entries - 1)] = 99;
	__atomic_store_n(ring.sq_tail, *ring.sq_tail + 1, __ATOMIC_RELEASE);
	show("index beyond the ring", enter(1, 0, 0));
	show_val("dropped", *ring.dropped);
	show("enter, unknown flag", enter(0, 0, 0x4000));
	show("enter of no ring", raw(SYS_io_uring_enter, 0, 1, 0, 0, NULL, 0L));
	show("enter of nothing", raw(SYS_io_uring_enter, 1000, 1, 0, 0, NULL, 0L));
	show("read of a ring", read(ring.fd, &s, 8));
}

/* Completions of failures only; and no drains after that. */
static void skipping(void)
{
	char buf[1];

	sqe(IORING_OP_NOP, 0, 13)->flags = IOSQE_CQE_SKIP_SUCCESS;
	sqe_buf(IORING_OP_READ, 1000, 14, buf, 1, 0)->flags = IOSQE_CQE_SKIP_SUCCESS;
	show("submit", submit());
	reap("skipped", 1);
	show_val("more", cqes_ready());
	sqe(IORING_OP_NOP, 0, 15)->flags = IOSQE_IO_DRAIN;
	show("submit", submit());
	reap("drain", 1);
}

/* More completions than there is room for: none is lost. */
static void overflow(void)
{
	unsigned long sum = 0;
	struct io_uring_cqe c;
	int n = 0;

	for (int i = 0; i < 5; i++) {
		for (int k = 0; k < 8; k++)
			sqe(IORING_OP_NOP, -1, (uint64_t)(i * 8 + k));
		show("submit", submit());
	}
	show_true("overflow is told", *ring.sq_flags & IORING_SQ_CQ_OVERFLOW);
	while (n < 40 && next_cqe(&c)) {
		n++;
		sum += c.user_data;
	}
	show_val("completions", n);
	show_val("sum", (long)sum);
	show("get events", enter(0, 0, IORING_ENTER_GETEVENTS));
	show_true("overflow is over", !(*ring.sq_flags & IORING_SQ_CQ_OVERFLOW));
}

int main(void)
{
	struct io_uring_params p = {0};
	struct pollfd pfd;

	show("no entries", uring_setup(0, &p));
	show("too many", uring_setup(32769, &p));
	show("bad pointer", uring_setup(1, BAD_PTR));
	p.flags = 1u << 31;
	show("unknown flag", uring_setup(1, &p));
	p = (struct io_uring_params){.flags = IORING_SETUP_CQSIZE, .cq_entries = 1};
	show("fewer completions than entries", uring_setup(4, &p));
	p = (struct io_uring_params){.flags = IORING_SETUP_CLAMP};
	show_ok("clamped", uring_setup(100000, &p));
	say("%u entries, %u completions", p.sq_entries, p.cq_entries);
	uring_open(&ring, 5, 0);
	say("%u entries, %u completions", ring.p.sq_entries, ring.p.cq_entries);
	show_true("another offset",
		  mmap(NULL, 4096, PROT_READ, MAP_SHARED, ring.fd, 0x40000000) == MAP_FAILED);
	files();
	waiting();
	errors();
	overflow();
	skipping();
	pfd = (struct pollfd){.fd = ring.fd, .events = POLLIN | POLLOUT};
	show("poll", poll(&pfd, 1, 0));
	show_true("room only", pfd.revents == POLLOUT);
	sqe(IORING_OP_NOP, -1, 1);
	show("submit", submit());
	show("poll", poll(&pfd, 1, 0));
	show_true("both", pfd.revents == (POLLOUT | POLLIN));
	return 0;
}
