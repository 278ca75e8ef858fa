/*
 * syscalls/sys_aio.c - io_setup(2), io_submit(2), io_getevents(2), io_pgetevents(2), io_cancel(2),
 * io_destroy(2)
 *
 * Model: io_submit carries each request out before it returns, as Linux does for files in its page
 * cache; the results wait in the context (sentry/aio.h).
 *
 * Differences from Linux: requests on pipes, sockets and terminals are refused (EINVAL) unless the
 * file is non-blocking; there is no IOCB_CMD_POLL; the ring in the guest's memory stays empty;
 * processes that share memory by CLONE_VM alone do not share contexts.
 *
 * Sources: fs/aio.c for the order of errors.
 */
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fs/anon/anon.h"
#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/aio.h"
#include "sentry/base/mem.h"
#include "syscalls/poll_wait.h"

#define RWF_KNOWN (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)
#define RING_SIZE 4096
#define TAKE_AT_ONCE 32

/* ---- contexts ---- */

/* The page of a new context is mapped: its address is the context's name. */
static long setup_mapped(struct task *t, long result, uint64_t args[6])
{
	struct aio_context *c = t->call_state;
	uint64_t id = (uint64_t)result;

	(void)args;
	t->call_state = NULL;
	if (result < 0 && result > -4096) {
		aio_context_put(c);
		return result == -EINTR ? -ERESTARTNOINTR : result;
	}
	if (copy_out_obj(t, t->call.args[1], &id) < 0) {
		aio_context_put(c);
		return -EFAULT;
	}
	aio_context_add(t->process, c, id);
	return 0;
}

long sys_io_setup(struct task *t, const uint64_t *a)
{
	uint64_t args[6] = {
		0, RING_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0};
	const struct platform *pf = t->kernel->platform;
	struct aio_context *c;
	uint64_t old;
	int err;

	if (!pf->call_native)
		return -ENOSYS;
	if (copy_in_obj(t, &old, a[1]) < 0)
		return -EFAULT;
	if (old || (unsigned int)a[0] == 0)
		return -EINVAL;
	err = aio_context_new(t->kernel, (unsigned int)a[0], &c);
	if (err < 0)
		return err;
	t->call_state = c;
	err = pf->call_native(t, SYS_mmap, args, setup_mapped);
	if (err == 0)
		return SYS_DONE;
	t->call_state = NULL;
	aio_context_put(c);
	return -EAGAIN;
}

long sys_io_destroy(struct task *t, const uint64_t *a)
{
	if (!aio_context_remove(t->process, a[0]))
		return -EINVAL;
	t->kernel->platform->redirect(t, SYS_munmap, (const uint64_t[6]){a[0], RING_SIZE});
	return SYS_DONE;
}

/* ---- requests ---- */

static long move(struct file *f, struct uio *u, const struct iocb *cb, bool write)
{
	int flags = cb->aio_rw_flags;
	long n;

	if (f->mode & FMODE_STREAM)
		return write ? file_write(f, u, flags) : file_read(f, u, flags);
	if (!write)
		return file_pread(f, u, cb->aio_offset, flags);
	n = file_pwrite(f, u, cb->aio_offset, flags);
	if (n > 0 && ((atomic_load(&f->flags) & O_DSYNC) || (flags & (RWF_DSYNC | RWF_SYNC)))) {
		int err = file_fsync(f, true);

		return err < 0 ? err : n;
	}
	return n;
}

/* What is wrong before anything is done. */
static int check_transfer(const struct file *f, const struct iocb *cb, bool write)
{
	bool nowait = cb->aio_rw_flags & RWF_NOWAIT;
	bool blocks = (f->mode & FMODE_STREAM) && !nowait && !(atomic_load(&f->flags) & O_NONBLOCK);

	if (!(f->mode & (write ? FMODE_WRITE : FMODE_READ)))
		return -EBADF;
	if (blocks || !(write ? f->ops->write : f->ops->read))
		return -EINVAL;
	if ((cb->aio_rw_flags & ~RWF_KNOWN) || (nowait && !(f->mode & FMODE_NOWAIT)))
		return -EOPNOTSUPP;
	return cb->aio_offset < 0 && !(f->mode & FMODE_STREAM) ? -EINVAL : 0;
}

static long do_transfer(struct task *t, struct file *f, const struct iocb *cb, bool write,
			long *ret_result)
{
	struct uio u;
	int err = check_transfer(f, cb, write);

	if (err < 0)
		return err;
	if (!user_range_ok(cb->aio_buf, cb->aio_nbytes))
		return -EFAULT;
	uio_init_user(&u, t, cb->aio_buf, MIN((size_t)cb->aio_nbytes, (size_t)INT_MAX & ~4095UL));
	*ret_result = move(f, &u, cb, write);
	return 0;
}

static long do_vector(struct task *t, struct file *f, const struct iocb *cb, bool write,
		      long *ret_result)
{
	struct iovec few[8], *iov = few;
	size_t total = 0;
	struct uio u;
	int err = check_transfer(f, cb, write);

	if (err == 0)
		err = copy_in_iov(t, cb->aio_buf, cb->aio_nbytes, few, ARRAY_SIZE(few), &iov,
				  &total);
	if (err < 0)
		return err;
	uio_init_iov(&u, t, iov, cb->aio_nbytes, total);
	*ret_result = move(f, &u, cb, write);
	if (iov != few)
		mem_free(iov);
	return 0;
}

static long do_request(struct task *t, struct file *f, const struct iocb *cb, long *ret_result)
{
	switch (cb->aio_lio_opcode) {
	case IOCB_CMD_PREAD: return do_transfer(t, f, cb, false, ret_result);
	case IOCB_CMD_PWRITE: return do_transfer(t, f, cb, true, ret_result);
	case IOCB_CMD_PREADV: return do_vector(t, f, cb, false, ret_result);
	case IOCB_CMD_PWRITEV: return do_vector(t, f, cb, true, ret_result);
	case IOCB_CMD_FSYNC:
	case IOCB_CMD_FDSYNC:
		if (cb->aio_buf || cb->aio_offset || cb->aio_nbytes || cb->aio_rw_flags ||
		    !f->ops->fsync)
			return -EINVAL;
		*ret_result = file_fsync(f, cb->aio_lio_opcode == IOCB_CMD_FDSYNC);
		return 0;
	}
	return -EINVAL;
}

static int get_eventfd(struct task *t, const struct iocb *cb, struct file **ret)
{
	*ret = NULL;
	if (!(cb->aio_flags & IOCB_FLAG_RESFD))
		return 0;
	*ret = fd_get(t, (int)cb->aio_resfd);
	if (!*ret)
		return -EBADF;
	if (file_is_eventfd(*ret))
		return 0;
	file_put(TAKE_PTR(*ret));
	return -EINVAL;
}

static long run_request(struct task *t, struct aio_context *c, uaddr_t ucb, const struct iocb *cb)
{
	struct io_event ev = {.data = cb->aio_data, .obj = ucb};
	struct file *f = fd_get(t, (int)cb->aio_fildes), *eventfd = NULL;
	uint32_t key = 0;
	long result = 0, err;

	if (!f)
		return -EBADF;
	err = get_eventfd(t, cb, &eventfd);
	if (err == 0)
		err = copy_out(t, ucb + offsetof(struct iocb, aio_key), &key, sizeof(key));
	if (err == 0)
		err = do_request(t, f, cb, &result);
	if (err == 0) {
		ev.res = result;
		aio_post(c, &ev);
		if (eventfd)
			eventfd_signal(eventfd);
	}
	if (eventfd)
		file_put(eventfd);
	file_put(f);
	return err;
}

static long submit_one(struct task *t, struct aio_context *c, uaddr_t at)
{
	struct iocb cb;
	uint64_t ucb;
	long err;

	if (copy_in_obj(t, &ucb, at) < 0 || copy_in_obj(t, &cb, ucb) < 0)
		return -EFAULT;
	if (cb.aio_reserved2 || (int64_t)cb.aio_nbytes < 0)
		return -EINVAL;
	if (!aio_reserve(c))
		return -EAGAIN;
	err = run_request(t, c, ucb, &cb);
	if (err < 0)
		aio_unreserve(c);
	return err;
}

long sys_io_submit(struct task *t, const uint64_t *a)
{
	long nr = (long)a[1], done = 0, err = 0;
	struct aio_context *c;

	if (nr < 0)
		return -EINVAL;
	c = aio_context_find(t->process, a[0]);
	if (!c)
		return -EINVAL;
	nr = MIN(nr, (long)c->max);
	while (done < nr) {
		err = submit_one(t, c, a[2] + (uint64_t)done * sizeof(uint64_t));
		if (err < 0)
			break;
		done++;
	}
	aio_context_put(c);
	return done ? done : err;
}

/* Every request is complete when the guest knows of it. */
long sys_io_cancel(struct task *t, const uint64_t *a)
{
	uint32_t key;

	(void)t;
	if (copy_in_obj(t, &key, a[1] + offsetof(struct iocb, aio_key)) < 0)
		return -EFAULT;
	return -EINVAL;
}

/* ---- results ---- */

struct getevents {
	struct poll_wait w;
	struct aio_context *c;
	uint64_t min, max;
	uaddr_t events;
};

static long events_check(struct task *t, struct poll_wait *w)
{
	struct getevents *g = container_of(w, struct getevents, w);

	(void)t;
	return aio_ready(g->c) >= MAX(g->min, (uint64_t)1) ? 1 : 0;
}

static int events_watch(struct task *t, struct poll_wait *w)
{
	park_add_wait(t, &container_of(w, struct getevents, w)->c->wq, POLLIN);
	return 0;
}

static long events_finish(struct task *t, struct poll_wait *w, long n)
{
	struct getevents *g = container_of(w, struct getevents, w);
	struct io_event buf[TAKE_AT_ONCE];
	uint64_t done = 0;
	uint32_t got;

	do {
		got = aio_take(g->c, buf, (uint32_t)MIN(g->max - done, (uint64_t)TAKE_AT_ONCE));
		if (got && copy_out(t, g->events + done * sizeof(*buf), buf, got * sizeof(*buf)))
			return done ? (long)done : -EFAULT;
		done += got;
	} while (got && done < g->max);
	return done ? (long)done : MIN(n, 0L);
}

static void events_free(struct poll_wait *w)
{
	struct getevents *g = container_of(w, struct getevents, w);

	aio_context_put(g->c);
	mem_free(g);
}

static long get_events(struct task *t, const uint64_t *a, const struct poll_wait *mask)
{
	long min = (long)a[1], max = (long)a[2];
	int64_t deadline = TIMER_NEVER;
	struct getevents *g;
	struct timespec ts;
	int err;

	if (a[4] && copy_in_obj(t, &ts, a[4]) < 0)
		return -EFAULT;
	err = a[4] ? poll_deadline(&ts, &deadline) : 0;
	if (err < 0)
		return err;
	g = mem_zalloc(sizeof(*g));
	if (!g)
		return -ENOMEM;
	g->c = aio_context_find(t->process, a[0]);
	if (!g->c || min < 0 || min > max) {
		events_free(&g->w);
		return -EINVAL;
	}
	g->min = (uint64_t)min;
	g->max = (uint64_t)max;
	g->events = a[3];
	g->w = (struct poll_wait){
		.check = events_check,
		.watch = events_watch,
		.nr_waits = 1,
		.finish = events_finish,
		.free = events_free,
		.deadline_ns = min == 0 ? POLL_NO_WAIT : deadline,
		.on_signal = -EINTR,
		.has_mask = mask->has_mask,
		.mask = mask->mask,
	};
	return poll_wait_run(t, &g->w);
}

long sys_io_getevents(struct task *t, const uint64_t *a)
{
	struct poll_wait mask = {0};

	return get_events(t, a, &mask);
}

long sys_io_pgetevents(struct task *t, const uint64_t *a)
{
	struct {
		uint64_t mask, size;
	} sig;
	struct poll_wait mask = {0};
	int err = 0;

	if (a[5]) {
		if (copy_in_obj(t, &sig, a[5]) < 0)
			return -EFAULT;
		err = poll_copy_mask(t, sig.mask, sig.size, &mask);
	}
	return err < 0 ? err : get_events(t, a, &mask);
}
