/* tests/syscalls/mqueue_thread.c - mq_notify(2) with SIGEV_THREAD: the C library's thread hears of it by a
 * netlink socket. */
#include "check.h"
#include <linux/netlink.h>
#include <mqueue.h>
#include <sys/socket.h>

static int told[2];

static void on_message(union sigval v)
{
	char c = (char)v.sival_int;

	if (write(told[1], &c, 1) != 1)
		die("write");
}

int main(void)
{
	struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 16};
	struct sigevent sev = {.sigev_notify = SIGEV_THREAD,
			       .sigev_notify_function = on_message,
			       .sigev_value.sival_int = 'x'};
	char cookie[32] = "0123456789012345678901234567890", got[40], c = 0;
	struct sigevent own = {.sigev_notify = SIGEV_THREAD, .sigev_value.sival_ptr = cookie};
	int nl = socket(AF_NETLINK, SOCK_RAW, 0);
	mqd_t q = mq_open("/thread", O_RDWR | O_CREAT | O_EXCL, 0600, &attr);

	mq_unlink("/thread");
	if (q < 0 || pipe(told) < 0 || nl < 0)
		die("set-up");
	show("mq_notify", mq_notify(q, &sev));
	show("again", mq_notify(q, &sev));
	show("mq_send", mq_send(q, "a", 1, 0));
	show("told", read(told[0], &c, 1));
	show_true("the value", c == 'x');
	show("mq_receive", mq_receive(q, got, sizeof(got), NULL));
	/* The same by hand. */
	own.sigev_signo = nl;
	show("notify", raw(SYS_mq_notify, q, &own));
	show("mq_send", mq_send(q, "b", 1, 0));
	show("cookie", recv(nl, got, sizeof(got), 0));
	show_true("a message came", memcmp(got, cookie, 31) == 0 && got[31] == 1);
	show("notify", raw(SYS_mq_notify, q, &own));
	show("no more", raw(SYS_mq_notify, q, NULL));
	show("cookie", recv(nl, got, sizeof(got), 0));
	show_true("removed", memcmp(got, cookie, 31) == 0 && got[31] == 2);
	own.sigev_signo = told[0];
	show("a pipe", raw(SYS_mq_notify, q, &own));
	own.sigev_signo = socket(AF_UNIX, SOCK_STREAM, 0);
	show("another socket", raw(SYS_mq_notify, q, &own));
	own.sigev_signo = 1000;
	show("no file", raw(SYS_mq_notify, q, &own));
	own.sigev_value.sival_ptr = BAD_PTR;
	show("bad cookie", raw(SYS_mq_notify, q, &own));
	return 0;
}
