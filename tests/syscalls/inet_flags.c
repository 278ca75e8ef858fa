/* tests/syscalls/inet_flags.c - MSG_* of TCP; SIGPIPE, resets, urgent data, partial counts. */
#include "inet_check.h"
#include <linux/sockios.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

static volatile sig_atomic_t pipes;

static void on_pipe(int sig)
{
	(void)sig;
	pipes++;
}

static void *send_later(void *arg)
{
	int fd = *(int *)arg;

	usleep(50000);
	send(fd, "abc", 3, 0);
	usleep(50000);
	send(fd, "defgh", 5, 0);
	return NULL;
}

static void flags(void)
{
	int s[2], n = -1, low = 5;
	struct timeval tv = {0, 100000};
	char buf[64];
	pthread_t th;

	connected(AF_INET, s);
	pthread_create(&th, NULL, send_later, &s[0]);
	show_text("MSG_WAITALL", recv(s[1], buf, 8, MSG_WAITALL), buf);
	pthread_join(th, NULL);
	pthread_create(&th, NULL, send_later, &s[0]);
	show_text("MSG_PEEK|MSG_WAITALL", recv(s[1], buf, 7, MSG_PEEK | MSG_WAITALL), buf);
	pthread_join(th, NULL);
	show("SIOCINQ", ioctl(s[1], SIOCINQ, &n));
	say("  %d", n);
	show("SIOCOUTQ", ioctl(s[0], SIOCOUTQ, &n));
	show("SIOCATMARK", ioctl(s[1], SIOCATMARK, &n));
	say("  %d", n);
	show("MSG_TRUNC throws away", recv(s[1], buf, 3, MSG_TRUNC));
	show_text("rest", recv(s[1], buf, sizeof(buf), 0), buf);
	must(setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	show("SO_RCVTIMEO", recv(s[1], buf, 1, 0));
	show("half", send(s[0], "half", 4, 0));
	show_text("MSG_WAITALL, late", recv(s[1], buf, 8, MSG_WAITALL), buf);
	show("MSG_ERRQUEUE", recv(s[1], buf, 8, MSG_ERRQUEUE));
	show("urgent", send(s[0], "!", 1, MSG_OOB));
	usleep(20000);
	poll_now("urgent", s[1], 100);
	show_text("MSG_OOB", recv(s[1], buf, 8, MSG_OOB), buf);
	show("MSG_OOB again", recv(s[1], buf, 8, MSG_OOB));
	tv.tv_usec = 0;
	must(setsockopt(s[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	must(setsockopt(s[1], SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low)));
	pthread_create(&th, NULL, send_later, &s[0]);
	show_text("SO_RCVLOWAT", recv(s[1], buf, sizeof(buf), 0), buf);
	pthread_join(th, NULL);
	show("nothing", send(s[0], buf, 0, 0));
	show("bad buffer", send(s[0], BAD_PTR, 10, 0));
	show("unknown flags", send(s[0], "x", 1, 0x8000000));
}

static void ends(void)
{
	struct linger l = {1, 0};
	int s[2];
	char buf[8];

	signal(SIGPIPE, on_pipe);
	connected(AF_INET, s);
	show("shutdown", shutdown(s[0], SHUT_WR));
	show("send", send(s[0], "x", 1, 0));
	say("SIGPIPE %d", (int)pipes);
	show("MSG_NOSIGNAL", send(s[0], "x", 1, MSG_NOSIGNAL));
	show("write", write(s[0], "x", 1));
	say("SIGPIPE %d", (int)pipes);
	must(setsockopt(s[1], SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	close(s[1]);
	poll_now("reset", s[0], 1000);
	show("recv", recv(s[0], buf, 1, 0));
	show("recv", recv(s[0], buf, 1, 0));
	show("getpeername", getpeername(s[0], (struct sockaddr *)buf, &(socklen_t){8}));
	connected(AF_INET, s);
	send(s[0], "unread", 6, 0);
	wait_readable(s[1]);
	close(s[1]);
	poll_now("closed with data", s[0], 1000);
	show("send", send(s[0], "x", 1, MSG_NOSIGNAL));
	show("send", send(s[0], "x", 1, MSG_NOSIGNAL));
}

#define BULK (3 << 20)
static char out[BULK], in[BULK];

static void *send_all(void *arg)
{
	ssize_t n = write(*(int *)arg, out, BULK);

	say("one write: %zd", n);
	close(*(int *)arg);
	return NULL;
}

static void bulk(void)
{
	size_t total = 0;
	struct iovec iov[3];
	pthread_t th;
	ssize_t n;
	int s[2];

	for (size_t i = 0; i < BULK; i++)
		out[i] = (char)(i * 7 + i / 4096);
	connected(AF_INET, s);
	must(fcntl(s[0], F_SETFL, O_NONBLOCK));
	while ((n = write(s[0], out, sizeof(out))) > 0)
		total += (size_t)n;
	show("full", n);
	poll_now("full", s[0], 0);
	say("several: %d", total > 65536);
	must(fcntl(s[0], F_SETFL, 0));
	close(s[0]);
	while ((n = read(s[1], in, sizeof(in))) > 0)
		total -= (size_t)n;
	say("all came: %d", total == 0);
	connected(AF_INET6, s);
	pthread_create(&th, NULL, send_all, &s[0]);
	for (total = 0; total < BULK; total += (size_t)n) {
		iov[0] = (struct iovec){in + total, 1};
		iov[1] = (struct iovec){NULL, 0};
		iov[2] = (struct iovec){in + total + 1, BULK - total - 1};
		n = readv(s[1], iov, 3);
		if (n <= 0)
			break;
	}
	pthread_join(th, NULL);
	say("equal: %d", total == BULK && memcmp(in, out, BULK) == 0);
	show("end", read(s[1], in, 1));
}

int main(void)
{
	flags();
	ends();
	bulk();
	return 0;
}
