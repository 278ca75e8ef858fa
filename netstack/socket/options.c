/*
 * netstack/socket/options.c - socket options of level SOL_SOCKET: socket(7)
 *
 * Model: options that are on or off are bits by number; the others have a word each in struct
 * sock_options. What a family does not look at is remembered and given back, as in Linux.
 *
 * Differences from Linux: no socket filters (ENOPROTOOPT) and neither SO_PASSPIDFD nor SO_PEERPIDFD.
 *
 * Sources: net/core/sock.c for the order of errors.
 */
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/time.h>

#include "fs/vfs/file.h"
#include "netstack/socket/socket.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/task.h"

/* As linux/socket.h has them; older libc headers lack some. */
enum {
	OPT_PREFER_BUSY_POLL = 69,
	OPT_RESERVE_MEM = 73,
	OPT_TXREHASH = 74,
	OPT_RCVMARK = 75,
};

#define SNDBUF_MIN 4608
#define RCVBUF_MIN 2304

void sock_options_init(struct sock_options *o)
{
	memset(o, 0, sizeof(*o));
	o->sndbuf = o->rcvbuf = SOCK_BUF_DEFAULT;
	o->rcvlowat = 1;
	o->peek_off = -1;
	o->rcvtimeo_ns = o->sndtimeo_ns = TIMER_NEVER;
	o->max_pacing = UINT64_MAX;
}

/* ---- on or off ---- */

static bool is_boolean(int name)
{
	switch (name) {
	case SO_DEBUG:
	case SO_REUSEADDR:
	case SO_DONTROUTE:
	case SO_BROADCAST:
	case SO_KEEPALIVE:
	case SO_OOBINLINE:
	case SO_NO_CHECK:
	case SO_PASSCRED:
	case SO_TIMESTAMP:
	case SO_PASSSEC:
	case SO_TIMESTAMPNS:
	case SO_RXQ_OVFL:
	case SO_WIFI_STATUS:
	case SO_NOFCS:
	case SO_LOCK_FILTER:
	case SO_SELECT_ERR_QUEUE:
	case SO_TIMESTAMP_NEW:
	case SO_TIMESTAMPNS_NEW:
	case OPT_PREFER_BUSY_POLL:
	case OPT_RCVMARK: return true;
	}
	return false;
}

bool sock_option_on(const struct socket *s, int name)
{
	return s->opt.bits[name / 64] >> (name % 64) & 1;
}

static void set_bit(struct socket *s, int name, bool on)
{
	uint64_t bit = 1ULL << (name % 64);

	if (on)
		atomic_fetch_or(&s->opt.bits[name / 64], bit);
	else
		atomic_fetch_and(&s->opt.bits[name / 64], ~bit);
}

/* Of these only the last one counts. */
static bool is_stamp(int name)
{
	return name == SO_TIMESTAMP || name == SO_TIMESTAMPNS || name == SO_TIMESTAMP_NEW ||
	       name == SO_TIMESTAMPNS_NEW;
}

static void clear_stamps(struct socket *s)
{
	set_bit(s, SO_TIMESTAMP, false);
	set_bit(s, SO_TIMESTAMPNS, false);
	set_bit(s, SO_TIMESTAMP_NEW, false);
	set_bit(s, SO_TIMESTAMPNS_NEW, false);
}

/* ---- time-outs ---- */

static bool is_timeo(int name)
{
	return name == SO_RCVTIMEO_OLD || name == SO_RCVTIMEO_NEW || name == SO_SNDTIMEO_OLD ||
	       name == SO_SNDTIMEO_NEW;
}

static _Atomic int64_t *timeo_of(struct socket *s, int name)
{
	return name == SO_RCVTIMEO_OLD || name == SO_RCVTIMEO_NEW ? &s->opt.rcvtimeo_ns
								  : &s->opt.sndtimeo_ns;
}

/* sock_set_timeout(): 0 is for ever, a negative one has passed already. */
static int set_timeo(struct socket *s, int name, const void *val, int len)
{
	struct timeval tv;

	if (len < (int)sizeof(tv))
		return -EINVAL;
	memcpy(&tv, val, sizeof(tv));
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return -EDOM;
	if (tv.tv_sec < 0)
		*timeo_of(s, name) = 0;
	else if ((tv.tv_sec == 0 && tv.tv_usec == 0) || tv.tv_sec >= INT64_MAX / 1000000000 / 4)
		*timeo_of(s, name) = TIMER_NEVER;
	else
		*timeo_of(s, name) = tv.tv_sec * 1000000000 + tv.tv_usec * 1000;
	return 0;
}

static void get_timeo(struct socket *s, int name, void *val, int *len)
{
	int64_t ns = *timeo_of(s, name);
	struct timeval tv = {0};

	if (ns != TIMER_NEVER) {
		tv.tv_sec = ns / 1000000000;
		tv.tv_usec = ns % 1000000000 / 1000;
	}
	memcpy(val, &tv, sizeof(tv));
	*len = MIN(*len, (int)sizeof(tv));
}

/* ---- set ---- */

static void set_buffer(struct socket *s, atomic_int *size, int val, int min, int max)
{
	val = MAX(0, MIN(val, max));
	*size = MAX(val * 2, min);
	if (s->ops->buffer_changed)
		s->ops->buffer_changed(s);
}

static int set_linger(struct socket *s, const void *val, int len)
{
	struct linger l;

	if (len < (int)sizeof(l))
		return -EINVAL;
	memcpy(&l, val, sizeof(l));
	s->opt.linger_on = l.l_onoff != 0;
	if (l.l_onoff)
		s->opt.linger_time = l.l_linger;
	return 0;
}

static int set_priority(struct socket *s, struct task *t, int val)
{
	if ((val < 0 || val > 6) && !task_has_cap(t, CAP_NET_ADMIN) &&
	    !task_has_cap(t, CAP_NET_RAW))
		return -EPERM;
	s->opt.priority = val;
	return 0;
}

static int set_number(struct socket *s, struct task *t, int name, int val)
{
	bool admin = task_has_cap(t, CAP_NET_ADMIN);

	switch (name) {
	case SO_SNDBUF: set_buffer(s, &s->opt.sndbuf, val, SNDBUF_MIN, SOCK_BUF_MAX); return 0;
	case SO_RCVBUF: set_buffer(s, &s->opt.rcvbuf, val, RCVBUF_MIN, SOCK_BUF_MAX); return 0;
	case SO_SNDBUFFORCE:
		if (!admin)
			return -EPERM;
		set_buffer(s, &s->opt.sndbuf, val, SNDBUF_MIN, SOCK_BUF_FORCE_MAX);
		return 0;
	case SO_RCVBUFFORCE:
		if (!admin)
			return -EPERM;
		set_buffer(s, &s->opt.rcvbuf, val, RCVBUF_MIN, SOCK_BUF_FORCE_MAX);
		return 0;
	case SO_PRIORITY: return set_priority(s, t, val);
	case SO_RCVLOWAT: s->opt.rcvlowat = val < 0 ? INT_MAX : val ? val : 1; return 0;
	case SO_MARK:
		if (!admin && !task_has_cap(t, CAP_NET_RAW))
			return -EPERM;
		s->opt.mark = val;
		return 0;
	case SO_PEEK_OFF:
		s->opt.peek_off = val; /* negative: off */
		return 0;
	case SO_BUSY_POLL:
		if (val < 0)
			return -EINVAL;
		s->opt.busy_poll = val;
		return 0;
	case SO_TIMESTAMPING_OLD: s->opt.tsflags = val; return 0;
	case SO_ZEROCOPY: return -EOPNOTSUPP;		 /* likewise */
	case SO_REUSEPORT: return val ? -EOPNOTSUPP : 0; /* for the families of IP */
	case SO_TYPE:
	case SO_PROTOCOL:
	case SO_DOMAIN:
	case SO_ERROR: return -ENOPROTOOPT;
	}
	return -ENOPROTOOPT;
}

static int set_common(struct socket *s, struct task *t, int name, const void *val, int len)
{
	int n;

	if (len < (int)sizeof(n))
		return -EINVAL;
	memcpy(&n, val, sizeof(n));
	if (name == SO_LINGER)
		return set_linger(s, val, len);
	if (is_timeo(name))
		return set_timeo(s, name, val, len);
	if (!is_boolean(name))
		return set_number(s, t, name, n);
	if (name == SO_DEBUG && n && !task_has_cap(t, CAP_NET_ADMIN))
		return -EACCES;
	if (is_stamp(name))
		clear_stamps(s);
	set_bit(s, name, n != 0);
	if (name == SO_PASSCRED && s->ops->buffer_changed)
		s->ops->buffer_changed(s);
	return 0;
}

int sock_setsockopt(struct socket *s, struct task *t, int level, int name, const void *val, int len)
{
	if (level == SOL_SOCKET && s->ops->own_sol_socket) {
		int r = s->ops->setsockopt(s, t, level, name, val, len);

		if (r != SOCK_OPT_GENERIC)
			return r;
	}
	if (level == SOL_SOCKET)
		return set_common(s, t, name, val, len);
	return s->ops->setsockopt ? s->ops->setsockopt(s, t, level, name, val, len) : -EOPNOTSUPP;
}

/* ---- get ---- */

static void give_int(void *val, int *len, int n)
{
	memcpy(val, &n, sizeof(n));
	*len = MIN(*len, (int)sizeof(n));
}

static void get_peercred(struct socket *s, void *val, int *len)
{
	struct ucred u = {.pid = 0, .uid = (uint32_t)-1, .gid = (uint32_t)-1};

	mutex_lock(&s->mu);
	if (s->peer_cred.cred) {
		u.pid = s->peer_cred.pid;
		u.uid = s->peer_cred.cred->euid;
		u.gid = s->peer_cred.cred->egid;
	}
	mutex_unlock(&s->mu);
	memcpy(val, &u, sizeof(u));
	*len = MIN(*len, (int)sizeof(u));
}

int sock_peer_groups(struct socket *s, uint32_t **ret_groups, uint32_t *ret_n)
{
	struct cred *c;
	uint32_t *g = NULL;
	int err = 0;

	mutex_lock(&s->mu);
	c = s->peer_cred.cred ? cred_get(s->peer_cred.cred) : NULL;
	mutex_unlock(&s->mu);
	if (c == NULL)
		return -ENODATA;
	g = mem_memdup(c->groups ? c->groups : (uint32_t *)&err, c->nr_groups * sizeof(*g));
	if (g == NULL)
		err = -ENOMEM;
	else
		*ret_n = c->nr_groups;
	*ret_groups = g;
	cred_put(c);
	return err;
}

static int get_number(struct socket *s, int name, void *val, int *len)
{
	switch (name) {
	case SO_SNDBUF: give_int(val, len, s->opt.sndbuf); return 0;
	case SO_RCVBUF: give_int(val, len, s->opt.rcvbuf); return 0;
	case SO_PRIORITY: give_int(val, len, s->opt.priority); return 0;
	case SO_RCVLOWAT: give_int(val, len, s->opt.rcvlowat); return 0;
	case SO_SNDLOWAT: give_int(val, len, 1); return 0;
	case SO_MARK: give_int(val, len, s->opt.mark); return 0;
	case SO_PEEK_OFF: give_int(val, len, s->opt.peek_off); return 0;
	case SO_BUSY_POLL: give_int(val, len, s->opt.busy_poll); return 0;
	case SO_TIMESTAMPING_OLD: give_int(val, len, s->opt.tsflags); return 0;
	case SO_REUSEPORT: give_int(val, len, 0); return 0;
	case SO_BSDCOMPAT: give_int(val, len, 0); return 0;
	case SO_ZEROCOPY: give_int(val, len, 0); return 0;
	case SO_INCOMING_CPU: give_int(val, len, -1); return 0;
	case SO_TYPE: give_int(val, len, s->type); return 0;
	case SO_DOMAIN: give_int(val, len, s->family); return 0;
	case SO_PROTOCOL: give_int(val, len, s->protocol); return 0;
	case SO_ERROR: give_int(val, len, -socket_take_error(s)); return 0;
	case SO_ACCEPTCONN: give_int(val, len, s->ops->listening && s->ops->listening(s)); return 0;
	}
	return -ENOPROTOOPT;
}

static int get_common(struct socket *s, int name, void *val, int *len)
{
	struct linger l = {.l_onoff = s->opt.linger_on, .l_linger = s->opt.linger_time};
	uint64_t cookie;

	if (is_timeo(name)) {
		get_timeo(s, name, val, len);
		return 0;
	}
	if (is_boolean(name)) {
		give_int(val, len, sock_option_on(s, name));
		return 0;
	}
	switch (name) {
	case SO_LINGER:
		memcpy(val, &l, sizeof(l));
		*len = MIN(*len, (int)sizeof(l));
		return 0;
	case SO_PEERCRED: get_peercred(s, val, len); return 0;
	case SO_PEERNAME: {
		struct sockaddr_storage a = {0};
		int n = s->ops->getname ? s->ops->getname(s, true, &a) : -ENOTCONN;

		if (n < 0)
			return -ENOTCONN;
		if (n < *len)
			return -EINVAL;
		memcpy(val, &a, (size_t)MIN(*len, (int)sizeof(a)));
		return 0;
	}
	case SO_COOKIE:
		cookie = s->ino;
		if (*len < (int)sizeof(cookie))
			return -EINVAL;
		memcpy(val, &cookie, sizeof(cookie));
		*len = sizeof(cookie);
		return 0;
	}
	return get_number(s, name, val, len);
}

int sock_getsockopt(struct socket *s, struct task *t, int level, int name, void *val, int *len)
{
	if (level == SOL_SOCKET && s->ops->own_sol_socket) {
		int r = s->ops->getsockopt(s, t, level, name, val, len);

		if (r != SOCK_OPT_GENERIC)
			return r;
	}
	if (level == SOL_SOCKET)
		return get_common(s, name, val, len);
	return s->ops->getsockopt ? s->ops->getsockopt(s, t, level, name, val, len) : -EOPNOTSUPP;
}

/* ---- credentials of the peer ---- */

static void put_peercred(struct socket *s, pid_t pid, struct cred *c)
{
	struct cred *old;

	mutex_lock(&s->mu);
	old = s->peer_cred.cred;
	s->peer_cred.pid = pid;
	s->peer_cred.cred = c;
	mutex_unlock(&s->mu);
	cred_put(old);
}

void sock_set_peercred(struct socket *s, struct task *t)
{
	put_peercred(s, t->process->pid, cred_get(t->cred));
}

void sock_copy_peercred(struct socket *to, struct socket *from)
{
	struct cred *c;
	pid_t pid;

	mutex_lock(&from->mu);
	pid = from->peer_cred.pid;
	c = from->peer_cred.cred ? cred_get(from->peer_cred.cred) : NULL;
	mutex_unlock(&from->mu);
	put_peercred(to, pid, c);
}
