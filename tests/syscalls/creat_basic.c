/* tests/syscalls/creat_basic.c - creat(2): a new or emptied file, for writing only. */
#include "fs_check.h"

int main(void)
{
	char buf[4];
	int fd;

	umask(022);
	fd = creat("f", 0666);
	show_fd("creat", fd);
	show("write", write(fd, "text", 4));
	show("read", read(fd, buf, 4));
	show_mode("made", "f");
	fd = creat("f", 0600);
	show_fd("creat again", fd);
	show_val("size", file_size("f"));
	show_mode("mode", "f");
	xsymlink("target", "link");
	show_fd("through a dangling symlink", creat("link", 0600));
	show_mode("target", "target");
	show_fd("dir", creat(".", 0600));
	show_fd("empty", creat("", 0600));
	show_fd("in missing", creat("missing/f", 0600));
	show_fd("in file", creat("f/f", 0600));
	show_fd("bad pointer", creat(bad_addr(), 0600));
	show_fd("/dev/null", creat("/dev/null", 0600));
	show_fd("raw", raw(SYS_creat, "raw", 0640));
	show_mode("raw is", "raw");
	return 0;
}
