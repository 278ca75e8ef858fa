/*
 * fs/sys/sysfs.c - /sys, see sysfs.h
 *
 * Model: fixed tables but for devices/system/cpu, which has a directory per CPU of the guest.
 * What describes the CPUs' caches and topology is the simplest truth: one package, one thread per
 * core, no caches told.
 *
 * Differences from Linux: no block devices, buses or modules.
 */
#include "fs/sys/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>

#include "fs/kernfs/kernfs.h"
#include "fs/sys/net.h"
#include "sentry/hostmem.h"
#include "sentry/kernel.h"

#define TEXT(n, s)                                                                                 \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = text_show, .data = (s)                \
	}
#define SHOW(n, f)                                                                                 \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = (f)                                   \
	}
#define DIR_ROWS(n, r)                                                                             \
	{                                                                                          \
		.name = (n), .mode = S_IFDIR | 0755, .rows = (r)                                   \
	}
#define LINK(n, to)                                                                                \
	{                                                                                          \
		.name = (n), .mode = S_IFLNK | 0777, .target = (to)                                \
	}

static const struct kernfs_row empty_rows[] = {{0}};

static int text_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	strbuf_puts(sb, kn->row->data);
	return 0;
}

/* ---- CPUs ---- */

static unsigned int nr_cpus(struct kernfs_inode *kn)
{
	unsigned int n = kn->inode.super->kernel->nr_cpus;

	return n ? n : 1;
}

/* "0-3", or "0" for one. */
static int cpu_list_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	if (nr_cpus(kn) == 1)
		strbuf_puts(sb, "0\n");
	else
		strbuf_printf(sb, "0-%u\n", nr_cpus(kn) - 1);
	return 0;
}

static int cpu_kernel_max_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	strbuf_printf(sb, "%u\n", nr_cpus(kn) - 1);
	return 0;
}

static void put_mask(struct strbuf *sb, unsigned int first, unsigned int last, unsigned int nr)
{
	for (unsigned int words = (nr + 31) / 32, w = words; w-- > 0;) {
		uint32_t bits = 0;

		for (unsigned int cpu = w * 32; cpu < (w + 1) * 32; cpu++)
			if (cpu >= first && cpu <= last)
				bits |= UINT32_C(1) << (cpu & 31);
		strbuf_printf(sb, "%0*x%s", nr >= 32 ? 8 : (int)(nr + 3) / 4, bits, w ? "," : "\n");
	}
}

static int all_cpus_mask_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	put_mask(sb, 0, nr_cpus(kn) - 1, nr_cpus(kn));
	return 0;
}

static int own_mask_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	put_mask(sb, (unsigned int)kn->arg, (unsigned int)kn->arg, nr_cpus(kn));
	return 0;
}

static int own_number_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	strbuf_printf(sb, "%u\n", (unsigned int)kn->arg);
	return 0;
}

static const struct kernfs_row topology_rows[] = {
	SHOW("core_cpus", own_mask_show),
	SHOW("core_cpus_list", own_number_show),
	SHOW("core_id", own_number_show),
	SHOW("core_siblings", all_cpus_mask_show),
	SHOW("core_siblings_list", cpu_list_show),
	TEXT("die_id", "0\n"),
	SHOW("package_cpus", all_cpus_mask_show),
	SHOW("package_cpus_list", cpu_list_show),
	TEXT("physical_package_id", "0\n"),
	SHOW("thread_siblings", own_mask_show),
	SHOW("thread_siblings_list", own_number_show),
	{0},
};

static const struct kernfs_row cpu_rows[] = {
	DIR_ROWS("cache", empty_rows),
	TEXT("online", "1\n"),
	DIR_ROWS("topology", topology_rows),
	{0},
};
static const struct kernfs_row cpu_dir = {.mode = S_IFDIR | 0755, .rows = cpu_rows};

static int cpu_lookup(struct kernfs_inode *dir, const struct qstr *name, struct inode **ret)
{
	struct qstr digits = {.name = name->name + 3, .len = name->len - 3};
	uint64_t cpu;

	if (name->len < 4 || memcmp(name->name, "cpu", 3) != 0 ||
	    !kernfs_parse_number(&digits, &cpu) || cpu >= nr_cpus(dir))
		return -ENOENT;
	return kernfs_inode_new(dir->inode.super, &cpu_dir, NULL,
				kernfs_child_ino(dir->inode.ino, 4096 + cpu), cpu, ret);
}

static int cpu_next(struct kernfs_inode *dir, uint64_t key, struct kernfs_dirent *ret)
{
	if (key >= nr_cpus(dir))
		return 0;
	snprintf(ret->name, sizeof(ret->name), "cpu%u", (unsigned int)key);
	ret->key = key;
	ret->type = DT_DIR;
	return 1;
}

static bool cpu_valid(struct kernfs_inode *dir, struct kernfs_inode *child)
{
	(void)dir, (void)child;
	return true;
}

static const struct kernfs_dir_ops cpu_dyn = {
	.lookup = cpu_lookup,
	.next = cpu_next,
	.valid = cpu_valid,
};

static const struct kernfs_row vulnerabilities_rows[] = {
	TEXT("meltdown", "Not affected\n"),
	TEXT("spectre_v1",
	     "Mitigation: usercopy/swapgs barriers and __user pointer sanitization\n"),
	TEXT("spectre_v2", "Mitigation: Retpolines\n"),
	{0},
};

static const struct kernfs_row cpu_top_rows[] = {
	TEXT("isolated", "\n"),
	SHOW("kernel_max", cpu_kernel_max_show),
	TEXT("modalias", "\n"),
	TEXT("offline", "\n"),
	SHOW("online", cpu_list_show),
	SHOW("possible", cpu_list_show),
	SHOW("present", cpu_list_show),
	DIR_ROWS("vulnerabilities", vulnerabilities_rows),
	{0},
};

/* ---- memory nodes ---- */

static int node_meminfo_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct hostmem m;

	(void)t;
	hostmem_read(kn->inode.super->kernel, &m);
	strbuf_printf(sb, "Node 0 MemTotal:       %8" PRIu64 " kB\n", m.total >> 10);
	strbuf_printf(sb, "Node 0 MemFree:        %8" PRIu64 " kB\n", m.free >> 10);
	strbuf_printf(sb, "Node 0 MemUsed:        %8" PRIu64 " kB\n", (m.total - m.free) >> 10);
	strbuf_printf(sb, "Node 0 FilePages:      %8" PRIu64 " kB\n", m.cached >> 10);
	return 0;
}

static const struct kernfs_row node0_rows[] = {
	SHOW("cpulist", cpu_list_show),
	SHOW("meminfo", node_meminfo_show),
	SHOW("cpumap", all_cpus_mask_show),
	TEXT("distance", "10\n"),
	{0},
};

static const struct kernfs_row node_rows[] = {
	TEXT("has_cpu", "0\n"),
	TEXT("has_memory", "0\n"),
	TEXT("has_normal_memory", "0\n"),
	DIR_ROWS("node0", node0_rows),
	TEXT("online", "0\n"),
	TEXT("possible", "0\n"),
	{0},
};

static const struct kernfs_row system_rows[] = {
	{.name = "cpu", .mode = S_IFDIR | 0755, .rows = cpu_top_rows, .dyn = &cpu_dyn},
	DIR_ROWS("node", node_rows),
	{0},
};

/* ---- interfaces: net.c ---- */

static const struct kernfs_row virtual_rows[] = {
	{.name = "net", .mode = S_IFDIR | 0755, .rows = empty_rows, .dyn = &sysfs_net_devices},
	{0},
};

static const struct kernfs_row devices_rows[] = {
	DIR_ROWS("system", system_rows),
	DIR_ROWS("virtual", virtual_rows),
	{0},
};

static const struct kernfs_row class_rows[] = {
	DIR_ROWS("block", empty_rows),
	DIR_ROWS("mem", empty_rows),
	{.name = "net", .mode = S_IFDIR | 0755, .rows = empty_rows, .dyn = &sysfs_net_class},
	DIR_ROWS("tty", empty_rows),
	{0},
};

/* ---- kernel ---- */

static const struct kernfs_row thp_rows[] = {
	TEXT("defrag", "always defer defer+madvise [madvise] never\n"),
	TEXT("enabled", "always [madvise] never\n"),
	TEXT("hpage_pmd_size", "2097152\n"),
	TEXT("shmem_enabled", "always within_size advise [never] deny force\n"),
	TEXT("use_zero_page", "1\n"),
	{0},
};

static const struct kernfs_row hugepages_2m_rows[] = {
	TEXT("free_hugepages", "0\n"),		TEXT("nr_hugepages", "0\n"),
	TEXT("nr_overcommit_hugepages", "0\n"), TEXT("resv_hugepages", "0\n"),
	TEXT("surplus_hugepages", "0\n"),	{0},
};

static const struct kernfs_row hugepages_rows[] = {
	DIR_ROWS("hugepages-2048kB", hugepages_2m_rows),
	{0},
};

static const struct kernfs_row ksm_rows[] = {
	TEXT("pages_shared", "0\n"),
	TEXT("pages_sharing", "0\n"),
	TEXT("run", "0\n"),
	{0},
};

static const struct kernfs_row mm_rows[] = {
	DIR_ROWS("hugepages", hugepages_rows),
	DIR_ROWS("ksm", ksm_rows),
	DIR_ROWS("transparent_hugepage", thp_rows),
	{0},
};

static const struct kernfs_row kernel_rows[] = {
	DIR_ROWS("debug", empty_rows),	  DIR_ROWS("mm", mm_rows),	TEXT("profiling", "0\n"),
	DIR_ROWS("security", empty_rows), TEXT("uevent_seqnum", "1\n"), {0},
};

static const struct kernfs_row fs_rows[] = {
	DIR_ROWS("bpf", empty_rows),
	DIR_ROWS("cgroup", empty_rows),
	DIR_ROWS("fuse", empty_rows),
	DIR_ROWS("pstore", empty_rows),
	{0},
};

static const struct kernfs_row power_rows[] = {
	TEXT("state", "\n"),
	{0},
};

static const struct kernfs_row dev_rows[] = {
	DIR_ROWS("block", empty_rows),
	DIR_ROWS("char", empty_rows),
	{0},
};

static const struct kernfs_row top_rows[] = {
	DIR_ROWS("block", empty_rows),
	DIR_ROWS("bus", empty_rows),
	DIR_ROWS("class", class_rows),
	DIR_ROWS("dev", dev_rows),
	DIR_ROWS("devices", devices_rows),
	DIR_ROWS("firmware", empty_rows),
	DIR_ROWS("fs", fs_rows),
	DIR_ROWS("kernel", kernel_rows),
	DIR_ROWS("module", empty_rows),
	DIR_ROWS("power", power_rows),
	{0},
};

static const struct kernfs_row root_row = {.mode = S_IFDIR | 0555, .rows = top_rows};

int sysfs_create(struct kernel *k, struct super **ret)
{
	int err = kernfs_super_create(k, "sysfs", SYSFS_MAGIC, &root_row, ret);

	if (err == 0)
		(*ret)->memory_only = true;
	return err;
}

static int sysfs_mount(struct kernel *k, const char *source, const char *options,
		       struct super **ret)
{
	(void)source, (void)options;
	return sysfs_create(k, ret);
}

const struct fs_type sysfs_fs_type = {
	.name = "sysfs",
	.create = sysfs_mount,
	.guest_may_mount = true,
};
