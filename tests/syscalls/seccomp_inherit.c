/*
 * tests/syscalls/seccomp_inherit.c - seccomp filters are inherited by fork, exec and new threads,
 * and apply to the installing thread only, unless SECCOMP_FILTER_FLAG_TSYNC is given.
 */
#include "check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>

static pthread_barrier_t bar;

static long install(int nr, int err, unsigned int flags)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_LEN(f), f};

	return raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

static void look(const char *what)
{
	long a = raw(SYS_getppid), b;
	int ea = a < 0 ? errno : 0, eb;

	b = raw(SYS_getuid);
	eb = b < 0 ? errno : 0;
	say("%s: getppid %s getuid %s mode %d", what, ea ? errno_name(ea) : "ok",
	    eb ? errno_name(eb) : "ok", prctl(PR_GET_SECCOMP));
}

static void *thread(void *arg)
{
	(void)arg;
	pthread_barrier_wait(&bar);
	look("other thread");
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	look("other thread after TSYNC");
	return NULL;
}

static void *late(void *arg)
{
	(void)arg;
	look("new thread");
	return NULL;
}

int main(int argc, char **argv)
{
	char buf[8192], *p;
	pthread_t t, t2;

	(void)argv;
	if (argc > 1) {
		look("after exec");
		return 0;
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	look("at start");
	pthread_barrier_init(&bar, NULL, 2);
	pthread_create(&t, NULL, thread, NULL);
	show("install", install(SYS_getppid, EDOM, 0));
	look("this thread");
	pthread_barrier_wait(&bar);
	pthread_barrier_wait(&bar);
	pthread_create(&t2, NULL, late, NULL);
	pthread_join(t2, NULL);
	show("install with TSYNC", install(SYS_getuid, ERANGE, SECCOMP_FILTER_FLAG_TSYNC));
	pthread_barrier_wait(&bar);
	pthread_join(t, NULL);
	read_file("/proc/self/status", buf, sizeof(buf));
	p = strstr(buf, "\nSeccomp:");
	show_val("in status", p ? atoi(p + 9) : -1);
	if (xfork() == 0) {
		look("child");
		execl("/proc/self/exe", "self", "child", NULL);
		_exit(1);
	}
	wait(NULL);
	return 0;
}
