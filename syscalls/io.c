/*
 * syscalls/io.c - the loops that wait, restart and count for reads, writes and opens
 *
 * Model: the first try runs on the caller's stack. Only if it would block, and the file and flags
 * say to wait, the transfer moves into a heap record owned by the task's park, and every wake-up
 * tries again (sentry/park.h).
 *
 * Counts: a read returns what its first successful try moved. A write to a pipe, a terminal or a
 * socket goes on until all is written; an error, a signal or O_NONBLOCK after some bytes returns
 * their number. Without any byte a signal gives -ERESTARTSYS.
 *
 * Signals sent here: SIGPIPE with -EPIPE, also behind a partial count.
 */
#include <limits.h>
#include <string.h>

#include "fs/anon/fasync.h"
#include "fs/pipefs/pipe.h"
#include "fs/vfs/file.h"
#include "netstack/socket/socket.h"
#include "sentry/base/mem.h"
#include "sentry/signal.h"
#include "syscalls/syscall.h"

struct transfer {
	struct file *file;
	struct uio *uio;
	int64_t pos;
	int flags;
	bool write;
	ssize_t total;
	/* parked only */
	struct uio own_uio;
	struct iovec *own_iov;
};

bool call_nonblock(const struct task *t, struct file *f)
{
	return file_nonblock(f) && !t->shadow;
}

/* Kinds of files whose blocking writes are not over with the first partial count. */
static bool writes_all(const struct file *f)
{
	uint32_t type = f->inode->mode & S_IFMT;

	return type == S_IFIFO || type == S_IFCHR || type == S_IFSOCK;
}

static ssize_t transfer_op(struct transfer *x)
{
	if (x->write)
		return x->pos < 0 ? file_write(x->file, x->uio, x->flags)
				  : file_pwrite(x->file, x->uio, x->pos, x->flags);
	return x->pos < 0 ? file_read(x->file, x->uio, x->flags)
			  : file_pread(x->file, x->uio, x->pos, x->flags);
}

/* One round: the call's result, or -EAGAIN with x->total bytes moved so far. */
static ssize_t transfer_try(struct task *t, struct transfer *x)
{
	for (;;) {
		ssize_t n = transfer_op(x);

		if (n == -EPIPE && x->write && !task_punts(t))
			signal_send_task(t, SIGPIPE);
		if (n == -EAGAIN)
			return n;
		if (n < 0)
			return x->total ? x->total : n;
		x->total += n;
		if (!x->write || n == 0 || x->uio->left == 0 || !writes_all(x->file))
			return x->total;
	}
}

/* Signals to owners of the other side; and writes that promise to be on disk: O_DSYNC, O_SYNC,
 * RWF_DSYNC, RWF_SYNC. */
static long transfer_end(const struct transfer *x, long n)
{
	bool sync = (x->flags & (RWF_DSYNC | RWF_SYNC)) ||
		    (atomic_load_explicit(&x->file->flags, memory_order_relaxed) & O_DSYNC);
	int err = 0;

	fasync_flush();
	if (unlikely(sync) && x->write && n > 0 && S_ISREG(inode_read(x->file->inode, mode)))
		err = file_fsync(x->file, true);
	return err < 0 ? err : n;
}

static void transfer_drop(struct task *t)
{
	struct transfer *x = t->park.state;

	file_put(x->file);
	mem_free(x->own_iov);
	mem_free(x);
}

static long transfer_resume(struct task *t, unsigned int reasons)
{
	struct transfer *x = t->park.state;
	ssize_t n;

	for (;;) {
		n = transfer_try(t, x);
		if (n != -EAGAIN)
			break;
		if (reasons & WAKE_SIGNAL) {
			n = x->total ? x->total : -ERESTARTSYS;
			break;
		}
		if (park_commit(t, &reasons))
			return SYS_PARKED;
	}
	n = transfer_end(x, n);
	park_end(t);
	return n;
}

/* A copy of x that outlives the caller's stack; the file reference moves into it. */
static struct transfer *transfer_detach(const struct transfer *x)
{
	struct transfer *own = mem_alloc(sizeof(*own));

	if (own == NULL)
		return NULL;
	*own = *x;
	own->own_uio = *x->uio;
	own->own_iov = NULL;
	own->uio = &own->own_uio;
	if (x->uio->iov == &x->uio->one) {
		own->own_uio.iov = &own->own_uio.one;
	} else if (x->uio->nr_iov) {
		own->own_iov = mem_memdup(x->uio->iov, x->uio->nr_iov * sizeof(struct iovec));
		own->own_uio.iov = own->own_iov;
		if (own->own_iov == NULL) {
			mem_free(own);
			return NULL;
		}
	}
	return own;
}

/* What a channel call (task.h) must not begin: it could not go on after a part, or, on a terminal,
 * would stop the caller. */
static bool needs_held_thread(const struct transfer *x)
{
	size_t whole = S_ISFIFO(inode_read(x->file->inode, mode)) ? PIPE_WHOLE : PIPE_BUF;

	if (S_ISCHR(inode_read(x->file->inode, mode)) && file_wait_queue(x->file))
		return true;
	return x->write && writes_all(x->file) && x->uio->left > whole;
}

static long transfer_run(struct task *t, struct transfer *x)
{
	struct file *f = x->file;
	struct wait_queue *wq;
	struct transfer *own;
	ssize_t n;

	if (unlikely(t->in_channel) && needs_held_thread(x)) {
		file_put(f);
		return SYS_CHANNEL_PUNT;
	}
	n = transfer_try(t, x);

	if (likely(n != -EAGAIN)) {
		n = transfer_end(x, n);
		file_put(f);
		return n;
	}
	wq = file_wait_queue(f);
	own = NULL;
	if (wq && !call_nonblock(t, f) && !(x->flags & RWF_NOWAIT)) {
		own = transfer_detach(x);
		n = -ENOMEM;
	}
	if (own == NULL) {
		n = transfer_end(x, x->total ? x->total : n);
		file_put(f);
		return n;
	}
	park_begin(t, transfer_resume, transfer_drop, own);
	park_add_wait(t, wq, x->write ? POLLOUT | POLLWRNORM : POLLIN | POLLRDNORM);
	return transfer_resume(t, 0);
}

long io_read(struct task *t, struct file *f, struct uio *u, int64_t pos, int flags)
{
	struct transfer x = {.file = f, .uio = u, .pos = pos, .flags = flags};

	if (unlikely(socket_of_file(f) != NULL) && !(flags & RWF_NOWAIT))
		return io_socket(t, f, u, false);
	return transfer_run(t, &x);
}

long io_write(struct task *t, struct file *f, struct uio *u, int64_t pos, int flags)
{
	struct transfer x = {.file = f, .uio = u, .pos = pos, .flags = flags, .write = true};

	if (unlikely(socket_of_file(f) != NULL) && !(flags & RWF_NOWAIT))
		return io_socket(t, f, u, true);
	return transfer_run(t, &x);
}

/* ---- the generic loop ---- */

static void io_wait_free(struct io_wait *w)
{
	if (w->drop)
		w->drop(w->state);
	if (w->file2)
		file_put(w->file2);
	file_put(w->file);
}

static void io_wait_drop(struct task *t)
{
	struct io_wait *w = t->park.state;

	io_wait_free(w);
	mem_free(w);
}

static long io_wait_resume(struct task *t, unsigned int reasons)
{
	struct io_wait *w = t->park.state;
	long n;

	for (;;) {
		n = w->op(t, w->state);
		if (n != -EAGAIN)
			break;
		if (reasons & WAKE_SIGNAL) {
			n = w->on_signal;
			break;
		}
		if (reasons & WAKE_TIMEOUT) {
			n = w->on_timeout;
			break;
		}
		if (park_commit(t, &reasons))
			return SYS_PARKED;
	}
	if (w->finish)
		n = w->finish(t, w->state, n);
	park_end(t);
	return n;
}

long io_wait_loop(struct task *t, const struct io_wait *w)
{
	struct io_wait now = *w, *own = NULL;
	struct wait_queue *wq = w->wq ? w->wq : file_wait_queue(w->file);
	struct wait_queue *wq2 = w->file2 ? file_wait_queue(w->file2) : NULL;
	long n = w->op(t, w->state);

	if (n == -EAGAIN && !w->nonblock && w->late_wq && wq2 == NULL)
		wq2 = w->late_wq(w->state);
	if (n == -EAGAIN && !w->nonblock && (wq || wq2)) {
		own = mem_memdup(w, sizeof(*w));
		if (own == NULL)
			n = -ENOMEM;
	}
	if (own == NULL) {
		if (w->finish)
			n = w->finish(t, w->state, n);
		io_wait_free(&now);
		return n;
	}
	park_begin(t, io_wait_resume, io_wait_drop, own);
	if (wq)
		park_add_wait(t, wq, own->events);
	if (wq2)
		park_add_wait(t, wq2, own->events2);
	park_set_deadline(t, own->deadline_ns);
	return io_wait_resume(t, 0);
}

/* ---- open(2) ---- */

struct open_finish {
	struct file *file; /* borrowed from the io_wait */
	bool cloexec;
};

static long open_finish_op(struct task *t, void *state)
{
	struct open_finish *o = state;
	int err = fifo_open_ready(o->file);

	return err < 0 ? err : fd_install(t, file_get(o->file), o->cloexec);
}

long io_open_finish(struct task *t, struct file *f, bool cloexec)
{
	struct open_finish *o;

	if (fifo_open_ready(f) == 0)
		return fd_install(t, f, cloexec);
	o = mem_alloc(sizeof(*o));
	if (o == NULL) {
		file_put(f);
		return -ENOMEM;
	}
	*o = (struct open_finish){.file = f, .cloexec = cloexec};
	return io_wait_loop(t, &(struct io_wait){
				       .file = f,
				       .events = POLLIN | POLLOUT,
				       .deadline_ns = TIMER_NEVER,
				       .on_signal = -ERESTARTSYS,
				       .op = open_finish_op,
				       .drop = mem_free,
				       .state = o,
			       });
}
