/* tests/syscalls/inet_ends.c - TCP between two sockets of one machine: how connections end, and odd reads. */
#include "inet_check.h"
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

static char buf[300000];

static void settle(void)
{
	usleep(20000);
}

static void info(const char *what, int fd)
{
	struct tcp_info ti;
	socklen_t len = sizeof(ti);

	memset(&ti, 0, sizeof(ti));
	say("%s: %s, state %d", what,
	    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &len) < 0 ? errno_name(errno) : "0",
	    ti.tcpi_state);
}

static void pending(const char *what, int fd)
{
	int err = -1;
	socklen_t len = sizeof(err);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	say("%s: pending %s", what, err ? errno_name(err) : "0");
}

static void queued(const char *what, int fd)
{
	int in = -1, mark = -1;

	ioctl(fd, FIONREAD, &in);
	ioctl(fd, SIOCATMARK, &mark);
	say("%s: %d to read, mark %d", what, in, mark);
}

/* Both have sent something. */
static void talked(int family, int e[2])
{
	connected(family, e);
	must(write(e[0], "hi", 2));
	wait_readable(e[1]);
	must(read(e[1], buf, 10));
	must(write(e[1], "ho", 2));
	wait_readable(e[0]);
	must(read(e[0], buf, 10));
}

static void close2(int e[2])
{
	close(e[0]);
	close(e[1]);
}

/* The client has sent before it was accepted, and goes on. */
static void early(int family)
{
	union addr a;
	int l = listener(family, &a, 5), c = must(socket(family, SOCK_STREAM, 0)), s;

	must(connect(c, &a.sa, addr_len(&a)));
	must(write(c, "one ", 4));
	must(write(c, "two ", 4));
	s = must(accept(l, NULL, NULL));
	must(write(c, "three ", 6));
	must(write(c, "four", 4));
	settle();
	queued("early", s);
	poll_now("early", s, 1000);
	show_text("peek", recv(s, buf, 3, MSG_PEEK), buf);
	show_text("some", read(s, buf, 6), buf);
	show_text("rest", recv(s, buf, 12, MSG_WAITALL), buf);
	show("nothing", recv(s, buf, 1, MSG_DONTWAIT));
	must(write(s, "answer", 6));
	show_text("answer", recv(c, buf, 6, MSG_WAITALL), buf);
	must(write(c, "again", 5));
	show_text("again", recv(s, buf, 5, MSG_WAITALL), buf);
	close(c);
	close(s);
	close(l);
}

static void halves(int family)
{
	int e[2];

	talked(family, e);
	must(write(e[0], "last words", 10));
	show("shutdown WR", shutdown(e[0], SHUT_WR));
	show("write after", send(e[0], "x", 1, MSG_NOSIGNAL));
	poll_now("shut", e[0], 0);
	settle();
	poll_now("other", e[1], 0);
	info("shut", e[0]);
	info("other", e[1]);
	show_text("words", read(e[1], buf, 4), buf);
	poll_now("other", e[1], 0);
	show_text("words", read(e[1], buf, 100), buf);
	show("end", read(e[1], buf, 100));
	show("end", read(e[1], buf, 100));
	poll_now("other", e[1], 0);
	show("the other way", write(e[1], "still here", 10));
	wait_readable(e[0]);
	show_text("the other way", read(e[0], buf, 100), buf);
	show("shutdown WR", shutdown(e[1], SHUT_WR));
	settle();
	poll_now("both shut", e[0], 0);
	poll_now("both shut", e[1], 0);
	show("read", read(e[0], buf, 1));
	show("shutdown again", shutdown(e[0], SHUT_RDWR));
	show("shutdown again", shutdown(e[1], SHUT_RDWR));
	close2(e);

	talked(family, e);
	must(write(e[0], "unread", 6));
	settle();
	show("shutdown RD", shutdown(e[1], SHUT_RD));
	poll_now("shut", e[1], 0);
	poll_now("other", e[0], 0);
	show_text("read", read(e[1], buf, 100), buf);
	show("read", read(e[1], buf, 100));
	show("write to it", send(e[0], "more", 4, MSG_NOSIGNAL));
	usleep(150000); /* it may wait for an acknowledgement */
	show_text("read", read(e[1], buf, 100), buf);
	show("write from it", write(e[1], "out", 3));
	show_text("read", recv(e[0], buf, 3, MSG_WAITALL), buf);
	close2(e);
}

static void ends(int family)
{
	struct linger now = {.l_onoff = 1};
	int e[2];

	talked(family, e);
	must(write(e[0], "bye", 3));
	close(e[0]);
	settle();
	poll_now("closed", e[1], 0);
	info("closed", e[1]);
	show_text("read", read(e[1], buf, 100), buf);
	show("end", read(e[1], buf, 100));
	show("write", send(e[1], "x", 1, MSG_NOSIGNAL));
	settle();
	poll_now("written to", e[1], 0);
	info("written to", e[1]);
	show("write", send(e[1], "x", 1, MSG_NOSIGNAL));
	show("read", read(e[1], buf, 100));
	pending("then", e[1]);
	close(e[1]);

	talked(family, e);
	must(write(e[0], "unread", 6));
	must(write(e[1], "to read", 7));
	settle();
	close(e[1]);
	settle();
	poll_now("reset", e[0], 0);
	info("reset", e[0]);
	show_text("read", read(e[0], buf, 100), buf);
	show("read", read(e[0], buf, 100));
	show("read", read(e[0], buf, 100));
	show("write", send(e[0], "x", 1, MSG_NOSIGNAL));
	show("peer", getpeername(e[0], (struct sockaddr *)buf, &(socklen_t){100}));
	close(e[0]);

	talked(family, e);
	must(write(e[0], "unread", 6));
	settle();
	close(e[1]);
	settle();
	show("write after reset", send(e[0], "x", 1, MSG_NOSIGNAL));
	show("write after reset", send(e[0], "x", 1, MSG_NOSIGNAL));
	pending("then", e[0]);
	close(e[0]);

	talked(family, e);
	must(setsockopt(e[1], SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
	must(write(e[1], "last", 4));
	close(e[1]);
	settle();
	poll_now("linger 0", e[0], 0);
	pending("linger 0", e[0]);
	show("read", read(e[0], buf, 100));
	show("read", read(e[0], buf, 100));
	close(e[0]);

	talked(family, e);
	signal(SIGPIPE, SIG_IGN);
	close(e[1]);
	settle();
	show("write", write(e[0], "x", 1));
	settle();
	show("write", write(e[0], "x", 1));
	close(e[0]);

	talked(family, e);
	must(write(e[1], "kept", 4));
	settle();
	show("disconnect",
	     connect(e[0], &(struct sockaddr){.sa_family = AF_UNSPEC}, sizeof(struct sockaddr)));
	show("read", recv(e[0], buf, 10, MSG_DONTWAIT));
	settle();
	poll_now("other", e[1], 0);
	show("read", recv(e[1], buf, 10, MSG_DONTWAIT));
	close2(e);
}

static void odd_reads(int family)
{
	struct timeval tv = {.tv_usec = 30000};
	int e[2], low = 8;

	talked(family, e);
	must(write(e[0], "abcdefgh", 8));
	settle();
	queued("queued", e[1]);
	show_text("peek", recv(e[1], buf, 3, MSG_PEEK), buf);
	show_text("peek", recv(e[1], buf, 100, MSG_PEEK), buf);
	show("peek and trunc", recv(e[1], buf, 2, MSG_PEEK | MSG_TRUNC));
	show("trunc", recv(e[1], NULL, 2, MSG_TRUNC));
	show_text("then", recv(e[1], buf, 2, 0), buf);
	show("no bytes", recv(e[1], buf, 0, 0));
	show("bad memory", recv(e[1], BAD_PTR, 2, MSG_PEEK));
	must(setsockopt(e[1], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	show_text("waitall until the time is up", recv(e[1], buf, 10, MSG_WAITALL), buf);
	show("time-out", recv(e[1], buf, 10, 0));
	must(setsockopt(e[1], SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low)));
	must(write(e[0], "1234", 4));
	settle();
	show_text("low water", recv(e[1], buf, 100, 0), buf);
	must(write(e[0], "12345678", 8));
	show_text("low water", recv(e[1], buf, 100, 0), buf);
	show("empty write", send(e[0], buf, 0, 0));
	show("bad memory", send(e[0], BAD_PTR, 5, 0));
	show("two pieces", writev(e[0], (struct iovec[]){{"piece ", 6}, {"by piece", 8}}, 2));
	settle();
	memset(buf, 0, 20);
	show("two pieces", readv(e[1], (struct iovec[]){{buf, 3}, {buf + 3, 17}}, 2));
	say("  %s", buf);
	show("with an address", sendto(e[0], "x", 1, 0, (struct sockaddr *)buf, 16));
	show("ancillary", recvmsg(e[1],
				  &(struct msghdr){.msg_iov = &(struct iovec){buf, 10},
						   .msg_iovlen = 1,
						   .msg_control = buf + 100,
						   .msg_controllen = 100},
				  MSG_DONTWAIT));
	close2(e);
}

static void urgent(int family)
{
	int e[2];

	talked(family, e);
	must(write(e[0], "before", 6));
	must(send(e[0], "!", 1, MSG_OOB));
	must(write(e[0], "after", 5));
	settle();
	poll_now("urgent", e[1], 0);
	queued("urgent", e[1]);
	show_text("to the mark", recv(e[1], buf, 100, 0), buf);
	queued("at the mark", e[1]);
	show_text("urgent", recv(e[1], buf, 100, MSG_OOB), buf);
	show_text("after", recv(e[1], buf, 100, 0), buf);
	show("none", recv(e[1], buf, 100, MSG_OOB));
	must(write(e[1], "back", 4));
	show_text("back", recv(e[0], buf, 4, MSG_WAITALL), buf);
	must(write(e[0], "on", 2));
	show_text("on", recv(e[1], buf, 2, MSG_WAITALL), buf);
	close2(e);
}

static void held_back(int family)
{
	int e[2];

	talked(family, e);
	must(send(e[0], "head ", 5, MSG_MORE));
	show("before the rest", recv(e[1], buf, 100, MSG_DONTWAIT));
	must(send(e[0], "body", 4, 0));
	settle();
	show_text("with the rest", recv(e[1], buf, 100, 0), buf);
	must(send(e[0], "head", 4, MSG_MORE));
	show_text("in time", recv(e[1], buf, 100, 0), buf);
	close2(e);
}

static void edges(int family)
{
	struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
	int e[2], ep = must(epoll_create1(0));

	talked(family, e);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, e[1], &ev));
#define NEXT(what)                                                                                 \
	do {                                                                                       \
		int n_ = epoll_wait(ep, &ev, 1, 50);                                               \
		say("%s: %d %x", what, n_, n_ > 0 ? ev.events : 0);                                \
	} while (0)
	NEXT("added");
	NEXT("again");
	must(write(e[0], "a", 1));
	NEXT("byte");
	NEXT("again");
	must(write(e[0], "b", 1));
	NEXT("another");
	must(read(e[1], buf, 1));
	NEXT("one read");
	must(read(e[1], buf, 1));
	shutdown(e[0], SHUT_WR);
	NEXT("half closed");
	NEXT("again");
	close(e[0]);
	close(e[1]);
	NEXT("closed");

	/* Until the buffers are full, and empty again. */
	talked(family, e);
	ev.events = EPOLLOUT | EPOLLET;
	fcntl(e[1], F_SETFL, O_NONBLOCK);
	must(epoll_ctl(ep, EPOLL_CTL_ADD, e[1], &ev));
	NEXT("to be filled");
	{
		ssize_t n;
		size_t in = 0, out = 0;

		while ((n = write(e[1], buf, sizeof(buf))) > 0)
			in += (size_t)n;
		show("full", n);
		poll_now("full", e[1], 0);
		NEXT("full");
		fcntl(e[0], F_SETFL, O_NONBLOCK);
		while (out < in) {
			n = read(e[0], buf, sizeof(buf));
			if (n > 0)
				out += (size_t)n;
			else
				usleep(1000);
		}
		say("as many came");
		NEXT("empty");
		show("write", write(e[1], buf, 1));
	}
	close2(e);
	close(ep);
}

static void sizes(int family)
{
	struct timeval tv = {.tv_usec = 30000};
	int e[2], small = 4096;
	ssize_t n, total = 0;

	connected(family, e);
	must(setsockopt(e[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)));
	must(setsockopt(e[1], SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)));
	must(setsockopt(e[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	while ((n = write(e[0], buf, 10000)) == 10000 && total < 10000000)
		total += n;
	say("ends with a part or a time-out: %d", n > 0 ? n < 10000 : errno == EAGAIN);
	total += n > 0 ? n : 0;
	say("not much: %d", total > 1000 && total < 200000);
	show("full", write(e[0], buf, 10000));
	close2(e);
}

static void copies(int family)
{
	int e[2], p[2], f = must(memfd_create("x", 0));

	talked(family, e);
	must(pipe(p));
	must(write(f, "from a file", 11));
	show("sendfile", sendfile(e[0], f, &(off_t){0}, 100));
	show_text("read", recv(e[1], buf, 11, MSG_WAITALL), buf);
	must(write(p[1], "from a pipe", 11));
	show("splice", splice(p[0], NULL, e[0], NULL, 100, 0));
	wait_readable(e[1]);
	show("splice", splice(e[1], NULL, p[1], NULL, 100, 0));
	show_text("read", read(p[0], buf, 100), buf);
	close2(e);
}

int main(void)
{
	const int families[] = {AF_INET, AF_INET6};

	for (int k = 0; k < 2; k++) {
		say("family %d", k);
		early(families[k]);
		halves(families[k]);
		ends(families[k]);
		odd_reads(families[k]);
		urgent(families[k]);
		held_back(families[k]);
		edges(families[k]);
		sizes(families[k]);
		copies(families[k]);
	}
	return 0;
}
