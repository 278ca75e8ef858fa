/* tests/syscalls/unix_timestamp.c - SO_TIMESTAMP and its like for messages of AF_UNIX. */
#include "fs_check.h"
#include <sys/socket.h>

static int s[2];

static int get(int name)
{
	int val = -77;
	socklen_t len = sizeof(val);

	must(getsockopt(s[1], SOL_SOCKET, name, &val, &len));
	return val;
}

static void set(int name, int val)
{
	must(setsockopt(s[1], SOL_SOCKET, name, &val, sizeof(val)));
	say("set %d to %d: %d %d", name, val, get(SO_TIMESTAMP), get(SO_TIMESTAMPNS));
}

static void receive(size_t room)
{
	char control[128], c;
	struct iovec iov = {&c, 1};
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = room};
	struct timespec before, ts, after;

	must(clock_gettime(CLOCK_REALTIME, &before));
	must(send(s[0], "x", 1, 0));
	show("recvmsg", recvmsg(s[1], &m, 0));
	must(clock_gettime(CLOCK_REALTIME, &after));
	say("  flags %x, control %zu", m.msg_flags, (size_t)m.msg_controllen);
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
		say("  level %d, type %d, length %zu", h->cmsg_level, h->cmsg_type,
		    (size_t)h->cmsg_len);
		if (h->cmsg_len != CMSG_LEN(sizeof(ts)) ||
		    (h->cmsg_type != SO_TIMESTAMP && h->cmsg_type != SO_TIMESTAMPNS))
			continue;
		memcpy(&ts, CMSG_DATA(h), sizeof(ts));
		show_true("it is now", ts.tv_sec >= before.tv_sec && ts.tv_sec <= after.tv_sec);
		show_true("a part of a second",
			  ts.tv_nsec >= 0 &&
				  ts.tv_nsec <
					  (h->cmsg_type == SO_TIMESTAMP ? 1000000 : 1000000000));
	}
}

static void all(int type)
{
	say("type %d", type);
	must(socketpair(AF_UNIX, type, 0, s));
	receive(128);
	set(SO_TIMESTAMP, 1);
	receive(128);
	receive(20);
	receive(0);
	set(SO_TIMESTAMPNS, 1);
	receive(128);
	set(SO_PASSCRED, 1);
	receive(128);
	set(SO_TIMESTAMP, 0);
	receive(0);
	must(close(s[0]));
	must(close(s[1]));
}

int main(void)
{
	all(SOCK_DGRAM);
	all(SOCK_SEQPACKET);
	all(SOCK_STREAM);
	return 0;
}
