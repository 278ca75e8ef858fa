/*
 * tests/syscalls/misc_membarrier.c - membarrier(2): query, registration, private expedited, errors.
 */
#include "check.h"
#include <linux/membarrier.h>

int main(void)
{
	long cmds = raw(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);

	show_true("query", cmds > 0);
	show_true("has global", cmds & MEMBARRIER_CMD_GLOBAL);
	show_true("has private expedited", cmds & MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	show("private, not registered",
	     raw(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
	show("register", raw(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
	show("private", raw(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
	show("global", raw(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0));
	show("query with flags", raw(SYS_membarrier, MEMBARRIER_CMD_QUERY, 1, 0));
	show("unknown command", raw(SYS_membarrier, 1 << 30, 0, 0));
	show("negative command", raw(SYS_membarrier, -1, 0, 0));
	return 0;
}
