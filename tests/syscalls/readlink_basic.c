/* tests/syscalls/readlink_basic.c - readlink(2), readlinkat: sizes, empty paths, errors. */
#include "fs_check.h"

int main(void)
{
	char buf[64], name[300];
	int dir, fd, sym;

	write_file("file", "x");
	xmkdir("dir", 0755);
	xsymlink("target/text", "link");
	xsymlink("inner", "dir/l");
	xsymlink("dir", "dirlink");
	xsymlink("loop", "loop");
	memset(buf, '#', sizeof(buf));
	show_read("whole", readlink("link", buf, sizeof(buf)), buf);
	show_true("no end mark", buf[11] == '#');
	show_read("exact", readlink("link", buf, 11), buf);
	show_read("cut", readlink("link", buf, 4), buf);
	show_read("one", readlink("link", buf, 1), buf);
	show("size 0", readlink("link", buf, 0));
	show("size -1", raw(SYS_readlink, "link", buf, -1));
	show("bad buffer", readlink("link", bad_addr(), 10));
	show_read("loop", readlink("loop", buf, sizeof(buf)), buf);
	show("file", readlink("file", buf, sizeof(buf)));
	show("dir", readlink("dir", buf, sizeof(buf)));
	show("missing", readlink("missing", buf, sizeof(buf)));
	show("empty", readlink("", buf, sizeof(buf)));
	show("below a file", readlink("file/x", buf, sizeof(buf)));
	show("link/", readlink("link/", buf, sizeof(buf)));
	show("dirlink/", readlink("dirlink/", buf, sizeof(buf)));
	show_read("dirlink/l", readlink("dirlink/l", buf, sizeof(buf)), buf);
	show("loop/", readlink("loop/", buf, sizeof(buf)));
	show("bad path", readlink(bad_addr(), buf, sizeof(buf)));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", readlink(name, buf, sizeof(buf)));
	dir = xopen("dir", O_RDONLY, 0);
	fd = xopen("file", O_RDONLY, 0);
	sym = xopen("link", O_PATH | O_NOFOLLOW, 0);
	show_read("readlinkat", readlinkat(dir, "l", buf, sizeof(buf)), buf);
	show_read("readlinkat of O_PATH", readlinkat(sym, "", buf, sizeof(buf)), buf);
	show("readlinkat, empty, dir", readlinkat(dir, "", buf, sizeof(buf)));
	show("readlinkat, empty, file", readlinkat(fd, "", buf, sizeof(buf)));
	show("readlinkat, closed", readlinkat(closed_fd(), "l", buf, sizeof(buf)));
	show("readlinkat, file as directory", readlinkat(fd, "l", buf, sizeof(buf)));
	return 0;
}
