/*
 * tests/syscalls/sigaltstack_basic.c - sigaltstack(2): handlers with SA_ONSTACK run there, others
 * do not; SS_ONSTACK while one runs; nested signals stay on it; disable.
 */
#include "check.h"

static char stack[1 << 16] __attribute__((aligned(16)));
static volatile bool on_stack, nested_on_stack;
static volatile int flags_inside;
static bool nest;

static bool inside(volatile void *p)
{
	return (char *)p >= stack && (char *)p < stack + sizeof(stack);
}

static void handler(int sig)
{
	volatile char here;
	stack_t ss;

	sigaltstack(NULL, &ss);
	flags_inside = ss.ss_flags;
	if (sig == SIGUSR2) {
		nested_on_stack = inside(&here);
		return;
	}
	on_stack = inside(&here);
	if (nest)
		raise(SIGUSR2);
}

int main(void)
{
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)}, old;

	show("get", sigaltstack(NULL, &old));
	show_val("SS_DISABLE", old.ss_flags);
	show("set", sigaltstack(&ss, &old));
	show_val("old flags", old.ss_flags);
	show("get", sigaltstack(NULL, &old));
	show_true("same", old.ss_sp == stack && old.ss_size == sizeof(stack) && !old.ss_flags);

	on_signal(SIGUSR1, handler, 0);
	on_signal(SIGUSR2, handler, SA_ONSTACK);
	raise(SIGUSR1);
	show_true("without SA_ONSTACK", on_stack);
	show_val("flags inside", flags_inside);
	on_signal(SIGUSR1, handler, SA_ONSTACK);
	raise(SIGUSR1);
	show_true("with SA_ONSTACK", on_stack);
	show_val("flags inside", flags_inside);
	nest = true;
	raise(SIGUSR1);
	show_true("nested", nested_on_stack);
	on_signal(SIGUSR1, handler, 0);
	raise(SIGUSR1);
	say("nested in one on the normal stack: %d %d", on_stack, nested_on_stack);
	on_signal(SIGUSR1, handler, SA_ONSTACK);
	on_signal(SIGUSR2, handler, 0);
	raise(SIGUSR1);
	show_true("nested without SA_ONSTACK stays there", nested_on_stack);

	ss.ss_flags = SS_DISABLE;
	show("disable", sigaltstack(&ss, NULL));
	raise(SIGUSR1);
	show_true("SA_ONSTACK without a stack", on_stack);
	return 0;
}
