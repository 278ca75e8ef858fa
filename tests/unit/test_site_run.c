/*
 * tests/unit/test_site_run.c - platform/fastpath/site.h: plans that are carried out and run
 *
 * Code of the shapes that C libraries and Go have is put into memory that can be executed, at all
 * alignments, replaced write by write, and called: in every state in between, by another thread that
 * goes on calling meanwhile, and with a call in flight. Two stubs take the shim's place: one says that
 * the call is done, and its result is its number + 1000; the other goes the slow way.
 */
#include "platform/fastpath/site.h"
#include "sentry/base/base.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define DONE 1000 /* what the shim that makes calls adds to their number */

/* What code is called with and comes back with; known to the assembly below. */
struct regs {
	uint64_t rax, rbx, rdx, rsi, rdi, rbp, r8, r9, r10, r12, r13, r14, r15;
	const void *code;
};

extern void site_run(struct regs *regs);
extern const char site_shim_done[], site_shim_slow[];
extern uint64_t site_shim_entered;

__asm__(".text\n"
	"site_run:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	push %rdi\n"
	"	sub $32, %rsp\n"
	"	movq $0, (%rsp); movq $0, 8(%rsp)\n"
	"	mov %rdi, %r11\n"
	"	mov 0(%r11), %rax; mov 8(%r11), %rbx; mov 16(%r11), %rdx; mov 24(%r11), %rsi\n"
	"	mov 32(%r11), %rdi; mov 40(%r11), %rbp; mov 48(%r11), %r8; mov 56(%r11), %r9\n"
	"	mov 64(%r11), %r10; mov 72(%r11), %r12; mov 80(%r11), %r13; mov 88(%r11), %r14\n"
	"	mov 96(%r11), %r15\n"
	"	call *104(%r11)\n"
	"	mov 32(%rsp), %r11\n"
	"	mov %rax, 0(%r11); mov %rbx, 8(%r11); mov %rdx, 16(%r11); mov %rsi, 24(%r11)\n"
	"	mov %rdi, 32(%r11); mov %rbp, 40(%r11); mov %r8, 48(%r11); mov %r9, 56(%r11)\n"
	"	mov %r10, 64(%r11); mov %r12, 72(%r11); mov %r13, 80(%r11); mov %r14, 88(%r11)\n"
	"	mov %r15, 96(%r11)\n"
	"	add $32, %rsp\n"
	"	pop %rdi\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n"
	"site_shim_done:\n"
	"	lock incq site_shim_entered(%rip)\n"
	"	lea 1000(%rax), %rax\n"
	"	lea 2(%rcx), %rcx\n"
	"	jmp *%rcx\n"
	"site_shim_slow:\n"
	"	lock incq site_shim_entered(%rip)\n"
	"	mov $-1, %r11\n"
	"	jmp *%rcx\n"
	".data\n"
	".balign 8\n"
	"site_shim_entered: .quad 0\n"
	".text\n");

/* Code that makes one call and returns its result. The rest of its memory is int3. */
struct shape {
	const char *name;
	const char *code;
	size_t len;
	size_t site;
	uint32_t nr;
	long answer;  /* of the host's kernel; 0: our pid */
	bool aligned; /* contains padding up to a boundary */
	enum site_method method;
};

#define SHAPE(text) .code = (text), .len = sizeof(text) - 1

static const struct shape shapes[] = {
	/* cmp $-4095, %rax; jae; ret; and an error path */
	{"glibc getpid",
	 SHAPE("\xb8\x27\0\0\0\x0f\x05\x48\x3d\x01\xf0\xff\xff\x73\x01\xc3\xf7\xd8\xc3"), .site = 5,
	 .nr = SYS_getpid, .method = SITE_MOV},
	/* xor %eax, %eax; syscall; cmp; ja; ret; no-op; neg %eax; ret */
	{"glibc read",
	 SHAPE("\x31\xc0\x0f\x05\x48\x3d\0\xf0\xff\xff\x77\x04\xc3\xcc\xcc\xcc\xf7\xd8\xc3\x0f\x1f"
	       "\x84"
	       "\0\0\0\0\0\x0f\x1f\x44\0\0"),
	 .site = 2, .nr = SYS_read, .answer = EBADF, .aligned = true, .method = SITE_PAD},
	/* mov %r8, %rax; mov %r10, %rdx; syscall; jmp over padding; cltq */
	{"musl, number elsewhere",
	 SHAPE("\x4c\x89\xc0\x4c\x89\xd2\x0f\x05\xeb\x06\xcc\xcc\xcc\xcc\xcc\xcc\x48\x63\xc0\xc3"),
	 .site = 6, .nr = SYS_read, .answer = -EBADF, .aligned = true, .method = SITE_PAD},
	/* mov $39, %eax; mov %rdi, %rsi; xor %edx, %edx; syscall */
	{"musl, two in between", SHAPE("\xb8\x27\0\0\0\x48\x89\xfe\x31\xd2\x0f\x05\xc3"),
	 .site = 10, .nr = SYS_getpid, .method = SITE_MOV},
	/* mov $39, %eax; lea -12(%rip), %rsi, the address of the mov; syscall */
	{"relative to rip", SHAPE("\xb8\x27\0\0\0\x48\x8d\x35\xf4\xff\xff\xff\x0f\x05\xc3"),
	 .site = 12, .nr = SYS_getpid, .method = SITE_MOV},
	/* mov $39, %rax; syscall */
	{"Go", SHAPE("\x48\xc7\xc0\x27\0\0\0\x0f\x05\x48\x3d\x01\xf0\xff\xff\x76\x02\xf7\xd8\xc3"),
	 .site = 7, .nr = SYS_getpid, .method = SITE_MOV},
	/* mov 8(%rsp), %r8; mov 16(%rsp), %r9; mov %r11, 8(%rsp); syscall */
	{"cancellable",
	 SHAPE("\x4c\x8b\x44\x24\x08\x4c\x8b\x4c\x24\x10\x4c\x89\x5c\x24\x08\x0f\x05\xc3"),
	 .site = 15, .nr = SYS_read, .answer = -EBADF, .method = SITE_MOV},
};

#define AREA_SIZE 65536
#define CODE_AT 4096
#define TRAMPOLINE_AT 32768

static uint8_t *area;

static int area_make(void **state)
{
	area = mmap(NULL, AREA_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return area == MAP_FAILED ? -1 : 0;
}

static int area_drop(void **state)
{
	return munmap(area, AREA_SIZE);
}

/* A shape in memory. */
struct site {
	const struct shape *shape;
	uint8_t *start;
	struct site_view view;
	struct site_plan plan;
};

/* False: no plan. */
static bool site_place(struct site *s, const struct shape *shape, size_t at, const char *shim,
		       bool single_threaded)
{
	memset(area, 0xcc, AREA_SIZE);
	s->shape = shape;
	s->start = area + CODE_AT + at;
	memcpy(s->start, shape->code, shape->len);
	s->view = (struct site_view){
		.site = (uintptr_t)s->start + shape->site,
		.before = s->start + shape->site - SITE_BEFORE,
		.nr_before = SITE_BEFORE,
		.at = s->start + shape->site,
		.nr_at = SITE_AFTER,
		.nr = shape->nr,
		.trampoline = (uintptr_t)area + TRAMPOLINE_AT,
		.shim = (uintptr_t)shim,
		.single_threaded = single_threaded,
	};
	if (!site_plan_make(&s->view, &s->plan))
		return false;
	memcpy(area + TRAMPOLINE_AT, s->plan.trampoline, SITE_TRAMPOLINE_SIZE);
	return true;
}

static void write_word(const struct site_write *w)
{
	_Atomic uint64_t *word = (_Atomic uint64_t *)(uintptr_t)(w->addr & ~7ULL);

	atomic_store(word, site_write_merge(w, atomic_load(word)));
}

static struct regs regs_for(const struct site *s, const void *code)
{
	return (struct regs){
		.rax = s->shape->nr,
		.rbx = 0x1111,
		.rdx = 0,
		.rsi = 0x2222,
		.rdi = (uint64_t)-1,
		.rbp = 0x3333,
		.r8 = s->shape->nr,
		.r9 = 0x4444,
		.r10 = 0,
		.r12 = 0x5555,
		.r13 = 0x6666,
		.r14 = 0x7777,
		.r15 = 0x8888,
		.code = code,
	};
}

static long answer_of(const struct shape *shape)
{
	return shape->answer ? shape->answer : getpid();
}

/* Calls it, and the same as it was before in @untouched, and compares. */
static void check_call(const struct site *s, const void *code, const void *untouched, long answer)
{
	struct regs r = regs_for(s, code), expected = regs_for(s, untouched);

	site_run(&expected);
	site_run(&r);
	if ((int)r.rax != (int)answer)
		fail_msg("%s at %p: %ld, not %ld", s->shape->name, (void *)s->start, (long)r.rax,
			 answer);
	expected.rax = r.rax;
	expected.code = r.code;
	/* The one address that the code gives back is its own. */
	if (expected.rsi == (uintptr_t)untouched)
		expected.rsi = (uintptr_t)s->start;
	assert_memory_equal(&r, &expected, sizeof(r));
}

static bool is_held(const struct site *s)
{
	return memcmp(s->start, "\xeb\xfe", 2) == 0 ||
	       memcmp(s->start + s->shape->site - 5, "\xeb\xfe", 2) == 0;
}

/* From its start, and straight at the syscall instruction, after @writes writes. */
static void check_state(const struct site *s, size_t writes, bool slow)
{
	const struct shape *shape = s->shape;
	uint8_t *untouched = area + (size_t)3 * CODE_AT;
	bool last = writes == s->plan.nr_writes;
	uint64_t entered = site_shim_entered;
	long answer = answer_of(shape), done = shape->nr + DONE;

	memcpy(untouched, shape->code, shape->len);
	if (!is_held(s)) {
		check_call(s, s->start, untouched, last && !slow ? done : answer);
		assert_int_equal(site_shim_entered - entered, last ? 1 : 0);
	}
	check_call(s, s->start + shape->site, untouched + shape->site,
		   last && s->plan.method == SITE_PAD && !slow ? done : answer);
}

static void check_states(const struct site *s, bool slow)
{
	uint64_t trampoline;

	for (size_t i = 0; i < s->plan.nr_writes; i++) {
		if (i == 0 || !s->view.single_threaded)
			check_state(s, i, slow);
		write_word(&s->plan.writes[i]);
	}
	check_state(s, s->plan.nr_writes, slow);
	assert_true(site_jump(&s->view, &trampoline));
	assert_true(trampoline == s->view.trampoline);
}

static void run_everywhere(bool slow, bool single_threaded)
{
	const char *shim = slow ? site_shim_slow : site_shim_done;

	for (size_t k = 0; k < ARRAY_SIZE(shapes); k++) {
		size_t nr_planned = 0;

		for (size_t at = 0; at < 16; at += shapes[k].aligned ? 16 : 1) {
			struct site s;

			if (!site_place(&s, &shapes[k], at, shim, single_threaded))
				continue;
			/* Behind the code there is padding, too. */
			if (s.plan.method != shapes[k].method)
				assert_false(single_threaded);
			check_states(&s, slow);
			nr_planned++;
		}
		assert_true(nr_planned >= (shapes[k].aligned ? 1 : single_threaded ? 16 : 14));
	}
}

static void each_state_runs_with_calls_done(void **state)
{
	run_everywhere(false, true);
	run_everywhere(false, false);
}

static void each_state_runs_the_slow_way(void **state)
{
	run_everywhere(true, true);
	run_everywhere(true, false);
}

/* --- with another thread --- */

#define ROUNDS 3

struct worker {
	const struct site *s;
	pthread_t thread;
	atomic_bool stop;
	atomic_ulong calls, done, wrong;
};

static void *worker_call(void *arg)
{
	struct worker *w = arg;
	const struct shape *shape = w->s->shape;
	long answer = answer_of(shape);

	while (!w->stop) {
		struct regs r = regs_for(w->s, w->s->start), expected = r;

		site_run(&r);
		if ((int)r.rax == (int)(shape->nr + DONE))
			w->done++;
		else if ((int)r.rax != (int)answer)
			w->wrong++;
		if (r.rbx != expected.rbx || r.rdi != expected.rdi || r.rbp != expected.rbp ||
		    r.r12 != expected.r12 || r.r15 != expected.r15)
			w->wrong++;
		w->calls++;
	}
	return NULL;
}

/* Until @counter has moved by @n; not for long, as a thread may be held. */
static void wait_for(const atomic_ulong *counter, unsigned long n)
{
	unsigned long start = *counter;

	for (int i = 0; i < 200 && *counter - start < n; i++)
		usleep(50);
}

static void carry_out(const struct site_plan *plan, int mem, const atomic_ulong *calls)
{
	for (size_t i = 0; i < plan->nr_writes; i++) {
		const struct site_write *w = &plan->writes[i];
		uint64_t word;

		memcpy(&word, (void *)(uintptr_t)(w->addr & ~7ULL), sizeof(word));
		word = site_write_merge(w, word);
		assert_int_equal(pwrite(mem, &word, sizeof(word), (off_t)(w->addr & ~7ULL)), 8);
		if (calls)
			wait_for(calls, 20);
	}
}

static void replace_under(const struct site *s, int mem, bool at_once)
{
	struct worker w = {.s = s};

	assert_int_equal(pthread_create(&w.thread, NULL, worker_call, &w), 0);
	while (w.calls < 20)
		usleep(50);
	carry_out(&s->plan, mem, at_once ? NULL : &w.calls);
	while (w.done < 20 && w.wrong == 0)
		usleep(50);
	w.stop = true;
	pthread_join(w.thread, NULL);
	assert_int_equal(w.wrong, 0);
}

static void another_thread_may_run_meanwhile(void **state)
{
	_cleanup_close_ int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

	if (mem < 0)
		skip();
	for (int round = 0; round < ROUNDS; round++)
		for (size_t k = 0; k < ARRAY_SIZE(shapes); k++)
			for (size_t at = 0; at < 16; at += shapes[k].aligned ? 16 : 1) {
				struct site s;

				if (site_place(&s, &shapes[k], at, site_shim_done, false))
					replace_under(&s, mem, round > 0);
			}
}

/* --- with a call in flight --- */

struct flight {
	const struct site *s;
	int fd;
	atomic_int tid;
	char byte;
	struct regs regs;
};

static void *flight_call(void *arg)
{
	struct flight *f = arg;

	f->regs = regs_for(f->s, f->s->start);
	f->regs.rdi = (uint64_t)f->fd;
	f->regs.rsi = (uintptr_t)&f->byte;
	f->regs.rdx = f->regs.r10 = 1;
	f->tid = gettid();
	site_run(&f->regs);
	return NULL;
}

static bool sleeps(pid_t tid)
{
	char path[64], text[256] = "";
	_cleanup_close_ int fd = -1;
	const char *state;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	state = strrchr(text, ')');
	return state && state[2] == 'S';
}

static void on_signal(int sig)
{
	(void)sig;
}

/* A read of a pipe waits while its site is replaced, then has its byte or is restarted by a signal. */
static long result_in_flight(const struct shape *shape, int mem, bool by_signal)
{
	struct flight f = {0};
	pthread_t thread;
	struct site s;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_true(site_place(&s, shape, 0, site_shim_done, false));
	f.s = &s;
	f.fd = fds[0];
	assert_int_equal(pthread_create(&thread, NULL, flight_call, &f), 0);
	while (f.tid == 0 || !sleeps(f.tid))
		usleep(100);
	carry_out(&s.plan, mem, NULL);
	if (by_signal) {
		pthread_kill(thread, SIGUSR1);
		usleep(20000);
	}
	assert_int_equal(write(fds[1], "x", 1), 1);
	pthread_join(thread, NULL);
	close(fds[0]);
	close(fds[1]);
	return (int)f.regs.rax;
}

static void calls_in_flight_come_back(void **state)
{
	_cleanup_close_ int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	if (mem < 0)
		skip();
	sigaction(SIGUSR1, &sa, NULL);
	for (size_t k = 0; k < ARRAY_SIZE(shapes); k++) {
		if (shapes[k].nr != SYS_read)
			continue;
		assert_int_equal(result_in_flight(&shapes[k], mem, false), 1);
		/* The kernel comes back to the site: a jump by now, or still a syscall instruction. */
		assert_int_equal(result_in_flight(&shapes[k], mem, true),
				 shapes[k].method == SITE_PAD ? SYS_read + DONE : 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_runs_with_calls_done),
		cmocka_unit_test(each_state_runs_the_slow_way),
		cmocka_unit_test(another_thread_may_run_meanwhile),
		cmocka_unit_test(calls_in_flight_come_back),
	};

	return cmocka_run_group_tests(tests, area_make, area_drop);
}
