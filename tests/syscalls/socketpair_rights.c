/* tests/syscalls/socketpair_rights.c - SCM_RIGHTS: an open file travels to another process. */
#include "fs_check.h"
#include <sys/socket.h>

static ssize_t send_fd(int sock, int fd)
{
	char space[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {(char *)"x", 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = sizeof(space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0);
}

static int recv_fd(int sock, int flags)
{
	char space[CMSG_SPACE(sizeof(int))] = {0}, byte;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = space,
			     .msg_controllen = sizeof(space)};
	struct cmsghdr *c;
	int fd = -1;

	show("recvmsg", recvmsg(sock, &msg, flags));
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	show_true("with a descriptor", fd >= 0);
	return fd;
}

int main(void)
{
	char buf[16];
	int s[2], fd, p[2], go[2];

	xpipe(go);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	write_file("f", "0123456789");
	if (xfork() == 0) {
		close(s[0]);
		await_byte(go[0]);
		fd = recv_fd(s[1], MSG_CMSG_CLOEXEC);
		show("FD_CLOEXEC", fcntl(fd, F_GETFD));
		show_read("child reads", read(fd, buf, 4), buf);
		fd = recv_fd(s[1], 0);
		show("FD_CLOEXEC", fcntl(fd, F_GETFD));
		must(write(fd, "from the child", 14));
		_exit(0);
	}
	close(s[1]);
	fd = xopen("f", O_RDONLY, 0);
	show_read("parent reads", read(fd, buf, 2), buf);
	show("send the file", send_fd(s[0], fd));
	xpipe(p);
	show("send a pipe", send_fd(s[0], p[1]));
	close(p[1]);
	send_byte(go[1]);
	show("read", read(p[0], buf, 14));
	show_data("text", buf, 14);
	show("the child's end goes with it", read(p[0], buf, 14));
	xwait(-1);
	show("shared position", lseek(fd, 0, SEEK_CUR));
	show("send a closed one", send_fd(s[0], closed_fd()));
	/* A pipe whose only descriptor is in transit stays open. */
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	xpipe(p);
	show("send the read end", send_fd(s[0], p[0]));
	close(p[0]);
	show("write", write(p[1], "abc", 3));
	fd = recv_fd(s[1], 0);
	show_read("read", read(fd, buf, 16), buf);
	return 0;
}
