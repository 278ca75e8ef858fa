/* tests/syscalls/perm_root.c - what root may do against the permission bits, and what not. */
#include "fs_check.h"

static void try(void *arg)
{
	(void)arg;
	show_fd("read of 0000", open("none", O_RDONLY));
	show_fd("write of 0000", open("none", O_RDWR));
	show("access X of 0000", access("none", X_OK));
	show("access X of 0001", access("ox", X_OK));
	show("access X of a directory 0000", access("dir", X_OK));
	show("execve of 0000", execl("none", "none", NULL));
	show("execve of 0644", execl("plain", "plain", NULL));
	show_file("below a directory 0000", "dir/f");
	show_names("in it", "dir");
	show_fd("new file in it", open("dir/new", O_RDWR | O_CREAT, 0644));
	show("chmod of another's", chmod("others", 0600));
	show("utimes of another's", utimensat(AT_FDCWD, "others", NULL, 0));
	show("chown of another's", chown("others", 5, 5));
	show("truncate of a read-only", truncate("plain", 0));
	show("unlink of a read-only", unlink("plain"));
}

int main(void)
{
	umask(0);
	write_file("none", "x");
	write_file("ox", "x");
	write_file("plain", "x");
	write_file("others", "x");
	xmkdir("dir", 0755);
	write_file("dir/f", "in dir");
	xchmod("none", 0);
	xchmod("ox", 0001);
	xchmod("plain", 0444);
	xchmod("dir", 0);
	if (geteuid() != 0) {
		xchmod("plain", 0644);
		show_fd("read of 0000", open("none", O_RDONLY));
		show_fd("below a directory 0000", open("dir/f", O_RDONLY));
		show("execve of 0000", execl("none", "none", NULL));
		show("execve of 0644", execl("plain", "plain", NULL));
		xchmod("dir", 0700);
		return 0;
	}
	xchown("others", USER_A, GROUP_A);
	try(NULL);
	return 0;
}
