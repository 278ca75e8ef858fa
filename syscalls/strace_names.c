/*
 * syscalls/strace_names.c - names of flags, commands, signals and errors for --strace, see strace.h
 *
 * The sets are those of args.h, from the host's headers: guest and host share the ABI.
 */
#include <errno.h>
#include <asm/prctl.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/memfd.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "sentry/base/strbuf.h"
#include "syscalls/strace.h"

struct value_name {
	uint64_t value;
	const char *name;
};

#define V(constant)                                                                                \
	{                                                                                          \
		(uint64_t)(constant), #constant                                                    \
	}
#define N(name, value)                                                                             \
	{                                                                                          \
		value, #name                                                                       \
	}
static const struct value_name names_ACCESS[] = {
	V(R_OK),
	V(W_OK),
	V(X_OK),
};
static const struct value_name names_AF[] = {
	V(AF_UNSPEC), V(AF_UNIX), V(AF_INET), V(AF_INET6), V(AF_NETLINK), V(AF_PACKET),
};
static const struct value_name names_ARCH_PRCTL[] = {
	V(ARCH_SET_GS), V(ARCH_SET_FS),	   V(ARCH_GET_FS),
	V(ARCH_GET_GS), V(ARCH_GET_CPUID), V(ARCH_SET_CPUID),
};
static const struct value_name names_AT[] = {
	V(AT_SYMLINK_NOFOLLOW), V(AT_EACCESS),		V(AT_SYMLINK_FOLLOW),  V(AT_NO_AUTOMOUNT),
	V(AT_EMPTY_PATH),	V(AT_STATX_FORCE_SYNC), V(AT_STATX_DONT_SYNC), V(AT_RECURSIVE),
};
static const struct value_name names_CLOCK[] = {
	V(CLOCK_REALTIME),	    V(CLOCK_MONOTONIC),	    V(CLOCK_PROCESS_CPUTIME_ID),
	V(CLOCK_THREAD_CPUTIME_ID), V(CLOCK_MONOTONIC_RAW), V(CLOCK_REALTIME_COARSE),
	V(CLOCK_MONOTONIC_COARSE),  V(CLOCK_BOOTTIME),	    V(CLOCK_REALTIME_ALARM),
	V(CLOCK_BOOTTIME_ALARM),    V(CLOCK_TAI),
};
static const struct value_name names_CLONE[] = {
	V(CLONE_VM),
	V(CLONE_FS),
	V(CLONE_FILES),
	V(CLONE_SIGHAND),
	V(CLONE_PIDFD),
	V(CLONE_PTRACE),
	V(CLONE_VFORK),
	V(CLONE_PARENT),
	V(CLONE_THREAD),
	V(CLONE_NEWNS),
	V(CLONE_SYSVSEM),
	V(CLONE_SETTLS),
	V(CLONE_PARENT_SETTID),
	V(CLONE_CHILD_CLEARTID),
	V(CLONE_DETACHED),
	V(CLONE_UNTRACED),
	V(CLONE_CHILD_SETTID),
	V(CLONE_NEWCGROUP),
	V(CLONE_NEWUTS),
	V(CLONE_NEWIPC),
	V(CLONE_NEWUSER),
	V(CLONE_NEWPID),
	V(CLONE_NEWNET),
	V(CLONE_IO),
};
static const struct value_name names_CLOSE_RANGE[] = {
	V(CLOSE_RANGE_UNSHARE),
	V(CLOSE_RANGE_CLOEXEC),
};
static const struct value_name names_EFD[] = {
	V(EFD_SEMAPHORE),
	V(EFD_CLOEXEC),
	V(EFD_NONBLOCK),
};
static const struct value_name names_EPOLL_OP[] = {
	V(EPOLL_CTL_ADD),
	V(EPOLL_CTL_DEL),
	V(EPOLL_CTL_MOD),
};
static const struct value_name names_FADVISE[] = {
	V(POSIX_FADV_NORMAL),	V(POSIX_FADV_RANDOM),	V(POSIX_FADV_SEQUENTIAL),
	V(POSIX_FADV_WILLNEED), V(POSIX_FADV_DONTNEED), V(POSIX_FADV_NOREUSE),
};
static const struct value_name names_FALLOC[] = {
	V(FALLOC_FL_KEEP_SIZE),	 V(FALLOC_FL_PUNCH_HOLE),   V(FALLOC_FL_COLLAPSE_RANGE),
	V(FALLOC_FL_ZERO_RANGE), V(FALLOC_FL_INSERT_RANGE), V(FALLOC_FL_UNSHARE_RANGE),
};
static const struct value_name names_FCNTL[] = {
	V(F_DUPFD),	    V(F_GETFD),	     V(F_SETFD),      V(F_GETFL),     V(F_SETFL),
	V(F_GETLK),	    V(F_SETLK),	     V(F_SETLKW),     V(F_SETOWN),    V(F_GETOWN),
	V(F_SETSIG),	    V(F_GETSIG),     V(F_SETOWN_EX),  V(F_GETOWN_EX), V(F_OFD_GETLK),
	V(F_OFD_SETLK),	    V(F_OFD_SETLKW), V(F_SETLEASE),   V(F_GETLEASE),  V(F_NOTIFY),
	V(F_DUPFD_CLOEXEC), V(F_SETPIPE_SZ), V(F_GETPIPE_SZ), V(F_ADD_SEALS), V(F_GET_SEALS),
};
static const struct value_name names_FLOCK[] = {
	V(LOCK_SH),
	V(LOCK_EX),
	V(LOCK_NB),
	V(LOCK_UN),
};
static const struct value_name names_FUTEX[] = {
	V(FUTEX_PRIVATE_FLAG),
	V(FUTEX_CLOCK_REALTIME),
};
static const struct value_name names_GRND[] = {
	V(GRND_NONBLOCK),
	V(GRND_RANDOM),
	V(GRND_INSECURE),
};
static const struct value_name names_IDTYPE[] = {
	V(P_ALL),
	V(P_PID),
	V(P_PGID),
	V(P_PIDFD),
};
static const struct value_name names_IN_MASK[] = {
	V(IN_ACCESS),	   V(IN_MODIFY),     V(IN_ATTRIB),   V(IN_CLOSE_WRITE), V(IN_CLOSE_NOWRITE),
	V(IN_OPEN),	   V(IN_MOVED_FROM), V(IN_MOVED_TO), V(IN_CREATE),	V(IN_DELETE),
	V(IN_DELETE_SELF), V(IN_MOVE_SELF),  V(IN_ONLYDIR),  V(IN_DONT_FOLLOW), V(IN_EXCL_UNLINK),
	V(IN_MASK_CREATE), V(IN_MASK_ADD),   V(IN_ONESHOT),
};
static const struct value_name names_IOCTL[] = {
	V(TCGETS),     V(TCSETS),	V(TCSETSW),	V(TCSETSF),	    V(TCSBRK),
	V(TCXONC),     V(TCFLSH),	V(TIOCEXCL),	V(TIOCNXCL),	    V(TIOCSCTTY),
	V(TIOCGPGRP),  V(TIOCSPGRP),	V(TIOCOUTQ),	V(TIOCSTI),	    V(TIOCGWINSZ),
	V(TIOCSWINSZ), V(FIONREAD),	V(TIOCPKT),	V(FIONBIO),	    V(TIOCNOTTY),
	V(TIOCGETD),   V(TIOCGSID),	V(TIOCGPTN),	V(TIOCSPTLCK),	    V(TIOCGPTPEER),
	V(FIONCLEX),   V(FIOCLEX),	V(FIOASYNC),	V(FS_IOC_GETFLAGS), V(FS_IOC_SETFLAGS),
	V(FICLONE),    V(FICLONERANGE), V(SIOCGIFCONF),
};
static const struct value_name names_IPCCTL[] = {
	V(IPC_RMID),
	V(IPC_SET),
	V(IPC_STAT),
	V(IPC_INFO),
};
static const struct value_name names_IPCGET[] = {
	V(IPC_CREAT),
	V(IPC_EXCL),
	V(IPC_NOWAIT),
};
static const struct value_name names_ITIMER[] = {
	V(ITIMER_REAL),
	V(ITIMER_VIRTUAL),
	V(ITIMER_PROF),
};
static const struct value_name names_MADV[] = {
	V(MADV_NORMAL),	    V(MADV_RANDOM),    V(MADV_SEQUENTIAL),  V(MADV_WILLNEED),
	V(MADV_DONTNEED),   V(MADV_FREE),      V(MADV_REMOVE),	    V(MADV_DONTFORK),
	V(MADV_DOFORK),	    V(MADV_MERGEABLE), V(MADV_UNMERGEABLE), V(MADV_HUGEPAGE),
	V(MADV_NOHUGEPAGE), V(MADV_DONTDUMP),  V(MADV_DODUMP),	    V(MADV_WIPEONFORK),
	V(MADV_KEEPONFORK), V(MADV_COLD),      V(MADV_PAGEOUT),	    V(MADV_HWPOISON),
};
static const struct value_name names_MAP[] = {
	V(MAP_SHARED),	  V(MAP_PRIVATE),	  V(MAP_FIXED),	 V(MAP_ANONYMOUS),
	V(MAP_GROWSDOWN), V(MAP_DENYWRITE),	  V(MAP_LOCKED), V(MAP_NORESERVE),
	V(MAP_POPULATE),  V(MAP_NONBLOCK),	  V(MAP_STACK),	 V(MAP_HUGETLB),
	V(MAP_SYNC),	  V(MAP_FIXED_NOREPLACE),
};
static const struct value_name names_MEMBARRIER[] = {
	V(MEMBARRIER_CMD_GLOBAL),
	V(MEMBARRIER_CMD_GLOBAL_EXPEDITED),
	V(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED),
	V(MEMBARRIER_CMD_PRIVATE_EXPEDITED),
	V(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED),
	V(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE),
	V(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE),
};
static const struct value_name names_MFD[] = {
	V(MFD_CLOEXEC),
	V(MFD_ALLOW_SEALING),
	V(MFD_HUGETLB),
};
static const struct value_name names_MLOCKALL[] = {
	V(MCL_CURRENT),
	V(MCL_FUTURE),
	V(MCL_ONFAULT),
};
static const struct value_name names_MOUNT[] = {
	V(MS_RDONLY),	V(MS_NOSUID),	V(MS_NODEV),   V(MS_NOEXEC),   V(MS_SYNCHRONOUS),
	V(MS_REMOUNT),	V(MS_MANDLOCK), V(MS_DIRSYNC), V(MS_NOATIME),  V(MS_NODIRATIME),
	V(MS_BIND),	V(MS_MOVE),	V(MS_REC),     V(MS_SILENT),   V(MS_UNBINDABLE),
	V(MS_PRIVATE),	V(MS_SLAVE),	V(MS_SHARED),  V(MS_RELATIME), V(MS_STRICTATIME),
	V(MS_LAZYTIME),
};
static const struct value_name names_MREMAP[] = {
	V(MREMAP_MAYMOVE),
	V(MREMAP_FIXED),
	V(MREMAP_DONTUNMAP),
};
static const struct value_name names_MSG[] = {
	V(MSG_OOB),	 V(MSG_PEEK),	    V(MSG_DONTROUTE),	 V(MSG_CTRUNC),	  V(MSG_TRUNC),
	V(MSG_DONTWAIT), V(MSG_EOR),	    V(MSG_WAITALL),	 V(MSG_ERRQUEUE), V(MSG_NOSIGNAL),
	V(MSG_MORE),	 V(MSG_WAITFORONE), V(MSG_CMSG_CLOEXEC),
};
static const struct value_name names_MSYNC[] = {
	V(MS_ASYNC),
	V(MS_INVALIDATE),
	V(MS_SYNC),
};
static const struct value_name names_OPEN[] = {
	V(O_WRONLY),  V(O_RDWR),      V(O_CREAT),    V(O_EXCL),	   V(O_NOCTTY),	 V(O_TRUNC),
	V(O_APPEND),  V(O_NONBLOCK),  V(O_SYNC),     V(O_DSYNC),   V(O_ASYNC),	 V(O_DIRECT),
	V(O_TMPFILE), V(O_DIRECTORY), V(O_NOFOLLOW), V(O_NOATIME), V(O_CLOEXEC), V(O_PATH),
};
static const struct value_name names_OPENFD[] = {
	V(O_NONBLOCK),
	V(O_CLOEXEC),
	V(O_DIRECT),
};
static const struct value_name names_PRCTL[] = {
	V(PR_SET_PDEATHSIG),
	V(PR_GET_PDEATHSIG),
	V(PR_GET_DUMPABLE),
	V(PR_SET_DUMPABLE),
	V(PR_GET_KEEPCAPS),
	V(PR_SET_KEEPCAPS),
	V(PR_SET_NAME),
	V(PR_GET_NAME),
	V(PR_GET_SECCOMP),
	V(PR_SET_SECCOMP),
	V(PR_CAPBSET_READ),
	V(PR_CAPBSET_DROP),
	V(PR_GET_SECUREBITS),
	V(PR_SET_SECUREBITS),
	V(PR_SET_TIMERSLACK),
	V(PR_GET_TIMERSLACK),
	V(PR_SET_MM),
	V(PR_SET_CHILD_SUBREAPER),
	V(PR_GET_CHILD_SUBREAPER),
	V(PR_SET_NO_NEW_PRIVS),
	V(PR_GET_NO_NEW_PRIVS),
	V(PR_GET_TID_ADDRESS),
	V(PR_SET_THP_DISABLE),
	V(PR_GET_THP_DISABLE),
	V(PR_CAP_AMBIENT),
	V(PR_SET_PTRACER),
	V(PR_SET_VMA),
};
static const struct value_name names_PRIO[] = {
	V(PRIO_PROCESS),
	V(PRIO_PGRP),
	V(PRIO_USER),
};
static const struct value_name names_PROT[] = {
	V(PROT_READ), V(PROT_WRITE), V(PROT_EXEC), V(PROT_GROWSDOWN), V(PROT_GROWSUP),
};
static const struct value_name names_PTRACE[] = {
	V(PTRACE_TRACEME),     V(PTRACE_PEEKTEXT),   V(PTRACE_PEEKDATA),   V(PTRACE_PEEKUSER),
	V(PTRACE_POKETEXT),    V(PTRACE_POKEDATA),   V(PTRACE_POKEUSER),   V(PTRACE_CONT),
	V(PTRACE_KILL),	       V(PTRACE_SINGLESTEP), V(PTRACE_GETREGS),	   V(PTRACE_SETREGS),
	V(PTRACE_ATTACH),      V(PTRACE_DETACH),     V(PTRACE_SYSCALL),	   V(PTRACE_SETOPTIONS),
	V(PTRACE_GETEVENTMSG), V(PTRACE_GETSIGINFO), V(PTRACE_SETSIGINFO), V(PTRACE_GETREGSET),
	V(PTRACE_SETREGSET),   V(PTRACE_SEIZE),	     V(PTRACE_INTERRUPT),  V(PTRACE_LISTEN),
};
static const struct value_name names_RENAME[] = {
	V(RENAME_NOREPLACE),
	V(RENAME_EXCHANGE),
	V(RENAME_WHITEOUT),
};
static const struct value_name names_RLIMIT[] = {
	V(RLIMIT_CPU),	    V(RLIMIT_FSIZE), V(RLIMIT_DATA),   V(RLIMIT_STACK),
	V(RLIMIT_CORE),	    V(RLIMIT_RSS),   V(RLIMIT_NPROC),  V(RLIMIT_NOFILE),
	V(RLIMIT_MEMLOCK),  V(RLIMIT_AS),    V(RLIMIT_LOCKS),  V(RLIMIT_SIGPENDING),
	V(RLIMIT_MSGQUEUE), V(RLIMIT_NICE),  V(RLIMIT_RTPRIO), V(RLIMIT_RTTIME),
};
static const struct value_name names_RUSAGE[] = {
	V(RUSAGE_SELF),
	V(RUSAGE_CHILDREN),
	V(RUSAGE_THREAD),
};
static const struct value_name names_RWF[] = {
	V(RWF_HIPRI), V(RWF_DSYNC), V(RWF_SYNC), V(RWF_NOWAIT), V(RWF_APPEND),
};
static const struct value_name names_SCHED[] = {
	V(SCHED_OTHER), V(SCHED_FIFO), V(SCHED_RR),
	V(SCHED_BATCH), V(SCHED_IDLE), V(SCHED_DEADLINE),
};
static const struct value_name names_SECCOMP[] = {
	V(SECCOMP_SET_MODE_STRICT),
	V(SECCOMP_SET_MODE_FILTER),
	V(SECCOMP_GET_ACTION_AVAIL),
	V(SECCOMP_GET_NOTIF_SIZES),
};
static const struct value_name names_SEEK[] = {
	V(SEEK_SET), V(SEEK_CUR), V(SEEK_END), V(SEEK_DATA), V(SEEK_HOLE),
};
static const struct value_name names_SEMCTL[] = {
	V(IPC_RMID), V(IPC_SET), V(IPC_STAT), V(IPC_INFO), V(GETPID),	V(GETVAL),   V(GETALL),
	V(GETNCNT),  V(GETZCNT), V(SETVAL),   V(SETALL),   V(SEM_STAT), V(SEM_INFO),
};
static const struct value_name names_SHMAT[] = {
	V(SHM_RDONLY),
	V(SHM_RND),
	V(SHM_REMAP),
	V(SHM_EXEC),
};
static const struct value_name names_SHUT[] = {
	V(SHUT_RD),
	V(SHUT_WR),
	V(SHUT_RDWR),
};
static const struct value_name names_SIGHOW[] = {
	V(SIG_BLOCK),
	V(SIG_UNBLOCK),
	V(SIG_SETMASK),
};
static const struct value_name names_SOCK[] = {
	V(SOCK_NONBLOCK),
	V(SOCK_CLOEXEC),
};
static const struct value_name names_SOL[] = {
	V(SOL_SOCKET),	N(SOL_IP, 0),	 N(SOL_TCP, 6),
	N(SOL_UDP, 17), N(SOL_IPV6, 41), N(SOL_RAW, 255),
};
static const struct value_name names_SPLICE[] = {
	V(SPLICE_F_MOVE),
	V(SPLICE_F_NONBLOCK),
	V(SPLICE_F_MORE),
	V(SPLICE_F_GIFT),
};
static const struct value_name names_STATX[] = {
	V(STATX_TYPE),	 V(STATX_MODE),	 V(STATX_NLINK),  V(STATX_UID), V(STATX_GID),
	V(STATX_ATIME),	 V(STATX_MTIME), V(STATX_CTIME),  V(STATX_INO), V(STATX_SIZE),
	V(STATX_BLOCKS), V(STATX_BTIME), V(STATX_MNT_ID),
};
static const struct value_name names_SYNCRANGE[] = {
	V(SYNC_FILE_RANGE_WAIT_BEFORE),
	V(SYNC_FILE_RANGE_WRITE),
	V(SYNC_FILE_RANGE_WAIT_AFTER),
};
static const struct value_name names_TFDSET[] = {
	V(TFD_TIMER_ABSTIME),
	V(TFD_TIMER_CANCEL_ON_SET),
};
static const struct value_name names_TIMERABS[] = {
	V(TIMER_ABSTIME),
};
static const struct value_name names_UMOUNT[] = {
	V(MNT_FORCE),
	V(MNT_DETACH),
	V(MNT_EXPIRE),
	V(UMOUNT_NOFOLLOW),
};
static const struct value_name names_UNLINKAT[] = {
	V(AT_REMOVEDIR),
};
static const struct value_name names_WAIT[] = {
	V(WNOHANG),
	V(WUNTRACED),
	V(WEXITED),
	V(WCONTINUED),
	V(WNOWAIT),
	N(__WNOTHREAD, 0x20000000),
	N(__WALL, 0x40000000),
	N(__WCLONE, 0x80000000),
};
static const struct value_name names_XATTR[] = {
	V(XATTR_CREATE),
	V(XATTR_REPLACE),
};
static const struct value_name low_FUTEX[] = {
	V(FUTEX_WAIT),		 V(FUTEX_WAKE),	       V(FUTEX_FD),
	V(FUTEX_REQUEUE),	 V(FUTEX_CMP_REQUEUE), V(FUTEX_WAKE_OP),
	V(FUTEX_LOCK_PI),	 V(FUTEX_UNLOCK_PI),   V(FUTEX_TRYLOCK_PI),
	V(FUTEX_WAIT_BITSET),	 V(FUTEX_WAKE_BITSET), V(FUTEX_WAIT_REQUEUE_PI),
	V(FUTEX_CMP_REQUEUE_PI),
};
static const struct value_name low_SOCK[] = {
	V(SOCK_STREAM), V(SOCK_DGRAM), V(SOCK_RAW), V(SOCK_RDM), V(SOCK_SEQPACKET), V(SOCK_PACKET),
};

struct name_set {
	const struct value_name *names;
	size_t nr;
};

static const struct name_set sets[ARG_NR_SETS] = {
#define SET_NAMES(name) [SET_##name] = {names_##name, ARRAY_SIZE(names_##name)},
	ARG_SETS(SET_NAMES)
#undef SET_NAMES
};

static const char *find_name(const struct name_set *set, uint64_t value)
{
	for (size_t i = 0; i < set->nr; i++)
		if (set->names[i].value == value)
			return set->names[i].name;
	return NULL;
}

void strace_put_enum(struct strbuf *b, enum arg_set set, uint64_t value)
{
	/* An int argument: the high half does not count. -1 is a name's value in some sets. */
	const char *name = find_name(&sets[set], (uint32_t)value);

	if (!name)
		name = find_name(&sets[set], (uint64_t)(int32_t)value);
	if (name)
		strbuf_puts(b, name);
	else if ((int32_t)value < 0 || (uint32_t)value < 4096)
		strbuf_printf(b, "%d", (int32_t)value);
	else
		strbuf_printf(b, "%#x", (uint32_t)value);
}

/* Some words hold a small number beside their bits: takes it out of *value and names it. */
static bool put_low_part(struct strbuf *b, enum arg_set set, uint64_t *value)
{
	static const struct name_set futex = {low_FUTEX, ARRAY_SIZE(low_FUTEX)};
	static const struct name_set sock = {low_SOCK, ARRAY_SIZE(low_SOCK)};
	const struct name_set *names = NULL;
	uint64_t mask = 0;
	const char *name;

	switch (set) {
	case SET_FUTEX:
		names = &futex;
		mask = ~(uint64_t)(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
		break;
	case SET_SOCK:
		names = &sock;
		mask = 0xf;
		break;
	case SET_CLONE: /* the exit signal */
		if (*value & CSIGNAL) {
			strace_put_signal(b, (int)(*value & CSIGNAL));
			*value &= ~(uint64_t)CSIGNAL;
			return true;
		}
		return false;
	case SET_OPEN:
		if ((*value & O_ACCMODE) == O_RDONLY) {
			strbuf_puts(b, "O_RDONLY");
			return true;
		}
		return false;
	default: return false;
	}
	name = find_name(names, *value & mask);
	if (name)
		strbuf_puts(b, name);
	else
		strbuf_printf(b, "%#llx", (unsigned long long)(*value & mask));
	*value &= ~mask;
	return true;
}

void strace_put_flags(struct strbuf *b, enum arg_set set, uint64_t value)
{
	bool any = put_low_part(b, set, &value);

	if (value == 0 && !any) {
		strbuf_puts(b, set == SET_ACCESS ? "F_OK" : set == SET_PROT ? "PROT_NONE" : "0");
		return;
	}
	for (size_t i = 0; i < sets[set].nr && value; i++) {
		const struct value_name *v = &sets[set].names[i];

		if (v->value == 0 || (value & v->value) != v->value)
			continue;
		strbuf_printf(b, "%s%s", any ? "|" : "", v->name);
		value &= ~v->value;
		any = true;
	}
	if (value)
		strbuf_printf(b, "%s%#llx", any ? "|" : "", (unsigned long long)value);
}

void strace_put_signal(struct strbuf *b, int sig)
{
	const char *name = sig > 0 && sig < 32 ? sigabbrev_np(sig) : NULL;

	if (name)
		strbuf_printf(b, "SIG%s", name);
	else if (sig >= 32 && sig <= 64)
		strbuf_printf(b, "SIGRT_%d", sig - 32);
	else
		strbuf_printf(b, "%d", sig);
}

const char *strace_errno_name(int err)
{
	return strerrorname_np(err);
}
