/* platform/guestmem.c - memory of guests that are processes of the host, see guestmem.h */
#include "platform/guestmem.h"

#include <errno.h>

#include "sentry/task.h"

ssize_t guestmem_readv(struct task *t, const struct iovec *local, size_t nr_local,
		       const struct iovec *remote, size_t nr_remote)
{
	ssize_t n = process_vm_readv(t->plat.host_tid, local, nr_local, remote, nr_remote, 0);

	return n < 0 ? -errno : n;
}

ssize_t guestmem_writev(struct task *t, const struct iovec *local, size_t nr_local,
			const struct iovec *remote, size_t nr_remote)
{
	ssize_t n = process_vm_writev(t->plat.host_tid, local, nr_local, remote, nr_remote, 0);

	return n < 0 ? -errno : n;
}

bool guestmem_read(pid_t tid, void *buf, uint64_t addr, size_t len)
{
	struct iovec local = {buf, len}, remote = {(void *)addr, len};

	return process_vm_readv(tid, &local, 1, &remote, 1, 0) == (ssize_t)len;
}

bool guestmem_write(pid_t tid, const void *buf, uint64_t addr, size_t len)
{
	struct iovec local = {(void *)buf, len}, remote = {(void *)addr, len};

	return process_vm_writev(tid, &local, 1, &remote, 1, 0) == (ssize_t)len;
}
