/* tests/syscalls/open_append.c - open(2): O_APPEND moves every write to the end of the file. */
#include "fs_check.h"

int main(void)
{
	char buf[32];
	int a, b;

	write_file("f", "start");
	a = xopen("f", O_RDWR | O_APPEND, 0);
	b = xopen("f", O_RDWR, 0);
	show("offset at first", lseek(a, 0, SEEK_CUR));
	show_read("read", read(a, buf, 2), buf);
	show("write", write(a, "-A", 2));
	show("offset after it", lseek(a, 0, SEEK_CUR));
	show("seek to 0", lseek(a, 0, SEEK_SET));
	show("write", write(a, "-B", 2));
	show_file("content", "f");
	lseek(b, 0, SEEK_END);
	show("write of the other", write(b, "-C", 2));
	show("write", write(a, "-D", 2));
	show_file("content", "f");
	/* Linux appends even with pwrite. */
	show("pwrite at 0", pwrite(a, "-E", 2, 0));
	show_file("content", "f");
	show("offset", lseek(a, 0, SEEK_CUR));
	show_read("pread at 0", pread(a, buf, 5, 0), buf);
	show("ftruncate", ftruncate(b, 3));
	show("write", write(a, "!", 1));
	show_file("content", "f");
	show("seek past the end", lseek(a, 100, SEEK_SET));
	show("write", write(a, "?", 1));
	show_file("content", "f");
	show("offset", lseek(a, 0, SEEK_CUR));

	show("clear O_APPEND", fcntl(a, F_SETFL, 0));
	lseek(a, 0, SEEK_SET);
	show("write", write(a, "S", 1));
	show_file("content", "f");
	show("set O_APPEND", fcntl(a, F_SETFL, O_APPEND));
	show("write", write(a, "E", 1));
	show_file("content", "f");
	show("write nothing", write(a, "", 0));
	show("write bad pointer", write(a, bad_addr(), 4));
	show_file("content", "f");
	return 0;
}
