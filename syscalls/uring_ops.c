/*
 * syscalls/uring_ops.c - the operations of io_uring: the table, and those that are a call as it stands
 *
 * The fields of an entry are those of the man page io_uring_enter(2). What waits, or needs the file
 * that was given rather than a number, runs on a shadow (call); what does neither, at once (issue).
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>

#include "fs/vfs/file.h"
#include "syscalls/uring.h"

/* Newer than some hosts' headers. */
enum { OP_FTRUNCATE = 55, OP_BIND = 56, OP_LISTEN = 57, OP_FIXED_FD_INSTALL = 54, OP_COUNT = 58 };

#define MSG_RING_FLAGS_PASS 2u
#define SPLICE_FLAGS 15u

#define ARGS(...) ((const uint64_t[6]){__VA_ARGS__})
#define THIS ((uint64_t)FD_FIXED)

static long op_nop(struct task *t, struct uring_req *r)
{
	(void)t;
	(void)r;
	return 0;
}

static long op_fsync(struct task *t, struct uring_req *r)
{
	uint32_t flags = r->sqe.fsync_flags;

	(void)t;
	if (flags & ~IORING_FSYNC_DATASYNC)
		return -EINVAL;
	return file_fsync(r->file, flags & IORING_FSYNC_DATASYNC);
}

static long op_sync_file_range(struct task *s, struct uring_req *r)
{
	return sys_sync_file_range(s, ARGS(THIS, r->sqe.off, r->sqe.len, r->sqe.sync_range_flags));
}

static long op_fallocate(struct task *s, struct uring_req *r)
{
	return sys_fallocate(s, ARGS(THIS, r->sqe.len, r->sqe.off, r->sqe.addr));
}

static long op_ftruncate(struct task *s, struct uring_req *r)
{
	return sys_ftruncate(s, ARGS(THIS, r->sqe.off));
}

static long op_fadvise(struct task *s, struct uring_req *r)
{
	uint64_t len = r->sqe.addr ? r->sqe.addr : r->sqe.len;

	return sys_fadvise64(s, ARGS(THIS, r->sqe.off, len, r->sqe.fadvise_advice));
}

/* What is advice only, of which nothing has to come. The rest would have to be done in the guest. */
static long op_madvise(struct task *t, struct uring_req *r)
{
	uint64_t len = r->sqe.off ? r->sqe.off : r->sqe.len;

	(void)t;
	if ((r->sqe.addr & 4095) || !user_range_ok(r->sqe.addr, len))
		return -EINVAL;
	switch (r->sqe.fadvise_advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_COLD: return 0;
	}
	return -EINVAL;
}

/* ---- names ---- */

static int prep_open(struct uring_req *r)
{
	if (r->sqe.opcode == IORING_OP_OPENAT && r->sqe.file_index &&
	    (r->sqe.open_flags & O_CLOEXEC))
		return -EINVAL;
	return 0;
}

static long opened(struct task *s, struct uring_req *r, long n)
{
	s->shadow->catches = false;
	if (n < 0 || !s->shadow->caught)
		return n;
	return uring_install_fixed(r->ring, TAKE_PTR(s->shadow->caught), r->sqe.file_index);
}

/* A FIFO's open may wait, which one into a slot does not know how to end: it does not wait. */
static long op_openat(struct task *s, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	if (!e->file_index)
		return sys_openat(s, ARGS((uint64_t)e->fd, e->addr, e->open_flags, e->len));
	s->shadow->catches = true;
	return opened(
		s, r,
		sys_openat(s, ARGS((uint64_t)e->fd, e->addr, e->open_flags | O_NONBLOCK, e->len)));
}

static long op_openat2(struct task *s, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	if (e->file_index)
		return -EINVAL; /* not served */
	return sys_openat2(s, ARGS((uint64_t)e->fd, e->addr, e->off, e->len));
}

static int prep_close(struct uring_req *r)
{
	return r->sqe.file_index && r->sqe.fd ? -EINVAL : 0;
}

static long op_close(struct task *t, struct uring_req *r)
{
	struct file *f;
	bool is_ring;

	if (r->sqe.file_index)
		return uring_remove_fixed(r->ring, r->sqe.file_index - 1);
	f = fd_get_any(t, r->sqe.fd);
	is_ring = f && uring_of_file(f);
	if (f)
		file_put(f);
	return is_ring ? -EBADF : sys_close(t, ARGS((uint64_t)r->sqe.fd));
}

static long op_statx(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	return sys_statx(t, ARGS((uint64_t)e->fd, e->addr, e->statx_flags, e->len, e->off));
}

static long op_renameat(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	return sys_renameat2(t, ARGS((uint64_t)e->fd, e->addr, (uint64_t)(int32_t)e->len, e->addr2,
				     e->rename_flags));
}

static long op_unlinkat(struct task *t, struct uring_req *r)
{
	if (r->sqe.unlink_flags & ~(unsigned int)AT_REMOVEDIR)
		return -EINVAL;
	return sys_unlinkat(t, ARGS((uint64_t)r->sqe.fd, r->sqe.addr, r->sqe.unlink_flags));
}

static long op_mkdirat(struct task *t, struct uring_req *r)
{
	return sys_mkdirat(t, ARGS((uint64_t)r->sqe.fd, r->sqe.addr, r->sqe.len));
}

static long op_symlinkat(struct task *t, struct uring_req *r)
{
	return sys_symlinkat(t, ARGS(r->sqe.addr, (uint64_t)r->sqe.fd, r->sqe.addr2));
}

static long op_linkat(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	return sys_linkat(t, ARGS((uint64_t)e->fd, e->addr, (uint64_t)(int32_t)e->len, e->addr2,
				  e->hardlink_flags));
}

static long op_setxattr(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	return sys_setxattr(t, ARGS(e->addr3, e->addr, e->addr2, e->len, e->xattr_flags));
}

static long op_getxattr(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	return e->xattr_flags ? -EINVAL
			      : sys_getxattr(t, ARGS(e->addr3, e->addr, e->addr2, e->len));
}

static long op_fsetxattr(struct task *s, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	return sys_fsetxattr(s, ARGS(THIS, e->addr, e->addr2, e->len, e->xattr_flags));
}

static long op_fgetxattr(struct task *s, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	return e->xattr_flags ? -EINVAL : sys_fgetxattr(s, ARGS(THIS, e->addr, e->addr2, e->len));
}

/* ---- the rest ---- */

static long op_epoll_ctl(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;

	return sys_epoll_ctl(t, ARGS((uint64_t)e->fd, e->len, e->off, e->addr));
}

static struct file *splice_in(struct task *s, struct uring_req *r)
{
	if (r->sqe.splice_flags & SPLICE_F_FD_IN_FIXED)
		return uring_fixed_file(r->ring, (uint32_t)r->sqe.splice_fd_in);
	return fd_get(s, r->sqe.splice_fd_in);
}

static long op_splice(struct task *s, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;
	struct file *in = splice_in(s, r);

	if (!in)
		return -EBADF;
	r->total = e->len;
	return io_splice(s, in, (int64_t)e->splice_off_in, file_get(r->file), (int64_t)e->off,
			 e->len, e->splice_flags & ~SPLICE_F_FD_IN_FIXED);
}

static long op_tee(struct task *s, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;
	unsigned int flags = e->splice_flags & ~SPLICE_F_FD_IN_FIXED;
	struct file *in;

	if (flags & ~SPLICE_FLAGS)
		return -EINVAL;
	in = splice_in(s, r);
	if (!in)
		return -EBADF;
	r->total = e->len;
	if (e->len)
		return io_tee(s, in, file_get(r->file), e->len, flags);
	file_put(in);
	return 0;
}

static long op_files_update(struct task *t, struct uring_req *r)
{
	if (r->sqe.len == 0)
		return -EINVAL;
	if ((uint32_t)r->sqe.off == IORING_FILE_INDEX_ALLOC)
		return uring_install_files(t, r->ring, r->sqe.addr, r->sqe.len);
	return uring_update_files(t, r->ring, (uint32_t)r->sqe.off, r->sqe.addr, r->sqe.len, 0);
}

/* Puts one of our registered files into another ring's table. */
static long send_file(struct uring_req *r, struct uring *to)
{
	const struct io_uring_sqe *e = &r->sqe;
	struct file *f;
	long n;

	if (to == r->ring || e->len || (e->msg_ring_flags & ~IORING_MSG_RING_CQE_SKIP))
		return -EINVAL;
	f = uring_fixed_file(r->ring, (uint32_t)e->addr3);
	if (!f)
		return -EBADF;
	n = uring_install_fixed(to, f, e->file_index);
	if (n >= 0 && !(e->msg_ring_flags & IORING_MSG_RING_CQE_SKIP))
		uring_post_raw(to, e->off, n, 0);
	return n;
}

static long op_msg_ring(struct task *t, struct uring_req *r)
{
	const struct io_uring_sqe *e = &r->sqe;
	struct uring *to = uring_of_file(r->file);
	uint32_t pass = e->msg_ring_flags & MSG_RING_FLAGS_PASS;
	bool disabled;

	(void)t;
	if (!to)
		return -EBADFD;
	if (e->addr > IORING_MSG_SEND_FD)
		return -EINVAL;
	mutex_lock(&to->mu);
	disabled = to->disabled;
	mutex_unlock(&to->mu);
	if (e->addr == IORING_MSG_SEND_FD)
		return disabled ? -EBADFD : send_file(r, to);
	if (e->addr3 || (e->msg_ring_flags & ~MSG_RING_FLAGS_PASS) || (!pass && e->file_index))
		return -EINVAL;
	if (disabled)
		return -EBADFD;
	uring_post_raw(to, e->off, (int32_t)e->len, pass ? e->file_index : 0);
	return 0;
}

static long op_bind(struct task *s, struct uring_req *r)
{
	return sys_bind(s, ARGS(THIS, r->sqe.addr, r->sqe.addr2));
}

static long op_listen(struct task *s, struct uring_req *r)
{
	return sys_listen(s, ARGS(THIS, r->sqe.len));
}

static long op_fd_install(struct task *t, struct uring_req *r)
{
	if (!(r->sqe.flags & IOSQE_FIXED_FILE))
		return -EBADF;
	if (r->sqe.personality)
		return -EPERM;
	if (r->sqe.rw_flags & ~1u) /* IORING_FIXED_FD_NO_CLOEXEC */
		return -EINVAL;
	return fd_install(t, file_get(r->file), !(r->sqe.rw_flags & 1));
}

/* ---- the table ---- */

#define IN (POLLIN | POLLRDNORM)
#define OUT (POLLOUT | POLLWRNORM)
#define ZERO_BI (ZERO_BUF | ZERO_INDEX)

static const struct uring_op ops[OP_COUNT] = {
	[IORING_OP_NOP] = {.flags = OP_PRIO, .issue = op_nop},
	[IORING_OP_READV] = {.flags = OP_FILE | OP_PRIO | OP_SELECT | OP_SHORT,
			     .events = IN,
			     .prep = uring_rw_prep,
			     .issue = uring_read},
	[IORING_OP_WRITEV] = {.flags = OP_FILE | OP_PRIO | OP_SHORT,
			      .events = OUT,
			      .prep = uring_rw_prep,
			      .issue = uring_write},
	[IORING_OP_READ_FIXED] = {.flags = OP_FILE | OP_PRIO | OP_SHORT,
				  .events = IN,
				  .prep = uring_rw_prep,
				  .issue = uring_read},
	[IORING_OP_WRITE_FIXED] = {.flags = OP_FILE | OP_PRIO | OP_SHORT,
				   .events = OUT,
				   .prep = uring_rw_prep,
				   .issue = uring_write},
	[IORING_OP_READ] = {.flags = OP_FILE | OP_PRIO | OP_SELECT | OP_SHORT,
			    .events = IN,
			    .prep = uring_rw_prep,
			    .issue = uring_read},
	[IORING_OP_WRITE] = {.flags = OP_FILE | OP_PRIO | OP_SHORT,
			     .events = OUT,
			     .prep = uring_rw_prep,
			     .issue = uring_write},
	[IORING_OP_FSYNC] = {.flags = OP_FILE, .zero = ZERO_ADDR | ZERO_BI, .issue = op_fsync},
	[IORING_OP_SYNC_FILE_RANGE] = {.flags = OP_FILE,
				       .zero = ZERO_ADDR | ZERO_BI,
				       .call = op_sync_file_range},
	[IORING_OP_FALLOCATE] = {.flags = OP_FILE,
				 .zero = ZERO_FLAGS | ZERO_BI,
				 .call = op_fallocate},
	[OP_FTRUNCATE] = {.flags = OP_FILE,
			  .zero = ZERO_FLAGS | ZERO_ADDR | ZERO_LEN | ZERO_BI | ZERO_ADDR3,
			  .call = op_ftruncate},
	[IORING_OP_FADVISE] = {.flags = OP_FILE, .zero = ZERO_BI, .call = op_fadvise},

	[IORING_OP_MADVISE] = {.zero = ZERO_BI, .issue = op_madvise},

	[IORING_OP_POLL_ADD] = {.flags = OP_FILE | OP_LATE,
				.zero = ZERO_OFF | ZERO_ADDR | ZERO_BUF,
				.prep = uring_poll_prep,
				.issue = uring_poll},
	[IORING_OP_POLL_REMOVE] = {.zero = ZERO_BI, .issue = uring_poll_remove},
	[IORING_OP_TIMEOUT] = {.flags = OP_LATE,
			       .zero = ZERO_BI,
			       .prep = uring_timeout_prep,
			       .arm = uring_timeout_arm,
			       .issue = uring_timeout,
			       .expired = uring_timeout_expired},
	[IORING_OP_TIMEOUT_REMOVE] = {.flags = OP_NO_FIXED,
				      .zero = ZERO_BI | ZERO_LEN,
				      .issue = uring_timeout_remove},
	[IORING_OP_LINK_TIMEOUT] = {.flags = OP_LATE,
				    .zero = ZERO_BI,
				    .prep = uring_timeout_prep,
				    .issue = uring_link_timeout,
				    .expired = uring_link_timeout_expired},
	[IORING_OP_ASYNC_CANCEL] = {.flags = OP_NO_FIXED,
				    .zero = ZERO_OFF | ZERO_INDEX,
				    .prep = uring_cancel_prep,
				    .issue = uring_cancel},

	[IORING_OP_SEND] = {.flags = OP_FILE | OP_PRIO,
			    .events = OUT,
			    .prep = uring_msg_prep,
			    .issue = uring_send,
			    .call = uring_send_call},
	[IORING_OP_RECV] = {.flags = OP_FILE | OP_PRIO | OP_SELECT,
			    .events = IN,
			    .prep = uring_msg_prep,
			    .issue = uring_recv},
	[IORING_OP_SENDMSG] = {.flags = OP_FILE | OP_PRIO,
			       .prep = uring_msg_prep,
			       .call = uring_sendmsg},
	[IORING_OP_RECVMSG] = {.flags = OP_FILE | OP_PRIO | OP_SELECT,
			       .prep = uring_msg_prep,
			       .call = uring_recvmsg},
	[IORING_OP_ACCEPT] = {.flags = OP_FILE | OP_PRIO,
			      .zero = ZERO_LEN | ZERO_BUF,
			      .events = IN,
			      .prep = uring_accept_prep,
			      .issue = uring_accept},
	[IORING_OP_CONNECT] = {.flags = OP_FILE,
			       .zero = ZERO_LEN | ZERO_FLAGS | ZERO_BI,
			       .call = uring_connect},
	[IORING_OP_SHUTDOWN] = {.flags = OP_FILE,
				.zero = ZERO_OFF | ZERO_ADDR | ZERO_FLAGS | ZERO_BI,
				.call = uring_shutdown},
	[IORING_OP_SOCKET] = {.zero = ZERO_ADDR | ZERO_FLAGS | ZERO_BUF,
			      .prep = uring_socket_prep,
			      .call = uring_socket},
	[OP_BIND] = {.flags = OP_FILE, .zero = ZERO_LEN | ZERO_FLAGS | ZERO_BI, .call = op_bind},
	[OP_LISTEN] = {.flags = OP_FILE,
		       .zero = ZERO_OFF | ZERO_ADDR | ZERO_FLAGS | ZERO_BI,
		       .call = op_listen},

	[IORING_OP_OPENAT] = {.flags = OP_NO_FIXED,
			      .zero = ZERO_BUF,
			      .prep = prep_open,
			      .call = op_openat},
	[IORING_OP_OPENAT2] = {.flags = OP_NO_FIXED, .zero = ZERO_BUF, .call = op_openat2},
	[IORING_OP_CLOSE] = {.flags = OP_NO_FIXED,
			     .zero = ZERO_OFF | ZERO_ADDR | ZERO_LEN | ZERO_FLAGS | ZERO_BUF,
			     .prep = prep_close,
			     .issue = op_close},
	[IORING_OP_STATX] = {.flags = OP_NO_FIXED, .zero = ZERO_BI, .issue = op_statx},
	[IORING_OP_RENAMEAT] = {.flags = OP_NO_FIXED, .zero = ZERO_BI, .issue = op_renameat},
	[IORING_OP_UNLINKAT] = {.flags = OP_NO_FIXED,
				.zero = ZERO_OFF | ZERO_LEN | ZERO_BI,
				.issue = op_unlinkat},
	[IORING_OP_MKDIRAT] = {.flags = OP_NO_FIXED,
			       .zero = ZERO_OFF | ZERO_FLAGS | ZERO_BI,
			       .issue = op_mkdirat},
	[IORING_OP_SYMLINKAT] = {.flags = OP_NO_FIXED,
				 .zero = ZERO_LEN | ZERO_FLAGS | ZERO_BI,
				 .issue = op_symlinkat},
	[IORING_OP_LINKAT] = {.flags = OP_NO_FIXED, .zero = ZERO_BI, .issue = op_linkat},
	[IORING_OP_SETXATTR] = {.flags = OP_NO_FIXED, .issue = op_setxattr},
	[IORING_OP_GETXATTR] = {.flags = OP_NO_FIXED, .issue = op_getxattr},
	[IORING_OP_FSETXATTR] = {.flags = OP_FILE, .call = op_fsetxattr},
	[IORING_OP_FGETXATTR] = {.flags = OP_FILE, .call = op_fgetxattr},

	[IORING_OP_EPOLL_CTL] = {.zero = ZERO_BI, .issue = op_epoll_ctl},
	[IORING_OP_SPLICE] = {.flags = OP_FILE | OP_SHORT, .call = op_splice},
	[IORING_OP_TEE] = {.flags = OP_FILE | OP_SHORT,
			   .zero = ZERO_OFF | ZERO_ADDR,
			   .call = op_tee},
	[IORING_OP_PROVIDE_BUFFERS] = {.zero = ZERO_FLAGS | ZERO_INDEX,
				       .prep = uring_buf_prep,
				       .issue = uring_buf_provide},
	[IORING_OP_REMOVE_BUFFERS] = {.zero = ZERO_OFF | ZERO_ADDR | ZERO_LEN | ZERO_FLAGS |
					      ZERO_INDEX,
				      .prep = uring_buf_prep,
				      .issue = uring_buf_remove},
	[IORING_OP_FILES_UPDATE] = {.flags = OP_NO_FIXED,
				    .zero = ZERO_FLAGS | ZERO_INDEX,
				    .issue = op_files_update},
	[IORING_OP_MSG_RING] = {.flags = OP_FILE, .zero = ZERO_BUF, .issue = op_msg_ring},
	[OP_FIXED_FD_INSTALL] = {.flags = OP_FILE,
				 .zero = ZERO_OFF | ZERO_ADDR | ZERO_LEN | ZERO_BI | ZERO_ADDR3,
				 .issue = op_fd_install},
};

const struct uring_op *uring_op(unsigned int opcode)
{
	const struct uring_op *op;

	if (opcode >= OP_COUNT)
		return NULL;
	op = &ops[array_index_nospec(opcode, OP_COUNT)];
	return op->issue || op->call ? op : NULL;
}
