/* tests/syscalls/inet_share.c - sockets shared, passed on, watched: fork, SCM_RIGHTS, epoll, splice. */
#include "inet_check.h"
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static void pass(int via, int fd)
{
	char buf[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {"x", 1};
	struct msghdr h = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = buf,
			   .msg_controllen = sizeof(buf)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	*c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	must(sendmsg(via, &h, 0));
}

static int take(int via)
{
	char buf[CMSG_SPACE(sizeof(int))], x;
	struct iovec iov = {&x, 1};
	struct msghdr h = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = buf,
			   .msg_controllen = sizeof(buf)};
	int fd = -1;

	must(recvmsg(via, &h, 0));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(fd));
	return fd;
}

static void shared(void)
{
	int s[2], u[2], got;
	char buf[32];
	pid_t child;

	connected(AF_INET, s);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, u));
	pass(u[0], s[0]);
	close(s[0]);
	got = take(u[1]);
	show("by the passed one", write(got, "passed", 6));
	show_text("read", read(s[1], buf, sizeof(buf)), buf);
	child = must(fork());
	if (child == 0) {
		ssize_t n = read(s[1], buf, sizeof(buf));

		_exit(n == 8 && write(s[1], buf, 8) == 8 ? 0 : 1);
	}
	close(s[1]);
	show("to the child", write(got, "to child", 8));
	show_text("from the child", read(got, buf, sizeof(buf)), buf);
	must(waitpid(child, &(int){0}, 0));
	show("its end", read(got, buf, sizeof(buf)));
	close(got);
}

static void events(const char *what, int ep, int ms)
{
	struct epoll_event e[4];
	int n = epoll_wait(ep, e, 4, ms);

	say("%s: %d", what, n);
	for (int i = 0; i < n; i++)
		say("  %d: %#x", (int)e[i].data.u32, e[i].events);
}

static void add(int ep, int fd, uint32_t flags, uint32_t id)
{
	struct epoll_event e = {.events = flags, .data.u32 = id};

	show("add", epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
}

/* What was sent a moment ago is there, even for who does not wait. */
static void watched(void)
{
	int ep = must(epoll_create1(0)), et = must(epoll_create1(0)), s[2], l, c;
	union addr a;
	char buf[32];

	connected(AF_INET, s);
	add(ep, s[1], EPOLLIN | EPOLLRDHUP, 1);
	add(et, s[1], EPOLLIN | EPOLLOUT | EPOLLET, 2);
	events("nothing", ep, 0);
	events("edge", et, 0);
	events("edge", et, 0);
	for (int i = 0; i < 200; i++) {
		struct epoll_event e;

		must(write(s[0], "x", 1));
		if (epoll_wait(ep, &e, 1, 0) != 1)
			say("not seen at once");
		must(read(s[1], buf, sizeof(buf)));
		if (epoll_wait(ep, &e, 1, 0) != 0)
			say("still there");
	}
	epoll_wait(et, (struct epoll_event[1]){}, 1, 0);
	must(write(s[0], "ab", 2));
	events("level", ep, 1000);
	events("level again", ep, 0);
	events("edge", et, 1000);
	events("edge again", et, 0);
	must(write(s[0], "c", 1));
	events("new data", et, 1000);
	show_text("read", read(s[1], buf, sizeof(buf)), buf);
	events("empty", ep, 0);
	must(shutdown(s[0], SHUT_WR));
	events("end", ep, 1000);
	close(s[0]);
	close(s[1]);
	events("closed", ep, 0);
	l = listener(AF_INET6, &a, 5);
	add(ep, l, EPOLLIN | EPOLLONESHOT, 3);
	c = must(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0));
	add(ep, c, EPOLLOUT | EPOLLET, 4);
	connect(c, &a.sa, addr_len(&a));
	usleep(20000);
	epoll_wait(ep, (struct epoll_event[4]){}, 4, 0);
	events("one-shot is spent", ep, 0);
	must(accept(l, NULL, NULL));
}

static void moved(void)
{
	int s[2], p[2], fd = must(open("file", O_RDWR | O_CREAT | O_TRUNC, 0600));
	static char data[100000], back[100000];
	struct iovec iov[2] = {{"one ", 4}, {"two", 3}};
	size_t total = 0;
	off_t off = 0;
	ssize_t n;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i / 3);
	must(write(fd, data, sizeof(data)));
	connected(AF_INET, s);
	show("sendfile", sendfile(s[0], fd, &off, 50000));
	say("  offset %ld", (long)off);
	must(pipe(p));
	must(write(p[1], data + 50000, 30000));
	show("splice into", splice(p[0], NULL, s[0], NULL, 30000, 0));
	show("writev", writev(s[0], iov, 2));
	shutdown(s[0], SHUT_WR);
	while (total < 80000 && (n = recv(s[1], back + total, 80000 - total, 0)) > 0)
		total += (size_t)n;
	say("equal: %d", total == 80000 && memcmp(back, data, total) == 0);
	show("splice out of", splice(s[1], NULL, p[1], NULL, 1000, 0));
	show_text("pipe", read(p[0], back, 100), back);
	show("splice at the end", splice(s[1], NULL, p[1], NULL, 1000, 0));
	show("sendfile from", sendfile(fd, s[1], NULL, 10));
}

int main(void)
{
	shared();
	watched();
	moved();
	return 0;
}
