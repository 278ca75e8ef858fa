/* tests/syscalls/fstatat_flags.c - fstatat(2): directories, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. */
#include "fs_check.h"

static void try(const char *what, int dir, const char *path, int flags)
{
	struct stat st;
	long ret = raw(SYS_newfstatat, dir, path, &st, flags);

	if (ret < 0)
		show(what, ret);
	else
		say("%s: %s, size %ld", what, type_name(st.st_mode),
		    S_ISDIR(st.st_mode) ? 0 : (long)st.st_size);
}

int main(void)
{
	int dir, file, p[2];

	xmkdir("dir", 0755);
	write_file("dir/f", "12345");
	xsymlink("f", "dir/link");
	write_file("f", "123");
	dir = xopen("dir", O_RDONLY, 0);
	file = xopen("f", O_RDONLY, 0);
	try("f", dir, "f", 0);
	try("f, AT_FDCWD", AT_FDCWD, "f", 0);
	try("link", dir, "link", 0);
	try("link, NOFOLLOW", dir, "link", AT_SYMLINK_NOFOLLOW);
	try("NO_AUTOMOUNT", dir, "f", AT_NO_AUTOMOUNT);
	try("missing", dir, "missing", 0);
	try("empty", dir, "", 0);
	try("empty, EMPTY_PATH", dir, "", AT_EMPTY_PATH);
	try("empty, EMPTY_PATH of a file", file, "", AT_EMPTY_PATH);
	try("empty, EMPTY_PATH, AT_FDCWD", AT_FDCWD, "", AT_EMPTY_PATH);
	try("f, EMPTY_PATH", dir, "f", AT_EMPTY_PATH);
	try("EMPTY_PATH, NOFOLLOW", file, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
	try("symlink with O_PATH, EMPTY_PATH", xopen("dir/link", O_PATH | O_NOFOLLOW, 0), "",
	    AT_EMPTY_PATH);
	xpipe(p);
	try("pipe, EMPTY_PATH", p[0], "", AT_EMPTY_PATH);
	try("file as directory", file, "f", 0);
	try("closed", closed_fd(), "f", 0);
	try("closed, EMPTY_PATH", closed_fd(), "", AT_EMPTY_PATH);
	try("closed, /dev/null", closed_fd(), "/dev/null", 0);
	try("unknown flag", dir, "f", 0x8000000);
	try("AT_REMOVEDIR", dir, "f", AT_REMOVEDIR);
	try("bad path", dir, bad_addr(), 0);
	show("bad buffer", raw(SYS_newfstatat, dir, "f", bad_addr(), 0));
	return 0;
}
