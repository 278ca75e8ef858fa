/* tests/syscalls/fast_poll.c - poll, ppoll and select, often enough for the fast path: what is ready, what
 * is not, arrays at the edge of memory, entries that another thread changes meanwhile. */
#include "fs_check.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>

#define ROUNDS 300
#define MANY 700
#define PAGE 4096

static int full[2], empty[2];
static int wrong;

static void expect(int ok)
{
	wrong += !ok;
}

static void ready(void)
{
	struct pollfd f[4] = {
		{full[0], POLLIN, 77}, {empty[0], POLLIN, 77}, {-5, POLLIN, 77}, {999, 0, 77}};
	struct timespec ts = {0, 0}, second = {1, 0};

	expect(poll(f, 4, -1) == 2 && f[0].revents == POLLIN && f[1].revents == 0);
	expect(f[2].revents == 0 && f[3].revents == POLLNVAL && f[3].fd == 999 && f[2].fd == -5);
	expect(poll(f, 1, 0) == 1 && poll(f + 1, 1, 0) == 0 && poll(NULL, 0, 0) == 0);
	f[0].revents = f[1].revents = 77;
	expect(ppoll(f, 2, &ts, NULL) == 1 && f[0].revents == POLLIN && f[1].revents == 0);
	expect(ppoll(f, 2, &second, NULL) == 1);
	expect(poll(f, 1, 5000) == 1);
}

static void with_mask(void)
{
	struct pollfd f = {full[0], POLLIN, 0}, g = {empty[0], POLLIN, 0};
	struct timespec ts = {0, 0};
	sigset_t all;

	sigfillset(&all);
	expect(ppoll(&f, 1, NULL, &all) == 1 && ppoll(&g, 1, &ts, &all) == 0);
}

static void selected(void)
{
	struct timeval tv = {0, 0};
	fd_set r, w;

	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_SET(full[0], &r);
	FD_SET(empty[0], &r);
	FD_SET(empty[1], &w);
	expect(select(empty[1] + 1, &r, &w, NULL, &tv) == 2);
	expect(FD_ISSET(full[0], &r) && !FD_ISSET(empty[0], &r) && FD_ISSET(empty[1], &w));
	FD_SET(50, &r);
	expect(select(51, &r, NULL, NULL, &tv) == -1 && errno == EBADF);
}

static void edges(char *page)
{
	struct pollfd *last = (struct pollfd *)(page + PAGE) - 2;
	struct pollfd *over = last + 1;

	last[0] = last[1] = (struct pollfd){full[0], POLLIN, 0};
	expect(poll(last, 2, -1) == 2 && last[1].revents == POLLIN);
	expect(poll(over, 2, 0) == -1 && errno == EFAULT);
	expect(poll((struct pollfd *)8, 1, 0) == -1 && errno == EFAULT);
	expect(poll(last, 1u << 30, 0) == -1 && (errno == EINVAL || errno == EFAULT));
}

static void read_only(char *page)
{
	struct pollfd *f = (struct pollfd *)page;

	*f = (struct pollfd){full[0], POLLIN, 0};
	must(mprotect(page, PAGE, PROT_READ));
	expect(poll(f, 1, 0) == -1 && errno == EFAULT && f->revents == 0);
	must(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
}

static void many(void)
{
	static struct pollfd f[MANY];

	for (int i = 0; i < MANY; i++)
		f[i] = (struct pollfd){i % 2 ? full[0] : empty[0], POLLIN, 77};
	expect(poll(f, MANY, 0) == MANY / 2);
	for (int i = 0; i < MANY; i++)
		expect(f[i].revents == (i % 2 ? POLLIN : 0));
}

static volatile struct pollfd shared;
static volatile int stop;

static void *changes(void *arg)
{
	(void)arg;
	for (short i = 0; !stop; i = (i + 1) % 100) {
		shared.events = POLLIN | i << 8;
		if (shared.events != (short)(POLLIN | i << 8)) /* somebody has put it back */
			expect(0);
	}
	return NULL;
}

static void changed_meanwhile(void)
{
	pthread_t t;

	shared.fd = full[0];
	pthread_create(&t, NULL, changes, NULL);
	for (int i = 0; i < 20000; i++)
		poll((struct pollfd *)&shared, 1, 0);
	stop = 1;
	pthread_join(t, NULL);
}

static void handler(int sig)
{
	(void)sig;
}

static void rounds(char *page)
{
	for (int i = 0; i < ROUNDS; i++) {
		ready();
		selected();
		edges(page);
		read_only(page);
	}
	with_mask();
	many();
}

int main(void)
{
	char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);
	struct rlimit lim = {1000, 1000};

	must(munmap(page + PAGE, PAGE));
	must(setrlimit(RLIMIT_NOFILE, &lim));
	must(pipe(full));
	must(pipe(empty));
	must(write(full[1], "x", 1));
	rounds(page);
	show_val("wrong", wrong);
	changed_meanwhile();
	show_val("wrong with another thread", wrong);
	signal(SIGSEGV, handler); /* nothing is copied by the shim from here on */
	rounds(page);
	show_val("wrong with a handler", wrong);
	return 0;
}
