/*
 * fs/vfs/inode.c - inodes, supers, and what the VFS sets up at boot
 *
 * Model: both are embedded first in the filesystem's own structures; this file keeps the generic
 * part. A super is held by its mounts (and so by every path and file); inodes do not hold it, so it
 * goes when the last mount, file or path on it has gone, with its part of the name cache.
 *
 * The anonymous super (kernel->anon_super) is where pipes, sockets, eventfds and the like have
 * their inodes and dentries; its one mount is in no namespace.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>

#include "fs/anon/inotify.h"
#include "fs/vfs/file.h"
#include "fs/vfs/internal.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"

#define ANON_INODE_FS_MAGIC 0x09041934
#define PIPEFS_MAGIC 0x50495045
#define SOCKFS_MAGIC 0x534f434b

struct timespec vfs_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME_COARSE, &ts); /* as precise as Linux's file times */
	return ts;
}

void inode_init(struct inode *in, struct super *s, const struct inode_ops *ops, uint32_t mode,
		uint64_t ino)
{
	ref_init(&in->ref, 1);
	mutex_init(&in->mu, LOCK_INODE);
	in->ops = ops;
	in->fops = NULL;
	in->super = s;
	in->ino = ino;
	in->mode = mode;
	in->uid = in->gid = 0;
	in->nlink = S_ISDIR(mode) ? 2 : 1;
	in->rdev = 0;
	in->size = 0;
	in->atime = in->mtime = in->ctime = in->btime = vfs_now();
	in->dead = in->linkable = false;
	in->locks = NULL;
	in->marks = NULL;
	in->pipe = NULL;
	in->handle = NULL;
	atomic_init(&in->write_openers, 0);
}

void inode_fini(struct inode *in)
{
	if (in->marks)
		inotify_inode_gone(in);
	if (in->handle)
		inode_handle_gone(in);
	inode_free_locks(in);
	mutex_destroy(&in->mu);
}

struct inode *inode_get(struct inode *in)
{
	ref_get(&in->ref);
	return in;
}

void inode_put(struct inode *in)
{
	if (in && ref_put(&in->ref))
		in->ops->destroy(in);
}

void inode_touch(struct inode *in, unsigned int which)
{
	struct timespec now = vfs_now();

	if (which & IATTR_ATIME)
		in->atime = now;
	if (which & IATTR_MTIME)
		in->mtime = now;
	if (which & IATTR_CTIME)
		in->ctime = now;
}

int inode_deny_write(struct inode *in)
{
	int old = atomic_load(&in->write_openers);

	do {
		if (old > 0)
			return -ETXTBSY;
	} while (!atomic_compare_exchange_weak(&in->write_openers, &old, old - 1));
	return 0;
}

void inode_allow_write(struct inode *in)
{
	atomic_fetch_add(&in->write_openers, 1);
}

int inode_get_write(struct inode *in)
{
	int old = atomic_load(&in->write_openers);

	do {
		if (old < 0)
			return -ETXTBSY;
	} while (!atomic_compare_exchange_weak(&in->write_openers, &old, old + 1));
	return 0;
}

void inode_put_write(struct inode *in)
{
	atomic_fetch_sub(&in->write_openers, 1);
}

/* ---- supers ---- */

uint64_t vfs_alloc_dev(struct kernel *k)
{
	return makedev(0, (unsigned int)atomic_fetch_add(&k->next_dev, 1));
}

void super_init(struct super *s, struct kernel *k, const struct super_ops *ops, const char *fstype,
		const char *source, uint64_t magic)
{
	ref_init(&s->ref, 1);
	s->ops = ops;
	s->kernel = k;
	s->fstype = fstype;
	s->source = source;
	s->dev = vfs_alloc_dev(k);
	s->magic = magic;
	s->readonly = s->no_dcache = s->memory_only = s->opens_by_hint = false;
	s->root = NULL;
	s->root_dentry = NULL;
	rwlock_init(&s->rename_mu, LOCK_RENAME);
}

struct super *super_get(struct super *s)
{
	ref_get(&s->ref);
	return s;
}

void super_put(struct super *s)
{
	if (!s || !ref_put(&s->ref))
		return;
	if (s->root_dentry) {
		dcache_prune(s->root_dentry);
		dentry_put(s->root_dentry);
		s->root_dentry = NULL;
	}
	inode_put(TAKE_PTR(s->root));
	rwlock_destroy(&s->rename_mu);
	s->ops->destroy(s);
}

int vfs_statfs(const struct path *p, struct kstatfs *ret)
{
	struct super *s = p->dentry->inode ? p->dentry->inode->super : p->dentry->super;
	unsigned int flags = p->mnt ? p->mnt->flags : 0;
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	ret->type = s->magic;
	ret->bsize = 4096;
	ret->namelen = NAME_MAX_LEN;
	ret->fsid = s->dev;
	if (s == s->kernel->anon_super) {
		uint32_t mode = inode_read(p->dentry->inode, mode);

		ret->type = S_ISFIFO(mode)   ? PIPEFS_MAGIC
			    : S_ISSOCK(mode) ? SOCKFS_MAGIC
					     : s->magic;
	}
	if (s->ops->statfs)
		err = s->ops->statfs(s, ret);
	if (err < 0)
		return err;
	ret->flags = 0x20; /* ST_VALID */
	ret->flags |= (flags & MNT_READONLY) || s->readonly ? 0x1 : 0;
	ret->flags |= flags & MNT_NOSUID ? 0x2 : 0;
	ret->flags |= flags & MNT_NODEV ? 0x4 : 0;
	ret->flags |= flags & MNT_NOEXEC ? 0x8 : 0;
	ret->flags |= flags & MNT_NOATIME ? 0x400 : 0;
	ret->flags |= flags & MNT_NODIRATIME ? 0x800 : 0;
	ret->flags |= flags & MNT_RELATIME ? 0x1000 : 0;
	ret->flags |= flags & MNT_NOSYMFOLLOW ? 0x2000 : 0;
	return 0;
}

/* ---- the anonymous super ---- */

static void anon_inode_destroy(struct inode *in)
{
	inode_fini(in);
	mem_free(in);
}

static const struct inode_ops anon_inode_ops = {
	.destroy = anon_inode_destroy,
};

struct inode *anon_inode_new(struct kernel *k, uint32_t mode)
{
	struct inode *in = mem_zalloc(sizeof(*in));

	if (in)
		inode_init(in, k->anon_super, &anon_inode_ops, mode,
			   atomic_fetch_add(&k->next_ino, 1));
	return in;
}

static void anon_super_destroy(struct super *s)
{
	mem_free(s);
}

static const struct super_ops anon_super_ops = {
	.destroy = anon_super_destroy,
};

static int anon_init(struct kernel *k)
{
	struct super *s = mem_zalloc(sizeof(*s));

	if (!s)
		return -ENOMEM;
	super_init(s, k, &anon_super_ops, "anon_inodefs", "anon_inodefs", ANON_INODE_FS_MAGIC);
	s->memory_only = true;
	k->anon_super = s;
	s->root = anon_inode_new(k, S_IFDIR | 0);
	if (s->root)
		k->anon_mnt = mount_new(s, NULL, MNT_NOSUID | MNT_NODEV | MNT_NOEXEC);
	if (!k->anon_mnt) {
		k->anon_super = NULL;
		super_put(s);
		return -ENOMEM;
	}
	return 0;
}

int vfs_init(struct kernel *k)
{
	struct rlimit64 nofile;
	struct sysinfo si;

	k->dcache = dcache_new();
	if (!k->dcache)
		return -ENOMEM;
	mutex_init(&k->file_locks_mu, LOCK_FILE_LOCKS);
	mutex_init(&k->handles_mu, LOCK_ANON);
	hash_init(&k->handles);
	list_init(&k->blocked_locks);
	if (sysinfo(&si) == 0)
		k->host_memory = (uint64_t)si.totalram * si.mem_unit;
	k->max_memfds = 512;
	if (getrlimit64(RLIMIT_NOFILE, &nofile) == 0)
		k->max_memfds = (uint32_t)MIN(nofile.rlim_max / 2, (rlim64_t)UINT32_MAX / 2);
	return anon_init(k);
}

void vfs_fini(struct kernel *k)
{
	mount_put(TAKE_PTR(k->memfd_mnt));
	mount_put(TAKE_PTR(k->anon_mnt));
	super_put(TAKE_PTR(k->anon_super));
	while (!list_empty(&k->fs_types)) {
		struct list *node = k->fs_types.next;

		list_del(node);
		mem_free(node); /* the node is the first member, see mount.c */
	}
	mutex_destroy(&k->file_locks_mu);
	hash_free(&k->handles);
	mutex_destroy(&k->handles_mu);
	dcache_free(TAKE_PTR(k->dcache));
}
