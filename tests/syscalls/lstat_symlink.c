/* tests/syscalls/lstat_symlink.c - lstat(2): the symlink itself. */
#include "fs_check.h"

int main(void)
{
	char target[1024];
	struct stat st;

	umask(077);
	write_file("file", "12345");
	xmkdir("dir", 0755);
	xsymlink("file", "link");
	xsymlink("dir", "dirlink");
	xsymlink("some/missing/path", "dangling");
	show("link", lstat("link", &st));
	say("%s %04o, size %ld, links %ld", type_name(st.st_mode), st.st_mode & 07777,
	    (long)st.st_size, (long)st.st_nlink);
	show("dangling", lstat("dangling", &st));
	show_val("size", st.st_size);
	show("link/", lstat("link/", &st));
	show("dirlink/", lstat("dirlink/", &st));
	show_str("kind", type_name(st.st_mode));
	show("dirlink/.", lstat("dirlink/.", &st));
	show("dangling/", lstat("dangling/", &st));
	memset(target, 't', sizeof(target));
	target[1000] = '\0';
	show("long target", symlink(target, "long"));
	show("lstat", lstat("long", &st));
	show_val("size", st.st_size);
	show("stat", stat("long", &st));
	show("file", lstat("file", &st));
	show_str("kind", type_name(st.st_mode));
	show("missing", lstat("missing", &st));
	show("bad buffer", lstat("link", bad_addr()));
	return 0;
}
