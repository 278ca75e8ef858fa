/*
 * syscalls/sys_mqueue.c - POSIX message queues: mq_open(2), mq_unlink(2), mq_timedsend(2),
 * mq_timedreceive(2), mq_notify(2), mq_getsetattr(2)
 *
 * Time-outs are points of CLOCK_REALTIME; they are converted when the call begins.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "fs/proc/sysctl.h"
#include "fs/vfs/file.h"
#include "netstack/socket/netlink.h"
#include "sentry/base/mem.h"
#include "sentry/ipc/mqueue.h"
#include "syscalls/syscall.h"

#define MQ_PRIOS 32768u

static int copy_name(struct task *t, uaddr_t uname, char name[MQ_NAME_MAX + 1])
{
	char *_cleanup_free_ path = NULL;
	int err = copy_in_path(t, uname, &path);

	if (err < 0)
		return err;
	if (path[0] == '\0')
		return -ENOENT;
	if (strlen(path) > MQ_NAME_MAX)
		return -ENAMETOOLONG;
	if (strchr(path, '/') || strcmp(path, ".") == 0 || strcmp(path, "..") == 0)
		return -EACCES;
	strcpy(name, path);
	return 0;
}

long sys_mq_open(struct task *t, const uint64_t *a)
{
	struct mq_limits l = {
		.msg_max = sysctl_get(t->kernel, SYSCTL_MQ_MSG_MAX),
		.msgsize_max = sysctl_get(t->kernel, SYSCTL_MQ_MSGSIZE_MAX),
		.msg_default = sysctl_get(t->kernel, SYSCTL_MQ_MSG_DEFAULT),
		.msgsize_default = sysctl_get(t->kernel, SYSCTL_MQ_MSGSIZE_DEFAULT),
		.queues_max = sysctl_get(t->kernel, SYSCTL_MQ_QUEUES_MAX),
	};
	int flags = (int)a[1], err;
	char name[MQ_NAME_MAX + 1];
	struct mq_attr attr;
	struct file *f;

	if (a[3] && copy_in_obj(t, &attr, a[3]) < 0)
		return -EFAULT;
	err = copy_name(t, a[0], name);
	if (err == 0)
		err = fd_check_room(t);
	if (err == 0)
		err = mqueue_open(t, name, flags, (uint32_t)a[2], a[3] ? &attr : NULL, &l, &f);
	return err < 0 ? err : fd_install(t, f, true);
}

long sys_mq_unlink(struct task *t, const uint64_t *a)
{
	char name[MQ_NAME_MAX + 1];
	int err = copy_name(t, a[0], name);

	return err < 0 ? err : mqueue_unlink(t, name);
}

/* ---- send and receive ---- */

struct mq_call {
	struct mqueue *queue; /* the file's */
	struct mq_msg *msg;
	uaddr_t to, uprio;
	bool waits; /* counted as a receiver */
};

static void mq_call_free(void *state)
{
	struct mq_call *c = state;

	if (c->waits)
		mqueue_receivers(c->queue, -1);
	mem_free(c->msg);
	mem_free(c);
}

static long mq_send_op(struct task *t, void *state)
{
	struct mq_call *c = state;

	return mqueue_send(t, c->queue, &c->msg);
}

static long mq_receive_op(struct task *t, void *state)
{
	struct mq_call *c = state;
	int err = mqueue_receive(c->queue, &c->msg);

	if (err == -EAGAIN && !c->waits) {
		mqueue_receivers(c->queue, 1);
		c->waits = true;
		err = mqueue_receive(c->queue, &c->msg);
	}
	if (err < 0)
		return err;
	if (c->uprio && copy_out_obj(t, c->uprio, &c->msg->prio) < 0)
		return -EFAULT;
	if (copy_out(t, c->to, c->msg->text, c->msg->size) < 0)
		return -EFAULT;
	return (long)c->msg->size;
}

static int mq_deadline(struct task *t, uaddr_t uts, int64_t *ret)
{
	struct timespec ts;
	int64_t left;

	*ret = TIMER_NEVER;
	if (uts == 0)
		return 0;
	if (copy_in_obj(t, &ts, uts) < 0)
		return -EFAULT;
	if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000)
		return -EINVAL;
	if (ts.tv_sec > INT64_MAX / 4000000000)
		return 0;
	left = ts.tv_sec * 1000000000 + ts.tv_nsec - clock_now_ns(CLOCK_REALTIME);
	*ret = clock_now_ns(CLOCK_MONOTONIC) + left;
	return 0;
}

static int mq_file(struct task *t, int fd, unsigned int mode, struct file **ret)
{
	struct file *f = fd_get(t, fd);

	if (f == NULL)
		return -EBADF;
	if (mqueue_of_file(f) == NULL || (f->mode & mode) != mode) {
		file_put(f);
		return -EBADF;
	}
	*ret = f;
	return 0;
}

/* Takes f and c. */
static long mq_run(struct task *t, struct file *f, struct mq_call *c, bool send, int64_t deadline)
{
	c->queue = mqueue_of_file(f);
	return io_wait_loop(t, &(struct io_wait){
				       .file = f,
				       .events = send ? POLLOUT : POLLIN,
				       .deadline_ns = deadline,
				       .on_timeout = -ETIMEDOUT,
				       .on_signal = -ERESTARTSYS,
				       .op = send ? mq_send_op : mq_receive_op,
				       .drop = mq_call_free,
				       .state = c,
				       .nonblock = file_nonblock(f),
			       });
}

long sys_mq_timedsend(struct task *t, const uint64_t *a)
{
	struct mq_call *c = NULL;
	struct mq_attr attr;
	int64_t deadline;
	struct file *f;
	int err = mq_deadline(t, a[4], &deadline);

	if (err < 0)
		return err;
	if ((unsigned int)a[3] >= MQ_PRIOS)
		return -EINVAL;
	err = mq_file(t, (int)a[0], FMODE_WRITE, &f);
	if (err < 0)
		return err;
	mqueue_attr(mqueue_of_file(f), &attr);
	if (a[2] > (uint64_t)attr.mq_msgsize)
		err = -EMSGSIZE;
	if (err == 0) {
		c = mem_zalloc(sizeof(*c));
		if (c)
			c->msg = mem_alloc(sizeof(*c->msg) + a[2]);
		err = c && c->msg ? copy_in(t, c->msg->text, a[1], a[2]) : -ENOMEM;
	}
	if (err < 0) {
		if (c)
			mem_free(c->msg);
		mem_free(c);
		file_put(f);
		return err;
	}
	list_init(&c->msg->node);
	c->msg->prio = (unsigned int)a[3];
	c->msg->size = (uint32_t)a[2];
	return mq_run(t, f, c, true, deadline);
}

long sys_mq_timedreceive(struct task *t, const uint64_t *a)
{
	struct mq_call *c = NULL;
	struct mq_attr attr;
	int64_t deadline;
	struct file *f;
	int err = mq_deadline(t, a[4], &deadline);

	if (err < 0)
		return err;
	err = mq_file(t, (int)a[0], FMODE_READ, &f);
	if (err < 0)
		return err;
	mqueue_attr(mqueue_of_file(f), &attr);
	if (a[2] < (uint64_t)attr.mq_msgsize)
		err = -EMSGSIZE;
	if (err == 0) {
		c = mem_zalloc(sizeof(*c));
		err = c ? 0 : -ENOMEM;
	}
	if (err < 0) {
		file_put(f);
		return err;
	}
	c->to = a[1];
	c->uprio = a[3];
	return mq_run(t, f, c, false, deadline);
}

/* ---- notification, attributes ---- */

/* A cookie, and the netlink socket that it is to be sent to: what the C library gives for
 * SIGEV_THREAD. */
static int take_thread_notice(struct task *t, struct mq_notice *n)
{
	int err = 0;

	if (copy_in(t, n->cookie, (uaddr_t)n->sev.sigev_value.sival_ptr, sizeof(n->cookie)) < 0)
		return -EFAULT;
	n->to = fd_get(t, n->sev.sigev_signo);
	if (!n->to)
		return -EBADF;
	if (!S_ISSOCK(inode_read(n->to->inode, mode)))
		err = -ENOTSOCK;
	else if (!netlink_of_file(n->to))
		err = -EINVAL;
	if (err < 0)
		file_put(TAKE_PTR(n->to));
	n->tell = netlink_tell;
	return err;
}

static long notify(struct task *t, int fd, struct mq_notice *n)
{
	struct file *f;
	long err = mq_file(t, fd, 0, &f);

	if (err < 0)
		return err;
	err = mqueue_notify(t, mqueue_of_file(f), n);
	file_put(f);
	return err;
}

long sys_mq_notify(struct task *t, const uint64_t *a)
{
	struct mq_notice n = {.to = NULL};
	long err = 0;

	if (!a[1])
		return notify(t, (int)a[0], NULL);
	if (copy_in_obj(t, &n.sev, a[1]) < 0)
		return -EFAULT;
	if (n.sev.sigev_notify != SIGEV_NONE && n.sev.sigev_notify != SIGEV_SIGNAL &&
	    n.sev.sigev_notify != SIGEV_THREAD)
		return -EINVAL;
	if (n.sev.sigev_notify == SIGEV_SIGNAL && (n.sev.sigev_signo < 0 || n.sev.sigev_signo > 64))
		return -EINVAL;
	if (n.sev.sigev_notify == SIGEV_THREAD)
		err = take_thread_notice(t, &n);
	if (err == 0)
		err = notify(t, (int)a[0], &n);
	if (err < 0 && n.to)
		file_put(n.to);
	return err;
}

long sys_mq_getsetattr(struct task *t, const uint64_t *a)
{
	struct mq_attr new, old;
	struct file *f;
	int flags;
	long err;

	if (a[1]) {
		if (copy_in_obj(t, &new, a[1]) < 0)
			return -EFAULT;
		if (new.mq_flags & ~(long)O_NONBLOCK)
			return -EINVAL;
	}
	err = mq_file(t, (int)a[0], 0, &f);
	if (err < 0)
		return err;
	mqueue_attr(mqueue_of_file(f), &old);
	flags = atomic_load(&f->flags);
	old.mq_flags = flags & O_NONBLOCK;
	if (a[1])
		err = file_set_flags(f, t, (flags & ~O_NONBLOCK) | (int)new.mq_flags);
	if (err == 0 && a[2])
		err = copy_out_obj(t, a[2], &old);
	file_put(f);
	return err;
}
