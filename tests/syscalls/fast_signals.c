/*
 * tests/syscalls/fast_signals.c - frequent calls under frequent signals: every call has its own result,
 * in the program and in the handlers that interrupt it, which return or jump out.
 */
#include "check.h"
#include <setjmp.h>

#define CALLS 4000
#define JUMPS 100
/* With SA_NODEFER handlers interrupt each other; where calls take longer than the timer, as on a busy machine,
 * there would be ever more of them, until the stack is full. */
#define MAX_DEPTH 30

static int fd;
static pid_t self, parent;
static volatile unsigned int handled, wrong;
static sigjmp_buf env;
static volatile bool may_jump;
static volatile int depth;

static void check_calls(void)
{
	char c;

	wrong += getppid() != parent;
	wrong += getpid() != self;
	wrong += pread(fd, &c, 1, 3) != 1 || c != 'd';
	wrong += lseek(fd, 0, SEEK_CUR) != 0;
}

static void on_alarm(int sig)
{
	int saved = errno;

	(void)sig;
	handled++;
	if (depth < MAX_DEPTH) {
		depth++;
		check_calls();
		depth--;
	}
	errno = saved;
	if (may_jump) {
		depth = 0;
		siglongjmp(env, 1);
	}
}

static void tick(int us)
{
	struct itimerval it = {.it_interval = {0, us}, .it_value = {0, us}};

	setitimer(ITIMER_REAL, &it, NULL);
}

static void with_returns(int flags)
{
	on_signal(SIGALRM, on_alarm, flags);
	for (int i = 0; i < CALLS; i++)
		check_calls();
}

static void with_jumps(void)
{
	volatile int jumps = 0;

	if (sigsetjmp(env, 1))
		jumps++;
	may_jump = true;
	while (jumps < JUMPS)
		check_calls();
	may_jump = false;
}

int main(void)
{
	write_file("data", "abcdefgh");
	fd = open("data", O_RDONLY);
	self = getpid();
	parent = getppid();
	on_signal(SIGALRM, on_alarm, 0);
	tick(400);
	with_returns(0);
	with_returns(SA_RESTART);
	with_returns(SA_NODEFER);
	show_val("wrong with handlers that return", (long)wrong);
	with_jumps();
	tick(0);
	for (int i = 0; i < 1000; i++)
		check_calls();
	show_val("wrong with handlers that jump", (long)wrong);
	show_val("handlers ran", handled > JUMPS);
	return 0;
}
