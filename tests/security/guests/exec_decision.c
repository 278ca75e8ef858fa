/*
 * tests/security/guests/exec_decision.c - what an exec was decided with must still be so when it is done
 *
 *	exec_decision ROUNDS	as root of the sandbox
 *
 * A thread puts its siblings under its filter while one of them executes a set-user-ID program. And a program
 * tells the host its addresses with the loader's own call and instruction, after the loader's: the
 * host reads that structure once more, and a start of code in the loader means "just executed".
 */
#include "tests/security/guests/attack.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#define OWNER 1234
#define CALLER 1000
#define PROGRAM "/usr/exec_decision" /* not /tmp: that is nosuid */
#define STUB_BASE 0x200000000000UL
#define STUB_CALL_OFFSET 48
#define ELF_ENTRY 24

static volatile int go;

static void *put_under_filter(void *spin)
{
	struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
	struct sock_fprog prog = {1, &allow};

	while (!go)
		;
	for (volatile long i = 0; i < (long)spin; i++)
		;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &prog);
	for (;;)
		pause();
	return NULL;
}

/* Long arguments keep the host busy. */
static void execute(long spin)
{
	static char big[100000], *args[20];
	pthread_t t;

	if (setresgid(CALLER, CALLER, CALLER) < 0 || setresuid(CALLER, CALLER, CALLER) < 0)
		_exit(2);
	memset(big, 'a', sizeof(big) - 1);
	for (int i = 0; i < 18; i++)
		args[i] = big;
	pthread_create(&t, NULL, put_under_filter, (void *)spin);
	usleep(2000);
	go = 1;
	execv(PROGRAM, args);
	_exit(2);
}

/* prctl(2) at the instruction of the loader's that the sentry uses. */
static long loaders_prctl(const struct prctl_mm_map *mm)
{
	unsigned long call = *(unsigned long *)(STUB_BASE + ELF_ENTRY) + STUB_CALL_OFFSET;
	register long r10 __asm__("r10") = sizeof(*mm);
	register long r8 __asm__("r8") = 0;
	long ret;

	__asm__ volatile("mov %%rsp, %%r12; sub $512, %%rsp; lea 1f(%%rip), %%r11\n\t"
			 "push %%r11; push %%rdx; push %%rsi; jmp *%[call]\n"
			 "1: mov %%r12, %%rsp"
			 : "=a"(ret)
			 : "a"(SYS_prctl), "D"(PR_SET_MM), "S"(PR_SET_MM_MAP), "d"(mm), "r"(r10),
			   "r"(r8), [call] "r"(call)
			 : "rcx", "r11", "r12", "memory");
	return ret;
}

static void tell_addresses(char **argv)
{
	unsigned long brk = (unsigned long)sbrk(0), arg = (unsigned long)argv[0];
	struct prctl_mm_map mm = {
		.start_code = 0x400000,
		.end_code = 0x500000,
		.start_data = 0x500000,
		.end_data = 0x500000,
		.start_brk = brk,
		.brk = brk,
		.start_stack = (unsigned long)&brk,
		.arg_start = arg,
		.arg_end = arg + 1,
		.env_start = arg,
		.env_end = arg + 1,
		.exe_fd = (unsigned int)-1,
	};

	if (loaders_prctl(&mm) != -EPERM)
		FINDING("a program makes the loader's call");
}

int main(int argc, char **argv)
{
	int fd, self, rounds = argc == 2 ? atoi(argv[1]) : 0;
	char buf[65536];
	ssize_t n;

	if (geteuid() == OWNER)
		return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) ? 3 : 0;
	if (!rounds)
		return 0; /* it gained nothing */
	tell_addresses(argv);
	fd = open(PROGRAM, O_CREAT | O_WRONLY, 0755);
	self = open("/proc/self/exe", O_RDONLY);
	while ((n = read(self, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			FINDING("copy");
	close(fd);
	if (chown(PROGRAM, OWNER, OWNER) < 0 || chmod(PROGRAM, 04755) < 0)
		FINDING("set-user-ID");
	for (int i = 0; i < rounds; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			execute(i % 100 * 20000L);
		waitpid(pid, &status, 0);
		if (WIFEXITED(status) && WEXITSTATUS(status))
			FINDING("round %d: status %x", i, status);
	}
	return findings != 0;
}
