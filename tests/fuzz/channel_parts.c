/*
 * tests/fuzz/channel_parts.c - the sentry's side of a channel, fuzzed within one process
 *
 * Model: a kernel with a tmpfs, one task with files, pipes, sockets and events, and a channel whose memory is
 * only ours: no host, no guest, no traps. The main thread writes messages into it, right ones and nonsense,
 * and calls what the poller calls: begin, claim, the copy of the request, the window, the call, the answer. So a
 * million of them take a second. A second thread (the flipper) changes the channel, and the
 * arena, which stands for the guest's memory, half of the time; the rest can be checked: the answer is one
 * that Linux gives, no longer than was asked for, and nothing but the output has been written.
 * Built with sanitizers it is to find what they see.
 *
 * What it leaves out is what lies around that: the poller's loop, set-up and end of channels, signals and forks.
 * For these: syscall_fuzz --channels.
 *
 *	channel_parts [--messages N] [--seed S]
 */
#define fast_poller fuzz_fast_poller
#define fast_wake_poller fuzz_fast_wake_poller
#define poller_wake_locked fuzz_poller_wake_locked
#include "platform/fastpath/poller.c"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "fs/tmpfs/tmpfs.h"
#include "fs/vfs/file.h"
#include "fs/vfs/vfs.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "syscalls/syscall.h"

#define ARENA 0x40000
#define NR_FDS 48u
#define ROUND 4000 /* messages until files and names begin anew */

static struct kernel kernel;
static struct process process;
static struct task *task;
static struct path root;
static struct channel channel;
static unsigned char *arena;
static volatile bool flipping, ending;
static uint32_t calls[CHANNEL_NR_CALLS], nr_calls;
static uint64_t served[CHANNEL_NR_CALLS], succeeded[CHANNEL_NR_CALLS];
static uint64_t nr_messages, nr_done, nr_punted, nr_told, nr_else;

/* ---- random numbers ---- */

struct rng {
	uint64_t s;
};
static struct rng mine;

static uint64_t next(struct rng *r) /* splitmix64 */
{
	uint64_t z = r->s += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static uint64_t below(uint64_t n)
{
	return next(&mine) % n;
}

static bool one_in(unsigned int n)
{
	return below(n) == 0;
}

/* ---- the platform: the arena is all of the guest's memory ---- */

static ssize_t move(const struct iovec *local, size_t nr, const struct iovec *remote, bool out)
{
	uint64_t at = (uint64_t)(uintptr_t)remote->iov_base - (uint64_t)(uintptr_t)arena;
	size_t left = remote->iov_len, n = 0;

	if (at >= ARENA)
		return -EFAULT;
	left = MIN(left, (size_t)(ARENA - at)); /* short at the first bad page */
	for (size_t i = 0; i < nr && left > 0; i++) {
		size_t len = MIN(local[i].iov_len, left);

		if (out)
			memcpy(arena + at + n, local[i].iov_base, len);
		else
			memcpy(local[i].iov_base, arena + at + n, len);
		n += len;
		left -= len;
	}
	return (ssize_t)n;
}

static ssize_t arena_read(struct task *t, const struct iovec *local, size_t nr,
			  const struct iovec *remote, size_t nr_remote)
{
	(void)t;
	(void)nr_remote;
	return move(local, nr, remote, false);
}

static ssize_t arena_write(struct task *t, const struct iovec *local, size_t nr,
			   const struct iovec *remote, size_t nr_remote)
{
	(void)t;
	(void)nr_remote;
	return move(local, nr, remote, true);
}

static void no_answer(struct task *t, long result)
{
	(void)t;
	(void)result;
	abort(); /* nothing here is held */
}

static void no_continue(struct task *t)
{
	no_answer(t, 0);
}

static const struct platform arena_platform = {
	.name = "arena",
	.answer = no_answer,
	.continue_call = no_continue,
	.read_mem = arena_read,
	.write_mem = arena_write,
};

/* ---- the flipper ---- */

static void flip_once(struct rng *r)
{
	uint64_t v = next(r);
	uint32_t at = (uint32_t)(v >> 16) % CHANNEL_SIZE;

	switch (v & 15) {
	case 0:
		__atomic_store_n(state_of(&channel), (uint32_t)(v >> 40) % 8, __ATOMIC_RELAXED);
		break;
	case 1: __atomic_store_n(state_of(&channel), (uint32_t)(v >> 32), __ATOMIC_RELAXED); break;
	case 2: *(volatile uint16_t *)(channel.mem + CH_NR) = (uint16_t)(v >> 40); break;
	case 3: *(volatile uint16_t *)(channel.mem + CH_FLAGS) = (uint16_t)(v >> 40); break;
	case 4:
	case 5: channel.mem[CH_ARGS + at % 48] = (uint8_t)(v >> 56); break;
	case 6:
	case 7: channel.mem[at] = (uint8_t)(v >> 56); break;
	case 8: channel.mem[CH_IN + at % 256] = (uint8_t)(v >> 56); break;
	default: arena[(v >> 16) % ARENA & ~(v >> 62 ? 0xff00ULL : 0)] = (uint8_t)(v >> 56);
	}
}

static void *flipper(void *arg)
{
	struct rng r = {(uint64_t)(uintptr_t)arg};

	while (!ending) {
		if (!flipping) {
			usleep(100);
			continue;
		}
		flip_once(&r);
		for (uint64_t i = next(&r) % 64; i > 0; i--)
			__builtin_ia32_pause();
	}
	return NULL;
}

/* ---- messages ---- */

static uint64_t interesting(void)
{
	static const uint64_t values[] = {0,
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
					  4095,
					  4096,
					  16384,
					  16385,
					  65536,
					  (uint64_t)AT_FDCWD,
					  AT_EMPTY_PATH,
					  O_CREAT | O_RDWR | O_NONBLOCK,
					  O_DIRECTORY};

	return one_in(8) ? next(&mine) : values[below(ARRAY_SIZE(values))];
}

/* At the start of the arena: names, then message headers, vectors, addresses, as right as flips leave them. */
#define STEP 64
#define NR_NAMES 32u
#define NR_HEADERS 16u
#define HEADERS (NR_NAMES * STEP)
#define VECTORS (HEADERS + NR_HEADERS * STEP)
#define ADDRESSES (VECTORS + NR_HEADERS * STEP)
#define NR_PLACES ((ADDRESSES + NR_HEADERS * 2 * STEP) / STEP)

static uint64_t address(void)
{
	uint64_t a = (uint64_t)(uintptr_t)arena;

	switch (below(16)) {
	case 12:
	case 13: return a + below(NR_NAMES) * STEP;
	case 14:
	case 15: return a + below(NR_PLACES) * STEP;
	case 0: return interesting();
	case 1: return a + ARENA - below(64);
	case 2: return CHANNEL_BASE + below(CHANNEL_SIZE);
	default: return a + (below(ARENA - 4096) & ~7ULL);
	}
}

static uint64_t argument(void)
{
	switch (below(8)) {
	case 0:
	case 1:
	case 2: return below(NR_FDS);
	case 3:
	case 4: return address();
	case 5: return below(3);
	case 6: return one_in(2) ? below(128) : below(6000);
	default: return interesting();
	}
}

static size_t name(char *to)
{
	static const char *const names[] = {"f0", "f1", "d0",  "d0/f2", "d0/d1",    "l0",
					    "l1", "p0", "s0",  ".",	"..",	    "",
					    "/",  "//", "f0/", "d0/..", "d0/../f1", "no/where"};
	const char *s = names[below(ARRAY_SIZE(names))];

	memcpy(to, s, strlen(s) + 1);
	return strlen(s) + 1;
}

static void fill_sockaddr(unsigned char *to)
{
	struct sockaddr_un a = {.sun_family = one_in(6) ? (uint16_t)below(48) : AF_UNIX};

	memcpy(a.sun_path, one_in(2) ? "s0\0\0\0" : "\0abst", 5);
	memcpy(to, &a, sizeof(a));
}

static void fill_places(void)
{
	for (unsigned int i = 0; i < NR_NAMES; i++)
		name((char *)arena + (size_t)i * STEP);
	for (unsigned int i = 0; i < NR_HEADERS; i++) {
		struct msghdr *h = (struct msghdr *)(arena + HEADERS + (size_t)i * STEP);
		struct iovec *iov = (struct iovec *)(arena + VECTORS + (size_t)i * STEP);

		fill_sockaddr(arena + ADDRESSES + (size_t)i * 2 * STEP);
		*h = (struct msghdr){.msg_iov = iov, .msg_iovlen = below(5)};
		if (one_in(3)) {
			h->msg_name = arena + ADDRESSES + (size_t)i * 2 * STEP;
			h->msg_namelen = 8;
		}
		if (one_in(3)) {
			h->msg_control = (void *)address();
			h->msg_controllen = below(200);
		}
		for (int j = 0; j < 4; j++)
			iov[j] = (struct iovec){arena + 8192 + below(8192), below(2000)};
	}
}

/* What a pointer may lead to: names, vectors, headers, addresses, descriptors, times, numbers. */
static void fill_arena(uint64_t at)
{
	uint64_t offset = at - (uint64_t)(uintptr_t)arena;
	uint64_t *p;

	if (offset > ARENA - 512)
		return;
	p = (uint64_t *)(arena + (offset & ~7ULL));
	switch (below(7)) {
	case 0: name((char *)arena + offset); break;
	case 1:
		for (int i = 0; i < 8; i += 2) {
			p[i] = address();
			p[i + 1] = one_in(6) ? interesting() : below(3000);
		}
		break;
	case 2: fill_sockaddr(arena + offset); break;
	case 3:
		for (int i = 0; i < 7; i++) /* struct msghdr */
			p[i] = i % 2 ? (one_in(6) ? interesting() : below(130)) : address();
		break;
	case 4:
		for (int i = 0; i < 4; i++) /* struct pollfd */
			p[i] = below(NR_FDS) | next(&mine) << 32;
		break;
	case 5:
		p[0] = one_in(4) ? interesting() : 0;
		p[1] = below(2000);
		break;
	default:
		for (int i = 0; i < 8; i++)
			p[i] = one_in(2) ? interesting() : below(NR_FDS);
	}
}

static uint64_t last_listener;

static uint64_t a_name(void)
{
	return (uint64_t)(uintptr_t)arena + below(NR_NAMES) * STEP;
}

/* Calls for which chance alone would hardly do. */
static void suit(uint32_t nr, uint64_t *a)
{
	switch (nr) {
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_linkat:
		a[0] = a[2] = (uint64_t)AT_FDCWD;
		a[1] = a_name();
		a[3] = a_name();
		break;
	case SYS_unlinkat: a[2] = one_in(2) ? 0 : AT_REMOVEDIR; break;
	case SYS_symlinkat:
		a[0] = a_name();
		a[1] = (uint64_t)AT_FDCWD;
		a[2] = a_name();
		break;
	case SYS_rename:
	case SYS_link:
	case SYS_symlink:
		a[0] = a_name();
		a[1] = a_name();
		break;
	case SYS_epoll_ctl:
		a[1] = 1 + below(3);
		a[2] = below(NR_FDS);
		break;
	case SYS_accept:
	case SYS_accept4:
		a[0] = one_in(2) ? last_listener : a[0];
		a[1] = a[2] = a[3] = 0;
		break;
	case SYS_connect: a[2] = 5 + below(3); break;
	case SYS_select:
	case SYS_pselect6:
		a[0] = below(64);
		a[5] = 0;
		break;
	case SYS_getsockopt:
	case SYS_setsockopt:
		a[1] = SOL_SOCKET;
		a[2] = below(80);
		break;
	case SYS_timerfd_settime: a[1] = below(2); break;
	case SYS_getxattr:
	case SYS_lgetxattr:
	case SYS_fgetxattr:
		a[3] = one_in(4) ? 0 : below(300);
		a[1] = (uint64_t)(uintptr_t)arena + (NR_NAMES - 1) * STEP;
		break;
	}
}

/* Arguments that suit the call's window, as far as that says what they are. */
static void make_args(uint32_t nr, uint64_t *a)
{
	const struct fast_inline *in = &fast_inlines[nr];

	for (int i = 0; i < 6; i++) {
		a[i] = argument();
		if (one_in(3))
			fill_arena(a[i]);
	}
	if (!one_in(8)) {
		if (in->string)
			a[in->string - 1] = address();
		if (in->in)
			a[in->in - 1] = address();
		if (in->out)
			a[in->out - 1] = address();
		if (in->out && in->unit && !one_in(6))
			a[in->out] = below(CHANNEL_OUT_SIZE + 100) / in->unit;
		if (in->in && !in->fixed && !in->array && !one_in(6))
			a[in->in] = below(CHANNEL_IN_SIZE + 100);
	}
	if (one_in(2) && in->string != 1)
		a[0] = one_in(4) ? (uint64_t)AT_FDCWD : below(NR_FDS);
	if (one_in(2)) /* flags, mostly */
		a[3] = a[4] = 0;
	if (one_in(2))
		suit(nr, a);
	if (nr == SYS_sendmsg || nr == SYS_recvmsg)
		a[1] = one_in(4) ? address()
				 : (uint64_t)(uintptr_t)arena + HEADERS + below(NR_HEADERS) * STEP;
	if (nr == SYS_ioctl || nr == SYS_fcntl)
		a[1] = one_in(2) ? 0x5401 + below(80) : below(1040);
	if (nr == SYS_socket || nr == SYS_socketpair) {
		a[0] = one_in(6) ? below(48) : AF_UNIX;
		a[1] = 1 + below(5);
	}
}

static uint16_t make_inputs(uint32_t nr)
{
	const struct fast_inline *in = &fast_inlines[nr];
	size_t len = below(256);

	if (one_in(6))
		return (uint16_t)next(&mine); /* a lie */
	if (in->string)
		len = name((char *)channel.mem + CH_IN);
	else if (in->in && one_in(2))
		fill_sockaddr(channel.mem + CH_IN);
	if (in->in && one_in(4))
		len = CHANNEL_IN_LEN;
	return (uint16_t)(len | (one_in(5) ? 0 : CHANNEL_TAKES_OUT));
}

static void write_message(uint32_t nr, const uint64_t *a, uint16_t flags)
{
	*(volatile uint16_t *)(channel.mem + CH_NR) = (uint16_t)nr;
	*(volatile uint16_t *)(channel.mem + CH_FLAGS) = flags;
	for (int i = 0; i < 6; i++)
		((volatile uint64_t *)(channel.mem + CH_ARGS))[i] = a[i];
	__atomic_store_n(state_of(&channel), CHANNEL_REQUEST, __ATOMIC_SEQ_CST);
}

_Noreturn static void wrong(const char *what, uint32_t nr, const uint64_t *a)
{
	long result = *(long *)(channel.mem + CH_RESULT);

	fprintf(stderr,
		"WRONG: %s: call %u (%#lx, %#lx, %#lx, %#lx, %#lx, %#lx): state %#x, result %ld\n",
		what, nr, a[0], a[1], a[2], a[3], a[4], a[5], *state_of(&channel), result);
	abort();
}

/* Nobody else has written to the channel. */
static void check_answer(uint32_t nr, const uint64_t *a)
{
	uint32_t state = *state_of(&channel);
	bool small = state >> CHANNEL_OUT_SMALL_BIT;
	uint32_t out_len = (state & ~(1U << CHANNEL_OUT_SMALL_BIT)) >> CHANNEL_OUT_SHIFT;
	long result = *(long *)(channel.mem + CH_RESULT);

	switch (state & 0xff) {
	case CHANNEL_DONE:
		nr_done++;
		served[nr]++;
		succeeded[nr] += result >= 0;
		if (out_len > (small ? CHANNEL_SMALL_SIZE : CHANNEL_OUT_SIZE) ||
		    (out_len && !fast_inlines[nr].out))
			wrong("length of the output", nr, a);
		if (result < -511 && nr != SYS_lseek && nr != SYS_fcntl)
			wrong("result", nr, a);
		break;
	case CHANNEL_PUNT: nr_punted++; break;
	case CHANNEL_WAIT: nr_told++; break;
	default: wrong("state", nr, a);
	}
}

static void one_message(void)
{
	uint32_t nr = calls[below(nr_calls)];
	uint64_t a[6];
	uint16_t flags;

	if (one_in(64))
		nr = (uint32_t)next(&mine) & 0xffff;
	make_args(nr % CHANNEL_NR_CALLS, a);
	flags = make_inputs(nr % CHANNEL_NR_CALLS);
	write_message(nr, a, flags);
	if (one_in(64))
		*state_of(&channel) = (uint32_t)(one_in(2) ? next(&mine) : below(8));
	if (has_request(&channel)) {
		serve(&channel, task);
		if (!flipping)
			check_answer(nr, a);
		else
			nr_else++;
	}
	nr_messages++;
	if (atomic_load(&task->life) & ~(unsigned int)TASK_DEAD)
		wrong("the task is still in its call", nr, a);
	if (!runq_empty())
		drain_runq();
	waiting_call(&channel, atomic_exchange(&wait_noted, 0));
	if (one_in(16))
		waiting_look(&channel, (int64_t)below(1 << 30));
	if (one_in(64))
		late_close_one();
}

/* ---- the task ---- */

static long call(long nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	uint64_t a[6] = {a0, a1, a2, a3};

	write_message((uint32_t)nr, a, 0);
	serve(&channel, task);
	return *(long *)(channel.mem + CH_RESULT);
}

static uint64_t at_arena(const char *s)
{
	strcpy((char *)arena, s);
	return (uint64_t)(uintptr_t)arena;
}

/* A call that does not come in channels. */
static void direct(long nr, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
	task->call = (struct guest_call){.nr = (int)nr, .args = {a0, a1, a2, a3}};
	task->in_channel = true; /* what would wait comes back */
	(void)syscall_dispatch(task);
	task->in_channel = false;
}

/* It stays, whatever is closed. */
static void make_listener(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "\0ab"};
	static struct file *kept;
	long fd;

	if (kept)
		file_put(kept);
	fd = call(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, 0);
	memcpy(arena, &a, sizeof(a));
	direct(SYS_bind, (uint64_t)fd, (uint64_t)(uintptr_t)arena, 5, 0);
	direct(SYS_listen, (uint64_t)fd, 50, 0, 0);
	last_listener = (uint64_t)fd;
	kept = fd_get(task, (int)fd);
}

static void make_xattr(void)
{
	uint64_t n = (uint64_t)(uintptr_t)arena + (NR_NAMES - 1) * STEP;

	strcpy((char *)arena + (NR_NAMES - 1) * STEP, "user.a");
	direct(SYS_setxattr, at_arena("f0"), n, (uint64_t)(uintptr_t)arena, 2);
}

/* A table with some of everything. */
static void begin_round(void)
{
	uint64_t pair = (uint64_t)(uintptr_t)arena + 1024;
	struct fdtable *old = task->files;
	struct fs_context *fs = task->fs;

	flipping = false;
	usleep(1000); /* its last flip has come */
	task->files = fdtable_new();
	task->fs = fs_context_new(&root, &root);
	fdtable_put(task, old);
	fs_context_put(fs);
	late_close_all();
	for (int i = 0; i < 3; i++)
		call(SYS_open,
		     at_arena(i == 0   ? "/"
			      : i == 1 ? "f0"
				       : "f1"),
		     i ? O_RDWR | O_CREAT : O_RDONLY, 0666, 0);
	call(SYS_mkdir, at_arena("d0"), 0777, 0, 0);
	call(SYS_symlink, at_arena("f0"), at_arena("l0"), 0, 0);
	for (uint64_t i = 0; i < 3; i++) {
		call(SYS_pipe2, pair, O_NONBLOCK, 0, 0);
		call(SYS_socketpair, AF_UNIX,
		     i == 0   ? SOCK_STREAM
		     : i == 1 ? SOCK_DGRAM
			      : SOCK_SEQPACKET,
		     0, pair);
		call(SYS_eventfd2, i, O_NONBLOCK, 0, 0);
		call(SYS_epoll_create1, 0, 0, 0, 0);
		call(SYS_timerfd_create, 1, O_NONBLOCK, 0, 0);
		call(SYS_memfd_create, at_arena("m"), 2, 0, 0);
		call(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, 0);
	}
	make_listener();
	fill_places();
	make_xattr();
	for (size_t i = 0; i < CHANNEL_SIZE - 0x1000; i++)
		channel.mem[0x1000 + i] = (unsigned char)next(&mine);
	channel.out_max = one_in(2) ? CHANNEL_OUT_FIRST : CHANNEL_OUT_SIZE;
	flipping = one_in(2);
}

static void make_task(void)
{
	struct cred *c = cred_new();

	task = mem_zalloc(sizeof(*task));
	process.kernel = &kernel;
	process.pid = 2;
	process.pidfd = -1;
	ref_init(&process.ref, 1);
	mutex_init(&process.mu, LOCK_PROCESS);
	list_init(&process.tasks);
	list_init(&process.children);
	for (unsigned int i = 0; i < NR_RLIMITS; i++)
		process.limits[i] = (struct rlimit64){RLIM64_INFINITY, RLIM64_INFINITY};
	process.limits[RLIMIT_NOFILE] = (struct rlimit64){NR_FDS + 16, 64};
	process.limits[RLIMIT_FSIZE] = (struct rlimit64){1 << 20, 1 << 20};
	process.host_pid = getpid();
	ref_init(&task->ref, 1);
	mutex_init(&task->mu, LOCK_TASK);
	list_init(&task->process_node);
	list_init(&task->shadows);
	park_init(task);
	task->kernel = &kernel;
	task->process = &process;
	task->tid = 2;
	task->plat.host_tid = getpid();
	task->cred = c;
	c->cap_bounding = (UINT64_C(1) << (CAP_LAST_CAP + 1)) - 1;
	c->cap_permitted = c->cap_effective = c->cap_bounding;
}

static void make_kernel(void)
{
	struct super *s;
	struct mount *m;
	struct mount_ns *ns;

	kernel_init(&kernel);
	kernel.platform = &arena_platform;
	kernel.host_self_fd_dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	kernel.host_proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (event_init(&kernel) < 0 || vfs_init(&kernel) < 0 || tmpfs_init(&kernel) < 0 ||
	    tmpfs_create(&kernel, "root", "size=64m,mode=755,nr_inodes=20000", &s) < 0)
		abort();
	m = mount_new(s, NULL, 0);
	super_put(s);
	ns = mount_ns_new(&kernel, m);
	root = (struct path){m, dentry_get(m->root)};
	make_task();
	task->mnt_ns = ns;
	task->files = fdtable_new();
	task->fs = fs_context_new(&root, &root);
}

static void make_channel(void)
{
	ref_init(&channel.ref, 1);
	channel.mem = aligned_alloc(4096, CHANNEL_SIZE); /* with red zones around it */
	memset(channel.mem, 0, CHANNEL_SIZE);
	channel.state = CHANNEL_READY;
	channel.task = task;
	channel.memfd = -1;
	list_init(&channel.active_node);
	list_init(&channel.spare_node);
	list_init(&channel.others);
	for (uint32_t nr = 0; nr < CHANNEL_NR_CALLS; nr++)
		if (fast_call_classes[nr] == CHANNEL_CLASS_CALL)
			calls[nr_calls++] = nr;
}

static void *events(void *arg)
{
	event_thread_main(arg);
	return NULL;
}

static int report(uint64_t seed, double took)
{
	uint32_t never = 0, failed = 0;

	for (uint32_t i = 0; i < nr_calls; i++) {
		never += served[calls[i]] == 0;
		failed += succeeded[calls[i]] == 0;
		if (!succeeded[calls[i]])
			fprintf(stderr, "call %u: %lu served, none succeeded\n", calls[i],
				served[calls[i]]);
	}
	printf("seed %lu: %lu messages in %.1f s; unchanged ones: %lu served, %lu given back, %lu "
	       "told to "
	       "wait; %lu changed meanwhile; of %u calls %u never served, %u never succeeded\n",
	       seed, nr_messages, took, nr_done, nr_punted, nr_told, nr_else, nr_calls, never,
	       failed);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t messages = 1000000, seed = (uint64_t)clock_now_ns(CLOCK_REALTIME);
	int64_t start = clock_now_ns(CLOCK_MONOTONIC);
	pthread_t th, ev;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--messages") == 0)
			messages = strtoull(argv[i + 1], NULL, 0);
		else if (strcmp(argv[i], "--seed") == 0)
			seed = strtoull(argv[i + 1], NULL, 0);
		else
			return fprintf(stderr, "no such option: %s\n", argv[i]), 2;
	}
	mine.s = seed;
	arena = aligned_alloc(4096, ARENA);
	memset(arena, 0, ARENA);
	make_kernel();
	make_channel();
	pthread_create(&ev, NULL, events, &kernel);
	pthread_create(&th, NULL, flipper, (void *)(uintptr_t)(seed | 1));
	late_close_begin();
	for (uint64_t i = 0; i < messages; i++) {
		if (i % ROUND == 0)
			begin_round();
		one_message();
	}
	ending = true;
	pthread_join(th, NULL);
	return report(seed, (double)(clock_now_ns(CLOCK_MONOTONIC) - start) / 1e9);
}
