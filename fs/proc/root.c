/* fs/proc/root.c - the top of /proc, see procfs.h */
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>

#include "fs/proc/proc.h"
#include "fs/proc/procfs.h"
#include "fs/proc/sysctl.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

static int self_readlink(struct kernfs_inode *kn, struct task *t, char *buf, size_t size)
{
	int n;

	(void)kn;
	if (!t)
		return -ENOENT;
	n = snprintf(buf, size, "%d", t->process->pid);
	return (size_t)n < size ? n : -ENAMETOOLONG;
}

static int thread_self_readlink(struct kernfs_inode *kn, struct task *t, char *buf, size_t size)
{
	int n;

	(void)kn;
	if (!t)
		return -ENOENT;
	n = snprintf(buf, size, "%d/task/%d", t->process->pid, t->tid);
	return (size_t)n < size ? n : -ENAMETOOLONG;
}

#define REG(n, s)                                                                                  \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = (s)                                   \
	}
#define TEXT(n, s)                                                                                 \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = proc_fixed_show, .data = (s)          \
	}
#define DIR_ROWS(n, r)                                                                             \
	{                                                                                          \
		.name = (n), .mode = S_IFDIR | 0555, .rows = (r)                                   \
	}
#define LINK(n, to)                                                                                \
	{                                                                                          \
		.name = (n), .mode = S_IFLNK | 0777, .target = (to)                                \
	}

static const struct kernfs_row tty_rows[] = {
	TEXT("drivers", "/dev/tty             /dev/tty        5       0 system:/dev/tty\n"
			"/dev/console         /dev/console    5       1 system:console\n"
			"/dev/ptmx            /dev/ptmx       5       2 system\n"
			"pty_slave            /dev/pts      136 0-1048575 pty:slave\n"
			"pty_master           /dev/ptm      128 0-1048575 pty:master\n"),
	TEXT("ldiscs", "n_tty       0\n"),
	{0},
};

static const struct kernfs_row empty_rows[] = {{0}};

#define DEVICES_TEXT                                                                               \
	"Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/console\n  5 /dev/ptmx\n 10 misc\n"   \
	"128 ptm\n136 pts\n\nBlock devices:\n"

const struct kernfs_row proc_global_rows[] = {
	TEXT("cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"),
	REG("cmdline", proc_cmdline_global_show),
	TEXT("consoles", ""),
	REG("cpuinfo", proc_cpuinfo_show),
	TEXT("crypto", ""),
	TEXT("devices", DEVICES_TEXT),
	TEXT("diskstats", ""),
	TEXT("execdomains", "0-0\tLinux           \t[kernel]\n"),
	REG("filesystems", proc_filesystems_show),
	DIR_ROWS("fs", empty_rows),
	REG("interrupts", proc_interrupts_show),
	DIR_ROWS("irq", empty_rows),
	TEXT("kallsyms", ""),
	TEXT("key-users", ""),
	TEXT("keys", ""),
	REG("loadavg", proc_loadavg_show),
	TEXT("locks", ""),
	REG("meminfo", proc_meminfo_show),
	TEXT("misc", ""),
	TEXT("modules", ""),
	LINK("mounts", "self/mounts"),
	LINK("net", "self/net"),
	TEXT("partitions", "major minor  #blocks  name\n\n"),
	REG("softirqs", proc_softirqs_show),
	REG("stat", proc_global_stat_show),
	TEXT("swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
	{.name = "sys", .mode = S_IFDIR | 0555, .rows = proc_sys_rows},
	DIR_ROWS("sysvipc", proc_sysvipc_rows),
	DIR_ROWS("tty", tty_rows),
	REG("uptime", proc_uptime_show),
	REG("version", proc_version_show),
	REG("vmstat", proc_vmstat_show),
	REG("zoneinfo", proc_zoneinfo_show),
	{.name = "self", .mode = S_IFLNK | 0777, .readlink = self_readlink},
	{.name = "thread-self", .mode = S_IFLNK | 0777, .readlink = thread_self_readlink},
	{0},
};

static const struct kernfs_row root_row = {
	.mode = S_IFDIR | 0555,
	.rows = proc_global_rows,
	.dyn = &proc_root_dyn,
};

int proc_fixed_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	strbuf_puts(sb, kn->row->data);
	return 0;
}

int procfs_create(struct kernel *k, struct super **ret)
{
	int err = proc_state_init(k);

	if (err == 0)
		err = kernfs_super_create(k, "proc", PROC_SUPER_MAGIC, &root_row, ret);
	if (err == 0)
		(*ret)->no_dcache = true;
	return err;
}

static int proc_mount(struct kernel *k, const char *source, const char *options, struct super **ret)
{
	(void)source, (void)options; /* hidepid, gid, subset: accepted, without effect */
	return procfs_create(k, ret);
}

const struct fs_type proc_fs_type = {
	.name = "proc",
	.create = proc_mount,
	.guest_may_mount = true,
};
