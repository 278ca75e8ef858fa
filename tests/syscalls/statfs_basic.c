/* tests/syscalls/statfs_basic.c - statfs(2), fstatfs: sane values, known kinds, errors. */
#include "fs_check.h"
#include <linux/magic.h>
#include <sys/eventfd.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

int main(void)
{
	struct statfs a, b;
	struct statvfs v;
	int p[2];

	write_file("f", "x");
	xsymlink("missing", "dangling");
	show("statfs", statfs("f", &a));
	show_val("longest name", a.f_namelen);
	show_true("block size", a.f_bsize > 0 && a.f_frsize > 0);
	show_true("free within all", a.f_bfree <= a.f_blocks && a.f_bavail <= a.f_bfree);
	show_true("files", a.f_ffree <= a.f_files);
	show("fstatfs", fstatfs(xopen("f", O_RDONLY, 0), &b));
	show_true("the same kind", a.f_type == b.f_type && a.f_bsize == b.f_bsize);
	show("of .", statfs(".", &b));
	show_true("the same kind", a.f_type == b.f_type);
	show("/proc", statfs("/proc", &a));
	show_true("is proc", a.f_type == PROC_SUPER_MAGIC);
	show_val("longest name", a.f_namelen);
	xpipe(p);
	show("pipe", fstatfs(p[0], &a));
	show_true("is pipefs", a.f_type == PIPEFS_MAGIC);
	show("statvfs", statvfs("f", &v));
	show_val("f_namemax", v.f_namemax);
	show("missing", statfs("missing", &a));
	show("dangling", statfs("dangling", &a));
	show("empty", statfs("", &a));
	show("below a file", statfs("f/x", &a));
	show("bad path", statfs(bad_addr(), &a));
	show("bad buffer", statfs("f", bad_addr()));
	show("fstatfs, closed", fstatfs(closed_fd(), &a));
	show("fstatfs, bad buffer", fstatfs(p[0], bad_addr()));
	return 0;
}
