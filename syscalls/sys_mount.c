/*
 * syscalls/sys_mount.c - mount(2), umount2(2), pivot_root(2), sync(2), syncfs(2), sysfs(2)
 *
 * Differences: there is no propagation; private and slave are what every mount is already, shared
 * is refused (EINVAL). Bind mounts of namespace files, and the calls on mount descriptors
 * (open_tree, fsopen and friends), do not exist (ENOSYS).
 */
#include <limits.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mount.h>

#include "fs/vfs/landlock.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/fs_context.h"
#include "syscalls/path_args.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif
#define MS_MGC_MASK 0xffff0000UL
#define MS_ATIME (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)
#define MS_PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)
#define MNT_ATIME (MNT_NOATIME | MNT_NODIRATIME | MNT_RELATIME)
#define OPTIONS_MAX 4096

struct mount_args {
	char *source, *type, *options; /* NULL where not given */
	unsigned long flags;
};

static unsigned int mount_flags(unsigned long ms)
{
	unsigned int flags = ms & MS_NOATIME ? 0 : MNT_RELATIME;

	flags |= ms & MS_RDONLY ? MNT_READONLY : 0;
	flags |= ms & MS_NOSUID ? MNT_NOSUID : 0;
	flags |= ms & MS_NODEV ? MNT_NODEV : 0;
	flags |= ms & MS_NOEXEC ? MNT_NOEXEC : 0;
	flags |= ms & MS_NOATIME ? MNT_NOATIME : 0;
	flags |= ms & MS_NODIRATIME ? MNT_NODIRATIME : 0;
	flags |= ms & MS_NOSYMFOLLOW ? MNT_NOSYMFOLLOW : 0;
	if (ms & MS_STRICTATIME)
		flags &= ~(unsigned int)(MNT_RELATIME | MNT_NOATIME);
	return flags;
}

static int mount_new_fs(struct task *t, const struct path *where, const struct mount_args *m)
{
	const struct fs_type *type;
	struct super *s;
	struct mount *mnt;
	int err;

	if (!m->type)
		return -EINVAL;
	type = fs_type_find(t->kernel, m->type);
	if (!type)
		return -ENODEV;
	if (!type->guest_may_mount)
		return -EPERM;
	err = type->create(t->kernel, m->source, m->options ? m->options : "", &s);
	if (err < 0)
		return err;
	mnt = mount_new(s, NULL, mount_flags(m->flags));
	super_put(s); /* the mount has its own */
	if (!mnt)
		return -ENOMEM;
	err = mount_attach(mnt, where);
	mount_put(mnt);
	return err;
}

static int mount_remount(struct task *t, const struct path *p, const struct mount_args *m)
{
	unsigned int flags = mount_flags(m->flags);
	struct super *s = p->mnt->super;
	int err = 0;

	if (p->dentry != p->mnt->root)
		return -EINVAL;
	if (!(m->flags & MS_ATIME))
		flags = (flags & ~(unsigned int)MNT_ATIME) | (p->mnt->flags & MNT_ATIME);
	if (!(m->flags & MS_BIND) && m->options && *m->options)
		err = s->ops->remount ? s->ops->remount(s, m->options) : -EINVAL;
	return err < 0 ? err : mount_set_flags(t, p, flags, false);
}

static int mount_from(struct task *t, const struct path *to, const struct mount_args *m, bool move)
{
	struct path from;
	int err;

	if (!m->source || !*m->source)
		return -EINVAL;
	err = path_lookup(t, AT_FDCWD, m->source, LOOKUP_FOLLOW, &from);
	if (err < 0)
		return err;
	err = move ? mount_move(t, &from, to) : mount_bind(t, &from, to, m->flags & MS_REC, 0);
	path_put(&from);
	return err;
}

static int mount_propagation(const struct path *p, unsigned long flags)
{
	unsigned long kind = flags & MS_PROPAGATION;

	if ((flags & ~(unsigned long)(MS_REC | MS_SILENT | MS_PROPAGATION)) || (kind & (kind - 1)))
		return -EINVAL;
	return p->dentry == p->mnt->root && kind != MS_SHARED ? 0 : -EINVAL;
}

/* Who handles files with Landlock has to leave the tree as it is. */
static bool may_mount(struct task *t)
{
	return task_has_cap(t, CAP_SYS_ADMIN) && !landlock_handles_fs(t);
}

static int do_mount(struct task *t, struct path *p, struct mount_args *m)
{
	if ((m->flags & MS_MGC_MASK) == MS_MGC_VAL)
		m->flags &= ~MS_MGC_MASK;
	if (!may_mount(t))
		return -EPERM;
	if (m->flags & MS_REMOUNT)
		return mount_remount(t, p, m);
	if ((m->flags & MS_PROPAGATION) && !(m->flags & MS_BIND))
		return mount_propagation(p, m->flags);
	if (S_ISLNK(inode_read(p->dentry->inode, mode)) && p->mnt->super->no_dcache)
		return -ENOENT; /* /proc/PID/fd/N: names that come and go carry no mounts */
	path_follow_mounts(p);	/* a new mount stands on the topmost one */
	if (m->flags & MS_BIND)
		return mount_from(t, p, m, false);
	if (m->flags & MS_MOVE)
		return mount_from(t, p, m, true);
	return mount_new_fs(t, p, m);
}

/* An optional string: NULL stays NULL. */
static int copy_in_opt_str(struct task *t, uaddr_t src, size_t max, char **ret)
{
	char buf[PATH_MAX];
	ssize_t n;

	*ret = NULL;
	if (!src)
		return 0;
	n = copy_in_str(t, buf, src, MIN(max, sizeof(buf)));
	if (n < 0)
		return n == -ENAMETOOLONG ? -EINVAL : (int)n;
	*ret = mem_memdup(buf, (size_t)n + 1);
	return *ret ? 0 : -ENOMEM;
}

/* Options are fetched as a page, of which a part may be missing. */
static int copy_in_options(struct task *t, uaddr_t src, char **ret)
{
	ssize_t n;

	*ret = NULL;
	if (!src)
		return 0;
	*ret = mem_zalloc(OPTIONS_MAX);
	if (!*ret)
		return -ENOMEM;
	n = copy_in_partial(t, *ret, src, OPTIONS_MAX - 1);
	return n <= 0 ? -EFAULT : 0;
}

long sys_mount(struct task *t, const uint64_t *a)
{
	struct mount_args m = {.flags = a[3]};
	struct path p;
	int err = copy_in_opt_str(t, a[2], PATH_MAX, &m.type);

	if (err == 0)
		err = copy_in_opt_str(t, a[0], PATH_MAX, &m.source);
	if (err == 0)
		err = copy_in_options(t, a[4], &m.options);
	if (err == 0)
		err = path_arg(t, AT_FDCWD, a[1], LOOKUP_FOLLOW, &p);
	if (err == 0) {
		err = do_mount(t, &p, &m);
		path_put(&p);
	}
	mem_free(m.type);
	mem_free(m.source);
	mem_free(m.options);
	return err;
}

long sys_umount2(struct task *t, const uint64_t *a)
{
	int flags = (int)a[1];
	struct path p;
	int err;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	err = path_arg(t, AT_FDCWD, a[0], flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &p);
	if (err < 0)
		return err;
	path_follow_mounts(&p); /* "." names the directory itself, not what is mounted on it */
	err = may_mount(t) ? vfs_umount(t, &p, flags) : -EPERM;
	path_put(&p);
	return err;
}

long sys_pivot_root(struct task *t, const uint64_t *a)
{
	struct path new_root, put_old;
	int err;

	if (!may_mount(t))
		return -EPERM;
	err = path_arg(t, AT_FDCWD, a[0], LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &new_root);
	if (err < 0)
		return err;
	err = path_arg(t, AT_FDCWD, a[1], LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &put_old);
	if (err == 0) {
		path_follow_mounts(&put_old);
		err = vfs_pivot_root(t, &new_root, &put_old);
		path_put(&put_old);
	}
	path_put(&new_root);
	return err;
}

long sys_sync(struct task *t, const uint64_t *a)
{
	(void)a;
	mount_ns_sync(t->mnt_ns);
	return 0;
}

long sys_syncfs(struct task *t, const uint64_t *a)
{
	struct file *f = fd_get(t, (int)a[0]);
	struct super *s;
	int err;

	if (!f)
		return -EBADF;
	s = f->inode->super;
	err = s->ops->sync ? s->ops->sync(s) : 0;
	file_put(f);
	return err;
}

/* ---- sysfs(2): the table of /proc/filesystems by number ---- */

/* The name in line nr of the list, or the number of lines if there are fewer. */
static const char *nth_fs(char *list, unsigned int nr, unsigned int *ret_count, size_t *ret_len)
{
	unsigned int i = 0;

	for (char *line = list; *line; i++) {
		char *end = strchrnul(line, '\n'), *tab = memchr(line, '\t', (size_t)(end - line));

		if (i == nr) {
			*ret_len = (size_t)(end - (tab ? tab + 1 : line));
			return tab ? tab + 1 : line;
		}
		line = *end ? end + 1 : end;
	}
	*ret_count = i;
	return NULL;
}

static long fs_index(struct task *t, char *list, uaddr_t uname)
{
	_cleanup_free_ char *name = NULL;
	unsigned int count = 0;
	const char *fs;
	size_t len;
	int err = copy_in_path(t, uname, &name);

	if (err < 0)
		return err;
	for (unsigned int i = 0; (fs = nth_fs(list, i, &count, &len)); i++)
		if (strlen(name) == len && memcmp(name, fs, len) == 0)
			return i;
	return -EINVAL;
}

static long fs_name(struct task *t, char *list, unsigned int index, uaddr_t buf)
{
	unsigned int count = 0;
	char name[64];
	size_t len;
	const char *fs = nth_fs(list, index, &count, &len);

	if (!fs || len >= sizeof(name))
		return -EINVAL;
	memcpy(name, fs, len);
	name[len] = '\0';
	return copy_out(t, buf, name, len + 1) < 0 ? -EFAULT : 0;
}

long sys_sysfs(struct task *t, const uint64_t *a)
{
	_cleanup_strbuf_ struct strbuf sb;
	unsigned int count = 0;
	size_t len;
	char *list;
	long r = -EINVAL;

	strbuf_init(&sb, 4096);
	fs_type_list(t->kernel, &sb);
	list = strbuf_take(&sb);
	if (!list)
		return -ENOMEM;
	switch ((int)a[0]) {
	case 1: r = fs_index(t, list, a[1]); break;
	case 2: r = fs_name(t, list, (unsigned int)a[1], a[2]); break;
	case 3:
		nth_fs(list, UINT32_MAX, &count, &len);
		r = count;
		break;
	}
	mem_free(list);
	return r;
}
