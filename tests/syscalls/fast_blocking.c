/*
 * tests/syscalls/fast_blocking.c - calls that wait, amid many that do not: pipes and sockets between
 * processes, writes larger than what there is room for, FIFOs, EPIPE with its signal, signalfd.
 */
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#define ROUNDS 500
#define BIG (1 << 20)

static void ping_pong(const char *what, int a[2], int b[2])
{
	pid_t pid = xfork();
	int wrong = 0;
	char c;

	if (pid == 0) {
		for (int i = 0; i < ROUNDS; i++)
			if (read(a[0], &c, 1) != 1 || write(b[1], &c, 1) != 1)
				_exit(1);
		_exit(0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		char sent = (char)i;

		wrong += write(a[1], &sent, 1) != 1 || read(b[0], &c, 1) != 1 || c != sent;
	}
	show_val(what, wrong + xwait(pid));
}

/* A writer that blocks in the middle; a reader who is late. */
static void big_write(const char *what, int from, int to)
{
	static char buf[BIG];
	pid_t pid = xfork();
	long got = 0, n;

	if (pid == 0) {
		close(from);
		memset(buf, 'x', sizeof(buf));
		for (int i = 0; i < 200; i++)
			getppid();
		for (int i = 0; i < 3; i++)
			if (write(to, buf, BIG) != BIG)
				_exit(1);
		_exit(0);
	}
	close(to);
	while ((n = read(from, buf, sizeof(buf))) > 0)
		got += n;
	show_val(what, got);
	show_status("its writer", xwait(pid));
	close(from);
}

static volatile int pipes;

static void on_pipe(int sig)
{
	(void)sig;
	pipes++;
}

/* The handler has run before write() returns. */
static void broken_pipe(void)
{
	int p[2], late = 0;

	on_signal(SIGPIPE, on_pipe, 0);
	xpipe(p);
	close(p[0]);
	for (int i = 0; i < ROUNDS; i++) {
		long r = write(p[1], "x", 1);

		late += r != -1 || errno != EPIPE || pipes != i + 1;
	}
	show_val("SIGPIPE late", late);
	close(p[1]);
}

static void fifo_writer(int ack)
{
	char c;

	for (int i = 0; i < 100; i++) {
		int fd = open("fifo", O_WRONLY);

		if (fd < 0 || write(fd, &i, sizeof(i)) != sizeof(i))
			_exit(1);
		close(fd);
		if (read(ack, &c, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static void fifo(void)
{
	int bad = 0, ack[2];
	pid_t pid;

	mkfifo("fifo", 0600);
	xpipe(ack);
	pid = xfork();
	if (pid == 0)
		fifo_writer(ack[0]);
	for (int i = 0; i < 100; i++) {
		int fd = open("fifo", O_RDONLY), v = -1;

		bad += fd < 0 || read(fd, &v, sizeof(v)) != sizeof(v) || v != i;
		bad += read(fd, &v, sizeof(v)) != 0;
		close(fd);
		bad += write(ack[1], "", 1) != 1;
	}
	show_val("FIFO", bad);
	show_status("its writer", xwait(pid));
}

static void signals_by_fd(void)
{
	struct signalfd_siginfo si;
	sigset_t set;
	int fd, bad = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	for (int i = 0; i < 200; i++) {
		kill(getpid(), SIGUSR1);
		bad += read(fd, &si, sizeof(si)) != sizeof(si) || si.ssi_signo != SIGUSR1;
	}
	show_val("signalfd", bad);
	close(fd);
}

static void events(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int ep = epoll_create1(0), fd = eventfd(0, EFD_NONBLOCK), bad = 0;
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	uint64_t v;

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	for (int i = 0; i < ROUNDS; i++) {
		v = 3;
		bad += epoll_wait(ep, &ev, 1, 0) != 0 || poll(&pfd, 1, 0) != 0;
		bad += read(fd, &v, 8) != -1 || errno != EAGAIN;
		bad += write(fd, &v, 8) != 8 || epoll_wait(ep, &ev, 1, -1) != 1;
		bad += poll(&pfd, 1, 1000) != 1 || read(fd, &v, 8) != 8 || v != 3;
	}
	show_val("events", bad);
	bad = 0;
	for (int i = 0; i < 50; i++)
		bad += epoll_wait(ep, &ev, 1, 1) != 0 || poll(&pfd, 1, 1) != 0;
	show_val("time-outs", bad);
}

int main(void)
{
	int a[2], b[2];

	xpipe(a);
	xpipe(b);
	ping_pong("pipes", a, b);
	socketpair(AF_UNIX, SOCK_STREAM, 0, a);
	b[0] = a[1], b[1] = a[0];
	ping_pong("socket", (int[]){a[0], a[1]}, (int[]){a[1], a[0]});
	xpipe(a);
	big_write("through a pipe", a[0], a[1]);
	socketpair(AF_UNIX, SOCK_STREAM, 0, a);
	big_write("through a socket", a[0], a[1]);
	broken_pipe();
	fifo();
	signals_by_fd();
	events();
	return 0;
}
