/*
 * sentry/base/fd_message.h - messages over a local socket that bring at most one descriptor: unix(7)
 *
 * For SOCK_SEQPACKET sockets between processes of our own. There is room for one descriptor only: the
 * host drops what a sender that has been taken over adds.
 */
#ifndef SENTRY_BASE_FD_MESSAGE_H
#define SENTRY_BASE_FD_MESSAGE_H

#include <stddef.h>
#include <sys/types.h>

#include "sentry/base/base.h"

/* One message with fd, which stays the caller's; -1: none. 0 or a negative errno (sendmsg(2)); -EMSGSIZE if
 * it went only in part. Never SIGPIPE. */
must_check int fd_message_send(int sock, const void *buf, size_t size, int fd);

/* One message of size bytes. *ret_fd: what came with it, close-on-exec, the caller's, or -1. 0; -ENODATA at
 * the end; -EBADMSG for one of another size (nothing came with it then); a negative errno (recvmsg(2)). */
must_check int fd_message_receive(int sock, void *buf, size_t size, int *ret_fd);

#endif
