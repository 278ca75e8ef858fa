/*
 * tests/syscalls/seccomp_kill.c - SECCOMP_RET_KILL_PROCESS and SECCOMP_RET_KILL_THREAD, also in a
 * process of two threads; no handler of SIGSYS runs.
 */
#include "check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void handler(int sig)
{
	(void)sig;
	_exit(99);
}

static void install(unsigned int action)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_LEN(f), f};
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	on_signal(SIGSYS, handler, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		die("seccomp");
}

static int single(void *arg)
{
	install(*(unsigned int *)arg);
	raw(SYS_getppid);
	return 3;
}

static volatile pid_t tid;

static void *thread(void *arg)
{
	(void)arg;
	tid = raw(SYS_gettid);
	raw(SYS_getppid);
	_exit(98);
}

static int threaded(void *arg)
{
	pthread_t t;

	install(*(unsigned int *)arg);
	pthread_create(&t, NULL, thread, NULL);
	/* The thread cannot be joined: it is just gone. */
	while (!tid || raw(SYS_tgkill, getpid(), tid, 0) == 0)
		nap_ms(1);
	return 4;
}

int main(void)
{
	unsigned int proc = SECCOMP_RET_KILL_PROCESS, thr = SECCOMP_RET_KILL_THREAD;
	unsigned int unknown = 0x12340000;

	show_status("KILL_PROCESS", run_child(single, &proc));
	show_status("KILL_THREAD of the only thread", run_child(single, &thr));
	show_status("unknown action", run_child(single, &unknown));
	show_status("KILL_PROCESS in a thread", run_child(threaded, &proc));
	show_status("KILL_THREAD in a thread", run_child(threaded, &thr));
	return 0;
}
