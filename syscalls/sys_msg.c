/*
 * syscalls/sys_msg.c - message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2)
 *
 * Sources: ipc/msg.c for the order of errors.
 */
#include <limits.h>
#include <linux/capability.h>
#include <poll.h>

#include "fs/proc/sysctl.h"
#include "sentry/base/mem.h"
#include "sentry/ipc/ipc.h"
#include "syscalls/syscall.h"

long sys_msgget(struct task *t, const uint64_t *a)
{
	return ipc_get(t,
		       &(struct ipc_params){.kind = IPC_KIND_MSG,
					    .key = (int)a[0],
					    .flags = (int)a[1],
					    .limit = (int)sysctl_get(t->kernel, SYSCTL_MSGMNI),
					    .qbytes = sysctl_get(t->kernel, SYSCTL_MSGMNB),
					    .next_id = sysctl_word(t->kernel, SYSCTL_MSG_NEXT_ID)});
}

/* ---- send and receive ---- */

struct msg_call {
	struct ipc_obj *obj;
	struct msg_msg *msg;
	uaddr_t to;
	size_t size;
	long type;
	int flags;
};

static void msg_call_free(void *state)
{
	struct msg_call *c = state;

	ipc_obj_put(c->obj);
	mem_free(c->msg);
	mem_free(c);
}

static long send_op(struct task *t, void *state)
{
	struct msg_call *c = state;

	return msg_send(t, c->obj, &c->msg);
}

static long receive_op(struct task *t, void *state)
{
	struct msg_call *c = state;
	size_t n;
	int err = msg_receive(t, c->obj, c->size, c->type, c->flags, &c->msg);

	if (err < 0)
		return err;
	n = MIN(c->size, (size_t)c->msg->size);
	if (copy_out_obj(t, c->to, &c->msg->type) < 0 ||
	    copy_out(t, c->to + sizeof(long), c->msg->text, n) < 0)
		return -EFAULT;
	return (long)n;
}

static long receive_finish(struct task *t, void *state, long n)
{
	(void)t;
	(void)state;
	return n == -EAGAIN ? -ENOMSG : n;
}

/* Takes c; its queue is looked up. */
static long msg_run(struct task *t, struct msg_call *c, int id, bool send)
{
	int err = ipc_lookup(t, IPC_KIND_MSG, id, false, &c->obj);

	if (err < 0) {
		msg_call_free(c);
		return err;
	}
	ipc_obj_get(c->obj);
	ipc_unlock(t);
	return io_wait_loop(t, &(struct io_wait){
				       .wq = &c->obj->wq,
				       .events = send ? POLLOUT : POLLIN,
				       .deadline_ns = TIMER_NEVER,
				       .on_signal = -ERESTARTNOHAND,
				       .op = send ? send_op : receive_op,
				       .finish = send ? NULL : receive_finish,
				       .drop = msg_call_free,
				       .state = c,
				       .nonblock = c->flags & IPC_NOWAIT,
			       });
}

static int load_msg(struct task *t, uaddr_t from, long type, size_t size, struct msg_call **ret)
{
	struct msg_call *c = mem_zalloc(sizeof(*c));

	if (c == NULL)
		return -ENOMEM;
	c->msg = mem_alloc(sizeof(*c->msg) + size);
	if (c->msg == NULL || copy_in(t, c->msg->text, from, size) < 0) {
		int err = c->msg ? -EFAULT : -ENOMEM;

		msg_call_free(c);
		return err;
	}
	list_init(&c->msg->node);
	c->msg->type = type;
	c->msg->size = (uint32_t)size;
	*ret = c;
	return 0;
}

long sys_msgsnd(struct task *t, const uint64_t *a)
{
	struct msg_call *c;
	long type;
	int err;

	if (copy_in_obj(t, &type, a[1]) < 0)
		return -EFAULT;
	if (a[2] > IPC_MSGMAX || (int)a[0] < 0 || type < 1)
		return -EINVAL;
	err = load_msg(t, a[1] + sizeof(long), type, a[2], &c);
	if (err < 0)
		return err;
	c->flags = (int)a[3];
	return msg_run(t, c, (int)a[0], true);
}

long sys_msgrcv(struct task *t, const uint64_t *a)
{
	int flags = (int)a[4];
	struct msg_call *c;

	if ((int)a[0] < 0 || (int64_t)a[2] < 0)
		return -EINVAL;
	if ((flags & MSG_COPY) && ((flags & MSG_EXCEPT) || !(flags & IPC_NOWAIT)))
		return -EINVAL;
	c = mem_zalloc(sizeof(*c));
	if (c == NULL)
		return -ENOMEM;
	c->to = a[1];
	c->size = a[2];
	c->type = (long)a[3];
	c->flags = flags;
	return msg_run(t, c, (int)a[0], false);
}

/* ---- msgctl ---- */

static long msg_info(struct task *t, int cmd, uaddr_t buf)
{
	struct ipc_ns *ns = ipc_ns_of(t->kernel);
	struct msginfo info = {
		.msgmax = IPC_MSGMAX,
		.msgmnb = IPC_MSGMNB,
		.msgmni = (int)sysctl_get(t->kernel, SYSCTL_MSGMNI),
		.msgpool = IPC_MSGMNI * IPC_MSGMNB / 1024,
		.msgmap = IPC_MSGMNB,
		.msgssz = 16,
		.msgtql = IPC_MSGMNB,
		.msgseg = 0xffff,
	};
	int highest;

	if (ns == NULL)
		return -ENOMEM;
	mutex_lock(&ns->mu);
	highest = ipc_highest(&ns->tables[IPC_KIND_MSG]);
	if (cmd == MSG_INFO) {
		info.msgpool = ns->tables[IPC_KIND_MSG].used;
		info.msgmap = (int)ns->msg_count;
		info.msgtql = (int)ns->msg_bytes;
	}
	mutex_unlock(&ns->mu);
	return copy_out_obj(t, buf, &info) < 0 ? -EFAULT : highest;
}

static long msg_stat(struct task *t, int id, int cmd, uaddr_t buf)
{
	struct msqid_ds ds;
	struct ipc_obj *o;
	long ret = ipc_lookup(t, IPC_KIND_MSG, id, cmd != IPC_STAT, &o);

	if (ret < 0)
		return ret;
	if (cmd != MSG_STAT_ANY && !ipc_may(t, o, 0444))
		ret = -EACCES;
	msg_stat_locked(o, &ds);
	if (ret == 0 && cmd != IPC_STAT)
		ret = o->id;
	ipc_unlock(t);
	return ret >= 0 && copy_out_obj(t, buf, &ds) < 0 ? -EFAULT : ret;
}

static int msg_set_locked(struct task *t, struct ipc_obj *o, const struct msqid_ds *ds)
{
	struct msg_queue *q = container_of(o, struct msg_queue, obj);
	int err;

	if (ds->msg_qbytes > IPC_MSGMNB && !task_has_cap(t, CAP_SYS_RESOURCE))
		return -EPERM;
	err = ipc_set_perm(o, &ds->msg_perm);
	if (err < 0)
		return err;
	q->qbytes = ds->msg_qbytes;
	o->ctime = ipc_now();
	wait_wake(&o->wq, POLLIN | POLLOUT);
	return 0;
}

static long msg_change(struct task *t, int id, int cmd, uaddr_t buf)
{
	struct list msgs = LIST_HEAD_INIT(msgs);
	struct msqid_ds ds;
	struct ipc_obj *o;
	int err;

	if (cmd == IPC_SET && copy_in_obj(t, &ds, buf) < 0)
		return -EFAULT;
	err = ipc_lookup(t, IPC_KIND_MSG, id, false, &o);
	if (err < 0)
		return err;
	if (!ipc_may_control(t, o)) {
		err = -EPERM;
	} else if (cmd == IPC_SET) {
		err = msg_set_locked(t, o, &ds);
	} else {
		msg_queue_purge_locked(ipc_ns_peek(t->kernel),
				       container_of(o, struct msg_queue, obj), &msgs);
		ipc_remove_locked(ipc_ns_peek(t->kernel), o);
	}
	ipc_unlock(t);
	while (!list_empty(&msgs)) {
		struct msg_msg *m = list_first_entry(&msgs, struct msg_msg, node);

		list_del(&m->node);
		mem_free(m);
	}
	if (err == 0 && cmd == IPC_RMID)
		ipc_obj_put(o);
	return err;
}

long sys_msgctl(struct task *t, const uint64_t *a)
{
	int id = (int)a[0], cmd = (int)a[1];

	if (id < 0 || cmd < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case MSG_INFO: return msg_info(t, cmd, a[2]);
	case IPC_STAT:
	case MSG_STAT:
	case MSG_STAT_ANY: return msg_stat(t, id, cmd, a[2]);
	case IPC_SET:
	case IPC_RMID: return msg_change(t, id, cmd, a[2]);
	}
	return -EINVAL;
}
