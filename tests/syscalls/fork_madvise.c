/*
 * tests/syscalls/fork_madvise.c - fork(2): private, shared, MADV_DONTFORK and MADV_WIPEONFORK
 * memory in the child.
 */
#include "check.h"
#include <sys/mman.h>

static volatile char *map(int flags)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	*(char *)p = 'p';
	return p;
}

static int touch(void *p)
{
	return *(volatile char *)p == 'p';
}

int main(void)
{
	volatile char *priv = map(MAP_PRIVATE), *shared = map(MAP_SHARED);
	volatile char *dont = map(MAP_PRIVATE), *wipe = map(MAP_PRIVATE);

	show("MADV_DONTFORK", madvise((void *)dont, 4096, MADV_DONTFORK));
	show("MADV_WIPEONFORK", madvise((void *)wipe, 4096, MADV_WIPEONFORK));
	show("MADV_WIPEONFORK shared", madvise((void *)shared, 4096, MADV_WIPEONFORK));

	pid_t pid = xfork();

	if (pid == 0) {
		unsigned char vec;

		show_val("child: private", *priv);
		show_val("child: shared", *shared);
		show_val("child: wiped", *wipe);
		show("child: mincore of the missing map", mincore((void *)dont, 4096, &vec));
		*priv = *shared = *wipe = 'c';
		show_status("grandchild touches the missing map", run_child(touch, (void *)dont));
		_exit(0);
	}
	show_status("child", xwait(pid));
	show_val("private", *priv);
	show_val("shared", *shared);
	show_val("wiped", *wipe);
	show_val("not forked", *dont);
	show("MADV_DOFORK", madvise((void *)dont, 4096, MADV_DOFORK));
	show("MADV_KEEPONFORK", madvise((void *)wipe, 4096, MADV_KEEPONFORK));
	show_status("touch after MADV_DOFORK", run_child(touch, (void *)dont));
	show_status("touch after MADV_KEEPONFORK", run_child(touch, (void *)wipe));
	return 0;
}
