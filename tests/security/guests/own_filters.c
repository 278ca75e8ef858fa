/* tests/security/guests/own_filters.c - a guest's own seccomp filters must not reach the host */
#include "tests/security/guests/attack.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

static long install(uint32_t action, unsigned int flags)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {4, insns};

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

static void attack(uint32_t action, unsigned int flags, const char *dir)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (install(action, flags) >= 0 && (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
			_exit(2); /* a listener: it would decide for us */
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0);
		mkdir(dir, 0700);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		FINDING("action %x: a listener was given out", action);
}

static void *tsync_forever(void *arg)
{
	double end = now() + 0.3;

	while (now() < end && install(SECCOMP_RET_ALLOW, arg ? SECCOMP_FILTER_FLAG_TSYNC : 0) >= 0)
		;
	return NULL;
}

/* Two threads give each other their filters. */
static void tsync_race(void)
{
	pthread_t th[3];

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (int i = 0; i < 3; i++)
		pthread_create(&th[i], NULL, tsync_forever, (void *)(uintptr_t)(i < 2));
	for (int i = 0; i < 3; i++)
		pthread_join(th[i], NULL);
}

int main(int argc, char **argv)
{
	const uint32_t actions[] = {
		SECCOMP_RET_USER_NOTIF,	 SECCOMP_RET_TRACE | 1, SECCOMP_RET_ERRNO, SECCOMP_RET_TRAP,
		SECCOMP_RET_KILL_THREAD, SECCOMP_RET_LOG,	SECCOMP_RET_ALLOW};

	for (size_t i = 0; argc > 1 && i < sizeof(actions) / sizeof(actions[0]); i++) {
		attack(actions[i], 0, argv[1]);
		attack(actions[i], SECCOMP_FILTER_FLAG_NEW_LISTENER, argv[1]);
		attack(actions[i], SECCOMP_FILTER_FLAG_NEW_LISTENER | (1u << 5), argv[1]);
	}
	for (int i = 0; i < 5; i++) {
		if (fork() == 0) {
			tsync_race();
			_exit(0);
		}
		wait(NULL);
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (int i = 0; i < 4; i++)
		if (install(SECCOMP_RET_ERRNO | EPERM, 0) < 0)
			FINDING("a plain filter was refused: %s", strerror(errno));
	if (mkdir("/tmp/x", 0700) == 0 || errno != EPERM)
		FINDING("the filter does not work");
	wait_for_driver();
	return findings != 0;
}
