/*
 * syscalls/sys_library.c - openat(2) by the dynamic linker: STUB_OPEN_LIBRARY
 *
 * Model: the answer of an open, and in the guest's struct stub_library what the linker is about to ask of
 * the file: its attributes and its start, and whether the host has it under the same number, to be mapped
 * without a trap. platform/stub/library.c answers from that until the file is closed.
 *
 * Trust: anybody may make this call, and gets what openat(2), fstat(2) and pread(2) would give, at one
 * place of its memory. Guests with filters of their own are refused (ENOSYS): the filter is to see these.
 */
#include <string.h>

#include "fs/vfs/file.h"
#include "platform/stub/stub_abi.h"
#include "sentry/mem/mmap.h"
#include "syscalls/path_args.h"

/* What is not filled in is answered by the sentry as ever. False: nothing for the stub to know. Who has
 * opened the file for writing only may not see what is in it. */
static bool fill(struct task *t, int fd, struct file *f, struct stub_library *l)
{
	struct kstat k;
	ssize_t n;

	if (!(f->mode & FMODE_READ) || !S_ISREG(inode_read(f->inode, mode)) ||
	    vfs_getattr(t, &f->path, &k) < 0)
		return false;
	stat_from_kstat(&k, (struct stat *)l->stat);
	n = kernel_read(f, (char *)l->data, sizeof(l->data), 0);
	l->len = n > 0 ? (uint32_t)n : 0;
	l->fd_1 = (uint32_t)fd + 1;
	return true;
}

static long tell(struct task *t, int fd, struct file *f)
{
	struct stub_library l = {0};
	int host_fd;

	if (!fill(t, fd, f, &l))
		return fd;
	host_fd = mmap_lasting_fd(t, fd, f);
	l.direct = host_fd >= 0;
	if (copy_out(t, STUB_LIBRARY, &l, offsetof(struct stub_library, data) + l.len) < 0 ||
	    host_fd < 0)
		return fd;
	if (mmap_answer_open(t, fd, f, host_fd))
		return SYS_DONE;
	l.fd_1 = 0;
	if (copy_out(t, STUB_LIBRARY, &l, sizeof(l.fd_1)) < 0)
		return -EFAULT; /* it was there a moment ago */
	return fd;
}

long library_open(struct task *t, const uint64_t *a)
{
	struct file *f;
	long r;

	if (t->seccomp)
		return -ENOSYS;
	r = sys_openat(t, a);
	f = r >= 0 ? fd_get(t, (int)r) : NULL;
	if (!f)
		return r;
	r = tell(t, (int)r, f);
	file_put(f);
	return r;
}
