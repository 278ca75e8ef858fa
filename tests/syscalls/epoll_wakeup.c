/* tests/syscalls/epoll_wakeup.c - epoll_wait(2): a waiting process learns of changes to the set. */
#include "fs_check.h"
#include <pthread.h>
#include <sys/epoll.h>

static int ep, p[2];

static void *add(void *arg)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = 5};

	(void)arg;
	nap_ms(20);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	return NULL;
}

static void *feed(void *arg)
{
	(void)arg;
	nap_ms(20);
	must(write(p[1], "x", 1));
	return NULL;
}

static void *modify(void *arg)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = 6};

	(void)arg;
	nap_ms(20);
	must(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	return NULL;
}

static void round_of(const char *what, void *(*fn)(void *))
{
	struct epoll_event out = {0};
	pthread_t t;

	if (pthread_create(&t, NULL, fn, NULL))
		die("pthread_create");
	show(what, epoll_wait(ep, &out, 1, -1));
	say("  data %d, events 0x%x", out.data.fd, out.events);
	pthread_join(t, NULL);
}

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = 4};

	ep = epoll_create1(0);
	xpipe(p);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	round_of("data", feed);
	must(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], &ev));
	show("removed", epoll_wait(ep, &ev, 1, 0));
	round_of("added while waiting", add);
	ev = (struct epoll_event){.events = 0, .data.fd = 7};
	must(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &ev));
	show("no events", epoll_wait(ep, &ev, 1, 0));
	round_of("modified while waiting", modify);
	return 0;
}
