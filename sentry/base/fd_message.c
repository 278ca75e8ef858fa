/* sentry/base/fd_message.c - see fd_message.h */
#include "sentry/base/fd_message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

union control {
	struct cmsghdr head;
	char buf[CMSG_SPACE(sizeof(int))];
};

int fd_message_send(int sock, const void *buf, size_t size, int fd)
{
	union control c = {0};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)buf, .iov_len = size};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;

	if (fd >= 0) {
		h.msg_control = &c;
		h.msg_controllen = sizeof(c);
		c.head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
					  .cmsg_level = SOL_SOCKET,
					  .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(&c.head), &fd, sizeof(fd));
	}
	do
		n = syscall(SYS_sendmsg, sock, &h, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EMSGSIZE;
}

int fd_message_receive(int sock, void *buf, size_t size, int *ret_fd)
{
	union control c = {0};
	struct iovec iov = {.iov_base = buf, .iov_len = size};
	struct msghdr h = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = CMSG_LEN(sizeof(int)), /* CMSG_SPACE() would have room for two */
	};
	ssize_t n;

	*ret_fd = -1;
	do
		n = syscall(SYS_recvmsg, sock, &h, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (h.msg_controllen >= CMSG_LEN(sizeof(int)) && c.head.cmsg_level == SOL_SOCKET &&
	    c.head.cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(&c.head), sizeof(*ret_fd));
	if ((size_t)n == size && !(h.msg_flags & MSG_TRUNC))
		return 0;
	if (*ret_fd >= 0)
		close(*ret_fd);
	*ret_fd = -1;
	return n == 0 ? -ENODATA : -EBADMSG;
}
