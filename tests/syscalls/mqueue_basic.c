/* tests/syscalls/mqueue_basic.c - POSIX message queues: mq_overview(7). */
#include "fs_check.h"
#include <mqueue.h>
#include <poll.h>

static volatile sig_atomic_t code;

static void handler(int sig, siginfo_t *info, void *ctx)
{
	code = info->si_code * 1000 + info->si_value.sival_int;
}

static void take(const char *what, mqd_t q, size_t size)
{
	unsigned int prio = 77;
	char buf[64];
	ssize_t n = mq_receive(q, buf, size, &prio);

	show_read(what, n, buf);
	if (n >= 0)
		show_val("  priority", prio);
}

int main(void)
{
	struct mq_attr attr = {.mq_maxmsg = 3, .mq_msgsize = 16}, got, bad = {.mq_maxmsg = 0};
	struct sigevent sev = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
	struct timespec past = {1, 0}, wrong = {1, -1};
	mqd_t q, r;

	mq_unlink("/check-mq");
	show("none", mq_open("/check-mq", O_RDWR));
	show("bad attributes", mq_open("/check-mq", O_RDWR | O_CREAT, 0600, &bad));
	q = mq_open("/check-mq", O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attr);
	show_true("open", q >= 0);
	show("FD_CLOEXEC", fcntl(q, F_GETFD));
	show("exclusive", mq_open("/check-mq", O_RDWR | O_CREAT | O_EXCL, 0600, &attr));
	show_ready("empty", q, POLLIN | POLLOUT);
	show("receive", mq_receive(q, (char[64]){0}, 64, NULL));
	show("low", mq_send(q, "low", 3, 1));
	show("high", mq_send(q, "high", 4, 5));
	show("low again", mq_send(q, "low2", 4, 1));
	show("full", mq_send(q, "x", 1, 1));
	show_ready("full", q, POLLIN | POLLOUT);
	must(mq_getattr(q, &got));
	say("flags %lx max %ld size %ld now %ld", got.mq_flags, got.mq_maxmsg, got.mq_msgsize,
	    got.mq_curmsgs);
	show("too long", mq_send(q, "0123456789abcdefg", 17, 0));
	show("priority", mq_send(q, "x", 1, 32768));
	take("short buffer", q, 15);
	take("first", q, 16);
	take("second", q, 16);
	take("third", q, 64);
	show("notify", mq_notify(q, &sev));
	on_siginfo(SIGUSR1, handler, 0);
	show("again", mq_notify(q, &sev));
	if (xfork() == 0) {
		show("from another", mq_notify(q, &sev));
		must(mq_send(q, "note", 4, 0));
		_exit(0);
	}
	xwait(-1);
	show_val("code", code);
	show("free again", mq_notify(q, &sev));
	show("given up", mq_notify(q, NULL));
	take("note", q, 64);
	attr.mq_flags = 0;
	must(mq_setattr(q, &attr, &got));
	show_val("old flags", got.mq_flags);
	show("time-out", mq_timedreceive(q, (char[64]){0}, 64, NULL, &past));
	show("bad time", mq_timedreceive(q, (char[64]){0}, 64, NULL, &wrong));
	if (xfork() == 0) {
		nap_ms(20);
		must(mq_send(q, "late", 4, 9));
		_exit(0);
	}
	take("waited", q, 64);
	xwait(-1);
	r = mq_open("/check-mq", O_RDONLY);
	show("read-only", mq_send(r, "x", 1, 0));
	show("not a queue", mq_send(0, "x", 1, 0));
	if (xfork() == 0) {
		must(setuid(1000));
		show("not permitted", mq_open("/check-mq", O_RDWR));
		show("nor to remove", mq_unlink("/check-mq"));
		_exit(0);
	}
	xwait(-1);
	show("unlink", mq_unlink("/check-mq"));
	show("again", mq_unlink("/check-mq"));
	show("still usable", mq_send(q, "x", 1, 0));
	show("slash", mq_open("/a/b", O_RDWR | O_CREAT, 0600, NULL));
	return 0;
}
