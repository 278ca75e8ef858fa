/* tests/syscalls/unix_splice.c - splice(2), sendfile(2), tee(2) with sockets. */
#include "fs_check.h"
#include <sys/sendfile.h>
#include <sys/socket.h>

int main(void)
{
	int s[2], p[2], f;
	char buf[64];
	off_t off = 2;

	signal(SIGPIPE, SIG_IGN);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	xpipe(p);
	write_file("f", "0123456789");
	f = xopen("f", O_RDWR, 0);
	show("sendfile", sendfile(s[0], f, &off, 5));
	show_read("read", read(s[1], buf, 64), buf);
	show("from a socket", sendfile(f, s[0], NULL, 5));
	must(write(p[1], "piped", 5));
	show("pipe to socket", splice(p[0], NULL, s[0], NULL, 64, 0));
	show_read("read", read(s[1], buf, 64), buf);
	must(write(s[0], "socket data", 11));
	show("socket to pipe", splice(s[1], NULL, p[1], NULL, 6, 0));
	show_read("read", read(p[0], buf, 64), buf);
	show("the rest", splice(s[1], NULL, p[1], NULL, 64, 0));
	show_read("read", read(p[0], buf, 64), buf);
	show("nothing", splice(s[1], NULL, p[1], NULL, 64, SPLICE_F_NONBLOCK));
	show("with offset", splice(s[1], &off, p[1], NULL, 64, 0));
	show("socket to socket", splice(s[1], NULL, s[0], NULL, 64, 0));
	close(s[0]);
	show("end", splice(s[1], NULL, p[1], NULL, 64, 0));
	must(write(p[1], "x", 1));
	show("closed", splice(p[0], NULL, s[1], NULL, 64, 0));
	return 0;
}
