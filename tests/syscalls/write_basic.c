/* tests/syscalls/write_basic.c - write(2): extending, overwriting, gaps, wrong arguments. */
#include "fs_check.h"

int main(void)
{
	char *end = page_end();
	int fd, ro, p[2];

	fd = xopen("f", O_WRONLY | O_CREAT, 0644);
	ro = xopen("f", O_RDONLY, 0);
	show("write", write(fd, "hello world", 11));
	show("position", lseek(fd, 0, SEEK_CUR));
	show("nothing", write(fd, "x", 0));
	lseek(fd, 6, SEEK_SET);
	show("overwrite", write(fd, "there", 5));
	show_file("content", "f");
	lseek(fd, 15, SEEK_SET);
	show_val("size after a seek", file_size("f"));
	show("nothing there", write(fd, "x", 0));
	show_val("size", file_size("f"));
	show("write", write(fd, "!", 1));
	show_file("content", "f");
	lseek(fd, 0, SEEK_SET);
	show("bad pointer", write(fd, bad_addr(), 4));
	show("bad pointer, nothing", write(fd, bad_addr(), 0));
	show("inaccessible page", write(fd, end, 4));
	show("last bytes of a page", write(fd, end - 4, 4));
	show_file("content", "f");
	show("read-only", write(ro, "x", 1));
	show("closed", write(closed_fd(), "x", 1));
	show("-1", write(-1, "x", 1));
	show("negative size", raw(SYS_write, fd, end - 4, -1L));
	xpipe(p);
	show("read end of a pipe", write(p[0], "x", 1));
	show("bad pointer to a pipe", write(p[1], bad_addr(), 4));
	show("nothing to a pipe", write(p[1], "x", 0));
	return 0;
}
