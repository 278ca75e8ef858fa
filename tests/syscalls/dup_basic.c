/* tests/syscalls/dup_basic.c - dup(2): one open file under two numbers. */
#include "fs_check.h"

int main(void)
{
	char buf[8];
	int a, b;

	write_file("f", "0123456789");
	a = xopen("f", O_RDWR | O_CLOEXEC, 0);
	b = dup(a);
	show_fd("dup", b);
	show_true("another number", a != b);
	show("FD_CLOEXEC of the first", fcntl(a, F_GETFD));
	show("FD_CLOEXEC of the second", fcntl(b, F_GETFD));
	show_read("read first", read(a, buf, 3), buf);
	show_read("read second", read(b, buf, 3), buf);
	show("seek second", lseek(b, 8, SEEK_SET));
	show_read("read first", read(a, buf, 8), buf);
	show("F_SETFL on first", fcntl(a, F_SETFL, O_APPEND));
	show_true("O_APPEND on second", fcntl(b, F_GETFL) & O_APPEND);
	show("close first", close(a));
	show("write second", write(b, "!", 1));
	show_file("content", "f");
	show("dup of closed", dup(a));
	show("dup of -1", dup(-1));
	/* Another open of the file has its own position and flags. */
	a = xopen("f", O_RDONLY, 0);
	show("position", lseek(a, 0, SEEK_CUR));
	show_true("O_APPEND", fcntl(a, F_GETFL) & O_APPEND);
	return 0;
}
