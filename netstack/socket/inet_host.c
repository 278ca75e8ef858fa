/*
 * netstack/socket/inet_host.c - where the host's sockets come from, see inet.h
 *
 * Locking: line.mu (LOCK_ANON) for one request and its reply; nothing is taken inside.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "netstack/socket/inet_impl.h"
#include "sentry/base/fd_message.h"

const struct inet_kind inet_kinds[INET_NR_KINDS] = {
	{AF_INET, SOCK_STREAM, IPPROTO_TCP},	{AF_INET6, SOCK_STREAM, IPPROTO_TCP},
	{AF_INET, SOCK_DGRAM, IPPROTO_UDP},	{AF_INET6, SOCK_DGRAM, IPPROTO_UDP},
	{AF_INET, SOCK_DGRAM, IPPROTO_ICMP},	{AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6},
	{AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE}, {AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE},
};

static struct {
	enum inet_mode mode;
	atomic_uint nr, max; /* descriptors of the sentry's */
	struct mutex mu;
	int fd;
} line = {
	.mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_ANON},
	.fd = -1,
};

void inet_init(struct kernel *k, enum inet_mode mode, int broker_fd)
{
	line.mode = mode;
	line.fd = broker_fd;
	inet_pair_init(k);
	/* Some are left for the sentry's other needs. */
	line.max = (unsigned int)MIN(k->host_nofile - k->host_nofile / 8, (uint64_t)1 << 20);
}

bool inet_in_use(void)
{
	return atomic_load_explicit(&line.nr, memory_order_relaxed) != 0;
}

int inet_host_mode(void)
{
	return line.mode;
}

bool inet_host_reserve(struct kernel *k)
{
	/* Files in memory have descriptors, too. */
	if (atomic_fetch_add(&line.nr, 1) + atomic_load(&k->nr_memfds) < line.max)
		return true;
	atomic_fetch_sub(&line.nr, 1);
	return false;
}

void inet_host_unreserve(struct kernel *k)
{
	(void)k;
	atomic_fetch_sub(&line.nr, 1);
}

/* ---- the broker ---- */

/* fd: goes along, -1: none. *ret_fd: what came back, -1: none. */
static int broker_ask(const struct broker_request *rq, int fd, int *ret_fd)
{
	struct broker_reply reply;
	int err;

	*ret_fd = -1;
	mutex_lock(&line.mu);
	err = fd_message_send(line.fd, rq, sizeof(*rq), fd);
	if (err == 0)
		err = fd_message_receive(line.fd, &reply, sizeof(reply), ret_fd);
	mutex_unlock(&line.mu);
	return err < 0 ? -ENETDOWN : MIN(reply.error, 0);
}

/* ---- what the family calls ---- */

int inet_host_new(unsigned int kind, int *ret_fd)
{
	const struct inet_kind *k = &inet_kinds[kind];
	struct broker_request rq = {.op = BROKER_SOCKET, .kind = kind};
	long fd;
	int err;

	if (line.mode == INET_HOST) {
		err = broker_ask(&rq, -1, ret_fd);
		if (err == 0 && *ret_fd < 0)
			err = -ENFILE; /* it was sent, and we had no number for it */
		if (err < 0 && *ret_fd >= 0)
			close(*ret_fd);
		return err;
	}
	fd = syscall(SYS_socket, (long)k->family, (long)(k->type | INET_HOST_TYPE_FLAGS),
		     (long)k->protocol);
	if (fd < 0)
		return -errno;
	*ret_fd = (int)fd;
	return 0;
}

int inet_host_bind_privileged(int fd, const struct sockaddr_storage *a, int len)
{
	struct broker_request rq = {.op = BROKER_BIND};
	int none, err;

	if (line.mode != INET_HOST || len < 1)
		return -EACCES;
	rq.addr_len = (uint32_t)MIN((size_t)len, sizeof(rq.addr));
	memcpy(&rq.addr, a, rq.addr_len);
	err = broker_ask(&rq, fd, &none);
	if (none >= 0)
		close(none);
	return err;
}
