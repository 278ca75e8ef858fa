/*
 * sentry/mem/usermem.c - copies between sentry and guest memory, see usermem.h
 *
 * Model: every copy is one host call on the guest's address space (process_vm_readv, through the
 * platform), which honours the guest's page permissions, so a bad pointer gives -EFAULT and nothing
 * else. The platform reports short copies at the first bad page.
 *
 * An exec of any thread gives the leader's number, by which its memory is found, to a new program,
 * perhaps one with more rights. A copy for a call of the old leader must not hit that. So copies to
 * leaders are counted, the exec goes on natively when there are none (task_exec_going()), and those
 * that come later wait until the exec has ended the old leader, or has failed. Which the sentry may
 * never learn if the thread makes no call any more: then such a copy fails, with -EFAULT, in a
 * program that has just got an error from execve(2).
 */
#include "sentry/mem/usermem.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#include "platform/platform.h"
#include "sentry/base/lock.h"
#include "sentry/base/mem.h"
#include "sentry/mem/window.h"
#include "sentry/task.h"
#include "sentry/task_shadow.h"

#define PAGE 4096UL
#define EXEC_LOOKS 200 /* of a millisecond */

static bool is_leader(const struct task *t)
{
	return t->plat.host_tid == t->process->host_pid;
}

/* Looked at in this order: an exec sets DEAD on the old leader before it clears exec_going. */
static int mem_try_hold(struct task *t)
{
	struct process *p = t->process;
	int err = 0;

	atomic_fetch_add(&p->mem_users, 1);
	if (unlikely(atomic_load(&p->exec_going)) && p->exec_task != t)
		err = -EAGAIN; /* the exec'ing thread's own memory is meant */
	else if (unlikely(task_is_dead(t)))
		err = -ESRCH;
	if (err)
		atomic_fetch_sub(&p->mem_users, 1);
	return err;
}

static int mem_hold(struct task *t)
{
	int err = mem_try_hold(t);

	if (unlikely(err == -EAGAIN) && task_punts(t))
		return -EFAULT;
	for (int i = 0; err == -EAGAIN && i < EXEC_LOOKS; i++) {
		struct timespec ms = {.tv_nsec = 1000000};

		clock_nanosleep(CLOCK_MONOTONIC, 0, &ms, NULL);
		err = mem_try_hold(t);
	}
	return err == -EAGAIN ? -EFAULT : err;
}

static ssize_t move(struct task *t, const struct iovec *local, size_t nr, uaddr_t at, size_t len,
		    bool out)
{
	const struct platform *platform = t->kernel->platform;
	struct iovec remote = {.iov_base = (void *)at, .iov_len = len};

	return out ? platform->write_mem(t, local, nr, &remote, 1)
		   : platform->read_mem(t, local, nr, &remote, 1);
}

/* A shadow's thread is in no call that this is a part of, and may end: task_shadows_abort() waits for what
 * is counted in copying. */
static ssize_t move_held(struct task *t, const struct iovec *local, size_t nr, uaddr_t at,
			 size_t len, bool out)
{
	ssize_t r = mem_hold(t);

	if (r < 0)
		return r;
	if (t->shadow)
		atomic_fetch_add(&t->shadow->copying, 1);
	if (t->shadow && task_is_dead(t))
		r = -ESRCH;
	else
		r = move(t, local, nr, at, len, out);
	if (t->shadow)
		atomic_fetch_sub(&t->shadow->copying, 1);
	atomic_fetch_sub(&t->process->mem_users, 1);
	return r;
}

static ssize_t move_own(struct task *t, const struct iovec *local, size_t nr, uaddr_t at,
			size_t len, bool out)
{
	ssize_t r;

	lock_assert_copy_ok();
	if (len == 0)
		return 0;
	if (!user_range_ok(at, len))
		return -EFAULT;
	if (unlikely(t->window)) {
		r = window_move(t->window, local, nr, at, len, out);
		if (r >= 0)
			return r;
	}
	if (!is_leader(t) && !t->shadow) /* its number ends with its program */
		return move(t, local, nr, at, len, out);
	return move_held(t, local, nr, at, len, out);
}

void *copy_place(struct task *t, uaddr_t at, size_t *len, bool out)
{
	if (!t->window || *len == 0 || !user_range_ok(at, *len))
		return NULL;
	return window_place(t->window, at, len, out);
}

void copy_out_placed(struct task *t, uaddr_t dst, size_t len)
{
	if (len > 0)
		window_put(t->window, dst, len);
}

unsigned int foreign_program(struct task *other)
{
	return atomic_load(&other->process->program);
}

static ssize_t move_foreign(struct task *other, unsigned int program, void *local_base, uaddr_t at,
			    size_t len, bool out)
{
	struct iovec local = {.iov_base = local_base, .iov_len = len};
	struct process *p = other->process;
	ssize_t r = -ESRCH;

	lock_assert_copy_ok();
	if (len == 0)
		return 0;
	if (!user_range_ok(at, len))
		return -EFAULT;
	atomic_fetch_add(&p->mem_users, 1);
	if (!atomic_load(&p->exec_going) && atomic_load(&p->program) == program)
		r = move(other, &local, 1, at, len, out);
	atomic_fetch_sub(&p->mem_users, 1);
	return r;
}

ssize_t foreign_read(struct task *other, unsigned int program, void *dst, uaddr_t src, size_t len)
{
	return move_foreign(other, program, dst, src, len, false);
}

ssize_t foreign_write(struct task *other, unsigned int program, uaddr_t dst, const void *src,
		      size_t len)
{
	return move_foreign(other, program, (void *)(uintptr_t)src, dst, len, true);
}

ssize_t copy_in_partial(struct task *t, void *dst, uaddr_t src, size_t len)
{
	struct iovec local = {.iov_base = dst, .iov_len = len};

	return move_own(t, &local, 1, src, len, false);
}

ssize_t copy_out_partial(struct task *t, uaddr_t dst, const void *src, size_t len)
{
	struct iovec local = {.iov_base = (void *)(uintptr_t)src, .iov_len = len};

	return move_own(t, &local, 1, dst, len, true);
}

ssize_t copy_in_pieces(struct task *t, const struct iovec *dst, size_t nr, uaddr_t src, size_t len)
{
	return move_own(t, dst, nr, src, len, false);
}

ssize_t copy_out_pieces(struct task *t, uaddr_t dst, const struct iovec *src, size_t nr, size_t len)
{
	return move_own(t, src, nr, dst, len, true);
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
	not_zeroed char buf[PATH_MAX];
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

int copy_in_iov(struct task *t, uaddr_t src, size_t nr, struct iovec *inline_iov, size_t nr_inline,
		struct iovec **ret_iov, size_t *ret_total)
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
