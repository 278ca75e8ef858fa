/* tests/syscalls/epoll_ctl_errors.c - epoll_ctl(2), epoll_create(2): what they refuse. */
#include "fs_check.h"
#include <sys/epoll.h>

int main(void)
{
	struct epoll_event ev = {.events = EPOLLIN};
	int ep, p[2], file, dir;

	show_fd("epoll_create 1", epoll_create(1));
	show_fd("epoll_create 0", epoll_create(0));
	show_fd("epoll_create -1", epoll_create(-1));
	show_fd("epoll_create1, unknown flag", epoll_create1(0x10));
	ep = epoll_create1(EPOLL_CLOEXEC);
	show("F_GETFD", fcntl(ep, F_GETFD));
	xpipe(p);
	file = xopen("f", O_RDWR | O_CREAT, 0644);
	dir = xopen(".", O_RDONLY, 0);
	show("add", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	show("add again", epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &ev));
	show("modify what is not there", epoll_ctl(ep, EPOLL_CTL_MOD, p[1], &ev));
	show("remove what is not there", epoll_ctl(ep, EPOLL_CTL_DEL, p[1], &ev));
	show("regular file", epoll_ctl(ep, EPOLL_CTL_ADD, file, &ev));
	show("directory", epoll_ctl(ep, EPOLL_CTL_ADD, dir, &ev));
	show("/dev/null", epoll_ctl(ep, EPOLL_CTL_ADD, xopen("/dev/null", O_RDWR, 0), &ev));
	show("itself", epoll_ctl(ep, EPOLL_CTL_ADD, ep, &ev));
	show("closed", epoll_ctl(ep, EPOLL_CTL_ADD, closed_fd(), &ev));
	show("-1", epoll_ctl(ep, EPOLL_CTL_ADD, -1, &ev));
	show("closed epoll", epoll_ctl(closed_fd(), EPOLL_CTL_ADD, p[0], &ev));
	show("not an epoll", epoll_ctl(p[0], EPOLL_CTL_ADD, p[1], &ev));
	show("file as epoll", epoll_ctl(file, EPOLL_CTL_ADD, p[1], &ev));
	show("unknown operation", epoll_ctl(ep, 77, p[0], &ev));
	show("bad event", epoll_ctl(ep, EPOLL_CTL_ADD, p[1], bad_addr()));
	show("bad event, remove", epoll_ctl(ep, EPOLL_CTL_DEL, p[1], bad_addr()));
	show("O_PATH", epoll_ctl(ep, EPOLL_CTL_ADD, xopen("f", O_PATH, 0), &ev));
	show("remove", epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));
	show("remove again", epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));
	show("read", read(ep, &ev, sizeof(ev)));
	show("write", write(ep, &ev, sizeof(ev)));
	show("lseek", lseek(ep, 0, SEEK_SET));
	show("ftruncate", ftruncate(ep, 0));
	return 0;
}
