/*
 * tests/syscalls/clone_thread.c - clone(2) with CLONE_THREAD: a bare thread has the pid of its
 * process and a tid of its own, is no child for wait, and ends alone with exit.
 */
#include "check.h"
#include <linux/futex.h>
#include <sched.h>

static char stack[1 << 16] __attribute__((aligned(16)));
static volatile pid_t pid_seen, tid_seen, ppid_seen;
static volatile int ctid;

static int thread(void *arg)
{
	(void)arg;
	pid_seen = raw(SYS_getpid);
	tid_seen = raw(SYS_gettid);
	ppid_seen = raw(SYS_getppid);
	raw(SYS_exit, 3);
	return 0;
}

int main(void)
{
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		    CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
	int ptid = 0, tid, v;

	ctid = 1;
	tid = clone(thread, stack + sizeof(stack), flags, NULL, &ptid, NULL, &ctid);
	if (tid < 0)
		die("clone");
	while ((v = ctid))
		raw(SYS_futex, &ctid, FUTEX_WAIT, v, NULL, NULL, 0);
	show_true("pid is ours", pid_seen == getpid());
	show_true("tid is not", tid_seen != getpid() && tid_seen == tid);
	show_true("ptid", ptid == tid);
	show_true("ppid", ppid_seen == getppid());
	show("wait", waitpid(-1, NULL, __WALL));
	show("wait for the tid", waitpid(tid, NULL, __WALL));

	/* The thread is not quite gone yet, perhaps. */
	for (int i = 0; i < 1000 && raw(SYS_tgkill, getpid(), tid, 0) == 0; i++)
		nap_ms(1);
	show("tgkill afterwards", raw(SYS_tgkill, getpid(), tid, 0));
	return 0;
}
