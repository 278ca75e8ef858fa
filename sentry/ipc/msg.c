/*
 * sentry/ipc/msg.c - message queues: msgop(2)
 *
 * Model: a list of messages in order of arrival; a receiver takes the first that fits its type.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "sentry/base/mem.h"
#include "sentry/ipc/ipc.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

struct ipc_obj *msg_queue_new(uint64_t qbytes)
{
	struct msg_queue *q = mem_zalloc(sizeof(*q));

	if (q == NULL)
		return NULL;
	list_init(&q->msgs);
	q->qbytes = qbytes;
	return &q->obj;
}

void msg_queue_free(struct ipc_obj *o)
{
	struct msg_queue *q = container_of(o, struct msg_queue, obj);

	while (!list_empty(&q->msgs)) {
		struct msg_msg *m = list_first_entry(&q->msgs, struct msg_msg, node);

		list_del(&m->node);
		mem_free(m);
	}
	mem_free(q);
}

void msg_queue_purge_locked(struct ipc_ns *ns, struct msg_queue *q, struct list *ret_msgs)
{
	ns->msg_bytes -= q->cbytes;
	ns->msg_count -= q->qnum;
	q->cbytes = q->qnum = 0;
	list_splice_tail(&q->msgs, ret_msgs);
}

int msg_send(struct task *t, struct ipc_obj *o, struct msg_msg **msg)
{
	struct msg_queue *q = container_of(o, struct msg_queue, obj);
	struct ipc_ns *ns = ipc_ns_peek(t->kernel);
	struct msg_msg *m = *msg;
	int err = 0;

	mutex_lock(&ns->mu);
	if (o->deleted)
		err = -EIDRM;
	else if (!ipc_may(t, o, 0222))
		err = -EACCES;
	else if (m->size + q->cbytes > q->qbytes || q->qnum + 1 > q->qbytes)
		err = -EAGAIN;
	else if (ns->msg_bytes + m->size + (ns->msg_count + 1) * sizeof(*m) > IPC_MSG_BYTES_MAX)
		err = -ENOMEM;
	if (err == 0) {
		*msg = NULL;
		list_add_tail(&m->node, &q->msgs);
		q->cbytes += m->size;
		q->qnum++;
		ns->msg_bytes += m->size;
		ns->msg_count++;
		q->lspid = t->process->pid;
		q->stime = ipc_now();
		wait_wake(&o->wq, POLLIN);
	}
	mutex_unlock(&ns->mu);
	return err;
}

/* convert_mode() and testmsg() of Linux in one. */
static struct msg_msg *find_locked(struct msg_queue *q, long type, int flags)
{
	long limit = type == LONG_MIN ? LONG_MAX : -type;
	struct msg_msg *m, *best = NULL;

	list_for_each_entry(m, &q->msgs, node) {
		if (flags & MSG_COPY) {
			if (type-- == 0)
				return m;
		} else if (type < 0) {
			if (m->type <= limit && (best == NULL || m->type < best->type))
				best = m;
		} else if (type == 0 || (flags & MSG_EXCEPT ? m->type != type : m->type == type)) {
			return m;
		}
	}
	return best;
}

static void take_locked(struct ipc_ns *ns, struct task *t, struct msg_queue *q, struct msg_msg *m)
{
	list_del(&m->node);
	q->cbytes -= m->size;
	q->qnum--;
	ns->msg_bytes -= m->size;
	ns->msg_count--;
	q->lrpid = t->process->pid;
	q->rtime = ipc_now();
	wait_wake(&q->obj.wq, POLLOUT);
}

int msg_receive(struct task *t, struct ipc_obj *o, size_t size, long type, int flags,
		struct msg_msg **ret)
{
	struct msg_queue *q = container_of(o, struct msg_queue, obj);
	struct ipc_ns *ns = ipc_ns_peek(t->kernel);
	struct msg_msg *m = NULL;
	int err = 0;

	mutex_lock(&ns->mu);
	if (o->deleted)
		err = -EIDRM;
	else if (!ipc_may(t, o, 0444))
		err = -EACCES;
	else
		m = find_locked(q, type, flags);
	if (err == 0 && m == NULL)
		err = -EAGAIN;
	else if (err == 0 && size < m->size && !(flags & MSG_NOERROR))
		err = -E2BIG;
	if (err == 0 && (flags & MSG_COPY)) {
		m = mem_memdup(m, sizeof(*m) + m->size);
		if (m == NULL)
			err = -ENOMEM;
		else
			list_init(&m->node);
	} else if (err == 0) {
		take_locked(ns, t, q, m);
	}
	mutex_unlock(&ns->mu);
	if (err == 0)
		*ret = m;
	return err;
}

void msg_stat_locked(const struct ipc_obj *o, struct msqid_ds *ret)
{
	const struct msg_queue *q = container_of(o, struct msg_queue, obj);

	*ret = (struct msqid_ds){
		.msg_stime = q->stime,
		.msg_rtime = q->rtime,
		.msg_ctime = o->ctime,
		.__msg_cbytes = q->cbytes,
		.msg_qnum = q->qnum,
		.msg_qbytes = q->qbytes,
		.msg_lspid = q->lspid,
		.msg_lrpid = q->lrpid,
	};
	ipc_fill_perm(o, &ret->msg_perm);
}
