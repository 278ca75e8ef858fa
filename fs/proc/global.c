/*
 * fs/proc/global.c - files of /proc that tell about the whole system: proc(5)
 *
 * Model: the machine as the guest has it: its number of CPUs, its memory limit, its own up time and
 * load. The CPU's description is the host's.
 *
 * Differences from Linux: load averages are the count of runnable threads at the moment; CPU times
 * are those of the guests, spread over the CPUs.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fs/proc/proc.h"
#include "sentry/hostproc.h"
#include "sentry/kernel.h"
#include "sentry/task.h"
#include "sentry/timer.h"

static struct kernel *kernel_of(struct kernfs_inode *kn)
{
	return kn->inode.super->kernel;
}

static unsigned int nr_cpus(struct kernel *k)
{
	return k->nr_cpus ? k->nr_cpus : 1;
}

static int64_t uptime_ns(struct kernel *k)
{
	return MAX(clock_now_ns(CLOCK_MONOTONIC) - k->boot_monotonic_ns, (int64_t)0);
}

int proc_cmdline_global_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t;
	strbuf_puts(sb, "BOOT_IMAGE=/boot/vmlinuz ro quiet\n");
	return 0;
}

int proc_version_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)kn, (void)t;
	strbuf_puts(sb, GUEST_SYSNAME " version " GUEST_RELEASE
				      " (root@localhost) (gcc) " GUEST_VERSION "\n");
	return 0;
}

int proc_filesystems_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	fs_type_list(kernel_of(kn), sb);
	return 0;
}

/* The host's paragraphs of the first CPUs. */
int proc_cpuinfo_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct kernel *k = kernel_of(kn);
	_cleanup_strbuf_ struct strbuf host;
	const char *p, *end;
	int err;

	(void)t;
	strbuf_init(&host, (size_t)16 << 20);
	err = proc_host_global(k, "cpuinfo", &host);
	if (err)
		return err;
	p = strbuf_str(&host);
	for (unsigned int i = 0; i < nr_cpus(k) && *p; i++) {
		end = strstr(p, "\n\n");
		end = end ? end + 2 : p + strlen(p);
		strbuf_append(sb, p, (size_t)(end - p));
		p = end;
	}
	return 0;
}

/* ---- memory ---- */

static uint64_t kb_field(const char *text, const char *key)
{
	const char *p = strstr(text, key);

	return p ? strtoull(p + strlen(key), NULL, 10) * 1024 : 0;
}

/* Pages resident in all guests, shared ones counted several times. */
static uint64_t resident_bytes(struct kernel *k)
{
	uint64_t pages = 0;
	struct process *p;
	pid_t after = 0;

	while ((p = process_next(k, after))) {
		char buf[256];
		unsigned long long size, rss;

		after = p->pid;
		if (p->state == PROCESS_LIVE &&
		    hostproc_read(k, p->host_pid, "statm", buf, sizeof(buf)) > 0 &&
		    sscanf(buf, "%llu %llu", &size, &rss) == 2)
			pages += rss;
		process_put(p);
	}
	return pages * 4096;
}

int proc_memory_get(struct kernel *k, struct proc_memory *ret)
{
	_cleanup_strbuf_ struct strbuf host;
	const char *h;
	uint64_t used;
	int err;

	strbuf_init(&host, 65536);
	err = proc_host_global(k, "meminfo", &host);
	if (err)
		return err;
	h = strbuf_str(&host);
	memset(ret, 0, sizeof(*ret));
	ret->total = kb_field(h, "MemTotal:");
	ret->free = kb_field(h, "MemFree:");
	ret->available = kb_field(h, "MemAvailable:");
	ret->cached = kb_field(h, "\nCached:");
	ret->buffers = kb_field(h, "Buffers:");
	if (k->memory_limit && k->memory_limit < ret->total) {
		used = MIN(resident_bytes(k), k->memory_limit);
		ret->total = k->memory_limit;
		ret->free = MIN(ret->free, k->memory_limit - used);
		ret->available = MIN(ret->available, k->memory_limit - used);
		ret->cached = MIN(ret->cached, ret->total - ret->free);
		ret->buffers = 0;
	}
	return 0;
}

static void put_kb(struct strbuf *sb, const char *name, uint64_t bytes)
{
	strbuf_printf(sb, "%-15s %8" PRIu64 " kB\n", name, bytes >> 10);
}

int proc_meminfo_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct proc_memory m;
	int err = proc_memory_get(kernel_of(kn), &m);
	uint64_t anon;

	(void)t;
	if (err)
		return err;
	anon = m.total - MIN(m.total, m.free + m.cached + m.buffers);
	put_kb(sb, "MemTotal:", m.total);
	put_kb(sb, "MemFree:", m.free);
	put_kb(sb, "MemAvailable:", m.available);
	put_kb(sb, "Buffers:", m.buffers);
	put_kb(sb, "Cached:", m.cached);
	put_kb(sb, "SwapCached:", 0);
	put_kb(sb, "Active:", anon + m.cached / 2);
	put_kb(sb, "Inactive:", m.cached - m.cached / 2);
	put_kb(sb, "Active(anon):", anon);
	put_kb(sb, "Inactive(anon):", 0);
	put_kb(sb, "Active(file):", m.cached / 2);
	put_kb(sb, "Inactive(file):", m.cached - m.cached / 2);
	put_kb(sb, "Unevictable:", 0);
	put_kb(sb, "Mlocked:", 0);
	put_kb(sb, "SwapTotal:", m.swap_total);
	put_kb(sb, "SwapFree:", m.swap_free);
	put_kb(sb, "Dirty:", 0);
	put_kb(sb, "Writeback:", 0);
	put_kb(sb, "AnonPages:", anon);
	put_kb(sb, "Mapped:", m.cached / 2);
	put_kb(sb, "Shmem:", 0);
	put_kb(sb, "KReclaimable:", 0);
	put_kb(sb, "Slab:", 0);
	put_kb(sb, "SReclaimable:", 0);
	put_kb(sb, "SUnreclaim:", 0);
	put_kb(sb, "KernelStack:", 0);
	put_kb(sb, "PageTables:", 0);
	put_kb(sb, "CommitLimit:", m.total / 2 + m.swap_total);
	put_kb(sb, "Committed_AS:", anon);
	put_kb(sb, "VmallocTotal:", (uint64_t)34359738367 << 10);
	put_kb(sb, "VmallocUsed:", 0);
	put_kb(sb, "VmallocChunk:", 0);
	put_kb(sb, "AnonHugePages:", 0);
	strbuf_puts(sb, "HugePages_Total:       0\nHugePages_Free:        0\n"
			"HugePages_Rsvd:        0\nHugePages_Surp:        0\n");
	put_kb(sb, "Hugepagesize:", 2 << 20);
	put_kb(sb, "Hugetlb:", 0);
	return 0;
}

int proc_vmstat_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	static const char *const zeroes[] = {
		"nr_dirty",
		"nr_writeback",
		"nr_slab_reclaimable",
		"nr_slab_unreclaimable",
		"pgpgin",
		"pgpgout",
		"pswpin",
		"pswpout",
		"pgalloc_normal",
		"pgfree",
		"pgfault",
		"pgmajfault",
		"oom_kill",
	};
	struct proc_memory m;
	int err = proc_memory_get(kernel_of(kn), &m);

	(void)t;
	if (err)
		return err;
	strbuf_printf(sb, "nr_free_pages %" PRIu64 "\nnr_file_pages %" PRIu64 "\n", m.free >> 12,
		      m.cached >> 12);
	for (size_t i = 0; i < ARRAY_SIZE(zeroes); i++)
		strbuf_printf(sb, "%s 0\n", zeroes[i]);
	return 0;
}

int proc_zoneinfo_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct proc_memory m;
	int err = proc_memory_get(kernel_of(kn), &m);

	(void)t;
	if (err)
		return err;
	strbuf_printf(sb,
		      "Node 0, zone   Normal\n  pages free     %" PRIu64 "\n        min      0\n"
		      "        low      0\n        high     0\n        spanned  %" PRIu64 "\n"
		      "        present  %" PRIu64 "\n        managed  %" PRIu64 "\n",
		      m.free >> 12, m.total >> 12, m.total >> 12, m.total >> 12);
	return 0;
}

/* ---- time and load ---- */

struct usage {
	uint64_t user, system; /* ticks of all guests, and of their reaped children */
	unsigned int running, threads;
	pid_t last_pid;
};

/* Fields 14 to 17 of stat, counted from behind the name. */
static void add_stat(struct usage *u, const char *line)
{
	const char *p = strrchr(line, ')');
	unsigned long long ut, st;
	long long cut, cst;
	char state;

	if (!p || sscanf(p + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld",
			 &state, &ut, &st, &cut, &cst) != 5)
		return;
	u->user += ut + (uint64_t)cut;
	u->system += st + (uint64_t)cst;
	u->running += state == 'R';
}

static void usage_get(struct kernel *k, struct usage *u)
{
	struct process *p;
	pid_t after = 0;

	memset(u, 0, sizeof(*u));
	while ((p = process_next(k, after))) {
		char buf[1024];

		after = p->pid;
		u->last_pid = MAX(u->last_pid, p->pid);
		if (hostproc_read(k, p->host_pid, "stat", buf, sizeof(buf)) > 0)
			add_stat(u, buf);
		process_put(p);
	}
	rwlock_rdlock(&k->tree_lock);
	u->threads = k->nr_tasks;
	rwlock_unlock(&k->tree_lock);
	u->running = MAX(u->running, 1u); /* the reader */
}

int proc_loadavg_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct usage u;
	unsigned int load;

	(void)t;
	usage_get(kernel_of(kn), &u);
	load = u.running - 1;
	strbuf_printf(sb, "%u.00 %u.00 %u.00 %u/%u %d\n", load, load, load, u.running, u.threads,
		      u.last_pid);
	return 0;
}

static uint64_t idle_ticks(struct kernel *k, const struct usage *u)
{
	uint64_t total = (uint64_t)uptime_ns(k) / 10000000 * nr_cpus(k);

	return total > u->user + u->system ? total - u->user - u->system : 0;
}

int proc_uptime_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct kernel *k = kernel_of(kn);
	uint64_t up = (uint64_t)uptime_ns(k) / 10000000, idle;
	struct usage u;

	(void)t;
	usage_get(k, &u);
	idle = idle_ticks(k, &u);
	strbuf_printf(sb, "%" PRIu64 ".%02u %" PRIu64 ".%02u\n", up / 100, (unsigned int)(up % 100),
		      idle / 100, (unsigned int)(idle % 100));
	return 0;
}

static void put_cpu(struct strbuf *sb, const char *name, const struct usage *u, uint64_t idle,
		    unsigned int share)
{
	strbuf_printf(sb, "%s %" PRIu64 " 0 %" PRIu64 " %" PRIu64 " 0 0 0 0 0 0\n", name,
		      u->user / share, u->system / share, idle / share);
}

int proc_global_stat_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct kernel *k = kernel_of(kn);
	struct usage u;
	uint64_t idle, forks;
	char name[32];

	(void)t;
	usage_get(k, &u);
	idle = idle_ticks(k, &u);
	put_cpu(sb, "cpu ", &u, idle, 1);
	for (unsigned int i = 0; i < nr_cpus(k); i++) {
		snprintf(name, sizeof(name), "cpu%u", i);
		put_cpu(sb, name, &u, idle, nr_cpus(k));
	}
	rwlock_rdlock(&k->tree_lock);
	forks = k->forks;
	rwlock_unlock(&k->tree_lock);
	strbuf_printf(sb,
		      "intr 0\nctxt 0\nbtime %" PRId64 "\nprocesses %" PRIu64
		      "\nprocs_running %u\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n",
		      k->boot_realtime_ns / 1000000000, forks, u.running);
	return 0;
}

static void put_cpu_titles(struct strbuf *sb, struct kernel *k, const char *indent)
{
	strbuf_puts(sb, indent);
	for (unsigned int i = 0; i < nr_cpus(k); i++)
		strbuf_printf(sb, "CPU%-8u", i);
	strbuf_putc(sb, '\n');
}

int proc_interrupts_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	put_cpu_titles(sb, kernel_of(kn), "            ");
	return 0;
}

int proc_softirqs_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	static const char *const names[] = {"HI",	"TIMER",   "NET_TX", "NET_RX",	"BLOCK",
					    "IRQ_POLL", "TASKLET", "SCHED",  "HRTIMER", "RCU"};
	struct kernel *k = kernel_of(kn);

	(void)t;
	put_cpu_titles(sb, k, "                    ");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		strbuf_printf(sb, "%12s:", names[i]);
		for (unsigned int c = 0; c < nr_cpus(k); c++)
			strbuf_printf(sb, " %10d", 0);
		strbuf_putc(sb, '\n');
	}
	return 0;
}
