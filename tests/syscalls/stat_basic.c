/* tests/syscalls/stat_basic.c - stat(2), fstat: kinds, sizes, modes, owners; errors. */
#include "fs_check.h"
#include <sys/sysmacros.h>

static void describe(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		show(path, -1);
		return;
	}
	if (S_ISCHR(st.st_mode)) {
		say("%s: %s %u:%u", path, type_name(st.st_mode), major(st.st_rdev),
		    minor(st.st_rdev));
		return;
	}
	say("%s: %s %04o, mine %d, group mine %d", path, type_name(st.st_mode), st.st_mode & 07777,
	    st.st_uid == geteuid(), st.st_gid == getegid());
	if (S_ISREG(st.st_mode))
		say("  size %ld, links %ld", (long)st.st_size, (long)st.st_nlink);
}

int main(void)
{
	char name[300];
	struct stat st, st2;
	int fd;

	umask(022);
	write_file("file", "12345");
	write_file("empty", "");
	xmkdir("dir", 0751);
	xsymlink("file", "link");
	xsymlink("dir", "dirlink");
	xsymlink("missing", "dangling");
	xsymlink("loop", "loop");
	mkfifo("fifo", 0640);
	must(link("file", "second"));
	describe("file");
	describe("empty");
	describe("dir");
	describe("dir/.");
	describe("link");
	describe("dirlink");
	describe("dangling");
	describe("loop");
	describe("fifo");
	describe("missing");
	describe("");
	describe("file/x");
	describe("missing/x");
	describe("dir/x");
	describe("/dev/null");
	describe("/dev/zero");
	describe("/dev/full");
	describe("/dev/random");
	describe("/dev/urandom");
	describe("/dev/tty");
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", stat(name, &st));
	show("bad path", stat(bad_addr(), &st));
	show("bad buffer", stat("file", bad_addr()));
	show("bad buffer, missing", stat("missing", bad_addr()));
	fd = xopen("file", O_RDONLY, 0);
	show("fstat", fstat(fd, &st));
	show("stat", stat("second", &st2));
	show_true("same inode", st.st_ino == st2.st_ino && st.st_dev == st2.st_dev);
	show("stat", stat("empty", &st2));
	show_true("other inode", st.st_ino != st2.st_ino && st.st_dev == st2.st_dev);
	show_true("block size", st.st_blksize >= 512);
	show("fstat, bad buffer", fstat(fd, bad_addr()));
	show("fstat, closed", fstat(closed_fd(), &st));
	show("fstat, -1", fstat(-1, &st));
	return 0;
}
