/*
 * sentry/base/hostcall.h - calls of the host for which C libraries take now one number, now another
 *
 * The sentry's seccomp program lists numbers (platform/policy/sentry.def): one for each purpose.
 */
#ifndef SENTRY_BASE_HOSTCALL_H
#define SENTRY_BASE_HOSTCALL_H

#include <poll.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline int host_fstat(int fd, struct stat *st)
{
	return (int)syscall(SYS_fstat, fd, st);
}

/* timeout_ms as poll(2)'s, but never for ever. */
static inline int host_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	struct timespec ts = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L};

	return (int)syscall(SYS_ppoll, fds, n, &ts, NULL, 0L);
}

/* Guests' files do not get the last numbers of the sentry's table: who uses up all others must not keep out
 * the engine's connections (to kill it, above all) nor what the sentry needs for a process. */
#define HOST_FDS_KEPT 128
void host_fds_init(uint64_t limit); /* RLIMIT_NOFILE of the sentry; before: no limit */
/* What a call has returned that makes a descriptor for a guest: fd itself, or, of the last ones, -1 with EMFILE
 * and closed. */
int host_fd_for_guest(int fd);

#endif
