/* tests/syscalls/fast_threads.c - threads make calls at the same places at the same time; they are
 * cancelled there; they come and go while others go on. */
#include "fs_check.h"

#include <pthread.h>
#include <sys/ioctl.h>

#define THREADS 6
#define CALLS 3000
#define COMERS 150

/* As Go makes its calls: number and arguments in registers; on the stack. */
long go_syscall6(long nr, long a, long b, long c, long d, long e);
long go_no_error(long nr, long a, long b, long c);
__asm__(".text\n.balign 32\n"
	"go_syscall6:\n"
	"	push %rbx\n"
	"	mov %rdi, %rax\n"
	"	mov %rsi, %rbx\n"
	"	mov %rcx, %rdi\n"
	"	mov %rdx, %rcx\n"
	"	mov %r8, %rsi\n"
	"	mov %r9, %r8\n"
	"	call 1f\n"
	"	pop %rbx\n"
	"	ret\n"
	".balign 32, 0xcc\n"
	"1:	mov %rsi, %r10\n"
	"	mov %rdi, %rdx\n"
	"	mov %rcx, %rsi\n"
	"	mov %rbx, %rdi\n"
	"	syscall\n"
	"	cmp $0xfffffffffffff001, %rax\n"
	"	jbe 2f\n"
	"	ret\n"
	"2:	ret\n"
	".balign 32, 0xcc\n"
	"go_no_error:\n"
	"	push %rcx\n"
	"	push %rdx\n"
	"	push %rsi\n"
	"	push %rdi\n"
	"	push %rdi\n"
	"	call 3f\n"
	"	add $40, %rsp\n"
	"	ret\n"
	".balign 32, 0xcc\n"
	"3:	mov 0x18(%rsp), %rdi\n"
	"	mov 0x20(%rsp), %rsi\n"
	"	mov 0x28(%rsp), %rdx\n"
	"	mov 0x10(%rsp), %rax\n"
	"	syscall\n"
	"	ret\n"
	".balign 32, 0xcc\n");

static _Atomic int wrong, cleaned, over;
static int file, zero;

static void expect(int ok)
{
	if (!ok)
		wrong++;
}

/* By way of the C library: each at one place for all threads. */
static void calls(int own, int i)
{
	char c[8] = "xxxxxxx";

	expect(syscall(SYS_getppid) == getppid());
	expect(pread(own, c, 4, i % 4) == 4 && c[0] == '0' + i % 4);
	expect(read(zero, c, 8) == 8 && c[0] == 0 && c[7] == 0);
	expect(syscall(SYS_read, zero, c, 3L) == 3);
	expect(lseek(own, i, SEEK_SET) == i);
	expect(go_syscall6(SYS_pread64, own, (long)c, 4, 2, 0) == 4 && c[0] == '2');
	expect(go_syscall6(SYS_read, zero, (long)c, 3, 0, 0) == 3 && c[2] == 0);
	expect(go_syscall6(SYS_close, -1, 0, 0, 0, 0) == -EBADF);
	expect(go_no_error(SYS_getppid, 0, 0, 0) == getppid());
	expect(go_no_error(SYS_lseek, own, 5, SEEK_SET) == 5);
	expect(syscall(SYS_pread64, own, c, 4L, 4L) == 4 && memcmp(c, "4567", 4) == 0);
	expect(read(-1, c, 1) == -1 && errno == EBADF);
}

static void *caller(void *arg)
{
	int own = open("data", O_RDONLY);

	(void)arg;
	expect(own >= 0);
	for (int i = 0; i < CALLS && !over; i++)
		calls(own, i);
	close(own);
	return NULL;
}

static void together(void)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		expect(pthread_create(&t[i], NULL, caller, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
}

static void cleanup(void *arg)
{
	(void)arg;
	cleaned++;
}

/* Reads what there is, and waits for more. */
static void *reader(void *arg)
{
	char c;

	pthread_cleanup_push(cleanup, NULL);
	for (;;)
		expect(read(*(int *)arg, &c, 1) == 1 && c == 'x');
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancelled(void)
{
	pthread_t t[THREADS];
	void *result = NULL;
	char many[900];
	int fds[2], left;

	memset(many, 'x', sizeof(many));
	must(pipe(fds));
	must(write(fds[1], many, sizeof(many)));
	for (int i = 0; i < THREADS; i++)
		expect(pthread_create(&t[i], NULL, reader, &fds[0]) == 0);
	do
		usleep(1000);
	while (ioctl(fds[0], FIONREAD, &left) == 0 && left > 0);
	for (int i = 0; i < THREADS; i++) {
		expect(pthread_cancel(t[i]) == 0);
		pthread_join(t[i], &result);
		expect(result == PTHREAD_CANCELED);
	}
	show_val("cleaned up", cleaned);
	close(fds[0]);
	close(fds[1]);
}

static void *comer(void *arg)
{
	int tid = (int)syscall(SYS_gettid), own = open("data", O_RDONLY);

	for (int i = 0; i < 40; i++) {
		expect(syscall(SYS_gettid) == tid);
		calls(own, i);
	}
	close(own);
	*(int *)arg = tid;
	return NULL;
}

/* One thread makes others, one after the other, and calls in between. */
static void coming_and_going(void)
{
	pthread_t t, other;
	int tid = 0;

	over = 0;
	expect(pthread_create(&other, NULL, caller, NULL) == 0);
	for (int i = 0; i < COMERS; i++) {
		expect(pthread_create(&t, NULL, comer, &tid) == 0);
		for (int j = 0; j < 20; j++)
			expect(syscall(SYS_gettid) == getpid());
		pthread_join(t, NULL);
		expect(tid != getpid());
		for (int j = 0; j < 20; j++)
			calls(file, j);
	}
	over = 1;
	pthread_join(other, NULL);
}

int main(void)
{
	file = must(open("data", O_RDWR | O_CREAT, 0600));
	must(write(file, "0123456789", 10));
	zero = must(open("/dev/zero", O_RDONLY));
	together();
	cancelled();
	coming_and_going();
	show_val("wrong", wrong);
	return 0;
}
