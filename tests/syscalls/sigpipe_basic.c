/*
 * tests/syscalls/sigpipe_basic.c - SIGPIPE: on pipes and sockets without reader, for the writing
 * thread, not with MSG_NOSIGNAL; EPIPE when ignored.
 */
#include "check.h"
#include <sys/socket.h>
#include <sys/uio.h>

static volatile int got;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)ctx;
	got++;
	say("handler: %s code %d pid %d", sig_name(sig), si->si_code, si->si_pid == getpid());
}

static int writer(void *arg)
{
	int p[2];

	(void)arg;
	xpipe(p);
	close(p[0]);
	signal(SIGPIPE, SIG_DFL);
	return write(p[1], "x", 1);
}

int main(void)
{
	struct iovec iov = {"ab", 2};
	int p[2], s[2];

	xpipe(p);
	close(p[0]);
	on_siginfo(SIGPIPE, handler, 0);
	show("write", write(p[1], "x", 1));
	show("writev", writev(p[1], &iov, 1));
	show("write of nothing", write(p[1], "x", 0));
	signal(SIGPIPE, SIG_IGN);
	show("write, ignored", write(p[1], "x", 1));
	show_status("write, default", run_child(writer, NULL));

	on_siginfo(SIGPIPE, handler, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	close(s[0]);
	show("write to a socket", write(s[1], "x", 1));
	show("send", send(s[1], "x", 1, 0));
	show("send MSG_NOSIGNAL", send(s[1], "x", 1, MSG_NOSIGNAL));
	show_val("signals", got);
	return 0;
}
