/* tests/syscalls/pipe_basic.c - pipe(2): data in order, end of file, wrong ends, errors. */
#include "fs_check.h"

int main(void)
{
	char buf[64];
	int p[2];

	show("pipe", pipe(p));
	show("write", write(p[1], "hello", 5));
	show("write", write(p[1], " world", 6));
	show_read("read 3", read(p[0], buf, 3), buf);
	show_read("read 64", read(p[0], buf, 64), buf);
	show("read nothing", read(p[0], buf, 0));
	show("write nothing", write(p[1], "x", 0));
	show("read from the write end", read(p[1], buf, 1));
	show("write to the read end", write(p[0], "x", 1));
	show("lseek", lseek(p[0], 0, SEEK_SET));
	show("bad pointer, write", write(p[1], bad_addr(), 4));
	show("write", write(p[1], "last", 4));
	show("close", close(p[1]));
	show_read("read what is left", read(p[0], buf, 64), buf);
	show("end", read(p[0], buf, 64));
	show("end again", read(p[0], buf, 64));
	show("pipe, bad pointer", pipe(bad_addr()));
	return 0;
}
