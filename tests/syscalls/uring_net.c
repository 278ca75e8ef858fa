/* tests/syscalls/uring_net.c - io_uring on sockets: accept and receive with many completions, provided
 * buffers in lists and rings, connect, send, shutdown. */
#include "uring_check.h"
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = "s"};
static char bufs[8][16];

static int listener(void)
{
	int l = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink("s");
	if (bind(l, (void *)&addr, sizeof(addr)) < 0 || listen(l, 8) < 0)
		die("listen");
	return l;
}

static int connected(void)
{
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	if (connect(s, (void *)&addr, sizeof(addr)) < 0)
		die("connect");
	return s;
}

static void provide(uint16_t group, unsigned int nr, unsigned int first)
{
	struct io_uring_sqe *s = sqe_buf(IORING_OP_PROVIDE_BUFFERS, (int)nr, 90, bufs[first], 16,
					 first);

	s->buf_group = group;
	show("submit", submit());
	reap("provide", 1);
}

static void accept_many(void)
{
	struct io_uring_cqe c = {0};
	int l = listener();

	sqe(IORING_OP_ACCEPT, l, 1)->ioprio = IORING_ACCEPT_MULTISHOT;
	show("submit", submit());
	for (int i = 0; i < 3; i++) {
		connected();
		show_true("accepted", next_cqe(&c) && c.res >= 0 && c.user_data == 1);
		say("flags %x", c.flags);
	}
	sqe(IORING_OP_ASYNC_CANCEL, -1, 2)->addr = 1;
	show("submit", submit());
	reap("cancel", 2);
	sqe(IORING_OP_ACCEPT, l, 3);
	sqe(IORING_OP_ACCEPT, 0, 4);
	show("submit", submit());
	reap("accept of no socket", 1);
	connected();
	show_true("accept", next_cqe(&c) && c.res >= 0 && c.user_data == 3 && c.flags == 0);
	close(l);
}

static void recv_many(int pair[2])
{
	struct io_uring_sqe *s;

	provide(7, 4, 0);
	s = sqe(IORING_OP_RECV, pair[0], 1);
	s->flags = IOSQE_BUFFER_SELECT;
	s->buf_group = 7;
	s->ioprio = IORING_RECV_MULTISHOT;
	show("submit", submit());
	show("write", write(pair[1], "hello", 5));
	reap("recv", 1);
	show("write", write(pair[1], "world!", 6));
	reap("recv", 1);
	say("%.5s %.6s", bufs[0], bufs[1]);
	sqe(IORING_OP_ASYNC_CANCEL, -1, 2)->addr = 1;
	show("submit", submit());
	reap("cancel", 2);
	/* The list goes on where it was; then there are no more. */
	for (int i = 3; i < 6; i++) {
		s = sqe_buf(IORING_OP_RECV, pair[0], (uint64_t)i, NULL, 4, 0);
		s->flags = IOSQE_BUFFER_SELECT;
		s->buf_group = 7;
		show("submit", submit());
		show("write", write(pair[1], "abc", 3));
		reap("recv", 1);
	}
	show("read", read(pair[0], bufs[0], 16));
	sqe(IORING_OP_REMOVE_BUFFERS, 3, 9)->buf_group = 7;
	show("submit", submit());
	reap("remove", 1);
	sqe(IORING_OP_REMOVE_BUFFERS, 3, 9)->buf_group = 8;
	show("submit", submit());
	reap("remove", 1);
}

static void buffer_ring(int pair[2])
{
	struct io_uring_buf_ring *br = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct io_uring_buf_reg reg = {.ring_addr = (uintptr_t)br, .ring_entries = 8, .bgid = 3};
	struct io_uring_sqe *s;

	show("register", uring_register(ring.fd, IORING_REGISTER_PBUF_RING, &reg, 1));
	show("register again", uring_register(ring.fd, IORING_REGISTER_PBUF_RING, &reg, 1));
	for (uint16_t i = 0; i < 2; i++)
		br->bufs[i] = (struct io_uring_buf){(uintptr_t)bufs[i], 16, (uint16_t)(40 + i),
						    br->bufs[i].resv};
	__atomic_store_n(&br->tail, 2, __ATOMIC_RELEASE);
	for (int i = 0; i < 3; i++) {
		s = sqe(IORING_OP_READ, pair[0], (uint64_t)i);
		s->flags = IOSQE_BUFFER_SELECT;
		s->buf_group = 3;
		s->len = 10;
		show("submit", submit());
		show("write", write(pair[1], "abcdef", 6));
		reap("read", 1);
	}
	show("read", read(pair[0], bufs[0], 16));
	reg = (struct io_uring_buf_reg){.bgid = 3};
	show("unregister", uring_register(ring.fd, IORING_UNREGISTER_PBUF_RING, &reg, 1));
	show("unregister again", uring_register(ring.fd, IORING_UNREGISTER_PBUF_RING, &reg, 1));
}

static void messages(int pair[2])
{
	struct iovec iov = {bufs[0], 16}, out = {"0123456789", 10};
	struct msghdr in = {.msg_iov = &iov, .msg_iovlen = 1};
	struct msghdr msg = {.msg_iov = &out, .msg_iovlen = 1};

	sqe_buf(IORING_OP_RECVMSG, pair[0], 1, &in, 1, 0);
	sqe_buf(IORING_OP_SENDMSG, pair[1], 2, &msg, 1, 0);
	show("submit", submit());
	reap("messages", 1);
	reap("messages", 1);
	show_data("received", bufs[0], 10);
	/* The whole, in two parts. */
	sqe_buf(IORING_OP_RECV, pair[0], 3, bufs[0], 8, 0)->msg_flags = MSG_WAITALL;
	show("submit", submit());
	show("send", send(pair[1], "abcd", 4, 0));
	show_val("ready", cqes_ready());
	sqe_buf(IORING_OP_SEND, pair[1], 4, "efgh", 4, 0)->flags = IOSQE_CQE_SKIP_SUCCESS;
	show("submit", submit());
	reap("all", 1);
	show_data("received", bufs[0], 8);
	sqe_buf(IORING_OP_RECV, pair[0], 5, bufs[0], 8, 0)->msg_flags = MSG_DONTWAIT;
	show("submit", submit());
	reap("not waiting", 1);
	sqe(IORING_OP_SHUTDOWN, pair[1], 6)->len = SHUT_WR;
	sqe_buf(IORING_OP_RECV, pair[0], 7, bufs[0], 8, 0);
	show("submit", submit());
	reap("end", 2);
}

/* Messages packed into provided buffers, and one with its header. */
static void packed(void)
{
	struct msghdr m = {.msg_namelen = 4, .msg_controllen = 8};
	struct iovec iov = {NULL, 6};
	struct io_uring_recvmsg_out *out;
	static char room[4][64];
	struct io_uring_sqe *s;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		die("socketpair");
	s = sqe_buf(IORING_OP_PROVIDE_BUFFERS, 4, 90, room, 64, 0);
	s->buf_group = 9;
	s = sqe_buf(IORING_OP_RECVMSG, pair[0], 1, &m, 1, 0);
	s->flags = IOSQE_BUFFER_SELECT;
	s->buf_group = 9;
	s->ioprio = IORING_RECV_MULTISHOT;
	s->msg_flags = MSG_TRUNC;
	show("submit", submit());
	reap("provide", 1);
	show("send", send(pair[1], "hello", 5, 0));
	reap("recvmsg", 1);
	show("send", send(pair[1], bufs, 50, 0));
	reap("recvmsg", 1);
	for (int i = 0; i < 2; i++) {
		out = (void *)room[i];
		say("name %u, control %u, payload %u, flags %x", out->namelen, out->controllen,
		    out->payloadlen, out->flags);
	}
	show_data("payload", room[0] + 16 + 4 + 8, 5);
	sqe(IORING_OP_ASYNC_CANCEL, -1, 2)->addr = 1;
	show("submit", submit());
	reap("cancel", 2);
	m = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1};
	s = sqe_buf(IORING_OP_RECVMSG, pair[0], 3, &m, 1, 0);
	s->flags = IOSQE_BUFFER_SELECT;
	s->buf_group = 9;
	show("submit", submit());
	show("send", send(pair[1], "0123456789", 10, 0));
	reap("recvmsg", 1);
	show_true("cut", m.msg_flags == MSG_TRUNC);
	show_data("payload", room[2], 6);
	close(pair[0]);
	close(pair[1]);
}

static void connecting(void)
{
	struct io_uring_cqe c = {0};
	int l = listener(), s;

	sqe_buf(IORING_OP_SOCKET, AF_UNIX, 1, NULL, 0, SOCK_STREAM);
	show("submit", submit());
	show_true("socket", next_cqe(&c) && c.res >= 0);
	s = c.res;
	sqe_buf(IORING_OP_CONNECT, s, 2, &addr, 0, sizeof(addr));
	show("submit", submit());
	reap("connect", 1);
	sqe_buf(IORING_OP_CONNECT, s, 3, &addr, 0, sizeof(addr));
	show("submit", submit());
	reap("connect again", 1);
	sqe(IORING_OP_CLOSE, s, 4);
	sqe(IORING_OP_CLOSE, s, 5);
	show("submit", submit());
	reap("close", 2);
	close(l);
}

int main(void)
{
	int pair[2];

	uring_open(&ring, 8, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		die("socketpair");
	accept_many();
	recv_many(pair);
	buffer_ring(pair);
	messages(pair);
	packed();
	connecting();
	return 0;
}
