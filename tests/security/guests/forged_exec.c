/*
 * tests/security/guests/forged_exec.c - says the loader's hello without an exec on the host
 *
 *	forged_exec	as root of the sandbox
 *
 * An execve of a set-user-ID program that the host refuses leaves a plan with the program's
 * credentials behind; a hello from the old program must not get them, whatever the process did to its
 * descriptors before.
 */
#include "tests/security/guests/attack.h"

#include <linux/close_range.h>
#include <sched.h>
#include <sys/mman.h>

#define STUB_HELLO 0x535400
#define OWNER 1234
#define CALLER 1000
#define PROGRAM "/usr/forged" /* not /tmp: that is nosuid */

static char stack[65536] __attribute__((aligned(16)));

static int sharer(void *arg)
{
	(void)arg;
	usleep(300000);
	return 0;
}

/* What might leave the host's table empty from below. */
static void tamper(int how)
{
	int fd;

	switch (how) {
	case 1: /* both have the table, one gives it up */
	case 2:
	case 3:
		clone(sharer, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL);
		syscall(SYS_close_range, how == 3 ? 1 : 0, how == 2 ? 0U : ~0U,
			CLOSE_RANGE_UNSHARE);
		break;
	case 4:
		for (int i = 0; i < 100; i++)
			close(i);
		break;
	case 5: /* a mapped file under 0, then closed */
		fd = open("/etc/passwd", O_RDONLY);
		dup2(fd, 0);
		mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0);
		close(0);
		break;
	case 6:
		syscall(SYS_unshare, CLONE_FILES);
		syscall(SYS_close_range, 0, ~0U, 0);
		break;
	}
}

static int attempt(int how)
{
	static char buf[65536];
	char *const argv[] = {(char *)0x10, NULL};

	if (setresgid(CALLER, CALLER, CALLER) < 0 || setresuid(CALLER, CALLER, CALLER) < 0)
		return 2;
	tamper(how);
	if (execve(PROGRAM, argv, NULL) == 0 || syscall(STUB_HELLO, buf, sizeof(buf)) >= 0)
		return 3;
	for (int i = 0; i < 3; i++)
		if (syscall(STUB_HELLO, buf, sizeof(buf)) >= 0)
			return 4;
	return geteuid() == CALLER && syscall(SYS_geteuid) == CALLER ? 0 : 5;
}

int main(void)
{
	int fd = open(PROGRAM, O_CREAT | O_WRONLY, 0755), self = open("/proc/self/exe", O_RDONLY);
	char buf[65536];
	ssize_t n;

	while ((n = read(self, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			FINDING("copy");
	close(fd);
	if (chown(PROGRAM, OWNER, OWNER) < 0 || chmod(PROGRAM, 04755) < 0)
		FINDING("set-user-ID");
	ready();
	for (int how = 0; how <= 6; how++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			_exit(attempt(how));
		waitpid(pid, &status, 0);
		if (status)
			FINDING("attempt %d: status %x", how, status);
	}
	return findings != 0;
}
