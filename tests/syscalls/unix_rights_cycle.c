/*
 * tests/syscalls/unix_rights_cycle.c - sockets that only live in each other's queues are closed in
 * the end, and what lies in there with them; those that can still be reached are not.
 */
#include "fs_check.h"
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

static void send_fd(int sock, int fd)
{
	char space[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {(char *)"x", 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = sizeof(space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	must(sendmsg(sock, &msg, 0));
}

static int recv_fd(int sock)
{
	char space[CMSG_SPACE(sizeof(int))] = {0}, byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = sizeof(space)};
	int fd = -1;

	must(recvmsg(sock, &msg, 0));
	if (CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* Does the pipe end before long? */
static void show_end(const char *what, int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	for (int i = 0; i < 100; i++) {
		int s[2];

		if (poll(&p, 1, 20) > 0)
			break;
		must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
		close(s[0]);
		close(s[1]);
	}
	show_true(what, p.revents & POLLHUP);
}

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"};
	int s[2], r[2], p[2], fd, l, c;
	char b;

	/* A socket in its own queue. */
	xpipe(p);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	send_fd(s[0], s[1]);
	send_fd(s[0], p[1]);
	close(p[1]);
	close(s[0]);
	close(s[1]);
	show_end("itself", p[0]);

	/* Two pairs that hold each other. */
	xpipe(p);
	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, r));
	send_fd(s[0], r[1]);
	send_fd(r[0], s[1]);
	send_fd(r[0], p[1]);
	close(p[1]);
	close(s[0]);
	close(s[1]);
	close(r[0]);
	close(r[1]);
	show_end("two", p[0]);

	/* The same, but one end is kept. */
	xpipe(p);
	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, r));
	send_fd(s[0], r[1]);
	send_fd(r[0], s[1]);
	send_fd(r[0], p[1]);
	close(p[1]);
	close(s[0]);
	close(r[0]);
	close(r[1]);
	fd = recv_fd(s[1]);
	show_true("received", fd >= 0);
	close(recv_fd(fd));
	fd = recv_fd(fd);
	show("its pipe", write(fd, "x", 1));
	close(fd);
	show("read", read(p[0], &b, 1));

	/* A listener whose waiting connection carries it. */
	xpipe(p);
	l = must(socket(AF_UNIX, SOCK_STREAM, 0));
	must(bind(l, (struct sockaddr *)&a, sizeof(a)));
	must(listen(l, 1));
	c = must(socket(AF_UNIX, SOCK_STREAM, 0));
	must(connect(c, (struct sockaddr *)&a, sizeof(a)));
	send_fd(c, l);
	send_fd(c, p[1]);
	close(p[1]);
	close(l);
	close(c);
	show_end("listener", p[0]);

	/* A long chain, closed from its head. */
	xpipe(p);
	fd = p[1];
	for (int i = 0; i < 20000; i++) {
		must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
		send_fd(s[0], fd);
		close(fd);
		close(s[0]);
		fd = s[1];
	}
	close(fd);
	show_end("chain", p[0]);
	return 0;
}
