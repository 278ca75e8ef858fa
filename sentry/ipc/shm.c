/*
 * sentry/ipc/shm.c - shared memory segments: shmop(2)
 *
 * Model: a segment is a memory file that the guest's host process maps like any other. Which process
 * has it attached, and how often, is kept here; where is the host's knowledge.
 *
 * Differences from Linux: munmap(2) of a segment does not count as a detach; a shmat(2) that the host
 * refuses (no address space) counts as attached until the process ends; a vfork child counts until
 * it executes a program.
 */
#include <errno.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/ipc/ipc.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

struct ipc_obj *shm_seg_new(struct task *t, struct file *f, uint64_t size)
{
	struct shm_seg *s = mem_zalloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	s->file = file_get(f);
	s->size = size;
	s->cpid = t->process->pid;
	return &s->obj;
}

void shm_seg_free(struct ipc_obj *o)
{
	struct shm_seg *s = container_of(o, struct shm_seg, obj);

	file_put(s->file);
	mem_free(s);
}

static struct shm_attach *attach_new_locked(struct ipc_ns *ns, struct process *p, struct shm_seg *s)
{
	struct shm_attach *a = NULL;

	/* What a process attaches that is ending already, nobody would take off the list. */
	if (ns->nr_attaches < IPC_ATTACH_MAX && p->state == PROCESS_LIVE)
		a = mem_alloc(sizeof(*a));
	if (a == NULL)
		return NULL;
	*a = (struct shm_attach){.process = p, .seg = s};
	ipc_obj_get(&s->obj);
	list_add_tail(&a->node, &ns->attaches);
	ns->nr_attaches++;
	s->nattch++;
	return a;
}

int shm_attach(struct task *t, struct ipc_obj *o, uint64_t host_dev, uint64_t host_ino)
{
	struct shm_seg *s = container_of(o, struct shm_seg, obj);
	struct ipc_ns *ns = ipc_ns_peek(t->kernel);
	int err = 0;

	mutex_lock(&ns->mu);
	if (attach_new_locked(ns, t->process, s) == NULL)
		err = -ENOMEM;
	s->host_dev = host_dev;
	s->host_ino = host_ino;
	s->atime = ipc_now();
	s->lpid = t->process->pid;
	mutex_unlock(&ns->mu);
	return err;
}

/* The last one to go takes a removed segment with it. */
static void detach_locked(struct ipc_ns *ns, struct shm_attach *a, struct list *done)
{
	struct shm_seg *s = a->seg;

	list_move_tail(&a->node, done);
	ns->nr_attaches--;
	s->nattch--;
	s->dtime = ipc_now();
	s->lpid = a->process->pid;
	if (s->nattch == 0 && (s->obj.mode & SHM_DEST) && !s->obj.deleted) {
		ns->shm_pages -= (s->size + 4095) / 4096;
		ipc_remove_locked(ns, &s->obj);
		(void)!ref_put(&s->obj.ref); /* the table's; a's is there */
	}
}

static void free_attaches(struct list *done)
{
	while (!list_empty(done)) {
		struct shm_attach *a = list_first_entry(done, struct shm_attach, node);

		list_del(&a->node);
		ipc_obj_put(&a->seg->obj);
		mem_free(a);
	}
}

uint64_t shm_detach(struct task *t, uint64_t host_dev, uint64_t host_ino)
{
	struct ipc_ns *ns = ipc_ns_of(t->kernel);
	struct list done = LIST_HEAD_INIT(done);
	struct shm_attach *a;
	uint64_t size = 0;

	if (ns == NULL)
		return 0;
	mutex_lock(&ns->mu);
	list_for_each_entry(a, &ns->attaches, node) {
		if (a->process != t->process || a->seg->host_dev != host_dev ||
		    a->seg->host_ino != host_ino)
			continue;
		size = (a->seg->size + 4095) & ~4095ULL;
		detach_locked(ns, a, &done);
		break;
	}
	mutex_unlock(&ns->mu);
	free_attaches(&done);
	return size;
}

void shm_rmid_locked(struct ipc_ns *ns, struct ipc_obj *o)
{
	struct shm_seg *s = container_of(o, struct shm_seg, obj);

	if (s->nattch) {
		o->mode |= SHM_DEST;
		o->key = IPC_PRIVATE;
		return;
	}
	ns->shm_pages -= (s->size + 4095) / 4096;
	ipc_remove_locked(ns, o);
}

void shm_process_end(struct ipc_ns *ns, struct process *p)
{
	struct list done = LIST_HEAD_INIT(done);
	struct shm_attach *a, *tmp;

	mutex_lock(&ns->mu);
	list_for_each_entry_safe(a, tmp, &ns->attaches, node)
		if (a->process == p)
			detach_locked(ns, a, &done);
	mutex_unlock(&ns->mu);
	free_attaches(&done);
}

void shm_process_fork(struct ipc_ns *ns, struct process *child, struct process *parent)
{
	struct shm_attach *a;

	mutex_lock(&ns->mu);
	list_for_each_entry(a, &ns->attaches, node)
		if (a->process == parent && !attach_new_locked(ns, child, a->seg))
			break;
	mutex_unlock(&ns->mu);
}
