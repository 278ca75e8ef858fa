/*
 * sentry/ipc/ipc.h - System V IPC: sysvipc(7)
 *
 * Model: an object (queue, semaphore set, segment) has an id and perhaps a key; struct ipc_ns has a
 * table of each kind. An id is a slot and a sequence number, so that an old one is not taken for a
 * new object. Objects are refcounted: who waits on one holds it, and finds it deleted.
 *
 * Interface: ipc_lookup() and ipc_get() take ns->mu and leave it held when they succeed; the caller
 * checks permissions, works, and calls ipc_unlock(). Operations that cannot go on return -EAGAIN and
 * are tried again when obj->wq wakes.
 *
 * Locking: one lock for all, ns->mu (LOCK_IPC); nothing is copied from or to guests under it.
 * Differences from Linux: some limits are constants; there is one IPC namespace.
 */
#ifndef SENTRY_IPC_IPC_H
#define SENTRY_IPC_IPC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "sentry/base/list.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"
#include "sentry/wait.h"

struct file;
struct kernel;
struct process;
struct strbuf;
struct task;

#define IPC_SLOT_BITS 15
#define IPC_MSGMAX 8192u
#define IPC_MSGMNB 16384u
#define IPC_MSGMNI 32000
#define IPC_MSG_BYTES_MAX (64u << 20)  /* ours, all queues */
#define IPC_UNDO_BYTES_MAX (64u << 20) /* ours, all processes and sets */
#define IPC_SEMMSL 32000
#define IPC_SEMMNS (4 << 20) /* shown as Linux's 1024000000 */
#define IPC_SEMVMX 32767
#define IPC_SHMMNI 4096
#define IPC_SHMMAX (UINT64_MAX - (1ULL << 24))
#define IPC_ATTACH_MAX 65536u /* ours, all processes */

enum ipc_kind { IPC_KIND_MSG, IPC_KIND_SEM, IPC_KIND_SHM, NR_IPC_KINDS };

struct ipc_obj {
	struct ref ref;
	enum ipc_kind kind;
	bool deleted;
	int id;
	int32_t key;
	uint32_t uid, gid, cuid, cgid, mode;
	int64_t ctime;
	struct wait_queue wq;
};

struct ipc_table {
	struct ipc_obj **slots;
	int size, used;
	uint32_t seq;
};

struct ipc_ns {
	struct kernel *kernel;
	struct mutex mu;
	struct ipc_table tables[NR_IPC_KINDS];
	uint64_t msg_bytes, msg_count, sem_count, undo_bytes, shm_pages;
	struct list undos;    /* struct sem_undo */
	struct list attaches; /* struct shm_attach */
	uint32_t nr_attaches;
};

/* ---- ipc.c ---- */
struct ipc_ns *ipc_ns_of(struct kernel *k);   /* made at first use; NULL: out of memory */
struct ipc_ns *ipc_ns_peek(struct kernel *k); /* NULL: nobody has used it */
/* msgget, semget, shmget: an existing object or a new one. size: nsems or bytes. */
struct ipc_params {
	enum ipc_kind kind;
	int32_t key;
	int flags;
	uint64_t size;
	struct file *file;	  /* shm: the memory of a new segment; borrowed */
	int limit;		  /* how many objects there may be */
	uint64_t total;		  /* sem: how many semaphores in all */
	int64_t qbytes;		  /* msg: of a new queue */
	_Atomic int64_t *next_id; /* the id to give to a new object, taken; negative: any */
};
must_check int ipc_get(struct task *t, const struct ipc_params *p);
/* /proc/sysvipc */
void ipc_show(struct kernel *k, enum ipc_kind kind, struct strbuf *sb);
/* By id: 0 with ns->mu held, or -EINVAL. by_slot: *_STAT's index. */
must_check int ipc_lookup(struct task *t, enum ipc_kind kind, int id, bool by_slot,
			  struct ipc_obj **ret);
void ipc_unlock(struct task *t);
bool ipc_may(struct task *t, const struct ipc_obj *o,
	     uint32_t flag); /* ipcperms(); flag: 0444... */
bool ipc_may_control(struct task *t, const struct ipc_obj *o);
void ipc_fill_perm(const struct ipc_obj *o, struct ipc_perm *ret);
int ipc_set_perm(struct ipc_obj *o, const struct ipc_perm *p);
void ipc_remove_locked(struct ipc_ns *ns, struct ipc_obj *o); /* from its table; drops its ref */
struct ipc_obj *ipc_obj_get(struct ipc_obj *o);
void ipc_obj_put(struct ipc_obj *o); /* outside ns->mu */
int ipc_highest(const struct ipc_table *tb);
int64_t ipc_now(void);
/* For hooks.c and exec. */
void ipc_process_exit(struct process *p);
void ipc_process_fork(struct process *child, struct process *parent);
void ipc_process_exec(struct process *p);

/* ---- msg.c ---- */
struct msg_msg {
	struct list node;
	long type;
	uint32_t size;
	char text[];
};
struct msg_queue {
	struct ipc_obj obj;
	struct list msgs;
	uint64_t cbytes, qnum, qbytes;
	int64_t stime, rtime;
	pid_t lspid, lrpid;
};
struct ipc_obj *msg_queue_new(uint64_t qbytes);
void msg_queue_free(struct ipc_obj *o);
void msg_queue_purge_locked(struct ipc_ns *ns, struct msg_queue *q, struct list *ret_msgs);
/* Takes *msg on success (and clears it). -EAGAIN: full. */
must_check int msg_send(struct task *t, struct ipc_obj *o, struct msg_msg **msg);
/* The message, unlinked or (MSG_COPY) copied. -EAGAIN: none. */
must_check int msg_receive(struct task *t, struct ipc_obj *o, size_t size, long type, int flags,
			   struct msg_msg **ret);
void msg_stat_locked(const struct ipc_obj *o, struct msqid_ds *ret);

/* ---- sem.c ---- */
struct sem {
	int value;
	pid_t pid;
};
struct sem_set {
	struct ipc_obj obj;
	int nsems;
	int64_t otime;
	struct list undos, waiters;
	struct sem sems[];
};
struct sem_undo {
	struct list ns_node, set_node;
	struct process *process;
	struct sem_set *set;
	int16_t adj[];
};
struct sem_wait {
	struct list node;
	unsigned short num;
	bool for_zero;
};
struct ipc_obj *sem_set_new(int nsems);
void sem_set_free(struct ipc_obj *o);
/* All or nothing. -EAGAIN: would block (w says on what); -ECANCELED: would, but IPC_NOWAIT. */
must_check int sem_operate(struct task *t, struct ipc_obj *o, const struct sembuf *ops,
			   unsigned int n, struct sem_wait *w);
void sem_wait_end(struct task *t, struct ipc_obj *o, struct sem_wait *w);
void sem_clear_undo_locked(struct sem_set *s, int num); /* num -1: all */
void sem_undo_exit(struct ipc_ns *ns, struct process *p);
void sem_set_drop_undos_locked(struct ipc_ns *ns, struct sem_set *s);

/* ---- shm.c ---- */
struct shm_seg {
	struct ipc_obj obj;
	struct file *file;
	uint64_t host_dev, host_ino; /* of the memory, once it was attached */
	uint64_t size;
	uint64_t nattch;
	int64_t atime, dtime;
	pid_t cpid, lpid;
};
struct shm_attach {
	struct list node;
	struct process *process; /* only compared */
	struct shm_seg *seg;	 /* referenced */
};
struct ipc_obj *shm_seg_new(struct task *t, struct file *f, uint64_t size);
void shm_seg_free(struct ipc_obj *o);
must_check int shm_attach(struct task *t, struct ipc_obj *o, uint64_t host_dev, uint64_t host_ino);
/* The size of t's segment with that memory, which counts as detached from now on; 0: none. */
uint64_t shm_detach(struct task *t, uint64_t host_dev, uint64_t host_ino);
void shm_rmid_locked(struct ipc_ns *ns, struct ipc_obj *o);
void shm_process_end(struct ipc_ns *ns, struct process *p);
void shm_process_fork(struct ipc_ns *ns, struct process *child, struct process *parent);

#endif
