/*
 * fs/proc/pid_attr.c - small files of /proc/<pid>: names, limits, OOM scores, id maps and the like
 *
 * Differences from Linux: the login uid is unset and cannot be set; id maps and time offsets are
 * those of the one user and time namespace, and fixed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/proc/proc.h"
#include "fs/proc/procfs.h"
#include "sentry/host_oom.h"
#include "sentry/task.h"

/* ---- comm ---- */

int proc_comm_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	char comm[TASK_COMM_LEN];
	int err = proc_comm_get(proc_pid_of(kn), comm);

	(void)t;
	if (err < 0)
		return err;
	strbuf_puts(sb, comm);
	strbuf_putc(sb, '\n');
	return 0;
}

ssize_t proc_comm_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	struct task *target = proc_pid_task(proc_pid_of(kn));

	if (!target)
		return -ESRCH;
	if (!t || target->process != t->process) {
		task_put(target);
		return -EINVAL;
	}
	text[MIN(len, (size_t)TASK_COMM_LEN - 1)] = '\0';
	task_comm_set(target, text);
	task_put(target);
	return (ssize_t)len;
}

/* ---- limits ---- */

static const struct {
	const char *name, *unit;
} limit_names[NR_RLIMITS] = {
	[RLIMIT_CPU] = {"Max cpu time", "seconds"},
	[RLIMIT_FSIZE] = {"Max file size", "bytes"},
	[RLIMIT_DATA] = {"Max data size", "bytes"},
	[RLIMIT_STACK] = {"Max stack size", "bytes"},
	[RLIMIT_CORE] = {"Max core file size", "bytes"},
	[RLIMIT_RSS] = {"Max resident set", "bytes"},
	[RLIMIT_NPROC] = {"Max processes", "processes"},
	[RLIMIT_NOFILE] = {"Max open files", "files"},
	[RLIMIT_MEMLOCK] = {"Max locked memory", "bytes"},
	[RLIMIT_AS] = {"Max address space", "bytes"},
	[RLIMIT_LOCKS] = {"Max file locks", "locks"},
	[RLIMIT_SIGPENDING] = {"Max pending signals", "signals"},
	[RLIMIT_MSGQUEUE] = {"Max msgqueue size", "bytes"},
	[RLIMIT_NICE] = {"Max nice priority", NULL},
	[RLIMIT_RTPRIO] = {"Max realtime priority", NULL},
	[RLIMIT_RTTIME] = {"Max realtime timeout", "us"},
};

static void put_limit(struct strbuf *sb, uint64_t v)
{
	if (v == RLIM64_INFINITY)
		strbuf_printf(sb, "%-20s ", "unlimited");
	else
		strbuf_printf(sb, "%-20llu ", (unsigned long long)v);
}

int proc_limits_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct process *p = proc_pid_of(kn)->process;
	struct rlimit64 limits[NR_RLIMITS];

	(void)t;
	mutex_lock(&p->mu);
	memcpy(limits, p->limits, sizeof(limits));
	mutex_unlock(&p->mu);
	strbuf_printf(sb, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit",
		      "Units");
	for (size_t i = 0; i < NR_RLIMITS; i++) {
		strbuf_printf(sb, "%-25s ", limit_names[i].name);
		put_limit(sb, limits[i].rlim_cur);
		put_limit(sb, limits[i].rlim_max);
		if (limit_names[i].unit)
			strbuf_printf(sb, "%-10s", limit_names[i].unit);
		strbuf_putc(sb, '\n');
	}
	return 0;
}

/* ---- OOM scores ---- */

#define OOM_SCORE_ADJ_MAX 1000
#define OOM_DISABLE (-17)
#define OOM_ADJUST_MAX 15

static int oom_get(struct kernfs_inode *kn)
{
	struct process *p = proc_pid_of(kn)->process;
	int v;

	mutex_lock(&p->mu);
	v = p->oom_score_adj;
	mutex_unlock(&p->mu);
	return v;
}

static ssize_t oom_set(struct kernfs_inode *kn, struct task *t, int v, size_t len)
{
	struct process *p = proc_pid_of(kn)->process;
	bool cap = t && task_has_cap(t, CAP_SYS_RESOURCE);
	ssize_t ret = (ssize_t)len;

	mutex_lock(&p->mu);
	if (v < 0 && v < p->oom_score_adj && !cap) {
		ret = -EACCES;
	} else {
		p->oom_score_adj = v;
		host_oom_tell(p);
	}
	mutex_unlock(&p->mu);
	return ret;
}

/* Nobody's memory is counted: the score is that of an average process, moved by the adjustment. */
int proc_oom_score_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	int v = oom_get(kn);

	(void)t;
	strbuf_printf(sb, "%d\n", v == -OOM_SCORE_ADJ_MAX ? 0 : MAX((1000 + v) * 2 / 3, 0));
	return 0;
}

int proc_oom_score_adj_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	strbuf_printf(sb, "%d\n", oom_get(kn));
	return 0;
}

ssize_t proc_oom_score_adj_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	int64_t v;

	if (kernfs_parse_i64(text, &v) < 0 || v < -OOM_SCORE_ADJ_MAX || v > OOM_SCORE_ADJ_MAX)
		return -EINVAL;
	return oom_set(kn, t, (int)v, len);
}

int proc_oom_adj_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	int v = oom_get(kn);

	(void)t;
	strbuf_printf(sb, "%d\n",
		      v == OOM_SCORE_ADJ_MAX ? OOM_ADJUST_MAX
					     : v * -OOM_DISABLE / OOM_SCORE_ADJ_MAX);
	return 0;
}

ssize_t proc_oom_adj_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	int64_t v;

	if (kernfs_parse_i64(text, &v) < 0)
		return -EINVAL;
	if ((v < -16 || v > OOM_ADJUST_MAX) && v != OOM_DISABLE)
		return -EINVAL;
	v = v == OOM_ADJUST_MAX ? OOM_SCORE_ADJ_MAX : v * OOM_SCORE_ADJ_MAX / -OOM_DISABLE;
	return oom_set(kn, t, (int)v, len);
}

/* ---- fixed texts and refusals ---- */

int proc_loginuid_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t;
	strbuf_puts(sb, "4294967295");
	return 0;
}

ssize_t proc_loginuid_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	(void)kn, (void)t, (void)text, (void)len;
	return -EPERM;
}

int proc_sessionid_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	return proc_loginuid_show(kn, t, sb);
}

int proc_cgroup_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t;
	strbuf_puts(sb, "0::/\n");
	return 0;
}

int proc_cpuset_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t;
	strbuf_puts(sb, "/\n");
	return 0;
}

int proc_id_map_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	const struct kernel *k = kn->inode.super->kernel;
	const char *name = kn->row->name;
	const char *map = *name == 'u' ? k->uid_map : *name == 'g' ? k->gid_map : NULL;

	(void)t;
	strbuf_puts(sb, map ? map : "         0          0 4294967295\n");
	return 0;
}

/* A map can be written once, and ours has been. */
ssize_t proc_id_map_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	(void)kn, (void)t, (void)text, (void)len;
	return -EPERM;
}

int proc_setgroups_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t;
	strbuf_puts(sb, "allow\n");
	return 0;
}

ssize_t proc_setgroups_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	size_t n = strcspn(text, " \t\n");

	(void)kn;
	if (!t || !task_has_cap(t, CAP_SYS_ADMIN))
		return -EPERM;
	if (n == 5 && strncmp(text, "allow", 5) == 0)
		return (ssize_t)len;
	return n == 4 && strncmp(text, "deny", 4) == 0 ? -EPERM : -EINVAL;
}

int proc_personality_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct task *target;
	int err = proc_pid_task_access(proc_pid_of(kn), t, &target);

	if (err)
		return err;
	strbuf_printf(sb, "%08x\n", (unsigned int)target->personality);
	task_put(target);
	return 0;
}

/* ---- timer slack ---- */

static struct task *slack_task(struct kernfs_inode *kn, struct task *t, int *ret_err)
{
	struct task *target = proc_pid_task(proc_pid_of(kn));

	*ret_err = 0;
	if (!target) {
		*ret_err = -ESRCH;
	} else if (t && target != t && !task_has_cap(t, CAP_SYS_NICE)) {
		task_put(target);
		target = NULL;
		*ret_err = -EPERM;
	}
	return target;
}

int proc_timerslack_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	int err;
	struct task *target = slack_task(kn, t, &err);

	if (!target)
		return err;
	strbuf_printf(sb, "%llu\n", (unsigned long long)target->timerslack_ns);
	task_put(target);
	return 0;
}

ssize_t proc_timerslack_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	int err;
	struct task *target;
	int64_t v;

	if (kernfs_parse_i64(text, &v) < 0 || v < 0)
		return -EINVAL;
	target = slack_task(kn, t, &err);
	if (!target)
		return err;
	target->timerslack_ns = v ? (uint64_t)v : 50000;
	task_put(target);
	return (ssize_t)len;
}

/* ---- core dumps (which are never written) ---- */

#define COREDUMP_FILTER_DEFAULT 0x33u

int proc_coredump_filter_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct process *p = proc_pid_of(kn)->process;

	(void)t;
	mutex_lock(&p->mu);
	strbuf_printf(sb, "%08x\n", p->coredump_filter_xor ^ COREDUMP_FILTER_DEFAULT);
	mutex_unlock(&p->mu);
	return 0;
}

ssize_t proc_coredump_filter_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	struct process *p = proc_pid_of(kn)->process;
	int64_t v;

	(void)t;
	if (kernfs_parse_i64(text, &v) < 0 || v < 0 || v > UINT32_MAX)
		return -EINVAL;
	mutex_lock(&p->mu);
	p->coredump_filter_xor = ((uint32_t)v & 0x1ff) ^ COREDUMP_FILTER_DEFAULT;
	mutex_unlock(&p->mu);
	return (ssize_t)len;
}

int proc_autogroup_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct proc_ids ids;

	(void)t;
	proc_ids_get(proc_pid_of(kn), &ids);
	strbuf_printf(sb, "/autogroup-%d nice 0\n", ids.sid);
	return 0;
}

int proc_timens_offsets_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t;
	strbuf_puts(sb, "monotonic           0         0\nboottime            0         0\n");
	return 0;
}

int proc_empty_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t, (void)sb;
	return 0;
}

int proc_refuse_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t, (void)sb;
	return -EINVAL;
}

ssize_t proc_refuse_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	(void)kn, (void)t, (void)text, (void)len;
	return -EINVAL;
}

/* For statistics that may be reset: there are none to reset. */
ssize_t proc_ignore_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	(void)kn, (void)t, (void)text;
	return (ssize_t)len;
}
