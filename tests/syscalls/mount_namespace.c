/*
 * tests/syscalls/mount_namespace.c - CLONE_NEWNS: mounts of one process are not those of another.
 */
#include "fs_check.h"
#include <sched.h>
#include <sys/mount.h>

int main(void)
{
	int go[2], up[2];

	if (geteuid() != 0) {
		say("needs root");
		return 0;
	}
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	xmkdir("m", 0755);
	write_file("m/f", "below");
	xpipe(go);
	xpipe(up);
	if (xfork() == 0) {
		must(unshare(CLONE_NEWNS));
		must(mount("none", "m", "tmpfs", 0, NULL));
		write_file("m/g", "child");
		show_names("child", "m");
		send_byte(up[1]);
		await_byte(go[0]);
		show_names("child", "m");
		_exit(0);
	}
	await_byte(up[0]);
	show_names("parent", "m");
	must(mount("none", "m", "tmpfs", 0, NULL));
	write_file("m/h", "parent");
	show_names("parent", "m");
	send_byte(go[1]);
	xwait(-1);
	show("umount", umount("m"));
	show_names("parent", "m");
	/* A child without a namespace of its own shares the mounts. */
	if (xfork() == 0) {
		must(mount("none", "m", "tmpfs", 0, NULL));
		_exit(0);
	}
	xwait(-1);
	show_names("parent sees it", "m");
	show("umount", umount("m"));
	return 0;
}
