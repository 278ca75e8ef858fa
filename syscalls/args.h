/*
 * syscalls/args.h - the types of syscall arguments in table.def
 *
 * Model: each argument has a type, a name, and for some types a reference: the index of the argument
 * that holds a length or count, or a set of named values. The types are what --strace needs to print
 * a call and what the fuzzer of calls (tests/fuzz/) needs to make up one; handlers do not use them.
 * Includes nothing of the sentry, as the fuzzer is a guest program.
 */
#ifndef SYSCALLS_ARGS_H
#define SYSCALLS_ARGS_H

#define SYSCALL_MAX_ARGS 6

enum arg_type {
	ARG_NONE, /* behind the last argument */
	/* numbers */
	ARG_FD,
	ARG_DIRFD, /* an fd or AT_FDCWD */
	ARG_INT,
	ARG_UINT,
	ARG_LONG,
	ARG_HEX,
	ARG_SIZE,
	ARG_OFF,
	ARG_MODE,
	ARG_DEV,
	ARG_PID,
	ARG_ID, /* a user or group */
	ARG_SIG,
	ARG_FLAGS, /* bits of ref's set */
	ARG_ENUM,  /* a value of ref's set */
	/* addresses */
	ARG_ADDR, /* of the caller's own memory; the call does not look at what is there */
	ARG_PATH,
	ARG_STR,     /* another string: a name */
	ARG_STR_OUT, /* the result counts its bytes */
	ARG_STRV,    /* argv */
	ARG_BUF_IN,  /* ref: argument with the length */
	ARG_BUF_OUT, /* ref: argument with the room; the result counts its bytes */
	ARG_IOV_IN,  /* ref: argument with the count */
	ARG_IOV_OUT,
	ARG_PTR_IN, /* a struct that is not looked into */
	ARG_PTR_OUT,
	ARG_PTR_IO,
	ARG_INTP_IN,
	ARG_INTP_OUT,
	ARG_INTP_IO,
	ARG_FDPAIR, /* out: two fds */
	ARG_TIMESPEC_IN,
	ARG_TIMESPEC_OUT,
	ARG_TIMEVAL_IN,
	ARG_TIMEVAL_OUT,
	ARG_SIGSET_IN,
	ARG_SIGSET_OUT,
	ARG_SOCKADDR_IN,  /* ref: argument with the length */
	ARG_SOCKADDR_OUT, /* ref: argument with a pointer to the length */
	ARG_POLLFDS,	  /* ref: argument with the count */
	ARG_EPEVENT_IN,
	ARG_STAT_OUT,
	ARG_RLIMIT_IN,
	ARG_RLIMIT_OUT,
	ARG_NR_TYPES,
};

/* Sets of named values; syscalls/strace_names.c has their members. */
/* clang-format off */
#define ARG_SETS(X)                                                                                \
	X(ACCESS)                                                                                  \
	X(AF)                                                                                      \
	X(ARCH_PRCTL) X(AT) X(CLOCK) X(CLONE) X(CLOSE_RANGE) X(EFD) X(EPOLL_OP) X(FADVISE) X(      \
		FALLOC) X(FCNTL) X(FLOCK) X(FUTEX) X(GRND) X(IDTYPE) X(IN_MASK) X(IOCTL) X(IPCCTL) \
		X(IPCGET) X(ITIMER) X(MADV) X(MAP) X(MEMBARRIER) X(MFD) X(MLOCKALL) X(MOUNT)       \
			X(MREMAP) X(MSG) X(MSYNC) X(OPEN) X(OPENFD) X(PRCTL) X(PRIO) X(PROT)       \
				X(PTRACE) X(RENAME) X(RLIMIT) X(RUSAGE) X(RWF) X(SCHED) X(SECCOMP) \
					X(SEEK) X(SEMCTL) X(SHMAT) X(SHUT) X(SIGHOW) X(SOCK)       \
						X(SOL) X(SPLICE) X(STATX) X(SYNCRANGE) X(TFDSET)   \
							X(TIMERABS) X(UMOUNT) X(UNLINKAT) X(WAIT)  \
								X(XATTR)
/* clang-format on */

enum arg_set {
#define ARG_SET_(name) SET_##name,
	ARG_SETS(ARG_SET_)
#undef ARG_SET_
		ARG_NR_SETS
};

struct syscall_arg {
	unsigned char type; /* enum arg_type */
	unsigned char ref;  /* an argument's index, or enum arg_set */
	const char *name;
};

/* For table.def. */
#define ARG(type_, name_)                                                                          \
	{                                                                                          \
		ARG_##type_, 0, #name_                                                             \
	}
#define LEN(type_, name_, index_)                                                                  \
	{                                                                                          \
		ARG_##type_, index_, #name_                                                        \
	}
#define FLAGS(set_, name_)                                                                         \
	{                                                                                          \
		ARG_FLAGS, SET_##set_, #name_                                                      \
	}
#define ENUM(set_, name_)                                                                          \
	{                                                                                          \
		ARG_ENUM, SET_##set_, #name_                                                       \
	}

#endif
