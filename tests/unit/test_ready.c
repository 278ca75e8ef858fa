/*
 * tests/unit/test_ready.c - pipes, epoll, poll, eventfd and timerfd under the real syscall handlers
 */
#include "tests/unit/fake_guest.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <time.h>

#include "tests/unit/unit.h"

static struct guest *g;

static int setup(void **state)
{
	g = guest_new(NULL);
	alarm(100);
	return 0;
}

static int teardown(void **state)
{
	alarm(0);
	guest_free(g);
	return 0;
}

static void make_pipe(int fds[2], int flags)
{
	assert_int_equal(guest_call(g, SYS_pipe2, ARG(fds), (uint64_t)flags), 0);
}

static void pipe_write_of_page_is_atomic_and_full_blocks(void **state)
{
	static char buf[65536];
	int fds[2], n;

	make_pipe(fds, O_NONBLOCK);
	for (int i = 0; i < 15; i++)
		assert_int_equal(guest_call(g, SYS_write, fds[1], ARG(buf), 4096), 4096);
	assert_int_equal(guest_call(g, SYS_write, fds[1], ARG(buf), 1), 1);
	assert_int_equal(guest_call(g, SYS_write, fds[1], ARG(buf), 4096), -EAGAIN);
	assert_int_equal(guest_call(g, SYS_write, fds[1], ARG(buf), 4095), 4095); /* merged */
	assert_int_equal(guest_call(g, SYS_write, fds[1], ARG(buf), 1), -EAGAIN);
	assert_int_equal(guest_call(g, SYS_ioctl, fds[0], 0x541b, ARG(&n)), 0);
	assert_int_equal(n, 65536);
	assert_int_equal(guest_call(g, SYS_read, fds[0], ARG(buf), 100), 100);
	assert_int_equal(guest_call(g, SYS_write, fds[1], ARG(buf), 1), -EAGAIN); /* no slot yet */
	assert_int_equal(guest_call(g, SYS_read, fds[0], ARG(buf), 65536), 65436);
	assert_int_equal(guest_call(g, SYS_read, fds[0], ARG(buf), 1), -EAGAIN);
	assert_int_equal(guest_call(g, SYS_write, fds[1], ARG(buf), 65537), 65536);
}

static void pipe_packets_keep_their_bounds(void **state)
{
	char buf[100];
	int fds[2];

	make_pipe(fds, O_DIRECT | O_NONBLOCK);
	assert_int_equal(guest_call(g, SYS_write, fds[1], ARG("hello"), 5), 5);
	assert_int_equal(guest_call(g, SYS_write, fds[1], ARG("you"), 3), 3);
	assert_int_equal(guest_call(g, SYS_read, fds[0], ARG(buf), 2), 2); /* the rest is lost */
	assert_int_equal(guest_call(g, SYS_read, fds[0], ARG(buf), 100), 3);
	assert_memory_equal(buf, "you", 3);
}

static void pipe_end_of_file_and_size(void **state)
{
	char buf[10];
	int fds[2];

	make_pipe(fds, 0);
	assert_int_equal(guest_call(g, SYS_fcntl, fds[0], F_GETPIPE_SZ, 0), 65536);
	assert_int_equal(guest_call(g, SYS_fcntl, fds[0], F_SETPIPE_SZ, 5000), 8192);
	assert_int_equal(guest_call(g, SYS_fcntl, fds[0], F_SETPIPE_SZ, 0), 4096);
	assert_int_equal(guest_call(g, SYS_write, fds[1], ARG("ab"), 2), 2);
	assert_int_equal(guest_call(g, SYS_close, fds[1], 0), 0);
	assert_int_equal(guest_call(g, SYS_read, fds[0], ARG(buf), 10), 2);
	assert_int_equal(guest_call(g, SYS_read, fds[0], ARG(buf), 10), 0);
	assert_int_equal(guest_call(g, SYS_read, fds[1], ARG(buf), 10), -EBADF);
	assert_int_equal(guest_call(g, SYS_lseek, fds[0], 0, SEEK_CUR), -ESPIPE);
}

/* ---- streams through pipes between threads ---- */

#define STREAM_BYTES (4 << 20)

struct stream {
	struct guest *guest;
	int fd;
	unsigned int seed;
	long bytes;
};

static void *stream_writer(void *arg)
{
	struct stream *s = arg;
	static _Thread_local char buf[150000];

	for (long at = 0; at < STREAM_BYTES;) {
		long len = rand_r(&s->seed) % 4 ? rand_r(&s->seed) % 5000
						: rand_r(&s->seed) % (long)sizeof(buf);

		len = MIN(len + 1, STREAM_BYTES - at);
		for (long i = 0; i < len; i++)
			buf[i] = (char)((at + i) * 31 >> 3);
		ASSERT(guest_call(s->guest, SYS_write, s->fd, ARG(buf), (uint64_t)len) == len);
		at += len;
	}
	ASSERT(guest_call(s->guest, SYS_close, s->fd, 0) == 0);
	return NULL;
}

static void *stream_reader(void *arg)
{
	struct stream *s = arg;
	static _Thread_local char buf[100000];

	for (;;) {
		long want = rand_r(&s->seed) % (long)sizeof(buf) + 1;
		long n = guest_call(s->guest, SYS_read, s->fd, ARG(buf), (uint64_t)want);

		ASSERT(n >= 0);
		if (n == 0)
			return NULL;
		for (long i = 0; i < n; i++)
			ASSERT(buf[i] == (char)((s->bytes + i) * 31 >> 3));
		s->bytes += n;
	}
}

static void streams_arrive_whole(void **state)
{
	enum { PIPES = 3 };
	struct stream w[PIPES], r[PIPES];
	pthread_t tw[PIPES], tr[PIPES];
	int fds[2];

	for (unsigned int i = 0; i < PIPES; i++) {
		make_pipe(fds, 0);
		w[i] = (struct stream){.guest = guest_new(g), .fd = fds[1], .seed = i};
		r[i] = (struct stream){.guest = guest_new(g), .fd = fds[0], .seed = i + 50};
		pthread_create(&tw[i], NULL, stream_writer, &w[i]);
		pthread_create(&tr[i], NULL, stream_reader, &r[i]);
	}
	for (int i = 0; i < PIPES; i++) {
		pthread_join(tw[i], NULL);
		pthread_join(tr[i], NULL);
		assert_int_equal(r[i].bytes, STREAM_BYTES);
		guest_free(w[i].guest);
		guest_free(r[i].guest);
	}
}

/* ---- epoll ---- */

static int epoll_add(int ep, int fd, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.u64 = (uint64_t)fd};

	return (int)guest_call(g, SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd, ARG(&ev));
}

static long epoll_now(int ep, struct epoll_event *ev, int max)
{
	return guest_call(g, SYS_epoll_wait, ep, ARG(ev), max, 0);
}

static void epoll_level_edge_oneshot(void **state)
{
	struct epoll_event ev[4], mod = {.events = EPOLLIN | EPOLLONESHOT};
	int fds[2], ep = (int)guest_call(g, SYS_epoll_create1, 0);
	char c;

	make_pipe(fds, 0);
	assert_int_equal(epoll_add(ep, fds[0], EPOLLIN), 0);
	assert_int_equal(epoll_add(ep, fds[0], EPOLLIN), -EEXIST);
	assert_int_equal(epoll_now(ep, ev, 4), 0);
	guest_call(g, SYS_write, fds[1], ARG("xy"), 2);
	assert_int_equal(epoll_now(ep, ev, 4), 1);
	assert_int_equal(epoll_now(ep, ev, 4), 1); /* level */
	assert_int_equal(ev[0].events, EPOLLIN);
	assert_int_equal(ev[0].data.u64, fds[0]);

	mod.events = EPOLLIN | EPOLLET;
	guest_call(g, SYS_epoll_ctl, ep, EPOLL_CTL_MOD, fds[0], ARG(&mod));
	assert_int_equal(epoll_now(ep, ev, 4), 1); /* ready when set */
	assert_int_equal(epoll_now(ep, ev, 4), 0);
	guest_call(g, SYS_write, fds[1], ARG("z"), 1);
	assert_int_equal(epoll_now(ep, ev, 4), 1);
	guest_call(g, SYS_read, fds[0], ARG(&c), 1);
	assert_int_equal(epoll_now(ep, ev, 4), 0);

	mod.events = EPOLLIN | EPOLLONESHOT;
	guest_call(g, SYS_epoll_ctl, ep, EPOLL_CTL_MOD, fds[0], ARG(&mod));
	assert_int_equal(epoll_now(ep, ev, 4), 1);
	guest_call(g, SYS_write, fds[1], ARG("z"), 1);
	assert_int_equal(epoll_now(ep, ev, 4), 0);
	guest_call(g, SYS_epoll_ctl, ep, EPOLL_CTL_MOD, fds[0], ARG(&mod));
	assert_int_equal(epoll_now(ep, ev, 4), 1);
}

static void epoll_item_lives_with_the_open_file(void **state)
{
	struct epoll_event ev[4];
	int fds[2], ep = (int)guest_call(g, SYS_epoll_create1, 0);
	int copy;

	make_pipe(fds, 0);
	assert_int_equal(epoll_add(ep, fds[0], EPOLLIN), 0);
	copy = (int)guest_call(g, SYS_dup, fds[0]);
	guest_call(g, SYS_close, fds[0], 0);
	guest_call(g, SYS_write, fds[1], ARG("x"), 1);
	assert_int_equal(epoll_now(ep, ev, 4), 1); /* the dup keeps it */
	assert_int_equal(guest_call(g, SYS_epoll_ctl, ep, EPOLL_CTL_DEL, fds[0], 0), -EBADF);
	assert_int_equal(guest_call(g, SYS_epoll_ctl, ep, EPOLL_CTL_DEL, copy, 0), -ENOENT);
	guest_call(g, SYS_close, copy, 0);
	assert_int_equal(epoll_now(ep, ev, 4), 0);
}

static void epoll_graph_is_bounded(void **state)
{
	struct epoll_event ev[4];
	int ep[7], fds[2];

	for (int i = 0; i < 7; i++)
		ep[i] = (int)guest_call(g, SYS_epoll_create1, 0);
	assert_int_equal(epoll_add(ep[0], ep[0], EPOLLIN), -EINVAL);
	assert_int_equal(epoll_add(ep[0], ep[1], EPOLLIN), 0);
	assert_int_equal(epoll_add(ep[1], ep[0], EPOLLIN), -ELOOP);
	assert_int_equal(epoll_add(ep[1], ep[2], EPOLLIN), 0);
	assert_int_equal(epoll_add(ep[2], ep[0], EPOLLIN), -ELOOP);
	assert_int_equal(epoll_add(ep[2], ep[3], EPOLLIN), 0);
	assert_int_equal(epoll_add(ep[3], ep[4], EPOLLIN), 0);
	assert_int_equal(epoll_add(ep[4], ep[5], EPOLLIN), -ELOOP);
	make_pipe(fds, 0);
	assert_int_equal(epoll_add(ep[4], fds[0], EPOLLIN), 0);
	guest_call(g, SYS_write, fds[1], ARG("x"), 1);
	assert_int_equal(epoll_now(ep[0], ev, 4), 1); /* through five of them */
	assert_int_equal(ev[0].data.u64, ep[1]);
	for (int i = 0; i < 7; i++)
		guest_call(g, SYS_close, ep[i], 0);
}

/* Several pipes with writers, several waiters on one epoll: every byte is read by somebody. */
enum { EP_PIPES = 6, EP_WAITERS = 3, EP_BYTES = 3000 };

struct ep_test {
	struct guest *guest;
	int ep, fd, stop_fd;
	unsigned int seed;
	bool edge;
	atomic_long *got;
};

static void *ep_writer(void *arg)
{
	struct ep_test *e = arg;

	for (int i = 0; i < EP_BYTES; i++) {
		ASSERT(guest_call(e->guest, SYS_write, e->fd, ARG("x"), 1) == 1);
		if (rand_r(&e->seed) % 8 == 0)
			sched_yield();
	}
	return NULL;
}

static void *ep_waiter(void *arg)
{
	struct ep_test *e = arg;
	struct epoll_event ev[4];
	char buf[512];

	for (;;) {
		long n = guest_call(e->guest, SYS_epoll_wait, e->ep, ARG(ev), 4,
				    rand_r(&e->seed) % 3 ? (uint64_t)-1 : 1);

		ASSERT(n >= 0);
		for (long i = 0; i < n; i++) {
			int fd = (int)ev[i].data.u64;
			long r;

			if (fd == e->stop_fd)
				return NULL;
			do {
				r = guest_call(e->guest, SYS_read, fd, ARG(buf), sizeof(buf));
				ASSERT(r > 0 || r == -EAGAIN);
				if (r > 0)
					atomic_fetch_add(e->got, r);
			} while (r > 0 && e->edge);
		}
	}
}

static void epoll_stress(bool edge)
{
	int fds[EP_PIPES][2], stop[2], ep = (int)guest_call(g, SYS_epoll_create1, 0);
	struct ep_test w[EP_PIPES], r[EP_WAITERS];
	pthread_t tw[EP_PIPES], tr[EP_WAITERS];
	atomic_long got = 0;

	make_pipe(stop, 0);
	for (unsigned int i = 0; i < EP_PIPES; i++) {
		make_pipe(fds[i], 0);
		guest_call(g, SYS_fcntl, fds[i][0], F_SETFL, O_NONBLOCK);
		assert_int_equal(epoll_add(ep, fds[i][0], EPOLLIN | (edge ? EPOLLET : 0)), 0);
		w[i] = (struct ep_test){.guest = guest_new(g), .fd = fds[i][1], .seed = i};
	}
	assert_int_equal(epoll_add(ep, stop[0], EPOLLIN), 0);
	for (unsigned int i = 0; i < EP_WAITERS; i++) {
		r[i] = (struct ep_test){.guest = guest_new(g),
					.ep = ep,
					.stop_fd = stop[0],
					.seed = i,
					.edge = edge,
					.got = &got};
		pthread_create(&tr[i], NULL, ep_waiter, &r[i]);
	}
	for (int i = 0; i < EP_PIPES; i++)
		pthread_create(&tw[i], NULL, ep_writer, &w[i]);
	for (int i = 0; i < EP_PIPES; i++)
		pthread_join(tw[i], NULL);
	while (atomic_load(&got) < (long)EP_PIPES * EP_BYTES)
		usleep(1000);
	guest_call(g, SYS_write, stop[1], ARG("x"), 1);
	for (int i = 0; i < EP_WAITERS; i++) {
		pthread_join(tr[i], NULL);
		guest_free(r[i].guest);
	}
	for (int i = 0; i < EP_PIPES; i++)
		guest_free(w[i].guest);
	assert_int_equal(atomic_load(&got), (long)EP_PIPES * EP_BYTES);
}

static void epoll_level_loses_nothing(void **state)
{
	epoll_stress(false);
}

static void epoll_edge_loses_nothing(void **state)
{
	epoll_stress(true);
}

/* Files are closed and epolls are closed while wake-ups and waits run. */
static void *churn(void *arg)
{
	struct ep_test *e = arg;

	for (int i = 0; i < 2000; i++) {
		struct epoll_event ev = {.events = EPOLLIN, .data.u64 = 1}, got[2];
		struct guest *me = e->guest;
		int fds[2], ep = (int)guest_call(me, SYS_epoll_create1, 0);
		int outer = (int)guest_call(me, SYS_epoll_create1, 0);

		ASSERT(ep >= 0 && outer >= 0);
		ASSERT(guest_call(me, SYS_pipe2, ARG(fds), 0) == 0);
		guest_call(me, SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fds[0], ARG(&ev));
		guest_call(me, SYS_epoll_ctl, outer, EPOLL_CTL_ADD, ep, ARG(&ev));
		guest_call(me, SYS_epoll_ctl, ep, EPOLL_CTL_ADD, e->fd, ARG(&ev));
		guest_call(me, SYS_write, fds[1], ARG("x"), 1);
		ASSERT(guest_call(me, SYS_epoll_wait, outer, ARG(got), 2, (uint64_t)-1) == 1);
		guest_call(me, SYS_close, rand_r(&e->seed) % 2 ? fds[0] : ep, 0);
		guest_call(me, SYS_close_range, 0, 9, 0);
		guest_call(me, SYS_close, outer, 0);
		guest_call(me, SYS_close, ep, 0);
		guest_call(me, SYS_close, fds[0], 0);
		guest_call(me, SYS_close, fds[1], 0);
	}
	return NULL;
}

static void epoll_survives_closing(void **state)
{
	struct ep_test e[3];
	pthread_t th[3];
	int fds[2];

	make_pipe(fds, 0);
	assert_int_equal(guest_call(g, SYS_dup2, fds[0], 100), 100);
	for (unsigned int i = 0; i < 3; i++) {
		e[i] = (struct ep_test){.guest = guest_new(g), .fd = 100, .seed = i};
		fdtable_put(NULL, e[i].guest->t.files);
		e[i].guest->t.files = fdtable_copy(g->t.files, FDTABLE_MAX);
		pthread_create(&th[i], NULL, churn, &e[i]);
	}
	for (int i = 0; i < 300; i++) {
		char c;

		guest_call(g, SYS_write, fds[1], ARG("x"), 1);
		guest_call(g, SYS_read, 100, ARG(&c), 1);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(th[i], NULL);
		guest_free(e[i].guest);
	}
}

/* ---- poll, select, timers ---- */

static void poll_answers_like_linux(void **state)
{
	struct pollfd p[3];
	int fds[2];

	make_pipe(fds, 0);
	p[0] = (struct pollfd){.fd = fds[0], .events = POLLIN};
	p[1] = (struct pollfd){.fd = fds[1], .events = POLLOUT};
	p[2] = (struct pollfd){.fd = 999, .events = POLLIN};
	assert_int_equal(guest_call(g, SYS_poll, ARG(p), 3, (uint64_t)-1), 2);
	assert_int_equal(p[0].revents, 0);
	assert_int_equal(p[1].revents, POLLOUT);
	assert_int_equal(p[2].revents, POLLNVAL);
	assert_int_equal(guest_call(g, SYS_poll, ARG(p), 1, 20), 0);
	assert_int_equal(guest_call(g, SYS_poll, ARG(p), 2000, 0), -EINVAL);
	guest_call(g, SYS_close, fds[1], 0);
	assert_int_equal(guest_call(g, SYS_poll, ARG(p), 1, (uint64_t)-1), 1);
	assert_int_equal(p[0].revents, POLLHUP);
	assert_int_equal(guest_call(g, SYS_poll, 0, 0, 10), 0);
}

static void select_counts_bits(void **state)
{
	struct timeval tv = {.tv_usec = 20000};
	fd_set in, out;
	int fds[2];

	make_pipe(fds, 0);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fds[0], &in);
	FD_SET(fds[1], &out);
	assert_int_equal(guest_call(g, SYS_select, 64, ARG(&in), ARG(&out), 0, 0), 1);
	assert_false(FD_ISSET(fds[0], &in));
	assert_true(FD_ISSET(fds[1], &out));
	FD_SET(fds[0], &in);
	assert_int_equal(guest_call(g, SYS_select, 64, ARG(&in), 0, 0, ARG(&tv)), 0);
	assert_int_equal(tv.tv_usec, 0);
	assert_false(FD_ISSET(fds[0], &in));
	FD_SET(60, &in);
	assert_int_equal(guest_call(g, SYS_select, 64, ARG(&in), 0, 0, ARG(&tv)), -EBADF);
}

static void timerfd_counts_intervals(void **state)
{
	struct itimerspec its = {{0, 10000000}, {0, 10000000}}, old;
	struct timespec nap = {0, 35000000};
	int fd = (int)guest_call(g, SYS_timerfd_create, CLOCK_MONOTONIC, 0);
	uint64_t n = 0;

	assert_true(fd >= 0);
	assert_int_equal(guest_call(g, SYS_timerfd_settime, fd, 0, ARG(&its), ARG(&old)), 0);
	assert_int_equal(guest_call(g, SYS_read, fd, ARG(&n), 8), 8);
	assert_in_range(n, 1, 1000); /* more than one if we were not run for a while */
	nanosleep(&nap, NULL);
	assert_int_equal(guest_call(g, SYS_read, fd, ARG(&n), 8), 8);
	assert_in_range(n, 3, 1000);
	its.it_value.tv_nsec = 0;
	assert_int_equal(guest_call(g, SYS_timerfd_settime, fd, 0, ARG(&its), ARG(&old)), 0);
	assert_true(old.it_value.tv_nsec > 0);
	guest_call(g, SYS_fcntl, fd, F_SETFL, O_NONBLOCK);
	assert_int_equal(guest_call(g, SYS_read, fd, ARG(&n), 8), -EAGAIN);
	guest_call(g, SYS_close, fd, 0);
}

static void eventfd_counts(void **state)
{
	int fd = (int)guest_call(g, SYS_eventfd2, 3, O_NONBLOCK);
	uint64_t n = UINT64_MAX - 3;

	assert_int_equal(guest_call(g, SYS_write, fd, ARG(&n), 8), -EAGAIN);
	n = UINT64_MAX;
	assert_int_equal(guest_call(g, SYS_write, fd, ARG(&n), 8), -EINVAL);
	assert_int_equal(guest_call(g, SYS_read, fd, ARG(&n), 7), -EINVAL);
	assert_int_equal(guest_call(g, SYS_read, fd, ARG(&n), 16), 8);
	assert_int_equal(n, 3);
	assert_int_equal(guest_call(g, SYS_read, fd, ARG(&n), 8), -EAGAIN);
}

/* ---- splice ---- */

static void splice_and_tee_move_bytes(void **state)
{
	char buf[20];
	int a[2], b[2];

	make_pipe(a, 0);
	make_pipe(b, 0);
	guest_call(g, SYS_write, a[1], ARG("hello world"), 11);
	assert_int_equal(guest_call(g, SYS_tee, a[0], b[1], 5, 0), 5);
	assert_int_equal(guest_call(g, SYS_splice, a[0], 0, b[1], 0, 100, 0), 11);
	assert_int_equal(guest_call(g, SYS_read, b[0], ARG(buf), 20), 16);
	assert_memory_equal(buf, "hellohello world", 16);
	assert_int_equal(guest_call(g, SYS_splice, a[0], 0, b[1], 0, 1, 2), -EAGAIN);
	assert_int_equal(guest_call(g, SYS_splice, a[0], 0, a[1], 0, 1, 0), -EINVAL);
	guest_call(g, SYS_close, a[1], 0);
	assert_int_equal(guest_call(g, SYS_splice, a[0], 0, b[1], 0, 1, 0), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(pipe_write_of_page_is_atomic_and_full_blocks),
		T(pipe_packets_keep_their_bounds),
		T(pipe_end_of_file_and_size),
		T(streams_arrive_whole),
		T(epoll_level_edge_oneshot),
		T(epoll_item_lives_with_the_open_file),
		T(epoll_graph_is_bounded),
		T(epoll_level_loses_nothing),
		T(epoll_edge_loses_nothing),
		T(epoll_survives_closing),
		T(poll_answers_like_linux),
		T(select_counts_bits),
		T(timerfd_counts_intervals),
		T(eventfd_counts),
		T(splice_and_tee_move_bytes),
	};
	pthread_t thread;
	int failed;

	if (guest_setup(&thread))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	guest_teardown(thread);
	return failed;
}
