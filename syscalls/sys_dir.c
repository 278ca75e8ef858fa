/*
 * syscalls/sys_dir.c - getdents(2), chdir(2), getcwd(2), chroot(2)
 *
 * Model: entries are laid out in a buffer of the sentry, of bounded size, and copied out at the
 * end: the filesystem emits them with the directory locked.
 */
#include <dirent.h>
#include <limits.h>
#include <linux/capability.h>
#include <string.h>

#include "sentry/base/mem.h"
#include "sentry/fs_context.h"
#include "syscalls/path_args.h"

#define DENTS_BUFFER_MAX (64u << 10)

/* ---- getdents ---- */

struct dents {
	struct dir_context ctx;
	char *buf;
	size_t size, used;
	bool too_small; /* the first entry did not fit */
};

/* The header that both forms share; getdents64 has the type next, the old form at the very end. */
struct dent_head {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
} __attribute__((packed));
STATIC_ASSERT_SIZE(struct dent_head, 18);

/* Room for an entry of n bytes, rounded up; NULL when the buffer is full. */
static char *reserve(struct dents *d, size_t n, uint64_t ino, int64_t off)
{
	struct dent_head head = {.ino = ino, .off = off};
	char *p = d->buf + d->used;

	n = ALIGN_UP(n, 8);
	if (n > d->size - d->used) {
		d->too_small = d->used == 0;
		return NULL;
	}
	head.reclen = (uint16_t)n;
	memset(p, 0, n);
	memcpy(p, &head, sizeof(head));
	d->used += n;
	return p;
}

static int emit64(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
		  unsigned int type, int64_t next_pos)
{
	struct dents *d = container_of(ctx, struct dents, ctx);
	char *p = reserve(d, sizeof(struct dent_head) + 1 + len + 1, ino, next_pos);

	if (!p)
		return 1;
	p[sizeof(struct dent_head)] = (char)type;
	memcpy(p + sizeof(struct dent_head) + 1, name, len);
	return 0;
}

static int emit_old(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
		    unsigned int type, int64_t next_pos)
{
	struct dents *d = container_of(ctx, struct dents, ctx);
	size_t before = d->used;
	char *p = reserve(d, sizeof(struct dent_head) + len + 2, ino, next_pos);

	if (!p)
		return 1;
	memcpy(p + sizeof(struct dent_head), name, len);
	p[d->used - before - 1] = (char)type;
	return 0;
}

static long do_getdents(struct task *t, const uint64_t *a,
			int (*emit)(struct dir_context *, const char *, uint32_t, uint64_t,
				    unsigned int, int64_t))
{
	struct dents d = {.ctx.emit = emit, .size = MIN((uint32_t)a[2], DENTS_BUFFER_MAX)};
	struct file *f = fd_get(t, (int)a[0]);
	long ret;

	if (!f)
		return -EBADF;
	d.buf = mem_alloc(d.size);
	ret = d.buf ? file_readdir(f, &d.ctx) : -ENOMEM;
	file_put(f);
	if (ret >= 0 && d.too_small)
		ret = -EINVAL;
	if (ret >= 0)
		ret = copy_out(t, a[1], d.buf, d.used) < 0 ? -EFAULT : (long)d.used;
	mem_free(d.buf);
	return ret;
}

long sys_getdents(struct task *t, const uint64_t *a)
{
	return do_getdents(t, a, emit_old);
}

long sys_getdents64(struct task *t, const uint64_t *a)
{
	return do_getdents(t, a, emit64);
}

/* ---- working directory and root ---- */

long sys_getcwd(struct task *t, const uint64_t *a)
{
	static const char unreachable[] = "(unreachable)";
	not_zeroed char buf[PATH_MAX];
	struct path root, cwd;
	bool reachable = true;
	int len = -ENOENT;

	fs_root(t->fs, &root);
	fs_cwd(t->fs, &cwd);
	if (atomic_load(&cwd.dentry->hashed) || cwd.dentry == cwd.dentry->parent)
		len = path_name_from(&root, &cwd, false, buf, sizeof(buf) - sizeof(unreachable),
				     &reachable);
	path_put(&root);
	path_put(&cwd);
	if (len < 0)
		return len;
	if (!reachable) {
		memmove(buf + sizeof(unreachable) - 1, buf, (size_t)len + 1);
		memcpy(buf, unreachable, sizeof(unreachable) - 1);
		len += (int)sizeof(unreachable) - 1;
	}
	if ((size_t)len + 1 > a[1])
		return -ERANGE;
	return copy_out(t, a[0], buf, (size_t)len + 1) < 0 ? -EFAULT : len + 1;
}

long sys_chdir(struct task *t, const uint64_t *a)
{
	struct path p;
	int err = path_arg(t, AT_FDCWD, a[0], LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);

	if (err < 0)
		return err;
	err = vfs_chdir(t, &p);
	path_put(&p);
	return err;
}

long sys_fchdir(struct task *t, const uint64_t *a)
{
	struct path p;
	int err = fd_path_arg(t, (int)a[0], true, &p);

	if (err < 0)
		return err;
	if (!S_ISDIR(inode_read(p.dentry->inode, mode)))
		err = -ENOTDIR;
	else
		err = vfs_chdir(t, &p);
	path_put(&p);
	return err;
}

long sys_chroot(struct task *t, const uint64_t *a)
{
	struct path p;
	int err = path_arg(t, AT_FDCWD, a[0], LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);

	if (err < 0)
		return err;
	err = inode_permission(p.dentry->inode, task_cred(t), MAY_EXEC);
	if (err == 0 && !task_has_cap(t, CAP_SYS_CHROOT))
		err = -EPERM;
	if (err == 0)
		fs_set_root(t->fs, &p);
	path_put(&p);
	return err;
}
