/*
 * fs/proc/pid_fd.c - /proc/<pid>/fd and fdinfo: proc_pid_fd(5)
 *
 * Model: fd/<n> is a magic link: following it goes straight to the file's path, whatever its name
 * became since. fdinfo/<n> is a text file. Both name a number, looked up at each use.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "fs/proc/proc.h"
#include "fs/proc/procfs.h"
#include "sentry/fdtable.h"
#include "sentry/task.h"

static struct file *file_at(struct proc_pid *pp, uint64_t fd)
{
	struct task *target = proc_pid_task(pp);
	struct fdtable *ft = target ? task_files_get(target) : NULL;
	struct file *f = ft ? fdtable_file(ft, (int)fd) : NULL;

	if (ft)
		fdtable_put(NULL, ft);
	task_put(target);
	return f;
}

/* ---- fd/<n> ---- */

static int fd_file(struct kernfs_inode *kn, struct task *t, struct file **ret)
{
	struct task *target;
	struct file *f;
	int err = proc_pid_task_access(proc_pid_of(kn), t, &target);

	if (err)
		return err == -ESRCH ? -ENOENT : err;
	task_put(target);
	f = file_at(proc_pid_of(kn), kn->arg);
	if (!f)
		return -ENOENT;
	*ret = f;
	return 0;
}

static int fd_readlink(struct kernfs_inode *kn, struct task *t, char *buf, size_t size)
{
	struct file *f;
	int n = fd_file(kn, t, &f);

	if (n < 0)
		return n;
	n = path_name(t, &f->path, buf, size);
	file_put(f);
	return n;
}

static int fd_jump(struct kernfs_inode *kn, struct task *t, struct path *ret)
{
	struct file *f;
	int err = fd_file(kn, t, &f);

	if (err)
		return err;
	*ret = f->path;
	path_get(ret);
	file_put(f);
	return 0;
}

/* The permission bits tell how the file is open. Indexed by FMODE_READ | FMODE_WRITE. */
static const struct kernfs_row fd_links[] = {
	{.mode = S_IFLNK | 0000, .readlink = fd_readlink, .jump = fd_jump},
	{.mode = S_IFLNK | 0500, .readlink = fd_readlink, .jump = fd_jump},
	{.mode = S_IFLNK | 0300, .readlink = fd_readlink, .jump = fd_jump},
	{.mode = S_IFLNK | 0700, .readlink = fd_readlink, .jump = fd_jump},
};

static int make_child(struct kernfs_inode *dir, const struct kernfs_row *row, uint64_t fd,
		      struct inode **ret)
{
	int err = kernfs_inode_new(dir->inode.super, row, dir->owner,
				   kernfs_child_ino(dir->inode.ino, 4096 + fd), fd, ret);

	if (err == 0 && S_ISLNK(row->mode))
		(*ret)->size = 64; /* as Linux has it */
	return err;
}

static int fd_lookup(struct kernfs_inode *dir, const struct qstr *name, struct inode **ret)
{
	struct file *f;
	uint64_t fd;
	int err;

	if (!kernfs_parse_number(name, &fd))
		return -ENOENT;
	f = file_at(proc_pid_of(dir), fd);
	if (!f)
		return -ENOENT;
	err = make_child(dir, &fd_links[f->mode & (FMODE_READ | FMODE_WRITE)], fd, ret);
	file_put(f);
	return err;
}

static int next_fd(struct kernfs_inode *dir, uint64_t key, unsigned int type,
		   struct kernfs_dirent *ret)
{
	struct task *target = proc_pid_task(proc_pid_of(dir));
	struct fdtable *ft = target ? task_files_get(target) : NULL;
	int fd = ft && key <= INT32_MAX ? fdtable_next(ft, (int)key) : -1;

	if (ft)
		fdtable_put(NULL, ft);
	task_put(target);
	if (fd < 0)
		return 0;
	snprintf(ret->name, sizeof(ret->name), "%d", fd);
	ret->key = (uint64_t)fd;
	ret->type = type;
	return 1;
}

static int fd_next(struct kernfs_inode *dir, uint64_t key, struct kernfs_dirent *ret)
{
	return next_fd(dir, key, DT_LNK, ret);
}

const struct kernfs_dir_ops proc_fd_dyn = {
	.lookup = fd_lookup,
	.next = fd_next,
};

/* ---- fdinfo/<n> ---- */

static bool fd_is_cloexec(struct proc_pid *pp, uint64_t fd)
{
	struct task *target = proc_pid_task(pp);
	struct fdtable *ft = target ? task_files_get(target) : NULL;
	bool on = false;

	if (ft) {
		mutex_lock(&ft->mu);
		on = fd < ft->size && ft->slots[fd].file && ft->slots[fd].cloexec;
		mutex_unlock(&ft->mu);
		fdtable_put(NULL, ft);
	}
	task_put(target);
	return on;
}

static int fdinfo_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct proc_pid *pp = proc_pid_of(kn);
	struct task *target;
	struct file *f;
	unsigned int flags;
	int err = proc_pid_task_access(pp, t, &target);

	if (err)
		return err;
	task_put(target);
	f = file_at(pp, kn->arg);
	if (!f)
		return -ENOENT;
	flags = (unsigned int)atomic_load(&f->flags);
	if (!(f->mode & FMODE_PATH) &&
	    (S_ISREG(inode_read(f->inode, mode)) || S_ISDIR(inode_read(f->inode, mode))))
		flags |= LARGEFILE_BIT;
	if (fd_is_cloexec(pp, kn->arg))
		flags |= O_CLOEXEC;
	strbuf_printf(sb, "pos:\t%lld\nflags:\t0%o\nmnt_id:\t%llu\nino:\t%llu\n", (long long)f->pos,
		      flags, (unsigned long long)(f->path.mnt ? f->path.mnt->id : 0),
		      (unsigned long long)f->inode->ino);
	if (f->ops && f->ops->show_fdinfo) /* O_PATH has no ops */
		f->ops->show_fdinfo(f, sb);
	file_put(f);
	return 0;
}

static const struct kernfs_row fdinfo_file = {.mode = S_IFREG | 0444, .show = fdinfo_show};

static int fdinfo_lookup(struct kernfs_inode *dir, const struct qstr *name, struct inode **ret)
{
	struct file *f;
	uint64_t fd;

	if (!kernfs_parse_number(name, &fd))
		return -ENOENT;
	f = file_at(proc_pid_of(dir), fd);
	if (!f)
		return -ENOENT;
	file_put(f);
	return make_child(dir, &fdinfo_file, fd, ret);
}

static int fdinfo_next(struct kernfs_inode *dir, uint64_t key, struct kernfs_dirent *ret)
{
	return next_fd(dir, key, DT_REG, ret);
}

const struct kernfs_dir_ops proc_fdinfo_dyn = {
	.lookup = fdinfo_lookup,
	.next = fdinfo_next,
};
