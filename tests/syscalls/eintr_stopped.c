/*
 * tests/syscalls/eintr_stopped.c - calls that sleep go on after stop and continue as if nothing had
 * happened: read, nanosleep, poll, futex, the last three also with their timeouts.
 */
#include "check.h"
#include <linux/futex.h>
#include <poll.h>

static int p[2];
static volatile int word;

static int do_read(void)
{
	char c;

	return read(p[0], &c, 1);
}

static int do_nanosleep(void)
{
	struct timespec ts = {0, 60000000};

	return nanosleep(&ts, NULL);
}

static int do_poll(void)
{
	struct pollfd pfd = {.fd = p[0], .events = POLLIN};

	return poll(&pfd, 1, 20000);
}

static int do_poll_timeout(void)
{
	return poll(NULL, 0, 60);
}

static int do_futex(void)
{
	struct timespec ts = {0, 60000000};

	return raw(SYS_futex, &word, FUTEX_WAIT, 0, &ts, NULL, 0);
}

static void run(const char *what, int (*fn)(void))
{
	pid_t pid;
	int status;
	char c;

	pid = xfork();
	if (pid == 0) {
		int r = fn();

		show(what, r);
		_exit(0);
	}
	nap_ms(10);
	kill(pid, SIGSTOP);
	/* On a slow machine one with a timeout may have ended before its stop: that is no harm. */
	waitpid(pid, &status, WUNTRACED);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGCONT);
		waitpid(pid, &status, WCONTINUED);
	}
	if (write(p[1], "x", 1) != 1)
		die("write");
	if (WIFCONTINUED(status))
		status = xwait(pid);
	show_status("child", status);
	/* Whatever is left in the pipe. */
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	while (read(p[0], &c, 1) == 1)
		;
	fcntl(p[0], F_SETFL, 0);
}

int main(void)
{
	xpipe(p);
	run("read", do_read);
	run("nanosleep", do_nanosleep);
	run("poll", do_poll);
	run("poll timeout", do_poll_timeout);
	run("futex timeout", do_futex);
	return 0;
}
