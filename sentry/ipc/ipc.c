/*
 * sentry/ipc/ipc.c - ids, keys and permissions of System V IPC, see ipc.h
 *
 * Sources: ipc/util.c for the order of errors.
 */
#include "sentry/ipc/ipc.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <time.h>

#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/cred.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define SLOT_MASK ((1 << IPC_SLOT_BITS) - 1)
#define SEQ_MAX 0x7fffu

struct ipc_ns *ipc_ns_peek(struct kernel *k)
{
	return atomic_load(&k->ipc);
}

struct ipc_ns *ipc_ns_of(struct kernel *k)
{
	struct ipc_ns *ns = ipc_ns_peek(k), *none = NULL;

	if (likely(ns))
		return ns;
	ns = mem_zalloc(sizeof(*ns));
	if (ns == NULL)
		return NULL;
	ns->kernel = k;
	mutex_init(&ns->mu, LOCK_IPC);
	list_init(&ns->undos);
	list_init(&ns->attaches);
	if (atomic_compare_exchange_strong(&k->ipc, &none, ns))
		return ns;
	mem_free(ns);
	return none;
}

int64_t ipc_now(void)
{
	return clock_now_ns(CLOCK_REALTIME) / 1000000000;
}

/* ---- objects ---- */

struct ipc_obj *ipc_obj_get(struct ipc_obj *o)
{
	ref_get(&o->ref);
	return o;
}

void ipc_obj_put(struct ipc_obj *o)
{
	if (o == NULL || !ref_put(&o->ref))
		return;
	wait_queue_destroy(&o->wq);
	switch (o->kind) {
	case IPC_KIND_MSG: msg_queue_free(o); break;
	case IPC_KIND_SEM: sem_set_free(o); break;
	default: shm_seg_free(o); break;
	}
}

bool ipc_may(struct task *t, const struct ipc_obj *o, uint32_t flag)
{
	const struct cred *c = task_cred(t);
	uint32_t want = (flag >> 6) | (flag >> 3) | flag, granted = o->mode;

	if (c->euid == o->cuid || c->euid == o->uid)
		granted >>= 6;
	else if (cred_in_group(c, o->cgid) || cred_in_group(c, o->gid))
		granted >>= 3;
	return !(want & ~granted & 7) || cred_has_cap(c, CAP_IPC_OWNER);
}

bool ipc_may_control(struct task *t, const struct ipc_obj *o)
{
	uint32_t euid = task_cred(t)->euid;

	return euid == o->cuid || euid == o->uid || task_has_cap(t, CAP_SYS_ADMIN);
}

void ipc_fill_perm(const struct ipc_obj *o, struct ipc_perm *ret)
{
	*ret = (struct ipc_perm){
		.__key = o->key,
		.uid = o->uid,
		.gid = o->gid,
		.cuid = o->cuid,
		.cgid = o->cgid,
		.mode = (unsigned short)o->mode,
		.__seq = (unsigned short)(o->id >> IPC_SLOT_BITS),
	};
}

int ipc_set_perm(struct ipc_obj *o, const struct ipc_perm *p)
{
	if (p->uid == (uint32_t)-1 || p->gid == (uint32_t)-1)
		return -EINVAL;
	o->uid = p->uid;
	o->gid = p->gid;
	o->mode = (o->mode & ~0777u) | (p->mode & 0777u);
	return 0;
}

/* ---- tables ---- */

/* The slot wanted if it is free, else the first free one. */
static int find_slot_locked(struct ipc_table *tb, int limit, int wanted)
{
	int slot = MAX(wanted, 0);

	if (tb->used >= MIN(limit, 1 << IPC_SLOT_BITS))
		return -ENOSPC;
	if (slot < tb->size && tb->slots[slot])
		slot = 0;
	while (slot < tb->size && tb->slots[slot])
		slot++;
	if (slot >= tb->size) {
		int size = MAX(slot + 1, tb->size ? tb->size * 2 : 16);
		struct ipc_obj **slots = mem_realloc(tb->slots, (size_t)size * sizeof(*slots));

		if (slots == NULL)
			return -ENOMEM;
		for (int i = tb->size; i < size; i++)
			slots[i] = NULL;
		tb->slots = slots;
		tb->size = size;
	}
	return slot;
}

static struct ipc_obj *find_key_locked(struct ipc_table *tb, int32_t key)
{
	for (int i = 0; i < tb->size; i++)
		if (tb->slots[i] && tb->slots[i]->key == key)
			return tb->slots[i];
	return NULL;
}

int ipc_highest(const struct ipc_table *tb)
{
	int i = tb->size - 1;

	while (i >= 0 && tb->slots[i] == NULL)
		i--;
	return MAX(i, 0);
}

void ipc_remove_locked(struct ipc_ns *ns, struct ipc_obj *o)
{
	struct ipc_table *tb = &ns->tables[o->kind];

	tb->slots[o->id & SLOT_MASK] = NULL;
	tb->used--;
	o->deleted = true;
	wait_wake(&o->wq, POLLIN | POLLOUT);
}

static struct ipc_obj *obj_new(struct task *t, const struct ipc_params *p)
{
	switch (p->kind) {
	case IPC_KIND_MSG: return msg_queue_new((uint64_t)p->qbytes);
	case IPC_KIND_SEM: return sem_set_new((int)p->size);
	default: return shm_seg_new(t, p->file, p->size);
	}
}

/* Limits that a new object must fit into; it is counted. */
static int account_locked(struct ipc_ns *ns, const struct ipc_params *p)
{
	if (p->kind == IPC_KIND_SEM) {
		if (ns->sem_count + p->size > MIN(p->total, (uint64_t)IPC_SEMMNS))
			return -ENOSPC;
		ns->sem_count += p->size;
	} else if (p->kind == IPC_KIND_SHM) {
		ns->shm_pages += (p->size + 4095) / 4096;
	}
	return 0;
}

/* Takes o; its id. */
static int add_locked(struct ipc_ns *ns, struct task *t, const struct ipc_params *p,
		      struct ipc_obj *o)
{
	struct ipc_table *tb = &ns->tables[p->kind];
	int64_t next = p->next_id ? atomic_exchange(p->next_id, -1) : -1;
	int slot = find_slot_locked(tb, p->limit, next < 0 ? -1 : (int)(next & SLOT_MASK));
	int err = slot < 0 ? slot : account_locked(ns, p);

	if (err < 0)
		return err;
	o->kind = p->kind;
	o->key = p->key;
	o->mode = (uint32_t)p->flags & 0777;
	o->uid = o->cuid = task_cred(t)->euid;
	o->gid = o->cgid = task_cred(t)->egid;
	o->ctime = ipc_now();
	if (next >= 0)
		tb->seq = (uint32_t)(next >> IPC_SLOT_BITS) & SEQ_MAX;
	o->id = (int)(tb->seq << IPC_SLOT_BITS) | slot;
	tb->seq = tb->seq >= SEQ_MAX - 1 ? 0 : tb->seq + 1;
	tb->slots[slot] = o;
	tb->used++;
	return o->id;
}

static int use_existing(struct task *t, const struct ipc_params *p, const struct ipc_obj *o)
{
	if ((p->flags & IPC_CREAT) && (p->flags & IPC_EXCL))
		return -EEXIST;
	if (o->kind == IPC_KIND_SEM && p->size > (uint64_t)((const struct sem_set *)o)->nsems)
		return -EINVAL;
	if (o->kind == IPC_KIND_SHM && p->size > ((const struct shm_seg *)o)->size)
		return -EINVAL;
	return ipc_may(t, o, (uint32_t)p->flags & 0777) ? o->id : -EACCES;
}

/* The size of a new object is checked by the caller only where it is needed: -EINVAL here. */
static int check_new(const struct ipc_params *p)
{
	if (p->kind == IPC_KIND_SEM && p->size == 0)
		return -EINVAL;
	if (p->kind == IPC_KIND_SHM && (p->size == 0 || p->size > IPC_SHMMAX))
		return -EINVAL;
	return 0;
}

int ipc_get(struct task *t, const struct ipc_params *p)
{
	struct ipc_ns *ns = ipc_ns_of(t->kernel);
	struct ipc_obj *o = NULL, *fresh = NULL;
	int id, err = check_new(p);

	if (ns == NULL)
		return -ENOMEM;
	if (err == 0 && (p->key == IPC_PRIVATE || (p->flags & IPC_CREAT))) {
		fresh = obj_new(t, p);
		if (fresh == NULL)
			err = -ENOMEM;
	}
	if (fresh) {
		ref_init(&fresh->ref, 1);
		fresh->kind = p->kind;
		wait_queue_init(&fresh->wq);
	}
	mutex_lock(&ns->mu);
	if (p->key != IPC_PRIVATE)
		o = find_key_locked(&ns->tables[p->kind], p->key);
	if (o)
		id = use_existing(t, p, o);
	else if (p->key != IPC_PRIVATE && !(p->flags & IPC_CREAT))
		id = -ENOENT;
	else if (err < 0)
		id = err;
	else
		id = add_locked(ns, t, p, fresh);
	if (id >= 0 && o == NULL)
		fresh = NULL;
	mutex_unlock(&ns->mu);
	ipc_obj_put(fresh);
	return id;
}

int ipc_lookup(struct task *t, enum ipc_kind kind, int id, bool by_slot, struct ipc_obj **ret)
{
	struct ipc_ns *ns = ipc_ns_of(t->kernel);
	int slot = by_slot ? id : id & SLOT_MASK;
	struct ipc_table *tb;

	if (ns == NULL)
		return -ENOMEM;
	if (id < 0)
		return -EINVAL;
	tb = &ns->tables[kind];
	mutex_lock(&ns->mu);
	if (slot < tb->size) {
		struct ipc_obj *o = tb->slots[array_index_nospec((size_t)slot, (size_t)tb->size)];

		if (o && (by_slot || o->id == id)) {
			*ret = o;
			return 0;
		}
	}
	mutex_unlock(&ns->mu);
	return -EINVAL;
}

void ipc_unlock(struct task *t)
{
	mutex_unlock(&ipc_ns_peek(t->kernel)->mu);
}

/* ---- processes ---- */

void ipc_process_exit(struct process *p)
{
	struct ipc_ns *ns = ipc_ns_peek(p->kernel);

	if (ns == NULL)
		return;
	sem_undo_exit(ns, p);
	shm_process_end(ns, p);
}

void ipc_process_fork(struct process *child, struct process *parent)
{
	struct ipc_ns *ns = ipc_ns_peek(child->kernel);

	if (ns)
		shm_process_fork(ns, child, parent);
}

void ipc_process_exec(struct process *p)
{
	struct ipc_ns *ns = ipc_ns_peek(p->kernel);

	if (ns)
		shm_process_end(ns, p);
}

/* ---- /proc/sysvipc ---- */

static void show_msg(const struct ipc_obj *o, struct strbuf *sb)
{
	const struct msg_queue *q = container_of(o, struct msg_queue, obj);

	strbuf_printf(sb,
		      "%10d %10d  %4o  %10lu %10lu %5d %5d %5u %5u %5u %5u %10lld %10lld %10lld\n",
		      o->key, o->id, o->mode, (unsigned long)q->cbytes, (unsigned long)q->qnum,
		      q->lspid, q->lrpid, o->uid, o->gid, o->cuid, o->cgid, (long long)q->stime,
		      (long long)q->rtime, (long long)o->ctime);
}

static void show_sem(const struct ipc_obj *o, struct strbuf *sb)
{
	const struct sem_set *s = container_of(o, struct sem_set, obj);

	strbuf_printf(sb, "%10d %10d  %4o %10d %5u %5u %5u %5u %10lld %10lld\n", o->key, o->id,
		      o->mode, s->nsems, o->uid, o->gid, o->cuid, o->cgid, (long long)s->otime,
		      (long long)o->ctime);
}

static void show_shm(const struct ipc_obj *o, struct strbuf *sb)
{
	const struct shm_seg *s = container_of(o, struct shm_seg, obj);

	strbuf_printf(sb,
		      "%10d %10d  %4o %21lu %5d %5d  %5lu %5u %5u %5u %5u %10lld %10lld %10lld "
		      "%21lu %21lu\n",
		      o->key, o->id, o->mode, (unsigned long)s->size, s->cpid, s->lpid,
		      (unsigned long)s->nattch, o->uid, o->gid, o->cuid, o->cgid,
		      (long long)s->atime, (long long)s->dtime, (long long)o->ctime,
		      (unsigned long)((s->size + 4095) & ~4095ULL), 0UL);
}

void ipc_show(struct kernel *k, enum ipc_kind kind, struct strbuf *sb)
{
	static void (*const show[])(const struct ipc_obj *, struct strbuf *) = {
		[IPC_KIND_MSG] = show_msg, [IPC_KIND_SEM] = show_sem, [IPC_KIND_SHM] = show_shm};
	struct ipc_ns *ns = ipc_ns_peek(k);

	if (ns == NULL)
		return;
	mutex_lock(&ns->mu);
	for (int i = 0; i < ns->tables[kind].size; i++)
		if (ns->tables[kind].slots[i])
			show[kind](ns->tables[kind].slots[i], sb);
	mutex_unlock(&ns->mu);
}
