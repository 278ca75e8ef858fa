/*
 * sentry/task_clone.c - fork, vfork, clone: clone(2)
 *
 * Model: the clone itself is the host's (continued). Before it goes on, task_clone_prepare() makes
 * a pending_clone: a snapshot of what the child starts with (fd table, fs context, credentials).
 * The host does not tell the child's number; it is bound to the snapshot
 *  - when the child traps for the first time (task_clone_bind()), or
 *  - when the parent traps next (task_clone_resolve()), by looking at its children on the host, or
 *  - when the parent has ended (task_clone_makers_ended()).
 * A platform that hears of clones says so at once (task_clone_made()).
 *
 * Which snapshot. A task without a record has its snapshot on the list of those that are pending: one
 * leaves that list only to its child, or when the host says for sure that there is no child. What a child
 * has of its maker, whoever is its parent by now, is the maker's timer slack: it is per thread, inherited
 * by every kind of clone, and virtual for guests. No two pending snapshots are of makers with the same
 * slack: who begins a clone while another's is pending with the same gets one of his own. So the slack
 * tells; it need not be looked at where one clone is pending and the new task is its maker's child.
 *
 * No child, for sure: the host's list of a thread's children leaves some out if others are reaped while it is
 * read, and orphans go to threads that the sentry does not know. So where no child is found there, all
 * processes of the sandbox are looked at (hostproc_processes_each()). Threads: the host's count says whether
 * the list is whole; one whose exit has been served is still listed for a moment, then the snapshot waits
 * for the new one's first trap.
 *
 * Sources: kernel/fork.c (flag rules). clone3 is answered ENOSYS by its handler: its arguments lie
 * in memory and could change after the check.
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "platform/platform.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/hostproc.h"
#include "sentry/spawn.h"
#include "sentry/task.h"

#define TOKEN_BASE 50001 /* ns of slack: next to the default, harmless as a slack */
#define TOKEN_RANGE 40000
#define SENTRY_PID 1 /* in the outer pid namespace, whose numbers are the host's here */

struct pending_clone {
	struct list node;    /* kernel->pending_clones, tree_lock */
	struct task *parent; /* referenced */
	struct clone_request req;
	uint64_t slack; /* the parent's on the host, and the child's */
	bool doomed; /* tree_lock: its maker has ended, and the search for its child begun since */
	bool ready; /* tree_lock: its clone may run; before, only task_clone_prepare() may touch it */
	struct cred *cred;
	struct fdtable *files;
	struct fs_context *fs;
	struct mount_ns *mnt_ns;
};

static void pending_free(struct pending_clone *pc)
{
	if (!pc)
		return;
	if (pc->cred)
		cred_put(pc->cred);
	if (pc->files)
		fdtable_put(NULL, pc->files);
	if (pc->fs)
		fs_context_put(pc->fs);
	if (pc->mnt_ns)
		mount_ns_put(pc->mnt_ns);
	task_put(pc->parent);
	mem_free(pc);
}

static struct pending_clone *snapshot(struct task *t, const struct clone_request *req)
{
	struct pending_clone *pc = mem_zalloc(sizeof(*pc));

	if (!pc)
		return NULL;
	list_init(&pc->node);
	pc->parent = task_get(t);
	pc->req = *req;
	pc->cred = cred_get(t->cred);
	pc->mnt_ns = mount_ns_get(t->mnt_ns);
	if (req->flags & CLONE_FILES)
		pc->files = fdtable_get(t->files);
	else
		pc->files = fdtable_copy(t->files, FDTABLE_MAX);
	if (req->flags & CLONE_FS)
		pc->fs = fs_context_get(t->fs);
	else
		pc->fs = fs_context_copy(t->fs);
	if (!pc->files || !pc->fs) {
		pending_free(pc);
		return NULL;
	}
	return pc;
}

/* RLIMIT_NPROC counts the tasks of the real uid; root and its capabilities are exempt. */
static bool over_nproc(struct task *t)
{
	struct kernel *k = t->kernel;
	uint64_t limit = task_rlimit(t, RLIMIT_NPROC);
	uint32_t uid = t->cred->uid;
	uint64_t count = 0;
	struct task *other;

	if (limit == RLIM64_INFINITY || uid == 0 || task_has_cap(t, CAP_SYS_RESOURCE) ||
	    task_has_cap(t, CAP_SYS_ADMIN))
		return false;
	rwlock_rdlock(&k->tree_lock);
	if (k->nr_tasks >= limit)
		hash_for_each(&k->tasks_by_host_tid, other, by_host_tid) {
			mutex_lock(&other->mu); /* it may be changing them */
			count += other->cred->uid == uid;
			mutex_unlock(&other->mu);
		}
	rwlock_unlock(&k->tree_lock);
	return count >= limit;
}

static bool slack_is_pending(struct kernel *k, uint64_t slack)
{
	struct pending_clone *pc;
	bool found = false;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(pc, &k->pending_clones, node)
		found |= pc->slack == slack;
	rwlock_unlock(&k->tree_lock);
	return found;
}

/* A slack that no pending clone's maker has, before t's clone runs. Under clone_mu: none is added. */
static int mark(struct kernel *k, struct task *t)
{
	uint64_t slack = t->host_slack;
	int err;

	if (slack && (k->nr_pending_clones == 0 || !slack_is_pending(k, slack)))
		return 0;
	do
		slack = TOKEN_BASE + k->next_clone_token++ % TOKEN_RANGE;
	while (slack_is_pending(k, slack));
	err = hostproc_timerslack_set(k, t->plat.host_tid, slack);
	if (err == 0)
		t->host_slack = slack;
	return err;
}

/* Killed, or ended by a sibling's exec: nobody would take its clone off the list. */
static bool maker_ended_locked(const struct task *t)
{
	return t->process->state != PROCESS_LIVE || list_empty(&t->process_node);
}

static int add_pending(struct task *t, struct pending_clone *pc)
{
	struct kernel *k = t->kernel;
	int err;

	mutex_lock(&k->clone_mu);
	err = mark(k, t);
	pc->slack = t->host_slack;
	rwlock_wrlock(&k->tree_lock);
	if (err == 0 && maker_ended_locked(t))
		err = -ESRCH;
	if (err == 0) {
		k->nr_pending_clones++;
		list_add_tail(&pc->node, &k->pending_clones);
	}
	rwlock_unlock(&k->tree_lock);
	mutex_unlock(&k->clone_mu);
	return err;
}

static void unlist(struct kernel *k, struct pending_clone *pc)
{
	rwlock_wrlock(&k->tree_lock);
	if (!list_empty(&pc->node)) {
		list_del(&pc->node);
		k->nr_pending_clones--;
	}
	rwlock_unlock(&k->tree_lock);
}

/* From now on children may take it, and its maker's end. False: that has come, and pc is off the list. */
static bool make_ready(struct kernel *k, struct pending_clone *pc)
{
	rwlock_wrlock(&k->tree_lock);
	pc->ready = !maker_ended_locked(pc->parent);
	if (!pc->ready) {
		list_del(&pc->node);
		k->nr_pending_clones--;
	}
	rwlock_unlock(&k->tree_lock);
	return pc->ready;
}

bool task_files_are_own(struct task *t)
{
	struct kernel *k = t->kernel;
	struct fdtable *files = t->files;
	unsigned int users = ref_count(
		&files->ref); /* first: who comes later can only be missing */
	struct pending_clone *pc;
	struct task *other;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(other, &t->process->tasks, process_node)
		users -= other->files == files;
	list_for_each_entry(pc, &k->pending_clones, node)
		users -= pc->files == files && pc->parent->process == t->process &&
			 pc->req.flags & CLONE_THREAD;
	rwlock_unlock(&k->tree_lock);
	return users == 0;
}

bool task_fork_is_pending(struct process *p)
{
	struct kernel *k = p->kernel;
	struct pending_clone *pc;
	bool pending = false;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(pc, &k->pending_clones, node)
		pending |= pc->parent->process == p && !(pc->req.flags & CLONE_VM);
	rwlock_unlock(&k->tree_lock);
	return pending;
}

int task_clone_prepare(struct task *t, const struct clone_request *req)
{
	struct kernel *k = t->kernel;
	struct pending_clone *pc;
	int err;

	if (k->nr_tasks + k->nr_pending_clones >= k->max_tasks || over_nproc(t))
		return -EAGAIN;
	pc = snapshot(t, req);
	if (!pc)
		return -ENOMEM;
	err = add_pending(t, pc);
	if (err < 0) {
		pending_free(pc);
		return err == -ESRCH ? err : -EAGAIN;
	}
	t->pending_clone = pc;
	if (k->platform->clone_starting &&
	    !k->platform->clone_starting(t, req->flags, &pc->req.tls)) {
		t->pending_clone = NULL;
		unlist(k, pc);
		pending_free(pc);
		return -ERESTARTNOINTR;
	}
	if (!make_ready(k, pc)) {
		t->pending_clone = NULL;
		pending_free(pc);
		return -ESRCH;
	}
	return 0;
}

/* ---- binding ---- */

/* Could it be pc's at all? The spawner's children are the sentry's, and no guest's ever are (sys_clone.c). */
static bool has_shape(const struct pending_clone *pc, pid_t host_tid,
		      const struct hostproc_ids *ids)
{
	if ((ids->tgid != host_tid) != !!(pc->req.flags & CLONE_THREAD))
		return false;
	if (pc->req.flags & CLONE_THREAD)
		return pc->parent->process->host_pid == ids->tgid;
	return spawn_is_spawner(pc->parent) == (ids->ppid == SENTRY_PID);
}

static bool is_child(const struct pending_clone *pc, const struct hostproc_ids *ids)
{
	return pc->req.flags & CLONE_THREAD || spawn_is_spawner(pc->parent) ||
	       (!(pc->req.flags & CLONE_PARENT) && pc->parent->process->host_pid == ids->ppid);
}

/* slack 0: it was not looked at. */
static struct pending_clone *take_locked(struct kernel *k, pid_t host_tid,
					 const struct hostproc_ids *ids, uint64_t slack)
{
	struct pending_clone *pc;

	list_for_each_entry(pc, &k->pending_clones, node) {
		bool it = slack ? pc->slack == slack
				: k->nr_pending_clones == 1 && is_child(pc, ids);

		if (!pc->ready || !it || !has_shape(pc, host_tid, ids))
			continue;
		list_del(&pc->node);
		list_init(&pc->node);
		k->nr_pending_clones--;
		return pc;
	}
	return NULL;
}

static struct pending_clone *take(struct kernel *k, pid_t host_tid, const struct hostproc_ids *ids,
				  uint64_t slack)
{
	struct pending_clone *pc;

	rwlock_wrlock(&k->tree_lock);
	pc = take_locked(k, host_tid, ids, slack);
	rwlock_unlock(&k->tree_lock);
	return pc;
}

/* Takes the snapshot that belongs to a new host thread off the list; NULL: it has none. */
static struct pending_clone *claim(struct kernel *k, pid_t host_tid, const struct hostproc_ids *ids)
{
	struct pending_clone *pc = take(k, host_tid, ids, 0);
	uint64_t slack = 0;

	if (pc || k->nr_pending_clones == 0 || hostproc_timerslack_get(k, host_tid, &slack) < 0 ||
	    slack == 0)
		return pc;
	return take(k, host_tid, ids, slack);
}

/* Of several the newest: the others have been reaped. */
static struct process *process_by_host_pid(struct kernel *k, pid_t host_pid)
{
	struct process *p, *found = NULL;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(p, &k->processes, all_node)
		if (p->host_pid == host_pid)
			found = p;
	if (found)
		process_get(found);
	rwlock_unlock(&k->tree_lock);
	return found;
}

/* The host's answer counts: the maker may have died, its parent as well, and records of both be gone. */
static struct process *parent_of(struct kernel *k, const struct pending_clone *pc,
				 const struct hostproc_ids *ids)
{
	struct process *pp = pc->parent->process, *parent;

	if (pc->req.flags & CLONE_THREAD || spawn_is_spawner(pc->parent))
		return NULL;
	if (pp->host_pid == ids->ppid)
		return process_get(pp);
	parent = process_by_host_pid(k, ids->ppid);
	return parent ? parent : process_get(pp);
}

static struct task *materialise(struct kernel *k, struct pending_clone *pc, pid_t host_tid,
				struct hostproc_ids *ids)
{
	bool is_thread = pc->req.flags & CLONE_THREAD;
	struct process *pp = pc->parent->process;
	struct process *parent = parent_of(k, pc, ids);
	bool spawned = spawn_is_spawner(pc->parent);
	struct spawn *spawn = spawned ? spawn_being_made(k) : NULL;
	struct task *t;
	struct task_init init = {
		.process = is_thread ? pp : NULL,
		.parent = parent,
		.host_tid = host_tid,
		.host_pid = ids->tgid,
		.pidfd = &ids->pidfd,
		.tid = ids->guest_tid,
		.pid = ids->guest_tid,
		.exit_signal = pc->req.flags & CLONE_PARENT ? pp->exit_signal : pc->req.exit_signal,
		.clone_flags = pc->req.flags,
		.tls = pc->req.tls,
		.like = pc->parent,
		.spawn = spawn,
		.cred = TAKE_PTR(pc->cred),
		.files = TAKE_PTR(pc->files),
		.fs = TAKE_PTR(pc->fs),
		.mnt_ns = TAKE_PTR(pc->mnt_ns),
	};

	/* Without its request it is nobody's: the spawner died. It is killed when it traps. */
	t = spawned && !spawn ? NULL : task_create(k, &init);
	if (t) {
		t->host_slack = pc->slack;
	} else {
		/* for pending_free() */
		pc->cred = init.cred;
		pc->files = init.files;
		pc->fs = init.fs;
		pc->mnt_ns = init.mnt_ns;
		spawn_put(init.spawn);
	}
	process_put(parent);
	return t;
}

/* It died, and was reaped, before there was a pidfd of it (or there are no descriptors left for one):
 * nobody will tell us. Without locks. */
static void end_unwatched(struct task *t)
{
	if (t && t->process->pidfd < 0 && t->process->state == PROCESS_LIVE)
		process_died(t->process);
}

/* The child's first trap and its parent's next one may come at the same time: whoever is second
 * finds the record. */
struct task *task_clone_bind(struct kernel *k, pid_t host_tid)
{
	struct pending_clone *pc = NULL;
	_cleanup_ids_ struct hostproc_ids ids = HOSTPROC_NO_IDS;
	struct task *t;

	if (hostproc_ids(k, host_tid, &ids) < 0)
		return NULL;
	mutex_lock(&k->clone_mu);
	t = task_lookup_host_tid(k, host_tid);
	if (!t) {
		pc = claim(k, host_tid, &ids);
		if (pc)
			t = materialise(k, pc, host_tid, &ids);
	}
	mutex_unlock(&k->clone_mu);
	end_unwatched(t);
	if (!t)
		log_debug("thread %d appeared without a clone", host_tid);
	pending_free(pc);
	return t;
}

/* Has the thread or process that has this number now a record? One of a former owner, whose end nobody
 * has noticed, or who was a zombie when somebody looked last, goes. */
bool task_clone_known(struct kernel *k, pid_t host_tid)
{
	struct task *t = task_lookup_host_tid(k, host_tid);
	struct process *p;
	bool found = t && !task_end_stale(t);

	task_put(t);
	while (!found && (p = process_by_host_pid(k, host_tid))) {
		/* A zombie that we know has no tasks any more. */
		found = !process_end_stale(p);
		process_put(p);
	}
	return found;
}

#define MAX_SCAN 4096

/* A thread of p that has lost its record, or one with its number, which will trap. */
static bool has_ended(struct process *p, pid_t host_tid)
{
	bool found = false;

	rwlock_rdlock(&p->kernel->tree_lock);
	for (int i = 0; i < PROCESS_ENDED; i++)
		found |= p->ended[i] == host_tid;
	rwlock_unlock(&p->kernel->tree_lock);
	return found;
}

/* Who serves its child's first trap at the same time may have taken pc, and freed it. */
static bool look_at_pending(struct kernel *k, const struct pending_clone *pc, const struct task *t,
			    bool *ret_thread)
{
	struct pending_clone *other;
	bool found = false;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(other, &k->pending_clones, node)
		if (other == pc && other->parent == t) {
			found = true;
			*ret_thread = pc->req.flags & CLONE_THREAD;
		}
	rwlock_unlock(&k->tree_lock);
	return found;
}

static bool still_pending(struct kernel *k, const struct pending_clone *pc, const struct task *t)
{
	bool thread;

	return look_at_pending(k, pc, t, &thread);
}

/* Children and threads that have never trapped: with pc's, that of another that this process has inherited. */
static void bind_new(struct kernel *k, pid_t host_tid)
{
	if (host_tid != SENTRY_PID && !task_clone_known(k, host_tid))
		task_put(task_clone_bind(k, host_tid));
}

static void bind_children(struct task *t, const struct pending_clone *pc, pid_t *tids)
{
	int n = hostproc_children(t->kernel, t->process->host_pid, t->plat.host_tid, tids,
				  MAX_SCAN);

	for (int i = n - 1; i >= 0 && still_pending(t->kernel, pc, t); i--)
		bind_new(t->kernel, tids[i]);
}

/* False: pc's may be among threads that were not seen, or cannot be told from those that are ending. */
static bool bind_threads(struct task *t, const struct pending_clone *pc, pid_t *tids)
{
	struct kernel *k = t->kernel;
	struct process *p = t->process;
	int n = hostproc_threads(k, p->host_pid, tids, MAX_SCAN);
	bool whole = n < MAX_SCAN / 2;

	for (int i = n - 1; i >= 0 && still_pending(k, pc, t); i--) {
		if (task_clone_known(k, tids[i]))
			continue;
		if (has_ended(p, tids[i]))
			whole = false;
		else
			task_put(task_clone_bind(k, tids[i]));
	}
	return whole && still_pending(k, pc, t) && n == hostproc_nr_threads(k, p->host_pid);
}

static void bind_process(pid_t host_pid, void *ctx)
{
	bind_new(ctx, host_pid);
}

/* Every process there is has its record then. */
static bool bind_all(struct kernel *k)
{
	return hostproc_processes_each(k, bind_process, k) == 0;
}

/* Gives the child of pc, which t's clone has made or not, its record. True: it has none if pc is still
 * pending. */
static bool find_child(struct task *t, const struct pending_clone *pc, bool thread)
{
	_cleanup_free_ pid_t *tids = mem_calloc(MAX_SCAN, sizeof(*tids));
	bool whole = false;

	if (!tids)
		return false;
	for (int i = 0; i < 3 && thread && !whole && still_pending(t->kernel, pc, t); i++)
		whole = bind_threads(t, pc, tids);
	if (thread)
		return whole;
	bind_children(t, pc, tids);
	return !still_pending(t->kernel, pc, t) || bind_all(t->kernel);
}

void task_clone_made(struct task *parent, pid_t host_tid)
{
	struct pending_clone *pc = TAKE_PTR(parent->pending_clone);
	struct kernel *k = parent->kernel;
	_cleanup_ids_ struct hostproc_ids ids = HOSTPROC_NO_IDS;
	bool mine;

	if (!pc)
		return;
	mutex_lock(&k->clone_mu);
	mine = still_pending(k, pc, parent);
	if (mine) {
		unlist(k, pc);
		if (hostproc_ids(k, host_tid, &ids) == 0)
			task_put(materialise(k, pc, host_tid, &ids));
	}
	mutex_unlock(&k->clone_mu);
	if (mine)
		pending_free(pc);
}

static void drop(struct task *t, struct pending_clone *pc)
{
	struct kernel *k = t->kernel;
	bool mine;

	mutex_lock(&k->clone_mu);
	mine = still_pending(k, pc, t);
	if (mine)
		unlist(k, pc);
	mutex_unlock(&k->clone_mu);
	if (mine)
		pending_free(pc);
}

void task_clone_dropped(struct task *parent)
{
	struct pending_clone *pc = TAKE_PTR(parent->pending_clone);

	if (pc)
		drop(parent, pc);
}

void task_clone_resolve(struct task *t)
{
	struct kernel *k = t->kernel;
	struct pending_clone *pc;
	bool thread;

	if (spawn_is_spawner(t)) /* it says itself what came of it */
		return;
	pc = TAKE_PTR(t->pending_clone);
	if (look_at_pending(k, pc, t, &thread) && find_child(t, pc, thread))
		drop(t, pc);
}

/* ---- makers that have ended ---- */

/* Marks what is pending of those that have ended before we look for children: such marks, and older ones,
 * are the search's that begins now. */
static bool doom(struct kernel *k, const struct process *p, uint64_t *ret_search)
{
	struct pending_clone *pc;
	bool any = false;

	rwlock_wrlock(&k->tree_lock);
	*ret_search = ++k->clone_searches;
	list_for_each_entry(pc, &k->pending_clones, node) {
		const struct process *maker = pc->parent->process;

		if (!pc->doomed && pc->ready && (maker == p || maker->state == PROCESS_ZOMBIE))
			pc->doomed = k->clone_searches;
		any |= pc->doomed != 0;
	}
	rwlock_unlock(&k->tree_lock);
	return any;
}

static struct pending_clone *take_doomed(struct kernel *k, uint64_t search)
{
	struct pending_clone *pc, *found = NULL;

	mutex_lock(&k->clone_mu);
	rwlock_wrlock(&k->tree_lock);
	list_for_each_entry(pc, &k->pending_clones, node)
		if (pc->doomed && pc->doomed <= search) {
			found = pc;
			list_del(&pc->node);
			list_init(&pc->node);
			k->nr_pending_clones--;
			break;
		}
	rwlock_unlock(&k->tree_lock);
	mutex_unlock(&k->clone_mu);
	return found;
}

void task_clone_makers_ended(struct process *p)
{
	static _Thread_local bool looking;
	struct kernel *k = p->kernel;
	struct pending_clone *pc;
	uint64_t search;

	/* The search finds others that have died, which ends them: the loop around it sees to those. */
	if (looking || k->nr_pending_clones == 0)
		return;
	looking = true;
	while (doom(k, p, &search) && bind_all(k))
		while ((pc = take_doomed(k, search)))
			pending_free(pc);
	looking = false;
}
