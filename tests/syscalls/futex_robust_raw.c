/*
 * tests/syscalls/futex_robust_raw.c - set_robust_list(2) with a list made by hand: at exit the
 * kernel sets FUTEX_OWNER_DIED in words that have our tid, and wakes one waiter.
 */
#include "check.h"
#include <linux/futex.h>
#include <sys/mman.h>

struct entry {
	struct robust_list list;
	int word;
};

static struct shared {
	struct robust_list_head head;
	struct entry a, b, pending;
} * sh;

static int child(void *arg)
{
	int tid = raw(SYS_gettid);

	(void)arg;
	sh->head.list.next = &sh->a.list;
	sh->a.list.next = &sh->b.list;
	sh->b.list.next = &sh->head.list;
	sh->head.futex_offset = offsetof(struct entry, word) - offsetof(struct entry, list);
	sh->head.list_op_pending = &sh->pending.list;
	sh->a.word = tid | FUTEX_WAITERS;
	sh->b.word = tid + 1;
	sh->pending.word = tid;
	if (raw(SYS_set_robust_list, &sh->head, sizeof(sh->head)) < 0)
		return 1;
	nap_ms(10);
	return 0;
}

int main(void)
{
	pid_t pid;
	long r = 0;

	sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = xfork();
	if (pid == 0)
		_exit(child(NULL));
	while (!sh->a.word)
		nap_ms(1);
	while (!(sh->a.word & FUTEX_OWNER_DIED) && r == 0)
		r = raw(SYS_futex, &sh->a.word, FUTEX_WAIT, pid | FUTEX_WAITERS, NULL, NULL, 0);
	show_status("child", xwait(pid));
	show_true("ours: owner died", sh->a.word & FUTEX_OWNER_DIED);
	show_true("ours: waiters bit is kept", sh->a.word & FUTEX_WAITERS);
	show_val("ours: tid", sh->a.word & FUTEX_TID_MASK);
	show_true("another's is untouched", sh->b.word == pid + 1);
	show_true("pending: owner died", sh->pending.word & FUTEX_OWNER_DIED);
	return 0;
}
