/* tests/syscalls/statx_basic.c - statx(2): the same as stat, masks, flags and errors. */
#include "fs_check.h"
#include <sys/sysmacros.h>

static long sx(int dir, const char *path, int flags, unsigned int mask, void *buf)
{
	return raw(SYS_statx, dir, path, flags, mask, buf);
}

int main(void)
{
	struct statx x;
	struct stat st;
	int fd, p[2];

	write_file("f", "12345");
	xsymlink("f", "link");
	must(stat("f", &st));
	memset(&x, 0xee, sizeof(x));
	show("f", sx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &x));
	show_true("mask has the basic fields",
		  (x.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
	show_true("mode", x.stx_mode == st.st_mode);
	show_true("links", x.stx_nlink == st.st_nlink);
	show_true("owner", x.stx_uid == st.st_uid && x.stx_gid == st.st_gid);
	show_true("inode", x.stx_ino == st.st_ino);
	show_true("size", x.stx_size == (uint64_t)st.st_size);
	show_true("blocks", x.stx_blocks == (uint64_t)st.st_blocks);
	show_true("block size", x.stx_blksize == (uint32_t)st.st_blksize);
	show_true("device",
		  x.stx_dev_major == major(st.st_dev) && x.stx_dev_minor == minor(st.st_dev));
	show_true("mtime", x.stx_mtime.tv_sec == st.st_mtim.tv_sec &&
				   x.stx_mtime.tv_nsec == (uint32_t)st.st_mtim.tv_nsec);
	show_true("ctime", x.stx_ctime.tv_sec == st.st_ctim.tv_sec &&
				   x.stx_ctime.tv_nsec == (uint32_t)st.st_ctim.tv_nsec);
	show("/dev/null", sx(AT_FDCWD, "/dev/null", 0, STATX_BASIC_STATS, &x));
	say("device %u:%u", x.stx_rdev_major, x.stx_rdev_minor);
	show("link", sx(AT_FDCWD, "link", 0, STATX_TYPE, &x));
	show_str("kind", type_name(x.stx_mode));
	show("link, NOFOLLOW", sx(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &x));
	show_str("kind", type_name(x.stx_mode));
	fd = xopen("f", O_RDONLY, 0);
	show("EMPTY_PATH", sx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &x));
	show_val("size", x.stx_size);
	xpipe(p);
	show("pipe", sx(p[0], "", AT_EMPTY_PATH, STATX_TYPE, &x));
	show_str("kind", type_name(x.stx_mode));
	show("no mask", sx(AT_FDCWD, "f", 0, 0, &x));
	show("all of the mask", sx(AT_FDCWD, "f", 0, 0x7fffffff, &x));
	show("reserved mask bit", sx(AT_FDCWD, "f", 0, STATX__RESERVED, &x));
	show("FORCE_SYNC", sx(AT_FDCWD, "f", AT_STATX_FORCE_SYNC, STATX_SIZE, &x));
	show("DONT_SYNC", sx(AT_FDCWD, "f", AT_STATX_DONT_SYNC, STATX_SIZE, &x));
	show("both", sx(AT_FDCWD, "f", AT_STATX_SYNC_TYPE, STATX_SIZE, &x));
	show("unknown flag", sx(AT_FDCWD, "f", 0x40000000, STATX_SIZE, &x));
	show("missing", sx(AT_FDCWD, "missing", 0, STATX_SIZE, &x));
	show("empty", sx(AT_FDCWD, "", 0, STATX_SIZE, &x));
	show("closed", sx(closed_fd(), "f", 0, STATX_SIZE, &x));
	show("file as directory", sx(fd, "f", 0, STATX_SIZE, &x));
	show("bad path", sx(AT_FDCWD, bad_addr(), 0, STATX_SIZE, &x));
	show("bad buffer", sx(AT_FDCWD, "f", 0, STATX_SIZE, bad_addr()));
	return 0;
}
