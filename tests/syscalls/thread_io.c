/*
 * tests/syscalls/thread_io.c - threads that sleep in the kernel at the same time, each in another
 * call, while main goes on; a descriptor closed under a sleeping reader.
 */
#include "check.h"
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

static int p[2], q[2], s[2];

static void *in_read(void *arg)
{
	char buf[8];

	(void)arg;
	return (void *)(long)read(p[0], buf, sizeof(buf));
}

static void *in_poll(void *arg)
{
	struct pollfd pfd = {.fd = q[0], .events = POLLIN};

	(void)arg;
	return (void *)(long)poll(&pfd, 1, -1);
}

static void *in_recv(void *arg)
{
	char buf[8];

	(void)arg;
	return (void *)(long)recv(s[0], buf, sizeof(buf), MSG_WAITALL);
}

static void *in_wait(void *arg)
{
	int status;

	waitpid(*(pid_t *)arg, &status, 0);
	return (void *)(long)WTERMSIG(status);
}

int main(void)
{
	pthread_t t[4];
	void *res;
	pid_t pid;

	xpipe(p);
	xpipe(q);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	pthread_create(&t[0], NULL, in_read, NULL);
	pthread_create(&t[1], NULL, in_poll, NULL);
	pthread_create(&t[2], NULL, in_recv, NULL);
	pthread_create(&t[3], NULL, in_wait, &pid);
	nap_ms(10);
	if (write(q[1], "x", 1) != 1)
		die("write");
	pthread_join(t[1], &res);
	show_val("poll", (long)res);
	/* The reader keeps the pipe: it gets what is written later. */
	show("close under the reader", close(p[0]));
	show_true("the number is free", dup(q[0]) == p[0]);
	show("write", write(p[1], "abc", 3));
	pthread_join(t[0], &res);
	show_val("read", (long)res);
	show("send", send(s[1], "1234", 4, 0));
	nap_ms(2);
	show("send", send(s[1], "5678", 4, 0));
	pthread_join(t[2], &res);
	show_val("recv", (long)res);
	kill(pid, SIGKILL);
	pthread_join(t[3], &res);
	show_val("wait", (long)res);
	return 0;
}
