/*
 * tests/syscalls/eintr_due.c - calls that wait end with EINTR after a handler without SA_RESTART, and
 * go on after one with it; whoever a wait for children can tell of is told of instead
 */
#include "check.h"
#include <linux/futex.h>
#include <poll.h>
#include <semaphore.h>
#include <setjmp.h>
#include <sys/msg.h>

static int p[2], queue, lock_fd;
static volatile sig_atomic_t calls;
static int limit; /* after so many signals the call gets what it waits for */
static pid_t child;
static sigjmp_buf jump;

static void handler(int sig)
{
	if (++calls < limit)
		return;
	tick_ms(0);
	if (sig == SIGALRM && limit) {
		struct msgbuf m = {.mtype = 1};

		write(p[1], "x", 1);
		msgsnd(queue, &m, 1, 0);
		if (child)
			kill(child, SIGKILL);
	}
}

static void jumper(int sig)
{
	(void)sig;
	tick_ms(0);
	siglongjmp(jump, 1);
}

static long do_read(void)
{
	char c;

	return read(p[0], &c, 1);
}

static long do_msgrcv(void)
{
	struct msgbuf m;

	return msgrcv(queue, &m, 1, 0, 0);
}

static long do_wait4(void)
{
	return waitpid(child, NULL, 0) > 0;
}

static long do_waitid(void)
{
	siginfo_t si;

	return waitid(P_ALL, 0, &si, WEXITED);
}

static long do_waitid_null(void)
{
	return waitid(P_PID, (id_t)child, NULL, WEXITED);
}

static long do_futex(void)
{
	int word = 0;

	return raw(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static long do_sem(void)
{
	sem_t sem;

	sem_init(&sem, 0, 0);
	return sem_wait(&sem);
}

static long do_poll(void)
{
	struct pollfd pfd = {.fd = p[0], .events = POLLIN};

	return poll(&pfd, 1, -1);
}

static long do_setlkw(void)
{
	struct flock fl = {.l_type = F_WRLCK};

	return fcntl(lock_fd, F_SETLKW, &fl);
}

static long do_nanosleep(void)
{
	struct timespec ts = {30, 0};

	return nanosleep(&ts, NULL);
}

static void make_child(void)
{
	child = xfork();
	if (child == 0)
		for (;;)
			pause();
}

static void end_child(void)
{
	if (!child)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	child = 0;
}

static void one(const char *what, long (*call)(void), bool can_go_on)
{
	on_signal(SIGALRM, handler, 0);
	calls = 0;
	limit = 0;
	tick_ms(20);
	show(what, call());
	tick_ms(0);
	show_true("a handler has run", calls > 0);

	on_signal(SIGALRM, jumper, 0);
	if (sigsetjmp(jump, 1) == 0) {
		tick_ms(5);
		call();
		say("not reached");
	}
	say("%s: left by a jump", what);
	if (!can_go_on)
		return;
	on_signal(SIGALRM, handler, SA_RESTART);
	calls = 0;
	limit = 3;
	tick_ms(5);
	show(what, call());
	show_val("handlers", calls);
}

/* Natively a wait is never interrupted by the SIGCHLD of the child that it waits for. */
static void sigchld(void)
{
	int bad = 0;

	limit = 0;
	on_signal(SIGCHLD, handler, 0);
	for (int i = 0; i < 300; i++) {
		pid_t pid = xfork();

		if (pid == 0) {
			for (volatile int spin = 0; spin < i * 100; spin++)
				;
			_exit(3);
		}
		if (i % 3 == 0) {
			bad += waitpid(pid, NULL, 0) != pid;
		} else if (i % 3 == 1) {
			bad += wait(NULL) != pid;
		} else {
			siginfo_t si = {0};

			bad += waitid(P_PID, (id_t)pid, &si, WEXITED) != 0 || si.si_pid != pid;
		}
	}
	show_val("waits that failed", bad);
	signal(SIGCHLD, SIG_DFL);
}

int main(void)
{
	char path[] = "/tmp/eintr_due.XXXXXX";
	struct flock fl = {.l_type = F_WRLCK};
	pid_t holder;
	int ready[2];

	if (pipe(p) < 0 || pipe(ready) < 0 || (queue = msgget(IPC_PRIVATE, 0600)) < 0 ||
	    (lock_fd = mkstemp(path)) < 0)
		die("objects");
	unlink(path);
	sigchld();
	one("read", do_read, true);
	one("msgrcv", do_msgrcv, false);
	one("poll", do_poll, false);
	one("nanosleep", do_nanosleep, false);
	one("futex", do_futex, false);
	one("sem_wait", do_sem, false);
	make_child();
	one("wait4", do_wait4, true);
	end_child();
	make_child();
	one("waitid", do_waitid, true);
	end_child();
	make_child();
	one("waitid without siginfo", do_waitid_null, true);
	end_child();
	holder = xfork();
	if (holder == 0) {
		fcntl(lock_fd, F_SETLK, &fl);
		write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	read(ready[0], path, 1);
	one("fcntl F_SETLKW", do_setlkw, false);
	kill(holder, SIGKILL);
	wait(NULL);
	msgctl(queue, IPC_RMID, NULL);
	return 0;
}
