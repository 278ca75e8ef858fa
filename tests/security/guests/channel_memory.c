/*
 * tests/security/guests/channel_memory.c - what a process does to the memory of its channels, and what
 * becomes of it where processes and programs begin and end
 *
 *	memory	channel, area, stub, trampolines: unmapped, protected, moved, grown, emptied
 *	inherit	children have no channels of their parents, also if they are made while threads get some
 *	end	exec, exit and SIGKILL amid calls of several threads
 *	heirs	threads leave their channels full of junk, and requests in them, to those that come next
 *	slots	one process uses slots again and again
 *	threads	many threads with a channel each
 *
 *	channel_memory MODE SECONDS [THREADS]
 */
#include "tests/security/guests/channel.h"

#include "platform/stub/stub_abi.h"

#define SOME_CALLS 300
#define SLOTS_MARGIN 50
#define MAX_THREADS 2200
#define STACK_SIZE 16384

static double run_until;

static void *calls(void *arg)
{
	char c;
	int fd = open("/proc/self/exe", O_RDONLY);

	do {
		for (int i = 0; i < SOME_CALLS; i++) {
			getppid();
			pread(fd, &c, 1, i);
		}
	} while (now() < run_until);
	close(fd);
	return arg;
}

/* ---- memory ---- */

struct range {
	uint64_t at, size;
};

/* Of the trampoline that the C library's getppid() has become a jump to; 0: none. */
static uint64_t trampoline(void)
{
	const unsigned char *code = (const unsigned char *)getppid;
	int32_t distance;

	for (int i = 0; i < 16; i++, code++)
		if (*code == 0xe9) {
			memcpy(&distance, code + 1, 4);
			return (uint64_t)(code + 5 + distance) & ~(PAGE - 1ULL);
		}
	return 0;
}

static void spoil(struct range r, unsigned int how)
{
	char *p = (char *)r.at, *elsewhere;

	switch (how) {
	case 0: munmap(p, r.size); break;
	case 1: mprotect(p, r.size, PROT_NONE); break;
	case 2: mprotect(p, r.size, PROT_READ | PROT_WRITE | PROT_EXEC); break;
	case 3: mprotect(p, r.size, PROT_READ); break;
	case 4: mremap(p, r.size, r.size, MREMAP_MAYMOVE | MREMAP_FIXED, 0x300000000000); break;
	case 5:
		elsewhere = mremap(p, r.size, r.size * 4, MREMAP_MAYMOVE);
		if (elsewhere != MAP_FAILED)
			memset(elsewhere + r.size, 1, r.size); /* SIGBUS */
		break;
	case 6:
		if (mremap(p, 0, r.size, MREMAP_MAYMOVE) != MAP_FAILED)
			found("a second mapping of %#lx", (long)r.at);
		break;
	case 7:
		if (madvise(p, r.size, MADV_REMOVE) == 0)
			found("%#lx was emptied", (long)r.at);
		break;
	case 8: madvise(p, r.size, MADV_DONTNEED); break;
	case 9: madvise(p, r.size, 21 /* MADV_PAGEOUT */); break;
	case 10: memset(p, 0xff, r.size); break;
	case 11:
		mmap(p, r.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
		     0);
		break;
	case 12: syscall(SYS_remap_file_pages, p, r.size, 0, 3, 0); break;
	case 13: mlock(p, r.size); break;
	case 14: madvise(p, r.size, 19 /* MADV_KEEPONFORK */); break;
	case 15: madvise(p, r.size, MADV_DOFORK); break;
	}
}

static void memory(unsigned int seed)
{
	volatile unsigned char *ch = channel_get();
	const struct range ranges[] = {{(uint64_t)ch, CHANNEL_SIZE},
				       {AREA_BASE, AREA_SIZE},
				       {STUB_BASE, PAGE},
				       {STUB_HANDLERS, STUB_HANDLERS_SIZE},
				       {trampoline(), PAGE}};
	unsigned int n = sizeof(ranges) / sizeof(ranges[0]);
	struct range r = ranges[seed / 2 % n];
	pthread_t th;

	if (!ch || !r.at)
		return;
	run_until = now() + 0.3;
	pthread_create(&th, NULL, calls, NULL);
	calls(NULL);
	run_until += 0.3;
	spoil(r, seed / 2 / n % 16);
	calls(NULL);
	if (fork() == 0) {
		calls(NULL);
		_exit(0);
	}
	pthread_create(&th, NULL, calls, NULL);
	pthread_join(th, NULL);
}

/* ---- inherit ---- */

static int pipes[2];

/* Is anything there? Asked of the sentry: it reads the byte for a pipe. */
static bool is_mapped(uint64_t at)
{
	char c;

	if (TRAPPED(SYS_write, (uint64_t)pipes[1], at, 1) != 1)
		return false;
	TRAPPED(SYS_read, (uint64_t)pipes[0], (uint64_t)&c, 1);
	return true;
}

static void *short_life(void *arg)
{
	channel_get();
	return arg;
}

static void *many_lives(void *arg)
{
	pthread_t th;

	while (now() < run_until && pthread_create(&th, NULL, short_life, NULL) == 0)
		pthread_join(th, NULL);
	return arg;
}

/* The child's own, which it got for these calls: its area was empty at first. */
static bool is_own(uint64_t slot)
{
	return *(volatile uint64_t *)(AREA_BASE + slot * AREA_SLOT_SIZE) ==
	       CHANNEL_BASE + slot * CHANNEL_STRIDE;
}

static void look_in_child(volatile unsigned char *ch)
{
	if (gs_get() >> AREA_SHIFT == AREA_BASE >> AREA_SHIFT && channel_now())
		found("the slot of a child is not empty");
	if (ch && is_mapped((uint64_t)ch))
		found("the channel of the forking thread is there");
	for (uint64_t slot = 0; slot < 200; slot++)
		if (is_mapped(CHANNEL_BASE + slot * CHANNEL_STRIDE) && !is_own(slot))
			found("a child has channel %ld of its parent's", (long)slot);
	if (getppid() <= 0)
		found("getppid in a child");
	_exit(0);
}

/* A handler that has interrupted the shim forks: the child keeps the memory, but nobody serves it. */
static void fork_in_use(volatile unsigned char *ch)
{
	const uint64_t none[6] = {0};
	int st;
	pid_t pid;

	WORD32(ch, CH_INUSE) = 1;
	pid = fork();
	if (pid) {
		waitpid(pid, &st, 0);
		return;
	}
	WORD32(ch, CH_CLASS + SYS_getppid) = 0x01010101;
	for (int i = 0; i < 3; i++) {
		channel_post(ch, SYS_getppid, 0, none);
		if (channel_wait(ch, 2000000) == CHANNEL_DONE)
			found("the parent's channel serves the child");
	}
	_exit(0);
}

static void inherit(unsigned int seed)
{
	volatile unsigned char *ch = channel_get();
	pthread_t th[2];
	int st;
	pid_t pid;

	(void)seed;
	if (!ch || pipe(pipes) < 0)
		return;
	run_until = now() + 1;
	for (int i = 0; i < 2; i++)
		pthread_create(&th[i], NULL, many_lives, NULL);
	while (now() < run_until) {
		channel_get();
		pid = fork();
		if (pid == 0)
			look_in_child(ch);
		waitpid(pid, &st, 0);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(th[i], NULL);
	ch = channel_get();
	if (ch)
		fork_in_use(ch);
}

/* ---- end ---- */

static void *executes(void *arg)
{
	char *argv[] = {"channel_memory", "again", NULL};

	usleep((useconds_t)(uintptr_t)arg);
	execv("/proc/self/exe", argv);
	return NULL;
}

static void end(unsigned int seed)
{
	unsigned int delay = (unsigned int)rand_r(&seed) % 30000;
	pthread_t th;
	pid_t pid = fork();

	if (pid) {
		if (seed & 2) {
			usleep(delay);
			kill(pid, SIGKILL);
		}
		waitpid(pid, NULL, 0);
		return;
	}
	run_until = now() + 1;
	for (int i = 0; i < 3; i++)
		pthread_create(&th, NULL, calls, NULL);
	if (seed & 4)
		pthread_create(&th, NULL, executes, (void *)(uintptr_t)delay);
	calls(NULL);
	_exit(0);
}

static int again(void)
{
	run_until = 0;
	for (int i = 0; i < 5; i++)
		calls(NULL);
	return 0;
}

/* ---- heirs ---- */

static volatile unsigned char *left; /* by the last thread: somebody posts requests there */

static void *leaves_junk(void *arg)
{
	volatile unsigned char *ch = channel_get();
	unsigned int seed = (unsigned int)(uintptr_t)arg;
	const uint64_t args[6] = {(uint64_t)pipes[1], (uint64_t)&left, 1};

	if (!ch)
		return NULL;
	for (unsigned int at = 0; at < CHANNEL_SIZE; at++)
		if (at / 64 != CH_ACTIVE / 64)
			ch[at] = (unsigned char)rand_r(&seed);
	WORD32(ch, CH_INUSE) = 1;
	channel_post(ch, SYS_write, 0, args);
	left = ch;
	TRAPPED(SYS_exit, 0);
	return NULL;
}

static void *inherits(void *arg)
{
	pid_t parent = getppid();
	long tid = TRAPPED(SYS_gettid, 0);

	channel_get();
	for (int i = 0; i < 100; i++)
		if (syscall(SYS_gettid) != tid || syscall(SYS_getppid) != parent)
			found("a thread has another one's results");
	return arg;
}

static void *posts(void *arg)
{
	const uint64_t args[6] = {(uint64_t)pipes[1], (uint64_t)&left, 1};

	while (now() < run_until)
		if (left && channel_state(left) == CHANNEL_IDLE)
			channel_post(left, SYS_getppid, 0, args);
	return arg;
}

static void heirs(unsigned int seed)
{
	pthread_t th, poster;

	run_until = now() + 2;
	if (!channel_get() || pipe(pipes) < 0)
		return;
	if (seed & 2)
		pthread_create(&poster, NULL, posts, NULL);
	while (now() < run_until) {
		pthread_create(&th, NULL, leaves_junk, (void *)(uintptr_t)seed++);
		pthread_join(th, NULL);
		if (seed & 2)
			continue;
		pthread_create(&th, NULL, inherits, NULL);
		pthread_join(th, NULL);
	}
}

/* ---- slots and threads ---- */

static void slots(unsigned int seed)
{
	pthread_t th;
	int bad = 0;

	(void)seed;
	if (!channel_get())
		return;
	for (int i = 0; i < AREA_SLOTS + SLOTS_MARGIN && bad < 3; i++) {
		if (pthread_create(&th, NULL, i < AREA_SLOTS - 1 ? short_life : calls, NULL) != 0)
			return;
		pthread_join(th, NULL);
	}
	if (getppid() <= 0)
		found("getppid with all slots used");
	if (!channel_get())
		found("no slot was used again");
	if (fork() == 0) {
		calls(NULL);
		_exit(0);
	}
	wait(NULL);
}

static unsigned int nr_threads = 100;
static volatile bool go;
static _Atomic unsigned int nr_ready;

static void *one_of_many(void *arg)
{
	pid_t parent = getppid();

	channel_get();
	nr_ready++;
	while (!go)
		usleep(50000);
	for (int i = 0; i < 200; i++)
		if (getppid() != parent)
			found("getppid in thread %ld", (long)(uintptr_t)arg);
	return NULL;
}

static void threads(unsigned int seed)
{
	static pthread_t th[MAX_THREADS];
	pthread_attr_t attr;
	unsigned int n = 0;

	(void)seed;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	for (; n < nr_threads; n++) {
		if (pthread_create(&th[n], &attr, one_of_many, (void *)(uintptr_t)n) != 0)
			break;
		while (nr_ready <= n)
			usleep(100);
	}
	go = true;
	for (unsigned int i = 0; i < n; i++)
		pthread_join(th[i], NULL);
	if (n < nr_threads)
		found("%u threads", n);
}

int main(int argc, char **argv)
{
	double seconds = argc > 2 ? atof(argv[2]) : 1;

	if (argc < 2)
		return 2;
	if (argc > 3 && atoi(argv[3]) <= MAX_THREADS)
		nr_threads = (unsigned int)atoi(argv[3]);
	switch (argv[1][0]) {
	case 'a': return again();
	case 'm': return channel_attack(memory, seconds, 1.5);
	case 'i': return channel_attack(inherit, seconds, 10);
	case 'e': return channel_attack(end, seconds, 3);
	case 'h': return channel_attack(heirs, seconds, 10);
	case 's': return channel_attack(slots, seconds, seconds);
	case 't': return channel_attack(threads, seconds, 300);
	}
	return 2;
}
