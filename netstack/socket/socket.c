/*
 * netstack/socket/socket.c - the files of sockets, and the families
 *
 * Model: socket_create() asks the family; socket_file_new() puts a file on the result. read and
 * write through the file are for the kernel's own transfers (splice, sendfile); a guest's read(2)
 * goes the way of recvmsg(2), which knows time-outs (syscalls/sys_sockmsg.c).
 */
#include "netstack/socket/socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "fs/vfs/file.h"
#include "fs/vfs/landlock.h"
#include "netstack/socket/inet.h"
#include "netstack/socket/netlink.h"
#include "netstack/socket/unix.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/task.h"

/* A family that is not here gives -EAFNOSUPPORT, as in a kernel that was built without it. */
static const struct socket_family *const families[] = {
	&unix_family,
	&inet_family,
	&inet6_family,
	&netlink_family,
};

#define FAMILY_MAX 46 /* NPROTO */

int socket_create(struct task *t, int family, int type, int protocol, struct socket **ret)
{
	if (family < 0 || family >= FAMILY_MAX)
		return -EAFNOSUPPORT;
	if (type < 0 || type >= SOCK_TYPES)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		int err;

		if (families[i]->family != family)
			continue;
		err = families[i]->create(t->kernel, t, type, protocol, ret);
		if (err == 0)
			(*ret)->landlock = landlock_get(t->landlock);
		return err;
	}
	return -EAFNOSUPPORT;
}

void socket_init(struct socket *s, struct kernel *k, const struct socket_ops *ops, int family,
		 int type, int protocol)
{
	ref_init(&s->ref, 1);
	s->ops = ops;
	s->kernel = k;
	s->family = family;
	s->type = type;
	s->protocol = protocol;
	wait_queue_init(&s->wq);
	mutex_init(&s->mu, LOCK_SOCKET);
	sock_options_init(&s->opt);
}

void socket_fini(struct socket *s)
{
	cred_put(s->peer_cred.cred);
	landlock_put(s->landlock);
	wait_queue_destroy(&s->wq);
	mutex_destroy(&s->mu);
}

void socket_put(struct socket *s)
{
	if (s && ref_put(&s->ref))
		s->ops->destroy(s);
}

/* ---- file ops ---- */

static ssize_t sock_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct socket *s = f->data;
	struct sock_msg m = {.uio = u};
	ssize_t n;

	(void)pos;
	(void)flags;
	if (u->left == 0)
		return 0;
	n = s->ops->recvmsg(s, NULL, &m);
	scm_fini(&m.scm);
	mem_free(m.control);
	return n < 0 && m.copied ? m.copied : n;
}

static ssize_t sock_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct socket *s = f->data;
	struct sock_msg m = {.uio = u};
	ssize_t n;

	(void)pos;
	(void)flags;
	n = s->ops->sendmsg(s, NULL, &m);
	socket_put(m.other);
	return n < 0 && m.copied ? m.copied : n;
}

static uint32_t sock_poll(struct file *f)
{
	struct socket *s = f->data;

	return s->ops->poll(s);
}

static struct wait_queue *sock_wait_queue(struct file *f)
{
	return &((struct socket *)f->data)->wq;
}

static long sock_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct socket *s = f->data;

	return s->ops->ioctl ? s->ops->ioctl(s, t, cmd, arg) : -ENOTTY;
}

static void sock_release(struct file *f)
{
	struct socket *s = f->data;

	s->ops->release(s);
	socket_put(s);
}

static const struct file_ops socket_fops = {
	.read = sock_read,
	.write = sock_write,
	.poll = sock_poll,
	.wait_queue = sock_wait_queue,
	.ioctl = sock_ioctl,
	.release = sock_release,
};

int socket_file_new(struct task *t, struct socket *s, int flags, struct file **ret)
{
	struct inode *in = anon_inode_new(t->kernel, S_IFSOCK | 0777);
	char name[40];
	int err;

	if (in == NULL)
		return -ENOMEM;
	in->uid = task_cred(t)->fsuid;
	in->gid = task_cred(t)->fsgid;
	snprintf(name, sizeof(name), "socket:[%lu]", (unsigned long)in->ino);
	err = file_new_anon(t->kernel, name, in, &socket_fops, s, O_RDWR | (flags & O_NONBLOCK),
			    FMODE_READ | FMODE_WRITE | FMODE_STREAM | FMODE_NOWAIT, ret);
	if (err == 0) {
		s->ino = in->ino;
		__atomic_store_n(&s->file, *ret, __ATOMIC_RELEASE);
	}
	inode_put(in);
	return err;
}

struct socket *socket_of_file(struct file *f)
{
	return f->ops == &socket_fops ? f->data : NULL;
}
