/*
 * syscalls/sys_splice.c - splice(2), tee(2), vmsplice(2), sendfile(2), copy_file_range(2)
 *
 * Model: data moves in chains of the pipes' buffers (fs/pipefs/pipe.h) or through a bounded buffer
 * of the sentry; guest memory is touched for the offsets only. Each call is a struct copy with an
 * op that makes some progress or says -EAGAIN, run by io_wait_loop().
 *
 * Differences: pages are copied, never shared: what vmsplice(2) took does not change any more.
 * SPLICE_F_MOVE, SPLICE_F_MORE and SPLICE_F_GIFT are accepted and without effect, as in Linux.
 *
 * Sources: fs/splice.c, fs/read_write.c for the order of errors.
 */
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "fs/pipefs/pipe.h"
#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/signal.h"
#include "syscalls/syscall.h"

#define SPLICE_F_ALL 15u
#define STEP_BUFS 16
#define CHANNEL_SENDFILE_MAX (256u << 10)
#define STEP_BYTES ((size_t)STEP_BUFS * PIPE_PAGE)

struct copy {
	struct file *in, *out;
	int64_t pos_in, pos_out; /* -1: the file's own */
	size_t left;
	ssize_t total;
	bool all; /* sendfile: until left is 0 or the end; else what one go moves */
	uaddr_t upos_in, upos_out;
	void *buf; /* sendfile, copy_file_range */
	ssize_t (*step)(struct task *t, struct copy *c);
};

/* ---- the loop ---- */

static void copy_drop(void *state)
{
	struct copy *c = state;

	mem_free(c->buf);
	mem_free(c);
}

/* Steps until done. An error or a block after some bytes ends the call with their number, unless
 * all of it was asked for, where blocking waits. */
static long copy_op(struct task *t, void *state)
{
	struct copy *c = state;

	while (c->left) {
		ssize_t n = c->step(t, c);

		/* Gigabytes may be left, to something slow: not for nobody. */
		if (unlikely(task_is_dead(t)))
			return -EINTR;

		if (n == -EPIPE && (c->total || !task_punts(t)))
			signal_send_task(t, SIGPIPE);
		if (n == -EAGAIN && (c->all || c->total == 0))
			return n;
		if (n <= 0)
			return c->total ? c->total : n;
		c->total += n;
		c->left -= (size_t)n;
	}
	return c->total;
}

/* n: the result; a class or error only counts if nothing was moved. */
static long copy_finish(struct task *t, void *state, long n)
{
	struct copy *c = state;

	if (n < 0 && c->total)
		n = c->total;
	if (c->upos_in && copy_out_obj(t, c->upos_in, &c->pos_in) < 0)
		return -EFAULT;
	if (c->upos_out && copy_out_obj(t, c->upos_out, &c->pos_out) < 0)
		return -EFAULT;
	return n;
}

/* Takes both file references in *proto. */
static long copy_run(struct task *t, const struct copy *proto, bool nonblock)
{
	struct copy *c = mem_memdup(proto, sizeof(*proto));

	if (c == NULL) {
		file_put(proto->in);
		file_put(proto->out);
		return -ENOMEM;
	}
	return io_wait_loop(t, &(struct io_wait){
				       .file = c->in,
				       .events = POLLIN | POLLRDNORM,
				       .file2 = c->out,
				       .events2 = POLLOUT | POLLWRNORM,
				       .deadline_ns = TIMER_NEVER,
				       .on_signal = -ERESTARTSYS,
				       .op = copy_op,
				       .finish = copy_finish,
				       .drop = copy_drop,
				       .state = c,
				       .nonblock = nonblock,
			       });
}

static ssize_t write_out(struct copy *c, struct uio *u)
{
	ssize_t n = c->pos_out < 0 ? file_write(c->out, u, 0)
				   : file_pwrite(c->out, u, c->pos_out, 0);

	if (n > 0 && c->pos_out >= 0)
		c->pos_out += n;
	return n;
}

static ssize_t read_in(struct copy *c, struct uio *u)
{
	ssize_t n = c->pos_in < 0 ? file_read(c->in, u, 0) : file_pread(c->in, u, c->pos_in, 0);

	if (n > 0 && c->pos_in >= 0)
		c->pos_in += n;
	return n;
}

/* ---- splice steps ---- */

static ssize_t step_pipe_to_pipe(struct task *t, struct copy *c)
{
	struct pipe *from = pipe_of_file(c->in), *to = pipe_of_file(c->out);
	struct list chain = LIST_HEAD_INIT(chain);
	ssize_t n;

	(void)t;
	n = pipe_room(to);
	if (n < 0)
		return n;
	n = pipe_take(from, MIN(c->left, (size_t)n * PIPE_PAGE), &chain);
	if (n <= 0)
		return n;
	n = pipe_give(to, &chain);
	pipe_unread(from, &chain);
	return n;
}

/* A chain as one write; what was written leaves the chain. */
static ssize_t write_chain(struct copy *c, struct list *chain)
{
	struct iovec iov[STEP_BUFS + 1];
	struct pipe_buf *b, *tmp;
	size_t nr = 0, total = 0;
	struct uio u;
	ssize_t n, left;

	list_for_each_entry(b, chain, node) {
		if (nr == STEP_BUFS + 1)
			break;
		iov[nr++] = (struct iovec){.iov_base = b->data + b->off, .iov_len = b->len};
		total += b->len;
	}
	uio_init_iov(&u, NULL, iov, nr, total);
	n = write_out(c, &u);
	left = MAX(n, (ssize_t)0);
	list_for_each_entry_safe(b, tmp, chain, node) {
		uint32_t used = (uint32_t)MIN((size_t)left, (size_t)b->len);

		b->off += used;
		b->len -= used;
		left -= used;
		if (b->len)
			break;
		list_del(&b->node);
		mem_free(b);
	}
	return n;
}

static ssize_t step_pipe_to_file(struct task *t, struct copy *c)
{
	struct pipe *from = pipe_of_file(c->in);
	struct list chain = LIST_HEAD_INIT(chain);
	ssize_t n;

	(void)t;
	n = pipe_take(from, MIN(c->left, STEP_BYTES), &chain);
	if (n <= 0)
		return n;
	n = write_chain(c, &chain);
	pipe_unread(from, &chain);
	return n;
}

/* Reads into fresh buffers, as many as the pipe has room for. */
static ssize_t read_chain(struct copy *c, struct list *chain, size_t max)
{
	struct iovec iov[STEP_BUFS];
	struct pipe_buf *b, *tmp;
	size_t nr = 0, total = 0;
	struct uio u;
	ssize_t n, left;

	while (total < max && nr < STEP_BUFS) {
		b = pipe_buf_new(NULL);
		if (b == NULL)
			break;
		b->len = (uint32_t)MIN((size_t)PIPE_PAGE, max - total);
		iov[nr++] = (struct iovec){.iov_base = b->data, .iov_len = b->len};
		total += b->len;
		list_add_tail(&b->node, chain);
	}
	if (total == 0)
		return -ENOMEM;
	uio_init_iov(&u, NULL, iov, nr, total);
	n = read_in(c, &u);
	left = MAX(n, (ssize_t)0);
	list_for_each_entry_safe(b, tmp, chain, node) {
		b->len = (uint32_t)MIN((size_t)left, (size_t)b->len);
		left -= b->len;
		if (b->len)
			continue;
		list_del(&b->node);
		mem_free(b);
	}
	return n;
}

static ssize_t step_file_to_pipe(struct task *t, struct copy *c)
{
	struct pipe *to = pipe_of_file(c->out);
	struct list chain = LIST_HEAD_INIT(chain);
	ssize_t n;

	(void)t;
	n = pipe_room(to);
	if (n < 0)
		return n;
	n = read_chain(c, &chain, MIN(c->left, (size_t)n * PIPE_PAGE));
	if (n > 0)
		n = pipe_give_all(to, &chain);
	pipe_chain_free(&chain);
	return n;
}

static ssize_t step_tee(struct task *t, struct copy *c)
{
	struct pipe *to = pipe_of_file(c->out);
	struct list chain = LIST_HEAD_INIT(chain);
	ssize_t n;

	(void)t;
	n = pipe_room(to);
	if (n < 0)
		return n;
	n = pipe_copy(pipe_of_file(c->in), MIN(c->left, (size_t)n * PIPE_PAGE), &chain);
	if (n > 0) {
		n = pipe_give(to, &chain);
		c->left = n > 0 ? (size_t)n : c->left; /* the source stays: one go only */
	}
	pipe_chain_free(&chain);
	return n;
}

/* ---- splice(2), tee(2) ---- */

static bool is_append(const struct file *f)
{
	return atomic_load_explicit(&f->flags, memory_order_relaxed) & O_APPEND;
}

/* Directories, and what has no type (eventfds, epolls and the like), have no splice in Linux. */
static bool can_splice(const struct file *f)
{
	uint32_t type = f->inode->mode & S_IFMT;

	return type && type != S_IFDIR;
}

/* Which step, and the checks of do_splice(). */
static int splice_decode(struct task *t, struct copy *c, bool *nonblock)
{
	struct pipe *from = pipe_of_file(c->in), *to = pipe_of_file(c->out);

	if (!(c->in->mode & FMODE_READ) || !(c->out->mode & FMODE_WRITE))
		return -EBADF;
	if (!can_splice(c->in) || !can_splice(c->out))
		return -EINVAL;
	if (from && to) {
		if (from == to)
			return -EINVAL;
		*nonblock |= call_nonblock(t, c->in) || call_nonblock(t, c->out);
		c->step = step_pipe_to_pipe;
	} else if (from) {
		if ((c->upos_out && (c->out->mode & FMODE_STREAM)) || is_append(c->out))
			return -EINVAL;
		*nonblock |= call_nonblock(t, c->in);
		c->step = step_pipe_to_file;
	} else if (to) {
		if (c->upos_in && (c->in->mode & FMODE_STREAM))
			return -EINVAL;
		*nonblock |= call_nonblock(t, c->out) || call_nonblock(t, c->in);
		c->step = step_file_to_pipe;
		c->left = MIN(c->left, STEP_BYTES);
	} else {
		return -EINVAL;
	}
	return 0;
}

static int copy_in_pos(struct task *t, uaddr_t upos, int64_t *ret)
{
	*ret = -1;
	if (upos == 0)
		return 0;
	if (copy_in_obj(t, ret, upos) < 0)
		return -EFAULT;
	return *ret < 0 ? -EINVAL : 0;
}

static bool is_seekable(const struct file *f)
{
	return !(f->mode & FMODE_STREAM);
}

long io_splice(struct task *t, struct file *in, int64_t pos_in, struct file *out, int64_t pos_out,
	       size_t len, unsigned int flags)
{
	struct copy c = {
		.in = in,
		.out = out,
		.pos_in = pos_in,
		.pos_out = pos_out,
		.left = MIN(len, (size_t)MAX_RW_COUNT),
	};
	bool nonblock = flags & SPLICE_F_NONBLOCK;
	int err = flags & ~SPLICE_F_ALL ? -EINVAL : 0;

	if (err == 0 && ((pos_in >= 0 && pipe_of_file(in)) || (pos_out >= 0 && pipe_of_file(out))))
		err = -ESPIPE;
	if (err == 0 && ((pos_in >= 0 && !is_seekable(in)) || (pos_out >= 0 && !is_seekable(out))))
		err = -EINVAL;
	if (err == 0 && len)
		err = splice_decode(t, &c, &nonblock);
	if (err == 0 && len)
		return copy_run(t, &c, nonblock);
	file_put(in);
	file_put(out);
	return err;
}

static long do_splice(struct task *t, struct copy *c, bool nonblock)
{
	int err = 0;

	if ((c->upos_in && pipe_of_file(c->in)) || (c->upos_out && pipe_of_file(c->out)))
		err = -ESPIPE;
	if (err == 0)
		err = copy_in_pos(t, c->upos_in, &c->pos_in);
	if (err == 0)
		err = copy_in_pos(t, c->upos_out, &c->pos_out);
	if (err == 0)
		err = splice_decode(t, c, &nonblock);
	if (err == 0)
		return copy_run(t, c, nonblock);
	file_put(c->in);
	file_put(c->out);
	return err;
}

/* Both files, or -EBADF and neither. */
static int get_files(struct task *t, int fd_in, int fd_out, struct copy *c)
{
	c->in = fd_get(t, fd_in);
	if (c->in == NULL)
		return -EBADF;
	c->out = fd_get(t, fd_out);
	if (c->out == NULL) {
		file_put(c->in);
		return -EBADF;
	}
	return 0;
}

long sys_splice(struct task *t, const uint64_t *a)
{
	unsigned int flags = (unsigned int)a[5];
	struct copy c = {
		.upos_in = a[1],
		.upos_out = a[3],
		.left = MIN((size_t)a[4], (size_t)MAX_RW_COUNT),
	};
	int err;

	if (a[4] == 0)
		return 0;
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	err = get_files(t, (int)a[0], (int)a[2], &c);
	return err < 0 ? err : do_splice(t, &c, flags & SPLICE_F_NONBLOCK);
}

long io_tee(struct task *t, struct file *in, struct file *out, size_t len, unsigned int flags)
{
	struct copy c = {
		.in = in,
		.out = out,
		.pos_in = -1,
		.pos_out = -1,
		.left = MIN(len, (size_t)MAX_RW_COUNT),
		.step = step_tee,
	};
	struct pipe *from = pipe_of_file(in), *to = pipe_of_file(out);
	int err = 0;

	if (!(in->mode & FMODE_READ) || !(out->mode & FMODE_WRITE))
		err = -EBADF;
	else if (!from || !to || from == to)
		err = -EINVAL;
	if (err == 0)
		return copy_run(t, &c,
				(flags & SPLICE_F_NONBLOCK) || call_nonblock(t, in) ||
					call_nonblock(t, out));
	file_put(in);
	file_put(out);
	return err;
}

long sys_tee(struct task *t, const uint64_t *a)
{
	unsigned int flags = (unsigned int)a[3];
	struct copy c;
	int err;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	if (a[2] == 0)
		return 0;
	err = get_files(t, (int)a[0], (int)a[1], &c);
	return err < 0 ? err : io_tee(t, c.in, c.out, a[2], flags);
}

/* ---- vmsplice(2): a write that ends when the pipe is full, or a read ---- */

struct vmsplice {
	struct file *file; /* borrowed from the io_wait */
	struct uio u;
	struct iovec *iov;
	bool write;
};

static void vmsplice_drop(void *state)
{
	struct vmsplice *v = state;

	mem_free(v->iov);
	mem_free(v);
}

static long vmsplice_op(struct task *t, void *state)
{
	struct vmsplice *v = state;
	ssize_t n = v->write ? file_write(v->file, &v->u, 0) : file_read(v->file, &v->u, 0);

	if (n == -EPIPE)
		signal_send_task(t, SIGPIPE);
	return n;
}

static long do_vmsplice(struct task *t, struct file *f, const uint64_t *a, bool nonblock)
{
	struct vmsplice *v = mem_zalloc(sizeof(*v));
	size_t total = 0;
	long n = -ENOMEM;

	if (v) {
		v->file = f;
		v->write = f->mode & FMODE_WRITE;
		n = copy_in_iov(t, a[1], a[2], NULL, 0, &v->iov, &total);
	}
	if (n < 0 || total == 0 || !pipe_of_file(f)) {
		if (n >= 0 && !pipe_of_file(f))
			n = -EBADF;
		file_put(f);
		if (v)
			vmsplice_drop(v);
		return n;
	}
	uio_init_iov(&v->u, t, v->iov, a[2], total);
	return io_wait_loop(t, &(struct io_wait){
				       .file = f,
				       .events = v->write ? POLLOUT : POLLIN,
				       .deadline_ns = TIMER_NEVER,
				       .on_signal = -ERESTARTSYS,
				       .op = vmsplice_op,
				       .drop = vmsplice_drop,
				       .state = v,
				       .nonblock = nonblock,
			       });
}

long sys_vmsplice(struct task *t, const uint64_t *a)
{
	unsigned int flags = (unsigned int)a[3];
	struct file *f;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	f = fd_get(t, (int)a[0]);
	if (f == NULL)
		return -EBADF;
	if (!(f->mode & (FMODE_READ | FMODE_WRITE))) {
		file_put(f);
		return -EBADF;
	}
	return do_vmsplice(t, f, a, (flags & SPLICE_F_NONBLOCK) || call_nonblock(t, f));
}

/* ---- sendfile(2), copy_file_range(2): through a buffer, from a file with an offset ---- */

/* Only what was written counts: the input's position is ours, so a rest is simply read again. */
static ssize_t step_buffered(struct task *t, struct copy *c)
{
	struct uio u;
	ssize_t n, w;

	(void)t;
	uio_init_kernel(&u, c->buf, MIN(c->left, STEP_BYTES));
	n = file_pread(c->in, &u, c->pos_in, 0);
	if (n <= 0)
		return n;
	uio_init_kernel(&u, c->buf, (size_t)n);
	w = write_out(c, &u);
	if (w > 0)
		c->pos_in += w;
	return w;
}

struct sendfile {
	struct copy c; /* first: copy_op() and copy_drop() take it */
	bool own_pos;
};

/* Without an offset argument the input's own position moves. */
static long sendfile_finish(struct task *t, void *state, long n)
{
	struct sendfile *s = state;

	if (s->own_pos) {
		mutex_lock(&s->c.in->pos_mu);
		s->c.in->pos = s->c.pos_in;
		mutex_unlock(&s->c.in->pos_mu);
	}
	return copy_finish(t, state, n);
}

/* The checks of do_sendfile() and splice_direct_to_actor(), after those of the descriptors. */
static int sendfile_check(struct task *t, struct copy *c, bool *ret_own_pos)
{
	int err;

	if (!(c->in->mode & FMODE_READ))
		return -EBADF;
	if (c->upos_in && (c->in->mode & FMODE_STREAM))
		return -ESPIPE;
	err = copy_in_pos(t, c->upos_in, &c->pos_in);
	if (err < 0)
		return err;
	if (!(c->out->mode & FMODE_WRITE))
		return -EBADF;
	if ((c->in->mode & FMODE_STREAM) || S_ISDIR(inode_read(c->in->inode, mode)) ||
	    (is_append(c->out) && !pipe_of_file(c->out)))
		return -EINVAL;
	*ret_own_pos = c->upos_in == 0;
	if (*ret_own_pos) {
		mutex_lock(&c->in->pos_mu);
		c->pos_in = c->in->pos;
		mutex_unlock(&c->in->pos_mu);
	}
	return 0;
}

/* In a channel call: it could not wait behind a part, and others should not wait long for it. */
static bool sendfile_must_trap(const struct task *t, const struct copy *c)
{
	return t->in_channel && (!file_nonblock(c->out) || c->left > CHANNEL_SENDFILE_MAX);
}

long sys_sendfile(struct task *t, const uint64_t *a)
{
	struct sendfile *s = mem_zalloc(sizeof(*s));
	int err;

	if (s == NULL)
		return -ENOMEM;
	s->c.upos_in = a[2];
	s->c.left = MIN((size_t)a[3], (size_t)MAX_RW_COUNT);
	s->c.pos_out = -1;
	s->c.step = step_buffered;
	s->c.all = true;
	err = get_files(t, (int)a[1], (int)a[0], &s->c);
	if (err < 0) {
		mem_free(s);
		return err;
	}
	err = sendfile_must_trap(t, &s->c) ? (int)SYS_CHANNEL_PUNT
					   : sendfile_check(t, &s->c, &s->own_pos);
	if (err == 0) {
		s->c.buf = mem_alloc(STEP_BYTES);
		err = s->c.buf ? 0 : -ENOMEM;
	}
	if (err < 0) {
		file_put(s->c.in);
		file_put(s->c.out);
		mem_free(s);
		return err;
	}
	return io_wait_loop(t, &(struct io_wait){
				       .file = s->c.out,
				       .events = POLLOUT | POLLWRNORM,
				       .file2 = s->c.in,
				       .events2 = POLLIN,
				       .deadline_ns = TIMER_NEVER,
				       .on_signal = -ERESTARTSYS,
				       .op = copy_op,
				       .finish = sendfile_finish,
				       .drop = copy_drop,
				       .state = s,
				       .nonblock = call_nonblock(t, s->c.out),
			       });
}

/* generic_copy_file_checks(); the lengths are cut by reading to the end. */
static int copy_range_check(struct copy *c)
{
	int64_t end;

	if (S_ISDIR(inode_read(c->in->inode, mode)) || S_ISDIR(inode_read(c->out->inode, mode)))
		return -EISDIR;
	if (!S_ISREG(inode_read(c->in->inode, mode)) || !S_ISREG(inode_read(c->out->inode, mode)))
		return -EINVAL;
	if (!(c->in->mode & FMODE_READ) || !(c->out->mode & FMODE_WRITE) || is_append(c->out))
		return -EBADF;
	if (c->in->inode->super != c->out->inode->super)
		return -EXDEV;
	if (c->pos_in < 0 || c->pos_out < 0 ||
	    __builtin_add_overflow(c->pos_in, (int64_t)c->left, &end) ||
	    __builtin_add_overflow(c->pos_out, (int64_t)c->left, &end))
		return -EOVERFLOW;
	if ((uint64_t)c->pos_in >= c->in->inode->size)
		c->left = 0;
	else
		c->left = MIN(c->left, (size_t)(c->in->inode->size - (uint64_t)c->pos_in));
	if (c->in->inode == c->out->inode && c->pos_out < c->pos_in + (int64_t)c->left &&
	    c->pos_in < c->pos_out + (int64_t)c->left)
		return -EINVAL;
	return 0;
}

static int64_t file_pos(struct file *f)
{
	int64_t pos;

	mutex_lock(&f->pos_mu);
	pos = f->pos;
	mutex_unlock(&f->pos_mu);
	return pos;
}

static void file_set_pos(struct file *f, int64_t pos)
{
	mutex_lock(&f->pos_mu);
	f->pos = pos;
	mutex_unlock(&f->pos_mu);
}

static long copy_range(struct task *t, struct copy *c)
{
	long n = copy_range_check(c);

	if (n < 0 || c->left == 0)
		return n;
	c->buf = mem_alloc(STEP_BYTES);
	if (c->buf == NULL)
		return -ENOMEM;
	n = copy_op(t, c);
	mem_free(c->buf);
	if (n <= 0)
		return n;
	if (!c->upos_in)
		file_set_pos(c->in, c->pos_in);
	if (!c->upos_out)
		file_set_pos(c->out, c->pos_out);
	return copy_finish(t, c, n);
}

long sys_copy_file_range(struct task *t, const uint64_t *a)
{
	struct copy c = {
		.upos_in = a[1],
		.upos_out = a[3],
		.left = MIN((size_t)a[4], (size_t)MAX_RW_COUNT),
		.step = step_buffered,
	};
	long n = get_files(t, (int)a[0], (int)a[2], &c);

	if (n < 0)
		return n;
	if ((c.upos_in && copy_in_obj(t, &c.pos_in, c.upos_in) < 0) ||
	    (c.upos_out && copy_in_obj(t, &c.pos_out, c.upos_out) < 0))
		n = -EFAULT;
	if (n == 0 && (unsigned int)a[5] != 0)
		n = -EINVAL;
	if (n == 0) {
		if (!c.upos_in)
			c.pos_in = file_pos(c.in);
		if (!c.upos_out)
			c.pos_out = file_pos(c.out);
		n = copy_range(t, &c);
	}
	file_put(c.in);
	file_put(c.out);
	return n;
}
