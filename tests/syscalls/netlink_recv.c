/* Receiving from a netlink socket: parts, peeks, short buffers, waiting, and dumps at once. */
#include "check.h"
#include "netlink_check.h"

#include <poll.h>
#include <sys/epoll.h>

static void start(int fd)
{
	struct nl_req q = nl_new(sizeof(struct rtgenmsg));

	if (nl_ask(fd, &q, RTM_GETADDR, NLM_F_DUMP) < 0)
		say("ask: %s", errno_name(errno));
}

static int ready(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLOUT};

	poll(&p, 1, 0);
	return p.revents;
}

static void sizes(int fd)
{
	char buf[8192];
	struct sockaddr_nl from;
	struct iovec iov = {.iov_base = buf};
	struct msghdr m = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1};
	ssize_t whole, n;

	say("empty: %#x", ready(fd));
	n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	say("nothing: %s", n < 0 ? errno_name(errno) : "?");
	start(fd);
	say("asked: %#x", ready(fd));
	whole = recvmsg(fd, &m, MSG_PEEK | MSG_TRUNC);
	say("peek: %s trunc %d name %u family %d pid %u groups %u", whole > 100 ? "all" : "?",
	    !!(m.msg_flags & MSG_TRUNC), m.msg_namelen, from.nl_family, from.nl_pid,
	    from.nl_groups);
	n = recv(fd, buf, 20, MSG_PEEK);
	say("short peek: %zd", n);
	iov.iov_len = sizeof(buf);
	n = recvmsg(fd, &m, 0);
	say("whole: %d trunc %d", n == whole, !!(m.msg_flags & MSG_TRUNC));
	nl_answers(fd, "rest", NULL);
	say("after: %#x", ready(fd));
	start(fd);
	iov.iov_len = 30;
	n = recvmsg(fd, &m, 0);
	say("cut off: %zd trunc %d", n, !!(m.msg_flags & MSG_TRUNC));
	nl_answers(fd, "rest", NULL);
	start(fd);
	n = recv(fd, BAD_PTR, 100, 0);
	say("bad pointer: %s", n < 0 ? errno_name(errno) : "?");
	nl_answers(fd, "rest", NULL);
	n = recv(fd, buf, 10, MSG_OOB);
	say("oob: %s", n < 0 ? errno_name(errno) : "?");
	start(fd);
	n = read(fd, buf, sizeof(buf));
	say("read: %d", n > 20);
	nl_answers(fd, "rest", NULL);
}

static void waiting(int fd)
{
	struct timeval tv = {.tv_usec = 50000};
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	int ep = epoll_create1(0);
	char buf[8192];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	n = recv(fd, buf, sizeof(buf), 0);
	say("timed out: %s", n < 0 ? errno_name(errno) : "?");
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	say("epoll before: %d", epoll_wait(ep, &ev, 1, 0));
	start(fd);
	say("epoll after: %d", epoll_wait(ep, &ev, 1, 1000));
	nl_answers(fd, "rest", NULL);
	close(ep);
}

/* Each socket may have a dump that nobody reads. */
static void many(void)
{
	int nr = 0, fds[500];

	for (int i = 0; i < 500; i++) {
		fds[i] = nl_socket(0);
		start(fds[i]);
		nr += ready(fds[i]) == (POLLIN | POLLOUT);
	}
	say("dumps: %d", nr);
	nl_answers(fds[250], "one of many", NULL);
}

static void overrun(int fd)
{
	struct nl_req q = nl_new(sizeof(struct ifinfomsg));
	int small = 4096, nr = 0;
	char buf[8192];

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	q.link.ifi_index = 99;
	for (int i = 0; i < 100; i++)
		nl_ask(fd, &q, RTM_GETLINK, 0);
	say("overrun: %#x", ready(fd));
	say("reported: %s", recv(fd, buf, sizeof(buf), MSG_DONTWAIT) < 0 ? errno_name(errno) : "?");
	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		nr++;
	say("kept some: %d", nr > 0 && nr < 100);
}

int main(void)
{
	int fd;

	fresh_network();
	fd = nl_socket(0);
	sizes(fd);
	waiting(fd);
	many();
	overrun(fd);
	fd = nl_socket(NETLINK_KOBJECT_UEVENT);
	say("events: %s", recv(fd, &fd, 4, MSG_DONTWAIT) < 0 ? errno_name(errno) : "?");
	return 0;
}
