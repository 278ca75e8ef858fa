/*
 * tests/security/guests/exec_race.c - execs while siblings flip the path and the arguments, write into
 * what becomes the new program's memory, and forge the loader's calls
 *
 *	exec_race SECONDS	attacks; started again as
 *	exec_race victim	the program that was executed: is its memory its own?
 *
 * A static program, so that its zeroed data lies at the same place before and after the exec.
 */
#include "tests/security/guests/attack.h"

#include <sys/uio.h>

#define STUB_HELLO 0x535400
#define MARK 0x5a

static char path[64] = "/attack/exec_race";
static char arg1[16] = "victim";
static const char *const args[] = {path, arg1, "12345678", NULL};
static char *no_env[] = {NULL};
static volatile char zeroes[65536];
static int pattern_fd;
static pid_t leader_pid;

static int victim(void)
{
	for (int i = 0; i < 50; i++) {
		for (size_t at = 0; at < sizeof(zeroes); at += 64)
			if (zeroes[at])
				return 99;
		sched_yield();
	}
	return 0;
}

static void *flip(void *arg)
{
	for (;;) {
		memcpy(path, "/attack/nothing!!", 18);
		memcpy(path, "/stub", 6);
		memcpy(path, "/attack/exec_race", 18);
		memset(arg1, 'q', 6);
		memcpy(arg1, "victim", 7);
	}
	return arg;
}

/* The thread that execs; the leader stays in its calls until the exec ends it. */
static void *exec_thread(void *arg)
{
	usleep((unsigned int)(uintptr_t)arg);
	execve(path, (char *const *)(uintptr_t)args, (char *const *)no_env);
	_exit(98);
}

/* A long call that writes into the pages where the new program's data will be. */
static void write_data(void)
{
	static struct iovec iov[512];

	for (int i = 0; i < 512; i++)
		iov[i] = (struct iovec){(void *)(uintptr_t)zeroes, sizeof(zeroes)};
	for (;;)
		preadv(pattern_fd, iov, 512, 0);
}

static void forge_hello(void)
{
	static char buf[65536];

	for (;;)
		syscall(SYS_gettid), syscall(STUB_HELLO, buf, sizeof(buf));
}

/* From another process, with the rights that it has before the exec. */
static void write_from_outside(int opened)
{
	static char marks[sizeof(zeroes)];
	char name[64];
	int fd;

	memset(marks, MARK, sizeof(marks));
	snprintf(name, sizeof(name), "/proc/%d/mem", leader_pid);
	fd = open(name, O_RDWR);
	close(opened);
	for (int i = 0; i < 400; i++) {
		if (pwrite(fd, marks, sizeof(marks), (off_t)(uintptr_t)zeroes) == 0)
			break;
	}
	_exit(0);
}

static void round_of(int n)
{
	pthread_t th;
	int fds[2];
	char c;

	leader_pid = getpid();
	if (n % 4 == 3) {
		if (pipe(fds) < 0)
			_exit(1);
		if (fork() == 0)
			write_from_outside(fds[1]);
		close(fds[1]);
		while (read(fds[0], &c, 1) > 0)
			; /* until it has the file, of the program before the exec */
	}
	if (n % 4 == 0)
		pthread_create(&th, NULL, flip, NULL);
	pthread_create(&th, NULL, exec_thread, (void *)(uintptr_t)(500 + n % 7 * 400));
	if (n % 4 == 1)
		forge_hello();
	if (n % 4 == 2)
		write_data();
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	double end;
	int rounds = 0, bad = 0;
	char page[8192];

	if (argc > 1 && (strcmp(argv[1], "victim") == 0 || argv[1][0] == 'q'))
		return victim();
	end = now() + (argc > 1 ? atof(argv[1]) : 1);
	pattern_fd = open("/tmp/pattern", O_CREAT | O_RDWR, 0600);
	memset(page, MARK, sizeof(page));
	for (int i = 0; i < 2048; i++)
		if (write(pattern_fd, page, sizeof(page)) != sizeof(page))
			FINDING("pattern");
	ready();
	while (now() < end) {
		pid_t pid = fork();
		int status = 0;

		if (pid == 0) {
			alarm(10);
			round_of(rounds);
		}
		waitpid(pid, &status, 0);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		rounds++;
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
			FINDING("round %d hangs", rounds);
		else if (rounds % 4 == 1 && WIFEXITED(status) && WEXITSTATUS(status) == 98)
			continue; /* another path: it was flipped */
		else if (!WIFEXITED(status) || WEXITSTATUS(status))
			bad++, printf("round %d: status %x\n", rounds, status);
	}
	if (bad)
		FINDING("%d of %d new programs were harmed", bad, rounds);
	printf("%d rounds\n", rounds);
	return findings != 0;
}
