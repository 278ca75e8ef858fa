/*
 * tests/probe/every_number.c - every syscall number with hostile arguments, a guest program
 *
 * Each number from 0 to 500, beyond, negative, and through the gates of foreign ABIs is called in a
 * child process with each of a few sets of arguments that no program would use. Nothing is expected
 * of calls that exist, but that they answer as Linux could: a result of -4095 to -1 that is a known
 * errno, or a value; unknown numbers and foreign ABIs answer ENOSYS. What blocks is ended by an alarm.
 *
 * Prints one line per surprise and the totals. Build: cc -std=gnu17 -O2 -static -I. FILE
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/rawcall.h"

#define LAST_KNOWN 469
#define LAST 500
#define HOLE_FIRST 335 /* numbers that x86-64 skips */
#define HOLE_LAST 423
#define ERRNO_MAX 133

static const uint64_t sets[][6] = {
	{0, 0, 0, 0, 0, 0},
	{~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL},
	{0x8000000000000000, 0x8000000000000000, 0x8000000000000000, 0x8000000000000000,
	 0x8000000000000000, 0x8000000000000000},
	{0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff},
	/* junk in the high halves of what would be small numbers */
	{0xdeadbeef00000001, 0xdeadbeef00000001, 0xdeadbeef00000001, 0xdeadbeef00000001,
	 0xdeadbeef00000001, 0xdeadbeef00000001},
	/* the kernel's half, the last page of the user's */
	{0xffffffff81000000, 0xffffffff81000000, 0xffffffff81000000, 0xffffffff81000000,
	 0xffffffff81000000, 0xffffffff81000000},
	{0x7fffffffefff, 0x7fffffffefff, 0x7fffffffefff, 0x7fffffffefff, 0x7fffffffefff,
	 0x7fffffffefff},
};
#define NR_SETS (sizeof(sets) / sizeof(sets[0]))

enum gate { GATE_64, GATE_INT80 };

static struct {
	unsigned long probes, surprises;
	long *result; /* shared with the child */
} probe;

#define NO_RESULT (-0x7000000000000000L)

static void child(enum gate gate, long nr, const uint64_t *a)
{
	alarm(1);
	*probe.result = gate == GATE_64 ? raw_call(nr, a) : raw_int80(nr, a);
	_exit(0);
}

/* The result, or NO_RESULT if the call did not come back. */
static long call(enum gate gate, long nr, const uint64_t *a)
{
	int status;
	pid_t pid;

	*probe.result = NO_RESULT;
	pid = fork();
	if (pid == 0) {
		setsid();
		child(gate, nr, a);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		printf("cannot probe %ld: %s\n", nr, strerror(errno));
		exit(1);
	}
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	probe.probes++;
	return *probe.result;
}

static void surprise(const char *what, long nr, size_t set, long result)
{
	printf("%s: number %ld, arguments %zu (%#lx ...): %ld\n", what, nr, set, sets[set][0],
	       result);
	probe.surprises++;
}

static void expect_enosys(enum gate gate, long nr, const char *what)
{
	for (size_t i = 0; i < NR_SETS; i++) {
		long r = call(gate, nr, sets[i]);

		if (r != -ENOSYS)
			surprise(what, nr, i, r);
	}
}

/* Only these return what could be taken for an errno beyond the known ones. */
static bool may_return_anything(long nr)
{
	return nr == SYS_mmap || nr == SYS_brk || nr == SYS_times || nr == SYS_prctl ||
	       nr == SYS_personality;
}

static void expect_sense(long nr)
{
	for (size_t i = 0; i < NR_SETS; i++) {
		long r = call(GATE_64, nr, sets[i]);

		if (r != NO_RESULT && r < -ERRNO_MAX && !may_return_anything(nr))
			surprise("not an errno", nr, i, r);
	}
}

/* Linux lets 335 (uretprobe, since 6.11) and 336 (uprobe, since 6.18) pass by every seccomp program.
 * They do nothing but for the kernel's own trampolines: SIGILL or ENXIO. */
static bool passes_by_seccomp(long nr)
{
	return nr == 335 || nr == 336;
}

static bool exists(long nr)
{
	return nr >= 0 && nr <= LAST_KNOWN && (nr < HOLE_FIRST || nr > HOLE_LAST);
}

int main(void)
{
	static const long odd[] = {-1, -2, -4096, 512, 1023, 65535, 0x7fffffff, -0x7fffffff - 1};

	if (!inside_sandbox()) {
		fprintf(stderr, "not in a sandbox: this would damage the system\n");
		return 2;
	}
	probe.result = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (probe.result == MAP_FAILED)
		return perror("mmap"), 1;
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGCHLD && sig != SIGALRM)
			signal(sig, SIG_IGN);
	for (long nr = 0; nr <= LAST; nr++) {
		if (exists(nr) || passes_by_seccomp(nr))
			expect_sense(nr);
		else
			expect_enosys(GATE_64, nr, "a number that does not exist");
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		expect_enosys(GATE_64, odd[i], "a number that does not exist");
	for (long nr = 0; nr <= LAST; nr += 7)
		expect_enosys(GATE_64, 0x40000000 + nr, "the x32 gate");
	for (long nr = 0; nr <= LAST; nr += 7)
		expect_enosys(GATE_INT80, nr, "the 32-bit gate");
	printf("%lu probes, %lu surprises\n", probe.probes, probe.surprises);
	return probe.surprises != 0;
}
