/* tests/syscalls/mount_tmpfs.c - mount(2), umount2(2): a tmpfs in a mount namespace of its own. */
#include "fs_check.h"
#include <sched.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <linux/magic.h>

int main(void)
{
	struct stat st, up;
	struct statfs fs;
	char buf[8];
	int fd;

	xmkdir("m", 0700);
	write_file("m/hidden", "x");
	if (geteuid() != 0) {
		show("mount", mount("none", "m", "tmpfs", 0, NULL));
		show("umount", umount("m"));
		show("unshare", unshare(CLONE_NEWNS));
		return 0;
	}
	show("unshare", unshare(CLONE_NEWNS));
	show("private", mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	show("mount", mount("none", "m", "tmpfs", 0, "mode=0711,size=1m"));
	show_mode("root of it", "m");
	show_names("it is empty", "m");
	must(stat("m", &st));
	must(stat(".", &up));
	show_true("another device", st.st_dev != up.st_dev);
	must(statfs("m", &fs));
	show_true("tmpfs", fs.f_type == TMPFS_MAGIC);
	write_file("m/new", "in tmpfs");
	show_file("file", "m/new");
	show("rename across", rename("m/new", "new"));
	show("link across", link("m/new", "new"));
	must(stat("m/..", &st));
	show_true(".. leads out", st.st_ino == up.st_ino && st.st_dev == up.st_dev);
	show("rmdir", rmdir("m"));
	show("rename of a mount point", rename("m", "n"));
	fd = xopen("m/new", O_RDONLY, 0);
	show("umount, busy", umount("m"));
	close(fd);
	must(chdir("m"));
	show("umount, cwd inside", umount("../m"));
	must(chdir(".."));
	show("a second one on top", mount("none", "m", "tmpfs", 0, NULL));
	show_names("empty", "m");
	show("umount", umount("m"));
	show_names("the first", "m");
	fd = xopen("m/new", O_RDONLY, 0);
	show("MNT_DETACH, busy", umount2("m", MNT_DETACH));
	show_names("the directory below", "m");
	show_read("the open file", read(fd, buf, 8), buf);
	close(fd);
	show("umount, not mounted", umount("m"));
	show("umount, missing", umount("missing"));
	show("umount, bad flag", umount2("m", 0x100));
	return 0;
}
