/* tests/syscalls/symlink_basic.c - symlink(2), symlinkat: any text as target; errors. */
#include "fs_check.h"

int main(void)
{
	static char target[5000];
	char name[300];
	int dir, fd;

	write_file("file", "content");
	xmkdir("dir", 0755);
	show("to a file", symlink("file", "l1"));
	show_link("l1", "l1");
	show_file("through it", "l1");
	show("to nothing", symlink("no/such/thing", "l2"));
	show_link("l2", "l2");
	show_file("through it", "l2");
	show("odd text", symlink("  //..//\n\xff ", "l3"));
	show_link("l3", "l3");
	show("absolute", symlink("/dev/null", "l4"));
	show_file("through it", "l4");
	show("relative to its directory", symlink("../file", "dir/l5"));
	show_file("through it", "dir/l5");
	show("with slashes", symlink("dir///", "l6"));
	show_link("l6", "l6");
	dir = xopen("dir", O_RDONLY, 0);
	fd = xopen("file", O_RDONLY, 0);
	show("symlinkat", symlinkat("x", dir, "l7"));
	show_link("dir/l7", "dir/l7");
	memset(target, 't', sizeof(target));
	target[4095] = '\0';
	show("target of 4095", symlink(target, "long"));
	show_val("its length", readlink("long", target, sizeof(target)));
	memset(target, 't', sizeof(target));
	target[4096] = '\0';
	show("target of 4096", symlink(target, "longer"));
	show("existing file", symlink("x", "file"));
	show("existing dir", symlink("x", "dir"));
	show("existing symlink", symlink("x", "l2"));
	show("empty target", symlink("", "l8"));
	show("empty name", symlink("x", ""));
	show("in nothing", symlink("x", "nodir/l"));
	show("below a file", symlink("x", "file/l"));
	show("name with a slash", symlink("x", "l9/"));
	show("existing dir with a slash", symlink("x", "dir/"));
	show("bad target", symlink(bad_addr(), "l8"));
	show("bad name", symlink("x", bad_addr()));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", symlink("x", name));
	show("symlinkat, closed", symlinkat("x", closed_fd(), "l8"));
	show("symlinkat, file", symlinkat("x", fd, "l8"));
	show_names("names", ".");
	return 0;
}
