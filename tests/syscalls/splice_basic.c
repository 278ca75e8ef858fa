/* tests/syscalls/splice_basic.c - splice(2): between files and pipes and between pipes. */
#include "fs_check.h"

int main(void)
{
	char buf[64];
	loff_t at;
	int a, b, p[2], q[2];

	write_file("a", "0123456789");
	a = xopen("a", O_RDONLY, 0);
	b = xopen("b", O_RDWR | O_CREAT, 0644);
	xpipe(p);
	xpipe(q);
	show("file to pipe", splice(a, NULL, p[1], NULL, 4, 0));
	show("position", lseek(a, 0, SEEK_CUR));
	at = 6;
	show("file to pipe, offset", splice(a, &at, p[1], NULL, 3, 0));
	show_val("offset", at);
	show("position", lseek(a, 0, SEEK_CUR));
	show("pipe to pipe", splice(p[0], NULL, q[1], NULL, 5, 0));
	show_read("rest of the first", read(p[0], buf, sizeof(buf)), buf);
	show("pipe to file", splice(q[0], NULL, b, NULL, 3, 0));
	at = 10;
	show("pipe to file, offset", splice(q[0], NULL, b, &at, 100, 0));
	show_val("offset", at);
	show_file("file", "b");
	show("end of the file", splice(a, &(loff_t){10}, p[1], NULL, 4, 0));
	show("nothing", splice(a, NULL, p[1], NULL, 0, 0));
	show("empty pipe, SPLICE_F_NONBLOCK", splice(p[0], NULL, b, NULL, 4, SPLICE_F_NONBLOCK));
	close(q[1]);
	show("pipe without a writer", splice(q[0], NULL, p[1], NULL, 4, 0));
	xpipe(q);
	show("MOVE and MORE", splice(a, NULL, p[1], NULL, 2, SPLICE_F_MOVE | SPLICE_F_MORE));
	show("/dev/zero to pipe", splice(xopen("/dev/zero", O_RDONLY, 0), NULL, q[1], NULL, 10, 0));
	show("pipe to /dev/null", splice(q[0], NULL, xopen("/dev/null", O_WRONLY, 0), NULL, 4, 0));
	show_read("what is left", read(q[0], buf, sizeof(buf)), buf);

	show("file to file", splice(a, NULL, b, NULL, 4, 0));
	show("same pipe", splice(p[0], NULL, p[1], NULL, 1, 0));
	show("offset on a pipe", splice(p[0], &at, b, NULL, 1, 0));
	show("offset on the out pipe", splice(a, NULL, p[1], &at, 1, 0));
	show("unknown flag", splice(a, NULL, p[1], NULL, 1, 0x100));
	show("to O_APPEND", splice(p[0], NULL, xopen("b", O_WRONLY | O_APPEND, 0), NULL, 1, 0));
	show("wrong end", splice(a, NULL, p[0], NULL, 1, 0));
	show("write-only file", splice(xopen("a", O_WRONLY, 0), NULL, p[1], NULL, 1, 0));
	show("closed", splice(closed_fd(), NULL, p[1], NULL, 1, 0));
	show("to closed", splice(p[0], NULL, closed_fd(), NULL, 1, 0));
	show("bad offset pointer", splice(a, bad_addr(), p[1], NULL, 1, 0));
	show("offset -1", splice(a, &(loff_t){-1}, p[1], NULL, 1, 0));
	return 0;
}
