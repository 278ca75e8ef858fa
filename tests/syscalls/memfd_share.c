/*
 * tests/syscalls/memfd_share.c - a memfd given to another process: over fork, over exec, and with a
 * Unix socket; both see one memory.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/socket.h>

static char *map(int fd)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static void send_fd(int sock, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = "", data = 'd';
	struct iovec iov = {&data, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	show("sendmsg", sendmsg(sock, &msg, 0));
}

static int recv_fd(int sock)
{
	char control[CMSG_SPACE(sizeof(int))], data;
	struct iovec iov = {&data, 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	int fd = -1;

	if (recvmsg(sock, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

int main(int argc, char **argv)
{
	int fd, s[2];
	char *p, num[16];
	pid_t pid;

	if (argc > 1) {
		p = map(atoi(argv[1]));
		show_str("after exec", p + 100);
		strcpy(p + 100, "from the new program");
		return 0;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	pid = xfork();
	if (pid == 0) {
		fd = recv_fd(s[1]);
		p = map(fd);
		p[0]++;
		_exit(p[0]);
	}
	fd = memfd_create("shared", 0);
	if (ftruncate(fd, 4096) < 0)
		die("ftruncate");
	p = map(fd);
	p[0] = 41;
	send_fd(s[0], fd);
	show_status("receiver", xwait(pid));
	show_val("value", p[0]);

	strcpy(p + 100, "from the parent");
	snprintf(num, sizeof(num), "%d", fd);
	pid = xfork();
	if (pid == 0) {
		execl("/proc/self/exe", "self", num, NULL);
		_exit(1);
	}
	show_status("exec", xwait(pid));
	show_str("after that", p + 100);
	return 0;
}
