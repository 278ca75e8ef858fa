/*
 * tests/syscalls/futex_errors.c - futex(2): bad addresses, alignment, operations, times, bit sets.
 */
#include "check.h"
#include <linux/futex.h>
#include <sys/mman.h>

static int word, word2;

static long futex(void *addr, int op, int val, void *ts, void *addr2, int val3)
{
	return raw(SYS_futex, addr, op, val, ts, addr2, val3);
}

int main(void)
{
	struct timespec bad = {0, 1000000000}, neg = {-1, 0}, ok = {0, 1};
	void *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	show("wait, unaligned", futex((char *)&word + 1, FUTEX_WAIT, 0, NULL, NULL, 0));
	show("wake, unaligned", futex((char *)&word + 2, FUTEX_WAKE, 1, NULL, NULL, 0));
	show("wait, unmapped", futex((void *)0x1000, FUTEX_WAIT, 0, &ok, NULL, 0));
	show("wait private, unmapped", futex((void *)0x1000, FUTEX_WAIT_PRIVATE, 0, &ok, NULL, 0));
	show("wake, unmapped", futex((void *)0x1000, FUTEX_WAKE, 1, NULL, NULL, 0));
	show("wake private, unmapped", futex((void *)0x1000, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
	show("wait, PROT_NONE", futex(none, FUTEX_WAIT, 0, &ok, NULL, 0));
	show("wait, PROT_READ", futex(ro, FUTEX_WAIT_PRIVATE, 0, &ok, NULL, 0));
	show("wait, kernel address", futex((void *)(1UL << 63), FUTEX_WAIT, 0, &ok, NULL, 0));
	show("bad time pointer", futex(&word, FUTEX_WAIT, 0, BAD_PTR, NULL, 0));
	show("nsec too large", futex(&word, FUTEX_WAIT, 0, &bad, NULL, 0));
	show("negative time", futex(&word, FUTEX_WAIT, 0, &neg, NULL, 0));
	show("bad operation", futex(&word, 99, 0, NULL, NULL, 0));
	show("FUTEX_FD", futex(&word, FUTEX_FD, 0, NULL, NULL, 0));
	show("realtime wake", futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
	show("wait, empty bit set", futex(&word, FUTEX_WAIT_BITSET, 0, &ok, NULL, 0));
	show("wake, empty bit set", futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0));
	show("requeue, unaligned", futex(&word, FUTEX_REQUEUE, 1, NULL, (char *)&word2 + 1, 0));
	show("requeue, negative", futex(&word, FUTEX_REQUEUE, -1, NULL, &word2, 0));
	show("compare, other value", futex(&word, FUTEX_CMP_REQUEUE, 1, NULL, &word2, 5));
	show("compare, unmapped", futex(BAD_PTR + 0xff0, FUTEX_CMP_REQUEUE, 1, NULL, &word2, 0));
	return 0;
}
