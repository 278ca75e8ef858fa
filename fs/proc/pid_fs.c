/*
 * fs/proc/pid_fs.c - /proc/<pid>: exe, cwd, root, and the mount tables
 *
 * Model: the links are magic: they lead to the very object. The mount tables are those of the
 * process's mount namespace, as seen from its root.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "fs/proc/proc.h"
#include "fs/proc/procfs.h"
#include "sentry/base/mem.h"
#include "sentry/fs_context.h"
#include "sentry/task.h"

typedef int (*path_getter)(struct task *target, struct path *ret);

static int get_exe(struct task *target, struct path *ret)
{
	struct process *p = target->process;

	mutex_lock(&p->mu);
	*ret = p->exe;
	if (ret->dentry)
		path_get(ret);
	mutex_unlock(&p->mu);
	return ret->dentry ? 0 : -ENOENT;
}

static int get_cwd(struct task *target, struct path *ret)
{
	struct fs_context *fs = task_fs_get(target);

	if (!fs)
		return -ENOENT;
	fs_cwd(fs, ret);
	fs_context_put(fs);
	return 0;
}

static int get_root(struct task *target, struct path *ret)
{
	struct fs_context *fs = task_fs_get(target);

	if (!fs)
		return -ENOENT;
	fs_root(fs, ret);
	fs_context_put(fs);
	return 0;
}

static int jump_to(struct kernfs_inode *kn, struct task *t, path_getter get, struct path *ret)
{
	struct task *target;
	int err = proc_pid_task_access(proc_pid_of(kn), t, &target);

	if (err)
		return err == -ESRCH ? -ENOENT : err;
	err = get(target, ret);
	task_put(target);
	return err;
}

static int link_to(struct kernfs_inode *kn, struct task *t, path_getter get, char *buf, size_t size)
{
	struct path p;
	int n = jump_to(kn, t, get, &p);

	if (n < 0)
		return n;
	n = path_name(t, &p, buf, size);
	path_put(&p);
	return n;
}

int proc_exe_readlink(struct kernfs_inode *kn, struct task *t, char *buf, size_t size)
{
	return link_to(kn, t, get_exe, buf, size);
}

int proc_exe_jump(struct kernfs_inode *kn, struct task *t, struct path *ret)
{
	return jump_to(kn, t, get_exe, ret);
}

int proc_cwd_readlink(struct kernfs_inode *kn, struct task *t, char *buf, size_t size)
{
	return link_to(kn, t, get_cwd, buf, size);
}

int proc_cwd_jump(struct kernfs_inode *kn, struct task *t, struct path *ret)
{
	return jump_to(kn, t, get_cwd, ret);
}

int proc_root_readlink(struct kernfs_inode *kn, struct task *t, char *buf, size_t size)
{
	return link_to(kn, t, get_root, buf, size);
}

int proc_root_jump(struct kernfs_inode *kn, struct task *t, struct path *ret)
{
	return jump_to(kn, t, get_root, ret);
}

/* ---- mounts ---- */

static int show_mounts(struct kernfs_inode *kn, enum mount_show form, struct strbuf *sb)
{
	struct task *target = proc_pid_task(proc_pid_of(kn));
	struct mount_ns *ns;
	struct path root;

	if (!target)
		return -EINVAL; /* as Linux for a zombie */
	if (get_root(target, &root) < 0) {
		task_put(target);
		return -EINVAL;
	}
	mutex_lock(&target->mu);
	ns = target->mnt_ns ? mount_ns_get(target->mnt_ns) : NULL;
	mutex_unlock(&target->mu);
	task_put(target);
	if (ns) {
		mount_ns_show(ns, &root, form, sb);
		mount_ns_put(ns);
	}
	path_put(&root);
	return 0;
}

int proc_mounts_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	return show_mounts(kn, SHOW_MOUNTS, sb);
}

int proc_mountinfo_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	return show_mounts(kn, SHOW_MOUNTINFO, sb);
}

int proc_mountstats_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	return show_mounts(kn, SHOW_MOUNTSTATS, sb);
}

/* poll(2) on mounts and mountinfo: POLLERR and POLLPRI once after each change, proc(5). */
struct mounts_watch {
	struct mount_ns *ns; /* referenced */
	_Atomic uint64_t seen;
};

static void mounts_watch_free(void *thing)
{
	struct mounts_watch *w = thing;

	mount_ns_put(w->ns);
	mem_free(w);
}

int proc_mounts_opened(struct kernfs_inode *kn, struct task *t, struct file *f)
{
	struct task *target = proc_pid_task(proc_pid_of(kn));
	struct mounts_watch *w;

	(void)t;
	if (!target)
		return -EINVAL;
	w = mem_zalloc(sizeof(*w));
	if (!w) {
		task_put(target);
		return -ENOMEM;
	}
	mutex_lock(&target->mu);
	w->ns = target->mnt_ns ? mount_ns_get(target->mnt_ns) : NULL;
	mutex_unlock(&target->mu);
	task_put(target);
	if (!w->ns) {
		mem_free(w);
		return -EINVAL;
	}
	w->seen = w->ns->changes;
	kernfs_file_keep(f, w, mounts_watch_free);
	return 0;
}

static uint32_t mounts_poll(struct file *f)
{
	struct mounts_watch *w = kernfs_file_kept(f);
	uint64_t now = w->ns->changes;

	if (atomic_exchange(&w->seen, now) != now)
		return POLLIN | POLLRDNORM | POLLERR | POLLPRI;
	return POLLIN | POLLRDNORM;
}

static struct wait_queue *mounts_wait_queue(struct file *f)
{
	return ((struct mounts_watch *)kernfs_file_kept(f))->ns->changed;
}

const struct file_ops proc_mounts_fops = {
	.read = kernfs_file_read,
	.llseek = kernfs_file_llseek,
	.poll = mounts_poll,
	.wait_queue = mounts_wait_queue,
	.release = kernfs_file_release,
};
