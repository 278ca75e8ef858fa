/*
 * tests/syscalls/clone_maker_killed.c - a child that has made no call yet when its maker ends: it
 * goes on, with what its maker had, as the child of whoever Linux gives it to
 */
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ROUNDS 8

enum { WITH_PARENT, SUBREAPER_DIES, LEADER_ENDED, MAKER_EXECS, NR_CASES };

static struct shared {
	volatile int made, go, maker, reaper, gone;
} * sh;
static int report[2], right;
static char self_path[] = "/proc/self/exe";

/* It makes no call until its maker is gone. */
static void be_child(int expected)
{
	char answer;

	sh->made = 1;
	while (!sh->go)
		;
	answer = getppid() == (expected ? expected : sh->reaper) ? 'y' : 'n';
	if (fcntl(right, F_GETFD) < 0)
		answer = 'f';
	if (write(report[1], &answer, 1) != 1)
		_exit(1);
	_exit(0);
}

static void __attribute__((noreturn)) make(unsigned long flags, int expected)
{
	right = open("/dev/null", O_RDONLY);
	sh->maker = getpid();
	if (syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0) == 0)
		be_child(expected);
	for (;;) /* killed, without a further call */
		;
}

static void *outlive_leader(void *arg)
{
	(void)arg;
	usleep(2000);
	sh->reaper = getpid();
	while (!sh->made)
		usleep(1000);
	waitpid(sh->maker, NULL, 0);
	sh->gone = 1;
	for (;;)
		pause();
	return NULL;
}

static void *maker_thread(void *arg)
{
	(void)arg;
	make(0, getpid());
}

/* In a child of main: makes what the case wants. */
static void begin(int which, int main_pid)
{
	char *argv[] = {"program", "wait", NULL};
	pthread_t t;

	switch (which) {
	case WITH_PARENT: make(CLONE_PARENT, main_pid);
	case SUBREAPER_DIES:
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		sh->reaper = getpid();
		if (xfork() == 0)
			make(0, main_pid);
		pause();
		break;
	case LEADER_ENDED:
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		if (xfork() == 0) {
			while (!sh->reaper)
				usleep(1000);
			make(0, 0);
		}
		close(report[1]);
		pthread_create(&t, NULL, outlive_leader, NULL);
		pthread_exit(NULL);
	case MAKER_EXECS:
		pthread_create(&t, NULL, maker_thread, NULL);
		while (!sh->made)
			usleep(1000);
		execv(self_path, argv);
	}
	_exit(1);
}

static char round_of(int which)
{
	char answer = 'k'; /* killed */
	int main_pid = getpid();
	pid_t pid;

	memset(sh, 0, sizeof(*sh));
	if (pipe2(report, O_CLOEXEC) < 0)
		die("pipe2");
	pid = xfork();
	if (pid == 0)
		begin(which, main_pid);
	while (!sh->made)
		usleep(1000);
	if (which == SUBREAPER_DIES)
		kill(sh->reaper, SIGKILL);
	if (which == MAKER_EXECS)
		usleep(20000);
	else
		kill(sh->maker, SIGKILL);
	if (which == WITH_PARENT || which == SUBREAPER_DIES)
		waitpid(pid, NULL, 0);
	if (which == SUBREAPER_DIES)
		waitpid(sh->maker, NULL, 0);
	while (which == LEADER_ENDED && !sh->gone)
		usleep(1000);
	usleep(5000); /* for who hears of it a moment later */
	sh->go = 1;
	close(report[1]);
	if (read(report[0], &answer, 1) < 0)
		answer = 'e';
	kill(pid, SIGKILL);
	close(report[0]);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return answer;
}

int main(int argc, char **argv)
{
	static const char *const names[NR_CASES] = {
		"CLONE_PARENT",
		"the subreaper dies with it",
		"the subreaper's leader has ended",
		"another thread executes a program",
	};

	(void)argv;
	if (argc == 2)
		for (;;)
			pause();
	sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int which = 0; which < NR_CASES; which++) {
		int good = 0;

		prctl(PR_SET_CHILD_SUBREAPER, which != WITH_PARENT);
		for (int i = 0; i < ROUNDS; i++) {
			char answer = round_of(which);

			good += answer == 'y';
			if (answer != 'y')
				printf("%s: %c\n", names[which], answer);
		}
		show_val(names[which], good);
	}
	return 0;
}
