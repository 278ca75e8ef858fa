/* tests/syscalls/eventfd_basic.c - eventfd(2): counter, semaphore, overflow, sizes, flags. */
#include "fs_check.h"
#include <sys/eventfd.h>

static void get(const char *what, int fd)
{
	uint64_t v = 0;
	ssize_t n = read(fd, &v, sizeof(v));

	if (n < 0)
		show(what, n);
	else
		say("%s: %zd bytes, %llu", what, n, (unsigned long long)v);
}

static void put(const char *what, int fd, uint64_t v)
{
	show(what, write(fd, &v, sizeof(v)));
}

int main(void)
{
	char buf[64] = "";
	int fd;

	fd = eventfd(3, EFD_NONBLOCK);
	show_fd("eventfd 3", fd);
	get("read", fd);
	get("read again", fd);
	put("write 1", fd, 1);
	put("write 41", fd, 41);
	get("read", fd);
	put("write 0", fd, 0);
	get("read", fd);
	put("write 2^64 - 2", fd, ~0ULL - 1);
	put("write 1 more", fd, 1);
	put("write 0", fd, 0);
	show_ready("full", fd, POLLIN | POLLOUT);
	get("read", fd);
	put("write 2^64 - 1", fd, ~0ULL);
	show("read 7 bytes", read(fd, buf, 7));
	show("write 7 bytes", write(fd, buf, 7));
	put("write 5", fd, 5);
	show("read 64 bytes", read(fd, buf, 64));
	memset(buf, 0, sizeof(buf));
	buf[0] = 9;
	show("write 64 bytes", write(fd, buf, 64));
	get("read", fd);
	put("write 5", fd, 5);
	show("read, bad pointer", read(fd, bad_addr(), 8));
	show("write, bad pointer", write(fd, bad_addr(), 8));
	show("lseek", lseek(fd, 0, SEEK_SET));
	show("pread", pread(fd, buf, 8, 0));
	show("pwrite", pwrite(fd, buf, 8, 0));
	fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
	show_fd("semaphore", fd);
	get("read", fd);
	get("read", fd);
	get("read", fd);
	put("write 3", fd, 3);
	get("read", fd);
	show_ready("poll", fd, POLLIN | POLLOUT);
	get("read", fd);
	get("read", fd);
	show_ready("poll", fd, POLLIN | POLLOUT);
	show_fd("unknown flag", eventfd(0, 0x100));
	fd = eventfd(0, EFD_CLOEXEC);
	show("F_GETFD", fcntl(fd, F_GETFD));
	fd = raw(SYS_eventfd, 7);
	show_fd("the older call", fd);
	get("read", fd);
	return 0;
}
