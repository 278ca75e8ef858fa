/* tests/syscalls/utimensat_perms.c - utimensat(2) by others than the owner. */
#include "fs_check.h"

static void try(const char *path)
{
	struct timespec set[2] = {{1000, 0}, {2000, 0}};
	struct timespec now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
	struct timespec mixed[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
	struct timespec omit[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};

	say("%s:", path);
	show("  times", utimensat(AT_FDCWD, path, set, 0));
	show("  null", utimensat(AT_FDCWD, path, NULL, 0));
	show("  now", utimensat(AT_FDCWD, path, now, 0));
	show("  now and omit", utimensat(AT_FDCWD, path, mixed, 0));
	show("  omit", utimensat(AT_FDCWD, path, omit, 0));
}

static void as_stranger(void *arg)
{
	(void)arg;
	try("readable");
	try("writable");
	try("mine");
	show("null through a read-only descriptor", futimens(xopen("writable", O_RDONLY, 0), NULL));
}

int main(void)
{
	umask(0);
	write_file("readable", "x");
	write_file("writable", "x");
	xchmod("writable", 0666);
	write_file("mine", "x");
	xchmod("mine", 0400);
	try("readable");
	try("mine");
	if (geteuid() == 0) {
		xchown("mine", USER_A, GROUP_A);
		as_user(USER_A, GROUP_A, as_stranger, NULL);
	}
	return 0;
}
