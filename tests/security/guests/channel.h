/*
 * tests/security/guests/channel.h - what attacks on the fast path's channels have in common
 *
 * Model: a *checker* process in the same sandbox computes things whose results it knows (files, pipes,
 * ids, over channels of its own) for as long as the attack lasts. The attack is a function that runs
 * in children, again and again: whatever it does to itself ends with the child. What a child finds
 * goes to shared memory, as its own descriptors are /dev/null: random requests write to them.
 */
#ifndef TESTS_SECURITY_GUESTS_CHANNEL_H
#define TESTS_SECURITY_GUESTS_CHANNEL_H

#include <stdarg.h>

#include "platform/stub/channel_abi.h"
#include "tests/security/guests/attack.h"

#define UNUSED __attribute__((unused))
#define PAGE 4096
#define GET_SECONDS 5.0

struct board {
	volatile bool stop;
	volatile unsigned long rounds, bad_rounds; /* the checker's */
	volatile unsigned long attacks, channels, served;
	_Atomic unsigned int findings;
	char text[256]; /* the first one */
};
static struct board *board;

UNUSED static void found(const char *fmt, ...)
{
	va_list ap;

	if (board->findings++)
		return;
	va_start(ap, fmt);
	vsnprintf(board->text, sizeof(board->text), fmt, ap);
	va_end(ap);
}

/* ---- calls ---- */

static inline uint64_t gs_get(void)
{
	uint64_t base;

	__asm__ volatile("rdgsbase %0" : "=r"(base));
	return base;
}

static inline void gs_set(uint64_t base)
{
	__asm__ volatile("wrgsbase %0" : : "r"(base));
}

static inline long raw6(long nr, const uint64_t a[6])
{
	register uint64_t r10 __asm__("r10") = a[3];
	register uint64_t r8 __asm__("r8") = a[4];
	register uint64_t r9 __asm__("r9") = a[5];
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory", "cc");
	return ret;
}

/* Whatever has become of the instruction: without %gs the shim goes the slow way. */
static inline long trapped6(long nr, const uint64_t a[6])
{
	uint64_t gs = gs_get();
	long r;

	gs_set(0);
	r = raw6(nr, a);
	gs_set(gs);
	return r;
}

#define TRAPPED(nr, ...) trapped6(nr, (const uint64_t[6]){__VA_ARGS__})

/* ---- the thread's own channel, by hand ---- */

#define WORD16(ch, at) (*(volatile uint16_t *)((ch) + (at)))
#define WORD32(ch, at) (*(volatile uint32_t *)((ch) + (at)))
#define WORD64(ch, at) (*(volatile uint64_t *)((ch) + (at)))

/* NULL: it has none. */
static volatile unsigned char *channel_now(void)
{
	uint64_t gs = gs_get();

	if (gs >> AREA_SHIFT != AREA_BASE >> AREA_SHIFT)
		return NULL;
	return (volatile unsigned char *)*(volatile uint64_t *)gs;
}

/* Makes calls until the thread has a channel. */
UNUSED static volatile unsigned char *channel_get(void)
{
	double end = now() + GET_SECONDS;
	volatile unsigned char *ch;

	for (unsigned int i = 1; !(ch = channel_now()) && (i % 64 || now() < end); i++)
		getppid();
	if (ch)
		board->channels++;
	return ch;
}

/* Until somebody looks at requests: calls that trap earn it. */
UNUSED static void channel_wake(volatile unsigned char *ch)
{
	for (int i = 0; i < 64 && !WORD32(ch, CH_ACTIVE); i++)
		TRAPPED(SYS_getppid);
}

/* flags: what lies at CH_IN, and whether the output may go to CH_OUT. */
UNUSED static void channel_post(volatile unsigned char *ch, uint16_t nr, uint16_t flags,
				const uint64_t a[6])
{
	WORD16(ch, CH_NR) = nr;
	WORD16(ch, CH_FLAGS) = flags;
	for (int i = 0; i < 6; i++)
		WORD64(ch, CH_ARGS + 8 * i) = a[i];
	__atomic_store_n(&WORD32(ch, CH_STATE), CHANNEL_REQUEST, __ATOMIC_SEQ_CST);
}

static inline uint32_t channel_state(volatile unsigned char *ch)
{
	return __atomic_load_n(&WORD32(ch, CH_STATE), __ATOMIC_SEQ_CST) & 0xff;
}

static inline bool channel_cancel(volatile unsigned char *ch)
{
	uint32_t request = CHANNEL_REQUEST;

	return __atomic_compare_exchange_n(&WORD32(ch, CH_STATE), &request, CHANNEL_IDLE, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* Waits for the answer: CHANNEL_DONE, _PUNT; CHANNEL_IDLE: nobody came in time. */
UNUSED static uint32_t channel_wait(volatile unsigned char *ch, unsigned int spins)
{
	uint32_t state;

	for (unsigned int i = 0; i < spins; i++) {
		state = channel_state(ch);
		if (state >= CHANNEL_DONE)
			return state;
		__builtin_ia32_pause();
	}
	if (channel_cancel(ch))
		return CHANNEL_IDLE;
	while ((state = channel_state(ch)) < CHANNEL_DONE)
		sched_yield();
	return state;
}

/* ---- the checker ---- */

static bool check_once(int fd, const int pipes[2], pid_t self, pid_t parent, unsigned int round)
{
	unsigned char out[256], in[256];
	struct stat st;
	bool ok = getpid() == self && getppid() == parent;

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (unsigned char)(round * 31 + i * 7);
	ok &= pwrite(fd, out, sizeof(out), (round % 16) * 256) == sizeof(out);
	ok &= pread(fd, in, sizeof(in), (round % 16) * 256) == sizeof(in);
	ok &= memcmp(in, out, sizeof(in)) == 0;
	ok &= lseek(fd, round % 1000, SEEK_SET) == (off_t)(round % 1000);
	ok &= fstat(fd, &st) == 0 && st.st_size == 4096;
	ok &= write(pipes[1], out, 100) == 100 && read(pipes[0], in, sizeof(in)) == 100;
	ok &= memcmp(in, out, 100) == 0;
	return ok;
}

static void checker(void)
{
	char name[] = "/tmp/checker-XXXXXX";
	int fd = mkstemp(name), pipes[2];
	pid_t self = getpid(), parent = getppid();

	unlink(name);
	if (fd < 0 || ftruncate(fd, 4096) < 0 || pipe(pipes) < 0) {
		board->bad_rounds++;
		return;
	}
	while (!board->stop) {
		for (int i = 0; i < 50; i++)
			if (!check_once(fd, pipes, self, parent, (unsigned int)board->rounds))
				board->bad_rounds++;
			else
				board->rounds++;
		usleep(2000);
	}
}

/* ---- running attacks ---- */

static void run_child(void (*attack)(unsigned int seed), unsigned int seed)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	if (seed & 1 && (setresgid(1000, 1000, 1000) < 0 || setresuid(1000, 1000, 1000) < 0))
		found("setresuid: errno %d", errno);
	attack(seed);
	_exit(0);
}

static void run_once(void (*attack)(unsigned int seed), unsigned int seed, double seconds)
{
	double end = now() + seconds;
	pid_t pid = fork();

	if (pid == 0)
		run_child(attack, seed);
	while (pid > 0 && waitpid(pid, NULL, WNOHANG) == 0) {
		if (now() > end)
			kill(pid, SIGKILL);
		usleep(5000);
	}
	board->attacks++;
}

/* The whole of an attack's main(): runs of at most @each seconds for @seconds. */
UNUSED static int channel_attack(void (*attack)(unsigned int seed), double seconds, double each)
{
	double end;
	unsigned long before;
	pid_t pid;
	int st;

	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	pid = fork();
	if (pid == 0) {
		checker();
		_exit(0);
	}
	end = now() + seconds;
	for (unsigned int seed = 1; seed == 1 || now() < end; seed++)
		run_once(attack, seed, each);
	before = board->rounds;
	for (end = now() + 20; board->rounds < before + 100 && now() < end;)
		usleep(10000);
	if (board->rounds < before + 100)
		FINDING("the checker has stopped after %lu rounds", before);
	board->stop = true;
	waitpid(pid, &st, 0);
	if (st)
		FINDING("the checker ended with status %#x", st);
	if (board->bad_rounds)
		FINDING("%lu wrong results of %lu", board->bad_rounds, board->rounds);
	if (board->findings)
		FINDING("%u findings: %s", board->findings, board->text);
	printf("%lu runs, %lu rounds of checks, %lu requests served, channels: %lu\n",
	       board->attacks, board->rounds, board->served, board->channels);
	wait_for_driver();
	return findings != 0;
}

#endif
