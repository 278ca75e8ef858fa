/* tests/syscalls/mknod_basic.c - mknod(2): regular files, fifos, sockets; errors. */
#include "fs_check.h"

int main(void)
{
	int dir;

	umask(022);
	show("regular", mknod("reg", S_IFREG | 0666, 0));
	show_mode("reg", "reg");
	show_val("size", file_size("reg"));
	show("no type", mknod("plain", 0640, 0));
	show_mode("plain", "plain");
	show("fifo", mknod("fifo", S_IFIFO | 0666, 0));
	show_mode("fifo", "fifo");
	show("socket", mknod("sock", S_IFSOCK | 0666, 0));
	show_mode("sock", "sock");
	show_fd("open of the socket", open("sock", O_RDWR));
	show("mkfifo", mkfifo("fifo2", 0777));
	show_mode("fifo2", "fifo2");
	show("directory", mknod("dir", S_IFDIR | 0755, 0));
	show("symlink", mknod("link", S_IFLNK | 0777, 0));
	show("unknown type", mknod("odd", 0030000 | 0644, 0));
	show("existing", mknod("reg", S_IFREG | 0644, 0));
	show("existing fifo", mkfifo("fifo", 0644));
	xsymlink("missing", "dangling");
	show("dangling symlink", mkfifo("dangling", 0644));
	show("in nothing", mkfifo("missing/x", 0644));
	show("below a file", mkfifo("reg/x", 0644));
	show("with a slash", mkfifo("new/", 0644));
	show("empty", mkfifo("", 0644));
	show("bad pointer", mkfifo(bad_addr(), 0644));
	xmkdir("d", 0755);
	dir = xopen("d", O_RDONLY, 0);
	show("mknodat", mknodat(dir, "x", S_IFIFO | 0600, 0));
	show("mknodat, closed", mknodat(closed_fd(), "x", S_IFIFO | 0600, 0));
	show_names("d", "d");
	if (geteuid() != 0) {
		show("character device", mknod("char", S_IFCHR | 0666, 0x103));
		show("block device", mknod("block", S_IFBLK | 0666, 0x700));
	}
	show_names("names", ".");
	return 0;
}
