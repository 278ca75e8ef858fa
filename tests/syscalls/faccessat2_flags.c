/* tests/syscalls/faccessat2_flags.c - faccessat2(2): directories and flags. */
#include "fs_check.h"

static void try(const char *what, int dir, const char *path, int mode, int flags)
{
	show(what, raw(SYS_faccessat2, dir, path, mode, flags));
}

int main(void)
{
	int dir, file;

	xmkdir("dir", 0755);
	write_file("dir/f", "x");
	xchmod("dir/f", 0644);
	xsymlink("missing", "dir/dangling");
	dir = xopen("dir", O_RDONLY, 0);
	file = xopen("dir/f", O_RDONLY, 0);
	try("f", dir, "f", R_OK, 0);
	try("f, X_OK", dir, "f", X_OK, 0);
	try("f, EACCESS", dir, "f", R_OK | W_OK, AT_EACCESS);
	try("dangling", dir, "dangling", F_OK, 0);
	try("dangling, NOFOLLOW", dir, "dangling", F_OK, AT_SYMLINK_NOFOLLOW);
	try("dangling, NOFOLLOW, W_OK", dir, "dangling", W_OK, AT_SYMLINK_NOFOLLOW);
	try("empty", dir, "", F_OK, 0);
	try("empty, EMPTY_PATH", dir, "", X_OK, AT_EMPTY_PATH);
	try("file, EMPTY_PATH", file, "", R_OK, AT_EMPTY_PATH);
	try("file, EMPTY_PATH, X_OK", file, "", X_OK, AT_EMPTY_PATH);
	try("file as directory", file, "f", F_OK, 0);
	try("closed", closed_fd(), "f", F_OK, 0);
	try("closed, absolute", closed_fd(), "/", F_OK, 0);
	try("AT_FDCWD", AT_FDCWD, "dir/f", F_OK, 0);
	try("unknown flag", dir, "f", F_OK, 0x40000000);
	try("bad mode", dir, "f", 0x10, 0);
	try("bad pointer", dir, bad_addr(), F_OK, 0);
	/* The older system call takes no flags. */
	show("faccessat", raw(SYS_faccessat, dir, "f", R_OK));
	show("faccessat, missing", raw(SYS_faccessat, dir, "missing", R_OK));
	return 0;
}
