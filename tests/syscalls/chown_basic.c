/* tests/syscalls/chown_basic.c - chown(2), lchown, fchown, fchownat: as root; errors. */
#include "fs_check.h"

static void owner(const char *what, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		show(what, -1);
	else if (geteuid() == 0)
		say("%s: %d:%d", what, (int)st.st_uid, (int)st.st_gid);
	else
		say("%s: mine %d:%d", what, st.st_uid == geteuid(), st.st_gid == getegid());
}

int main(void)
{
	char name[300];
	int dir, fd;

	xmkdir("dir", 0755);
	write_file("f", "x");
	write_file("dir/g", "x");
	xsymlink("f", "link");
	xsymlink("missing", "dangling");
	dir = xopen("dir", O_RDONLY, 0);
	fd = xopen("f", O_RDONLY, 0);
	show("nothing", chown("f", -1, -1));
	owner("f", "f");
	show("the same", chown("f", geteuid(), getegid()));
	owner("f", "f");
	if (geteuid() == 0) {
		show("owner", chown("f", 1234, -1));
		owner("f", "f");
		show("group", chown("f", -1, 4321));
		owner("f", "f");
		show("both", chown("f", 7, 8));
		owner("f", "f");
		show("large numbers", chown("f", 0xfffffffe, 0x7fffffff));
		show("through a symlink", chown("link", 20, 21));
		owner("f", "f");
		owner("link", "link");
		show("lchown", lchown("link", 30, 31));
		owner("f", "f");
		owner("link", "link");
		show("fchown", fchown(fd, 40, -1));
		owner("f", "f");
		show("fchownat", fchownat(dir, "g", 50, 51, 0));
		owner("g", "dir/g");
		show("fchownat, NOFOLLOW", fchownat(AT_FDCWD, "link", 60, 61, AT_SYMLINK_NOFOLLOW));
		owner("link", "link");
		owner("f", "f");
		show("fchownat, EMPTY_PATH", fchownat(fd, "", 70, 71, AT_EMPTY_PATH));
		owner("f", "f");
		show("dangling, lchown", lchown("dangling", 80, 81));
		owner("dangling", "dangling");
		show("directory", chown("dir", 90, 91));
		owner("dir", "dir");
	} else {
		show("to root", chown("f", 0, -1));
		show("to root's group", chown("f", -1, 0));
		show("foreign file", chown("/", -1, -1));
		show("foreign file to me", chown("/", geteuid(), -1));
	}
	show("missing", chown("missing", -1, -1));
	show("dangling", chown("dangling", -1, -1));
	show("empty", chown("", -1, -1));
	show("below a file", chown("f/x", -1, -1));
	show("bad pointer", chown(bad_addr(), -1, -1));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", chown(name, -1, -1));
	show("fchown, closed", fchown(closed_fd(), -1, -1));
	show("fchownat, closed", fchownat(closed_fd(), "f", -1, -1, 0));
	show("fchownat, file as directory", fchownat(fd, "f", -1, -1, 0));
	show("fchownat, unknown flag", fchownat(dir, "g", -1, -1, 0x4000000));
	show("fchownat, empty path", fchownat(dir, "", -1, -1, 0));
	return 0;
}
