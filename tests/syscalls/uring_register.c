/* tests/syscalls/uring_register.c - io_uring_register(2): files, buffers, eventfd, probe, personalities,
 * restrictions; descriptors that only the ring has. */
#include "uring_check.h"
#include <sys/eventfd.h>

static void fixed_files(void)
{
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600), fds[3] = {fd, -1, -1}, none = -1;
	struct io_uring_files_update up = {.offset = 1, .fds = (uintptr_t)&fd};
	struct io_uring_cqe c = {0};
	struct io_uring_sqe *s;
	char buf[8] = "";

	show("write", write(fd, "abcdef", 6));
	show("no files", uring_register(ring.fd, IORING_REGISTER_FILES, fds, 0));
	show("unregister", uring_register(ring.fd, IORING_UNREGISTER_FILES, NULL, 0));
	show("register", uring_register(ring.fd, IORING_REGISTER_FILES, fds, 3));
	show("twice", uring_register(ring.fd, IORING_REGISTER_FILES, fds, 3));
	sqe_buf(IORING_OP_READ, 0, 1, buf, 3, 0)->flags = IOSQE_FIXED_FILE;
	sqe_buf(IORING_OP_READ, 1, 2, buf, 3, 0)->flags = IOSQE_FIXED_FILE;
	sqe_buf(IORING_OP_READ, 3, 3, buf, 3, 0)->flags = IOSQE_FIXED_FILE;
	show("submit", submit());
	reap("fixed", 3);
	show("update", uring_register(ring.fd, IORING_REGISTER_FILES_UPDATE, &up, 1));
	show("update too many", uring_register(ring.fd, IORING_REGISTER_FILES_UPDATE, &up, 3));
	up.fds = (uintptr_t)&ring.fd;
	show("the ring", uring_register(ring.fd, IORING_REGISTER_FILES_UPDATE, &up, 1));
	close(fd);
	sqe_buf(IORING_OP_READ, 1, 4, buf, 3, 3)->flags = IOSQE_FIXED_FILE;
	s = sqe_buf(IORING_OP_OPENAT, AT_FDCWD, 5, "f", 0, 0);
	s->file_index = 3;
	sqe_buf(IORING_OP_READ, 2, 6, buf, 2, 4)->flags = IOSQE_FIXED_FILE;
	sqe(IORING_OP_CLOSE, 0, 7)->file_index = 3;
	sqe(IORING_OP_CLOSE, 0, 8)->file_index = 3;
	sqe(IORING_OP_CLOSE, 0, 9)->file_index = 9;
	show("submit", submit());
	reap("slots", 6);
	show_str("read", buf);
	s = sqe_buf(IORING_OP_OPENAT, AT_FDCWD, 10, "f", 0, 0);
	s->file_index = IORING_FILE_INDEX_ALLOC;
	sqe_buf(IORING_OP_FILES_UPDATE, -1, 11, &none, 1, 1);
	show("submit", submit());
	show_true("any slot", next_cqe(&c) && c.res >= 0 && c.user_data == 10);
	reap("update", 1);
	show("unregister", uring_register(ring.fd, IORING_UNREGISTER_FILES, NULL, 0));
}

static void fixed_buffers(void)
{
	static char area[64];
	struct iovec iov[2] = {{area, 64}, {NULL, 0}}, bad = {BAD_PTR, 64}, empty = {area, 0};
	int fd = open("f", O_RDWR);

	show("bad", uring_register(ring.fd, IORING_REGISTER_BUFFERS, &bad, 1));
	show("empty", uring_register(ring.fd, IORING_REGISTER_BUFFERS, &empty, 1));
	show("register", uring_register(ring.fd, IORING_REGISTER_BUFFERS, iov, 2));
	show("twice", uring_register(ring.fd, IORING_REGISTER_BUFFERS, iov, 2));
	sqe_buf(IORING_OP_READ_FIXED, fd, 1, area + 32, 6, 0);
	sqe_buf(IORING_OP_READ_FIXED, fd, 2, area + 60, 6, 0);
	sqe_buf(IORING_OP_READ_FIXED, fd, 3, area, 6, 0)->buf_index = 1;
	sqe_buf(IORING_OP_READ_FIXED, fd, 4, area, 6, 0)->buf_index = 2;
	sqe_buf(IORING_OP_WRITE_FIXED, fd, 5, area + 32, 3, 3);
	show("submit", submit());
	reap("buffers", 5);
	show_data("area", area + 32, 6);
	show("unregister", uring_register(ring.fd, IORING_UNREGISTER_BUFFERS, NULL, 0));
	show("unregister", uring_register(ring.fd, IORING_UNREGISTER_BUFFERS, NULL, 0));
	close(fd);
}

static void rest(void)
{
	int efd = eventfd(0, EFD_NONBLOCK), zero = 0;
	struct {
		struct io_uring_probe p;
		struct io_uring_probe_op ops[64];
	} probe = {0};
	uint64_t count = 0;
	long id;

	show("no eventfd", uring_register(ring.fd, IORING_REGISTER_EVENTFD, &zero, 1));
	show("eventfd", uring_register(ring.fd, IORING_REGISTER_EVENTFD, &efd, 1));
	show("eventfd twice", uring_register(ring.fd, IORING_REGISTER_EVENTFD, &efd, 1));
	sqe(IORING_OP_NOP, -1, 1);
	show("submit", submit());
	reap("nop", 1);
	show("its count", read(efd, &count, 8));
	show_true("is told", count >= 1);
	show("unregister", uring_register(ring.fd, IORING_UNREGISTER_EVENTFD, NULL, 0));
	show("unregister", uring_register(ring.fd, IORING_UNREGISTER_EVENTFD, NULL, 0));
	show("probe", uring_register(ring.fd, IORING_REGISTER_PROBE, &probe, 64));
	show_true("knows splice", probe.ops[IORING_OP_SPLICE].flags & IO_URING_OP_SUPPORTED);
	show("probe of dirt", uring_register(ring.fd, IORING_REGISTER_PROBE, &probe, 64));
	show_true("personality",
		  (id = uring_register(ring.fd, IORING_REGISTER_PERSONALITY, NULL, 0)) > 0);
	sqe(IORING_OP_NOP, -1, 2)->personality = (uint16_t)id;
	show("submit", submit());
	reap("personality", 1);
	show("unregister",
	     uring_register(ring.fd, IORING_UNREGISTER_PERSONALITY, NULL, (unsigned int)id));
	show("unregister",
	     uring_register(ring.fd, IORING_UNREGISTER_PERSONALITY, NULL, (unsigned int)id));
	show("unknown", uring_register(ring.fd, 63, NULL, 0));
	show("no ring", uring_register(1, IORING_REGISTER_PROBE, &probe, 1));
	show("enable", uring_register(ring.fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
}

static void restricted(void)
{
	struct io_uring_restriction res[2] = {
		{.opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_NOP},
		{.opcode = IORING_RESTRICTION_REGISTER_OP, .register_op = IORING_REGISTER_PROBE},
	};

	uring_open(&ring, 8, IORING_SETUP_R_DISABLED);
	sqe(IORING_OP_NOP, -1, 1);
	show("disabled", enter(1, 0, 0));
	show("restrict", uring_register(ring.fd, IORING_REGISTER_RESTRICTIONS, res, 2));
	show("twice", uring_register(ring.fd, IORING_REGISTER_RESTRICTIONS, res, 2));
	show("enable", uring_register(ring.fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
	sqe(IORING_OP_FSYNC, 0, 2);
	show("submit", submit());
	reap("restricted", 2);
	sqe(IORING_OP_NOP, 0, 3)->flags = IOSQE_ASYNC;
	show("submit", submit());
	reap("flag", 1);
	show("register", uring_register(ring.fd, IORING_REGISTER_PERSONALITY, NULL, 0));
}

int main(void)
{
	uring_open(&ring, 8, 0);
	fixed_files();
	fixed_buffers();
	rest();
	restricted();
	return 0;
}
