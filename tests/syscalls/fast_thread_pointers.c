/*
 * tests/syscalls/fast_thread_pointers.c - threads whose thread pointers are given, used again at once while
 * the former thread is just ending, missing, changed, or the maker's own: each makes calls as itself
 */
#include "fs_check.h"

#include <asm/prctl.h>
#include <sched.h>
#include <sys/mman.h>

#define ROUNDS 150
#define AT_ONCE 4
#define CALLS 60
#define STACK 16384

/* As a C library has it. No errno: these threads have no C library's block. */
#define CALL(nr, a, b, c)                                                                          \
	({                                                                                         \
		long ret_;                                                                         \
		__asm__ volatile("mov %1, %%eax\n\tsyscall"                                        \
				 : "=&a"(ret_)                                                     \
				 : "i"(nr), "D"(a), "S"(b), "d"(c)                                 \
				 : "rcx", "r11", "memory");                                        \
		ret_;                                                                              \
	})

enum kind { OWN, NONE, MAKERS, CHANGED, NR_KINDS };

struct thread {
	int tid; /* as the kernel says it */
	int file;
	enum kind kind;
	uint64_t second_fs;
	_Atomic int bad, leaves;
	int ended; /* the kernel clears it */
};

static struct thread threads[AT_ONCE];

/* Nothing here may use a thread-local variable. */
__attribute__((noinline)) static int act(void *arg)
{
	struct thread *t = arg;
	char out[16] = "thread", in[16];
	int bad = 0;

	for (int i = 0; i < CALLS; i++) {
		out[7] = (char)('a' + i % 26);
		bad += CALL(SYS_gettid, 0, 0, 0) != t->tid;
		bad += CALL(SYS_lseek, t->file, 0, 0) != 0;
		bad += CALL(SYS_write, t->file, out, 16) != 16;
		bad += CALL(SYS_lseek, t->file, 0, 0) != 0;
		bad += CALL(SYS_read, t->file, in, 16) != 16;
		for (int j = 0; j < 16; j++)
			bad += in[j] != out[j];
		if (t->kind == CHANGED && i % 20 == 10)
			CALL(SYS_arch_prctl, ARCH_SET_FS, t->second_fs, 0);
	}
	t->bad = bad;
	t->leaves = 1;
	return 0;
}

static void start(struct thread *t, char *stack, uint64_t fs)
{
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		    CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	uint64_t own = 0;

	if (t->kind == MAKERS)
		raw(SYS_arch_prctl, ARCH_GET_FS, &own);
	if (t->kind != NONE)
		flags |= CLONE_SETTLS;
	t->bad = t->leaves = 0;
	t->ended = 1;
	if (clone(act, stack + STACK, flags, t, &t->tid, t->kind == MAKERS ? own : fs, &t->ended) <
	    0)
		printf("clone: %s\n", strerror(errno));
}

static void await(_Atomic int *word, int value)
{
	while (*word != value)
		sched_yield();
}

int main(void)
{
	char *stacks = mmap(NULL, 2L * AT_ONCE * STACK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *blocks = mmap(NULL, 2L * AT_ONCE * 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int bad = 0, own_bad = 0;

	for (int i = 0; i < AT_ONCE; i++)
		threads[i].file = open(".", O_TMPFILE | O_RDWR, 0600);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < AT_ONCE; i++) {
			struct thread *t = &threads[i];

			t->kind = round % 3 ? OWN : (enum kind)((round / 3 + i) % NR_KINDS);
			t->second_fs = (uint64_t)(blocks + (AT_ONCE + i) * 4096);
			/* Two stacks in turn, one thread pointer. */
			start(t, stacks + (2 * i + round % 2) * STACK,
			      (uint64_t)(blocks + i * 4096));
		}
		for (int i = 0; i < CALLS; i++)
			own_bad += raw(SYS_gettid) != getpid() || raw(SYS_getppid) != getppid();
		for (int i = 0; i < AT_ONCE; i++) {
			await(&threads[i].leaves, 1);
			bad += threads[i].bad;
			if (round % 2 == 0) /* else the next one comes while it is still there */
				await((_Atomic int *)&threads[i].ended, 0);
		}
		if (round % 50 == 7) {
			pid_t pid = fork();
			int status = 0;

			if (pid == 0)
				_exit(raw(SYS_gettid) != getpid() || raw(SYS_getppid) == 0);
			waitpid(pid, &status, 0);
			own_bad += status != 0;
		}
	}
	printf("threads %d, maker %d\n", bad, own_bad);
	return 0;
}
