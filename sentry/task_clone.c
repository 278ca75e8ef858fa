/*
 * sentry/task_clone.c - fork, vfork, clone: clone(2)
 *
 * Model: the clone itself is the host's (continued). Before it goes on, task_clone_prepare() makes
 * a pending_clone: a snapshot of what the child starts with (fd table, fs context, credentials).
 * The host does not tell the child's number; it is bound to the snapshot
 *  - when the child traps for the first time (task_clone_bind()), or
 *  - when the parent traps next (task_clone_resolve()), by looking at its children on the host;
 * if no new child is found there the clone failed, and the snapshot is dropped (or a phantom child
 * would hold pipe ends open). A thread whose exit has been served is still listed for a moment: it is not
 * the new one, and the list may leave the new one out because of it; then the snapshot waits for the
 * thread's first trap. A platform that hears of clones says so at once (task_clone_made()).
 *
 * Which snapshot: with one clone pending in the whole sandbox there is no question. A clone that
 * starts while another is pending marks its parent with a token in the timer slack, which is per
 * thread, inherited by every kind of clone, and virtual for guests; so at most one pending clone
 * has no token, and it is found by elimination.
 *
 * Sources: kernel/fork.c (flag rules). clone3 is answered ENOSYS by its handler: its arguments lie
 * in memory and could change after the check.
 */
#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "platform/platform.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/hostcall.h"
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
	uint64_t token; /* 0: none */
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

/* Gives pc a token if another clone is pending; it must be on the parent before its clone runs. */
static int mark(struct task *t, struct pending_clone *pc)
{
	struct kernel *k = t->kernel;
	int err = 0;

	mutex_lock(&k->clone_mu); /* nobody claims pc before it has its token */
	if (k->nr_pending_clones > 0) {
		pc->token = TOKEN_BASE + k->next_clone_token++ % TOKEN_RANGE;
		err = hostproc_timerslack_set(k, t->plat.host_tid, pc->token);
	}
	rwlock_wrlock(&k->tree_lock);
	if (err == 0 && t->process->state != PROCESS_LIVE)
		err = -ESRCH; /* killed meanwhile: nobody would take pc off the list */
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

/* From now on children may take it, and its parent's death. False: that has come, and pc is off the list. */
static bool make_ready(struct kernel *k, struct pending_clone *pc)
{
	rwlock_wrlock(&k->tree_lock);
	pc->ready = pc->parent->process->state == PROCESS_LIVE;
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
	err = mark(t, pc);
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

/* As the host sees it; the event may not have been served yet. */
static bool is_dead(const struct process *p)
{
	struct pollfd pfd = {.fd = p->pidfd, .events = POLLIN};

	return p->state == PROCESS_ZOMBIE || (p->pidfd >= 0 && host_poll(&pfd, 1, 0) == 1);
}

static bool is_parent(const struct pending_clone *pc, const struct hostproc_ids *ids)
{
	const struct process *pp = pc->parent->process;

	/* Its children are the sentry's; no guest's are. */
	if (spawn_is_spawner(pc->parent))
		return ids->ppid == SENTRY_PID;
	if (pc->req.flags & CLONE_PARENT)
		return pp->parent && pp->parent->host_pid == ids->ppid;
	return pp->host_pid == ids->ppid;
}

/* Could the thread with these ids come from pc? A child has its parent as long as that lives: a
 * guest must not get hold of what another one's clone was to start with. */
static bool fits(const struct pending_clone *pc, pid_t host_tid, const struct hostproc_ids *ids)
{
	bool is_thread = ids->tgid != host_tid;
	const struct process *pp = pc->parent->process;

	if (is_thread || (pc->req.flags & CLONE_THREAD))
		return is_thread && (pc->req.flags & CLONE_THREAD) && pp->host_pid == ids->tgid;
	if (is_parent(pc, ids))
		return true;
	/* The spawner's children are the sentry's, and no guest's ever are (sys_clone.c): what a guest that
	 * died in a clone left here must not become theirs, nor the other way round. */
	if (spawn_is_spawner(pc->parent) || ids->ppid == SENTRY_PID)
		return false;
	if (pc->req.flags & CLONE_PARENT)
		return !pp->parent || is_dead(pp->parent);
	return is_dead(pp);
}

static struct pending_clone *choose_locked(struct kernel *k, pid_t host_tid,
					   const struct hostproc_ids *ids, uint64_t slack)
{
	struct pending_clone *pc, *untagged = NULL, *only = NULL;
	unsigned int nr = 0;

	list_for_each_entry(pc, &k->pending_clones, node) {
		if (!pc->ready || !fits(pc, host_tid, ids))
			continue;
		if (pc->token && pc->token == slack)
			return pc;
		if (!pc->token && (!untagged || is_parent(pc, ids)))
			untagged = pc;
		only = pc;
		nr++;
	}
	if (nr == 1)
		return only;
	return untagged;
}

/* Takes the snapshot that belongs to a new host thread off the list; NULL: none fits. */
static struct pending_clone *claim(struct kernel *k, pid_t host_tid, const struct hostproc_ids *ids)
{
	struct pending_clone *pc;
	uint64_t slack = 0;

	if (k->nr_pending_clones > 1 && hostproc_timerslack_get(k, host_tid, &slack) < 0)
		return NULL;
	rwlock_wrlock(&k->tree_lock);
	pc = choose_locked(k, host_tid, ids, slack);
	if (pc) {
		list_del(&pc->node);
		list_init(&pc->node);
		k->nr_pending_clones--;
	}
	rwlock_unlock(&k->tree_lock);
	return pc;
}

static struct task *materialise(struct kernel *k, struct pending_clone *pc, pid_t host_tid,
				struct hostproc_ids *ids)
{
	bool is_thread = pc->req.flags & CLONE_THREAD;
	struct process *pp = pc->parent->process;
	struct process *parent = pc->req.flags & CLONE_PARENT ? process_parent(pp) : NULL;
	bool spawned = spawn_is_spawner(pc->parent);
	struct spawn *spawn = spawned ? spawn_being_made(k) : NULL;
	struct task *t;
	struct task_init init = {
		.process = is_thread ? pp : NULL,
		.parent = is_thread || spawned ? NULL
			  : parent	       ? parent
					       : pp,
		.host_tid = host_tid,
		.host_pid = ids->tgid,
		.pidfd = &ids->pidfd,
		.tid = ids->guest_tid,
		.pid = ids->guest_tid,
		.exit_signal = pc->req.exit_signal,
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
	if (!t) { /* for pending_free() */
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

static struct process *process_by_host_pid(struct kernel *k, pid_t host_pid)
{
	struct process *p;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(p, &k->processes, all_node)
		if (p->host_pid == host_pid)
			break;
	p = &p->all_node == &k->processes ? NULL : process_get(p);
	rwlock_unlock(&k->tree_lock);
	return p;
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

/* The first child (or thread) of t on the host that has no record: the one its clone made.
 * *ret_ended: there are threads that have ended. */
static pid_t scan_for_child(struct task *t, const struct pending_clone *pc, bool *ret_ended)
{
	struct kernel *k = t->kernel;
	pid_t host_pid = t->process->host_pid;
	_cleanup_free_ pid_t *tids = mem_calloc(MAX_SCAN, sizeof(*tids));
	int n;

	if (!tids)
		return 0;
	if (pc->req.flags & CLONE_THREAD)
		n = hostproc_threads(k, host_pid, tids, MAX_SCAN);
	else
		n = hostproc_children(k, host_pid, t->plat.host_tid, tids, MAX_SCAN);
	for (int i = n - 1; i >= 0; i--) {
		if (task_clone_known(k, tids[i]))
			continue;
		if (!(pc->req.flags & CLONE_THREAD) || !has_ended(t->process, tids[i]))
			return tids[i];
		*ret_ended = true;
	}
	return 0;
}

/* The host's list can skip an entry when a neighbour is reaped meanwhile: a clone that seems to have
 * failed is worth a second look. */
static pid_t find_new_child(struct task *t, const struct pending_clone *pc, bool *ret_ended)
{
	pid_t tid = 0;

	for (int i = 0; i < 3 && !tid; i++)
		tid = scan_for_child(t, pc, ret_ended);
	return tid;
}

static bool still_pending(struct kernel *k, const struct pending_clone *pc, const struct task *t)
{
	struct pending_clone *other;
	bool found = false;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(other, &k->pending_clones, node)
		found |= other == pc && other->parent == t; /* pc itself may be gone */
	rwlock_unlock(&k->tree_lock);
	return found;
}

/* Its children are somebody else's by then: whose, task_clone_parent_died() finds out. */
static bool is_dying(struct task *t)
{
	int state = hostproc_state(t->kernel, t->plat.host_tid);

	return is_dead(t->process) || state < 0 || state == 'Z' || state == 'X';
}

/* Under clone_mu. True: pc has found its child, or has none and never will. */
static bool resolve_locked(struct task *t, struct pending_clone *pc, struct task **ret_child)
{
	struct kernel *k = t->kernel;
	bool ended = false;
	pid_t tid = find_new_child(t, pc, &ended);
	_cleanup_ids_ struct hostproc_ids ids = HOSTPROC_NO_IDS;

	if (!tid && ((pc->req.flags & CLONE_PARENT) || ended || is_dying(t)))
		return false; /* its child is not listed under t: it will trap */
	unlist(k, pc);
	if (tid && hostproc_ids(k, tid, &ids) == 0)
		*ret_child = materialise(k, pc, tid, &ids);
	return true;
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

void task_clone_dropped(struct task *parent)
{
	struct pending_clone *pc = TAKE_PTR(parent->pending_clone);
	struct kernel *k = parent->kernel;
	bool mine;

	if (!pc)
		return;
	mutex_lock(&k->clone_mu);
	mine = still_pending(k, pc, parent);
	if (mine)
		unlist(k, pc);
	mutex_unlock(&k->clone_mu);
	if (mine)
		pending_free(pc);
}

void task_clone_resolve(struct task *t)
{
	struct pending_clone *pc;
	struct kernel *k = t->kernel;
	struct task *child = NULL;
	bool done = false;

	if (spawn_is_spawner(t)) /* it says itself what came of it */
		return;
	pc = TAKE_PTR(t->pending_clone);
	mutex_lock(&k->clone_mu);
	if (still_pending(k, pc, t))
		done = resolve_locked(t, pc, &child);
	mutex_unlock(&k->clone_mu);
	end_unwatched(child);
	task_put(child);
	if (done)
		pending_free(pc);
}

/* ---- parents that died ---- */

static bool pending_of(struct kernel *k, const struct process *p)
{
	struct pending_clone *pc;
	bool any = false;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(pc, &k->pending_clones, node)
		any |= pc->parent->process == p;
	rwlock_unlock(&k->tree_lock);
	return any;
}

#define MAX_READS 16

/* The host's list of children leaves some out if others are reaped while it is read. */
static int stable_children(struct kernel *k, pid_t host_pid, pid_t *tids, pid_t *again)
{
	int n = hostproc_children(k, host_pid, host_pid, tids, MAX_SCAN);

	for (int i = 0; i < MAX_READS; i++) {
		int m = hostproc_children(k, host_pid, host_pid, again, MAX_SCAN);

		if (m == n && (n <= 0 || memcmp(tids, again, (size_t)n * sizeof(*tids)) == 0))
			break;
		n = m;
		if (n > 0)
			memcpy(tids, again, (size_t)n * sizeof(*tids));
	}
	return n;
}

/* Children that have lost p are the heir's; those that never trapped have no record yet. */
static void bind_orphans(struct kernel *k, struct process *heir)
{
	_cleanup_free_ pid_t *tids = mem_calloc(MAX_SCAN, 2 * sizeof(*tids));
	int n = 0;

	if (tids)
		n = stable_children(k, heir->host_pid, tids, tids + MAX_SCAN);
	for (int i = 0; i < n; i++)
		if (!task_clone_known(k, tids[i]))
			task_put(task_clone_bind(k, tids[i]));
}

static struct pending_clone *take_pending_of(struct kernel *k, const struct process *p)
{
	struct pending_clone *pc, *found = NULL;

	mutex_lock(&k->clone_mu);
	rwlock_wrlock(&k->tree_lock);
	list_for_each_entry(pc, &k->pending_clones, node)
		if (pc->parent->process == p && pc->ready) {
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

/* p was killed, perhaps in the middle of a clone. */
void task_clone_parent_died(struct process *p, struct process *heir)
{
	struct kernel *k = p->kernel;
	struct pending_clone *pc;

	if (k->nr_pending_clones == 0 || !pending_of(k, p))
		return;
	if (heir)
		bind_orphans(k, heir);
	while ((pc = take_pending_of(k, p)))
		pending_free(pc);
}
