/* tests/syscalls/socketpair_dgram.c - socketpair(2), SOCK_DGRAM and SOCK_SEQPACKET: messages. */
#include "fs_check.h"
#include <sys/socket.h>

static void try(const char *what, int type)
{
	struct iovec iov[2];
	char buf[64], a[2], b[64];
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	int s[2];

	say("%s:", what);
	show("  socketpair", socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, s));
	show("  write", write(s[0], "first", 5));
	show("  write", write(s[0], "second", 6));
	show("  empty one", send(s[0], "", 0, 0));
	show("  write", write(s[0], "third message", 13));
	show("  write", write(s[0], "last", 4));
	show_read("  read", read(s[1], buf, 64), buf);
	show_read("  cut", read(s[1], buf, 3), buf);
	show("  empty one", recv(s[1], buf, 64, 0));
	show("  MSG_TRUNC", recv(s[1], buf, 5, MSG_TRUNC));
	iov[0] = (struct iovec){a, 2};
	iov[1] = (struct iovec){b, 64};
	show("  recvmsg", recvmsg(s[1], &msg, 0));
	show_data("  first part", a, 2);
	show_data("  second part", b, 2);
	show("  nothing", recv(s[1], buf, 64, 0));
	signal(SIGPIPE, SIG_IGN);
	close(s[1]);
	show("  write, closed", write(s[0], "x", 1));
	show("  read, closed", read(s[0], buf, 64));
	close(s[0]);
}

int main(void)
{
	int s[2];

	try("SOCK_DGRAM", SOCK_DGRAM);
	try("SOCK_SEQPACKET", SOCK_SEQPACKET);
	show("unknown type", socketpair(AF_UNIX, 77, 0, s));
	show("unknown family", socketpair(999, SOCK_STREAM, 0, s));
	show("AF_INET", socketpair(AF_INET, SOCK_STREAM, 0, s));
	show("bad protocol", socketpair(AF_UNIX, SOCK_STREAM, 99, s));
	show("bad pointer", socketpair(AF_UNIX, SOCK_STREAM, 0, bad_addr()));
	return 0;
}
