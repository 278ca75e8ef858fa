/*
 * tests/syscalls/fair_threads.c - threads and processes that make calls without a pause do not keep
 * others from anything: from a few thousand calls, from an exec, from timers, from signals. Those
 * others are older or younger than the busy ones, as hosts that serve the newest first were seen.
 */
#include "check.h"
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

#define BUSY_THREADS 3
#define BUSY_PROCESSES 2
#define CALLS 2000
#define TIMEOUTS 50
#define ALARMS 30

static char self_path[] = "/proc/self/exe";
static int file;

/* ---- the busy ones ---- */

static void *busy(void *arg)
{
	(void)arg;
	for (;;) {
		lseek(file, 0, SEEK_CUR);
		fcntl(file, F_GETFL);
		getpriority(PRIO_PROCESS, 0);
		sched_yield();
	}
	return NULL;
}

static void *busy_one_call(void *arg)
{
	(void)arg;
	for (;;)
		lseek(file, 0, SEEK_CUR);
	return NULL;
}

/* Two who wait for each other in turn: each call wakes somebody or waits. */
static void busy_pair(void)
{
	int there[2], back[2];
	char c = 0;

	xpipe(there);
	xpipe(back);
	if (xfork() == 0) {
		close(there[1]);
		while (read(there[0], &c, 1) == 1 && write(back[1], &c, 1) == 1)
			;
		_exit(0);
	}
	close(there[0]);
	close(back[1]);
	while (write(there[1], &c, 1) == 1 && read(back[0], &c, 1) == 1)
		;
	_exit(0);
}

static void start_threads(void)
{
	pthread_t t;

	for (int i = 0; i < BUSY_THREADS; i++)
		if (pthread_create(&t, NULL, i % 2 ? busy : busy_one_call, NULL))
			die("pthread_create");
}

static pid_t start_process(int kind)
{
	pid_t pid = xfork();

	if (pid)
		return pid;
	if (kind == 0)
		start_threads();
	if (kind == 1)
		busy_pair();
	busy_one_call(NULL);
	_exit(1);
}

/* ---- who shall not be kept waiting ---- */

static void many_calls(void)
{
	for (int i = 0; i < CALLS; i++)
		if (lseek(file, 0, SEEK_CUR) != 0)
			_exit(2);
}

static void end_by_exit(void)
{
	many_calls();
	_exit(40);
}

static void end_by_exec(void)
{
	char *argv[] = {"program", "again", NULL};

	many_calls();
	execv(self_path, argv);
	_exit(3);
}

/* The exec ends the busy threads. */
static void end_by_exec_among_threads(void)
{
	start_threads();
	end_by_exec();
}

static void end_by_exit_among_threads(void)
{
	start_threads();
	end_by_exit();
}

static void time_out(void)
{
	for (int i = 0; i < TIMEOUTS; i++)
		if (poll(NULL, 0, 1) != 0)
			_exit(4);
	_exit(40);
}

static int alarms;

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

/* A call that only signals end. */
static void be_interrupted(void)
{
	struct itimerval every = {{0, 1000}, {0, 1000}};
	int p[2];
	char c;

	xpipe(p);
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	while (alarms < ALARMS)
		if (read(p[0], &c, 1) != -1 || errno != EINTR)
			_exit(5);
	_exit(40);
}

static const struct {
	const char *name;
	void (*run)(void);
	int status;
} others[] = {
	{"calls and exit", end_by_exit, 40},
	{"calls and exec", end_by_exec, 42},
	{"calls and exit among threads", end_by_exit_among_threads, 40},
	{"calls and exec among threads", end_by_exec_among_threads, 42},
	{"time-outs", time_out, 40},
	{"signals", be_interrupted, 40},
};
#define OTHERS ((int)(sizeof(others) / sizeof(others[0])))

/* It begins when it can read a byte. */
static pid_t start_other(int i, int start)
{
	char c;
	pid_t pid = xfork();

	if (pid)
		return pid;
	if (read(start, &c, 1) != 1)
		_exit(6);
	others[i].run();
	_exit(7);
}

static void collect(pid_t *pids, const char *age)
{
	for (int i = 0; i < OTHERS; i++) {
		int status = xwait(pids[i]);

		say("%s, %s: %d", others[i].name, age,
		    WIFEXITED(status) && WEXITSTATUS(status) == others[i].status);
	}
}

int main(int argc, char **argv)
{
	pid_t busy_pids[BUSY_PROCESSES], older[OTHERS], younger[OTHERS];
	char bytes[2 * OTHERS] = {0};
	int start[2];

	if (argc == 2)
		return 42;
	xpipe(start);
	file = memfd_create("file", 0);
	if (file < 0)
		die("memfd_create");
	for (int i = 0; i < OTHERS; i++)
		older[i] = start_other(i, start[0]);
	for (int i = 0; i < BUSY_PROCESSES; i++)
		busy_pids[i] = start_process(i);
	start_threads();
	if (write(start[1], bytes, OTHERS) != OTHERS)
		die("write");
	collect(older, "older");
	for (int i = 0; i < OTHERS; i++)
		younger[i] = start_other(i, start[0]);
	if (write(start[1], bytes, OTHERS) != OTHERS)
		die("write");
	collect(younger, "younger");
	for (int i = 0; i < BUSY_PROCESSES; i++)
		kill(busy_pids[i], SIGKILL);
	for (int i = 0; i < BUSY_PROCESSES; i++)
		say("killed: %d", WTERMSIG(xwait(busy_pids[i])));
	return 0;
}
