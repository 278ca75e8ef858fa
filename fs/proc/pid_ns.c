/*
 * fs/proc/pid_ns.c - /proc/<pid>/ns: namespaces(7)
 *
 * Model: there is one namespace of each kind but the mount namespaces. Links show the kind and a
 * number; two processes have the same number exactly if they share the namespace. Opening a link
 * gives a file for the questions of ioctl_nsfs(2), and for setns(2).
 */
#include <errno.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>

#include "fs/proc/proc.h"
#include "fs/proc/procfs.h"
#include "sentry/fdtable.h"
#include "sentry/kernel.h"
#include "sentry/mem/usermem.h"
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

/* linux/nsfs.h */
#define NS_GET_USERNS 0xb701
#define NS_GET_PARENT 0xb702
#define NS_GET_NSTYPE 0xb703
#define NS_GET_OWNER_UID 0xb704

struct ns_kind {
	const char *name; /* in the text; the link may be called <name>_for_children */
	uint32_t number;
	unsigned int flag; /* CLONE_NEW* */
};

static const struct ns_kind kinds[] = {
	{"cgroup", NS_CGROUP, CLONE_NEWCGROUP}, {"ipc", NS_IPC, CLONE_NEWIPC},
	{"mnt", NS_MNT, CLONE_NEWNS},		{"net", NS_NET, CLONE_NEWNET},
	{"pid", NS_PID, CLONE_NEWPID},		{"time", NS_TIME, CLONE_NEWTIME},
	{"user", NS_USER, CLONE_NEWUSER},	{"uts", NS_UTS, CLONE_NEWUTS},
};
#define KIND_USER 6

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

static long ns_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg);

static const struct file_ops ns_fops = {
	.ioctl = ns_ioctl,
};

/* A file that stands for a namespace. */
static int ns_file_new(struct kernel *k, const struct ns_kind *kind, uint32_t number,
		       struct file **ret)
{
	struct inode *in = anon_inode_new(k, S_IFREG | 0444);
	char name[64];
	int err;

	if (!in)
		return -ENOMEM;
	in->ino = number;
	in->fops = &ns_fops;
	snprintf(name, sizeof(name), "%s:[%u]", kind->name, number);
	err = file_new_anon(k, name, in, &ns_fops, NULL, 0, FMODE_READ, ret);
	inode_put(in);
	return err;
}

/* All but mount namespaces have the fixed numbers of the first ones. */
static const struct ns_kind *kind_of_file(const struct file *f)
{
	const struct ns_kind *mnt = NULL;

	if (f->ops != &ns_fops)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].number == f->inode->ino)
			return &kinds[i];
		if (kinds[i].flag == CLONE_NEWNS)
			mnt = &kinds[i];
	}
	return mnt;
}

unsigned int proc_ns_file_kind(const struct file *f)
{
	const struct ns_kind *kind = kind_of_file(f);

	return kind ? kind->flag : 0;
}

/* ioctl_nsfs(2). The user namespace is the first one: nobody may see its owner or parent. */
static long ns_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	const struct ns_kind *kind = kind_of_file(f);
	uint32_t uid = 0;
	struct file *user;
	int err;

	switch (cmd) {
	case NS_GET_NSTYPE: return kind->flag;
	case NS_GET_PARENT:
		return kind->flag == CLONE_NEWPID || kind->flag == CLONE_NEWUSER ? -EPERM : -EINVAL;
	case NS_GET_OWNER_UID:
		return kind->flag == CLONE_NEWUSER ? copy_out_obj(t, arg, &uid) : -EINVAL;
	case NS_GET_USERNS:
		if (kind->flag == CLONE_NEWUSER)
			return -EPERM;
		err = ns_file_new(t->kernel, &kinds[KIND_USER], NS_USER, &user);
		return err < 0 ? err : fd_install(t, user, true);
	}
	return -ENOTTY;
}

static int ns_jump(struct kernfs_inode *kn, struct task *t, struct path *ret)
{
	struct file *f;
	uint32_t number;
	int err = ns_number(kn, t, &number);

	if (err)
		return err;
	/* The file is only a way to a dentry with that name. */
	err = ns_file_new(kn->inode.super->kernel, kn->row->data, number, &f);
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
