/*
 * tests/security/guests/channel.c - attacks on the memory that a guest thread shares with the sentry
 * for its frequent calls (platform/stub/channel_abi.h)
 *
 *	channel SECONDS
 *	channel victim        the program of root: sleeps with what it was given
 */
#include "tests/security/guests/attack.h"

#include "platform/stub/channel_abi.h"

#define SECRET "/root-only"
#define HANGS_SECONDS 300 /* with every call on a channel a busy machine takes ten for a round */

/* Where a channel is in this process, or NULL. */
static unsigned char *find_channel(void)
{
	for (int i = 0; i < 64; i++) {
		unsigned char *at = (unsigned char *)(CHANNEL_BASE +
						      (unsigned long)i * CHANNEL_STRIDE);
		unsigned char vec[8];

		if (mincore(at, 4096, vec) == 0 && *(volatile uint32_t *)(at + CH_SPIN))
			return at;
	}
	return NULL;
}

static void warm(int n)
{
	struct stat st;

	for (int i = 0; i < n; i++) {
		getppid();
		fstat(0, &st);
	}
}

static unsigned char *get_channel(void)
{
	unsigned char *ch = NULL;

	for (int i = 0; i < 50 && !ch; i++) {
		warm(2000);
		ch = find_channel();
	}
	return ch;
}

static long request(volatile unsigned char *ch, uint32_t nr, const uint64_t args[6])
{
	volatile uint32_t *state = (volatile uint32_t *)(ch + CH_STATE);

	*(volatile uint32_t *)(ch + CH_NR) = nr;
	for (int i = 0; i < 6; i++)
		*(volatile uint64_t *)(ch + CH_ARGS + 8 * i) = args[i];
	*state = CHANNEL_REQUEST;
	for (volatile int i = 0; i < 20000 && *state != CHANNEL_DONE && *state != CHANNEL_PUNT; i++)
		;
	if (*state != CHANNEL_DONE)
		return -1000;
	return *(volatile int64_t *)(ch + CH_RESULT);
}

/* What root's junk may do to the other rounds: a mode for "/" or ".", which junk names now and then. */
static int spoils_others(uint32_t nr)
{
	switch (nr) {
	case SYS_close:
	case SYS_unlink:
	case SYS_rmdir:
	case SYS_chmod:
	case SYS_fchmodat:
	case SYS_chown:
	case SYS_lchown:
	case SYS_fchownat: return 1;
	}
	return 0;
}

/* All numbers, junk in all words, while the owner goes on. */
static void *scribble(void *arg)
{
	volatile unsigned char *ch = arg;
	unsigned int seed = (unsigned int)(uintptr_t)&seed;
	double end = now() + 0.3;

	while (now() < end) {
		uint64_t args[6];
		uint32_t nr = (uint32_t)rand_r(&seed);

		for (int i = 0; i < 6; i++)
			args[i] = rand_r(&seed) % 3
					  ? (uint64_t)rand_r(&seed) << (rand_r(&seed) % 40)
					  : (uint64_t)(ch + rand_r(&seed) % CHANNEL_SIZE);
		if (rand_r(&seed) % 2)
			nr %= 520;
		if (spoils_others(nr))
			nr = SYS_getppid;
		request(ch, nr, args);
		/* Not the words that make the shim wait: who lies there hangs himself. */
		((volatile uint32_t *)ch)[64 + rand_r(&seed) % (CHANNEL_SIZE / 4 - 64)] =
			(uint32_t)rand_r(&seed);
	}
	return NULL;
}

static void fuzz(void)
{
	unsigned char *ch;
	pthread_t th[3];

	alarm(HANGS_SECONDS);
	ch = get_channel();
	if (!ch)
		_exit(3);
	for (int i = 0; i < 3; i++)
		pthread_create(&th[i], NULL, scribble, ch);
	for (int i = 0; i < 100; i++)
		warm(50);
	for (int i = 0; i < 3; i++)
		pthread_join(th[i], NULL);
	_exit(0);
}

/* As user 1000: fork a child that has the channel, too, and become root's program. The child orders
 * what only root may. */
static void inherit(const char *victim)
{
	uint64_t chmod_args[6] = {9, 0777}, chown_args[6] = {9, 1000, 1000};
	unsigned char *ch;
	pid_t pid;

	alarm(HANGS_SECONDS);
	if (dup2(open(SECRET, O_RDONLY), 9) != 9 || setgid(1000) < 0 || setuid(1000) < 0)
		_exit(4);
	ch = get_channel();
	if (!ch)
		_exit(3);
	if (madvise(ch, CHANNEL_SIZE, MADV_DOFORK) < 0)
		_exit(5);
	pid = fork();
	if (pid == 0) {
		double end = now() + 0.5;

		while (now() < end) {
			request(ch, SYS_fchmod, chmod_args);
			request(ch, SYS_fchown, chown_args);
		}
		_exit(0);
	}
	warm(100);
	execl(victim, victim, "victim", NULL);
	_exit(100 + errno);
}

static int run(void (*fn)(const char *), const char *arg)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		fn(arg);
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		FINDING("hangs");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void fuzz_once(const char *arg)
{
	(void)arg;
	fuzz();
}

static void copy_self(const char *to)
{
	int in = open("/proc/self/exe", O_RDONLY),
	    out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	char buf[65536];
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			FINDING("cannot copy");
	close(in);
	close(out);
	chmod(to, 04755);
}

int main(int argc, char **argv)
{
	double end = now() + (argc > 1 ? atof(argv[1]) : 1);
	int rounds = 0, without = 0;
	struct stat st;

	if (argc > 1 && strcmp(argv[1], "victim") == 0) {
		if (geteuid() != 0)
			return 9;
		usleep(300000);
		return 0;
	}
	copy_self("/victim");
	close(open(SECRET, O_RDWR | O_CREAT, 0644));
	ready();
	for (; now() < end; rounds++) {
		int status;

		without += run(fuzz_once, NULL) == 3;
		status = run(inherit, "/victim");
		without += status == 3;
		if (status != 0 && status != 3)
			FINDING("the victim did not run: status %d (over 100: the errno of its "
				"exec), / is %o",
				status, stat("/", &st) < 0 ? 0 : st.st_mode);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	if (stat(SECRET, &st) < 0 || (st.st_mode & 07777) != 0644 || st.st_uid != 0)
		FINDING("root's file is %o of %d", st.st_mode, st.st_uid);
	printf("%d rounds, %d without a channel\n", rounds, without);
	return findings != 0;
}
