/*
 * platform/fastpath/calls.c - which calls go over channels
 *
 * Rules: the meaning must lie in the arguments and the sentry's own state. Not here: what needs the
 * thread held or goes on natively (memory, clone, exec, exit, wait, signals and masks, limits), what
 * installs or hides host fds (dup2, close_range), what waits by nature (flock, fsync, sync), and what
 * is forwarded anyway. Which calls of these suit for which arguments: task_serve_channel().
 */
#include <sys/syscall.h>

#include "platform/fastpath/fast_mm.h"

#define CALL(name) [SYS_##name] = CHANNEL_CLASS_CALL
#define ID(name) [SYS_##name] = CHANNEL_CLASS_ID

const uint8_t fast_call_classes[CHANNEL_NR_CALLS] = {
	/* transfer */
	CALL(read),
	CALL(write),
	CALL(pread64),
	CALL(pwrite64),
	CALL(readv),
	CALL(writev),
	CALL(preadv),
	CALL(pwritev),
	CALL(lseek),
	CALL(sendto),
	CALL(recvfrom),
	CALL(recvmsg),
	/* descriptors */
	CALL(open),
	CALL(openat),
	CALL(close),
	CALL(dup),
	CALL(pipe),
	CALL(pipe2),
	CALL(fcntl),
	CALL(ioctl),
	CALL(eventfd2),
	CALL(memfd_create),
	CALL(socketpair),
	/* attributes and names */
	CALL(stat),
	CALL(lstat),
	CALL(fstat),
	CALL(newfstatat),
	CALL(statx),
	CALL(access),
	CALL(faccessat),
	CALL(faccessat2),
	CALL(readlink),
	CALL(readlinkat),
	CALL(statfs),
	CALL(fstatfs),
	CALL(getdents),
	CALL(getdents64),
	CALL(getcwd),
	CALL(chdir),
	CALL(fchdir),
	CALL(mkdir),
	CALL(mkdirat),
	CALL(rmdir),
	CALL(unlink),
	CALL(unlinkat),
	CALL(rename),
	CALL(renameat),
	CALL(renameat2),
	CALL(link),
	CALL(linkat),
	CALL(symlink),
	CALL(symlinkat),
	CALL(chmod),
	CALL(fchmod),
	CALL(fchmodat),
	CALL(chown),
	CALL(fchown),
	CALL(lchown),
	CALL(fchownat),
	CALL(utimensat),
	CALL(umask),
	CALL(getxattr),
	CALL(lgetxattr),
	CALL(fgetxattr),
	CALL(listxattr),
	CALL(llistxattr),
	CALL(flistxattr),
	/* events */
	CALL(poll),
	CALL(epoll_create1),
	CALL(epoll_ctl),
	CALL(epoll_wait),
	CALL(timerfd_create),
	CALL(timerfd_settime),
	CALL(timerfd_gettime),
	/* identity and system */
	ID(getpid),
	ID(gettid),
	ID(getuid),
	ID(geteuid),
	ID(getgid),
	ID(getegid),
	CALL(getppid),
	CALL(getpgrp),
	CALL(getgroups),
	CALL(getresuid),
	CALL(getresgid),
	CALL(uname),
	CALL(sysinfo),
	CALL(getsockopt),
	CALL(setsockopt),
	CALL(getsockname),
	CALL(getpeername),
};

bool fast_is_channel_call(uint32_t nr)
{
	return nr < CHANNEL_NR_CALLS && fast_call_classes[nr] != CHANNEL_CLASS_SLOW;
}
