/*
 * netstack/socket/netlink_diag.c - NETLINK_SOCK_DIAG: the sandbox's sockets, sock_diag(7)
 *
 * Dumps go on behind the last socket that was given (nl_out.cursor), by the order in which sockets were
 * made. Which sockets there are is in inet_table.h and unix.h.
 *
 * Differences from Linux: a filter's byte code (INET_DIAG_REQ_BYTECODE) is not run: more is given, from
 * which ss(8) picks itself; a single Internet socket cannot be asked for; sockets of AF_NETLINK and
 * AF_PACKET are not told about (ENOENT). Sockets cannot be destroyed.
 *
 * Sources: net/core/sock_diag.c, net/ipv4/inet_diag.c, net/unix/diag.c.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>

#include "netstack/socket/inet_table.h"
#include "netstack/socket/netlink_impl.h"
#include "netstack/socket/unix.h"
#include "sentry/cred.h"
#include "sentry/task.h"

#define FAMILY_MAX 46	  /* AF_MAX */
#define REQ_PROTOCOL 3	  /* INET_DIAG_REQ_PROTOCOL */
#define COOKIE_NONE (~0U) /* INET_DIAG_NOCOOKIE */

struct filling {
	const struct nl_query *q;
	struct nl_out *o;
};

/* ---- Internet ---- */

static bool wants_inet(const struct nl_query *q, const struct inet_fact *f)
{
	if (!(q->states >> f->state & 1))
		return false;
	/* Linux does not find those that have no port. */
	if (f->local_port == 0)
		return false;
	return (!q->sport || q->sport == f->local_port) &&
	       (!q->dport || q->dport == f->remote_port);
}

static bool wants_ext(const struct nl_query *q, int attr)
{
	return q->ext >> (attr - 1) & 1;
}

static bool put_inet(void *arg, const struct inet_fact *f)
{
	struct filling *g = arg;
	struct nl_out *o = g->o;
	struct inet_diag_msg m = {.idiag_family = (uint8_t)f->family,
				  .idiag_state = (uint8_t)f->state,
				  .idiag_rqueue = f->rqueue,
				  .idiag_wqueue = f->wqueue,
				  .idiag_uid = f->uid,
				  .idiag_inode = (uint32_t)f->ino};

	if (!wants_inet(g->q, f)) {
		o->cursor = f->seq;
		return true;
	}
	m.id.idiag_sport = f->local_port;
	m.id.idiag_dport = f->remote_port;
	memcpy(m.id.idiag_src, f->local, sizeof(f->local));
	memcpy(m.id.idiag_dst, f->remote, sizeof(f->remote));
	memcpy(m.id.idiag_cookie, &f->ino, sizeof(f->ino)); /* as SO_COOKIE */
	if (!nl_begin(o, SOCK_DIAG_BY_FAMILY, &m, sizeof(m)))
		return false;
	nl_put_u8(o, INET_DIAG_SHUTDOWN, f->shutdown);
	if (f->family == AF_INET6 && (f->state == INET_LISTEN || f->state == INET_CLOSE))
		nl_put_u8(o, INET_DIAG_SKV6ONLY, f->v6only);
	if (wants_ext(g->q, INET_DIAG_SKMEMINFO))
		nl_put(o, INET_DIAG_SKMEMINFO, f->mem, sizeof(f->mem));
	if (wants_ext(g->q, INET_DIAG_INFO) && f->tcp_info_len)
		nl_put(o, INET_DIAG_INFO, f->tcp_info, f->tcp_info_len);
	nl_end(o);
	if (o->full)
		return false;
	o->cursor = f->seq;
	return true;
}

static int fill_inet(struct kernel *k, const struct nl_query *q, struct nl_out *o)
{
	struct filling g = {.q = q, .o = o};

	(void)k;
	if (q->protocol == IPPROTO_RAW)
		return 0;
	if (q->protocol != IPPROTO_TCP && q->protocol != IPPROTO_UDP &&
	    q->protocol != IPPROTO_UDPLITE)
		return -ENOENT;
	inet_table_each(o->cursor, q->family, q->protocol, put_inet, &g);
	return 0;
}

static int ask_inet(const struct nl_request *rq, struct nl_query *q)
{
	struct inet_diag_req_v2 r;
	const unsigned char *at, *end;
	const void *v;
	uint16_t type;
	size_t len;

	if (nl_payload_len(rq) < sizeof(r))
		return -EINVAL;
	memcpy(&r, NLMSG_DATA(rq->h), sizeof(r));
	if (!(rq->h->nlmsg_flags & NLM_F_DUMP))
		return -EOPNOTSUPP;
	q->protocol = r.sdiag_protocol;
	q->ext = r.idiag_ext;
	q->states = r.idiag_states;
	q->sport = r.id.idiag_sport;
	q->dport = r.id.idiag_dport;
	at = (const unsigned char *)NLMSG_DATA(rq->h) + NLMSG_ALIGN(sizeof(r));
	end = (const unsigned char *)NLMSG_DATA(rq->h) + nl_payload_len(rq);
	while (at < end && (v = nl_attr_next(&at, end, &type, &len)) != NULL) {
		uint32_t protocol;

		if (type != REQ_PROTOCOL || len < sizeof(protocol))
			continue;
		memcpy(&protocol, v, sizeof(protocol));
		q->protocol = protocol > UINT8_MAX ? 0 : (uint8_t)protocol;
	}
	return nl_dump_start(rq, fill_inet, q);
}

/* The form before sock_diag: of all families, by type of message. */
static int ask_inet_old(const struct nl_request *rq)
{
	struct nl_query q = {.protocol = IPPROTO_TCP};
	struct inet_diag_req r;

	if (nl_payload_len(rq) < sizeof(r))
		return -EINVAL;
	memcpy(&r, NLMSG_DATA(rq->h), sizeof(r));
	if (!(rq->h->nlmsg_flags & NLM_F_DUMP))
		return -EOPNOTSUPP;
	if (rq->h->nlmsg_type == DCCPDIAG_GETSOCK)
		q.protocol = IPPROTO_DCCP;
	q.ext = r.idiag_ext;
	q.states = r.idiag_states;
	q.sport = r.id.idiag_sport;
	q.dport = r.id.idiag_dport;
	return nl_dump_start(rq, fill_inet, &q);
}

/* ---- AF_UNIX ---- */

static void put_unix_attrs(struct nl_out *o, uint32_t show, const struct unix_fact *f)
{
	struct unix_diag_rqlen lens = {.udiag_rqueue = f->rqueue, .udiag_wqueue = f->wqueue};

	if ((show & UDIAG_SHOW_NAME) && f->name)
		nl_put(o, UNIX_DIAG_NAME, f->name, f->name_len);
	if ((show & UDIAG_SHOW_PEER) && f->has_peer)
		nl_put_u32(o, UNIX_DIAG_PEER, (uint32_t)f->peer_ino);
	if (show & UDIAG_SHOW_RQLEN)
		nl_put(o, UNIX_DIAG_RQLEN, &lens, sizeof(lens));
	if (show & UDIAG_SHOW_UID)
		nl_put_u32(o, UNIX_DIAG_UID, f->uid);
	nl_put_u8(o, UNIX_DIAG_SHUTDOWN, f->shutdown);
}

static bool put_unix(void *arg, const struct unix_fact *f)
{
	struct filling *g = arg;
	struct nl_out *o = g->o;
	struct unix_diag_msg m = {.udiag_family = AF_UNIX,
				  .udiag_type = (uint8_t)f->type,
				  .udiag_state = (uint8_t)f->state,
				  .udiag_ino = (uint32_t)f->ino};
	bool wanted = g->q->one ? (uint32_t)f->ino == g->q->ino : g->q->states >> f->state & 1;

	/* Nobody can name one without a file: it waits to be accepted. */
	if (!wanted || f->ino == 0) {
		o->cursor = f->seq;
		return true;
	}
	memcpy(m.udiag_cookie, &f->ino, sizeof(f->ino));
	if (!nl_begin(o, SOCK_DIAG_BY_FAMILY, &m, sizeof(m)))
		return false;
	put_unix_attrs(o, g->q->show, f);
	nl_end(o);
	if (o->full)
		return false;
	o->cursor = f->seq;
	return true;
}

static int fill_unix(struct kernel *k, const struct nl_query *q, struct nl_out *o)
{
	struct filling g = {.q = q, .o = o};

	unix_each(k, o->cursor, put_unix, &g);
	return 0;
}

static bool cookie_matches(const struct unix_diag_req *r)
{
	uint32_t none = COOKIE_NONE;

	return (r->udiag_cookie[0] == none && r->udiag_cookie[1] == none) ||
	       (r->udiag_cookie[0] == r->udiag_ino && r->udiag_cookie[1] == 0);
}

static int ask_unix(const struct nl_request *rq, struct nl_query *q)
{
	struct unix_diag_req r;

	if (nl_payload_len(rq) < sizeof(r))
		return -EINVAL;
	memcpy(&r, NLMSG_DATA(rq->h), sizeof(r));
	q->states = r.udiag_states;
	q->show = r.udiag_show;
	if (rq->h->nlmsg_flags & NLM_F_DUMP)
		return nl_dump_start(rq, fill_unix, q);
	if (r.udiag_ino == 0)
		return -EINVAL;
	q->one = true;
	q->ino = r.udiag_ino;
	if (!cookie_matches(&r))
		return -ESTALE;
	return nl_answer(rq, fill_unix, q, -ENOENT);
}

/* ---- all ---- */

int nl_diag_request(const struct nl_request *rq)
{
	struct sock_diag_req r;
	struct nl_query q = {0};

	if (rq->h->nlmsg_type == TCPDIAG_GETSOCK || rq->h->nlmsg_type == DCCPDIAG_GETSOCK)
		return ask_inet_old(rq);
	if (rq->h->nlmsg_type != SOCK_DIAG_BY_FAMILY && rq->h->nlmsg_type != SOCK_DESTROY)
		return -EINVAL;
	if (nl_payload_len(rq) < sizeof(r))
		return -EINVAL;
	memcpy(&r, NLMSG_DATA(rq->h), sizeof(r));
	if (r.sdiag_family >= FAMILY_MAX)
		return -EINVAL;
	q.family = r.sdiag_family;
	if (r.sdiag_family != AF_INET && r.sdiag_family != AF_INET6 && r.sdiag_family != AF_UNIX)
		return -ENOENT;
	if (rq->h->nlmsg_type == SOCK_DESTROY)
		return rq->t && task_has_cap(rq->t, CAP_NET_ADMIN) ? -EOPNOTSUPP : -EPERM;
	return r.sdiag_family == AF_UNIX ? ask_unix(rq, &q) : ask_inet(rq, &q);
}
