/*
 * tests/syscalls/park_signals.c - signals while calls wait for answers that come soon: what handlers do,
 * with SA_RESTART and without, and jumps out of them, loses no byte and doubles none.
 */
#include "check.h"
#include <poll.h>
#include <setjmp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define BYTES 1200
#define JUMPS 40

static int in[2], out[2];
static volatile unsigned int handled, wrong_in_handler;
static volatile bool in_handler_calls, may_jump;
static sigjmp_buf env;
static pid_t parent;

static void on_alarm(int sig)
{
	int saved = errno;

	(void)sig;
	handled++;
	if (in_handler_calls)
		wrong_in_handler += getppid() != parent;
	errno = saved;
	if (may_jump)
		siglongjmp(env, 1);
}

static void tick(int us)
{
	struct itimerval it = {.it_interval = {0, us}, .it_value = {0, us}};

	setitimer(ITIMER_REAL, &it, NULL);
}

/* Sends every byte back, one more each time. */
static void echo(void)
{
	unsigned char c;

	close(out[1]);
	close(in[0]);
	while (read(out[0], &c, 1) == 1) {
		c++;
		if (write(in[1], &c, 1) != 1)
			break;
	}
	_exit(0);
}

static long poll_in(void)
{
	struct pollfd p = {.fd = in[0], .events = POLLIN};

	return poll(&p, 1, -1);
}

/* Returns what is odd; only EINTR without SA_RESTART, or where it is always, is not. */
static unsigned int ask(unsigned char v, bool polls, bool may_eintr)
{
	unsigned char c = v;
	long r;

	while ((r = write(out[1], &v, 1)) < 0 && errno == EINTR && may_eintr)
		;
	if (r != 1)
		return 1;
	if (polls)
		while ((r = poll_in()) != 1)
			if (errno != EINTR)
				return 1;
	while ((r = read(in[0], &c, 1)) < 0 && errno == EINTR && may_eintr)
		;
	return r != 1 || c != (unsigned char)(v + 1);
}

static void start(pid_t *ret)
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, in) != 0)
		die("socketpair");
	xpipe(out);
	*ret = xfork();
	if (*ret == 0)
		echo();
	close(out[0]);
	close(in[1]);
}

static void end(const char *what, pid_t pid, unsigned int wrong)
{
	tick(0);
	close(out[1]);
	show_val(what, wrong + wrong_in_handler);
	show_status("the other", xwait(pid));
	show_val("signals came", handled > 0);
	close(in[0]);
}

static void with_handler(const char *what, int flags, bool polls)
{
	unsigned int wrong = 0;
	pid_t pid;

	start(&pid);
	handled = 0;
	on_signal(SIGALRM, on_alarm, flags);
	tick(170);
	for (int i = 0; i < BYTES || !handled; i++)
		wrong += ask((unsigned char)i, polls, !(flags & SA_RESTART));
	end(what, pid, wrong);
}

/* A jump leaves an answer behind, or not: all that were sent come, in their order. */
static void with_jumps(void)
{
	static volatile int asked, jumps;
	static volatile unsigned int wrong;
	unsigned char c, want = 0;
	pid_t pid;

	start(&pid);
	handled = 0;
	on_signal(SIGALRM, on_alarm, SA_RESTART);
	sigsetjmp(env, 1);
	if (jumps++ < JUMPS) {
		may_jump = true;
		tick(300);
		for (;;)
			poll_in(); /* nothing has been asked: it never ends by itself */
	}
	may_jump = false;
	tick(170);
	for (asked = 0; asked < BYTES; asked++)
		wrong += ask((unsigned char)asked, false, false);
	tick(0);
	for (int i = 0; i < 100; i++) {
		c = (unsigned char)i;
		wrong += write(out[1], &c, 1) != 1;
	}
	for (want = 1; want <= 100; want++)
		wrong += read(in[0], &c, 1) != 1 || c != want;
	end("jumps", pid, wrong);
}

/* The jump leaves a read in which nothing has come yet; what comes after that is not its. */
static void jump_out_of_read(void)
{
	static volatile int i;
	static volatile unsigned int wrong;
	unsigned char c;
	pid_t pid;

	start(&pid);
	handled = 0;
	on_signal(SIGALRM, on_alarm, SA_RESTART);
	for (i = 0; i < JUMPS; i++) {
		if (sigsetjmp(env, 1) == 0) {
			may_jump = true;
			tick(200);
			wrong += read(in[0], &c, 1) != -2; /* never returns */
		}
		may_jump = false;
		tick(0);
		for (int n = 0; n < 20; n++)
			wrong += ask((unsigned char)(i + n), n & 1, false);
	}
	end("jumps out of reads", pid, wrong);
}

int main(void)
{
	parent = getppid();
	with_handler("SA_RESTART", SA_RESTART, false);
	with_handler("SA_RESTART, poll", SA_RESTART, true);
	with_handler("no SA_RESTART", 0, false);
	with_handler("no SA_RESTART, poll", 0, true);
	in_handler_calls = true;
	with_handler("SA_RESTART, calls", SA_RESTART, true);
	with_handler("no SA_RESTART, calls", 0, true);
	with_jumps();
	jump_out_of_read();
	return 0;
}
