/* tests/syscalls/inet_dgram_end.c - shutdown(2) of UDP sockets ends receives, connected or not. */
#include "inet_check.h"
#include <pthread.h>

static int s;
static char buf[16];

static void *end_it(void *arg)
{
	usleep(30000);
	shutdown(s, *(int *)arg);
	return NULL;
}

static void life(int family, bool connected, int how)
{
	struct timeval tv = {0, 20000};
	union addr a, b;
	pthread_t th;

	say("family %d, connected %d, how %d", family, connected, how);
	s = bound(family, SOCK_DGRAM, &a);
	close(bound(family, SOCK_DGRAM, &b));
	if (connected)
		must(connect(s, &b.sa, addr_len(&b)));
	/* Programs do this to wake a thread that receives. */
	must(pthread_create(&th, NULL, end_it, &how));
	show("waiting", recv(s, buf, sizeof(buf), 0));
	pthread_join(th, NULL);
	show("shutdown", shutdown(s, how));
	poll_now("ended", s, 0);
	show("recv", recv(s, buf, sizeof(buf), 0));
	show("read", read(s, buf, sizeof(buf)));
	show("recv, not waiting", recv(s, buf, sizeof(buf), MSG_DONTWAIT));
	must(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	show("recv, with a time-out", recv(s, buf, sizeof(buf), 0));
	must(close(s));
}

int main(void)
{
	union addr a;
	struct timeval tv = {0, 20000};

	life(AF_INET, false, SHUT_RD);
	life(AF_INET, true, SHUT_RD);
	life(AF_INET6, false, SHUT_RDWR);
	life(AF_INET6, true, SHUT_RDWR);
	s = bound(AF_INET, SOCK_DGRAM, &a);
	must(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	show("shutdown of the other half", shutdown(s, SHUT_WR));
	show("recv", recv(s, buf, sizeof(buf), 0));
	return 0;
}
