/*
 * fs/proc/pid_status.c - /proc/<pid>/status: proc_pid_status(5)
 *
 * Model: the host's text, line by line: memory, signal sets, CPUs and context switches as they are;
 * names, ids, credentials and seccomp from the sentry; lines that are neither are left out, so a
 * newer host tells nothing new.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/proc/hosttext.h"
#include "fs/proc/proc.h"
#include "platform/platform.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/guest_seccomp.h"
#include "sentry/sighand.h"
#include "sentry/task.h"

static const char *const passed[] = {
	"VmPeak",
	"VmSize",
	"VmLck",
	"VmPin",
	"VmHWM",
	"VmRSS",
	"RssAnon",
	"RssFile",
	"RssShmem",
	"VmData",
	"VmStk",
	"VmExe",
	"VmLib",
	"VmPTE",
	"VmSwap",
	"HugetlbPages",
	"CoreDumping",
	"THP_enabled",
	"untag_mask",
	"SigQ",
	"SigPnd",
	"ShdPnd",
	"SigBlk",
	"SigIgn",
	"SigCgt",
	"Speculation_Store_Bypass",
	"SpeculationIndirectBranch",
	"Cpus_allowed",
	"Cpus_allowed_list",
	"Mems_allowed",
	"Mems_allowed_list",
	"voluntary_ctxt_switches",
	"nonvoluntary_ctxt_switches",
	"Ngid",
	"Kthread",
};

static bool is_passed(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
		if (strcmp(passed[i], key) == 0)
			return true;
	return false;
}

void status_translate(struct strbuf *sb, char *host,
		      bool (*own)(struct strbuf *sb, const char *key, void *ctx), void *ctx)
{
	char *save = NULL;

	for (char *line = strtok_r(host, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');

		if (!colon)
			continue;
		*colon = '\0';
		if (own(sb, line, ctx))
			continue;
		if (is_passed(line))
			strbuf_printf(sb, "%s:%s\n", line, colon + 1);
	}
}

struct status_source {
	struct proc_pid *pp;
	struct task *reader;
	struct proc_ids ids;
	struct cred *cred; /* NULL: a zombie */
	struct task *task; /* NULL: a zombie */
	char host_state;
};

/* As in Linux: newlines and backslashes of the name are escaped. */
static void put_name(struct strbuf *sb, const char *comm)
{
	strbuf_puts(sb, "Name:\t");
	for (; *comm; comm++) {
		if (*comm == '\n')
			strbuf_puts(sb, "\\n");
		else if (*comm == '\\')
			strbuf_puts(sb, "\\\\");
		else
			strbuf_putc(sb, *comm);
	}
	strbuf_putc(sb, '\n');
}

static const char *state_word(char c)
{
	switch (c) {
	case 'R': return "R (running)";
	case 'D': return "D (disk sleep)";
	case 'T': return "T (stopped)";
	case 't': return "t (tracing stop)";
	case 'X': return "X (dead)";
	case 'Z': return "Z (zombie)";
	default: return "S (sleeping)";
	}
}

static bool own_identity(struct strbuf *sb, const char *key, struct status_source *s)
{
	const struct proc_ids *ids = &s->ids;

	if (strcmp(key, "Name") == 0)
		put_name(sb, ids->comm);
	else if (strcmp(key, "State") == 0)
		strbuf_printf(sb, "State:\t%s\n",
			      state_word(proc_state_letter(s->host_state, ids, s->pp, s->reader)));
	else if (strcmp(key, "Tgid") == 0 || strcmp(key, "NStgid") == 0)
		strbuf_printf(sb, "%s:\t%d\n", key, ids->pid);
	else if (strcmp(key, "Pid") == 0 || strcmp(key, "NSpid") == 0)
		strbuf_printf(sb, "%s:\t%d\n", key, ids->tid);
	else if (strcmp(key, "PPid") == 0)
		strbuf_printf(sb, "PPid:\t%d\n", ids->ppid);
	else if (strcmp(key, "TracerPid") == 0)
		strbuf_puts(sb, "TracerPid:\t0\n");
	else if (strcmp(key, "NSpgid") == 0)
		strbuf_printf(sb, "NSpgid:\t%d\n", ids->pgid);
	else if (strcmp(key, "NSsid") == 0)
		strbuf_printf(sb, "NSsid:\t%d\n", ids->sid);
	else if (strcmp(key, "Threads") == 0)
		strbuf_printf(sb, "Threads:\t%u\n", ids->zombie ? 1 : ids->nr_threads);
	else
		return false;
	return true;
}

static void put_umask(struct strbuf *sb, struct task *t)
{
	struct fs_context *fs = t ? task_fs_get(t) : NULL;

	if (!fs)
		return;
	strbuf_printf(sb, "Umask:\t%#04o\n", fs->umask);
	fs_context_put(fs);
}

static void put_fdsize(struct strbuf *sb, struct task *t)
{
	struct fdtable *ft = t ? task_files_get(t) : NULL;
	uint32_t size = 0;

	if (ft) {
		mutex_lock(&ft->mu);
		size = MAX(ft->size, 64u);
		mutex_unlock(&ft->mu);
		fdtable_put(NULL, ft);
	}
	strbuf_printf(sb, "FDSize:\t%u\n", size);
}

static bool own_credentials(struct strbuf *sb, const char *key, struct status_source *s)
{
	static const struct cred none;
	const struct cred *c = s->cred ? s->cred : &none;

	if (strcmp(key, "Uid") == 0) {
		strbuf_printf(sb, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
	} else if (strcmp(key, "Gid") == 0) {
		strbuf_printf(sb, "Gid:\t%u\t%u\t%u\t%u\n", c->gid, c->egid, c->sgid, c->fsgid);
	} else if (strcmp(key, "Groups") == 0) {
		strbuf_puts(sb, "Groups:\t");
		for (uint32_t i = 0; i < c->nr_groups; i++)
			strbuf_printf(sb, "%s%u", i ? " " : "", c->groups[i]);
		strbuf_puts(sb, " \n");
	} else if (strcmp(key, "CapInh") == 0) {
		strbuf_printf(sb, "CapInh:\t%016llx\n", (unsigned long long)c->cap_inheritable);
	} else if (strcmp(key, "CapPrm") == 0) {
		strbuf_printf(sb, "CapPrm:\t%016llx\n", (unsigned long long)c->cap_permitted);
	} else if (strcmp(key, "CapEff") == 0) {
		strbuf_printf(sb, "CapEff:\t%016llx\n", (unsigned long long)c->cap_effective);
	} else if (strcmp(key, "CapBnd") == 0) {
		strbuf_printf(sb, "CapBnd:\t%016llx\n", (unsigned long long)c->cap_bounding);
	} else if (strcmp(key, "CapAmb") == 0) {
		strbuf_printf(sb, "CapAmb:\t%016llx\n", (unsigned long long)c->cap_ambient);
	} else {
		return false;
	}
	return true;
}

static bool own_line(struct strbuf *sb, const char *key, void *ctx)
{
	struct status_source *s = ctx;

	if (own_identity(sb, key, s) || own_credentials(sb, key, s))
		return true;
	if (strcmp(key, "Umask") == 0)
		put_umask(sb, s->task);
	else if (strcmp(key, "FDSize") == 0)
		put_fdsize(sb, s->task);
	else if (strcmp(key, "NoNewPrivs") == 0)
		strbuf_printf(sb, "NoNewPrivs:\t%d\n", s->task && s->task->no_new_privs);
	else if (strcmp(key, "Seccomp") == 0)
		strbuf_printf(sb, "Seccomp:\t%d\n", s->task ? guest_seccomp_mode(s->task) : 0);
	else if (strcmp(key, "Seccomp_filters") == 0)
		strbuf_printf(sb, "Seccomp_filters:\t%u\n",
			      s->task ? guest_seccomp_depth(s->task) : 0);
	else
		return false;
	return true;
}

/* The fast path's: the guest has left these signals at their default action. */
static void hide_handlers(char *text, uint64_t hidden)
{
	char *field = strstr(text, "\nSigCgt:\t"), old;
	unsigned long long mask;

	if (!field)
		return;
	field += strlen("\nSigCgt:\t");
	mask = strtoull(field, NULL, 16) & ~hidden;
	old = field[16];
	snprintf(field, 17, "%016llx", mask);
	field[16] = old;
}

/* Cpus_allowed is taken from the host. */
static void show_own_affinity(struct proc_pid *pp)
{
	struct task *t = pp->kernel->platform->own_affinity ? proc_pid_task(pp) : NULL;

	if (t)
		pp->kernel->platform->own_affinity(t, AFFINITY_SHOWN);
	task_put(t);
}

int proc_status_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct status_source s = {.pp = proc_pid_of(kn), .reader = t};
	_cleanup_strbuf_ struct strbuf host;
	struct sighand *hand;
	const char *state;
	int err;

	strbuf_init(&host, 65536);
	show_own_affinity(s.pp);
	err = proc_host_text(s.pp, "status", &host);
	if (err)
		return err;
	if (!host.data)
		return -ESRCH;
	state = strstr(host.data, "\nState:\t");
	s.host_state = state ? state[strlen("\nState:\t")] : 'S';
	proc_ids_get(s.pp, &s.ids);
	s.task = proc_pid_task(s.pp);
	s.cred = s.task ? task_cred_get(s.task) : NULL;
	hand = sighand_get(s.pp->process);
	if (hand)
		hide_handlers(host.data, atomic_load(&hand->defaulted));
	sighand_put(hand);
	status_translate(sb, host.data, own_line, &s);
	cred_put(s.cred);
	task_put(s.task);
	return 0;
}
