/*
 * sentry/task.c - records of tasks and processes: birth, look-up, end; see task.h
 *
 * Model: the tables (by host tid, by guest tid, by guest pid) hold one reference on each record. A
 * task's end has two halves: task_exited() takes the record out of the tables, and the release of
 * what it holds (files, fs context) is done by whoever ends its last call, or at once if none is
 * being served (task->life).
 *
 * Zombies: a process that died stays in the tables until its parent has reaped it on the host;
 * process_is_reaped() asks the host, when somebody looks.
 */
#include "sentry/task.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/platform.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/guest_seccomp.h"
#include "sentry/hooks.h"
#include "sentry/session.h"
#include "sentry/sighand.h"
#include "sentry/signal.h"
#include "sentry/spawn.h"
#include "sentry/task_shadow.h"

/* ---- references ---- */

struct process *process_get(struct process *p)
{
	ref_get(&p->ref);
	return p;
}

void process_put(struct process *p)
{
	if (!p || !ref_put(&p->ref))
		return;
	hook_process_free(p);
	spawn_put(p->spawn);
	path_put(&p->exe);
	sighand_put(p->sighand);
	if (p->session)
		session_put(p->session);
	if (p->pidfd >= 0)
		close(p->pidfd);
	mutex_destroy(&p->mu);
	mem_free(p);
}

struct task *task_get(struct task *t)
{
	ref_get(&t->ref);
	return t;
}

static void task_release(struct task *t)
{
	struct fdtable *files;
	struct fs_context *fs;
	struct mount_ns *ns;

	mutex_lock(&t->mu);
	files = TAKE_PTR(t->files);
	fs = TAKE_PTR(t->fs);
	ns = TAKE_PTR(t->mnt_ns);
	mutex_unlock(&t->mu);
	if (files)
		fdtable_put(t, files);
	if (fs)
		fs_context_put(fs);
	if (ns)
		mount_ns_put(ns);
}

void task_put(struct task *t)
{
	if (!t || !ref_put(&t->ref))
		return;
	task_release(t);
	if (unlikely(t->shadow))
		task_shadow_free(t);
	hook_task_free(t);
	if (t->exec_plan)
		exec_plan_free(t->exec_plan);
	cred_put(t->cred);
	process_put(t->process);
	mutex_destroy(&t->mu);
	mem_free(t);
}

/* ---- birth ---- */

static uint64_t tid_hash(pid_t tid)
{
	return hash_u64((uint64_t)(uint32_t)tid);
}

static void process_died_event(struct event_source *src, uint32_t events)
{
	struct process *p = container_of(src, struct process, death);

	(void)events;
	process_died(p);
}

static struct process *process_create(struct kernel *k, struct task_init *init)
{
	struct process *p = mem_zalloc(sizeof(*p));

	if (!p)
		return NULL;
	ref_init(&p->ref, 1);
	p->kernel = k;
	p->host_pid = init->host_pid;
	p->pid = init->pid;
	p->exit_signal = init->exit_signal;
	p->spawn = TAKE_PTR(init->spawn);
	p->dumpable = 1;
	list_init(&p->children);
	list_init(&p->sibling);
	list_init(&p->tasks);
	list_init(&p->aio_contexts);
	list_init(&p->all_node);
	mutex_init(&p->mu, LOCK_PROCESS);
	p->start_ns = clock_now_ns(CLOCK_MONOTONIC);
	p->pidfd = init->pidfd ? TAKE_FD(*init->pidfd) : -1;
	if (p->pidfd < 0)
		p->pidfd = (int)syscall(SYS_pidfd_open, init->host_pid, 0);
	p->death.fd = p->pidfd;
	p->death.fn = process_died_event;
	hook_process_init(p);
	return p;
}

/* To whom children go: the nearest living subreaper among the ancestors, else init. */
static struct process *heir_locked(struct kernel *k, struct process *p)
{
	struct process *heir = p->parent;

	while (heir && !(heir->is_subreaper && heir->state == PROCESS_LIVE) && heir != k->init)
		heir = heir->parent;
	if (!heir)
		heir = k->init;
	return heir == p ? NULL : heir;
}

/* Of the spawner's children: no parent that a guest could know, and no session but the host's. */
static void process_link_spawned(struct kernel *k, struct process *p, struct process *spawner)
{
	p->pgid = spawner->pgid;
	p->session = session_get(spawner->session);
	if (p->pid == 1)
		k->init = p;
	spawn_made(p->spawn, p);
}

/* Inherits what fork inherits; under the tree lock. like: who made it, or NULL. */
static void process_link(struct kernel *k, struct process *p, struct process *parent,
			 struct task *like)
{
	struct process *old = NULL, *heir = parent;

	/* A child whose parent was killed before we knew of it: its parent's children have gone. */
	if (parent && (parent->state == PROCESS_ZOMBIE || list_empty(&parent->all_node)))
		heir = heir_locked(k, parent);
	if (parent) {
		p->parent = heir;
		if (heir)
			list_add_tail(&p->sibling, &heir->children);
		p->pgid = like->process->pgid;
		p->session = session_get(like->process->session);
	} else if (p->spawn) {
		process_link_spawned(k, p, like->process);
	}
	hash_for_each_possible(&k->processes_by_pid, old, by_pid, tid_hash(p->pid))
		if (old->pid == p->pid)
			break;
	if (old) /* the host reused the number: the old one was reaped */
		hash_del(&k->processes_by_pid, &old->by_pid);
	if (p->pid) /* the spawner has no number */
		hash_add(&k->processes_by_pid, &p->by_pid, tid_hash(p->pid));
	list_add_tail(&p->all_node, &k->processes);
	process_get(p); /* the tables' */
}

static void process_inherit(struct process *p, struct process *parent)
{
	mutex_lock(&parent->mu);
	memcpy(p->limits, parent->limits, sizeof(p->limits));
	p->umem_arg_start = parent->umem_arg_start;
	p->umem_arg_end = parent->umem_arg_end;
	p->umem_env_start = parent->umem_env_start;
	p->umem_env_end = parent->umem_env_end;
	p->dumpable = parent->dumpable;
	p->oom_score_adj = parent->oom_score_adj;
	p->exe = parent->exe;
	if (p->exe.dentry)
		path_get(&p->exe);
	mutex_unlock(&parent->mu);
}

uint64_t process_share_id(struct kernel *k)
{
	return atomic_fetch_add(&k->next_share_id, 1) + 1;
}

/* What the clone's flags made common to parent and child. */
static void process_share(struct kernel *k, struct process *p, const struct task_init *init)
{
	const struct process *from = init->like ? init->like->process : NULL;
	uint64_t flags = from ? init->clone_flags : 0;

	p->mm_id = flags & CLONE_VM ? from->mm_id : process_share_id(k);
	if (from)
		p->own_gs = atomic_load(&from->own_gs);
	if (from && k->platform->process_forked)
		k->platform->process_forked(p, init->like->process, flags & CLONE_VM);
	p->sighand_id = flags & CLONE_SIGHAND ? from->sighand_id : process_share_id(k);
	if (flags & CLONE_IO)
		p->io_id = from->io_id;
	else if (from && from->io_id)
		p->io_id = process_share_id(k);
}

static void task_inherit(struct task *t, const struct task *like)
{
	memcpy(t->comm, like->comm, sizeof(t->comm));
	t->no_new_privs = like->no_new_privs;
	t->personality = like->personality;
	t->timerslack_ns = t->default_timerslack_ns = like->timerslack_ns;
	if (!like->sched_reset_on_fork) {
		t->sched_policy = like->sched_policy;
		t->sched_priority = like->sched_priority;
		t->nice = like->nice;
	} else {
		t->nice = MAX(like->nice, 0); /* the flag itself is not inherited */
	}
	hook_task_inherit(t, like);
}

static void tables_add(struct kernel *k, struct task *t)
{
	struct task *old;

	hash_for_each_possible(&k->tasks_by_tid, old, by_tid, tid_hash(t->tid))
		if (old->tid == t->tid)
			break;
	if (old)
		hash_del(&k->tasks_by_tid, &old->by_tid);
	hash_add(&k->tasks_by_host_tid, &t->by_host_tid, tid_hash(t->plat.host_tid));
	if (t->tid) {
		hash_add(&k->tasks_by_tid, &t->by_tid, tid_hash(t->tid));
		k->nr_tasks++;
	}
	list_add_tail(&t->process_node, &t->process->tasks);
	t->process->nr_tasks++;
	k->forks++;
	t->generation = k->forks;
	task_get(t); /* the tables' */
}

struct task *task_create(struct kernel *k, struct task_init *init)
{
	struct task *t = mem_zalloc(sizeof(*t));
	struct process *fresh = NULL;
	bool dying;

	if (!t)
		return NULL;
	if (!init->process) {
		fresh = process_create(k, init);
		if (!fresh) {
			mem_free(t);
			return NULL;
		}
		if (init->like)
			process_inherit(fresh, init->like->process);
		process_share(k, fresh, init);
		if (init->like && sighand_inherit(fresh, init->like->process,
						  init->clone_flags & CLONE_SIGHAND) < 0) {
			process_put(fresh);
			mem_free(t);
			return NULL;
		}
	}
	ref_init(&t->ref, 1);
	t->kernel = k;
	t->process = fresh ? fresh : process_get(init->process);
	t->plat.host_tid = init->host_tid;
	t->plat.proc_dir_fd = -1;
	list_init(&t->plat.owner_node);
	t->tid = init->tid;
	t->timerslack_ns = t->default_timerslack_ns = 50000;
	mutex_init(&t->mu, LOCK_TASK);
	park_init(t);
	list_init(&t->shadows);
	t->cred = init->cred;
	t->files = init->files;
	t->fs = init->fs;
	t->mnt_ns = init->mnt_ns;
	t->plat.tls = init->tls;
	if (init->like)
		task_inherit(t, init->like);
	rwlock_wrlock(&k->tree_lock);
	if (fresh)
		process_link(k, fresh, init->parent, init->like);
	tables_add(k, t);
	if (init->like)
		hook_task_added_locked(t, init->like);
	dying = t->process->state != PROCESS_LIVE;
	rwlock_unlock(&k->tree_lock);
	if (k->platform->task_added && init->like)
		k->platform->task_added(t, init->like);
	if (dying) /* its group has ended its tasks before it came */
		task_exited(t);
	if (fresh && fresh->pidfd >= 0)
		event_watch(&fresh->death, EPOLLIN | EPOLLONESHOT);
	return t;
}

/* ---- look-up ---- */

struct task *task_lookup_host_tid(struct kernel *k, pid_t host_tid)
{
	struct task *t;

	rwlock_rdlock(&k->tree_lock);
	hash_for_each_possible(&k->tasks_by_host_tid, t, by_host_tid, tid_hash(host_tid))
		if (t->plat.host_tid == host_tid)
			break;
	if (t)
		task_get(t);
	rwlock_unlock(&k->tree_lock);
	return t;
}

/* A thread that execs gets its leader's tid, also if the leader's record has ended before. */
static struct task *exec_over_dead_leader(struct kernel *k, pid_t host_tid)
{
	struct task *t = NULL;
	struct process *p;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(p, &k->processes, all_node)
		if (p->host_pid == host_tid && p->exec_task) {
			t = task_get(p->exec_task);
			break;
		}
	rwlock_unlock(&k->tree_lock);
	return t;
}

bool process_end_stale(struct process *p)
{
	if (!process_is_reaped(p))
		return false;
	if (p->state == PROCESS_ZOMBIE)
		process_forget_if_reaped(p);
	else
		process_died(p);
	return true;
}

/* A thread that execs loses its number to its group's: it has not ended. */
static bool lost_number_to_exec(struct task *t, pid_t host_tid)
{
	struct kernel *k = t->kernel;
	bool lost;

	rwlock_rdlock(&k->tree_lock);
	lost = t->process->exec_task == t || t->plat.host_tid != host_tid;
	rwlock_unlock(&k->tree_lock);
	return lost;
}

bool task_end_stale(struct task *t)
{
	pid_t host_pid = t->process->host_pid, host_tid = t->plat.host_tid;

	if (process_end_stale(t->process))
		return true;
	if (host_tid == host_pid || syscall(SYS_tgkill, host_pid, host_tid, 0) == 0 ||
	    errno != ESRCH || lost_number_to_exec(t, host_tid))
		return false;
	task_exited(t);
	return true;
}

/* Who has the number of somebody that died unnoticed is the child of a clone that is pending: only
 * then a record that is found may be another's. */
static struct task *lookup_live(struct kernel *k, pid_t host_tid)
{
	struct task *t = task_lookup_host_tid(k, host_tid);

	if (t && unlikely(k->nr_pending_clones > 0) && task_end_stale(t)) {
		task_put(t);
		t = NULL;
	}
	return t;
}

struct task *task_for_host_tid(struct kernel *k, pid_t host_tid)
{
	struct task *t = lookup_live(k, host_tid);

	if (!t)
		t = exec_over_dead_leader(k, host_tid);
	if (t)
		return t;
	return task_clone_bind(k, host_tid);
}

struct task *task_by_tid(struct kernel *k, pid_t tid)
{
	struct task *t;

	rwlock_rdlock(&k->tree_lock);
	hash_for_each_possible(&k->tasks_by_tid, t, by_tid, tid_hash(tid))
		if (t->tid == tid)
			break;
	if (t)
		task_get(t);
	rwlock_unlock(&k->tree_lock);
	return t;
}

/* The host still knows a zombie; when it was reaped its number means nothing any more. */
bool process_is_reaped(struct process *p)
{
	if (p->pidfd < 0)
		return false;
	return syscall(SYS_pidfd_send_signal, p->pidfd, 0, NULL, 0) < 0 && errno == ESRCH;
}

static void process_unlink_locked(struct kernel *k, struct process *p)
{
	if (list_empty(&p->all_node))
		return;
	list_del(&p->all_node);
	list_del(&p->sibling);
	p->parent = p == k->init ? NULL : k->init; /* nobody would tell us when it is gone */
	if (hash_linked(&p->by_pid))
		hash_del(&k->processes_by_pid, &p->by_pid);
}

/* Drops p from the tables if it is a zombie that the host has reaped. */
bool process_forget_if_reaped(struct process *p)
{
	struct kernel *k = p->kernel;
	bool linked;

	if (p->state != PROCESS_ZOMBIE || !process_is_reaped(p))
		return false;
	rwlock_wrlock(&k->tree_lock);
	linked = !list_empty(&p->all_node);
	process_unlink_locked(k, p);
	rwlock_unlock(&k->tree_lock);
	if (linked)
		process_put(p);
	return true;
}

struct process *process_by_pid(struct kernel *k, pid_t pid)
{
	struct process *p;

	rwlock_rdlock(&k->tree_lock);
	hash_for_each_possible(&k->processes_by_pid, p, by_pid, tid_hash(pid))
		if (p->pid == pid)
			break;
	if (p)
		process_get(p);
	rwlock_unlock(&k->tree_lock);
	if (p && process_forget_if_reaped(p)) {
		process_put(p);
		return NULL;
	}
	return p;
}

bool process_is_ending(struct kernel *k, pid_t host_pid)
{
	struct process *p;
	bool ending = false;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(p, &k->processes, all_node)
		ending |= p->host_pid == host_pid && p->state == PROCESS_DYING;
	rwlock_unlock(&k->tree_lock);
	return ending;
}

struct task *process_any_task(struct process *p)
{
	struct kernel *k = p->kernel;
	struct task *t, *found = NULL;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(t, &p->tasks, process_node) {
		if (!found || t->tid == p->pid)
			found = t;
	}
	if (found)
		task_get(found);
	rwlock_unlock(&k->tree_lock);
	return found;
}

static struct process *process_next_raw(struct kernel *k, pid_t after)
{
	struct process *p, *best = NULL;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(p, &k->processes, all_node)
		if (p->pid > after && (!best || p->pid < best->pid))
			best = p;
	if (best)
		process_get(best);
	rwlock_unlock(&k->tree_lock);
	return best;
}

struct process *process_next(struct kernel *k, pid_t after)
{
	for (;;) {
		struct process *p = process_next_raw(k, after);

		if (!p || !process_forget_if_reaped(p))
			return p;
		after = p->pid;
		process_put(p);
	}
}

struct task *process_next_task(struct process *p, pid_t after_tid)
{
	struct kernel *k = p->kernel;
	struct task *t, *best = NULL;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(t, &p->tasks, process_node)
		if (t->tid > after_tid && (!best || t->tid < best->tid))
			best = t;
	if (best)
		task_get(best);
	rwlock_unlock(&k->tree_lock);
	return best;
}

struct process *process_parent(struct process *p)
{
	struct kernel *k = p->kernel;
	struct process *parent;

	rwlock_rdlock(&k->tree_lock);
	parent = p->parent;
	if (parent)
		process_get(parent);
	rwlock_unlock(&k->tree_lock);
	return parent;
}

/* ---- end ---- */

static bool task_unlink_locked(struct kernel *k, struct task *t)
{
	if (list_empty(&t->process_node))
		return false;
	if (t->process->exec_task == t)
		t->process->exec_task = NULL;
	hash_del(&k->tasks_by_host_tid, &t->by_host_tid);
	if (hash_linked(&t->by_tid))
		hash_del(&k->tasks_by_tid, &t->by_tid);
	list_del(&t->process_node);
	if (t->tid == t->process->pid || list_empty(&t->process->tasks))
		task_comm_get(t, t->process->zombie_comm);
	t->process->nr_tasks--;
	t->process->ended[t->process->nr_ended++ % PROCESS_ENDED] = t->plat.host_tid;
	k->nr_tasks -= t->tid != 0;
	return true;
}

/* t is out of the tables: end what it holds, now or when its call ends. */
static void task_finish(struct task *t)
{
	unsigned int old = atomic_fetch_or(&t->life, TASK_DEAD);

	if (t->kernel->platform->task_removed)
		t->kernel->platform->task_removed(t);
	task_shadows_abort(t);
	if (old & TASK_SERVING)
		park_abort(t);
	else
		task_release(t);
	task_put(t); /* the tables' */
}

void task_exited(struct task *t)
{
	struct kernel *k = t->kernel;
	bool linked;

	rwlock_wrlock(&k->tree_lock);
	linked = task_unlink_locked(k, t);
	rwlock_unlock(&k->tree_lock);
	if (linked)
		task_finish(t);
}

void task_serve_begin(struct task *t)
{
	unsigned int old = atomic_load(&t->life);

	do {
		while (unlikely(old & TASK_IN_CHANNEL)) {
			sched_yield();
			old = atomic_load(&t->life);
		}
	} while (!atomic_compare_exchange_weak(&t->life, &old, old | TASK_SERVING));
}

bool task_channel_begin(struct task *t)
{
	unsigned int free = 0;

	if (!atomic_compare_exchange_strong(&t->life, &free, TASK_SERVING | TASK_IN_CHANNEL))
		return false;
	if (!t->pending_clone && !t->exec_plan && !t->in_exec_stub &&
	    (!t->seccomp || guest_seccomp_is_profile(t->seccomp)) && !t->plat.flags &&
	    !t->process->exec_task &&
	    !atomic_load_explicit(&t->process->waits_in_flight, memory_order_relaxed))
		return true;
	task_serve_end(t);
	return false;
}

void task_serve_end(struct task *t)
{
	unsigned int old = atomic_fetch_and(&t->life, ~(TASK_SERVING | TASK_IN_CHANNEL));

	if ((old & TASK_SERVING) && (old & TASK_DEAD))
		task_release(t);
}

/* Ends every task of p but keep (which may be NULL). */
static void process_end_tasks(struct process *p, struct task *keep)
{
	struct kernel *k = p->kernel;

	for (;;) {
		struct task *t, *victim = NULL;

		rwlock_wrlock(&k->tree_lock);
		list_for_each_entry(t, &p->tasks, process_node)
			if (t != keep) {
				victim = t;
				break;
			}
		if (victim)
			task_unlink_locked(k, victim);
		rwlock_unlock(&k->tree_lock);
		if (!victim)
			return;
		task_finish(victim);
	}
}

static void reparent_children_locked(struct kernel *k, struct process *p)
{
	struct process *heir = heir_locked(k, p), *child;

	if (!heir)
		return;
	while (!list_empty(&p->children)) {
		child = list_first_entry(&p->children, struct process, sibling);
		list_del(&child->sibling);
		child->parent = heir;
		if (heir)
			list_add_tail(&child->sibling, &heir->children);
	}
}

void process_release_resources(struct process *p)
{
	struct kernel *k = p->kernel;
	bool first;

	rwlock_wrlock(&k->tree_lock);
	first = p->state == PROCESS_LIVE;
	if (first)
		p->state = PROCESS_DYING;
	rwlock_unlock(&k->tree_lock);
	if (!first)
		return;
	hook_process_exit(p);
	process_end_tasks(p, NULL);
}

/* prctl(PR_SET_PDEATHSIG): the children's threads that asked for it. Differs from Linux in that the
 * parent's process has to end, not the thread that made the child. */
static void send_pdeath_signals(struct process *p)
{
	struct kernel *k = p->kernel;

	for (;;) {
		struct process *child;
		struct task *t, *found = NULL;
		int sig = 0;

		rwlock_rdlock(&k->tree_lock);
		list_for_each_entry(child, &p->children, sibling)
			list_for_each_entry(t, &child->tasks, process_node)
				if (t->pdeath_signal && !found)
					found = task_get(t);
		rwlock_unlock(&k->tree_lock);
		if (!found)
			return;
		sig = found->pdeath_signal;
		found->pdeath_signal = 0;
		signal_send_process(found->process, sig);
		task_put(found);
	}
}

int process_status(const struct process *p, int status)
{
	int as = atomic_load(&p->killed_as);

	return as && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? as : status;
}

/* Our own init has told how the command ended. Of another one the host knows it, unless a platform
 * that traces has seen it first: then exit(2) was, or the platform is, the source. */
static void init_died(struct kernel *k, const struct process *init)
{
	int status;

	if (!k->own_init &&
	    wait4(init->host_pid, &status, __WALL | WNOHANG, NULL) == init->host_pid)
		atomic_store(&k->exit_status, process_status(init, status));
	kernel_shutdown(k, atomic_load(&k->exit_status));
}

void process_died(struct process *p)
{
	struct kernel *k = p->kernel;
	struct process *parent;

	process_get(p);
	process_release_resources(p);
	send_pdeath_signals(p);
	rwlock_wrlock(&k->tree_lock);
	reparent_children_locked(k, p);
	p->state = PROCESS_ZOMBIE;
	parent = p->parent ? process_get(p->parent) : NULL;
	rwlock_unlock(&k->tree_lock);
	event_unwatch(&p->death);
	task_clone_makers_ended(p);
	hook_process_dead(p);
	if (parent) {
		signal_kick(parent, NULL);
		process_put(parent);
	}
	if (p == k->init)
		init_died(k, p);
	else if (p->spawn && !k->platform->one_owner) /* which reaps, and says so itself */
		spawn_ended(p);
	else if (process_is_spawner(p))
		spawner_died(k);
	process_forget_if_reaped(p);
	process_put(p);
}

/* ---- exec ---- */

struct task *task_exec_owner(struct task *t)
{
	struct kernel *k = t->kernel;
	struct task *owner;

	rwlock_rdlock(&k->tree_lock);
	owner = t->process->exec_task;
	owner = task_get(owner && !t->exec_plan ? owner : t);
	rwlock_unlock(&k->tree_lock);
	/* The old leader may say hello as well, while its sibling's exec is only under way. */
	if (owner != t && !task_exec_is_fresh(t)) {
		task_put(owner);
		owner = task_get(t);
	}
	return owner;
}

void task_exec_take_leadership(struct task *t)
{
	struct kernel *k = t->kernel;
	struct process *p = t->process;

	process_end_tasks(p, t);
	rwlock_wrlock(&k->tree_lock);
	p->exec_task = NULL;
	atomic_fetch_add(&p->program, 1);
	task_shadows_abort(t);
	atomic_store(&p->exec_going, false);
	p->has_execed = true;
	if (t->tid != p->pid) {
		p->leader_replaced = true;
		hash_del(&k->tasks_by_host_tid, &t->by_host_tid);
		if (hash_linked(&t->by_tid))
			hash_del(&k->tasks_by_tid, &t->by_tid);
		t->plat.host_tid = p->host_pid;
		t->tid = p->pid;
		hash_add(&k->tasks_by_host_tid, &t->by_host_tid, tid_hash(t->plat.host_tid));
		hash_add(&k->tasks_by_tid, &t->by_tid, tid_hash(t->tid));
	}
	rwlock_unlock(&k->tree_lock);
}
