/* tests/syscalls/openat2_symlinks.c - openat2(2): RESOLVE_NO_SYMLINKS, _NO_MAGICLINKS, _NO_XDEV. */
#include "fs_check.h"
#include <linux/openat2.h>

static long try(const char *what, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {.flags = flags, .resolve = resolve};
	long fd = raw(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	return show_fd(what, fd);
}

int main(void)
{
	char magic[64];
	int fd;

	write_file("f", "x");
	xmkdir("dir", 0755);
	write_file("dir/f", "x");
	xsymlink("f", "link");
	xsymlink("dir", "dirlink");
	fd = xopen("f", O_RDONLY, 0);
	snprintf(magic, sizeof(magic), "/proc/self/fd/%d", fd);

	try("no symlinks: f", "f", O_RDONLY, RESOLVE_NO_SYMLINKS);
	try("no symlinks: link", "link", O_RDONLY, RESOLVE_NO_SYMLINKS);
	try("no symlinks: dirlink/f", "dirlink/f", O_RDONLY, RESOLVE_NO_SYMLINKS);
	try("no symlinks: link itself", "link", O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	try("no symlinks: /proc/self/stat", "/proc/self/stat", O_RDONLY, RESOLVE_NO_SYMLINKS);
	try("no symlinks: magic", magic, O_RDONLY, RESOLVE_NO_SYMLINKS);
	try("no magic: link", "link", O_RDONLY, RESOLVE_NO_MAGICLINKS);
	try("no magic: /proc/self/stat", "/proc/self/stat", O_RDONLY, RESOLVE_NO_MAGICLINKS);
	try("no magic: magic", magic, O_RDONLY, RESOLVE_NO_MAGICLINKS);
	try("no magic: magic itself", magic, O_PATH | O_NOFOLLOW, RESOLVE_NO_MAGICLINKS);
	try("no magic: exe", "/proc/self/exe", O_RDONLY, RESOLVE_NO_MAGICLINKS);
	try("no magic: below cwd", "/proc/self/cwd/f", O_RDONLY, RESOLVE_NO_MAGICLINKS);
	try("magic", magic, O_RDONLY, 0);
	try("no xdev: f", "f", O_RDONLY, RESOLVE_NO_XDEV);
	try("no xdev: dirlink/f", "dirlink/f", O_RDONLY, RESOLVE_NO_XDEV);
	try("no xdev: /proc", "/proc", O_RDONLY, RESOLVE_NO_XDEV);
	try("no xdev: /proc/version", "/proc/version", O_RDONLY, RESOLVE_NO_XDEV);
	return 0;
}
