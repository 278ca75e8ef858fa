/*
 * fs/proc/pid_stat.c - /proc/<pid>/stat and other files of numbers: proc_pid_stat(5)
 *
 * Model: times, faults, sizes and signal sets are the host's for the same thread; pids, the
 * terminal, the start time and the name are the guest's. Addresses are the guest's own and shown to
 * those who may look into it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/proc/proc.h"
#include "fs/proc/procfs.h"
#include "fs/proc/hosttext.h"
#include "platform/platform.h"
#include "sentry/base/mem.h"
#include "sentry/task.h"

#define TICK_NS 10000000 /* USER_HZ is 100 */

/* A tracer's view hides on the host that a thread is stopped by a signal. */
static bool is_stopped(struct kernel *k, pid_t tid)
{
	struct task *t = k->platform->is_stopped ? task_by_tid(k, tid) : NULL;
	bool stopped = t && k->platform->is_stopped(t);

	task_put(t);
	return stopped;
}

/* Its call, for which the host has it sleep, is being served and does not wait. */
static bool is_served(struct kernel *k, pid_t tid)
{
	struct task *t = task_by_tid(k, tid);
	bool served = t && (atomic_load(&t->life) & TASK_SERVING) && !park_is_parked(t);

	task_put(t);
	return served;
}

/* What the guest sees of a host thread's state: a call that the sentry serves is a sleep on the
 * host. Who reads its own file runs. */
char proc_state_letter(char host, const struct proc_ids *ids, struct proc_pid *pp, struct task *t)
{
	if (ids->zombie)
		return 'Z';
	if (t && t->process == pp->process && t->tid == ids->tid)
		return 'R';
	if (host == 't' && is_stopped(pp->kernel, ids->tid))
		return 'T';
	if (host == 't' || host == 'D' || host == 'S' || host == 'I')
		return is_served(pp->kernel, ids->tid) ? 'R' : 'S';
	return host;
}

/* Field numbers of proc_pid_stat(5). */
enum {
	F_STATE = 3,
	F_PPID,
	F_PGRP,
	F_SESSION,
	F_TTY,
	F_TPGID,
	F_FLAGS,
	F_THREADS = 20,
	F_STARTTIME = 22,
	F_RSSLIM = 25,
	F_STARTCODE,
	F_ENDCODE,
	F_STARTSTACK,
	F_ESP,
	F_EIP,
	F_WCHAN = 35,
	F_EXIT_SIGNAL = 38,
	F_START_DATA = 45,
	F_ARG_START = 48,
	F_ENV_END = 51,
	F_EXIT_CODE = 52,
};

static bool is_address(int field)
{
	return field == F_STARTCODE || field == F_ENDCODE || field == F_STARTSTACK ||
	       (field >= F_START_DATA && field <= F_ENV_END);
}

static uint64_t start_ticks(const struct proc_pid *pp)
{
	int64_t ns = pp->process->start_ns - pp->kernel->boot_monotonic_ns;

	return ns > 0 ? (uint64_t)ns / TICK_NS : 0;
}

static void put_field(struct strbuf *sb, const struct stat_source *s, int field, const char *host)
{
	const struct proc_ids *ids = &s->ids;

	if (is_address(field) && !s->may) {
		strbuf_puts(sb, field <= F_ENDCODE ? " 1" : " 0");
		return;
	}
	switch (field) {
	case F_STATE:
		strbuf_printf(sb, " %c", proc_state_letter(*host, ids, s->pp, s->reader));
		break;
	case F_PPID: strbuf_printf(sb, " %d", ids->ppid); break;
	case F_PGRP: strbuf_printf(sb, " %d", ids->pgid); break;
	case F_SESSION: strbuf_printf(sb, " %d", ids->sid); break;
	case F_TTY: strbuf_printf(sb, " %u", ids->tty_nr); break;
	case F_TPGID: strbuf_printf(sb, " %d", ids->tpgid); break;
	case F_THREADS: strbuf_printf(sb, " %u", ids->zombie ? 1 : ids->nr_threads); break;
	case F_STARTTIME: strbuf_printf(sb, " %llu", (unsigned long long)start_ticks(s->pp)); break;
	case F_RSSLIM: strbuf_printf(sb, " %llu", (unsigned long long)s->rsslim); break;
	case F_ESP:
	case F_EIP:
	case F_WCHAN: strbuf_puts(sb, " 0"); break;
	case F_EXIT_SIGNAL:
		strbuf_printf(sb, " %d",
			      s->pp->task && s->pp->tid != ids->pid ? -1
								    : s->pp->process->exit_signal);
		break;
	default: strbuf_printf(sb, " %s", host);
	}
}

void stat_translate(struct strbuf *sb, char *host, const struct stat_source *s)
{
	char *save = NULL;
	int field = F_STATE;

	strbuf_printf(sb, "%d (%s)", s->ids.tid, s->ids.comm);
	for (char *w = strtok_r(host, " \n", &save); w; w = strtok_r(NULL, " \n", &save))
		put_field(sb, s, field++, w);
	strbuf_putc(sb, '\n');
}

int proc_stat_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct stat_source s = {.pp = proc_pid_of(kn), .reader = t};
	_cleanup_strbuf_ struct strbuf host;
	char *p;
	int err;

	strbuf_init(&host, 8192);
	err = proc_host_text(s.pp, "stat", &host);
	if (err)
		return err;
	p = host.data ? strrchr(host.data, ')') : NULL;
	if (!p)
		return -ESRCH;
	proc_ids_get(s.pp, &s.ids);
	s.may = !t || proc_may_access(s.pp, t);
	mutex_lock(&s.pp->process->mu);
	s.rsslim = s.pp->process->limits[RLIMIT_RSS].rlim_cur;
	mutex_unlock(&s.pp->process->mu);
	stat_translate(sb, p + 1, &s);
	return 0;
}

int proc_statm_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	return proc_host_text(proc_pid_of(kn), "statm", sb);
}

/* The same lines with our name and number in the title. */
int proc_sched_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct proc_pid *pp = proc_pid_of(kn);
	_cleanup_strbuf_ struct strbuf host;
	struct proc_ids ids;
	const char *rest;
	int err;

	(void)t;
	strbuf_init(&host, 65536);
	err = proc_host_text(pp, "sched", &host);
	if (err)
		return err;
	rest = strstr(strbuf_str(&host), "\n---");
	if (!rest)
		return -ESRCH;
	proc_ids_get(pp, &ids);
	strbuf_printf(sb, "%s (%d, #threads: %u)", ids.comm, ids.tid, ids.nr_threads);
	strbuf_puts(sb, rest);
	return 0;
}

int proc_schedstat_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	int err = proc_host_text(proc_pid_of(kn), "schedstat", sb);

	(void)t;
	if (err == -ESRCH && proc_pid_of(kn)->process->state != PROCESS_ZOMBIE)
		strbuf_puts(sb, "0 0 0\n"); /* a host without scheduler statistics */
	return err == -ESRCH ? 0 : err;
}

/* Guest files are not the host's: what the host counted is page faults and nothing else, so that
 * these numbers are zero rather than wrong. */
int proc_io_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct task *target;
	int err = proc_pid_task_access(proc_pid_of(kn), t, &target);

	if (err)
		return err;
	task_put(target);
	strbuf_puts(sb, "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\n"
			"cancelled_write_bytes: 0\n");
	return 0;
}

int proc_wchan_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t;
	strbuf_putc(sb, '0');
	return 0;
}

int proc_syscall_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct task *target;
	int err = proc_pid_task_access(proc_pid_of(kn), t, &target);

	if (err)
		return err;
	if (target == t || park_is_parked(target)) {
		const struct guest_call *c = &target->call;

		strbuf_printf(sb, "%d", c->nr);
		for (int i = 0; i < 6; i++)
			strbuf_printf(sb, " 0x%llx", (unsigned long long)c->args[i]);
		strbuf_printf(sb, " 0x0 0x%llx\n", (unsigned long long)c->ip);
	} else {
		strbuf_puts(sb, "running\n");
	}
	task_put(target);
	return 0;
}

int proc_stack_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct task *target;
	int err = proc_pid_task_access(proc_pid_of(kn), t, &target);

	(void)sb;
	if (err)
		return err;
	task_put(target);
	return t && !task_has_cap(t, CAP_SYS_ADMIN) ? -EACCES : 0;
}

/* Children of the process; the sentry does not know which thread forked them, so they are listed
 * under its leader. */
int proc_children_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct proc_pid *pp = proc_pid_of(kn);
	struct kernel *k = pp->kernel;
	struct process *child;

	(void)t;
	if (pp->tid != pp->process->pid)
		return 0;
	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(child, &pp->process->children, sibling)
		strbuf_printf(sb, "%d ", child->pid);
	rwlock_unlock(&k->tree_lock);
	return 0;
}
