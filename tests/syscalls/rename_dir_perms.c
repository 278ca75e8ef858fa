/*
 * tests/syscalls/rename_dir_perms.c - rename(2): moving a directory needs write permission on it.
 */
#include "fs_check.h"

static void as_a(void *arg)
{
	(void)arg;
	xmkdir("work/d", 0755);
	xmkdir("work/to", 0755);
	xmkdir("work/ro", 0755);
	xchmod("work/ro", 0555);
	show("read-only directory, same parent", rename("work/ro", "work/ro2"));
	show("read-only directory, new parent", rename("work/ro2", "work/to/ro"));
	show("writable directory, new parent", rename("work/d", "work/to/d"));
	xchmod("work/to", 0555);
	show("out of a read-only parent", rename("work/to/d", "work/d"));
	xchmod("work/to", 0755);
	xchmod("work", 0666);
	show("below one without search permission", rename("work/to/d", "work/to/e"));
	xchmod("work", 0755);
	show("rename", rename("work/to/d", "work/to/e"));
}

int main(void)
{
	umask(022);
	xmkdir("work", 0755);
	if (geteuid() == 0) {
		xchown("work", USER_A, GROUP_A);
		as_user(USER_A, GROUP_A, as_a, NULL);
	} else {
		as_a(NULL);
	}
	return 0;
}
