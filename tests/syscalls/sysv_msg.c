/* tests/syscalls/sysv_msg.c - msgget(2), msgsnd(2), msgrcv(2), msgctl(2). */
#include "fs_check.h"
#include <sys/msg.h>

struct text {
	long type;
	char text[64];
};

static int q;

static void put(long type, const char *text)
{
	struct text m = {.type = type};

	strcpy(m.text, text);
	must(msgsnd(q, &m, strlen(text), IPC_NOWAIT));
}

static void take(const char *what, size_t size, long type, int flags)
{
	struct text m;
	ssize_t n = msgrcv(q, &m, size, type, flags | IPC_NOWAIT);

	show_read(what, n, m.text);
	if (n >= 0)
		show_val("  type", m.type);
}

int main(void)
{
	struct msqid_ds ds;
	struct text m = {.type = 1, .text = "x"};
	static char big[20000];
	int n = 0;

	show("no such key", msgget(0x1234, 0));
	q = must(msgget(0x1234, IPC_CREAT | 0640));
	show_true("same", msgget(0x1234, 0) == q);
	show("exclusive", msgget(0x1234, IPC_CREAT | IPC_EXCL));
	put(3, "three");
	put(1, "one");
	put(2, "two");
	put(1, "uno");
	take("lowest up to 2", 64, -2, 0);
	take("type 2", 64, 2, 0);
	take("not 3", 64, 3, MSG_EXCEPT);
	take("copy", 64, 0, MSG_COPY);
	take("too small", 2, 0, 0);
	take("cut", 2, 0, MSG_NOERROR);
	take("none", 64, 0, 0);
	show("type 0", msgsnd(q, &(struct text){0}, 1, 0));
	show("negative size", msgsnd(q, &m, -1, 0));
	show("too long", msgsnd(q, big, 8193, 0));
	show("bad pointer", msgsnd(q, BAD_PTR, 1, 0));
	show("bad queue", msgsnd(99999, &m, 1, 0));
	while (msgsnd(q, &m, 64, IPC_NOWAIT) == 0)
		n++;
	show("full", -1);
	show_val("messages", n);
	if (xfork() == 0) {
		show("waits", msgsnd(q, &m, 64, 0));
		_exit(0);
	}
	nap_ms(20);
	must(msgrcv(q, &m, 64, 0, 0));
	xwait(-1);
	must(msgctl(q, IPC_STAT, &ds));
	say("mode %o, %ld messages, %ld bytes, limit %ld", ds.msg_perm.mode, (long)ds.msg_qnum,
	    (long)ds.__msg_cbytes, (long)ds.msg_qbytes);
	show_true("sender", ds.msg_lspid > getpid());
	show_true("receiver", ds.msg_lrpid == getpid());
	ds.msg_perm.mode = 0600;
	ds.msg_perm.uid = 1000;
	show("IPC_SET", msgctl(q, IPC_SET, &ds));
	if (xfork() == 0) {
		must(setgid(1001));
		must(setuid(1001));
		show("not permitted", msgrcv(q, &m, 64, 0, IPC_NOWAIT));
		show("nor to look", msgctl(q, IPC_STAT, &ds));
		show("nor to remove", msgctl(q, IPC_RMID, NULL));
		_exit(0);
	}
	xwait(-1);
	while (msgrcv(q, &m, 64, 0, IPC_NOWAIT) >= 0)
		;
	if (xfork() == 0) {
		nap_ms(20);
		must(msgctl(q, IPC_RMID, NULL));
		_exit(0);
	}
	show("removed meanwhile", msgrcv(q, &m, 64, 0, 0));
	xwait(-1);
	show("afterwards", msgrcv(q, &m, 64, 0, 0));
	show("unknown command", msgctl(q, 99, NULL));
	return 0;
}
