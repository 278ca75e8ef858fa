/*
 * tests/bench/micro_ipc.c - microbenchmarks of calls and of talking: pipes, sockets, events
 */
#define _GNU_SOURCE
#include "micro.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int to[2], from[2], event = -1, poller = -1;
static pid_t child;
static char buffer[65536];

LOOP(getpid, syscall(SYS_getpid);)
LOOP(getppid, syscall(SYS_getppid);)
LOOP(clock_vdso, struct timespec ts; clock_gettime(CLOCK_MONOTONIC, &ts);)
LOOP(clock_call, struct timespec ts; syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);)
LOOP(sigprocmask, sigprocmask(SIG_BLOCK, NULL, NULL);)
LOOP(signal, MUST(kill(getpid(), SIGUSR1) == 0);)

static void on_signal(int sig)
{
	(void)sig;
}

static void set_handler(void)
{
	signal(SIGUSR1, on_signal);
}

const struct bench call_benches[] = {
	{"calls", "getppid", run_getppid, NULL, NULL, 0},
	{"calls", "getpid", run_getpid, NULL, NULL, 0},
	{"calls", "clock-vdso", run_clock_vdso, NULL, NULL, 0},
	{"calls", "clock-call", run_clock_call, NULL, NULL, 0},
	{"calls", "sigprocmask", run_sigprocmask, NULL, NULL, 0},
	{"calls", "signal-self", run_signal, set_handler, NULL, 0},
	{0},
};

static void make_pipe(void)
{
	MUST(pipe(to) == 0);
}

static void make_pair(void)
{
	int pair[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	to[1] = pair[0];
	to[0] = pair[1];
}

/* A connection over lo, both ends here. */
static void make_tcp(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int l = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	MUST(bind(l, (struct sockaddr *)&a, len) == 0 && listen(l, 1) == 0);
	MUST(getsockname(l, (struct sockaddr *)&a, &len) == 0);
	to[1] = socket(AF_INET, SOCK_STREAM, 0);
	MUST(connect(to[1], (struct sockaddr *)&a, len) == 0);
	to[0] = accept(l, NULL, NULL);
	MUST(to[0] >= 0);
	MUST(setsockopt(to[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0);
	MUST(setsockopt(to[1], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) == 0);
	close(l);
}

static void close_to(void)
{
	close(to[0]);
	close(to[1]);
}

static void make_event(void)
{
	event = eventfd(0, 0);
	MUST(event >= 0);
}

static void close_event(void)
{
	close(event);
}

static void make_ready(void)
{
	struct epoll_event e = {.events = EPOLLIN};

	make_pipe();
	MUST(write(to[1], buffer, 1) == 1);
	poller = epoll_create1(0);
	MUST(poller >= 0 && epoll_ctl(poller, EPOLL_CTL_ADD, to[0], &e) == 0);
}

static void close_ready(void)
{
	close(poller);
	close_to();
}

LOOP(byte, MUST(write(to[1], buffer, 1) == 1); MUST(read(to[0], buffer, 1) == 1);)
LOOP(event, uint64_t v = 1; MUST(write(event, &v, 8) == 8); MUST(read(event, &v, 8) == 8);)
LOOP(poll, struct pollfd p = {.fd = to[0], .events = POLLIN}; MUST(poll(&p, 1, -1) == 1);)
LOOP(epoll, struct epoll_event e; MUST(epoll_wait(poller, &e, 1, -1) == 1);)

/* Writes size bytes, however many calls that takes. */
static void write_all(int fd, size_t size)
{
	while (size > 0) {
		ssize_t got = write(fd, buffer, size);

		MUST(got > 0);
		size -= (size_t)got;
	}
}

/* A child that reads whatever comes until the end. */
static void start_sink(void)
{
	child = fork();
	MUST(child >= 0);
	if (child == 0) {
		close(to[1]);
		while (read(to[0], buffer, sizeof(buffer)) > 0)
			;
		_exit(0);
	}
	close(to[0]);
}

static void pipe_sink(void)
{
	make_pipe();
	start_sink();
}

static void pair_sink(void)
{
	make_pair();
	start_sink();
}

static void tcp_sink(void)
{
	make_tcp();
	start_sink();
}

static void end_sink(void)
{
	close(to[1]);
	waitpid(child, NULL, 0);
}

LOOP(transfer, write_all(to[1], sizeof(buffer));)

/* A child that sends each byte back. */
static void start_echo(void)
{
	child = fork();
	MUST(child >= 0);
	if (child == 0) {
		close(to[1]);
		while (read(to[0], buffer, 1) == 1)
			if (write(from[1], buffer, 1) != 1)
				break;
		_exit(0);
	}
}

static void pipe_echo(void)
{
	make_pipe();
	MUST(pipe(from) == 0);
	start_echo();
}

static void tcp_echo(void)
{
	make_tcp();
	from[0] = dup(to[1]);
	from[1] = dup(to[0]);
	MUST(from[0] >= 0 && from[1] >= 0);
	child = fork();
	MUST(child >= 0);
	if (child == 0) {
		close(to[1]);
		close(from[0]);
		while (read(to[0], buffer, 1) == 1)
			if (write(from[1], buffer, 1) != 1)
				break;
		_exit(0);
	}
	close(from[1]);
}

static void end_tcp_echo(void)
{
	close_to();
	close(from[0]);
	waitpid(child, NULL, 0);
}

static void end_echo(void)
{
	close_to();
	waitpid(child, NULL, 0);
	close(from[0]);
	close(from[1]);
}

LOOP(echo, MUST(write(to[1], buffer, 1) == 1); MUST(read(from[0], buffer, 1) == 1);)

const struct bench ipc_benches[] = {
	{"ipc", "pipe-1", run_byte, make_pipe, close_to, 0},
	{"ipc", "unix-1", run_byte, make_pair, close_to, 0},
	{"ipc", "tcp-1", run_byte, make_tcp, close_to, 0},
	{"ipc", "eventfd", run_event, make_event, close_event, 0},
	{"ipc", "poll-ready", run_poll, make_ready, close_ready, 0},
	{"ipc", "epoll-ready", run_epoll, make_ready, close_ready, 0},
	{"ipc", "pipe-64k-transfer", run_transfer, pipe_sink, end_sink, 0},
	{"ipc", "unix-64k-transfer", run_transfer, pair_sink, end_sink, 0},
	{"ipc", "tcp-64k-transfer", run_transfer, tcp_sink, end_sink, 0},
	{"ipc", "pipe-switch", run_echo, pipe_echo, end_echo, 0},
	{"ipc", "tcp-switch", run_echo, tcp_echo, end_tcp_echo, 0},
	{0},
};
