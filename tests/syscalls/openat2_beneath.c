/* tests/syscalls/openat2_beneath.c - openat2(2): RESOLVE_BENEATH lets no path leave the dirfd. */
#include "fs_check.h"
#include <linux/openat2.h>

static void try(int dir, const char *path, uint64_t flags)
{
	struct open_how how = {.flags = flags, .resolve = RESOLVE_BENEATH};
	long fd = raw(SYS_openat2, dir, path, &how, sizeof(how));

	show_fd(path, fd);
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	int dir;

	xmkdir("top", 0755);
	xmkdir("top/a", 0755);
	xmkdir("top/a/b", 0755);
	write_file("outside", "x");
	write_file("top/f", "x");
	xsymlink("../f", "top/a/up");
	xsymlink("../../outside", "top/a/out");
	xsymlink("/", "top/rootlink");
	xsymlink("/dev/null", "top/abs");
	xsymlink("..", "top/parent");
	xsymlink("a/../a/./b", "top/wander");
	dir = xopen("top", O_PATH, 0);
	try(dir, "f", O_RDONLY);
	try(dir, "a/b", O_RDONLY);
	try(dir, "a/../f", O_RDONLY);
	try(dir, "a/b/../../f", O_RDONLY);
	try(dir, ".", O_RDONLY);
	try(dir, "..", O_RDONLY);
	try(dir, "../outside", O_RDONLY);
	try(dir, "../top/f", O_RDONLY);
	try(dir, "a/../../top/f", O_RDONLY);
	try(dir, "/", O_RDONLY);
	try(dir, "/dev/null", O_RDONLY);
	try(dir, "a/up", O_RDONLY);
	try(dir, "a/out", O_RDONLY);
	try(dir, "rootlink", O_RDONLY);
	try(dir, "rootlink", O_PATH | O_NOFOLLOW);
	try(dir, "abs", O_RDONLY);
	try(dir, "parent", O_RDONLY);
	try(dir, "parent/top/f", O_RDONLY);
	try(dir, "wander", O_RDONLY);
	try(dir, "missing", O_RDONLY);
	try(dir, "a/missing/..", O_RDONLY);
	try(AT_FDCWD, "outside", O_RDONLY);
	try(AT_FDCWD, "top/a/out", O_RDONLY);
	try(AT_FDCWD, "/dev/null", O_RDONLY);
	return 0;
}
