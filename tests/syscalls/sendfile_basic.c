/* tests/syscalls/sendfile_basic.c - sendfile(2): to a file, a pipe and a socket; errors. */
#include "fs_check.h"
#include <sys/sendfile.h>
#include <sys/socket.h>

int main(void)
{
	char buf[64];
	off_t at;
	int a, b, p[2], s[2];

	write_file("a", "0123456789");
	a = xopen("a", O_RDONLY, 0);
	b = xopen("b", O_RDWR | O_CREAT, 0644);
	show("to a file", sendfile(b, a, NULL, 4));
	show("position of the source", lseek(a, 0, SEEK_CUR));
	show("position of the target", lseek(b, 0, SEEK_CUR));
	at = 7;
	show("with an offset", sendfile(b, a, &at, 2));
	show_val("offset", at);
	show("position of the source", lseek(a, 0, SEEK_CUR));
	show("more than there is", sendfile(b, a, NULL, 100));
	show("at the end", sendfile(b, a, NULL, 100));
	show_file("target", "b");
	xpipe(p);
	at = 0;
	show("to a pipe", sendfile(p[1], a, &at, 10));
	show_read("read", read(p[0], buf, sizeof(buf)), buf);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) < 0)
		die("socketpair");
	at = 5;
	show("to a socket", sendfile(s[0], a, &at, 10));
	show_read("read", read(s[1], buf, sizeof(buf)), buf);
	at = 0;
	show("nothing", sendfile(b, a, &at, 0));
	at = 100;
	show("past the end", sendfile(b, a, &at, 10));
	at = -1;
	show("offset -1", sendfile(b, a, &at, 10));
	show("bad offset pointer", sendfile(b, a, bad_addr(), 10));
	at = 0;
	show("to read-only", sendfile(a, b, &at, 10));
	show("from write-only", sendfile(b, xopen("a", O_WRONLY, 0), &at, 10));
	show("to O_APPEND", sendfile(xopen("b", O_WRONLY | O_APPEND, 0), a, &at, 10));
	show("from a pipe", sendfile(b, p[0], NULL, 10));
	show("from a pipe with offset", sendfile(b, p[0], &at, 10));
	show("from closed", sendfile(b, closed_fd(), &at, 10));
	show("to closed", sendfile(closed_fd(), a, &at, 10));
	show("from a directory", sendfile(b, xopen(".", O_RDONLY, 0), NULL, 10));
	return 0;
}
