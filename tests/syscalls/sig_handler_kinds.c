/*
 * tests/syscalls/sig_handler_kinds.c - handlers without SA_RESTART see what they should: arguments,
 * stack, nesting, who called them; many handlers; handlers set by a vfork child
 */
#include "check.h"
#include <execinfo.h>
#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>

static char other_stack[65536];
static volatile sig_atomic_t calls, depth, deepest;
static volatile bool on_stack, good_info, good_context, good_trace;
static int many[300];

static void plain(int sig)
{
	(void)sig;
	calls++;
}

__attribute__((noinline)) static void info(int sig, siginfo_t *si, void *context)
{
	ucontext_t *uc = context;
	void *frames[32];
	int n = backtrace(frames, 32);
	char here;

	calls++;
	on_stack = &here >= other_stack && &here < other_stack + sizeof(other_stack);
	good_info = si->si_signo == sig && si->si_code == SI_TKILL && si->si_pid == getpid();
	good_context = uc->uc_mcontext.gregs[REG_RAX] == 0 && uc->uc_mcontext.gregs[REG_RIP] != 0;
	good_trace = false;
	for (int i = 0; i < n; i++)
		good_trace |= frames[i] == (void *)uc->uc_mcontext.gregs[REG_RIP];
}

static void nest(int sig)
{
	if (++depth > deepest)
		deepest = depth;
	if (++calls < 3)
		raise(sig);
	depth--;
}

static void set(int sig, void (*fn)(int), int flags)
{
	struct sigaction sa = {.sa_handler = fn, .sa_flags = flags};

	if (sigaction(sig, &sa, NULL) < 0)
		die("sigaction");
}

static void *thread(void *arg)
{
	sigset_t all;

	(void)arg;
	sigfillset(&all);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
	raise(SIGUSR1);
	return NULL;
}

/* mov $i, %eax; mov addr, %rcx; incl (%rcx, %rax, 4); ret */
static void many_handlers(void)
{
	unsigned char *code = mmap(NULL, 16384, PROT_READ | PROT_WRITE | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sigaction old;
	int wrong = 0, wrong_old = 0;

	if (code == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < (int)ARRAY_LEN(many); i++) {
		unsigned char *c = code + i * 32,
			      text[] = {0xb8, 0, 0, 0, 0, 0x48, 0xb9, 0,    0,	 0,
					0,    0, 0, 0, 0, 0xff, 0x04, 0x81, 0xc3};
		uint64_t at = (uint64_t)(uintptr_t)many;

		memcpy(text + 1, &i, 4);
		memcpy(text + 7, &at, 8);
		memcpy(c, text, sizeof(text));
		set(SIGUSR2, (void (*)(int))(uintptr_t)c, 0);
		sigaction(SIGUSR2, NULL, &old);
		wrong_old += (unsigned char *)(uintptr_t)old.sa_handler != c ||
			     old.sa_flags & SA_RESTART;
		raise(SIGUSR2);
	}
	for (int i = 0; i < (int)ARRAY_LEN(many); i++)
		wrong += many[i] != 1;
	show_val("handlers not called once", wrong);
	show_val("handlers not shown", wrong_old);
}

static void vfork_child(void)
{
	int status;
	pid_t pid;

	calls = 0;
	set(SIGUSR1, plain, 0);
	pid = vfork();
	if (pid == 0) {
		set(SIGUSR1, nest, SA_NODEFER);
		deepest = calls = 0;
		raise(SIGUSR1);
		_exit(deepest);
	}
	waitpid(pid, &status, 0);
	show_val("depth in a vfork child", WEXITSTATUS(status));
	calls = 0;
	raise(SIGUSR1);
	show_val("calls in its parent", calls);
}

int main(void)
{
	stack_t ss = {.ss_sp = other_stack, .ss_size = sizeof(other_stack)};
	struct sigaction sa = {.sa_sigaction = info, .sa_flags = SA_SIGINFO | SA_ONSTACK}, old;
	pthread_t t;
	void *frames[4];

	backtrace(frames, 4); /* loads a library */
	sigaltstack(&ss, NULL);
	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
	show_true("other stack", on_stack);
	show_true("siginfo", good_info);
	show_true("context", good_context);
	show_true("backtrace reaches the interrupted code", good_trace);

	set(SIGUSR1, plain, SA_RESETHAND);
	calls = 0;
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &old);
	show_true("default afterwards", old.sa_handler == SIG_DFL && calls == 1);

	calls = 0;
	set(SIGUSR1, nest, SA_NODEFER);
	raise(SIGUSR1);
	show_val("depth with SA_NODEFER", deepest);
	deepest = calls = 0;
	set(SIGUSR1, nest, 0);
	raise(SIGUSR1);
	show_val("depth without", deepest);

	set(SIGUSR1, plain, 0);
	calls = 0;
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	show_val("calls in a thread", calls);
	if (xfork() == 0) {
		raise(SIGUSR1);
		show_val("calls in a child", calls);
		_exit(0);
	}
	wait(NULL);
	vfork_child();
	many_handlers();
	return 0;
}
