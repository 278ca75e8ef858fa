/*
 * netstack/socket/netlink.c - netlink sockets: making, names, sending, receiving, options; see
 * netlink_impl.h
 *
 * Differences from Linux: the protocols are NETLINK_ROUTE (questions; changes are refused),
 * NETLINK_SOCK_DIAG and NETLINK_KOBJECT_UEVENT, which stays silent, as does every multicast group. No
 * messages from process to process (ECONNREFUSED). No texts in extended acknowledgements.
 *
 * Sources: net/netlink/af_netlink.c for the order of errors.
 */
#include "netstack/socket/netlink.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "netstack/socket/inet_impl.h"
#include "netstack/socket/netlink_impl.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/cred.h"
#include "sentry/mem/uio.h"
#include "sentry/task.h"

#define NAME_LEN ((int)sizeof(struct sockaddr_nl))
#define MSG_TRUESIZE 512u /* what a message costs beside its bytes */
#define FIRST_AUTO_PORTID ((uint32_t)-4097)
#define SEND_OVERHEAD 32

static const struct socket_ops netlink_ops;

static struct {
	struct mutex mu;
	struct list all;
	uint32_t next_auto;
} table = {
	.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_ANON},
	.all = LIST_HEAD_INIT(table.all),
	.next_auto = FIRST_AUTO_PORTID,
};

/* ---- messages ---- */

struct nl_msg *nl_msg_new(size_t len)
{
	struct nl_msg *msg = mem_alloc(sizeof(*msg) + len);

	if (msg == NULL)
		return NULL;
	list_init(&msg->node);
	ref_init(&msg->ref, 1);
	msg->len = (uint32_t)len;
	msg->truesize = (uint32_t)len + MSG_TRUESIZE;
	return msg;
}

void nl_msg_put(struct nl_msg *msg)
{
	if (ref_put(&msg->ref))
		mem_free(msg);
}

void nl_enqueue(struct nl_sock *s, struct nl_msg *msg)
{
	bool room;

	mutex_lock(&s->sock.mu);
	room = atomic_load(&s->rmem) <= (unsigned int)s->sock.opt.rcvbuf;
	if (room) {
		list_add_tail(&msg->node, &s->queue);
		atomic_fetch_add(&s->rmem, msg->truesize);
	}
	mutex_unlock(&s->sock.mu);
	if (!room) {
		nl_msg_put(msg);
		atomic_fetch_add(&s->drops, 1);
		if (!nl_option_on(s, NETLINK_NO_ENOBUFS))
			s->sock.err = ENOBUFS;
	}
	wait_wake(&s->sock.wq, room ? SOCK_EV_IN : SOCK_EV_ALL);
}

bool netlink_of_file(struct file *f)
{
	struct socket *s = socket_of_file(f);

	return s && s->family == AF_NETLINK;
}

void netlink_tell(struct file *f, const void *data, size_t len)
{
	struct nl_msg *msg = nl_msg_new(len);

	if (!msg)
		return;
	memcpy(msg->data, data, len);
	nl_enqueue(nl_of(socket_of_file(f)), msg);
}

/* ---- making and closing ---- */

static int netlink_create(struct kernel *k, struct task *t, int type, int protocol,
			  struct socket **ret)
{
	struct nl_sock *n;

	(void)t;
	if (inet_host_mode() == INET_OFF)
		return -EAFNOSUPPORT;
	if (type != SOCK_RAW && type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (protocol != NETLINK_ROUTE && protocol != NETLINK_SOCK_DIAG &&
	    protocol != NETLINK_KOBJECT_UEVENT)
		return -EPROTONOSUPPORT;
	n = mem_zalloc(sizeof(*n));
	if (n == NULL)
		return -ENOMEM;
	socket_init(&n->sock, k, &netlink_ops, AF_NETLINK, type, protocol);
	list_init(&n->queue);
	list_init(&n->all_node);
	mutex_lock(&table.mu);
	list_add_tail(&n->all_node, &table.all);
	mutex_unlock(&table.mu);
	*ret = &n->sock;
	return 0;
}

const struct socket_family netlink_family = {.family = AF_NETLINK, .create = netlink_create};

static void netlink_release(struct socket *s)
{
	struct nl_sock *n = nl_of(s);

	mutex_lock(&table.mu);
	list_del(&n->all_node);
	mutex_unlock(&table.mu);
}

static void netlink_destroy(struct socket *s)
{
	struct nl_sock *n = nl_of(s);

	mutex_lock(&table.mu);
	list_del(&n->all_node); /* if there never was a file */
	mutex_unlock(&table.mu);
	while (!list_empty(&n->queue)) {
		struct nl_msg *msg = list_first_entry(&n->queue, struct nl_msg, node);

		list_del(&msg->node);
		nl_msg_put(msg);
	}
	mem_free(n->dump);
	socket_fini(s);
	mem_free(n);
}

/* ---- names ---- */

static bool is_taken_locked(const struct nl_sock *n, uint32_t portid) REQUIRES(&table.mu)
{
	const struct nl_sock *o;

	list_for_each_entry(o, &table.all, all_node)
		if (o->sock.protocol == n->sock.protocol && atomic_load(&o->portid) == portid)
			return true;
	return false;
}

static int insert(struct nl_sock *n, uint32_t portid)
{
	int err = 0;

	mutex_lock(&table.mu);
	if (atomic_load(&n->portid))
		err = atomic_load(&n->portid) == portid ? 0 : -EBUSY;
	else if (is_taken_locked(n, portid))
		err = -EADDRINUSE;
	else
		atomic_store(&n->portid, portid);
	mutex_unlock(&table.mu);
	return err;
}

/* The process's id, or else a number that no process has. */
static void autobind(struct nl_sock *n, struct task *t)
{
	if (atomic_load(&n->portid) || (t && insert(n, (uint32_t)t->process->pid) == 0))
		return;
	mutex_lock(&table.mu);
	while (!atomic_load(&n->portid)) {
		uint32_t next = table.next_auto--;

		if (table.next_auto < 0x80000000u)
			table.next_auto = FIRST_AUTO_PORTID;
		if (!is_taken_locked(n, next))
			atomic_store(&n->portid, next);
	}
	mutex_unlock(&table.mu);
}

static int netlink_bind(struct socket *s, struct task *t, const struct sockaddr_storage *a, int len)
{
	const struct sockaddr_nl *nl = (const struct sockaddr_nl *)a;
	struct nl_sock *n = nl_of(s);
	uint32_t portid = atomic_load(&n->portid);
	int err = 0;

	if (len < NAME_LEN || nl->nl_family != AF_NETLINK)
		return -EINVAL;
	if (portid && nl->nl_pid != portid)
		return -EINVAL;
	if (!portid && nl->nl_pid)
		err = insert(n, nl->nl_pid);
	else if (!portid)
		autobind(n, t);
	if (err < 0)
		return err;
	mutex_lock(&s->mu);
	atomic_store(&n->groups, (atomic_load(&n->groups) & ~0xffffffffULL) | nl->nl_groups);
	mutex_unlock(&s->mu);
	return 0;
}

/* Messages to others than the kernel are for those with rights. */
static int check_destination(struct task *t, const struct sockaddr_nl *nl)
{
	if ((nl->nl_pid || nl->nl_groups) && !(t && task_has_cap(t, CAP_NET_ADMIN)))
		return -EPERM;
	return 0;
}

static int netlink_connect(struct socket *s, struct task *t, const struct sockaddr_storage *a,
			   int len, bool nonblock, struct socket **other)
{
	const struct sockaddr_nl *nl = (const struct sockaddr_nl *)a;
	struct nl_sock *n = nl_of(s);
	int err;

	(void)nonblock;
	(void)other;
	if (len < (int)sizeof(a->ss_family))
		return -EINVAL;
	if (a->ss_family == AF_UNSPEC) {
		atomic_store(&n->dst_portid, 0);
		atomic_store(&n->dst_groups, 0);
		return 0;
	}
	if (nl->nl_family != AF_NETLINK || len < NAME_LEN)
		return -EINVAL;
	err = check_destination(t, nl);
	if (err < 0)
		return err;
	autobind(n, t);
	atomic_store(&n->dst_portid, nl->nl_pid);
	atomic_store(&n->dst_groups, nl->nl_groups);
	return 0;
}

static int netlink_getname(struct socket *s, bool peer, struct sockaddr_storage *ret)
{
	struct sockaddr_nl nl = {.nl_family = AF_NETLINK};
	struct nl_sock *n = nl_of(s);

	nl.nl_pid = atomic_load(peer ? &n->dst_portid : &n->portid);
	nl.nl_groups = peer ? atomic_load(&n->dst_groups) : (uint32_t)atomic_load(&n->groups);
	memcpy(ret, &nl, sizeof(nl));
	return NAME_LEN;
}

/* ---- send ---- */

static int send_destination(struct nl_sock *n, struct task *t, const struct sock_msg *m,
			    struct sockaddr_nl *ret)
{
	if (m->namelen == 0) {
		*ret = (struct sockaddr_nl){.nl_family = AF_NETLINK,
					    .nl_pid = atomic_load(&n->dst_portid),
					    .nl_groups = atomic_load(&n->dst_groups)};
		return 0;
	}
	if (m->namelen < NAME_LEN)
		return -EINVAL;
	memcpy(ret, &m->name, sizeof(*ret));
	if (ret->nl_family != AF_NETLINK)
		return -EINVAL;
	return check_destination(t, ret);
}

static int check_control(struct task *t, const struct sock_msg *m)
{
	struct scm scm = {0};
	int err;

	if (m->control == NULL || t == NULL)
		return 0;
	err = scm_parse(t, m->control, m->control_len, false, &scm);
	scm_fini(&scm);
	return err;
}

static ssize_t netlink_send(struct socket *s, struct task *t, struct sock_msg *m)
{
	struct nl_sock *n = nl_of(s);
	size_t len = m->uio->left;
	unsigned char *_cleanup_free_ data = NULL;
	struct sockaddr_nl to;
	int err;

	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (len == 0)
		return -ENODATA;
	err = check_control(t, m);
	if (err == 0)
		err = send_destination(n, t, m, &to);
	if (err < 0)
		return err;
	autobind(n, t);
	if (len > (size_t)MAX(s->opt.sndbuf - SEND_OVERHEAD, 0))
		return -EMSGSIZE;
	data = mem_alloc(len);
	if (data == NULL)
		return -ENOBUFS;
	if (uio_read(m->uio, data, len) != len)
		return -EFAULT;
	if (to.nl_pid)
		return -ECONNREFUSED;
	nl_serve(n, t, data, len);
	return (ssize_t)len;
}

/* ---- receive ---- */

static struct nl_msg *claim(struct nl_sock *n, bool peek)
{
	struct nl_msg *msg;

	mutex_lock(&n->sock.mu);
	msg = list_first_entry_or_null(&n->queue, struct nl_msg, node);
	if (msg && peek) {
		ref_get(&msg->ref);
	} else if (msg) {
		list_del(&msg->node);
		atomic_fetch_sub(&n->rmem, msg->truesize);
	}
	mutex_unlock(&n->sock.mu);
	return msg;
}

static size_t put_control(unsigned char *buf, int level, int type, const void *data, size_t len)
{
	struct cmsghdr h = {.cmsg_len = CMSG_LEN(len), .cmsg_level = level, .cmsg_type = type};

	memcpy(buf, &h, sizeof(h));
	memcpy(buf + sizeof(h), data, len);
	return CMSG_SPACE(len);
}

/* The kernel's credentials; the group that a message came by, which is none. */
static void give_control(struct nl_sock *n, struct sock_msg *m)
{
	struct ucred root = {0};
	struct nl_pktinfo info = {0};
	unsigned char *buf;
	size_t len = 0;

	if (!m->wants_control || m->control)
		return;
	buf = mem_zalloc(CMSG_SPACE(sizeof(root)) + CMSG_SPACE(sizeof(info)));
	if (buf == NULL)
		return;
	if (nl_option_on(n, NETLINK_PKTINFO))
		len += put_control(buf, SOL_NETLINK, NETLINK_PKTINFO, &info, sizeof(info));
	if (sock_option_on(&n->sock, SO_PASSCRED))
		len += put_control(buf + len, SOL_SOCKET, SCM_CREDENTIALS, &root, sizeof(root));
	m->control = buf;
	m->control_len = len;
}

static void remember_size(struct nl_sock *n, size_t len)
{
	unsigned int want = (unsigned int)MIN(len, (size_t)NL_PART_MAX);

	if (want > atomic_load(&n->max_recv))
		atomic_store(&n->max_recv, want);
}

static ssize_t netlink_recv(struct socket *s, struct task *t, struct sock_msg *m)
{
	struct sockaddr_nl from = {.nl_family = AF_NETLINK};
	struct nl_sock *n = nl_of(s);
	struct nl_msg *msg;
	size_t want, len;
	ssize_t got;
	int err;

	(void)t;
	if (m->flags & MSG_OOB)
		return -EOPNOTSUPP;
	err = socket_take_error(s);
	if (err < 0)
		return err;
	msg = claim(n, m->flags & MSG_PEEK);
	if (msg == NULL)
		return -EAGAIN;
	len = msg->len;
	remember_size(n, m->uio->left);
	want = MIN(m->uio->left, len);
	if (want < len)
		m->out_flags |= MSG_TRUNC;
	got = uio_write(m->uio, msg->data, want) == want ? (ssize_t)want : -EFAULT;
	nl_msg_put(msg);
	if (got >= 0 && (m->flags & MSG_TRUNC))
		got = (ssize_t)len;
	memcpy(&m->name, &from, sizeof(from));
	m->namelen = NAME_LEN;
	give_control(n, m);
	nl_dump_go_on(n);
	return got;
}

static uint32_t netlink_poll(struct socket *s)
{
	struct nl_sock *n = nl_of(s);
	uint32_t mask = SOCK_EV_OUT;

	if (s->err)
		mask |= POLLERR;
	mutex_lock(&s->mu);
	if (!list_empty(&n->queue))
		mask |= POLLIN | POLLRDNORM;
	mutex_unlock(&s->mu);
	return mask;
}

static long netlink_ioctl(struct socket *s, struct task *t, unsigned int cmd, uint64_t arg)
{
	(void)s;
	return inet_device_ioctl(t, cmd, arg);
}

/* ---- options ---- */

static bool is_flag_option(int name)
{
	switch (name) {
	case NETLINK_PKTINFO:
	case NETLINK_BROADCAST_ERROR:
	case NETLINK_NO_ENOBUFS:
	case NETLINK_LISTEN_ALL_NSID:
	case NETLINK_CAP_ACK:
	case NETLINK_EXT_ACK:
	case NETLINK_GET_STRICT_CHK: return true;
	}
	return false;
}

static unsigned int nr_groups(const struct nl_sock *n)
{
	return n->sock.protocol == NETLINK_ROUTE ? NL_GROUPS : 32;
}

static int set_membership(struct nl_sock *n, uint32_t group, bool on)
{
	if (group == 0 || group > nr_groups(n))
		return -EINVAL;
	if (on)
		atomic_fetch_or(&n->groups, 1ULL << (group - 1));
	else
		atomic_fetch_and(&n->groups, ~(1ULL << (group - 1)));
	return 0;
}

static int netlink_setsockopt(struct socket *s, struct task *t, int level, int name,
			      const void *val, int len)
{
	struct nl_sock *n = nl_of(s);
	uint32_t v = 0;

	if (level != SOL_NETLINK)
		return -ENOPROTOOPT;
	if (len >= (int)sizeof(v))
		memcpy(&v, val, sizeof(v));
	if (name == NETLINK_ADD_MEMBERSHIP || name == NETLINK_DROP_MEMBERSHIP)
		return set_membership(n, v, name == NETLINK_ADD_MEMBERSHIP);
	if (!is_flag_option(name))
		return -ENOPROTOOPT;
	if (name == NETLINK_LISTEN_ALL_NSID && !task_has_cap(t, CAP_NET_BROADCAST))
		return -EPERM;
	if (v)
		atomic_fetch_or(&n->options, 1u << name);
	else
		atomic_fetch_and(&n->options, ~(1u << name));
	return 0;
}

static int netlink_getsockopt(struct socket *s, struct task *t, int level, int name, void *val,
			      int *len)
{
	struct nl_sock *n = nl_of(s);
	uint64_t groups = atomic_load(&n->groups);
	int v, all = (int)(nr_groups(n) / 8);

	(void)t;
	if (level != SOL_NETLINK)
		return -ENOPROTOOPT;
	if (name == NETLINK_LIST_MEMBERSHIPS) {
		/* Whole words, as many as there is room for; the length is that of all. */
		memcpy(val, &groups, (size_t)MIN(*len & ~3, all));
		*len = all;
		return 0;
	}
	if (!is_flag_option(name))
		return -ENOPROTOOPT;
	if (*len < (int)sizeof(v))
		return -EINVAL;
	v = nl_option_on(n, name);
	memcpy(val, &v, sizeof(v));
	*len = sizeof(v);
	return 0;
}

/* ---- /proc/net/netlink ---- */

void netlink_show(struct strbuf *sb)
{
	struct nl_sock *n;

	mutex_lock(&table.mu);
	list_for_each_entry(n, &table.all, all_node)
		strbuf_printf(sb, "%016x %-3d %-10u %08x %-8u %-8u %-5d %-8d %-8u %-8lu\n", 0,
			      n->sock.protocol, atomic_load(&n->portid),
			      (uint32_t)atomic_load(&n->groups), atomic_load(&n->rmem), 0,
			      n->dumping, 2, atomic_load(&n->drops), (unsigned long)n->sock.ino);
	mutex_unlock(&table.mu);
}

static const struct socket_ops netlink_ops = {
	.bind = netlink_bind,
	.connect = netlink_connect,
	.getname = netlink_getname,
	.sendmsg = netlink_send,
	.recvmsg = netlink_recv,
	.poll = netlink_poll,
	.ioctl = netlink_ioctl,
	.setsockopt = netlink_setsockopt,
	.getsockopt = netlink_getsockopt,
	.release = netlink_release,
	.destroy = netlink_destroy,
	.has_control = true,
};
