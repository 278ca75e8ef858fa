/* NETLINK_SOCK_DIAG: dumps of TCP, UDP and AF_UNIX sockets, and what is refused. */
#include "check.h"
#include "netlink_check.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sys/un.h>

static unsigned long inos[16];
static int nr_inos, fd, nr_lines;
static char lines[64][200];

static void note(int s)
{
	struct stat st;

	if (s < 0 || fstat(s, &st) < 0)
		die("socket");
	inos[nr_inos++] = st.st_ino;
}

static int which(unsigned long ino)
{
	for (int i = 0; i < nr_inos; i++)
		if ((uint32_t)inos[i] == ino)
			return i;
	return -1;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* In an order of their own. */
static void show_lines(void)
{
	qsort(lines, nr_lines, sizeof(lines[0]), compare);
	for (int i = 0; i < nr_lines; i++)
		say("  %s", lines[i]);
	nr_lines = 0;
}

static void on_inet(const struct nlmsghdr *h)
{
	const struct inet_diag_msg *m = NLMSG_DATA(h);
	char src[64], dst[64];
	int info = 0, mem = 0;

	inet_ntop(m->idiag_family, m->id.idiag_src, src, sizeof(src));
	inet_ntop(m->idiag_family, m->id.idiag_dst, dst, sizeof(dst));
	nl_find(h, sizeof(*m), INET_DIAG_INFO, &info);
	nl_find(h, sizeof(*m), INET_DIAG_SKMEMINFO, &mem);
	snprintf(lines[nr_lines++ % 64], sizeof(lines[0]),
		 "socket %d type %u family %u state %u %s:%u %s:%u queues %u %u uid %u v6only %ld "
		 "info %d mem %d",
		 which(m->idiag_inode), h->nlmsg_type, m->idiag_family, m->idiag_state, src,
		 ntohs(m->id.idiag_sport), dst, ntohs(m->id.idiag_dport), m->idiag_rqueue,
		 m->idiag_wqueue, m->idiag_uid, nl_find_u32(h, sizeof(*m), INET_DIAG_SKV6ONLY),
		 info > 0, mem > 0);
}

static void on_unix(const struct nlmsghdr *h)
{
	const struct unix_diag_msg *m = NLMSG_DATA(h);
	int len = 0;
	const char *name = nl_find(h, sizeof(*m), UNIX_DIAG_NAME, &len);
	const struct unix_diag_rqlen *q = nl_find(h, sizeof(*m), UNIX_DIAG_RQLEN, NULL);

	if (which(m->udiag_ino) < 0)
		return;
	snprintf(lines[nr_lines++ % 64], sizeof(lines[0]),
		 "socket %d type %u state %u name %d%.*s peer %d queues %u %d uid %ld shutdown %ld",
		 which(m->udiag_ino), m->udiag_type, m->udiag_state, len, len > 1 ? len - 1 : 0,
		 len > 1 ? name + 1 : "", which(nl_find_u32(h, sizeof(*m), UNIX_DIAG_PEER)),
		 q ? q->udiag_rqueue : 77, q ? q->udiag_wqueue > 0 : 77,
		 nl_find_u32(h, sizeof(*m), UNIX_DIAG_UID),
		 nl_find_u32(h, sizeof(*m), UNIX_DIAG_SHUTDOWN));
}

static void ask_inet(const char *what, int family, int protocol, unsigned states, int sport,
		     int ext)
{
	struct nl_req q = nl_new(sizeof(struct inet_diag_req_v2));
	struct inet_diag_req_v2 *r = (void *)q.bytes;

	r->sdiag_family = family;
	r->sdiag_protocol = protocol;
	r->idiag_states = states;
	r->idiag_ext = ext;
	r->id.idiag_sport = htons(sport);
	nl_ask(fd, &q, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	nl_answers(fd, what, on_inet);
	show_lines();
}

static void ask_unix(const char *what, unsigned states, unsigned ino, int flags, int fixed)
{
	struct nl_req q = nl_new(fixed);
	struct unix_diag_req *r = (void *)q.bytes;

	r->sdiag_family = AF_UNIX;
	r->udiag_states = states;
	r->udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | 0x40;
	r->udiag_ino = ino;
	r->udiag_cookie[0] = r->udiag_cookie[1] = ~0u;
	nl_ask(fd, &q, SOCK_DIAG_BY_FAMILY, flags);
	nl_answers(fd, what, on_unix);
	show_lines();
}

static int tcp(int family, int port)
{
	struct sockaddr_in6 a = {.sin6_family = family, .sin6_port = htons(port)};
	int s = socket(family, SOCK_STREAM, 0);

	note(s);
	if (bind(s, (void *)&a, sizeof(a)) < 0 || listen(s, 9) < 0)
		die("listen");
	return s;
}

static void make_sockets(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(8080)};
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "\0netlink_diag"};
	int l = tcp(AF_INET, 8080), c = socket(AF_INET, SOCK_STREAM, 0), sv[2], u;
	struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(4444)};

	tcp(AF_INET6, 8081);
	note(c);
	bind(c, (void *)&from, sizeof(from));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(c, (void *)&to, sizeof(to)) < 0)
		die("connect");
	note(accept(l, NULL, NULL));
	write(c, "hello", 5);
	note(socket(AF_INET, SOCK_STREAM, 0));
	u = socket(AF_INET, SOCK_DGRAM, 0);
	note(u);
	from.sin_port = htons(5353);
	bind(u, (void *)&from, sizeof(from));
	note(socket(AF_INET, SOCK_DGRAM, 0));
	u = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	note(u);
	bind(u, (void *)&un, 16);
	listen(u, 3);
	socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
	note(sv[0]);
	note(sv[1]);
	write(sv[0], "abc", 3);
	shutdown(sv[0], SHUT_WR);
	note(socket(AF_UNIX, SOCK_DGRAM, 0));
	usleep(20000);
}

int main(void)
{
	fresh_network();
	fd = nl_socket(NETLINK_SOCK_DIAG);
	ask_inet("none", AF_INET, IPPROTO_TCP, ~0u, 0, 0);
	make_sockets();
	ask_inet("tcp", AF_INET, IPPROTO_TCP, ~0u, 0, 0);
	ask_inet("tcp6", AF_INET6, IPPROTO_TCP, ~0u, 0, 1 << (INET_DIAG_SKMEMINFO - 1) | 2);
	ask_inet("listeners", AF_INET, IPPROTO_TCP, 1 << 10, 0, 0);
	ask_inet("by port", AF_INET, IPPROTO_TCP, ~0u, 8080, 0);
	ask_inet("udp", AF_INET, IPPROTO_UDP, ~0u, 0, 0);
	ask_inet("udp6", AF_INET6, IPPROTO_UDP, ~0u, 0, 0);
	ask_inet("no states", AF_INET, IPPROTO_TCP, 0, 0, 0);
	ask_inet("other family", 45, IPPROTO_TCP, ~0u, 0, 0);
	ask_inet("no family", 200, IPPROTO_TCP, ~0u, 0, 0);
	ask_unix("unix", ~0u, 0, NLM_F_DUMP, sizeof(struct unix_diag_req));
	ask_unix("unix listeners", 1 << 10, 0, NLM_F_DUMP, sizeof(struct unix_diag_req));
	ask_unix("by inode", 0, inos[8], 0, sizeof(struct unix_diag_req));
	ask_unix("no inode", 0, 0, 0, sizeof(struct unix_diag_req));
	ask_unix("unknown", 0, 0xfffffff0, 0, sizeof(struct unix_diag_req));
	ask_unix("short", ~0u, 0, NLM_F_DUMP, 8);
	return 0;
}
