/*
 * tests/syscalls/clone_cleartid.c - clone(2): CLONE_CHILD_CLEARTID of a task that shares our memory
 * zeroes the word at its end and wakes a futex waiter; set_tid_address(2) moves the word.
 */
#include "check.h"
#include <linux/futex.h>
#include <sched.h>

static char stack[1 << 16] __attribute__((aligned(16)));
static volatile int word, other, go;

static int child(void *arg)
{
	if (arg && raw(SYS_set_tid_address, &other) != raw(SYS_gettid))
		return 1;
	go = 1;
	nap_ms(10);
	return 0;
}

static void wait_zero(volatile int *w)
{
	int v;

	while ((v = *w) != 0)
		raw(SYS_futex, w, FUTEX_WAIT, v, NULL, NULL, 0);
}

int main(void)
{
	int flags = CLONE_VM | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD;
	pid_t pid;

	word = 1;
	pid = clone(child, stack + sizeof(stack), flags, NULL, NULL, NULL, &word);
	if (pid < 0)
		die("clone");
	wait_zero(&word);
	show_val("word", word);
	show_status("child", xwait(pid));

	word = other = 1;
	go = 0;
	pid = clone(child, stack + sizeof(stack), flags, stack, NULL, NULL, &word);
	wait_zero(&other);
	show_true("first word has the tid still", word == pid);
	show_val("second word", other);
	show_status("child", xwait(pid));
	return 0;
}
