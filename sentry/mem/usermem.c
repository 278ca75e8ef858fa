/*
 * sentry/mem/usermem.c - copies between sentry and guest memory, see usermem.h
 *
 * Model: every copy is one host call on the guest's address space (process_vm_readv, through the
 * platform), which honours the guest's page permissions, so a bad pointer gives -EFAULT and nothing
 * else. The platform reports short copies at the first bad page.
 */
#include "sentry/mem/usermem.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "platform/platform.h"
#include "sentry/base/mem.h"
#include "sentry/task.h"

#define PAGE 4096UL

ssize_t copy_in_partial(struct task *t, void *dst, uaddr_t src, size_t len)
{
	struct iovec local = { .iov_base = dst, .iov_len = len };
	struct iovec remote = { .iov_base = (void *)src, .iov_len = len };

	if (len == 0)
		return 0;
	if (!user_range_ok(src, len))
		return -EFAULT;
	return t->kernel->platform->read_mem(t, &local, 1, &remote, 1);
}

ssize_t copy_out_partial(struct task *t, uaddr_t dst, const void *src, size_t len)
{
	struct iovec local = { .iov_base = (void *)(uintptr_t)src, .iov_len = len };
	struct iovec remote = { .iov_base = (void *)dst, .iov_len = len };

	if (len == 0)
		return 0;
	if (!user_range_ok(dst, len))
		return -EFAULT;
	return t->kernel->platform->write_mem(t, &local, 1, &remote, 1);
}

int copy_in(struct task *t, void *dst, uaddr_t src, size_t len)
{
	ssize_t n = copy_in_partial(t, dst, src, len);

	if (n == (ssize_t)len)
		return 0;
	return -EFAULT;
}

int copy_out(struct task *t, uaddr_t dst, const void *src, size_t len)
{
	ssize_t n = copy_out_partial(t, dst, src, len);

	if (n == (ssize_t)len)
		return 0;
	return -EFAULT;
}

size_t zero_out_partial(struct task *t, uaddr_t dst, size_t len)
{
	static const char zeros[16 * PAGE];
	size_t done = 0;

	while (done < len) {
		size_t n = MIN(len - done, sizeof(zeros));
		ssize_t moved = copy_out_partial(t, dst + done, zeros, n);

		if (moved > 0)
			done += (size_t)moved;
		if (moved != (ssize_t)n)
			break;
	}
	return done;
}

int zero_out(struct task *t, uaddr_t dst, size_t len)
{
	return zero_out_partial(t, dst, len) == len ? 0 : -EFAULT;
}

/* Strings are fetched up to the next page boundary at a time: the page after the NUL need not be
 * mapped. The first piece is short, since most strings are. */
ssize_t copy_in_str(struct task *t, char *dst, uaddr_t src, size_t size)
{
	size_t done = 0;
	size_t chunk = 256;

	while (done < size) {
		size_t n = MIN(size - done, MIN(chunk, PAGE - ((src + done) & (PAGE - 1))));
		ssize_t got = copy_in_partial(t, dst + done, src + done, n);
		char *nul;

		if (got <= 0)
			return -EFAULT;
		nul = memchr(dst + done, '\0', (size_t)got);
		if (nul)
			return nul - dst;
		if ((size_t)got < n)
			return -EFAULT;
		done += n;
		chunk = PAGE;
	}
	return -ENAMETOOLONG;
}

int copy_in_path(struct task *t, uaddr_t src, char **ret_path)
{
	char buf[PATH_MAX];
	ssize_t len = copy_in_str(t, buf, src, sizeof(buf));
	char *path;

	if (len < 0)
		return (int)len;
	path = mem_strndup(buf, (size_t)len);
	if (!path)
		return -ENOMEM;
	*ret_path = path;
	return 0;
}

int copy_in_iov(struct task *t, uaddr_t src, size_t nr, struct iovec *inline_iov,
		size_t nr_inline, struct iovec **ret_iov, size_t *ret_total)
{
	struct iovec *iov = inline_iov;
	size_t total = 0;
	int err;

	if (nr > IOV_MAX)
		return -EINVAL;
	if (nr > nr_inline) {
		iov = mem_calloc(nr, sizeof(*iov));
		if (!iov)
			return -ENOMEM;
	}
	err = copy_in(t, iov, src, nr * sizeof(*iov));
	if (err < 0)
		goto fail;
	for (size_t i = 0; i < nr; i++) {
		size_t len = iov[i].iov_len;

		if ((ssize_t)len < 0) {
			err = -EINVAL;
			goto fail;
		}
		if (!user_range_ok((uaddr_t)iov[i].iov_base, len)) {
			err = -EFAULT;
			goto fail;
		}
		if (len > MAX_RW_COUNT - total) {
			len = MAX_RW_COUNT - total;
			iov[i].iov_len = len;
		}
		total += len;
	}
	*ret_iov = iov;
	*ret_total = total;
	return 0;
fail:
	if (iov != inline_iov)
		mem_free(iov);
	return err;
}
