/* tests/syscalls/mount_bind.c - mount(2): MS_BIND of directories and files, MS_MOVE, MS_RDONLY. */
#include "fs_check.h"
#include <sched.h>
#include <sys/mount.h>

int main(void)
{
	int fd;

	if (geteuid() != 0) {
		xmkdir("d", 0700);
		show("bind", mount(".", "d", NULL, MS_BIND, NULL));
		return 0;
	}
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	xmkdir("a", 0755);
	xmkdir("b", 0755);
	xmkdir("c", 0755);
	write_file("a/f", "in a");
	write_file("g", "file g");
	write_file("h", "file h");
	show("bind", mount("a", "b", NULL, MS_BIND, NULL));
	show_file("b/f", "b/f");
	write_file("b/new", "made in b");
	show_file("a/new", "a/new");
	show_true("same file", same_file("a/f", "b/f"));
	show("rename between them", rename("a/f", "b/f2"));
	show("link between them", link("a/f", "b/f2"));
	show("bind a file", mount("g", "h", NULL, MS_BIND, NULL));
	show_file("h", "h");
	show("unlink of it", unlink("h"));
	show("rename over it", rename("g", "h"));
	show("unmount it", umount("h"));
	show_file("h", "h");
	show("file on a directory", mount("g", "c", NULL, MS_BIND, NULL));
	show("directory on a file", mount("a", "h", NULL, MS_BIND, NULL));
	show("missing source", mount("missing", "c", NULL, MS_BIND, NULL));
	show("missing target", mount("a", "missing", NULL, MS_BIND, NULL));

	show("read-only", mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	show_file("read", "b/f");
	show_fd("write", open("b/f", O_RDWR));
	show_fd("create", open("b/x", O_WRONLY | O_CREAT, 0644));
	close(show_fd("O_CREAT for reading", open("b/f", O_RDONLY | O_CREAT, 0644)));
	show("mkdir", mkdir("b/d", 0755));
	show("unlink", unlink("b/f"));
	show("chmod", chmod("b/f", 0600));
	show("utimes", utimensat(AT_FDCWD, "b/f", NULL, 0));
	show("rename", rename("b/f", "b/g"));
	show("symlink", symlink("x", "b/s"));
	show("access W", access("b/f", W_OK));
	show("truncate", truncate("b/f", 0));
	show("through a it works", chmod("a/f", 0644));
	show("writable again", mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND, NULL));
	fd = xopen("b/f", O_RDWR, 0);
	show("read-only with a writer",
	     mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	close(fd);
	show("move", mount("b", "c", NULL, MS_MOVE, NULL));
	show_names("b", "b");
	show_names("c", "c");
	show("move of no mount", mount("b", "a", NULL, MS_MOVE, NULL));
	show("umount", umount("c"));
	show_names("c", "c");
	return 0;
}
