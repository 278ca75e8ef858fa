/* tests/syscalls/ioctl_basic.c - ioctl(2): FIONBIO, FIOCLEX, FIONCLEX, FIOASYNC, unknown ones. */
#include "fs_check.h"
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static void flags(const char *what, int fd)
{
	int fl = fcntl(fd, F_GETFL);

	say("%s: nonblock %d, async %d, cloexec %d", what, !!(fl & O_NONBLOCK), !!(fl & O_ASYNC),
	    fcntl(fd, F_GETFD));
}

int main(void)
{
	int p[2], s[2], fd, dir, on = 1, off = 0, n = -1;
	char arg[64] = "";

	xpipe(p);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	write_file("f", "0123456789");
	fd = xopen("f", O_RDONLY, 0);
	dir = xopen(".", O_RDONLY, 0);
	show("FIONBIO on", ioctl(p[0], FIONBIO, &on));
	flags("pipe", p[0]);
	show("FIONBIO off", ioctl(p[0], FIONBIO, &off));
	flags("pipe", p[0]);
	show("FIONBIO, file", ioctl(fd, FIONBIO, &on));
	flags("file", fd);
	show("FIONBIO, bad pointer", ioctl(p[0], FIONBIO, bad_addr()));
	show("FIONBIO, closed", ioctl(closed_fd(), FIONBIO, &on));
	show("FIOCLEX", ioctl(p[0], FIOCLEX));
	flags("pipe", p[0]);
	show("FIONCLEX", ioctl(p[0], FIONCLEX));
	flags("pipe", p[0]);
	show("FIOASYNC, pipe", ioctl(p[0], FIOASYNC, &on));
	flags("pipe", p[0]);
	show("FIOASYNC, socket", ioctl(s[0], FIOASYNC, &on));
	flags("socket", s[0]);
	show("FIOASYNC off", ioctl(s[0], FIOASYNC, &off));
	flags("socket", s[0]);
	show("FIONREAD, file", ioctl(fd, FIONREAD, &n));
	show_val("is", n);
	must(lseek(fd, 4, SEEK_SET));
	show("FIONREAD, file at 4", ioctl(fd, FIONREAD, &n));
	show_val("is", n);
	show("FIONREAD, directory", ioctl(dir, FIONREAD, &n));
	show("TCGETS, file", ioctl(fd, TCGETS, arg));
	show("TCGETS, socket", ioctl(s[0], TCGETS, arg));
	show("TIOCGWINSZ, eventfd", ioctl(eventfd(0, 0), TIOCGWINSZ, arg));
	show("unknown, file", ioctl(fd, 0xdead, arg));
	show("unknown, directory", ioctl(dir, 0xdead, arg));
	show("unknown, pipe", ioctl(p[0], 0xdead, arg));
	show("unknown, socket", ioctl(s[0], 0xdead, arg));
	show("unknown, closed", ioctl(closed_fd(), 0xdead, arg));
	return 0;
}
