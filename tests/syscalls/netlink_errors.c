/* Netlink requests that are refused, acknowledged, ignored or malformed. */
#include "check.h"
#include "netlink_check.h"

#include <sys/uio.h>

static int fd;

static void ask(const char *what, int type, int flags, size_t fixed)
{
	struct nl_req q = nl_new(fixed);

	if (nl_ask(fd, &q, type, flags) < 0)
		say("%s: send %s", what, errno_name(errno));
	nl_answers(fd, what, NULL);
}

static void raw_send(const char *what, const void *p, size_t len)
{
	ssize_t n = send(fd, p, len, 0);

	say("%s: sent %zd %s", what, n, n < 0 ? errno_name(errno) : "");
	nl_answers(fd, what, NULL);
}

static void refused(const char *who)
{
	say("-- %s", who);
	ask("new route", RTM_NEWROUTE, 0, sizeof(struct rtmsg));
	ask("del addr", RTM_DELADDR, NLM_F_ACK, sizeof(struct ifaddrmsg));
	ask("set link", RTM_SETLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
}

static void malformed(void)
{
	struct nl_req q = nl_new(sizeof(struct ifinfomsg)), two[2];
	char *big = calloc(1, 1 << 20);
	struct iovec iov[2];
	struct msghdr m = {.msg_iov = iov, .msg_iovlen = 2};

	q.h.nlmsg_type = RTM_GETLINK;
	q.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	raw_send("empty", &q, 0);
	raw_send("one byte", &q, 1);
	raw_send("no payload told", &q, 16);
	q.h.nlmsg_len = 15;
	raw_send("len 15", &q, 64);
	q.h.nlmsg_len = 0;
	raw_send("len 0", &q, 64);
	q.h.nlmsg_len = ~0u;
	raw_send("len huge", &q, 64);
	q.h.nlmsg_len = 16;
	raw_send("header alone", &q, 16);
	q.h.nlmsg_len = 17;
	raw_send("one byte of payload", &q, 17);
	q.h.nlmsg_len = 33;
	q.link.ifi_index = 99;
	raw_send("not aligned", &q, 33);
	q = nl_new(sizeof(struct ifinfomsg));
	q.h.nlmsg_type = RTM_GETLINK;
	q.h.nlmsg_flags = NLM_F_REQUEST;
	q.link.ifi_index = 99;
	iov[0] = (struct iovec){&q, q.h.nlmsg_len};
	iov[1] = (struct iovec){&q, q.h.nlmsg_len};
	say("two: %zd", sendmsg(fd, &m, 0));
	nl_answers(fd, "two, first", NULL);
	nl_answers(fd, "two, second", NULL);
	raw_send("too long", big, 1 << 20);
	raw_send("bad pointer", BAD_PTR, 64);
	free(big);
}

static void addressed(void)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	struct nl_req q = nl_new(sizeof(struct ifinfomsg));
	ssize_t n;

	q.h.nlmsg_type = RTM_GETLINK;
	q.h.nlmsg_flags = NLM_F_REQUEST;
	n = sendto(fd, &q, q.h.nlmsg_len, 0, (void *)&to, 11);
	say("short name: %s", n < 0 ? errno_name(errno) : "ok");
	to.nl_family = AF_INET;
	n = sendto(fd, &q, q.h.nlmsg_len, 0, (void *)&to, 12);
	say("other family: %s", n < 0 ? errno_name(errno) : "ok");
	n = sendto(fd, &q, q.h.nlmsg_len, MSG_OOB, NULL, 0);
	say("oob: %s", n < 0 ? errno_name(errno) : "ok");
	to.nl_family = AF_NETLINK;
	to.nl_pid = 987654321;
	n = sendto(fd, &q, q.h.nlmsg_len, 0, (void *)&to, 12);
	say("to nobody there: %s", n < 0 ? errno_name(errno) : "ok");
}

int main(void)
{
	int on = 1;

	fresh_network();
	fd = nl_socket(0);
	ask("no request", 0, 0, 4);
	ask("noop", NLMSG_NOOP, NLM_F_ACK, 4);
	ask("done", NLMSG_DONE, 0, 4);
	ask("unknown", 4000, 0, 16);
	ask("unknown, ack", 4000, NLM_F_ACK, 16);
	ask("below", 15, NLM_F_ACK, 16);
	ask("no such dump", RTM_GETLINK + 4 * 200, NLM_F_DUMP, 16);
	ask("get addr, one", RTM_GETADDR, 0, sizeof(struct ifaddrmsg));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	ask("capped", 4000, NLM_F_ACK, 16);
	on = 0;
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	malformed();
	addressed();
	if (setresuid(65534, 65534, 65534) < 0)
		die("setresuid");
	close(fd);
	fd = nl_socket(0);
	refused("nobody");
	addressed();
	close(fd);
	fd = nl_socket(NETLINK_SOCK_DIAG);
	ask("diag, short", 20, 0, 1);
	ask("diag, other type", 99, 0, 64);
	return 0;
}
