/* tests/syscalls/sysfs_call.c - sysfs(2): names and numbers of filesystems, and its errors. */
#include "check.h"

int main(void)
{
	char name[256] = "";
	long count = raw(SYS_sysfs, 3), tmpfs = raw(SYS_sysfs, 1, "tmpfs");

	show_true("some filesystems", count > 2);
	show_true("tmpfs is one", tmpfs >= 0 && tmpfs < count);
	show("name of it", raw(SYS_sysfs, 2, tmpfs, name));
	show_str("name", name);
	show("unknown name", raw(SYS_sysfs, 1, "nonsuch"));
	show("number too high", raw(SYS_sysfs, 2, 100000, name));
	show("bad name", raw(SYS_sysfs, 1, BAD_PTR));
	show("bad buffer", raw(SYS_sysfs, 2, 0, BAD_PTR));
	show("bad option", raw(SYS_sysfs, 4));
	return 0;
}
