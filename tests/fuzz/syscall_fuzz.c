/*
 * tests/fuzz/syscall_fuzz.c - random system calls, a guest program
 *
 * Model: workers run rounds; a round is a child with a scratch directory, a few files and memory of
 * its own, that makes some hundred calls with arguments made up from the types of table.def: mostly
 * plausible ones, some hostile. Whatever the child does to itself ends with it. A timer interrupts
 * calls that block; a child that is stuck is killed. Every second worker is an ordinary user.
 *
 * What it finds shows outside: the sandbox must live on, answer, and leave nothing. Inside, a result
 * that Linux never gives (below -4095, or a restart class) fails the run. With --channels most calls
 * are messages in shared memory, which another thread changes at the same time (channel.h).
 *
 *	syscall_fuzz --seconds N [--seed S] [--workers W] [--calls N] [--channels 1]
 *		[--sockets 1]: half of the calls are about sockets
 *		[--urings 1]: most are requests to an io_uring (uring.h)
 *	syscall_fuzz --seed S --round R [--calls N]	one round again, in this process, each call shown
 *
 * Build: cc -std=gnu17 -O2 -static -pthread -I. tests/fuzz/syscall_fuzz.c -o syscall_fuzz
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/args.h"
#include "tests/fuzz/channel.h"
#include "tests/fuzz/rawcall.h"

#define MAX_NR 512
#define ARENA_PAGES 64
#define PAGE 4096
#define FIRST_FD 3
#define NR_FDS 30
#define ROUND_MS 3000
#define REPORT_FD 900 /* standard error, out of the calls' reach */

struct row {
	const char *name;
	struct syscall_arg args[SYSCALL_MAX_ARGS];
};

static const struct row rows[MAX_NR] = {
#define SYSCALL(nr_, name_, level_, note_, ...) [nr_] = {#name_, {__VA_ARGS__}},
#define REFUSED SYSCALL
#include "syscalls/table.def"
#undef REFUSED
#undef SYSCALL
};

/* Shared by all processes; only counted, never trusted. */
struct totals {
	_Atomic unsigned long rounds, calls, stuck, killed, bad;
	_Atomic unsigned long posted, served, punted, uring_batches;
	_Atomic unsigned int tried[MAX_NR], worked[MAX_NR];
};
static struct totals *totals;

static struct {
	uint64_t seed;
	unsigned long seconds, workers, calls, channels, sockets, urings;
	long round; /* -1: all */
} opt = {.workers = 4, .calls = 400, .round = -1};

/* ---- random numbers ---- */

static uint64_t state;

static uint16_t port; /* of this round's listener, as in an address */

static uint64_t rnd(void) /* splitmix64 */
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static uint64_t below(uint64_t n)
{
	return rnd() % n;
}

static bool one_in(unsigned int n)
{
	return below(n) == 0;
}

/* ---- arguments ---- */

static char *arena;  /* ends at an unmapped page */
static char *victim; /* what munmap, mprotect and friends may hit */
static pid_t kids[2];

static uint64_t hostile(void)
{
	static const uint64_t values[] = {
		0,
		1,
		~0ULL,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		1ULL << 32,
		0x7fffffffffffffff,
		0x8000000000000000,
		0x7ffffffff000,
		0x800000000000,
		0xffffffff81000000,
		0xffffffffff600000,
		4095,
		4096,
		65536,
		1ULL << 40,
		0xffffffff00000001,
	};

	return one_in(4) ? rnd() : values[below(sizeof(values) / sizeof(values[0]))];
}

static uint64_t number(void)
{
	switch (below(6)) {
	case 0: return 0;
	case 1: return 1 + below(8);
	case 2: return 1ULL << below(20);
	case 3: return below(4097);
	case 4: return -1 - below(3);
	default: return hostile();
	}
}

/* Somewhere in the arena, often right before its end. */
static uint64_t address(void)
{
	uint64_t size = ARENA_PAGES * PAGE;

	switch (below(12)) {
	case 0: return 0;
	case 1: return hostile();
	case 2: return (uint64_t)(uintptr_t)arena + size - below(64);
	default: return (uint64_t)(uintptr_t)arena + (below(size - 256) & ~7ULL);
	}
}

static uint64_t path(void)
{
	static const char *const paths[] = {
		"f0",
		"f1",
		"d0",
		"d0/f2",
		"d0/d1",
		"l0",
		"l1",
		"fifo",
		"sock",
		".",
		"..",
		"",
		"/",
		"//",
		"f0/",
		"d0/../f1",
		"nothing",
		"nothing/deeper",
		"/tmp",
		"/proc/self/status",
		"/proc/self/fd/3",
		"/proc/self/maps",
		"/proc/self/mem",
		"/proc/1/stat",
		"/proc/self/attr",
		"/proc/self/task",
		"/proc/sys/kernel/hostname",
		"/proc/mounts",
		"/sys",
		"/dev/null",
		"/dev/zero",
		"/dev/full",
		"/dev/random",
		"/dev/ptmx",
		"/dev/fd",
		"/dev/shm",
		"/etc/passwd",
	};
	static char name[300];

	if (one_in(10))
		return address();
	if (one_in(20)) { /* too long, or of odd bytes */
		size_t len = one_in(2) ? 256 + below(40) : 1 + below(20);

		for (size_t i = 0; i < len; i++)
			name[i] = (char)(1 + below(255));
		name[len] = '\0';
		return (uint64_t)(uintptr_t)name;
	}
	return (uint64_t)(uintptr_t)paths[below(sizeof(paths) / sizeof(paths[0]))];
}

static uint64_t string(void)
{
	static const char *const strings[] = {"user.a",
					      "user.b",
					      "security.x",
					      "trusted.t",
					      "tmpfs",
					      "proc",
					      "bind",
					      "user",
					      "keyring",
					      "logon",
					      "/queue",
					      "name",
					      "",
					      "system.posix_acl_access",
					      "system.nosuch"};

	return one_in(10)
		       ? address()
		       : (uint64_t)(uintptr_t)strings[below(sizeof(strings) / sizeof(strings[0]))];
}

#include "tests/fuzz/sockets.h"

/* A few structs that are right more often than noise would be. */
static uint64_t filled(enum arg_type type)
{
	uint64_t at = address();
	uint64_t *p = (uint64_t *)(uintptr_t)at;
	char *start = arena, *end = arena + ARENA_PAGES * PAGE;

	if ((char *)p < start || (char *)p > end - 128)
		return at;
	switch (type) {
	case ARG_TIMESPEC_IN:
	case ARG_TIMEVAL_IN:
		p[0] = one_in(8) ? hostile() : 0;
		p[1] = one_in(8) ? hostile() : below(2000);
		break;
	case ARG_SIGSET_IN: p[0] = rnd() & rnd(); break;
	case ARG_IOV_IN:
	case ARG_IOV_OUT:
	case ARG_POLLFDS:
		for (int i = 0; i < 8; i += 2) {
			p[i] = type == ARG_POLLFDS ? (below(NR_FDS) | rnd() << 32) : address();
			p[i + 1] = type == ARG_POLLFDS ? (below(NR_FDS) | rnd() << 32)
						       : below(5000);
		}
		break;
	case ARG_STRV:
		p[0] = string();
		p[1] = string();
		p[2] = 0;
		break;
	case ARG_BUF_IN:
		if (one_in(4))
			netlink_requests(p);
		break;
	case ARG_SOCKADDR_IN: socket_address(p); break;
	case ARG_INTP_IN:
	case ARG_INTP_IO: *(uint32_t *)p = (uint32_t)below(256); break;
	case ARG_PTR_IN:
	case ARG_PTR_IO:
		for (int i = 0; i < 12; i++)
			p[i] = one_in(3) ? hostile() : below(64);
		break;
	default: break;
	}
	return at;
}

static uint64_t flag_bits(enum arg_set set)
{
	switch (set) {
	case SET_OPEN:
		return below(3) | (one_in(2) ? O_CREAT : 0) | (one_in(3) ? O_NONBLOCK : 0) |
		       (one_in(8) ? 1ULL << below(24) : 0);
	case SET_PROT: return below(one_in(10) ? 16 : 4); /* rarely executable */
	case SET_MAP:
		return 1 + below(2) + (one_in(2) ? MAP_ANONYMOUS : 0) +
		       (one_in(16) ? 1ULL << below(22) : 0);
	case SET_CLONE: return (rnd() & rnd() & 0xffffff00) | (one_in(2) ? SIGCHLD : below(256));
	case SET_SOCK: return 1 + below(6) + (one_in(2) ? SOCK_NONBLOCK : 0);
	case SET_FUTEX: return below(16) | (one_in(2) ? 128 : 0);
	case SET_WAIT: return WNOHANG | (one_in(4) ? rnd() & 0xff : 0);
	case SET_MSG: return MSG_DONTWAIT | (one_in(4) ? rnd() & 0xffff : 0);
	default: break;
	}
	return one_in(3) ? 0 : one_in(8) ? hostile() : 1ULL << below(20);
}

static uint64_t enum_value(enum arg_set set)
{
	switch (set) {
	case SET_IOCTL: {
		static const uint32_t cmds[] = {
			0x5401, 0x5402,	    0x5405,	0x540b,	    0x540e,	0x540f,
			0x5410, 0x5411,	    0x5413,	0x5414,	    0x541b,	0x5421,
			0x8905, 0x8910,	    0x8913,	0x8914,	    0x8915,	0x8916,
			0x8933, 0x5422,	    0x5429,	0x5450,	    0x5451,	0x5452,
			0x8912, 0x40045431, 0x80045430, 0x80086601, 0x40086602, 0x40049409};

		return cmds[below(sizeof(cmds) / sizeof(cmds[0]))];
	}
	case SET_FCNTL: return one_in(2) ? below(17) : 1024 + below(16);
	case SET_PRCTL: return one_in(10) ? 0x59616d61 : 1 + below(70);
	case SET_ARCH_PRCTL: return 0x1001 + below(20);
	case SET_PTRACE: return one_in(3) ? 0x4200 + below(20) : below(32);
	case SET_SOL: {
		static const unsigned char levels[] = {1, 1, 0, 6, 17, 41};

		return one_in(8) ? below(256) : levels[below(sizeof(levels))];
	}
	case SET_AF: {
		static const unsigned char families[] = {AF_UNIX, AF_INET, AF_INET6};

		return one_in(8) ? below(48) : families[below(sizeof(families))];
	}
	case SET_FADVISE:
	case SET_MADV: return below(26);
	default: return one_in(16) ? hostile() : below(16);
	}
}

static uint64_t process(void)
{
	switch (below(6)) {
	case 0: return 0;
	case 1: return (uint64_t)getpid();
	case 2: return (uint64_t)kids[below(2)];
	case 3: return (uint64_t)-getpid(); /* its own group */
	case 4: return 0x3fffff00 + below(256);
	default: return (uint64_t)(int64_t)(int32_t)(0x80000000 + below(256));
	}
}

static uint64_t victim_address(void)
{
	return one_in(12) ? hostile()
			  : (uint64_t)(uintptr_t)victim + below(ARENA_PAGES) * PAGE +
				    (one_in(8) ? 1 : 0);
}

static uint64_t argument(const struct syscall_arg *arg)
{
	switch (arg->type) {
	case ARG_FD: return one_in(12) ? hostile() : below(NR_FDS);
	case ARG_DIRFD: return one_in(3) ? FIRST_FD + below(4) : (uint64_t)AT_FDCWD;
	case ARG_SIZE: return one_in(3) ? number() : below(2 * PAGE);
	case ARG_MODE: return below(010000) | (one_in(4) ? S_IFREG : 0);
	case ARG_DEV: return one_in(2) ? 0 : below(65536);
	case ARG_PID: return process();
	case ARG_ID: return one_in(3) ? ~0ULL : below(3) * 500;
	case ARG_SIG: return one_in(3) ? 0 : below(70);
	case ARG_FLAGS: return flag_bits(arg->ref);
	case ARG_ENUM: return enum_value(arg->ref);
	case ARG_ADDR: return one_in(3) ? address() : victim_address();
	case ARG_PATH: return path();
	case ARG_STR: return string();
	case ARG_NONE:
	case ARG_HEX: return one_in(2) ? 0 : hostile();
	case ARG_INT:
	case ARG_UINT:
	case ARG_LONG:
	case ARG_OFF: return number();
	default: break;
	}
	if (strcmp(arg->name, "addrlen") == 0 && !one_in(4))
		return one_in(3) ? below(130) : one_in(2) ? 16 : 28;
	if (strcmp(arg->name, "msg") == 0 || strcmp(arg->name, "msgs") == 0)
		return message_headers();
	return one_in(16) ? address() : filled(arg->type);
}

/* ---- one round ---- */

/* Calls that end or stop the round without showing anything. */
static bool is_skipped(long nr)
{
	switch (nr) {
	case SYS_exit:
	case SYS_exit_group:
	case SYS_pause:
	case SYS_rt_sigreturn:
	case SYS_rt_sigsuspend:
	case SYS_execve:
	case SYS_execveat: return !one_in(400);
	case SYS_alarm: /* the round's own timer */
	case SYS_setitimer:
	case SYS_vhangup: return true;
	default: return !rows[nr].name;
	}
}

static void describe(long nr, const uint64_t *a, long ret)
{
	if (opt.round < 0)
		return;
	dprintf(REPORT_FD, "%s(%#lx, %#lx, %#lx, %#lx, %#lx, %#lx) = %ld\n", rows[nr].name, a[0],
		a[1], a[2], a[3], a[4], a[5], ret);
}

static bool is_impossible(long nr, long ret)
{
	if (ret >= -511 || nr == SYS_mmap || nr == SYS_mremap || nr == SYS_shmat ||
	    nr == SYS_ptrace)
		return false;
	/* Values of these are the caller's own bits. */
	if (nr == SYS_prctl || nr == SYS_arch_prctl || nr == SYS_times || nr == SYS_lseek ||
	    nr == SYS_fcntl || nr == SYS_personality || nr == SYS_time || nr == SYS_brk)
		return false;
	return true;
}

/* The call as a message in the thread's channel; false: it has none. */
static bool message(long nr, const uint64_t *a)
{
	long ret = 0;
	enum channel_end end = channel_fuzz_call(nr, a, &ret);

	if (end == CHANNEL_END_NONE)
		return false;
	describe(nr, a, ret);
	totals->posted++;
	totals->punted += end == CHANNEL_END_PUNTED;
	totals->served += end == CHANNEL_END_SERVED;
	return true;
}

/* Most are calls that may come in a channel. */
static bool is_message_call(long nr)
{
	const unsigned char *ch = channel_target;

	return !opt.channels || !ch || ch[CH_CLASS + nr] == CHANNEL_CLASS_CALL || one_in(16);
}

static long any_number(void)
{
	static const unsigned short sockets[] = {
		SYS_socket,  SYS_connect,  SYS_accept4,	   SYS_sendto,	    SYS_recvfrom,
		SYS_sendmsg, SYS_recvmsg,  SYS_sendmmsg,   SYS_recvmmsg,    SYS_bind,
		SYS_listen,  SYS_shutdown, SYS_setsockopt, SYS_getsockopt,  SYS_getsockname,
		SYS_ioctl,   SYS_splice,   SYS_sendfile,   SYS_getpeername, SYS_epoll_ctl};

	if (one_in(opt.sockets ? 2 : 16))
		return sockets[below(sizeof(sockets) / sizeof(sockets[0]))];
	return (long)below(MAX_NR);
}

_Noreturn static void give_up(int line)
{
	if (errno != EACCES) /* another round has changed a mode */
		dprintf(REPORT_FD, "line %d: %s\n", line, strerror(errno));
	_exit(98);
}

#include "tests/fuzz/uring.h"

static void one_call(void)
{
	uint64_t a[6];
	long nr, ret;

	if (opt.urings && !one_in(6)) {
		uring_fuzz_batch();
		return;
	}
	do
		nr = any_number();
	while (is_skipped(nr) || !is_message_call(nr));
	for (int i = 0; i < 6; i++)
		a[i] = argument(&rows[nr].args[i]);
	if (nr == SYS_clone && one_in(2))
		a[1] = (uint64_t)(uintptr_t)(arena + 8 * PAGE); /* a stack */
	totals->tried[nr]++;
	if (opt.channels && !one_in(8) && message(nr, a))
		return;
	ret = raw_call(nr, a);
	describe(nr, a, ret);
	totals->calls++;
	if (ret >= 0)
		totals->worked[nr]++;
	else if (is_impossible(nr, ret)) {
		totals->bad++;
		dprintf(REPORT_FD,
			"impossible result: %s(%#lx, %#lx, %#lx, %#lx, %#lx, %#lx) = %ld\n",
			rows[nr].name, a[0], a[1], a[2], a[3], a[4], a[5], ret);
	}
}

static void nothing(int sig)
{
	(void)sig;
}

/* A listener, a connection, two that take datagrams, and two that answer requests. */
static void make_sockets(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	socklen_t len = sizeof(in);
	int l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (bind(l, (struct sockaddr *)&in, sizeof(in)) < 0 || listen(l, 5) < 0 ||
	    getsockname(l, (struct sockaddr *)&in, &len) < 0)
		return;
	port = in.sin_port;
	connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&in, sizeof(in));
	accept(l, NULL, NULL);
	bind(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&in, sizeof(in));
	in6.sin6_port = port;
	bind(socket(AF_INET6, SOCK_DGRAM, 0), (struct sockaddr *)&in6, sizeof(in6));
	socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE);
	socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
}

static void make_files(void)
{
	static char dir[64];
	int p[2];

	snprintf(dir, sizeof(dir), "/tmp/fuzz.%d", getpid());
	if (mkdir(dir, 0777) < 0 || chdir(dir) < 0)
		give_up(__LINE__);
	for (int fd = FIRST_FD; fd < NR_FDS; fd++)
		close(fd);
	open(".", O_RDONLY | O_DIRECTORY);
	open("f0", O_RDWR | O_CREAT, 0666);
	open("f1", O_RDWR | O_CREAT | O_APPEND, 0666);
	mkdir("d0", 0777);
	open("d0", O_RDONLY);
	if (symlink("f0", "l0") < 0 || symlink("l1", "l1") < 0 || mkfifo("fifo", 0666) < 0)
		return;
	if (pipe2(p, O_NONBLOCK) < 0)
		return;
	open("/dev/null", O_RDWR);
	open("/dev/zero", O_RDWR);
	open("/proc/self", O_RDONLY);
	open("fifo", O_RDWR | O_NONBLOCK);
	syscall(SYS_eventfd2, 1, O_NONBLOCK);
	syscall(SYS_epoll_create1, 0);
	syscall(SYS_memfd_create, "m", 2);
	syscall(SYS_timerfd_create, 1, 0);
	syscall(SYS_inotify_init1, O_NONBLOCK);
	syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p);
	make_sockets();
}

static void make_memory(void)
{
	size_t size = ARENA_PAGES * PAGE;

	arena = mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	victim = mmap(NULL, size + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (arena == MAP_FAILED || victim == MAP_FAILED)
		give_up(__LINE__);
	mprotect(arena + size, PAGE, PROT_NONE);
	mprotect(victim + size, PAGE, PROT_NONE);
	for (size_t i = 0; i < size; i += 8)
		*(uint64_t *)(arena + i) = rnd();
}

static void limit(int resource, rlim_t value)
{
	struct rlimit r = {value, value};

	setrlimit(resource, &r);
}

static void set_up_round(void)
{
	struct itimerval every = {{0, 20000}, {0, 20000}};
	struct sigaction sa = {.sa_handler = nothing};
	int null = open("/dev/null", O_RDWR);

	setsid();
	for (int fd = 0; fd <= 2; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			close(fd);
	/* What root does to mounts is its round's own. */
	if (getuid() == 0 && unshare(CLONE_NEWNS) < 0)
		give_up(__LINE__);
	if (opt.round < 0 && getuid() == 0 && getppid() % 2) {
		if (setresgid(1000, 1000, 1000) < 0 || setresuid(1000, 1000, 1000) < 0)
			give_up(__LINE__);
	}
	limit(RLIMIT_FSIZE, 16 << 20);
	limit(RLIMIT_AS, 1UL << 30);
	limit(RLIMIT_CORE, 0);
	make_files();
	make_memory();
	for (int i = 0; i < 2; i++) {
		kids[i] = fork();
		if (kids[i] == 0) {
			alarm(ROUND_MS / 1000 + 1);
			pause();
			_exit(0);
		}
	}
	sigaction(SIGALRM, &sa, NULL);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	setitimer(ITIMER_REAL, &every, NULL);
}

_Noreturn static void run_round(uint64_t seed, unsigned long round)
{
	state = seed ^ (round + 1) * 0xd1342543de82ef95ULL;
	set_up_round();
	if (opt.channels)
		channel_fuzz_start(rnd());
	if (opt.urings)
		uring_fuzz_start();
	for (unsigned long i = 0; i < opt.calls; i++)
		one_call();
	kill(kids[0], SIGKILL);
	kill(kids[1], SIGKILL);
	_exit(0);
}

/* ---- workers ---- */

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void wait_round(pid_t pid)
{
	long deadline = now_ms() + ROUND_MS;
	int status;

	for (;;) {
		pid_t r = waitpid(pid, &status, WNOHANG);

		if (r == pid || (r < 0 && errno == ECHILD))
			break;
		if (now_ms() > deadline) {
			totals->stuck++;
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			break;
		}
		usleep(1000);
	}
	if (WIFSIGNALED(status))
		totals->killed++;
}

/* What a round of root may have done to the names that others need, as far as it can be undone. */
static void repair(void)
{
	mkdir("/tmp", 01777);
	mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3));
	if (chmod("/tmp", 01777) < 0 || chmod("/", 0755) < 0 || chmod("/dev", 0755) < 0 ||
	    chmod("/dev/null", 0666) < 0)
		usleep(1000);
}

_Noreturn static void run_worker(unsigned long index, long end)
{
	for (unsigned long round = index; now_ms() < end; round += opt.workers) {
		char dir[64];
		pid_t pid;

		repair();
		pid = fork();
		if (pid == 0)
			run_round(opt.seed, round);
		if (pid < 0) {
			usleep(10000);
			continue;
		}
		wait_round(pid);
		totals->rounds++;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		snprintf(dir, sizeof(dir), "rm -rf /tmp/fuzz.%d 2>/dev/null", pid);
		if (round % 16 == 0 && system(dir) != 0)
			continue;
	}
	_exit(0);
}

static unsigned int count(const _Atomic unsigned int *v)
{
	unsigned int n = 0;

	for (int i = 0; i < MAX_NR; i++)
		n += v[i] != 0;
	return n;
}

static int run_all(void)
{
	long end = now_ms() + (long)opt.seconds * 1000;
	int failed = 0, status;

	/* What a round does to others by chance must not end this. */
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGCHLD && sig != SIGINT && sig != SIGTERM)
			signal(sig, SIG_IGN);
	for (unsigned long i = 0; i < opt.workers; i++)
		if (fork() == 0)
			run_worker(i, end);
	while (wait(&status) > 0)
		failed |= status;
	printf("%lu rounds, %lu calls; %u numbers tried, %u of them succeeded at times; rounds "
	       "ended by a "
	       "signal %lu, stuck %lu; impossible results %lu\n",
	       totals->rounds, totals->calls, count(totals->tried), count(totals->worked),
	       totals->killed, totals->stuck, totals->bad);
	if (opt.channels)
		printf("%lu messages in channels: %lu served, %lu given back, the others taken "
		       "back\n",
		       totals->posted, totals->served, totals->punted);
	if (opt.urings)
		printf("%lu batches of io_uring\n", totals->uring_batches);
	return failed || totals->bad ? 1 : 0;
}

static unsigned long value(char **argv, int i, int argc)
{
	if (i + 1 >= argc) {
		fprintf(stderr, "%s needs a number\n", argv[i]);
		exit(2);
	}
	return strtoul(argv[i + 1], NULL, 0);
}

int main(int argc, char **argv)
{
	opt.seed = (uint64_t)time(NULL) * 1000003 + (uint64_t)getpid();
	for (int i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "--seconds") == 0)
			opt.seconds = value(argv, i, argc);
		else if (strcmp(argv[i], "--seed") == 0)
			opt.seed = value(argv, i, argc);
		else if (strcmp(argv[i], "--workers") == 0)
			opt.workers = value(argv, i, argc);
		else if (strcmp(argv[i], "--calls") == 0)
			opt.calls = value(argv, i, argc);
		else if (strcmp(argv[i], "--channels") == 0)
			opt.channels = value(argv, i, argc);
		else if (strcmp(argv[i], "--urings") == 0)
			opt.urings = value(argv, i, argc);
		else if (strcmp(argv[i], "--sockets") == 0)
			opt.sockets = value(argv, i, argc);
		else if (strcmp(argv[i], "--round") == 0)
			opt.round = (long)value(argv, i, argc);
		else
			return fprintf(stderr, "no such option: %s\n", argv[i]), 2;
	}
	if (!opt.seconds && opt.round < 0)
		return fprintf(stderr, "usage: %s --seconds N [--seed S]\n", argv[0]), 2;
	if (!inside_sandbox())
		return fprintf(stderr, "not in a sandbox: this would damage the system\n"), 2;
	/* Far from all that the calls are given, also if a byte of it changes. */
	totals = mmap((void *)0x123456789000, sizeof(*totals), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED)
		return perror("mmap"), 2;
	dup2(STDERR_FILENO, REPORT_FD);
	printf("seed %lu\n", opt.seed);
	fflush(stdout);
	if (opt.round >= 0)
		run_round(opt.seed, (unsigned long)opt.round);
	return run_all();
}
