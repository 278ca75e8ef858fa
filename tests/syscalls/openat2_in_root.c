/* tests/syscalls/openat2_in_root.c - openat2(2): RESOLVE_IN_ROOT takes the dirfd for the root. */
#include "fs_check.h"
#include <linux/openat2.h>

static void try(int dir, const char *path)
{
	struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT};
	long fd = raw(SYS_openat2, dir, path, &how, sizeof(how));
	char buf[16];

	if (fd < 0) {
		show(path, fd);
	} else {
		ssize_t n = read(fd, buf, sizeof(buf));

		show_read(path, n, buf);
		close(fd);
	}
}

int main(void)
{
	int dir;

	xmkdir("top", 0755);
	xmkdir("top/a", 0755);
	xmkdir("top/etc", 0755);
	write_file("f", "outer");
	write_file("top/f", "inner");
	write_file("top/a/f", "inner a");
	write_file("top/etc/x", "inner etc");
	xsymlink("/f", "top/abs");
	xsymlink("/etc/x", "top/a/etcx");
	xsymlink("../../../../f", "top/a/updots");
	xsymlink("/", "top/a/rootlink");
	xsymlink("/missing", "top/dangling");
	dir = xopen("top", O_RDONLY, 0);
	try(dir, "f");
	try(dir, "/f");
	try(dir, "../f");
	try(dir, "../../../f");
	try(dir, "/../a/f");
	try(dir, "abs");
	try(dir, "a/etcx");
	try(dir, "a/updots");
	try(dir, "a/rootlink/f");
	try(dir, "/a/rootlink/a/rootlink/etc/x");
	try(dir, "dangling");
	try(dir, "/dev/null");
	try(dir, "..");
	try(dir, "/");
	try(AT_FDCWD, "/top/abs");
	return 0;
}
