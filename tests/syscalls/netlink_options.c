/* Options of netlink sockets, and the messages that two of them bring. */
#include "check.h"
#include "netlink_check.h"

static void flag(int fd, int name)
{
	int v = 5, got = 99;
	socklen_t len = sizeof(got);
	int set, get;

	set = setsockopt(fd, SOL_NETLINK, name, &v, sizeof(v)) < 0 ? errno : 0;
	get = getsockopt(fd, SOL_NETLINK, name, &got, &len) < 0 ? errno : 0;
	say("option %d: set %s get %s %d len %u", name, errno_name(set), errno_name(get), got, len);
	v = 0;
	(void)!setsockopt(fd, SOL_NETLINK, name, &v, sizeof(v));
	len = 2;
	get = getsockopt(fd, SOL_NETLINK, name, &got, &len) < 0 ? errno : 0;
	say("option %d: short %s", name, errno_name(get));
}

static void member(int fd, int name, int group)
{
	struct sockaddr_nl a;
	socklen_t len = sizeof(a);
	int r = setsockopt(fd, SOL_NETLINK, name, &group, sizeof(group)) < 0 ? errno : 0;

	getsockname(fd, (void *)&a, &len);
	say("group %d by %d: %s now %#x", group, name, errno_name(r), a.nl_groups);
}

static void control(int fd)
{
	struct nl_req q = nl_new(sizeof(struct rtgenmsg));
	char buf[8192], c[256];
	struct iovec iov = {buf, sizeof(buf)};
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = c, .msg_controllen = sizeof(c)};
	int on = 1;

	setsockopt(fd, SOL_NETLINK, NETLINK_PKTINFO, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
	nl_ask(fd, &q, RTM_GETLINK, NLM_F_DUMP);
	say("received %d flags %#x", recvmsg(fd, &m, 0) > 0, m.msg_flags);
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h))
		say("control level %d type %d len %zu first %d", h->cmsg_level, h->cmsg_type,
		    h->cmsg_len, *(int *)CMSG_DATA(h));
}

int main(void)
{
	int fd, v = 1, type;
	uint32_t groups[4] = {0};
	socklen_t len = sizeof(groups);

	fresh_network();
	fd = nl_socket(0);
	for (int name = 0; name < 14; name++)
		if (name != NETLINK_LIST_MEMBERSHIPS && name > 2)
			flag(fd, name);
	member(fd, NETLINK_ADD_MEMBERSHIP, 1);
	member(fd, NETLINK_ADD_MEMBERSHIP, 5);
	member(fd, NETLINK_ADD_MEMBERSHIP, 33);
	member(fd, NETLINK_ADD_MEMBERSHIP, 0);
	member(fd, NETLINK_ADD_MEMBERSHIP, 1000);
	member(fd, NETLINK_ADD_MEMBERSHIP, -1);
	v = getsockopt(fd, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, groups, &len);
	say("list %d: %#x %#x", v, groups[0], groups[1]);
	member(fd, NETLINK_DROP_MEMBERSHIP, 5);
	say("level: %s", setsockopt(fd, 6, 1, &v, sizeof(v)) < 0 ? errno_name(errno) : "ok");
	len = sizeof(type);
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
	say("type %d", type);
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &type, &len);
	say("domain %d", type);
	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &type, &len);
	say("protocol %d", type);
	control(fd);
	return 0;
}
