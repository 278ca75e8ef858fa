/*
 * platform/stub/library.c - the calls by which glibc's dynamic linker loads libraries
 *
 * Model: the linker's own instructions for these calls lead here (sentry/loader/rtld.h). An open for
 * reading goes to the sentry as STUB_OPEN_LIBRARY, which leaves in struct stub_library what the linker
 * will ask next; then fstat(2) and reads within that are answered here, and mappings go to the host
 * directly. Everything else is made as it came. One file at a time: the linker has one lock for this.
 *
 * State: fd_1 is 0, or the file's number and 1 more; pos is where reads have come that the sentry does
 * not know of, which is made good by lseek(2) before a call that needs it. A close ends it. A signal may
 * come at any time, and its handler may fork; handlers that load libraries were never safe.
 *
 * Differences from Linux: what the linker sees of a file that changes while it loads it, or of one whose
 * number another thread closes or replaces meanwhile, is of the moment of the open.
 */
#include <asm/unistd_64.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>

#include "platform/stub/stub.h"

#define LIBRARY ((struct stub_library *)PTR(STUB_LIBRARY))
#define O_RDONLY_CLOEXEC 02000000
#define SEEK_SET_NR 0

static long call(uint64_t nr, const struct stub_call *c)
{
	return sys6((long)nr, c->rdi, c->rsi, c->rdx, c->r10, c->r8, c->r9);
}

static bool is_ours(const struct stub_library *l, uint64_t fd)
{
	return l->fd_1 && (uint32_t)fd == l->fd_1 - 1;
}

static long open_library(struct stub_library *l, const struct stub_call *c)
{
	long r;

	l->fd_1 = 0;
	if ((int)c->rdx != O_RDONLY_CLOEXEC)
		return call(__NR_openat, c);
	r = call(STUB_OPEN_LIBRARY, c);
	if (r == -ENOSYS)
		r = call(__NR_openat, c);
	if (is_error(r) || !is_ours(l, (uint64_t)r))
		l->fd_1 = 0;
	return r;
}

/* The sentry learns where the linker has read to; nothing of the file is answered here any more. */
static void leave(struct stub_library *l, uint64_t fd)
{
	if (l->pos)
		sys3(__NR_lseek, fd, l->pos, SEEK_SET_NR);
	l->fd_1 = 0;
}

static long stat_library(struct stub_library *l, uint64_t nr, const struct stub_call *c)
{
	bool by_fd = nr == __NR_fstat ||
		     ((int)c->r10 == AT_EMPTY_PATH && c->rsi && !*(const char *)PTR(c->rsi));

	if (!by_fd || !is_ours(l, c->rdi))
		return call(nr, c);
	memcpy(PTR(nr == __NR_fstat ? c->rsi : c->rdx), l->stat, sizeof(l->stat));
	return 0;
}

static long read_library(struct stub_library *l, const struct stub_call *c)
{
	if (!is_ours(l, c->rdi))
		return call(__NR_read, c);
	if (l->pos || c->rdx > l->len) {
		leave(l, c->rdi);
		return call(__NR_read, c);
	}
	memcpy(PTR(c->rsi), l->data, c->rdx);
	l->pos = (uint32_t)c->rdx;
	return (long)c->rdx;
}

static long pread_library(struct stub_library *l, const struct stub_call *c)
{
	if (!is_ours(l, c->rdi) || c->r10 > l->len || c->rdx > l->len - c->r10)
		return call(__NR_pread64, c);
	memcpy(PTR(c->rsi), l->data + c->r10, c->rdx);
	return (long)c->rdx;
}

static long map_library(struct stub_library *l, const struct stub_call *c)
{
	const uint64_t known = MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE;

	if (l->direct && is_ours(l, c->r8) && (c->r10 & MAP_PRIVATE) && !(c->r10 & ~known)) {
		uint64_t flags = (c->r10 & ~(uint64_t)MAP_DENYWRITE) | STUB_MAP_DIRECT;
		long r = sys6(__NR_mmap, c->rdi, c->rsi, c->rdx, flags, c->r8, c->r9);

		if (!is_error(r))
			return r;
	}
	return call(__NR_mmap, c);
}

/* The result of the call, in its registers' place of the linker. */
long stub_library_call(uint64_t nr, const struct stub_call *c)
{
	struct stub_library *l = LIBRARY;

	switch (nr) {
	case __NR_openat: return open_library(l, c);
	case __NR_fstat:
	case __NR_newfstatat: return stat_library(l, nr, c);
	case __NR_read: return read_library(l, c);
	case __NR_pread64: return pread_library(l, c);
	case __NR_mmap: return map_library(l, c);
	case __NR_lseek:
	case __NR_close:
		if (is_ours(l, c->rdi)) {
			if (nr == __NR_close)
				l->fd_1 = 0;
			else
				leave(l, c->rdi);
		}
		return call(nr, c);
	default: return call(nr, c);
	}
}
