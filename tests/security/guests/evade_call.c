/*
 * tests/security/guests/evade_call.c - threads that the sentry has set up to make a native call of
 * its own do something else: a sibling rewrites their syscall instruction meanwhile
 *
 *	evade_call SECONDS
 *
 * Who evades may be killed; the others must go on as if nothing had been.
 */
#include "tests/security/guests/attack.h"

#include <linux/aio_abi.h>
#include <sys/signalfd.h>

/* syscall; ret. Elsewhere: poll(NULL, 0, 1), which parks; a call without end; a loop. */
static const unsigned char plain[] = {0x0f, 0x05, 0xc3};
static const unsigned char elsewhere[] = {0xb8, 7, 0, 0, 0, 0x31, 0xff, 0x31, 0xf6,
					  0xba, 1, 0, 0, 0, 0x0f, 0x05, 0xc3};
static unsigned char *code;
static volatile bool stop;

static void *flip(void *arg)
{
	volatile uint16_t *at = (volatile uint16_t *)code;
	unsigned int n = 0;

	(void)arg;
	while (!stop) {
		*at = 0x0eeb; /* jmp to elsewhere */
		for (volatile int i = 0; i < 200; i++)
			;
		*at = ++n % 5000 ? 0x050f
				 : 0xfeeb; /* rarely a loop: it takes the sentry's patience */
		for (volatile int i = 0; i < 2000; i++)
			;
		*at = 0x050f;
	}
	return NULL;
}

static long call(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("call *%[code]"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), [code] "r"(code)
			 : "rcx", "r11", "memory");
	return ret;
}

static void evade(void)
{
	static char page[8192] __attribute__((aligned(4096)));
	double end = now() + 0.3;
	struct signalfd_siginfo si;
	pthread_t th;
	sigset_t set;
	int sfd;

	alarm(20);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sfd = signalfd(-1, &set, SFD_NONBLOCK);
	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	memcpy(code, plain, sizeof(plain));
	memcpy(code + 16, elsewhere, sizeof(elsewhere));
	pthread_create(&th, NULL, flip, NULL);
	while (now() < end) {
		aio_context_t ctx = 0;

		call(SYS_mlock, (long)page, 4096, 0);
		if (call(SYS_io_setup, 1, (long)&ctx, 0) == 0 && ctx)
			syscall(SYS_io_destroy, ctx);
		raise(SIGUSR1);
		call(SYS_read, sfd, (long)&si, sizeof(si));
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	double end = now() + (argc > 1 ? atof(argv[1]) : 1);
	aio_context_t ctx = 0;
	int rounds = 0, killed = 0;

	ready();
	for (; now() < end; rounds++) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0)
			evade();
		waitpid(pid, &status, 0);
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
			FINDING("round %d hangs", rounds);
		killed += WIFSIGNALED(status);
	}
	/* Nothing of the dead is left behind, and calls are still made for others. */
	if (syscall(SYS_io_setup, 60000, &ctx) < 0)
		FINDING("contexts of the dead are left: %s", strerror(errno));
	printf("%d rounds, %d killed\n", rounds, killed);
	return findings != 0;
}
