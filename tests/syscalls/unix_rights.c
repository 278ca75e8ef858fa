/* tests/syscalls/unix_rights.c - SCM_RIGHTS: many, too many, cut off, peeked at, and lost ones. */
#include "fs_check.h"
#include <sys/resource.h>
#include <sys/socket.h>

static ssize_t send_fds(int sock, const int *fds, int n, int type, size_t cut)
{
	static char space[CMSG_SPACE(300 * sizeof(int))];
	struct iovec iov = {(char *)"data", 4};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = CMSG_SPACE(n * sizeof(int)) - cut};
	struct cmsghdr *c = (struct cmsghdr *)space;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	return sendmsg(sock, &msg, 0);
}

static int recv_fds(const char *what, int sock, size_t room, size_t size, int flags)
{
	char space[CMSG_SPACE(300 * sizeof(int))] = {0}, buf[64];
	struct iovec iov = {buf, size};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = room ? space : NULL,
			     .msg_controllen = room};
	ssize_t n = recvmsg(sock, &msg, flags | MSG_DONTWAIT);
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int nr = 0, first = -1;

	show_read(what, n, buf);
	if (n < 0)
		return -1;
	if (c && c->cmsg_type == SCM_RIGHTS)
		nr = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (nr)
		memcpy(&first, CMSG_DATA(c), sizeof(int));
	say("  %d descriptors, flags %x, control %d", nr, msg.msg_flags, (int)msg.msg_controllen);
	for (int i = 1; i < nr; i++)
		close(((int *)CMSG_DATA(c))[i]);
	return first;
}

int main(void)
{
	int s[2], p[2], many[300], fd;
	struct rlimit rl = {0, 0};
	char b;

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	xpipe(p);
	for (int i = 0; i < 300; i++)
		many[i] = p[0];
	show("253", send_fds(s[0], many, 253, SCM_RIGHTS, 0));
	show("254", send_fds(s[0], many, 254, SCM_RIGHTS, 0));
	close(recv_fds("253", s[1], CMSG_SPACE(300 * sizeof(int)), 64, 0));
	show("none", send_fds(s[0], many, 0, SCM_RIGHTS, 0));
	recv_fds("none", s[1], 100, 64, 0);
	show("unknown type", send_fds(s[0], many, 1, 77, 0));
	show("cut off", send_fds(s[0], many, 1, SCM_RIGHTS, 8));
	many[1] = -1;
	show("a bad one", send_fds(s[0], many, 2, SCM_RIGHTS, 0));
	many[1] = p[0];

	must(send_fds(s[0], many, 3, SCM_RIGHTS, 0));
	close(recv_fds("room for two", s[1], CMSG_LEN(2 * sizeof(int)), 64, 0));
	must(send_fds(s[0], many, 3, SCM_RIGHTS, 0));
	recv_fds("room for none", s[1], sizeof(struct cmsghdr), 64, 0);
	must(send_fds(s[0], many, 3, SCM_RIGHTS, 0));
	recv_fds("no room", s[1], 0, 64, 0);
	must(send_fds(s[0], many, 1, SCM_RIGHTS, 0));
	show("read drops them", read(s[1], &b, 1));
	recv_fds("the rest", s[1], 100, 64, 0);

	must(write(s[0], "before", 6));
	must(send_fds(s[0], many, 1, SCM_RIGHTS, 0));
	must(write(s[0], "after", 5));
	close(recv_fds("joined in front", s[1], 100, 64, 0));
	recv_fds("not behind", s[1], 100, 64, 0);
	must(send_fds(s[0], many, 2, SCM_RIGHTS, 0));
	close(recv_fds("peek", s[1], 100, 64, MSG_PEEK));
	close(recv_fds("first byte", s[1], 100, 1, 0));
	recv_fds("others", s[1], 100, 64, 0);

	must(send_fds(s[0], many, 3, SCM_RIGHTS, 0));
	fd = must(dup(0));
	close(fd);
	getrlimit(RLIMIT_NOFILE, &rl);
	rl.rlim_cur = fd + 1;
	setrlimit(RLIMIT_NOFILE, &rl);
	close(recv_fds("room in the table for one", s[1], 100, 64, 0));

	must(send_fds(s[0], &p[1], 1, SCM_RIGHTS, 0));
	close(p[1]);
	close(s[0]);
	close(s[1]);
	show("lost with the socket", read(p[0], &b, 1));
	return 0;
}
