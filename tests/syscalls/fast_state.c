/*
 * tests/syscalls/fast_state.c - what changes under a program that makes frequent calls: its
 * credentials, its seccomp filters, %gs, files that are mapped while they are closed, programs that it
 * executes.
 */
#include "check.h"
#include <asm/prctl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#define CALLS 2000

static long warm(void)
{
	long sum = 0;

	for (int i = 0; i < CALLS; i++)
		sum += (getppid() > 0) + (getpid() > 0) + (getuid() < 100000);
	return sum;
}

static int credentials(void *arg)
{
	(void)arg;
	warm();
	if (setresgid(1234, 1235, 1236) < 0 || setresuid(2345, 2346, 2347) < 0)
		return 2;
	show_val("uid", getuid());
	show_val("euid", geteuid());
	show_val("gid", getgid());
	show_val("egid", getegid());
	warm();
	show("open what is root's", open("secret", O_RDONLY));
	show("back to root", setuid(0));
	return 0;
}

static int filters(void *arg)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {.len = ARRAY_LEN(code), .filter = code};

	(void)arg;
	warm();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	show("install", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
	show("getppid", raw(SYS_getppid));
	show("getpid", raw(SYS_getpid));
	for (int i = 0; i < CALLS; i++)
		if (getppid() != -1 || getpid() != -1)
			return 1;
	return 0;
}

static uint64_t word = 0x1122334455667788;

static uint64_t gs_word(void)
{
	uint64_t v;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(v));
	return v;
}

static int own_gs(void *arg)
{
	uint64_t base = 1;

	(void)arg;
	warm();
	show("ARCH_GET_GS", raw(SYS_arch_prctl, ARCH_GET_GS, &base));
	show_val("base", (long)base);
	show("ARCH_SET_GS", raw(SYS_arch_prctl, ARCH_SET_GS, &word));
	show_true("%gs:0", gs_word() == word);
	warm();
	show_true("%gs:0 later", gs_word() == word);
	raw(SYS_arch_prctl, ARCH_GET_GS, &base);
	show_true("base later", base == (uint64_t)&word);
	return 0;
}

static int gs_by_instruction(void *arg)
{
	(void)arg;
	warm();
	__asm__ volatile("wrgsbase %0" : : "r"(&word));
	show_val("warm", warm());
	show_true("%gs:0 by wrgsbase", gs_word() == word);
	return 0;
}

static int mapped_files(void *arg)
{
	int wrong = 0;

	(void)arg;
	for (int i = 0; i < 300; i++) {
		int fd = open(i % 2 ? "one" : "two", O_RDONLY);
		char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

		close(fd);
		wrong += p == MAP_FAILED || p[0] != (i % 2 ? '1' : '2');
		munmap(p, 4096);
	}
	show_val("wrong mappings", wrong);
	return 0;
}

static int new_program(void *arg)
{
	char *argv[] = {"fast_state", "again", NULL};

	(void)arg;
	warm();
	setresuid(2345, 2345, 2345);
	execv("/proc/self/exe", argv);
	return 3;
}

static void *loop(void *arg)
{
	(void)arg;
	for (;;)
		getppid();
}

/* All threads end where one of them executes a program, or the process is killed, amid their calls. */
static int threads_and_exec(void *arg)
{
	pthread_t th;

	for (int i = 0; i < 3; i++)
		pthread_create(&th, NULL, loop, NULL);
	warm();
	return new_program(arg);
}

static void killed(void)
{
	int bad = 0;

	for (int i = 0; i < 20; i++) {
		pid_t pid = xfork();
		int st;

		if (pid == 0)
			loop(NULL);
		nap_ms(i % 5);
		kill(pid, SIGKILL);
		waitpid(pid, &st, 0);
		bad += !WIFSIGNALED(st) || WTERMSIG(st) != SIGKILL;
	}
	show_val("not killed", bad);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		warm();
		show_val("after exec: uid", getuid());
		return 0;
	}
	write_file("secret", "x");
	chmod("secret", 0600);
	write_file("one", "1");
	write_file("two", "2");
	show_status("credentials", run_child(credentials, NULL));
	show_status("filters", run_child(filters, NULL));
	show_status("own %gs", run_child(own_gs, NULL));
	show_status("own %gs by instruction", run_child(gs_by_instruction, NULL));
	show_status("mapped files", run_child(mapped_files, NULL));
	show_status("exec", run_child(new_program, NULL));
	show_status("threads and exec", run_child(threads_and_exec, NULL));
	killed();
	return 0;
}
