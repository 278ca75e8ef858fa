/* tests/syscalls/mount_errors.c - mount(2), umount2(2): unknown kinds, bad paths and pointers. */
#include "fs_check.h"
#include <sched.h>
#include <sys/mount.h>

/* Limits of a tmpfs. */
static void limits(void)
{
	static char buf[100000];
	int fd;

	show("small one", mount("none", "m", "tmpfs", 0, "size=64k,nr_inodes=4"));
	fd = xopen("m/a", O_RDWR | O_CREAT, 0644);
	show("write", write(fd, buf, sizeof(buf)));
	show("write more", write(fd, buf, 1));
	show("second", creat("m/b", 0644) >= 0 ? 0 : -1);
	show("third", creat("m/c", 0644) >= 0 ? 0 : -1);
	show("fourth", creat("m/d", 0644) >= 0 ? 0 : -1);
	close(fd);
}

int main(void)
{
	char name[300];

	xmkdir("m", 0700);
	xmkdir("n", 0700);
	write_file("f", "x");
	xsymlink("m", "link");
	if (geteuid() != 0) {
		show("mount", mount("none", "m", "tmpfs", 0, NULL));
		show("umount", umount("m"));
		return 0;
	}
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	show("unknown kind", mount("none", "m", "nosuchfs", 0, NULL));
	show("no kind", mount("none", "m", NULL, 0, NULL));
	show("missing target", mount("none", "missing", "tmpfs", 0, NULL));
	show("empty target", mount("none", "", "tmpfs", 0, NULL));
	show("file as target", mount("none", "f", "tmpfs", 0, NULL));
	show("below a file", mount("none", "f/x", "tmpfs", 0, NULL));
	show("bad target", mount("none", bad_addr(), "tmpfs", 0, NULL));
	show("bad kind", mount("none", "m", bad_addr(), 0, NULL));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long target", mount("none", name, "tmpfs", 0, NULL));
	show("bad option", mount("none", "m", "tmpfs", 0, "nosuchoption=1"));
	show("bad mode", mount("none", "m", "tmpfs", 0, "mode=99"));
	show("remount of no mount", mount(NULL, "m", NULL, MS_REMOUNT, NULL));
	show("through a symlink", mount("none", "link", "tmpfs", 0, NULL));
	write_file("m/x", "x");
	show_names("it is on", "m");
	show("UMOUNT_NOFOLLOW, symlink", umount2("link", UMOUNT_NOFOLLOW));
	show("UMOUNT_NOFOLLOW", umount2("m", UMOUNT_NOFOLLOW));
	show_names("it is off", "m");
	show("MNT_EXPIRE and MNT_DETACH", umount2("m", MNT_EXPIRE | MNT_DETACH));
	show("umount, bad pointer", umount(bad_addr()));
	show("umount, empty", umount(""));
	show("umount of a file", umount("f"));
	limits();
	show("nodev, noexec, nosuid",
	     mount("none", "n", "tmpfs", MS_NODEV | MS_NOEXEC | MS_NOSUID, NULL));
	write_file("n/prog", "#!/bin/sh\nexit 0\n");
	xchmod("n/prog", 0755);
	show("execve on noexec", execl("n/prog", "prog", NULL));
	show("access X on noexec", access("n/prog", X_OK));
	return 0;
}
