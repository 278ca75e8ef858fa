/* tests/syscalls/open_getfl.c - F_GETFL: the flags that each way of opening leaves behind. */
#include "fs_check.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

static void try(const char *what, int fd)
{
	static const struct {
		int bit;
		const char *name;
	} names[] = {
		{O_WRONLY, "WRONLY"},	  {O_RDWR, "RDWR"},	  {O_CREAT, "CREAT"},
		{O_EXCL, "EXCL"},	  {O_TRUNC, "TRUNC"},	  {O_APPEND, "APPEND"},
		{O_NONBLOCK, "NONBLOCK"}, {O_DSYNC, "DSYNC"},	  {O_SYNC & ~O_DSYNC, "SYNC"},
		{O_ASYNC, "ASYNC"},	  {0100000, "LARGEFILE"}, {O_DIRECTORY, "DIRECTORY"},
		{O_NOFOLLOW, "NOFOLLOW"}, {O_NOATIME, "NOATIME"}, {O_CLOEXEC, "CLOEXEC"},
		{O_PATH, "PATH"},	  {O_NOCTTY, "NOCTTY"},	  {O_DIRECT, "DIRECT"},
	};
	char line[256] = "";
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0) {
		show(what, flags);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (flags & names[i].bit) {
			sprintf(line + strlen(line), " %s", names[i].name);
			flags &= ~names[i].bit;
		}
	if (flags)
		sprintf(line + strlen(line), " and 0x%x", (unsigned int)flags);
	say("%s:%s", what, line);
}

int main(void)
{
	int p[2], s[2];
	sigset_t set;

	write_file("f", "x");
	try("read", open("f", O_RDONLY));
	try("write", open("f", O_WRONLY));
	try("both", open("f", O_RDWR));
	try("create", open("new", O_RDWR | O_CREAT | O_EXCL | O_TRUNC, 0644));
	try("creat", creat("f", 0644));
	try("append", open("f", O_WRONLY | O_APPEND));
	try("nonblock", open("f", O_RDONLY | O_NONBLOCK));
	try("sync", open("f", O_WRONLY | O_SYNC));
	try("dsync", open("f", O_WRONLY | O_DSYNC));
	try("noctty", open("f", O_RDONLY | O_NOCTTY));
	try("nofollow", open("f", O_RDONLY | O_NOFOLLOW));
	try("cloexec", open("f", O_RDONLY | O_CLOEXEC));
	try("async", open("f", O_RDONLY | O_ASYNC));
	try("directory", open(".", O_RDONLY | O_DIRECTORY));
	try("path", open("f", O_PATH | O_CLOEXEC));
	try("path dir", open(".", O_PATH | O_DIRECTORY | O_NOFOLLOW));
	try("/dev/null", open("/dev/null", O_RDWR));
	try("/proc/self/stat", open("/proc/self/stat", O_RDONLY));
	if (pipe2(p, O_NONBLOCK | O_CLOEXEC) < 0)
		die("pipe2");
	try("pipe read", p[0]);
	try("pipe write", p[1]);
	xpipe(p);
	try("plain pipe read", p[0]);
	try("plain pipe write", p[1]);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, s) < 0)
		die("socketpair");
	try("socket", s[0]);
	try("eventfd", eventfd(0, EFD_NONBLOCK));
	try("epoll", epoll_create1(EPOLL_CLOEXEC));
	try("timerfd", timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
	sigemptyset(&set);
	try("signalfd", signalfd(-1, &set, SFD_CLOEXEC));
	try("memfd", memfd_create("m", MFD_CLOEXEC));
	try("closed", closed_fd());
	return 0;
}
