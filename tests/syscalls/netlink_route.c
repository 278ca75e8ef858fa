/* RTM_GETROUTE, RTM_GETRULE, RTM_GETNEIGH in a network with lo alone. */
#include "check.h"
#include "netlink_check.h"

#include <arpa/inet.h>
#include <linux/fib_rules.h>

static const char *text(const struct nlmsghdr *h, int family, int type)
{
	static char buf[4][64];
	static int next;
	const void *v = nl_find(h, sizeof(struct rtmsg), type, NULL);

	return v ? inet_ntop(family, v, buf[next++ % 4], 64) : "-";
}

static void show_route(const struct nlmsghdr *h)
{
	const struct rtmsg *r = NLMSG_DATA(h);
	int f = r->rtm_family;

	if (strcmp(text(h, f, RTA_DST), "224.0.0.0") == 0) /* a sandbox begins with it */
		return;
	say("route %u %#x family %d %s/%d src %s gw %s prefsrc %s", h->nlmsg_type, h->nlmsg_flags,
	    f, text(h, f, RTA_DST), r->rtm_dst_len, text(h, f, RTA_SRC), text(h, f, RTA_GATEWAY),
	    text(h, f, RTA_PREFSRC));
	say("  table %d %ld protocol %d scope %d type %d flags %#x oif %ld priority %ld",
	    r->rtm_table, nl_find_u32(h, sizeof(*r), RTA_TABLE), r->rtm_protocol, r->rtm_scope,
	    r->rtm_type, r->rtm_flags, nl_find_u32(h, sizeof(*r), RTA_OIF),
	    nl_find_u32(h, sizeof(*r), RTA_PRIORITY));
}

static void show_rule(const struct nlmsghdr *h)
{
	const struct fib_rule_hdr *r = NLMSG_DATA(h);

	say("rule %u family %d table %d %ld action %d priority %ld", h->nlmsg_type, r->family,
	    r->table, nl_find_u32(h, sizeof(*r), FRA_TABLE), r->action,
	    nl_find_u32(h, sizeof(*r), FRA_PRIORITY));
}

static void dump(int fd, const char *what, int type, int family,
		 void (*fn)(const struct nlmsghdr *))
{
	struct nl_req q = nl_new(sizeof(struct rtmsg));

	q.gen.rtgen_family = family;
	nl_ask(fd, &q, type, NLM_F_DUMP);
	nl_answers(fd, what, fn);
}

static void get(int fd, int family, const char *to, int len)
{
	struct nl_req q = nl_new(sizeof(struct rtmsg));
	unsigned char a[16];

	q.route.rtm_family = family;
	q.route.rtm_dst_len = len;
	inet_pton(family, to, a);
	nl_attr(&q, RTA_DST, a, family == AF_INET ? 4 : 16);
	nl_ask(fd, &q, RTM_GETROUTE, 0);
	nl_answers(fd, to, show_route);
}

int main(void)
{
	int fd;

	fresh_network();
	fd = nl_socket(0);
	dump(fd, "routes 4", RTM_GETROUTE, AF_INET, show_route);
	dump(fd, "routes 6", RTM_GETROUTE, AF_INET6, show_route);
	dump(fd, "rules 4", RTM_GETRULE, AF_INET, show_rule);
	dump(fd, "rules 6", RTM_GETRULE, AF_INET6, show_rule);
	dump(fd, "neighbours 4", RTM_GETNEIGH, AF_INET, NULL);
	get(fd, AF_INET, "127.0.0.1", 32);
	get(fd, AF_INET, "127.9.8.7", 32);
	get(fd, AF_INET, "192.0.2.1", 32);
	get(fd, AF_INET, "127.0.0.1", 33);
	get(fd, AF_INET6, "::1", 128);
	get(fd, AF_INET6, "2001:db8::1", 128);
	return 0;
}
