/*
 * fs/tmpfs/super.c - instances of tmpfs: options, limits, statfs; and memfd_create(2)
 *
 * Model: an instance counts its pages and inodes against limits, by default half of the memory, as
 * in Linux. Memfds live in an instance of their own, which no limit but the sandbox's bounds.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/memfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/tmpfs/internal.h"
#include "fs/tmpfs/tmpfs.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/cred.h"
#include "sentry/kernel.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

#define DEFAULT_MODE 01777
#define NO_LIMIT_MEMORY (UINT64_C(1) << 30) /* assumed where the host does not tell */

/* ---- counting ---- */

static int charge(_Atomic uint64_t *used, uint64_t n, uint64_t max)
{
	uint64_t old = atomic_load_explicit(used, memory_order_relaxed);

	do {
		if (max && (n > max || old > max - n))
			return -ENOSPC;
	} while (!atomic_compare_exchange_weak_explicit(used, &old, old + n, memory_order_relaxed,
							memory_order_relaxed));
	return 0;
}

/* Pages of all instances, memory files (memfd_create(2)) included. The host counts them as nobody's: a guest
 * that filled it with them would have other programs killed for it. */
static struct {
	_Atomic uint64_t used;
	uint64_t max; /* 0: before tmpfs_init() */
} all_pages;

int tmpfs_charge_pages(struct tmpfs_super *s, uint64_t n)
{
	int err = charge(&all_pages.used, n, all_pages.max);

	if (err < 0)
		return err;
	err = charge(&s->used_pages, n, __atomic_load_n(&s->opt.max_pages, __ATOMIC_RELAXED));
	if (err < 0)
		atomic_fetch_sub_explicit(&all_pages.used, n, memory_order_relaxed);
	return err;
}

void tmpfs_uncharge_pages(struct tmpfs_super *s, uint64_t n)
{
	atomic_fetch_sub_explicit(&all_pages.used, n, memory_order_relaxed);
	atomic_fetch_sub_explicit(&s->used_pages, n, memory_order_relaxed);
}

void tmpfs_recharge(struct tmpfs_super *s, uint64_t *charged, uint64_t now)
{
	atomic_fetch_add_explicit(&all_pages.used, now - *charged, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->used_pages, now - *charged, memory_order_relaxed);
	*charged = now;
}

int tmpfs_charge_inode(struct tmpfs_super *s)
{
	return charge(&s->used_inodes, 1, __atomic_load_n(&s->opt.max_inodes, __ATOMIC_RELAXED));
}

void tmpfs_uncharge_inode(struct tmpfs_super *s)
{
	atomic_fetch_sub_explicit(&s->used_inodes, 1, memory_order_relaxed);
}

/* ---- options ---- */

static uint64_t memory_of(const struct kernel *k)
{
	if (k->memory_limit)
		return k->memory_limit;
	return k->host_memory ? k->host_memory : NO_LIMIT_MEMORY;
}

/* A number with k, m, g, t; % of memory where allowed. */
static int parse_size(const char *s, const struct kernel *k, uint64_t *ret)
{
	unsigned int shift = 0;
	char *end;
	uint64_t v;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	v = strtoull(s, &end, 0);
	if (errno)
		return -EINVAL;
	if (*end == '%' && k) {
		if (end[1] || v > 1000)
			return -EINVAL;
		*ret = memory_of(k) / 100 * v;
		return 0;
	}
	switch (*end) {
	case 't':
	case 'T': shift += 10; __attribute__((fallthrough));
	case 'g':
	case 'G': shift += 10; __attribute__((fallthrough));
	case 'm':
	case 'M': shift += 10; __attribute__((fallthrough));
	case 'k':
	case 'K':
		shift += 10;
		end++;
		break;
	default: break;
	}
	if (*end || v > UINT64_MAX >> shift)
		return -EINVAL;
	*ret = v << shift;
	return 0;
}

static int parse_u32(const char *s, int base, uint32_t max, uint32_t *ret)
{
	char *end;
	unsigned long long v;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	v = strtoull(s, &end, base);
	if (*end || v > max)
		return -EINVAL;
	*ret = (uint32_t)v;
	return 0;
}

static int parse_one(const struct kernel *k, const char *key, const char *val,
		     struct tmpfs_options *o)
{
	uint64_t v;
	int err;

	if (!strcmp(key, "inode64") || !strcmp(key, "inode32") || !strcmp(key, "noswap"))
		return val ? -EINVAL : 0;
	if (!val)
		return -EINVAL;
	if (!strcmp(key, "size")) {
		err = parse_size(val, k, &v);
		if (err == 0)
			o->max_pages = v / TMPFS_PAGE + (v % TMPFS_PAGE != 0);
		return err;
	}
	if (!strcmp(key, "nr_blocks"))
		return parse_size(val, NULL, &o->max_pages);
	if (!strcmp(key, "nr_inodes"))
		return parse_size(val, NULL, &o->max_inodes);
	if (!strcmp(key, "mode"))
		return parse_u32(val, 8, 07777, &o->mode);
	if (!strcmp(key, "uid"))
		return parse_u32(val, 10, UINT32_MAX - 1, &o->uid);
	if (!strcmp(key, "gid"))
		return parse_u32(val, 10, UINT32_MAX - 1, &o->gid);
	if (!strcmp(key, "huge"))
		return 0; /* a hint for how to allocate */
	return -EINVAL;
}

static int parse_options(const struct kernel *k, const char *options, struct tmpfs_options *o)
{
	char *_cleanup_free_ copy = mem_strdup(options ? options : "");
	char *rest = copy, *key;

	if (!copy)
		return -ENOMEM;
	while ((key = strsep(&rest, ","))) {
		char *val = strchr(key, '=');
		int err;

		if (!*key)
			continue;
		if (val)
			*val++ = '\0';
		err = parse_one(k, key, val, o);
		if (err < 0)
			return err;
	}
	return 0;
}

/* ---- super ops ---- */

static int tmpfs_statfs(struct super *super, struct kstatfs *ret)
{
	struct tmpfs_super *s = tmpfs_super(super);
	uint64_t pages = atomic_load(&s->used_pages), inodes = atomic_load(&s->used_inodes);

	ret->bsize = TMPFS_PAGE;
	if (s->opt.max_pages) {
		ret->blocks = s->opt.max_pages;
		ret->bfree = ret->bavail = pages < ret->blocks ? ret->blocks - pages : 0;
	}
	if (s->opt.max_inodes) {
		ret->files = s->opt.max_inodes;
		ret->ffree = inodes < ret->files ? ret->files - inodes : 0;
	}
	return 0;
}

static void tmpfs_show_options(struct super *super, struct strbuf *sb)
{
	const struct tmpfs_super *s = tmpfs_super(super);

	if (s->opt.max_pages)
		strbuf_printf(sb, ",size=%lluk",
			      (unsigned long long)s->opt.max_pages * (TMPFS_PAGE / 1024));
	if (s->opt.max_inodes)
		strbuf_printf(sb, ",nr_inodes=%llu", (unsigned long long)s->opt.max_inodes);
	if (s->opt.mode != DEFAULT_MODE)
		strbuf_printf(sb, ",mode=%03o", s->opt.mode);
	if (s->opt.uid)
		strbuf_printf(sb, ",uid=%u", s->opt.uid);
	if (s->opt.gid)
		strbuf_printf(sb, ",gid=%u", s->opt.gid);
	strbuf_puts(sb, ",inode64");
}

/* Limits may change, not below what is in use; ownership stays with the root directory. */
static int tmpfs_remount(struct super *super, const char *options)
{
	struct tmpfs_super *s = tmpfs_super(super);
	struct tmpfs_options o = s->opt;
	int err = parse_options(super->kernel, options, &o);

	if (err < 0)
		return err;
	if ((o.max_pages && atomic_load(&s->used_pages) > o.max_pages) ||
	    (o.max_inodes && atomic_load(&s->used_inodes) > o.max_inodes))
		return -EINVAL;
	__atomic_store_n(&s->opt.max_pages, o.max_pages, __ATOMIC_RELAXED);
	__atomic_store_n(&s->opt.max_inodes, o.max_inodes, __ATOMIC_RELAXED);
	return 0;
}

static void tmpfs_destroy_super(struct super *super)
{
	mem_free(tmpfs_super(super));
}

static const struct super_ops tmpfs_super_ops = {
	.statfs = tmpfs_statfs,
	.show_options = tmpfs_show_options,
	.remount = tmpfs_remount,
	.destroy = tmpfs_destroy_super,
};

int tmpfs_create(struct kernel *k, const char *source, const char *options, struct super **ret)
{
	struct tmpfs_options opt = {
		.max_pages = memory_of(k) / TMPFS_PAGE / 2,
		.max_inodes = memory_of(k) / TMPFS_PAGE / 2,
		.mode = DEFAULT_MODE,
	};
	size_t len;
	struct tmpfs_super *s;
	int err = parse_options(k, options, &opt);

	if (err < 0)
		return err;
	if (!source)
		source = "tmpfs";
	len = strnlen(source, PATH_MAX);
	s = mem_zalloc(sizeof(*s) + len + 1);
	if (!s)
		return -ENOMEM;
	memcpy(s->source, source, len);
	s->opt = opt;
	s->next_ino = 1;
	super_init(&s->vfs, k, &tmpfs_super_ops, "tmpfs", s->source, TMPFS_MAGIC);
	s->vfs.memory_only = true;
	err = tmpfs_new_inode(&s->vfs, S_IFDIR | opt.mode, opt.uid, opt.gid, &s->vfs.root);
	if (err < 0) {
		super_put(&s->vfs);
		return err == -ENOSPC ? -EINVAL : err;
	}
	*ret = &s->vfs;
	return 0;
}

const struct fs_type tmpfs_fs_type = {
	.name = "tmpfs",
	.create = tmpfs_create,
	.guest_may_mount = true,
};

int tmpfs_init(struct kernel *k)
{
	struct super *s;
	int err = tmpfs_create(k, "tmpfs", "size=0,nr_inodes=0", &s);

	all_pages.max = memory_of(k) / TMPFS_PAGE / 4 * 3;
	if (err < 0)
		return err;
	k->memfd_mnt = mount_new(s, NULL, MNT_NOSUID | MNT_NODEV);
	super_put(s); /* the mount has its own */
	if (!k->memfd_mnt)
		return -ENOMEM;
	fs_type_register(k, &tmpfs_fs_type);
	return 0;
}

int tmpfs_memfd_create(struct kernel *k, const struct cred *owner, const char *name,
		       unsigned int flags, struct file **ret)
{
	uint32_t mode = S_IFREG | (flags & MFD_NOEXEC_SEAL ? 0666 : 0777);
	char text[NAME_MAX_LEN + 1];
	struct tmpfs_inode *ti;
	struct inode *in;
	int err;

	err = tmpfs_new_inode(k->memfd_mnt->super, mode, owner ? owner->fsuid : 0,
			      owner ? owner->fsgid : 0, &in);
	if (err < 0)
		return err;
	in->nlink = 0;
	ti = tmpfs_inode(in);
	if (flags & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL)) {
		ti->data.sealable = true;
		ti->data.seals = flags & MFD_NOEXEC_SEAL ? F_SEAL_EXEC : 0;
	}
	snprintf(text, sizeof(text), "/memfd:%s (deleted)", name);
	err = file_new_anon(k, text, in, &tmpfs_file_fops, NULL, O_RDWR | LARGEFILE_BIT,
			    FMODE_READ | FMODE_WRITE, ret);
	inode_put(in);
	return err;
}
