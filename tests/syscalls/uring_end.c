/* tests/syscalls/uring_end.c - what becomes of requests when their ring is closed, or their
 * process executes a program or ends: files are not held any longer. */
#include "uring_check.h"
#include <sys/socket.h>
#include <sys/wait.h>

/* Waits for the end of file that comes when nobody holds the other end. */
static void show_hangup(const char *what, int fd)
{
	char c;

	show(what, read(fd, &c, 1));
}

static void begin_read(int p[2])
{
	static char buf[8];

	sqe_buf(IORING_OP_READ, p[0], 1, buf, 8, 0);
	/* One that holds the writing end, too. */
	sqe(IORING_OP_POLL_ADD, p[1], 2)->poll32_events = POLLERR;
	if (submit() != 2)
		die("submit");
}

static void close_ring(void)
{
	int p[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p) < 0)
		die("socketpair");
	uring_open(&ring, 8, 0);
	begin_read((int[2]){p[0], p[0]});
	close(p[0]);
	uring_close(&ring);
	show_hangup("closed", p[1]);
	close(p[1]);
}

static void process_ends(bool exec)
{
	int p[2], status;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) < 0)
		die("socketpair");
	pid = fork();
	if (pid == 0) {
		uring_open(&ring, 8, 0);
		begin_read((int[2]){p[0], p[0]});
		if (exec)
			execl("/bin/true", "true", NULL);
		_exit(0);
	}
	close(p[0]);
	show_hangup(exec ? "program gone" : "process gone", p[1]);
	waitpid(pid, &status, 0);
	show_status("child", status);
	close(p[1]);
}

/* A child submits to its parent's ring. */
static void shared(void)
{
	int p[2], status;
	pid_t pid;

	uring_open(&ring, 8, 0);
	if (pipe(p) < 0)
		die("pipe");
	pid = fork();
	if (pid == 0) {
		sqe_buf(IORING_OP_WRITE, p[1], 7, "from the child", 14, 0);
		_exit(submit() == 1 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	show_status("child", status);
	reap("child's write", 1);
	uring_close(&ring);
}

/* A ring is not for others. */
static void pass(void)
{
	union {
		struct cmsghdr h;
		char room[CMSG_SPACE(sizeof(int))];
	} c = {.h = {.cmsg_len = CMSG_LEN(sizeof(int)),
		     .cmsg_level = SOL_SOCKET,
		     .cmsg_type = SCM_RIGHTS}};
	struct iovec iov = {"x", 1};
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c)};
	int p[2];

	uring_open(&ring, 8, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, p) < 0)
		die("socketpair");
	memcpy(CMSG_DATA(&c.h), &ring.fd, sizeof(int));
	show("pass a ring", sendmsg(p[0], &m, 0));
}

int main(void)
{
	close_ring();
	process_ends(false);
	process_ends(true);
	shared();
	pass();
	return 0;
}
