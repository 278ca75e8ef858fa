/*
 * fs/proc/pid.c - /proc/<pid> and /proc/<pid>/task/<tid>: their names, and who may look
 *
 * Model: see proc.h. Names are looked up each time; a directory that somebody keeps open shows
 * -ESRCH in its files once the process is gone.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fs/proc/proc.h"
#include "fs/proc/procfs.h"
#include "fs/vfs/landlock.h"
#include "sentry/base/mem.h"
#include "sentry/ctty.h"
#include "sentry/task.h"

/* ---- access ---- */

/* Source: kernel/ptrace.c, __ptrace_may_access(); cap_ptrace_access_check(). */
int ptrace_may_access(struct task *t, struct task *target, bool attach)
{
	const struct cred *c = task_cred(t);
	struct cred *tc;
	uint32_t uid = attach ? c->uid : c->fsuid, gid = attach ? c->gid : c->fsgid;
	bool ok, cap = cred_has_cap(c, CAP_SYS_PTRACE);
	int dumpable;

	if (t->process == target->process)
		return 0;
	tc = task_cred_get(target);
	if (!tc)
		return -EPERM;
	ok = cap || (uid == tc->euid && uid == tc->suid && uid == tc->uid && gid == tc->egid &&
		     gid == tc->sgid && gid == tc->gid);
	if (ok && !cap) {
		uint64_t mine = attach ? c->cap_permitted : c->cap_effective;

		ok = (tc->cap_permitted & ~mine) == 0;
	}
	cred_put(tc);
	mutex_lock(&target->process->mu);
	dumpable = target->process->dumpable;
	mutex_unlock(&target->process->mu);
	if (!ok || (!cap && dumpable != 1))
		return -EPERM;
	return landlock_ptrace(t, target);
}

struct task *proc_pid_task(struct proc_pid *pp)
{
	struct task *t;
	bool alive;

	if (!pp->task)
		return process_any_task(pp->process);
	/* Alive as long as its process lists it. */
	t = process_next_task(pp->process, pp->task->tid - 1);
	alive = t == pp->task;
	if (alive)
		return t;
	task_put(t);
	return NULL;
}

bool proc_pid_gone(struct proc_pid *pp)
{
	bool gone;

	rwlock_rdlock(&pp->kernel->tree_lock);
	gone = list_empty(&pp->process->all_node);
	rwlock_unlock(&pp->kernel->tree_lock);
	return gone;
}

int proc_comm_get(struct proc_pid *pp, char comm[TASK_COMM_LEN])
{
	struct task *t = proc_pid_task(pp);

	if (t) {
		task_comm_get(t, comm);
		task_put(t);
		return 0;
	}
	if (proc_pid_gone(pp))
		return -ESRCH;
	rwlock_rdlock(&pp->kernel->tree_lock);
	memcpy(comm, pp->process->zombie_comm, TASK_COMM_LEN);
	rwlock_unlock(&pp->kernel->tree_lock);
	return 0;
}

int proc_pid_task_access(struct proc_pid *pp, struct task *t, struct task **ret)
{
	struct task *target = proc_pid_task(pp);

	if (!target)
		return -ESRCH;
	if (t && ptrace_may_access(t, target, false) < 0) {
		task_put(target);
		return -EACCES;
	}
	*ret = target;
	return 0;
}

bool proc_may_access(struct proc_pid *pp, struct task *t)
{
	struct task *target;

	if (proc_pid_task_access(pp, t, &target) < 0)
		return false;
	task_put(target);
	return true;
}

int proc_open_access(struct kernfs_inode *kn, struct task *t, struct file *f)
{
	struct task *target;
	int err;

	(void)f;
	err = proc_pid_task_access(proc_pid_of(kn), t, &target);
	if (err == 0)
		task_put(target);
	return err == -ESRCH ? 0 : err; /* a zombie has no memory: the file is empty */
}

/* ---- what the host knows ---- */

static int read_host(struct kernel *k, const char *path, struct strbuf *sb)
{
	_cleanup_close_ int fd = openat(k->host_proc_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		strbuf_append(sb, buf, (size_t)n);
		if (sb->oom)
			return -ENOMEM;
	}
	return 0;
}

int proc_host_text(struct proc_pid *pp, const char *name, struct strbuf *sb)
{
	char path[96];

	if (pp->task)
		snprintf(path, sizeof(path), "%d/task/%d/%s", pp->process->host_pid,
			 pp->task->plat.host_tid, name);
	else
		snprintf(path, sizeof(path), "%d/%s", pp->process->host_pid, name);
	return read_host(pp->kernel, path, sb);
}

int proc_host_global(struct kernel *k, const char *name, struct strbuf *sb)
{
	return read_host(k, name, sb);
}

void proc_ids_get(struct proc_pid *pp, struct proc_ids *ret)
{
	struct kernel *k = pp->kernel;
	struct process *p = pp->process;
	struct session *s;

	memset(ret, 0, sizeof(*ret));
	rwlock_rdlock(&k->tree_lock);
	ret->pid = p->pid;
	ret->ppid = p->parent ? p->parent->pid : 0;
	ret->pgid = p->pgid;
	ret->nr_threads = p->nr_tasks;
	ret->zombie = p->state == PROCESS_ZOMBIE;
	s = p->session ? session_get(p->session) : NULL;
	rwlock_unlock(&k->tree_lock);
	ret->tid = pp->tid;
	ret->sid = s ? s->sid : 0;
	ret->tpgid = -1;
	if (s) {
		ctty_info(k, s, &ret->tty_nr, &ret->tpgid);
		session_put(s);
	}
	(void)proc_comm_get(pp, ret->comm);
}

/* ---- inodes ---- */

static void proc_pid_destroy(struct kernfs_owner *o)
{
	struct proc_pid *pp = container_of(o, struct proc_pid, owner);

	task_put(pp->task);
	process_put(pp->process);
	mem_free(pp);
}

extern const struct kernfs_dir_ops proc_task_dyn;

/* The effective ids, or root's if the process may not be dumped; directories that all may read keep
 * the ids (task_dump_owner()). */
static void proc_pid_attr(struct kernfs_owner *o, struct inode *in)
{
	struct proc_pid *pp = container_of(o, struct proc_pid, owner);
	const struct kernfs_row *row = kernfs_of(in)->row;
	struct task *t = proc_pid_task(pp);
	struct cred *c = t ? task_cred_get(t) : NULL;
	bool open_dir = S_ISDIR(inode_read(in, mode)) && (in->mode & 0777) != 0511;

	if (c && (pp->process->dumpable == 1 || open_dir)) {
		inode_write(in, uid, c->euid);
		inode_write(in, gid, c->egid);
	} else {
		inode_write(in, uid, 0);
		inode_write(in, gid, 0);
	}
	if (row && row->dyn == &proc_task_dyn)
		inode_write(in, nlink, 2 + pp->process->nr_tasks);
	cred_put(c);
	task_put(t);
}

static bool proc_pid_owner_gone(struct kernfs_owner *o)
{
	return proc_pid_gone(container_of(o, struct proc_pid, owner));
}

/* Takes the references on p and t. */
static int proc_pid_inode(struct super *s, const struct kernfs_row *row, uint64_t ino,
			  struct process *p, struct task *t, pid_t tid, struct inode **ret)
{
	struct proc_pid *pp = mem_zalloc(sizeof(*pp));
	int err;

	if (!pp) {
		task_put(t);
		process_put(p);
		return -ENOMEM;
	}
	kernfs_owner_init(&pp->owner, proc_pid_destroy, proc_pid_attr);
	pp->owner.gone = proc_pid_owner_gone;
	pp->kernel = s->kernel;
	pp->process = p;
	pp->task = t;
	pp->tid = tid;
	err = kernfs_inode_new(s, row, &pp->owner, ino, (uint64_t)tid, ret);
	kernfs_owner_put(&pp->owner);
	return err;
}

#define REG(n, m, s)                                                                               \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | (m), .show = (s)                                    \
	}
#define RW(n, m, s, w)                                                                             \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | (m), .show = (s), .store = (w)                      \
	}
#define PRIVATE(n, m, s)                                                                           \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | (m), .show = (s), .may_open = proc_open_access      \
	}
#define MOUNTS(n, s)                                                                               \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = (s), .fops = &proc_mounts_fops,       \
		.opened = proc_mounts_opened                                                       \
	}
#define OWN(n, m, ops)                                                                             \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | (m), .fops = &(ops), .may_open = proc_open_access   \
	}
#define DIR_ROWS(n, m, r)                                                                          \
	{                                                                                          \
		.name = (n), .mode = S_IFDIR | (m), .rows = (r)                                    \
	}
#define DIR_DYN(n, m, d)                                                                           \
	{                                                                                          \
		.name = (n), .mode = S_IFDIR | (m), .dyn = &(d)                                    \
	}
#define LINK(n, r, j)                                                                              \
	{                                                                                          \
		.name = (n), .mode = S_IFLNK | 0777, .readlink = (r), .jump = (j)                  \
	}

static const struct kernfs_row attr_rows[] = {
	RW("current", 0666, proc_refuse_show, proc_refuse_store),
	RW("exec", 0666, proc_refuse_show, proc_refuse_store),
	RW("fscreate", 0666, proc_refuse_show, proc_refuse_store),
	RW("keycreate", 0666, proc_refuse_show, proc_refuse_store),
	REG("prev", 0444, proc_refuse_show),
	RW("sockcreate", 0666, proc_refuse_show, proc_refuse_store),
	{0},
};

/* In both /proc/<pid> and task/<tid>. */
#define COMMON_ROWS                                                                                \
	DIR_DYN("fd", 0500, proc_fd_dyn),                                                          \
		{.name = "fdinfo",                                                                 \
		 .mode = S_IFDIR | 0555,                                                           \
		 .dyn = &proc_fdinfo_dyn,                                                          \
		 .may_open = proc_open_access},                                                    \
		DIR_ROWS("ns", 0511, proc_ns_rows), DIR_ROWS("net", 0555, proc_net_rows),          \
		PRIVATE("environ", 0400, proc_environ_show),                                       \
		PRIVATE("auxv", 0400, proc_auxv_show), REG("status", 0444, proc_status_show),      \
		REG("personality", 0400, proc_personality_show),                                   \
		REG("limits", 0444, proc_limits_show),                                             \
		RW("sched", 0644, proc_sched_show, proc_ignore_store),                             \
		RW("comm", 0644, proc_comm_show, proc_comm_store),                                 \
		REG("syscall", 0400, proc_syscall_show), REG("cmdline", 0444, proc_cmdline_show),  \
		REG("stat", 0444, proc_stat_show), REG("statm", 0444, proc_statm_show),            \
		{.name = "maps",                                                                   \
		 .mode = S_IFREG | 0444,                                                           \
		 .show = proc_maps_show,                                                           \
		 .fops = &proc_maps_fops,                                                          \
		 .may_open = proc_open_access},                                                    \
		{.name = "mem",                                                                    \
		 .mode = S_IFREG | 0600,                                                           \
		 .fops = &proc_mem_fops,                                                           \
		 .may_open = proc_mem_may_open},                                                   \
		LINK("cwd", proc_cwd_readlink, proc_cwd_jump),                                     \
		LINK("root", proc_root_readlink, proc_root_jump),                                  \
		LINK("exe", proc_exe_readlink, proc_exe_jump), MOUNTS("mounts", proc_mounts_show), \
		MOUNTS("mountinfo", proc_mountinfo_show),                                          \
		RW("clear_refs", 0200, NULL, proc_ignore_store),                                   \
		PRIVATE("smaps", 0444, proc_smaps_show),                                           \
		PRIVATE("smaps_rollup", 0444, proc_smaps_rollup_show),                             \
		OWN("pagemap", 0400, proc_pagemap_fops), DIR_ROWS("attr", 0555, attr_rows),        \
		REG("wchan", 0444, proc_wchan_show), REG("stack", 0400, proc_stack_show),          \
		REG("schedstat", 0444, proc_schedstat_show),                                       \
		REG("cpuset", 0444, proc_cpuset_show), REG("cgroup", 0444, proc_cgroup_show),      \
		REG("oom_score", 0444, proc_oom_score_show),                                       \
		RW("oom_adj", 0644, proc_oom_adj_show, proc_oom_adj_store),                        \
		RW("oom_score_adj", 0644, proc_oom_score_adj_show, proc_oom_score_adj_store),      \
		RW("loginuid", 0644, proc_loginuid_show, proc_loginuid_store),                     \
		REG("sessionid", 0444, proc_sessionid_show), REG("io", 0400, proc_io_show),        \
		RW("uid_map", 0644, proc_id_map_show, proc_id_map_store),                          \
		RW("gid_map", 0644, proc_id_map_show, proc_id_map_store),                          \
		RW("projid_map", 0644, proc_id_map_show, proc_id_map_store),                       \
		RW("setgroups", 0644, proc_setgroups_show, proc_setgroups_store)

static const struct kernfs_row tid_rows[] = {
	COMMON_ROWS,
	REG("children", 0444, proc_children_show),
	{0},
};
static const struct kernfs_row tid_dir = {.mode = S_IFDIR | 0555, .rows = tid_rows};

static const struct kernfs_row tgid_rows[] = {
	DIR_DYN("task", 0555, proc_task_dyn),
	COMMON_ROWS,
	REG("mountstats", 0400, proc_mountstats_show),
	RW("autogroup", 0644, proc_autogroup_show, proc_ignore_store),
	RW("timens_offsets", 0644, proc_timens_offsets_show, proc_refuse_store),
	RW("coredump_filter", 0644, proc_coredump_filter_show, proc_coredump_filter_store),
	REG("timers", 0444, proc_empty_show),
	RW("timerslack_ns", 0666, proc_timerslack_show, proc_timerslack_store),
	{0},
};
static const struct kernfs_row tgid_dir = {.mode = S_IFDIR | 0555, .rows = tgid_rows};

/* ---- /proc/<pid> ---- */

static int root_lookup(struct kernfs_inode *dir, const struct qstr *name, struct inode **ret)
{
	struct super *s = dir->inode.super;
	struct process *p;
	struct task *t = NULL;
	uint64_t pid, ino;

	if (!kernfs_parse_number(name, &pid) || pid == 0)
		return -ENOENT;
	ino = kernfs_child_ino(dir->inode.ino, 4096 + pid);
	p = process_by_pid(s->kernel, (pid_t)pid);
	if (!p) {
		t = task_by_tid(s->kernel, (pid_t)pid);
		if (!t)
			return -ENOENT;
		p = process_get(t->process);
	}
	return proc_pid_inode(s, &tgid_dir, ino, p, t, (pid_t)pid, ret);
}

struct process *proc_dir_process(const struct file *f)
{
	struct kernfs_inode *kn;
	struct process *p;
	bool alive;

	if (!S_ISDIR(inode_read(f->inode, mode)) || f->inode->super->magic != PROC_SUPER_MAGIC)
		return NULL;
	kn = kernfs_of(f->inode);
	if (kn->row != &tgid_dir)
		return NULL;
	p = process_by_pid(f->inode->super->kernel, proc_pid_of(kn)->process->pid);
	alive = p == proc_pid_of(kn)->process;
	if (alive)
		return p;
	process_put(p);
	return NULL;
}

static int root_next(struct kernfs_inode *dir, uint64_t key, struct kernfs_dirent *ret)
{
	struct process *p;

	if (key > INT32_MAX)
		return 0;
	p = process_next(dir->inode.super->kernel, key ? (pid_t)key - 1 : 0);
	if (!p)
		return 0;
	snprintf(ret->name, sizeof(ret->name), "%d", p->pid);
	ret->key = (uint64_t)p->pid;
	ret->type = DT_DIR;
	process_put(p);
	return 1;
}

static bool root_valid(struct kernfs_inode *dir, struct kernfs_inode *child)
{
	struct proc_pid *pp;
	struct process *p;
	bool same;

	(void)dir;
	if (child->row != &tgid_dir)
		return false;
	pp = proc_pid_of(child);
	if (pp->task)
		return false;
	p = process_by_pid(pp->kernel, pp->process->pid);
	same = p == pp->process;
	process_put(p);
	return same;
}

const struct kernfs_dir_ops proc_root_dyn = {
	.lookup = root_lookup,
	.next = root_next,
	.valid = root_valid,
};

/* ---- /proc/<pid>/task ---- */

static int task_lookup(struct kernfs_inode *dir, const struct qstr *name, struct inode **ret)
{
	struct process *p = proc_pid_of(dir)->process;
	struct task *t;
	uint64_t tid;

	if (!kernfs_parse_number(name, &tid) || tid == 0)
		return -ENOENT;
	t = process_next_task(p, (pid_t)tid - 1);
	if (!t || t->tid != (pid_t)tid) {
		task_put(t);
		return -ENOENT;
	}
	return proc_pid_inode(dir->inode.super, &tid_dir,
			      kernfs_child_ino(dir->inode.ino, 4096 + tid), process_get(p), t,
			      (pid_t)tid, ret);
}

static int task_next(struct kernfs_inode *dir, uint64_t key, struct kernfs_dirent *ret)
{
	struct task *t;

	if (key > INT32_MAX)
		return 0;
	t = process_next_task(proc_pid_of(dir)->process, key ? (pid_t)key - 1 : 0);
	if (!t)
		return 0;
	snprintf(ret->name, sizeof(ret->name), "%d", t->tid);
	ret->key = (uint64_t)t->tid;
	ret->type = DT_DIR;
	task_put(t);
	return 1;
}

const struct kernfs_dir_ops proc_task_dyn = {
	.lookup = task_lookup,
	.next = task_next,
};
