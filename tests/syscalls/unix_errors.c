/* tests/syscalls/unix_errors.c - socket calls with wrong arguments. */
#include "fs_check.h"
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "x"};
	int s = must(socket(AF_UNIX, SOCK_STREAM, 0)), fd = xopen("/dev/null", O_RDWR, 0), p[2], n;
	struct iovec iov = {&n, 1};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct stat st;
	char b[16] = "x";

	signal(SIGPIPE, SIG_IGN);
	show("family -1", socket(-1, SOCK_STREAM, 0));
	show("family 99", socket(99, SOCK_STREAM, 0));
	show("type 0", socket(AF_UNIX, 0, 0));
	show("type 4", socket(AF_UNIX, SOCK_RDM, 0));
	show("type 15", socket(AF_UNIX, 15, 0));
	show("flags", socket(AF_UNIX, SOCK_STREAM | 0x100, 0));
	show("protocol 1", close(socket(AF_UNIX, SOCK_STREAM, 1)));
	show("protocol 2", socket(AF_UNIX, SOCK_STREAM, 2));
	show("raw is datagram", close(socket(AF_UNIX, SOCK_RAW, 0)));
	show("pair of unknown", socketpair(AF_UNIX, SOCK_RDM, 0, p));
	show("bind a file", bind(fd, (struct sockaddr *)&a, sizeof(a)));
	show("bind nothing", bind(closed_fd(), (struct sockaddr *)&a, sizeof(a)));
	show("bind bad pointer", bind(s, BAD_PTR, sizeof(a)));
	show("bind long", bind(s, (struct sockaddr *)&a, 200));
	show("bind negative", bind(s, (struct sockaddr *)&a, -1));
	show("connect bad pointer", connect(s, BAD_PTR, sizeof(a)));
	show("connect short", connect(s, (struct sockaddr *)&a, 2));
	show("accept", accept(s, NULL, NULL));
	show("accept a file", accept(fd, NULL, NULL));
	show("accept4 flags", accept4(s, NULL, NULL, 1));
	show("listen a file", listen(fd, 1));
	show("getpeername", getpeername(s, (struct sockaddr *)&a, (socklen_t *)&n));
	show("send", send(s, "x", 1, 0));
	show("send to", sendto(s, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	show("send a file", send(fd, "x", 1, 0));
	show("recv", recv(s, b, 1, 0));
	show("read", read(s, b, 1));
	show("write", write(s, b, 1));
	show("lseek", lseek(s, 0, SEEK_SET));
	show("pread", pread(s, b, 1, 0));
	show("ftruncate", ftruncate(s, 0));
	show("fsync", fsync(s));
	must(fstat(s, &st));
	say("mode %o size %d", st.st_mode, (int)st.st_size);
	show("FIONREAD", ioctl(s, FIONREAD, &n));
	show("unknown ioctl", ioctl(s, 0x1234, &n));
	show("terminal?", isatty(s));
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, p));
	show("send to, connected", sendto(p[0], "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	show("bad sendmsg", sendmsg(p[0], BAD_PTR, 0));
	show("bad recvmsg", recvmsg(p[0], BAD_PTR, MSG_DONTWAIT));
	msg.msg_iovlen = 1025;
	show("many buffers", sendmsg(p[0], &msg, 0));
	msg.msg_iovlen = 1;
	msg.msg_iov = BAD_PTR;
	show("bad buffers", sendmsg(p[0], &msg, 0));
	msg.msg_iov = &iov;
	iov.iov_len = -1;
	show("negative buffer", sendmsg(p[0], &msg, 0));
	iov.iov_len = 1;
	msg.msg_control = BAD_PTR;
	msg.msg_controllen = 20;
	show("bad control", sendmsg(p[0], &msg, 0));
	msg.msg_controllen = 1 << 30;
	show("long control", sendmsg(p[0], &msg, 0));
	msg.msg_control = NULL;
	msg.msg_controllen = 0;
	msg.msg_name = &a;
	msg.msg_namelen = -1;
	show("negative name", recvmsg(p[0], &msg, MSG_DONTWAIT));
	show("bad address of sender", recvfrom(p[0], b, 1, MSG_DONTWAIT, BAD_PTR, BAD_PTR));
	show("send bad", send(p[0], BAD_PTR, 5, 0));
	must(write(p[0], "data", 4));
	show("recv bad", recv(p[1], BAD_PTR, 5, 0));
	show_read("data stays", recv(p[1], b, 5, 0), b);
	return 0;
}
