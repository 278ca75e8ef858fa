/*
 * platform/fastpath/calls.c - which calls go over channels
 *
 * Rules: the meaning must lie in the arguments and the sentry's own state. Not here: what needs the
 * thread held or goes on natively (memory, clone, exec, exit, wait, signals and masks, limits), what
 * installs or hides host fds (dup2, close_range), what waits by nature (flock, fsync, sync), and what
 * is forwarded anyway. Which calls of these suit for which arguments: task_serve_channel().
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

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
	CALL(sendfile),
	CALL(sendto),
	CALL(recvfrom),
	CALL(sendmsg),
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
	CALL(socket),
	CALL(socketpair),
	CALL(connect),
	CALL(accept),
	CALL(accept4),
	CALL(shutdown),
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
	CALL(ppoll),
	CALL(select),
	CALL(pselect6),
	CALL(epoll_create1),
	CALL(epoll_ctl),
	CALL(epoll_wait),
	CALL(epoll_pwait),
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

#define STRING(arg) .string = (arg) + 1
#define IN(arg) .in = (arg) + 1
#define IN_FIXED(arg, size_) .in = (arg) + 1, .size = (size_), .fixed = true
#define OUT(arg, unit_) .out = (arg) + 1, .unit = (unit_)
#define POLLFDS(arg) .in = (arg) + 1, .out = (arg) + 1, .unit = sizeof(struct pollfd), .array = true
#define OUT_FIXED(arg, size_) .out = (arg) + 1, .size = (size_)

const struct fast_inline fast_inlines[CHANNEL_NR_CALLS] = {
	[SYS_read] = {OUT(1, 1)},
	[SYS_pread64] = {OUT(1, 1)},
	[SYS_recvfrom] = {OUT(1, 1)},
	[SYS_write] = {IN(1)},
	[SYS_pwrite64] = {IN(1)},
	[SYS_sendto] = {IN(1)},
	[SYS_getdents] = {OUT(1, 1)},
	[SYS_getdents64] = {OUT(1, 1)},
	[SYS_getcwd] = {OUT(0, 1)},
	[SYS_stat] = {STRING(0), OUT_FIXED(1, sizeof(struct stat))},
	[SYS_lstat] = {STRING(0), OUT_FIXED(1, sizeof(struct stat))},
	[SYS_fstat] = {OUT_FIXED(1, sizeof(struct stat))},
	[SYS_newfstatat] = {STRING(1), OUT_FIXED(2, sizeof(struct stat))},
	[SYS_statx] = {STRING(1), OUT_FIXED(4, sizeof(struct statx))},
	[SYS_statfs] = {STRING(0), OUT_FIXED(1, sizeof(struct statfs))},
	[SYS_fstatfs] = {OUT_FIXED(1, sizeof(struct statfs))},
	[SYS_readlink] = {STRING(0), OUT(1, 1)},
	[SYS_readlinkat] = {STRING(1), OUT(2, 1)},
	[SYS_open] = {STRING(0)},
	[SYS_openat] = {STRING(1)},
	[SYS_access] = {STRING(0)},
	[SYS_faccessat] = {STRING(1)},
	[SYS_faccessat2] = {STRING(1)},
	[SYS_chdir] = {STRING(0)},
	[SYS_mkdir] = {STRING(0)},
	[SYS_mkdirat] = {STRING(1)},
	[SYS_rmdir] = {STRING(0)},
	[SYS_unlink] = {STRING(0)},
	[SYS_unlinkat] = {STRING(1)},
	[SYS_chmod] = {STRING(0)},
	[SYS_fchmodat] = {STRING(1)},
	[SYS_chown] = {STRING(0)},
	[SYS_lchown] = {STRING(0)},
	[SYS_fchownat] = {STRING(1)},
	[SYS_utimensat] = {STRING(1)},
	[SYS_getxattr] = {STRING(0)},
	[SYS_lgetxattr] = {STRING(0)},
	[SYS_pipe] = {OUT_FIXED(0, 2 * sizeof(int))},
	[SYS_pipe2] = {OUT_FIXED(0, 2 * sizeof(int))},
	[SYS_poll] = {POLLFDS(0)},
	[SYS_ppoll] = {POLLFDS(0)},
	[SYS_epoll_ctl] = {IN_FIXED(3, sizeof(struct epoll_event))},
	[SYS_epoll_wait] = {OUT(1, sizeof(struct epoll_event))},
	[SYS_epoll_pwait] = {OUT(1, sizeof(struct epoll_event))},
	[SYS_setsockopt] = {IN(3)},
	[SYS_connect] = {IN(1)},
	[SYS_uname] = {OUT_FIXED(0, sizeof(struct utsname))},
	[SYS_sysinfo] = {OUT_FIXED(0, sizeof(struct sysinfo))},
};

uint32_t fast_inline_word(unsigned int nr)
{
	const struct fast_inline *i = &fast_inlines[nr];

	uint32_t in = i->in | (uint32_t)i->array << INLINE_ARRAY_BIT |
		      (uint32_t)i->fixed << INLINE_FIXED_BIT;

	return (uint32_t)i->string | in << 8 |
	       (uint32_t)(i->out | i->array << INLINE_ARRAY_BIT) << 16 |
	       (uint32_t)ALIGN_UP(i->size, 1 << INLINE_SIZE_SHIFT) << (24 - INLINE_SIZE_SHIFT);
}

bool fast_is_channel_call(uint32_t nr)
{
	return nr < CHANNEL_NR_CALLS &&
	       fast_call_classes[array_index_nospec(nr, CHANNEL_NR_CALLS)] != CHANNEL_CLASS_SLOW;
}
