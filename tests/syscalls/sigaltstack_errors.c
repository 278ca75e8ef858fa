/*
 * tests/syscalls/sigaltstack_errors.c - sigaltstack(2): too small, bad flags, bad pointers, EPERM
 * while it is in use; SS_AUTODISARM.
 */
#include "check.h"

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1U << 31)
#endif

static char stack[1 << 16], stack2[1 << 16];
static int results[3], errnos[3];
static stack_t seen;

static void handler(int sig)
{
	stack_t ss = {.ss_sp = stack2, .ss_size = sizeof(stack2)}, off = {.ss_flags = SS_DISABLE};

	(void)sig;
	results[0] = sigaltstack(&ss, NULL);
	errnos[0] = errno;
	results[1] = sigaltstack(&off, NULL);
	errnos[1] = errno;
	results[2] = sigaltstack(NULL, &seen);
}

int main(void)
{
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)}, old;

	show("bad new", sigaltstack(BAD_PTR, NULL));
	show("bad old", sigaltstack(NULL, BAD_PTR));
	show("both NULL", sigaltstack(NULL, NULL));
	ss.ss_size = 1000;
	show("size 1000", sigaltstack(&ss, NULL));
	ss.ss_size = 0;
	show("size 0", sigaltstack(&ss, NULL));
	ss.ss_size = sizeof(stack);
	ss.ss_flags = 8;
	show("bad flags", sigaltstack(&ss, NULL));
	ss.ss_flags = SS_ONSTACK | SS_DISABLE;
	show("both flags", sigaltstack(&ss, NULL));
	ss.ss_flags = SS_ONSTACK;
	show("SS_ONSTACK is taken as 0", sigaltstack(&ss, NULL));
	sigaltstack(NULL, &old);
	show_val("flags", old.ss_flags);
	ss.ss_size = 10;
	ss.ss_flags = SS_DISABLE;
	show("disable with any size", sigaltstack(&ss, NULL));

	ss.ss_flags = 0;
	ss.ss_size = sizeof(stack);
	sigaltstack(&ss, NULL);
	on_signal(SIGUSR1, handler, SA_ONSTACK);
	raise(SIGUSR1);
	say("change while in use: %d %s", results[0], errno_name(errnos[0]));
	say("disable while in use: %d %s", results[1], errno_name(errnos[1]));

	ss.ss_flags = (int)SS_AUTODISARM;
	show("SS_AUTODISARM", sigaltstack(&ss, NULL));
	sigaltstack(NULL, &old);
	say("flags: 0x%x", old.ss_flags);
	raise(SIGUSR1);
	show_val("change while in use", results[0]);
	sigaltstack(NULL, &old);
	say("flags afterwards: 0x%x, first stack %d", old.ss_flags, old.ss_sp == stack);
	return 0;
}
