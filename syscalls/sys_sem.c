/*
 * syscalls/sys_sem.c - semaphores: semget(2), semop(2), semtimedop(2), semctl(2)
 *
 * Sources: ipc/sem.c for the order of errors.
 */
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "fs/proc/sysctl.h"
#include "sentry/base/mem.h"
#include "sentry/ipc/ipc.h"
#include "syscalls/poll_wait.h"
#include "syscalls/syscall.h"

static struct sem_set *set_of(struct ipc_obj *o)
{
	return container_of(o, struct sem_set, obj);
}

long sys_semget(struct task *t, const uint64_t *a)
{
	int nsems = (int)a[1];

	if (nsems < 0 || nsems > sysctl_get(t->kernel, SYSCTL_SEMMSL) || nsems > IPC_SEMMSL)
		return -EINVAL;
	return ipc_get(t,
		       &(struct ipc_params){.kind = IPC_KIND_SEM,
					    .key = (int)a[0],
					    .flags = (int)a[2],
					    .size = (uint64_t)nsems,
					    .limit = (int)sysctl_get(t->kernel, SYSCTL_SEMMNI),
					    .total = (uint64_t)sysctl_get(t->kernel, SYSCTL_SEMMNS),
					    .next_id = sysctl_word(t->kernel, SYSCTL_SEM_NEXT_ID)});
}

/* ---- semop ---- */

struct sem_call {
	struct ipc_obj *obj;
	struct task *task;
	struct sem_wait wait;
	unsigned int n;
	struct sembuf ops[];
};

static void sem_call_free(void *state)
{
	struct sem_call *c = state;

	if (c->obj) {
		sem_wait_end(c->task, c->obj, &c->wait);
		ipc_obj_put(c->obj);
	}
	mem_free(c);
}

static long sem_op(struct task *t, void *state)
{
	struct sem_call *c = state;

	return sem_operate(t, c->obj, c->ops, c->n, &c->wait);
}

static long sem_finish(struct task *t, void *state, long n)
{
	(void)t;
	(void)state;
	return n == -ECANCELED ? -EAGAIN : n;
}

static long do_semop(struct task *t, int id, uaddr_t uops, unsigned int n, int64_t deadline)
{
	struct sem_call *c;
	int err;

	if (n < 1 || id < 0)
		return -EINVAL;
	if (n > (uint64_t)sysctl_get(t->kernel, SYSCTL_SEMOPM))
		return -E2BIG;
	c = mem_zalloc(sizeof(*c) + n * sizeof(struct sembuf));
	if (c == NULL)
		return -ENOMEM;
	c->task = t;
	c->n = n;
	list_init(&c->wait.node);
	err = copy_in(t, c->ops, uops, n * sizeof(struct sembuf));
	if (err == 0)
		err = ipc_lookup(t, IPC_KIND_SEM, id, false, &c->obj);
	if (err < 0) {
		c->obj = NULL;
		sem_call_free(c);
		return err;
	}
	ipc_obj_get(c->obj);
	ipc_unlock(t);
	return io_wait_loop(t, &(struct io_wait){
				       .wq = &c->obj->wq,
				       .events = POLLIN,
				       .deadline_ns = deadline == POLL_NO_WAIT ? 0 : deadline,
				       .on_timeout = -EAGAIN,
				       .on_signal = -EINTR,
				       .op = sem_op,
				       .finish = sem_finish,
				       .drop = sem_call_free,
				       .state = c,
				       .nonblock = deadline == POLL_NO_WAIT,
			       });
}

long sys_semop(struct task *t, const uint64_t *a)
{
	return do_semop(t, (int)a[0], a[1], (unsigned int)a[2], TIMER_NEVER);
}

long sys_semtimedop(struct task *t, const uint64_t *a)
{
	int64_t deadline = TIMER_NEVER;
	struct timespec ts;
	int err;

	if (a[3]) {
		if (copy_in_obj(t, &ts, a[3]) < 0)
			return -EFAULT;
		if ((unsigned int)a[2] < 1 || (int)a[0] < 0)
			return -EINVAL;
		if ((unsigned int)a[2] > (uint64_t)sysctl_get(t->kernel, SYSCTL_SEMOPM))
			return -E2BIG;
		err = poll_deadline(&ts, &deadline);
		if (err < 0)
			return err;
	}
	return do_semop(t, (int)a[0], a[1], (unsigned int)a[2], deadline);
}

/* ---- semctl ---- */

static long sem_info(struct task *t, int cmd, uaddr_t buf)
{
	struct ipc_ns *ns = ipc_ns_of(t->kernel);
	struct seminfo info = {
		.semmap = 1024000000,
		.semmni = (int)sysctl_get(t->kernel, SYSCTL_SEMMNI),
		.semmns = (int)sysctl_get(t->kernel, SYSCTL_SEMMNS),
		.semmnu = 1024000000,
		.semmsl = (int)sysctl_get(t->kernel, SYSCTL_SEMMSL),
		.semopm = (int)sysctl_get(t->kernel, SYSCTL_SEMOPM),
		.semume = (int)sysctl_get(t->kernel, SYSCTL_SEMOPM),
		.semusz = 20,
		.semvmx = IPC_SEMVMX,
		.semaem = IPC_SEMVMX,
	};
	int highest;

	if (ns == NULL)
		return -ENOMEM;
	mutex_lock(&ns->mu);
	highest = ipc_highest(&ns->tables[IPC_KIND_SEM]);
	if (cmd == SEM_INFO) {
		info.semusz = ns->tables[IPC_KIND_SEM].used;
		info.semaem = (int)ns->sem_count;
	}
	mutex_unlock(&ns->mu);
	return copy_out_obj(t, buf, &info) < 0 ? -EFAULT : highest;
}

static long sem_stat(struct task *t, int id, int cmd, uaddr_t buf)
{
	struct semid_ds ds = {0};
	struct ipc_obj *o;
	long ret = ipc_lookup(t, IPC_KIND_SEM, id, cmd != IPC_STAT, &o);

	if (ret < 0)
		return ret;
	if (cmd != SEM_STAT_ANY && !ipc_may(t, o, 0444))
		ret = -EACCES;
	ipc_fill_perm(o, &ds.sem_perm);
	ds.sem_otime = set_of(o)->otime;
	ds.sem_ctime = o->ctime;
	ds.sem_nsems = (unsigned long)set_of(o)->nsems;
	if (ret == 0 && cmd != IPC_STAT)
		ret = o->id;
	ipc_unlock(t);
	return ret >= 0 && copy_out_obj(t, buf, &ds) < 0 ? -EFAULT : ret;
}

static int count_waiters(const struct sem_set *s, int num, bool for_zero)
{
	struct sem_wait *w;
	int n = 0;

	list_for_each_entry(w, &s->waiters, node)
		n += w->num == num && w->for_zero == for_zero;
	return n;
}

static long sem_get_one(struct task *t, int id, int num, int cmd)
{
	struct sem_set *s;
	struct ipc_obj *o;
	long ret = ipc_lookup(t, IPC_KIND_SEM, id, false, &o);

	if (ret < 0)
		return ret;
	s = set_of(o);
	if (!ipc_may(t, o, 0444))
		ret = -EACCES;
	else if (num < 0 || num >= s->nsems)
		ret = -EINVAL;
	else if (cmd == GETVAL)
		ret = s->sems[num].value;
	else if (cmd == GETPID)
		ret = s->sems[num].pid;
	else
		ret = count_waiters(s, num, cmd == GETZCNT);
	ipc_unlock(t);
	return ret;
}

/* GETALL, SETALL: the number of semaphores never changes, so a buffer is made for it first. */
static long sem_all(struct task *t, int id, int cmd, uaddr_t buf)
{
	unsigned short *_cleanup_free_ vals = NULL;
	struct sem_set *s;
	struct ipc_obj *o;
	size_t n;
	int err = ipc_lookup(t, IPC_KIND_SEM, id, false, &o);

	if (err < 0)
		return err;
	s = set_of(o);
	n = (size_t)s->nsems;
	err = ipc_may(t, o, cmd == SETALL ? 0222 : 0444) ? 0 : -EACCES;
	ipc_obj_get(o);
	ipc_unlock(t);
	vals = err == 0 ? mem_calloc(n, sizeof(*vals)) : NULL;
	if (err == 0 && vals == NULL)
		err = -ENOMEM;
	if (err == 0 && cmd == SETALL)
		err = copy_in(t, vals, buf, n * sizeof(*vals));
	for (size_t i = 0; err == 0 && i < n; i++)
		if (vals[i] > IPC_SEMVMX)
			err = -ERANGE;
	mutex_lock(&ipc_ns_peek(t->kernel)->mu);
	if (err == 0 && o->deleted)
		err = -EIDRM;
	for (size_t i = 0; err == 0 && i < n; i++) {
		if (cmd == GETALL) {
			vals[i] = (unsigned short)s->sems[i].value;
		} else {
			s->sems[i].value = vals[i];
			s->sems[i].pid = t->process->pid;
		}
	}
	if (err == 0 && cmd == SETALL) {
		sem_clear_undo_locked(s, -1);
		o->ctime = ipc_now();
		wait_wake(&o->wq, POLLIN);
	}
	ipc_unlock(t);
	ipc_obj_put(o);
	if (err == 0 && cmd == GETALL)
		err = copy_out(t, buf, vals, n * sizeof(*vals));
	return err;
}

static long sem_set_value(struct task *t, int id, int num, int val)
{
	struct sem_set *s;
	struct ipc_obj *o;
	long err;

	if (val < 0 || val > IPC_SEMVMX)
		return -ERANGE;
	err = ipc_lookup(t, IPC_KIND_SEM, id, false, &o);
	if (err < 0)
		return err;
	s = set_of(o);
	if (num < 0 || num >= s->nsems) {
		err = -EINVAL;
	} else if (!ipc_may(t, o, 0222)) {
		err = -EACCES;
	} else {
		s->sems[num].value = val;
		s->sems[num].pid = t->process->pid;
		sem_clear_undo_locked(s, num);
		o->ctime = ipc_now();
		wait_wake(&o->wq, POLLIN);
	}
	ipc_unlock(t);
	return err;
}

static long sem_change(struct task *t, int id, int cmd, uaddr_t buf)
{
	struct ipc_ns *ns = ipc_ns_of(t->kernel);
	struct semid_ds ds;
	struct ipc_obj *o;
	int err;

	if (cmd == IPC_SET && copy_in_obj(t, &ds, buf) < 0)
		return -EFAULT;
	err = ipc_lookup(t, IPC_KIND_SEM, id, false, &o);
	if (err < 0)
		return err;
	if (!ipc_may_control(t, o)) {
		err = -EPERM;
	} else if (cmd == IPC_SET) {
		err = ipc_set_perm(o, &ds.sem_perm);
		if (err == 0)
			o->ctime = ipc_now();
	} else {
		sem_set_drop_undos_locked(ns, set_of(o));
		ns->sem_count -= (uint64_t)set_of(o)->nsems;
		ipc_remove_locked(ns, o);
	}
	ipc_unlock(t);
	if (err == 0 && cmd == IPC_RMID)
		ipc_obj_put(o);
	return err;
}

long sys_semctl(struct task *t, const uint64_t *a)
{
	int id = (int)a[0], num = (int)a[1], cmd = (int)a[2];

	if (id < 0)
		return -EINVAL;
	switch (cmd) {
	case IPC_INFO:
	case SEM_INFO: return sem_info(t, cmd, a[3]);
	case IPC_STAT:
	case SEM_STAT:
	case SEM_STAT_ANY: return sem_stat(t, id, cmd, a[3]);
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT: return sem_get_one(t, id, num, cmd);
	case GETALL:
	case SETALL: return sem_all(t, id, cmd, a[3]);
	case SETVAL: return sem_set_value(t, id, num, (int)a[3]);
	case IPC_SET:
	case IPC_RMID: return sem_change(t, id, cmd, a[3]);
	}
	return -EINVAL;
}
