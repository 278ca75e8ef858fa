/* tests/syscalls/copy_file_range_basic.c - copy_file_range(2): offsets, short files, errors. */
#include "fs_check.h"

int main(void)
{
	loff_t in, out;
	int a, b, p[2];

	write_file("a", "0123456789");
	a = xopen("a", O_RDONLY, 0);
	b = xopen("b", O_RDWR | O_CREAT, 0644);
	show("positions", copy_file_range(a, NULL, b, NULL, 4, 0));
	show("position of a", lseek(a, 0, SEEK_CUR));
	show("position of b", lseek(b, 0, SEEK_CUR));
	show_file("b", "b");
	in = 2;
	show("in offset", copy_file_range(a, &in, b, NULL, 3, 0));
	show_val("in", in);
	show("position of a", lseek(a, 0, SEEK_CUR));
	show_file("b", "b");
	out = 1;
	show("out offset", copy_file_range(a, NULL, b, &out, 2, 0));
	show_val("out", out);
	show_file("b", "b");
	show("more than there is", copy_file_range(a, NULL, b, NULL, 100, 0));
	show("at the end", copy_file_range(a, NULL, b, NULL, 100, 0));
	show("nothing", copy_file_range(a, NULL, b, NULL, 0, 0));
	in = 100;
	show("past the end", copy_file_range(a, &in, b, NULL, 10, 0));
	in = 0;
	out = 20;
	show("leaving a gap", copy_file_range(a, &in, b, &out, 2, 0));
	show_file("b", "b");

	in = 0;
	out = 5;
	show("same file", copy_file_range(b, &in, b, &out, 5, 0));
	show_file("b", "b");
	out = 2;
	in = 0;
	show("same file, overlapping", copy_file_range(b, &in, b, &out, 5, 0));
	in = -1;
	show("offset -1", copy_file_range(a, &in, b, NULL, 5, 0));
	show("flags", copy_file_range(a, NULL, b, NULL, 5, 1));
	show("bad offset pointer", copy_file_range(a, bad_addr(), b, NULL, 5, 0));
	show("from write-only", copy_file_range(xopen("a", O_WRONLY, 0), NULL, b, NULL, 5, 0));
	show("to read-only", copy_file_range(b, NULL, a, NULL, 5, 0));
	show("to O_APPEND",
	     copy_file_range(a, NULL, xopen("b", O_WRONLY | O_APPEND, 0), NULL, 5, 0));
	show("from a directory", copy_file_range(xopen(".", O_RDONLY, 0), NULL, b, NULL, 5, 0));
	show("to closed", copy_file_range(a, NULL, closed_fd(), NULL, 5, 0));
	show("from closed", copy_file_range(closed_fd(), NULL, b, NULL, 5, 0));
	xpipe(p);
	show("from a pipe", copy_file_range(p[0], NULL, b, NULL, 5, 0));
	show("to a pipe", copy_file_range(a, NULL, p[1], NULL, 5, 0));
	return 0;
}
