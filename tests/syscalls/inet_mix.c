/*
 * tests/syscalls/inet_mix.c - many TCP connections within one machine, both ways at once, with all kinds of calls
 * and sizes: every byte comes, in order, before the end. Some switch time stamps on halfway.
 */
#define CHECK_NO_WATCHDOG
#include "inet_check.h"
#include <pthread.h>
#include <sys/uio.h>

#define CONNECTIONS 24
#define AT_ONCE 6
#define MOST 100000

struct side {
	int fd;
	unsigned int seed;
	size_t size;	    /* bytes to send */
	int stamps;	    /* on when half of them are sent */
	uint64_t sent, got; /* sums */
	size_t nr_got;
	int err;
};

static unsigned char byte_at(size_t n, unsigned int seed)
{
	return (unsigned char)(n * 31 + (n >> 9) * 7 + seed);
}

static uint64_t sum_more(uint64_t sum, const unsigned char *p, size_t n)
{
	while (n--)
		sum = sum * 1099511628211ULL + *p++;
	return sum;
}

static void wait_for(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	poll(&p, 1, 10000);
}

static ssize_t put(int fd, unsigned char *buf, size_t n, unsigned int how)
{
	struct iovec iov[2] = {{buf, n / 3}, {buf + n / 3, n - n / 3}};

	switch (how % 5) {
	case 0: return write(fd, buf, n);
	case 1: return writev(fd, iov, 2);
	case 2: return send(fd, buf, n, MSG_NOSIGNAL);
	case 3: return sendmsg(fd, &(struct msghdr){.msg_iov = iov, .msg_iovlen = 2}, MSG_DONTWAIT);
	}
	wait_for(fd, POLLOUT);
	return send(fd, buf, n, MSG_DONTWAIT);
}

static void *sender(void *arg)
{
	struct side *s = arg;
	unsigned int rng = s->seed;
	unsigned char *buf = malloc(MOST);
	size_t at = 0;
	int on = 1;

	while (at < s->size && !s->err) {
		size_t n = (size_t)rand_r(&rng) % (rand_r(&rng) % 4 ? 300 : MOST) + 1;
		ssize_t r;

		if (n > s->size - at)
			n = s->size - at;
		for (size_t i = 0; i < n; i++)
			buf[i] = byte_at(at + i, s->seed);
		r = put(s->fd, buf, n, (unsigned int)rand_r(&rng));
		if (r > 0) {
			s->sent = sum_more(s->sent, buf, (size_t)r);
			at += (size_t)r;
		} else if (errno == EAGAIN) {
			wait_for(s->fd, POLLOUT);
		} else {
			s->err = errno;
		}
		if (s->stamps && at > s->size / 2) {
			s->stamps = 0;
			setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on));
		}
	}
	shutdown(s->fd, SHUT_WR);
	free(buf);
	return NULL;
}

static ssize_t get(int fd, unsigned char *buf, size_t n, unsigned int how)
{
	struct iovec iov[2] = {{buf, n / 2}, {buf + n / 2, n - n / 2}};

	switch (how % 6) {
	case 0: return read(fd, buf, n);
	case 1: return readv(fd, iov, 2);
	case 2: return recv(fd, buf, n, MSG_DONTWAIT);
	case 3:
		n = n % 2000 + 1;
		if (recv(fd, buf, n, MSG_PEEK) < 0)
			return -1;
		return recv(fd, buf, n, 0);
	case 4: return recv(fd, buf, n % 5000 + 1, MSG_WAITALL);
	}
	wait_for(fd, POLLIN);
	return recv(fd, buf, n, MSG_DONTWAIT);
}

static void *receiver(void *arg)
{
	struct side *s = arg;
	unsigned int rng = s->seed + 1;
	unsigned char *buf = malloc(MOST);

	while (!s->err) {
		size_t n = (size_t)rand_r(&rng) % (rand_r(&rng) % 3 ? 500 : MOST) + 1;
		ssize_t r = get(s->fd, buf, n, (unsigned int)rand_r(&rng));

		if (r == 0)
			break;
		if (r > 0) {
			s->got = sum_more(s->got, buf, (size_t)r);
			s->nr_got += (size_t)r;
		} else if (errno == EAGAIN) {
			wait_for(s->fd, POLLIN);
		} else {
			s->err = errno;
		}
	}
	free(buf);
	return NULL;
}

static void run(int nr)
{
	int family = nr % 2 ? AF_INET6 : AF_INET;
	struct side side[2];
	pthread_t threads[4];
	union addr a;
	int l = listener(family, &a, 5);

	memset(side, 0, sizeof(side));
	for (int k = 0; k < 2; k++) {
		side[k].seed = (unsigned int)(nr * 2 + k);
		side[k].size = (size_t)(nr * 7919 % 13) * 60000 + (size_t)nr;
		side[k].stamps = (nr + k) % 4 == 3;
	}
	side[0].fd = must(socket(family, SOCK_STREAM, 0));
	must(connect(side[0].fd, &a.sa, addr_len(&a)));
	pthread_create(&threads[0], NULL, sender, &side[0]); /* some of it before accept(2) */
	pthread_create(&threads[1], NULL, receiver, &side[0]);
	side[1].fd = must(accept(l, NULL, NULL));
	pthread_create(&threads[2], NULL, sender, &side[1]);
	pthread_create(&threads[3], NULL, receiver, &side[1]);
	for (int k = 0; k < 4; k++)
		pthread_join(threads[k], NULL);
	for (int k = 0; k < 2; k++)
		if (side[k].err || side[k].sent != side[!k].got || side[k].size != side[!k].nr_got)
			say("%d: side %d: %s, %zu of %zu came, sums %s", nr, k,
			    errno_name(side[k].err), side[!k].nr_got, side[k].size,
			    side[k].sent == side[!k].got ? "equal" : "differ");
	close(side[0].fd);
	close(side[1].fd);
	close(l);
}

int main(void)
{
	for (int k = 0; k < AT_ONCE; k++)
		if (fork() == 0) {
			for (int nr = k; nr < CONNECTIONS; nr += AT_ONCE)
				run(nr);
			_exit(0);
		}
	for (int k = 0; k < AT_ONCE; k++) {
		int status;

		wait(&status);
		if (status)
			say("status %x", status);
	}
	say("done");
	return 0;
}
