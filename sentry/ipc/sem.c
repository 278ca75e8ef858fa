/*
 * sentry/ipc/sem.c - semaphore sets: semop(2), SEM_UNDO
 *
 * Model: an operation on several semaphores happens as a whole or not at all. What blocks is kept on
 * the set's list of waiters only to be counted (GETNCNT, GETZCNT); every change wakes all of them,
 * who try again. Undo values are kept by process and given back when it ends.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "sentry/base/mem.h"
#include "sentry/ipc/ipc.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

struct ipc_obj *sem_set_new(int nsems)
{
	struct sem_set *s = mem_zalloc(sizeof(*s) + (size_t)nsems * sizeof(struct sem));

	if (s == NULL)
		return NULL;
	list_init(&s->undos);
	list_init(&s->waiters);
	s->nsems = nsems;
	return &s->obj;
}

void sem_set_free(struct ipc_obj *o)
{
	mem_free(container_of(o, struct sem_set, obj));
}

/* ---- undo ---- */

static struct sem_undo *find_undo_locked(struct sem_set *s, const struct process *p)
{
	struct sem_undo *un;

	list_for_each_entry(un, &s->undos, set_node)
		if (un->process == p)
			return un;
	return NULL;
}

static size_t undo_size(const struct sem_set *s)
{
	return sizeof(struct sem_undo) + (size_t)s->nsems * sizeof(int16_t);
}

static struct sem_undo *get_undo_locked(struct ipc_ns *ns, struct sem_set *s, struct process *p)
{
	struct sem_undo *un = find_undo_locked(s, p);

	if (un)
		return un;
	if (ns->undo_bytes + undo_size(s) > IPC_UNDO_BYTES_MAX)
		return NULL;
	un = mem_zalloc(undo_size(s));
	if (un == NULL)
		return NULL;
	ns->undo_bytes += undo_size(s);
	un->process = p;
	un->set = s;
	list_add_tail(&un->set_node, &s->undos);
	list_add_tail(&un->ns_node, &ns->undos);
	return un;
}

static void free_undo_locked(struct ipc_ns *ns, struct sem_undo *un)
{
	ns->undo_bytes -= undo_size(un->set);
	list_del(&un->set_node);
	list_del(&un->ns_node);
	mem_free(un);
}

void sem_set_drop_undos_locked(struct ipc_ns *ns, struct sem_set *s)
{
	while (!list_empty(&s->undos))
		free_undo_locked(ns, list_first_entry(&s->undos, struct sem_undo, set_node));
}

void sem_clear_undo_locked(struct sem_set *s, int num)
{
	struct sem_undo *un;

	list_for_each_entry(un, &s->undos, set_node)
		for (int i = 0; i < s->nsems; i++)
			if (num < 0 || i == num)
				un->adj[i] = 0;
}

static void give_back_locked(struct sem_undo *un)
{
	struct sem_set *s = un->set;
	bool changed = false;

	for (int i = 0; i < s->nsems; i++) {
		if (un->adj[i] == 0)
			continue;
		s->sems[i].value = MAX(0, MIN(s->sems[i].value + un->adj[i], IPC_SEMVMX));
		s->sems[i].pid = un->process->pid;
		changed = true;
	}
	if (!changed)
		return;
	s->otime = ipc_now();
	wait_wake(&s->obj.wq, POLLIN);
}

void sem_undo_exit(struct ipc_ns *ns, struct process *p)
{
	struct sem_undo *un, *tmp;

	mutex_lock(&ns->mu);
	list_for_each_entry_safe(un, tmp, &ns->undos, ns_node) {
		if (un->process != p)
			continue;
		give_back_locked(un);
		free_undo_locked(ns, un);
	}
	mutex_unlock(&ns->mu);
}

/* ---- semop ---- */

/* One operation. 0, -EAGAIN, -ECANCELED, -ERANGE. */
static int apply_locked(struct sem_set *s, const struct sembuf *op, struct sem_undo *un,
			struct sem_wait *w)
{
	struct sem *sem = &s->sems[op->sem_num];
	int value = sem->value + op->sem_op;

	if (op->sem_op == 0 ? sem->value != 0 : value < 0) {
		w->num = op->sem_num;
		w->for_zero = op->sem_op == 0;
		return op->sem_flg & IPC_NOWAIT ? -ECANCELED : -EAGAIN;
	}
	if (value > IPC_SEMVMX)
		return -ERANGE;
	if (op->sem_flg & SEM_UNDO) {
		int adj = un->adj[op->sem_num] - op->sem_op;

		if (adj < -IPC_SEMVMX - 1 || adj > IPC_SEMVMX)
			return -ERANGE;
		un->adj[op->sem_num] = (int16_t)adj;
	}
	sem->value = value;
	return 0;
}

static void unapply_locked(struct sem_set *s, const struct sembuf *ops, unsigned int n,
			   struct sem_undo *un)
{
	while (n-- > 0) {
		s->sems[ops[n].sem_num].value -= ops[n].sem_op;
		if (ops[n].sem_flg & SEM_UNDO)
			un->adj[ops[n].sem_num] = (int16_t)(un->adj[ops[n].sem_num] +
							    ops[n].sem_op);
	}
}

static int apply_all_locked(struct task *t, struct sem_set *s, const struct sembuf *ops,
			    unsigned int n, struct sem_undo *un, struct sem_wait *w)
{
	bool alter = false;

	for (unsigned int i = 0; i < n; i++) {
		int err = apply_locked(s, &ops[i], un, w);

		alter |= ops[i].sem_op != 0;
		if (err < 0) {
			unapply_locked(s, ops, i, un);
			return err;
		}
	}
	for (unsigned int i = 0; i < n; i++)
		s->sems[ops[i].sem_num].pid = t->process->pid;
	s->otime = ipc_now();
	if (alter)
		wait_wake(&s->obj.wq, POLLIN);
	return 0;
}

int sem_operate(struct task *t, struct ipc_obj *o, const struct sembuf *ops, unsigned int n,
		struct sem_wait *w)
{
	struct sem_set *s = container_of(o, struct sem_set, obj);
	struct ipc_ns *ns = ipc_ns_peek(t->kernel);
	struct sem_undo *un = NULL;
	bool alter = false, undo = false;
	int err = 0;

	for (unsigned int i = 0; i < n; i++) {
		alter |= ops[i].sem_op != 0;
		undo |= (ops[i].sem_flg & SEM_UNDO) != 0;
	}
	mutex_lock(&ns->mu);
	if (o->deleted)
		err = -EIDRM;
	for (unsigned int i = 0; i < n && err == 0; i++)
		if (ops[i].sem_num >= s->nsems)
			err = -EFBIG;
	if (err == 0 && !ipc_may(t, o, alter ? 0222 : 0444))
		err = -EACCES;
	/* A process that is ending has given back what it had: nobody would do it again. */
	if (err == 0 && undo && t->process->state != PROCESS_LIVE)
		err = -EINTR;
	if (err == 0 && undo) {
		un = get_undo_locked(ns, s, t->process);
		err = un ? 0 : -ENOMEM;
	}
	if (err == 0)
		err = apply_all_locked(t, s, ops, n, un, w);
	list_del(&w->node);
	if (err == -EAGAIN)
		list_add_tail(&w->node, &s->waiters);
	mutex_unlock(&ns->mu);
	return err;
}

void sem_wait_end(struct task *t, struct ipc_obj *o, struct sem_wait *w)
{
	(void)o;
	mutex_lock(&ipc_ns_peek(t->kernel)->mu);
	list_del(&w->node);
	ipc_unlock(t);
}
