/*
 * tests/security/guests/channel_calls.c - requests that nobody's shim would make
 *
 *	numbers	every number, with junk arguments: what is served gives what a trap gives, and only
 *		what needs no held thread is served
 *	cancel	requests taken back after any time: served at most once, and not after that
 */
#include "tests/security/guests/channel.h"

#include <sys/resource.h>

#define LAST_NR 1100 /* beyond the tables, and all numbers twice */
#define SPINS 200000

/* Never in a channel: they need the thread held, go on natively, or change what it is. */
static const short never[] = {
	SYS_mmap,
	SYS_mprotect,
	SYS_munmap,
	SYS_brk,
	SYS_mremap,
	SYS_rt_sigaction,
	SYS_rt_sigreturn,
	SYS_clone,
	SYS_fork,
	SYS_vfork,
	SYS_execve,
	SYS_exit,
	SYS_wait4,
	SYS_kill,
	SYS_ptrace,
	SYS_setuid,
	SYS_setgid,
	SYS_setresuid,
	SYS_setresgid,
	SYS_setgroups,
	SYS_capset,
	SYS_prctl,
	SYS_arch_prctl,
	SYS_chroot,
	SYS_mount,
	SYS_exit_group,
	SYS_waitid,
	SYS_unshare,
	SYS_setns,
	SYS_seccomp,
	SYS_execveat,
	SYS_clone3,
	SYS_close_range,
	SYS_dup2,
	SYS_dup3,
	SYS_prlimit64,
	SYS_setrlimit,
	SYS_setsid,
	SYS_setpgid,
	SYS_tgkill,
	SYS_bpf,
	SYS_io_uring_setup,
	SYS_process_vm_writev,
	SYS_pidfd_getfd,
	SYS_personality,
};

static bool is_never(uint32_t nr)
{
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if ((uint32_t)never[i] == nr)
			return true;
	return false;
}

/* Results that depend on when they are asked for, or that the first of two calls changes. */
static bool is_comparable(uint32_t nr, int64_t r)
{
	return r < 0 && nr != SYS_close && nr != SYS_chdir && nr != SYS_epoll_ctl;
}

static void try_number(volatile unsigned char *ch, uint16_t nr, uint16_t flags, const uint64_t a[6])
{
	unsigned char class;
	int64_t r, trap;
	uint32_t state;

	channel_wake(ch);
	class = nr < CHANNEL_NR_CALLS ? ch[CH_CLASS + nr] : CHANNEL_CLASS_SLOW;
	channel_post(ch, nr, flags, a);
	state = channel_wait(ch, SPINS);
	r = (int64_t)WORD64(ch, CH_RESULT);
	WORD32(ch, CH_STATE) = CHANNEL_IDLE;
	if (state != CHANNEL_DONE)
		return;
	board->served++;
	if (is_never(nr) || class == CHANNEL_CLASS_SLOW) {
		found("number %u was served", nr);
		return;
	}
	if (r < -4095 || (r <= -512 && r >= -530))
		found("number %u: result %ld", nr, (long)r);
	if (flags || !is_comparable(nr, r))
		return;
	trap = trapped6(nr, a);
	if (trap != r)
		found("number %u (%#lx, %#lx, %#lx): %ld, trapped %ld", nr, (long)a[0], (long)a[1],
		      (long)a[2], (long)r, (long)trap);
}

static void numbers(unsigned int seed)
{
	volatile unsigned char *ch = channel_get();
	uint64_t junk[6];

	if (!ch || chdir("/tmp") < 0)
		return;
	for (uint16_t nr = 0; nr < LAST_NR; nr++) {
		for (int i = 0; i < 6; i++)
			switch (seed / 2 % 4) {
			case 0: junk[i] = UINT64_MAX; break;
			case 1: junk[i] = 1ULL << 63 | nr; break;
			case 2: junk[i] = 0xdead0000ULL * nr + 900 + (unsigned int)i; break;
			default: junk[i] = (uint64_t)rand_r(&seed) << 32 | 0x7fff0000; break;
			}
		try_number(ch, nr, 0, junk);
		try_number(ch, nr, CHANNEL_TAKES_OUT, junk);
		try_number(ch, nr, 0xffff, junk);
		try_number(ch, (uint16_t)~nr, 0, junk);
	}
}

static void spin(unsigned int n)
{
	while (n--)
		__builtin_ia32_pause();
}

/* One request; how often it was served. */
static unsigned int cancel_one(volatile unsigned char *ch, int fd, unsigned int *seed, pid_t parent)
{
	const uint64_t step[6] = {(uint64_t)fd, 1, SEEK_CUR}, none[6] = {0};
	bool moves = rand_r(seed) & 1;
	uint32_t state;

	channel_post(ch, moves ? SYS_lseek : SYS_getppid, 0, moves ? step : none);
	spin((unsigned int)rand_r(seed) % ((unsigned int)rand_r(seed) % 3000 + 1));
	if (channel_cancel(ch))
		return 0;
	state = channel_wait(ch, 1000);
	if (state == CHANNEL_DONE && !moves && (pid_t)WORD64(ch, CH_RESULT) != parent)
		found("getppid: %ld", (long)WORD64(ch, CH_RESULT));
	WORD32(ch, CH_STATE) = CHANNEL_IDLE;
	board->served += state == CHANNEL_DONE;
	return state == CHANNEL_DONE && moves;
}

static void cancel(unsigned int seed)
{
	volatile unsigned char *ch = channel_get();
	char name[] = "/tmp/cancel-XXXXXX";
	int fd = mkstemp(name);
	pid_t parent = getppid();
	long steps = 0, at;

	unlink(name);
	if (!ch || fd < 0)
		return;
	for (int i = 0; i < 20000; i++) {
		if (i % 64 == 0)
			channel_wake(ch);
		steps += cancel_one(ch, fd, &seed, parent);
		if (i % 256)
			continue;
		at = TRAPPED(SYS_lseek, (uint64_t)fd, 0, SEEK_CUR);
		if (at != steps)
			found("%ld steps answered, %ld made", steps, at);
		steps = at;
	}
}

int main(int argc, char **argv)
{
	struct rlimit files;

	if (argc < 3)
		return 2;
	/* As many programs do: then no number is left that is the platform's alone. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	return channel_attack(argv[1][0] == 'n' ? numbers : cancel, atof(argv[2]), 15);
}
