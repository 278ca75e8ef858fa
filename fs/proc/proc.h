/*
 * fs/proc/proc.h - between the files of fs/proc only
 *
 * Model: the inodes below /proc/<pid> share a struct proc_pid, which names a process, and a thread
 * of it where the path did (task/<tid>, or the tid of a thread used as <pid>). It keeps the records
 * alive, not the guest's threads: readers look whether those still are.
 */
#ifndef FS_PROC_PROC_H
#define FS_PROC_PROC_H

#include <stdint.h>
#include <sys/types.h>

#include "fs/kernfs/kernfs.h"
#include "sentry/base/strbuf.h"

struct kernel;
struct process;
struct task;

struct proc_pid {
	struct kernfs_owner owner;
	struct kernel *kernel;
	struct process *process;
	struct task *task; /* NULL: the process as a whole */
	pid_t tid;	   /* the number in the path */
};

static inline struct proc_pid *proc_pid_of(struct kernfs_inode *kn)
{
	return container_of(kn->owner, struct proc_pid, owner);
}

/* ---- pid.c ---- */
extern const struct kernfs_dir_ops proc_root_dyn;
/* A living thread to ask: the one of the path, or the leader, or any. New reference; NULL: none. */
struct task *proc_pid_task(struct proc_pid *pp);
/* Its number means another process, or none, by now. */
bool proc_pid_gone(struct proc_pid *pp);
/* The name, a zombie's included: 0 or -ESRCH. */
int proc_comm_get(struct proc_pid *pp, char comm[16]);
/* The task, if t may look into it (ptrace_may_access): -ESRCH, -EACCES. t NULL: may. */
must_check int proc_pid_task_access(struct proc_pid *pp, struct task *t, struct task **ret);
bool proc_may_access(struct proc_pid *pp, struct task *t);
/* may_open() of files that tell about memory: -EACCES at open. */
int proc_open_access(struct kernfs_inode *kn, struct task *t, struct file *f);
int proc_mem_may_open(struct kernfs_inode *kn, struct task *t, struct file *f);
/* The host's file of this thread or process, e.g. "stat", appended to sb. -ESRCH. */
must_check int proc_host_text(struct proc_pid *pp, const char *name, struct strbuf *sb);
/* A host file of the whole machine, e.g. "cpuinfo". */
must_check int proc_host_global(struct kernel *k, const char *name, struct strbuf *sb);

/* What the guest's process tree says, taken at one time. */
struct proc_ids {
	pid_t pid, tid, ppid, pgid, sid;
	uint32_t nr_threads;
	bool zombie;
	uint32_t tty_nr;
	pid_t tpgid;
	char comm[16];
};
void proc_ids_get(struct proc_pid *pp, struct proc_ids *ret);

/* ---- rows of /proc/<pid> by file ---- */
#define PROC_SHOW(name) int name(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
#define PROC_STORE(name)                                                                           \
	ssize_t name(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
#define PROC_READLINK(name)                                                                        \
	int name(struct kernfs_inode *kn, struct task *t, char *buf, size_t size)
#define PROC_JUMP(name) int name(struct kernfs_inode *kn, struct task *t, struct path *ret)

/* pid_stat.c */
PROC_SHOW(proc_stat_show);
PROC_SHOW(proc_statm_show);
PROC_SHOW(proc_sched_show);
PROC_SHOW(proc_schedstat_show);
PROC_SHOW(proc_io_show);
PROC_SHOW(proc_wchan_show);
PROC_SHOW(proc_syscall_show);
PROC_SHOW(proc_stack_show);
PROC_SHOW(proc_children_show);
/* pid_status.c */
PROC_SHOW(proc_status_show);
/* pid_maps.c */
PROC_SHOW(proc_maps_show);
extern const struct file_ops proc_maps_fops;
PROC_SHOW(proc_smaps_show);
PROC_SHOW(proc_smaps_rollup_show);
/* pid_mem.c */
PROC_SHOW(proc_cmdline_show);
PROC_SHOW(proc_environ_show);
PROC_SHOW(proc_auxv_show);
extern const struct file_ops proc_mem_fops, proc_pagemap_fops;
/* pid_attr.c */
PROC_SHOW(proc_comm_show);
PROC_STORE(proc_comm_store);
PROC_SHOW(proc_limits_show);
PROC_SHOW(proc_oom_score_show);
PROC_SHOW(proc_oom_adj_show);
PROC_STORE(proc_oom_adj_store);
PROC_SHOW(proc_oom_score_adj_show);
PROC_STORE(proc_oom_score_adj_store);
PROC_SHOW(proc_loginuid_show);
PROC_STORE(proc_loginuid_store);
PROC_SHOW(proc_sessionid_show);
PROC_SHOW(proc_cgroup_show);
PROC_SHOW(proc_cpuset_show);
PROC_SHOW(proc_id_map_show);
PROC_STORE(proc_id_map_store);
PROC_SHOW(proc_setgroups_show);
PROC_STORE(proc_setgroups_store);
PROC_SHOW(proc_personality_show);
PROC_SHOW(proc_timerslack_show);
PROC_STORE(proc_timerslack_store);
PROC_SHOW(proc_coredump_filter_show);
PROC_STORE(proc_coredump_filter_store);
PROC_SHOW(proc_autogroup_show);
PROC_SHOW(proc_timens_offsets_show);
PROC_SHOW(proc_empty_show);
/* -EINVAL, as of an attribute of no security module. */
PROC_SHOW(proc_refuse_show);
PROC_STORE(proc_refuse_store);
PROC_STORE(proc_ignore_store);
/* pid_fs.c */
PROC_READLINK(proc_exe_readlink);
PROC_JUMP(proc_exe_jump);
PROC_READLINK(proc_cwd_readlink);
PROC_JUMP(proc_cwd_jump);
PROC_READLINK(proc_root_readlink);
PROC_JUMP(proc_root_jump);
PROC_SHOW(proc_mounts_show);
int proc_mounts_opened(struct kernfs_inode *kn, struct task *t, struct file *f);
extern const struct file_ops proc_mounts_fops;
PROC_SHOW(proc_mountinfo_show);
PROC_SHOW(proc_mountstats_show);
/* pid_fd.c */
extern const struct kernfs_dir_ops proc_fd_dyn, proc_fdinfo_dyn;
/* pid_ns.c */
extern const struct kernfs_row proc_ns_rows[];
/* net.c */
extern const struct kernfs_row proc_net_rows[];

/* ---- of the whole system ---- */
extern const struct kernfs_row proc_global_rows[]; /* root.c */
extern const struct kernfs_row proc_sys_rows[];	   /* sysctl.c */
/* global.c */
PROC_SHOW(proc_cmdline_global_show);
PROC_SHOW(proc_cpuinfo_show);
PROC_SHOW(proc_meminfo_show);
PROC_SHOW(proc_loadavg_show);
PROC_SHOW(proc_uptime_show);
PROC_SHOW(proc_version_show);
PROC_SHOW(proc_global_stat_show);
PROC_SHOW(proc_vmstat_show);
PROC_SHOW(proc_zoneinfo_show);
PROC_SHOW(proc_filesystems_show);
PROC_SHOW(proc_fixed_show); /* row->data is the text */
PROC_SHOW(proc_interrupts_show);
PROC_SHOW(proc_softirqs_show);
/* sysvipc.c */
extern const struct kernfs_row proc_sysvipc_rows[];

/* Bytes the guest has and may still use. */
struct proc_memory {
	uint64_t total, free, available, cached, buffers, swap_total, swap_free;
};
must_check int proc_memory_get(struct kernel *k, struct proc_memory *ret);

#endif
