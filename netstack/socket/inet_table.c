/*
 * netstack/socket/inet_table.c - all Internet sockets of the sandbox, see inet_table.h
 */
#include "netstack/socket/inet_table.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/vfs/file.h"
#include "netstack/socket/inet_impl.h"
#include "sentry/base/list.h"
#include "sentry/base/lock.h"

/* Members of the host's struct tcp_info, all of which have kept their places. */
#define TCP_INFO_STATE 0
#define TCP_INFO_UNACKED 24 /* of a listener: connections that wait, and how many may */
#define TCP_INFO_SACKED 28

static struct {
	struct mutex mu;
	struct list all;
	uint64_t next_seq;
} table = {
	.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_ANON},
	.all = LIST_HEAD_INIT(table.all),
};

void inet_table_add(struct inet_sock *i)
{
	mutex_lock(&table.mu);
	i->seq = ++table.next_seq;
	list_init(&i->table_node);
	list_add_tail(&i->table_node, &table.all);
	mutex_unlock(&table.mu);
}

void inet_table_remove(struct inet_sock *i)
{
	mutex_lock(&table.mu);
	list_del(&i->table_node);
	mutex_unlock(&table.mu);
}

/* ---- one socket ---- */

static bool get_addr(int fd, long nr, unsigned char *addr, uint16_t *port)
{
	struct sockaddr_storage a = {0};
	socklen_t len = sizeof(a);

	if (syscall(nr, fd, &a, &len) < 0)
		return false;
	if (a.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)&a;

		memcpy(addr, &in->sin_addr, 4);
		*port = in->sin_port;
	} else if (a.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a;

		memcpy(addr, &in6->sin6_addr, 16);
		*port = in6->sin6_port;
	}
	return true;
}

static uint32_t bytes_of(int fd, unsigned long cmd)
{
	int n = 0;

	return ioctl(fd, cmd, &n) < 0 || n < 0 ? 0 : (uint32_t)n;
}

static void get_tcp(struct inet_sock *i, int fd, struct inet_fact *f)
{
	bool and_host;
	socklen_t len = sizeof(f->tcp_info);

	if (syscall(SYS_getsockopt, fd, IPPROTO_TCP, TCP_INFO, f->tcp_info, &len) < 0)
		return;
	f->tcp_info_len = len;
	f->state = f->tcp_info[TCP_INFO_STATE];
	if (f->state == INET_LISTEN) {
		memcpy(&f->rqueue, f->tcp_info + TCP_INFO_UNACKED, 4);
		memcpy(&f->wqueue, f->tcp_info + TCP_INFO_SACKED, 4);
		return;
	}
	f->rqueue = bytes_of(fd, FIONREAD) + (uint32_t)inet_pair_unread(i, &and_host);
	f->wqueue = bytes_of(fd, SIOCOUTQ);
}

static void get_fact(struct inet_sock *i, struct file *file, struct inet_fact *f)
{
	socklen_t len = sizeof(f->mem);
	int fd = i->src.fd;
	int v6only = 0;
	bool connected;

	memset(f, 0, sizeof(*f));
	f->seq = i->seq;
	f->family = i->sock.family;
	f->type = i->sock.type;
	f->protocol = i->sock.protocol;
	f->ino = i->sock.ino;
	f->uid = file->inode->uid;
	f->refs = ref_count(&i->sock.ref) + !inet_is_stream(&i->sock);
	(void)get_addr(fd, SYS_getsockname, f->local, &f->local_port);
	connected = get_addr(fd, SYS_getpeername, f->remote, &f->remote_port);
	f->state = connected ? INET_ESTABLISHED : INET_CLOSE;
	(void)syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_MEMINFO, f->mem, &len);
	len = sizeof(v6only);
	if (f->family == AF_INET6)
		(void)syscall(SYS_getsockopt, fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, &len);
	f->v6only = v6only;
	if (inet_is_stream(&i->sock)) {
		get_tcp(i, fd, f);
	} else {
		f->rqueue = f->mem[0]; /* SK_MEMINFO_RMEM_ALLOC */
		f->wqueue = f->mem[2]; /* SK_MEMINFO_WMEM_ALLOC */
	}
}

void inet_table_each(uint64_t after, int family, int protocol,
		     bool (*fn)(void *arg, const struct inet_fact *f), void *arg)
{
	struct inet_fact f;
	struct inet_sock *i;
	bool more = true;

	mutex_lock(&table.mu);
	list_for_each_entry(i, &table.all, table_node) {
		/* While it is in the table its file is not gone; before accept(2) is done there is none. */
		struct file *file = __atomic_load_n(&i->sock.file, __ATOMIC_ACQUIRE);

		if (i->seq <= after || file == NULL || (family && i->sock.family != family) ||
		    (protocol && i->sock.protocol != protocol))
			continue;
		get_fact(i, file, &f);
		more = fn(arg, &f);
		if (!more)
			break;
	}
	mutex_unlock(&table.mu);
}
