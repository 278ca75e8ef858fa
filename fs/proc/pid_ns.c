/*
 * fs/proc/pid_ns.c - /proc/<pid>/ns: namespaces(7)
 *
 * Model: there is one namespace of each kind but the mount namespaces. Links show the kind and a
 * number; two processes have the same number exactly if they share the namespace. Opening a link
 * gives a file that only its number can be asked of.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/proc/proc.h"
#include "fs/proc/procfs.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

/* include/uapi/linux/nsfs.h and the kernel's fixed numbers of the first namespaces. */
#define NS_IPC 4026531839u
#define NS_UTS 4026531838u
#define NS_USER 4026531837u
#define NS_PID 4026531836u
#define NS_CGROUP 4026531835u
#define NS_TIME 4026531834u
#define NS_NET 4026531840u
#define NS_MNT 4026531841u
#define NS_MNT_MORE 4026532000u

struct ns_kind {
	const char *name; /* in the text; the link may be called <name>_for_children */
	uint32_t number;
};

static const struct ns_kind kinds[] = {
	{"cgroup", NS_CGROUP}, {"ipc", NS_IPC},	  {"mnt", NS_MNT},   {"net", NS_NET},
	{"pid", NS_PID},       {"time", NS_TIME}, {"user", NS_USER}, {"uts", NS_UTS},
};

static int ns_number(struct kernfs_inode *kn, struct task *t, uint32_t *ret)
{
	const struct ns_kind *kind = kn->row->data;
	struct task *target;
	int err = proc_pid_task_access(proc_pid_of(kn), t, &target);

	if (err)
		return err == -ESRCH ? -ENOENT : err;
	*ret = kind->number;
	if (kind->number == NS_MNT) {
		struct mount_ns *ns;

		mutex_lock(&target->mu);
		ns = target->mnt_ns;
		if (ns && ns != target->kernel->root_ns && ns->root)
			*ret = NS_MNT_MORE + (uint32_t)ns->root->id;
		mutex_unlock(&target->mu);
	}
	task_put(target);
	return 0;
}

static int ns_readlink(struct kernfs_inode *kn, struct task *t, char *buf, size_t size)
{
	const struct ns_kind *kind = kn->row->data;
	uint32_t number;
	int n = ns_number(kn, t, &number);

	if (n < 0)
		return n;
	n = snprintf(buf, size, "%s:[%u]", kind->name, number);
	return (size_t)n < size ? n : -ENAMETOOLONG;
}

static long ns_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	(void)f, (void)t, (void)cmd, (void)arg;
	return -ENOTTY;
}

static const struct file_ops ns_fops = {
	.ioctl = ns_ioctl,
};

static int ns_jump(struct kernfs_inode *kn, struct task *t, struct path *ret)
{
	struct kernel *k = kn->inode.super->kernel;
	struct inode *in;
	struct file *f;
	char name[64];
	uint32_t number;
	int err = ns_readlink(kn, t, name, sizeof(name));

	if (err < 0)
		return err;
	err = ns_number(kn, t, &number);
	if (err)
		return err;
	in = anon_inode_new(k, S_IFREG | 0444);
	if (!in)
		return -ENOMEM;
	in->ino = number;
	in->fops = &ns_fops;
	/* The file is only a way to a dentry with that name. */
	err = file_new_anon(k, name, in, &ns_fops, NULL, 0, FMODE_READ, &f);
	inode_put(in);
	if (err)
		return err;
	*ret = f->path;
	path_get(ret);
	file_put(f);
	return 0;
}

#define NS(link, index)                                                                            \
	{                                                                                          \
		.name = (link), .mode = S_IFLNK | 0777, .readlink = ns_readlink, .jump = ns_jump,  \
		.data = &kinds[index]                                                              \
	}

const struct kernfs_row proc_ns_rows[] = {
	NS("cgroup", 0),
	NS("ipc", 1),
	NS("mnt", 2),
	NS("net", 3),
	NS("pid", 4),
	NS("pid_for_children", 4),
	NS("time", 5),
	NS("time_for_children", 5),
	NS("user", 6),
	NS("uts", 7),
	{0},
};
