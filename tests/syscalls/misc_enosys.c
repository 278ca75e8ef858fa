/*
 * tests/syscalls/misc_enosys.c - system call numbers that do not exist, or not any more: ENOSYS.
 */
#include "check.h"

int main(void)
{
	show("1000", raw(1000));
	show("9999", raw(9999));
	show("-1", raw(-1));
	show("-2", raw(-2));
	show("1 << 31", raw(1L << 31));
	show("0x7fffffff", raw(0x7fffffff));
	show("400", raw(400));
#ifdef __x86_64__
	show("getpmsg", raw(SYS_getpmsg));
	show("putpmsg", raw(SYS_putpmsg));
	show("afs_syscall", raw(SYS_afs_syscall));
	show("tuxcall", raw(SYS_tuxcall));
	show("security", raw(SYS_security));
	show("vserver", raw(SYS_vserver));
	show("epoll_ctl_old", raw(SYS_epoll_ctl_old));
	show("create_module", raw(SYS_create_module));
	show("nfsservctl", raw(SYS_nfsservctl));
	show("_sysctl", raw(SYS__sysctl));
	show("set_thread_area", raw(SYS_set_thread_area));
#endif
	/* Only 32 bits of the number count. */
	show_true("getpid with high bits", raw(SYS_getpid | 1L << 40) == getpid());
	return 0;
}
