/*
 * tests/syscalls/lsm_list.c - lsm_list_modules(2): the capabilities are there; errors
 */
#include "check.h"

#ifndef SYS_lsm_list_modules
#define SYS_lsm_list_modules 461
#endif

int main(void)
{
	uint64_t ids[512];
	uint32_t size = sizeof(ids);
	long n = raw(SYS_lsm_list_modules, ids, &size, 0);
	bool capability = false;

	for (long i = 0; i < n; i++)
		capability = capability || ids[i] == 100;
	show_true("some", n > 0);
	show_true("size", size == n * sizeof(ids[0]));
	show_true("capability", capability);
	size = 0;
	show("no room", raw(SYS_lsm_list_modules, ids, &size, 0));
	show_true("needed", size > 0);
	show("flags", raw(SYS_lsm_list_modules, ids, &size, 1));
	show("size pointer", raw(SYS_lsm_list_modules, ids, BAD_PTR, 0));
	show("ids pointer", raw(SYS_lsm_list_modules, BAD_PTR, &size, 0));
	return 0;
}
