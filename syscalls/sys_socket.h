/*
 * syscalls/sys_socket.h - what the two files of socket calls share
 */
#ifndef SYSCALLS_SYS_SOCKET_H
#define SYSCALLS_SYS_SOCKET_H

#include "netstack/socket/socket.h"
#include "syscalls/syscall.h"

/* The socket behind fd with a reference on its file: -EBADF, -ENOTSOCK. */
must_check int sock_get_file(struct task *t, int fd, struct file **ret_file, struct socket **ret);
/* An address from the guest: -EINVAL, -EFAULT. */
must_check int sock_addr_in(struct task *t, uaddr_t addr, int len, struct sockaddr_storage *ret);
/* An address of len bytes to the guest, cut to what *ulen says; *ulen becomes len. */
must_check int sock_addr_out(struct task *t, const struct sockaddr_storage *a, int len,
			     uaddr_t addr, uaddr_t ulen);
/* For io_uring, with a file of any kind (accept) or a socket's: one try that does not wait. */
long sock_accept_try(struct task *t, struct file *f, uaddr_t addr, uaddr_t ulen, int flags);
ssize_t sock_try(struct task *t, struct file *f, struct uio *u, int flags, bool send);
ssize_t sock_recvmsg_try(struct task *t, struct file *f, uaddr_t umsg, uaddr_t at, size_t len,
			 int flags);
struct sock_packed {
	uint32_t namelen, controllen; /* how much of the buffer they get */
};
ssize_t sock_recvmsg_packed(struct task *t, struct file *f, uaddr_t at, size_t len,
			    const struct sock_packed *room, int flags, bool *ret_end);
/* When a wait that starts now ends, by SO_RCVTIMEO or SO_SNDTIMEO; what a signal then gives. */
int64_t sock_deadline(int64_t timeo_ns);
long sock_on_signal(int64_t timeo_ns);

#endif
