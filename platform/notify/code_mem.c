/* platform/notify/code_mem.c - writing to the code of a held thread's process, see code_mem.h */
#include "platform/notify/code_mem.h"

#include <errno.h>
#include <unistd.h>

#include "platform/platform.h"
#include "sentry/hostproc.h"

int code_mem_open(struct task *t)
{
	int fd = hostproc_open_mem(t->kernel, t->plat.host_tid);

	if (fd < 0 || t->kernel->platform->call_valid(t))
		return fd;
	close(fd);
	return -ESRCH;
}

bool code_mem_write(int fd, uint64_t at, const void *bytes, size_t len)
{
	ssize_t n;

	do
		n = pwrite(fd, bytes, len, (off_t)at);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len;
}
