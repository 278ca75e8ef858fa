/*
 * tests/syscalls/fcntl_setfl.c - fcntl(2): the flags that F_SETFL can change and those it cannot.
 */
#include "fs_check.h"

static void flags_of(const char *what, int fd)
{
	int fl = fcntl(fd, F_GETFL);

	say("%s: access %d%s%s%s%s%s%s", what, fl & O_ACCMODE, fl & O_APPEND ? " append" : "",
	    fl & O_NONBLOCK ? " nonblock" : "", fl & O_DSYNC ? " dsync" : "",
	    fl & O_NOATIME ? " noatime" : "", fl & O_CREAT ? " creat" : "",
	    fl & O_TRUNC ? " trunc" : "");
}

int main(void)
{
	char buf[4];
	int fd, p[2];

	write_file("f", "0123456789");
	fd = xopen("f", O_RDONLY, 0);
	flags_of("at first", fd);
	show("set all", fcntl(fd, F_SETFL,
			      O_RDWR | O_APPEND | O_NONBLOCK | O_CREAT | O_TRUNC | O_EXCL | O_SYNC |
				      O_NOATIME | O_CLOEXEC));
	flags_of("then", fd);
	show("FD_CLOEXEC", fcntl(fd, F_GETFD));
	show_val("size", file_size("f"));
	show("write", write(fd, "x", 1));
	show("set none", fcntl(fd, F_SETFL, 0));
	flags_of("then", fd);
	fd = xopen("f", O_WRONLY | O_SYNC | O_APPEND, 0);
	flags_of("sync", fd);
	show("set none", fcntl(fd, F_SETFL, 0));
	flags_of("then", fd);
	show("write", write(fd, "ab", 2));
	show_file("content", "f");

	xpipe(p);
	flags_of("pipe", p[0]);
	show("set O_NONBLOCK", fcntl(p[0], F_SETFL, O_NONBLOCK));
	flags_of("then", p[0]);
	flags_of("other end", p[1]);
	show("read", read(p[0], buf, 4));
	show("set O_APPEND only", fcntl(p[1], F_SETFL, O_APPEND));
	flags_of("write end", p[1]);
	show("closed", fcntl(closed_fd(), F_SETFL, 0));
	show("closed", fcntl(closed_fd(), F_GETFL));
	return 0;
}
