/* tests/syscalls/chmod_basic.c - chmod(2), fchmod, fchmodat: modes and errors. */
#include "fs_check.h"

int main(void)
{
	static const mode_t modes[] = {0,     0400,  0644,  0755,    0777,   01777,
				       02755, 04755, 07777, 0100600, 0170640};
	char name[300], label[32];
	int fd, dir, p[2];

	write_file("f", "x");
	xmkdir("dir", 0755);
	write_file("dir/g", "x");
	xsymlink("f", "link");
	xsymlink("missing", "dangling");
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		snprintf(label, sizeof(label), "chmod %o", modes[i]);
		show(label, chmod("f", modes[i]));
		show_mode(label, "f");
	}
	show("dir", chmod("dir", 01750));
	show_mode("dir", "dir");
	show("through a symlink", chmod("link", 0640));
	show_mode("f", "f");
	show_mode("link", "link");
	fd = xopen("f", O_RDONLY, 0);
	show("fchmod", fchmod(fd, 0604));
	show_mode("f", "f");
	show("fchmod of a dir", fchmod(dir = xopen("dir", O_RDONLY, 0), 0711));
	show_mode("dir", "dir");
	show("fchmodat", fchmodat(dir, "g", 0611, 0));
	show_mode("dir/g", "dir/g");
	show("raw fchmodat", raw(SYS_fchmodat, dir, "g", 0600));
	show_mode("dir/g", "dir/g");
	xpipe(p);
	show("fchmod of a pipe", fchmod(p[0], 0600));
	show("missing", chmod("missing", 0600));
	show("dangling", chmod("dangling", 0600));
	show("empty", chmod("", 0600));
	show("below a file", chmod("f/x", 0600));
	show("f/", chmod("f/", 0600));
	show("bad pointer", chmod(bad_addr(), 0600));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", chmod(name, 0600));
	show("fchmod, closed", fchmod(closed_fd(), 0600));
	show("fchmodat, closed", fchmodat(closed_fd(), "f", 0600, 0));
	show("fchmodat, file as directory", fchmodat(fd, "f", 0600, 0));
	show("fchmodat, bad flag", fchmodat(dir, "g", 0600, 0x4000));
	/* The mode counts for the next open only. */
	fd = xopen("f", O_RDWR, 0);
	show("chmod 0", chmod("f", 0));
	show("write", write(fd, "y", 1));
	if (geteuid() != 0)
		show_fd("open", open("f", O_RDONLY));
	return 0;
}
