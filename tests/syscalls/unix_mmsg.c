/* tests/syscalls/unix_mmsg.c - sendmmsg(2), recvmmsg(2). */
#include "fs_check.h"
#include <sys/socket.h>

static char text[8][16];
static struct iovec iov[8];
static struct mmsghdr m[8];

static void prepare(int n, size_t size)
{
	memset(m, 0, sizeof(m));
	for (int i = 0; i < n; i++) {
		iov[i] = (struct iovec){text[i], size};
		m[i].msg_hdr.msg_iov = &iov[i];
		m[i].msg_hdr.msg_iovlen = 1;
	}
}

static void receive(const char *what, int s, int n, int flags, struct timespec *ts)
{
	int got;

	prepare(n, sizeof(text[0]));
	got = recvmmsg(s, m, n, flags, ts);
	show(what, got);
	for (int i = 0; i < got; i++)
		show_data("  message", text[i], m[i].msg_len);
}

int main(void)
{
	struct timespec ts = {0, 50000000}, bad = {0, 1000000000};
	int s[2];

	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	prepare(3, 4);
	for (int i = 0; i < 3; i++)
		sprintf(text[i], "msg%d", i);
	show("send", sendmmsg(s[0], m, 3, 0));
	show_val("length", m[1].msg_len);
	receive("two", s[1], 2, 0, NULL);
	receive("not blocking", s[1], 4, MSG_DONTWAIT, NULL);
	receive("nothing", s[1], 4, MSG_DONTWAIT, NULL);
	prepare(1, 4);
	must(sendmmsg(s[0], m, 1, 0));
	receive("wait for one", s[1], 4, MSG_WAITFORONE, NULL);
	show("none", sendmmsg(s[0], m, 0, 0));
	prepare(3, 4);
	m[1].msg_hdr.msg_iov = BAD_PTR;
	show("a bad second", sendmmsg(s[0], m, 3, 0));
	receive("one", s[1], 4, MSG_DONTWAIT, NULL);
	m[0].msg_hdr.msg_iov = BAD_PTR;
	show("a bad first", sendmmsg(s[0], m, 3, 0));
	show("bad pointer", recvmmsg(s[1], BAD_PTR, 3, 0, NULL));
	show("bad time", recvmmsg(s[1], m, 3, 0, &bad));
	show("bad time pointer", recvmmsg(s[1], m, 3, 0, BAD_PTR));
	if (xfork() == 0) {
		for (int i = 0; i < 4; i++) {
			nap_ms(20);
			must(send(s[0], "late", 4, 0));
		}
		_exit(0);
	}
	receive("until all came", s[1], 4, 0, NULL);
	xwait(-1);
	if (xfork() == 0) {
		nap_ms(80);
		must(send(s[0], "late", 4, 0));
		_exit(0);
	}
	receive("time is looked at afterwards", s[1], 4, 0, &ts);
	show_true("no time left", ts.tv_sec == 0 && ts.tv_nsec == 0);
	xwait(-1);
	show("not a socket", sendmmsg(xopen("/dev/null", O_RDWR, 0), m, 1, 0));
	return 0;
}
