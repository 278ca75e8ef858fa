/*
 * netstack/socket/netlink_msg.c - netlink messages: requests in, answers and dumps out
 *
 * Sources: net/netlink/af_netlink.c (netlink_rcv_skb, netlink_ack, netlink_dump) for what is ignored,
 * acknowledged and refused; RFC 3549.
 */
#include <errno.h>
#include <string.h>

#include "netstack/socket/netlink_impl.h"
#include "sentry/base/mem.h"

/* ---- out ---- */

/* n bytes of the message at work, zeroed, or NULL if they do not fit. */
static unsigned char *reserve(struct nl_out *o, size_t n)
{
	unsigned char *p = o->buf + o->len;

	if (o->bad || n > o->size - o->len) {
		o->bad = true;
		return NULL;
	}
	memset(p, 0, n);
	o->len += n;
	return p;
}

bool nl_begin(struct nl_out *o, uint16_t type, const void *header, size_t len)
{
	struct nlmsghdr h = {.nlmsg_type = type,
			     .nlmsg_flags = o->flags,
			     .nlmsg_seq = o->seq,
			     .nlmsg_pid = o->portid};
	unsigned char *p;

	if (o->full)
		return false;
	if (o->count < o->skip) {
		o->count++;
		return false;
	}
	o->start = o->len;
	o->bad = false;
	p = reserve(o, NLMSG_HDRLEN + NLMSG_ALIGN(len));
	if (p) {
		memcpy(p, &h, sizeof(h));
		memcpy(p + NLMSG_HDRLEN, header, len);
	}
	return true;
}

void nl_put(struct nl_out *o, uint16_t type, const void *data, size_t len)
{
	struct nlattr a = {.nla_len = (uint16_t)(NLA_HDRLEN + len), .nla_type = type};
	unsigned char *p = reserve(o, NLA_HDRLEN + NLA_ALIGN(len));

	if (p == NULL)
		return;
	memcpy(p, &a, sizeof(a));
	if (len)
		memcpy(p + NLA_HDRLEN, data, len);
}

void nl_put_u8(struct nl_out *o, uint16_t type, uint8_t v)
{
	nl_put(o, type, &v, sizeof(v));
}

void nl_put_u32(struct nl_out *o, uint16_t type, uint32_t v)
{
	nl_put(o, type, &v, sizeof(v));
}

void nl_put_str(struct nl_out *o, uint16_t type, const char *s)
{
	nl_put(o, type, s, strlen(s) + 1);
}

size_t nl_nest(struct nl_out *o, uint16_t type)
{
	size_t at = o->len;

	nl_put(o, type, NULL, 0);
	return at;
}

void nl_nest_end(struct nl_out *o, size_t at)
{
	struct nlattr a;

	if (o->bad)
		return;
	memcpy(&a, o->buf + at, sizeof(a));
	a.nla_len = (uint16_t)(o->len - at);
	memcpy(o->buf + at, &a, sizeof(a));
}

/* A message that does not fit waits for the next part; one that never would is left out. */
void nl_end(struct nl_out *o)
{
	uint32_t len = (uint32_t)(o->len - o->start);

	if (o->bad) {
		o->len = o->start;
		if (o->start == 0)
			o->count++;
		else
			o->full = true;
		return;
	}
	memcpy(o->buf + o->start, &len, sizeof(len)); /* nlmsg_len */
	o->count++;
}

/* ---- one answer ---- */

int nl_answer(const struct nl_request *rq, nl_fill_fn fill, const struct nl_query *q, int none)
{
	struct nl_msg *msg = nl_msg_new(NL_PART_MIN);
	struct nl_out o = {.portid = atomic_load(&rq->s->portid), .seq = rq->h->nlmsg_seq};
	int err;

	if (msg == NULL)
		return -ENOBUFS;
	o.buf = msg->data;
	o.size = NL_PART_MIN;
	err = fill(rq->s->sock.kernel, q, &o);
	if (err == 0 && o.len == 0)
		err = none;
	if (err < 0) {
		nl_msg_put(msg);
		return err;
	}
	msg->len = (uint32_t)o.len;
	nl_enqueue(rq->s, msg);
	return 0;
}

/* ---- dumps ---- */

int nl_dump_start(const struct nl_request *rq, nl_fill_fn fill, const struct nl_query *q)
{
	struct nl_sock *s = rq->s;
	struct nl_dump *d = mem_zalloc(sizeof(*d));
	bool busy;

	if (d == NULL)
		return -ENOBUFS;
	d->fill = fill;
	d->query = *q;
	d->portid = atomic_load(&s->portid);
	d->seq = rq->h->nlmsg_seq;
	mutex_lock(&s->sock.mu);
	busy = s->dumping;
	if (!busy) {
		s->dumping = true;
		s->dump = d;
	}
	mutex_unlock(&s->sock.mu);
	if (busy) {
		mem_free(d);
		return -EBUSY;
	}
	nl_dump_go_on(s);
	return NL_STARTED;
}

static uint16_t dump_flags(const struct nl_dump *d)
{
	return NLM_F_MULTI | (d->query.filtered ? NLM_F_DUMP_FILTERED : 0);
}

/* Several messages, or in the end NLMSG_DONE. 1: there is more. */
static int fill_part(struct nl_sock *s, struct nl_dump *d, struct nl_msg *msg, size_t size)
{
	struct nl_out o = {.buf = msg->data,
			   .size = size,
			   .portid = d->portid,
			   .seq = d->seq,
			   .flags = dump_flags(d),
			   .skip = d->given,
			   .cursor = d->cursor};
	int err = d->fill(s->sock.kernel, &d->query, &o);

	if (err == 0 && o.len) {
		if (o.cursor)
			d->cursor = o.cursor;
		else
			d->given = o.count;
		msg->len = (uint32_t)o.len;
		return 1;
	}
	o.skip = o.len = 0;
	o.full = false;
	if (nl_begin(&o, NLMSG_DONE, &err, sizeof(err)))
		nl_end(&o);
	msg->len = (uint32_t)o.len;
	return 0;
}

void nl_dump_go_on(struct nl_sock *s)
{
	size_t size = MAX(NL_PART_MIN, MIN(atomic_load(&s->max_recv), NL_PART_MAX));
	struct nl_dump *d = NULL;
	struct nl_msg *msg;
	int more = 0;

	mutex_lock(&s->sock.mu);
	if (atomic_load(&s->rmem) <= (unsigned int)s->sock.opt.rcvbuf / 2)
		d = TAKE_PTR(s->dump);
	mutex_unlock(&s->sock.mu);
	if (d == NULL)
		return;
	msg = nl_msg_new(size);
	if (msg)
		more = fill_part(s, d, msg, size);
	mutex_lock(&s->sock.mu);
	if (more)
		s->dump = TAKE_PTR(d);
	else
		s->dumping = false;
	mutex_unlock(&s->sock.mu);
	mem_free(d);
	if (msg) {
		nl_enqueue(s, msg);
		return;
	}
	s->sock.err = ENOBUFS;
	wait_wake(&s->sock.wq, SOCK_EV_ALL);
}

/* ---- in ---- */

const void *nl_attr_next(const unsigned char **at, const unsigned char *end, uint16_t *ret_type,
			 size_t *ret_len)
{
	const unsigned char *p = *at;
	size_t left = (size_t)(end - p);
	struct nlattr a;

	if (left < sizeof(a))
		return NULL;
	memcpy(&a, p, sizeof(a));
	if (a.nla_len < sizeof(a) || a.nla_len > left)
		return NULL;
	*ret_type = a.nla_type & NLA_TYPE_MASK;
	*ret_len = a.nla_len - sizeof(a);
	*at = p + MIN((size_t)NLA_ALIGN(a.nla_len), left);
	return p + sizeof(a);
}

/* NLMSG_ERROR, with the request if it was refused, or its header alone. */
static void acknowledge(const struct nl_request *rq, int err)
{
	bool capped = err == 0 || nl_option_on(rq->s, NETLINK_CAP_ACK);
	size_t copy = capped ? sizeof(*rq->h) : rq->h->nlmsg_len;
	struct nl_msg *msg = nl_msg_new(NLMSG_HDRLEN + sizeof(err) + NLMSG_ALIGN(copy));
	struct nl_out o = {.portid = atomic_load(&rq->s->portid),
			   .seq = rq->h->nlmsg_seq,
			   .flags = capped ? NLM_F_CAPPED : 0};

	if (msg == NULL) {
		rq->s->sock.err = ENOBUFS;
		wait_wake(&rq->s->sock.wq, SOCK_EV_ALL);
		return;
	}
	o.buf = msg->data;
	o.size = msg->len;
	if (nl_begin(&o, NLMSG_ERROR, &err, sizeof(err))) {
		unsigned char *p = reserve(&o, NLMSG_ALIGN(copy));

		if (p)
			memcpy(p, rq->h, copy);
		nl_end(&o);
	}
	msg->len = (uint32_t)o.len;
	nl_enqueue(rq->s, msg);
}

static int dispatch(const struct nl_request *rq)
{
	switch (rq->s->sock.protocol) {
	case NETLINK_ROUTE: return nl_route_request(rq);
	case NETLINK_SOCK_DIAG: return nl_diag_request(rq);
	}
	return -EPERM; /* events are the kernel's to send */
}

static void serve_one(const struct nl_request *rq)
{
	int r = 0;

	if ((rq->h->nlmsg_flags & NLM_F_REQUEST) && rq->h->nlmsg_type >= NLMSG_MIN_TYPE)
		r = dispatch(rq);
	if (r != NL_STARTED && (r < 0 || (rq->h->nlmsg_flags & NLM_F_ACK)))
		acknowledge(rq, r);
}

void nl_serve(struct nl_sock *s, struct task *t, const unsigned char *data, size_t len)
{
	while (len >= NLMSG_HDRLEN) {
		/* data is aligned: it begins so, and goes on by multiples of 4. */
		struct nl_request rq = {.s = s, .t = t, .h = (const void *)data};
		size_t step;

		if (rq.h->nlmsg_len < NLMSG_HDRLEN || rq.h->nlmsg_len > len)
			return;
		serve_one(&rq);
		step = MIN((size_t)NLMSG_ALIGN((size_t)rq.h->nlmsg_len), len);
		data += step;
		len -= step;
	}
}
