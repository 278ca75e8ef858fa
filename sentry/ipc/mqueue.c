/* sentry/ipc/mqueue.c - POSIX message queues, see mqueue.h; ipc/mqueue.c for the order of errors */
#include "sentry/ipc/mqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/signal.h"
#include "sentry/task.h"

#define MSG_OVERHEAD 48u /* what Linux counts for each possible message, and its tree node */

struct mqueue {
	struct ref ref; /* the name's and the files' */
	struct mq_ns *ns;
	struct list node;
	char *name;
	struct inode *inode; /* owner and mode */
	struct wait_queue wq;
	struct list msgs;
	long maxmsg, msgsize, curmsgs;
	uint64_t qsize, charged;
	int receivers;
	struct process *notify; /* referenced; NULL: nobody */
	struct mq_notice notice;
};

struct mq_ns {
	struct mutex mu;
	struct list queues;
	long nr;
	uint64_t charged;
};

static struct mq_ns *mq_ns_of(struct kernel *k)
{
	struct mq_ns *ns = atomic_load(&k->mqueues), *none = NULL;

	if (ns)
		return ns;
	ns = mem_zalloc(sizeof(*ns));
	if (ns == NULL)
		return NULL;
	mutex_init(&ns->mu, LOCK_IPC);
	list_init(&ns->queues);
	if (atomic_compare_exchange_strong(&k->mqueues, &none, ns))
		return ns;
	mem_free(ns);
	return none;
}

/* Without locks. p NULL: there is none. */
static void notice_drop(struct process *p, struct mq_notice *n)
{
	if (p && n->to)
		file_put(TAKE_PTR(n->to));
	process_put(p);
}

/* The thread that waits for it hears why. */
static void notice_tell(struct mq_notice *n, unsigned char why)
{
	if (n->sev.sigev_notify != SIGEV_THREAD || !n->to)
		return;
	n->cookie[MQ_COOKIE_LEN - 1] = why;
	n->tell(n->to, n->cookie, sizeof(n->cookie));
}

static void mqueue_put(struct mqueue *q)
{
	if (!ref_put(&q->ref))
		return;
	mutex_lock(&q->ns->mu);
	q->ns->nr--;
	q->ns->charged -= q->charged;
	mutex_unlock(&q->ns->mu);
	while (!list_empty(&q->msgs)) {
		struct mq_msg *m = list_first_entry(&q->msgs, struct mq_msg, node);

		list_del(&m->node);
		mem_free(m);
	}
	notice_drop(q->notify, &q->notice);
	wait_queue_destroy(&q->wq);
	inode_put(q->inode);
	mem_free(q->name);
	mem_free(q);
}

/* ---- files ---- */

static uint32_t mqueue_poll(struct file *f)
{
	struct mqueue *q = f->data;
	uint32_t mask = 0;

	mutex_lock(&q->ns->mu);
	if (q->curmsgs)
		mask |= POLLIN | POLLRDNORM;
	if (q->curmsgs < q->maxmsg)
		mask |= POLLOUT | POLLWRNORM;
	mutex_unlock(&q->ns->mu);
	return mask;
}

static struct wait_queue *mqueue_wait_queue(struct file *f)
{
	return &((struct mqueue *)f->data)->wq;
}

/* The state as text, as in Linux. */
static ssize_t mqueue_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct mqueue *q = f->data;
	char text[80];
	int len;
	size_t n;

	(void)flags;
	mutex_lock(&q->ns->mu);
	len = snprintf(text, sizeof(text), "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
		       (unsigned long)q->qsize, q->notify ? q->notice.sev.sigev_notify : 0,
		       q->notify && q->notice.sev.sigev_notify == SIGEV_SIGNAL
			       ? q->notice.sev.sigev_signo
			       : 0,
		       q->notify ? q->notify->pid : 0);
	mutex_unlock(&q->ns->mu);
	if (*pos >= len)
		return 0;
	n = MIN((size_t)(len - *pos), u->left);
	if (uio_write(u, text + *pos, n) != n)
		return -EFAULT;
	*pos += (int64_t)n;
	return (ssize_t)n;
}

/* A process that closes a descriptor of the queue gives up its notification. */
static int mqueue_flush(struct file *f, struct task *t)
{
	return t ? mqueue_notify(t, f->data, NULL) : 0;
}

static void mqueue_release(struct file *f)
{
	mqueue_put(f->data);
}

static int64_t mqueue_llseek(struct file *f, int64_t off, int whence)
{
	return generic_llseek(f, off, whence, 80);
}

static const struct file_ops mqueue_fops = {
	.read = mqueue_read,
	.llseek = mqueue_llseek,
	.poll = mqueue_poll,
	.wait_queue = mqueue_wait_queue,
	.flush = mqueue_flush,
	.release = mqueue_release,
};

struct mqueue *mqueue_of_file(struct file *f)
{
	return f->ops == &mqueue_fops ? f->data : NULL;
}

/* ---- open, unlink ---- */

static int check_attr(struct task *t, const struct mq_attr *a, const struct mq_limits *l)
{
	bool trusted = task_has_cap(t, CAP_SYS_RESOURCE);

	if (a->mq_maxmsg <= 0 || a->mq_msgsize <= 0)
		return -EINVAL;
	if (a->mq_maxmsg > (trusted ? MQ_HARD_MSGMAX : l->msg_max) ||
	    a->mq_msgsize > (trusted ? MQ_HARD_MSGSIZEMAX : l->msgsize_max))
		return -EINVAL;
	return 0;
}

static struct mqueue *mqueue_new(struct task *t, const char *name, uint32_t mode,
				 const struct mq_attr *a)
{
	struct mqueue *q = mem_zalloc(sizeof(*q));

	if (q == NULL)
		return NULL;
	q->name = mem_strdup(name);
	q->inode = anon_inode_new(t->kernel, S_IFREG | mode);
	if (q->name == NULL || q->inode == NULL) {
		inode_put(q->inode);
		mem_free(q->name);
		mem_free(q);
		return NULL;
	}
	ref_init(&q->ref, 1);
	q->ns = mq_ns_of(t->kernel);
	wait_queue_init(&q->wq);
	list_init(&q->node);
	list_init(&q->msgs);
	q->inode->uid = task_cred(t)->fsuid;
	q->inode->gid = task_cred(t)->fsgid;
	q->inode->size = 80;
	q->maxmsg = a->mq_maxmsg;
	q->msgsize = a->mq_msgsize;
	q->charged = (uint64_t)q->maxmsg * ((uint64_t)q->msgsize + 2 * MSG_OVERHEAD);
	mutex_lock(&q->ns->mu); /* counted until mqueue_put() */
	q->ns->nr++;
	q->ns->charged += q->charged;
	mutex_unlock(&q->ns->mu);
	return q;
}

static struct mqueue *find_locked(struct mq_ns *ns, const char *name)
{
	struct mqueue *q;

	list_for_each_entry(q, &ns->queues, node)
		if (strcmp(q->name, name) == 0)
			return q;
	return NULL;
}

/* q is counted already. */
static int add_locked(struct task *t, struct mq_ns *ns, struct mqueue *q, const struct mq_limits *l,
		      uint64_t max_bytes)
{
	if (ns->nr > l->queues_max && !task_has_cap(t, CAP_SYS_RESOURCE))
		return -ENOSPC;
	if (ns->charged > max_bytes)
		return -EMFILE;
	list_add_tail(&q->node, &ns->queues);
	return 0;
}

/* The queue of that name, or fresh under it (and *fresh is taken); a reference for the file. */
static int find_or_add(struct task *t, const char *name, int flags, struct mqueue **fresh,
		       const struct mq_limits *l, struct mqueue **ret)
{
	uint64_t max_bytes = task_rlimit(t, RLIMIT_MSGQUEUE);
	struct mq_ns *ns = mq_ns_of(t->kernel);
	struct mqueue *q;
	int err = 0;

	mutex_lock(&ns->mu);
	q = find_locked(ns, name);
	if (q && (flags & O_CREAT) && (flags & O_EXCL)) {
		err = -EEXIST;
	} else if (q == NULL && *fresh == NULL) {
		err = flags & O_CREAT ? -EINVAL : -ENOENT;
	} else if (q == NULL) {
		err = add_locked(t, ns, *fresh, l, max_bytes);
		q = err == 0 ? TAKE_PTR(*fresh) : NULL;
		if (q)
			ref_get(&q->ref);
	} else {
		ref_get(&q->ref);
	}
	mutex_unlock(&ns->mu);
	*ret = err == 0 ? q : NULL;
	return err;
}

static int open_queue(struct task *t, struct mqueue *q, int flags, struct file **ret)
{
	unsigned int mode = (unsigned int)(flags + 1) & O_ACCMODE;
	char text[MQ_NAME_MAX + 2];

	snprintf(text, sizeof(text), "/%s", q->name);
	return file_new_anon(t->kernel, text, q->inode, &mqueue_fops, q,
			     flags & (O_ACCMODE | O_NONBLOCK), mode, ret);
}

int mqueue_open(struct task *t, const char *name, int flags, uint32_t mode,
		const struct mq_attr *attr, const struct mq_limits *limits, struct file **ret)
{
	struct mq_attr a = {.mq_maxmsg = MIN(limits->msg_default, limits->msg_max),
			    .mq_msgsize = MIN(limits->msgsize_default, limits->msgsize_max)};
	static const int access[3] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE};
	struct mqueue *q = NULL, *fresh = NULL;
	bool made;
	int err;

	if ((flags & O_ACCMODE) == O_ACCMODE)
		return -EINVAL;
	if (mq_ns_of(t->kernel) == NULL)
		return -ENOMEM;
	if (attr)
		a = *attr;
	if ((flags & O_CREAT) && check_attr(t, &a, limits) == 0) {
		fresh = mqueue_new(t, name, mode & 0777 & ~fs_umask(t->fs), &a);
		if (fresh == NULL)
			return -ENOMEM;
	}
	made = fresh != NULL;
	err = find_or_add(t, name, flags, &fresh, limits, &q);
	made = made && fresh == NULL;
	if (err == 0 && !made)
		err = inode_permission(q->inode, task_cred(t), access[flags & O_ACCMODE]);
	if (err == 0)
		err = open_queue(t, q, flags, ret);
	if (err < 0 && q)
		mqueue_put(q);
	if (fresh)
		mqueue_put(fresh);
	return err;
}

int mqueue_unlink(struct task *t, const char *name)
{
	struct mq_ns *ns = mq_ns_of(t->kernel);
	struct mqueue *q;
	int err = 0;

	if (ns == NULL)
		return -ENOMEM;
	mutex_lock(&ns->mu);
	q = find_locked(ns, name);
	if (q == NULL)
		err = -ENOENT;
	else if (!inode_owner_or_capable(q->inode, task_cred(t)))
		err = -EPERM;
	else
		list_del(&q->node);
	mutex_unlock(&ns->mu);
	if (err == 0)
		mqueue_put(q);
	return err;
}

/* ---- messages ---- */

void mqueue_attr(struct mqueue *q, struct mq_attr *ret)
{
	memset(ret, 0, sizeof(*ret));
	mutex_lock(&q->ns->mu);
	ret->mq_maxmsg = q->maxmsg;
	ret->mq_msgsize = q->msgsize;
	ret->mq_curmsgs = q->curmsgs;
	mutex_unlock(&q->ns->mu);
}

static void insert_locked(struct mqueue *q, struct mq_msg *m)
{
	struct mq_msg *at;

	list_for_each_entry_reverse(at, &q->msgs, node)
		if (at->prio >= m->prio)
			break;
	list_add(&m->node, &at->node); /* behind at, which may be the head */
	q->curmsgs++;
	q->qsize += m->size;
}

static void send_notification(struct task *t, struct process *p, struct mq_notice *n)
{
	siginfo_t info = {.si_signo = n->sev.sigev_signo, .si_code = SI_MESGQ};

	info.si_pid = t->process->pid;
	info.si_uid = task_cred(t)->uid;
	info.si_value = n->sev.sigev_value;
	if (n->sev.sigev_notify == SIGEV_SIGNAL && n->sev.sigev_signo)
		signal_queue_process(p, n->sev.sigev_signo, &info);
	notice_tell(n, MQ_TOLD_MESSAGE);
	notice_drop(p, n);
}

int mqueue_send(struct task *t, struct mqueue *q, struct mq_msg **msg)
{
	struct process *notify = NULL;
	struct mq_notice notice;

	mutex_lock(&q->ns->mu);
	if (q->curmsgs >= q->maxmsg) {
		mutex_unlock(&q->ns->mu);
		return -EAGAIN;
	}
	if (q->curmsgs == 0 && q->receivers == 0) {
		notify = TAKE_PTR(q->notify);
		notice = q->notice;
	}
	insert_locked(q, TAKE_PTR(*msg));
	wait_wake(&q->wq, POLLIN | POLLRDNORM);
	mutex_unlock(&q->ns->mu);
	if (notify)
		send_notification(t, notify, &notice);
	return 0;
}

int mqueue_receive(struct mqueue *q, struct mq_msg **ret)
{
	struct mq_msg *m;

	mutex_lock(&q->ns->mu);
	m = list_first_entry_or_null(&q->msgs, struct mq_msg, node);
	if (m) {
		list_del(&m->node);
		q->curmsgs--;
		q->qsize -= m->size;
		wait_wake(&q->wq, POLLOUT | POLLWRNORM);
	}
	mutex_unlock(&q->ns->mu);
	*ret = m;
	return m ? 0 : -EAGAIN;
}

void mqueue_receivers(struct mqueue *q, int by)
{
	mutex_lock(&q->ns->mu);
	q->receivers += by;
	mutex_unlock(&q->ns->mu);
}

int mqueue_notify(struct task *t, struct mqueue *q, const struct mq_notice *notice)
{
	struct process *old = NULL;
	struct mq_notice was;
	int err = 0;

	mutex_lock(&q->ns->mu);
	if (notice == NULL) {
		if (q->notify == t->process) {
			old = TAKE_PTR(q->notify);
			was = q->notice;
		}
	} else if (q->notify) {
		err = -EBUSY;
	} else {
		q->notify = process_get(t->process);
		q->notice = *notice;
	}
	mutex_unlock(&q->ns->mu);
	if (old) {
		notice_tell(&was, MQ_TOLD_REMOVED);
		notice_drop(old, &was);
	}
	return err;
}
