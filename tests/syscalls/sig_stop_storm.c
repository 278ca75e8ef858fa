/*
 * tests/syscalls/sig_stop_storm.c - a process whose threads sleep in read(2), poll(2) and a futex is
 * stopped and continued many times: each stop and each continuation is seen by the parent, nothing is
 * read while it is stopped, and nothing is lost.
 */
#include "check.h"
#include <poll.h>
#include <pthread.h>

#define ROUNDS 100
#define THREADS 3

static int pipes[THREADS][2], answers[2];

static void *echo(void *arg)
{
	int *p = arg;
	bool polls = p == pipes[1];
	unsigned char c;

	for (;;) {
		struct pollfd pfd = {.fd = p[0], .events = POLLIN};

		if (polls && poll(&pfd, 1, -1) != 1)
			_exit(3);
		if (read(p[0], &c, 1) != 1)
			_exit(2);
		if (write(answers[1], &c, 1) != 1)
			_exit(4);
	}
	return NULL;
}

static void child(void)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, echo, pipes[i]);
	pthread_join(t[0], NULL);
	_exit(5);
}

static int answers_waiting(int timeout_ms)
{
	struct pollfd pfd = {.fd = answers[0], .events = POLLIN};

	return poll(&pfd, 1, timeout_ms);
}

int main(void)
{
	int stops = 0, conts = 0, early = 0, lost = 0, status;
	pid_t pid;

	xpipe(answers);
	for (int i = 0; i < THREADS; i++)
		xpipe(pipes[i]);
	pid = xfork();
	if (pid == 0)
		child();
	for (int round = 0; round < ROUNDS; round++) {
		unsigned char c = round, got = 0;

		usleep(round % 7 * 100);
		kill(pid, SIGSTOP);
		if (waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status))
			stops++;
		if (write(pipes[round % THREADS][1], &c, 1) != 1)
			die("write");
		if (round % 10 == 0 && answers_waiting(5))
			early++;
		kill(pid, SIGCONT);
		if (waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status))
			conts++;
		if (read(answers[0], &got, 1) != 1 || got != c)
			lost++;
	}
	show_val("stops", stops);
	show_val("continuations", conts);
	show_val("answers while stopped", early);
	show_val("wrong answers", lost);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGKILL);
	show_status("end", xwait(pid));
	return 0;
}
