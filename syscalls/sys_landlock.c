/*
 * syscalls/sys_landlock.c - landlock_create_ruleset(2), landlock_add_rule(2),
 * landlock_restrict_self(2); the rules: fs/vfs/landlock.h
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "fs/vfs/landlock.h"
#include "syscalls/syscall.h"

struct ruleset_attr { /* struct landlock_ruleset_attr, of newer headers */
	uint64_t fs, net, scoped;
};
#define ATTR_MIN 8
#define CREATE_VERSION 1
#define RULE_PATH 1
#define RULE_PORT 2

static void ruleset_release(struct file *f)
{
	landlock_ruleset_free(f->data);
}

static const struct file_ops ruleset_fops = {
	.release = ruleset_release,
};

static int get_attr(struct task *t, uaddr_t uattr, size_t size, struct ruleset_attr *attr)
{
	char buf[4096];

	memset(attr, 0, sizeof(*attr));
	if (!uattr)
		return -EFAULT;
	if (size < ATTR_MIN)
		return -EINVAL;
	if (size > sizeof(buf))
		return -E2BIG;
	if (copy_in(t, buf, uattr, size) < 0)
		return -EFAULT;
	for (size_t i = sizeof(*attr); i < size; i++)
		if (buf[i])
			return -E2BIG;
	memcpy(attr, buf, MIN(size, sizeof(*attr)));
	if ((attr->fs & ~(uint64_t)LL_FS_ALL) || (attr->net & ~(uint64_t)LL_NET_ALL) ||
	    (attr->scoped & ~(uint64_t)LL_SCOPE_ALL))
		return -EINVAL;
	return attr->fs || attr->net || attr->scoped ? 0 : -ENOMSG;
}

long sys_landlock_create_ruleset(struct task *t, const uint64_t *a)
{
	uint32_t flags = (uint32_t)a[2];
	struct landlock_ruleset *rs;
	struct ruleset_attr attr;
	struct file *f;
	int err;

	if (flags)
		return flags == CREATE_VERSION && !a[0] && !a[1] ? LANDLOCK_ABI : -EINVAL;
	err = get_attr(t, a[0], a[1], &attr);
	if (err < 0)
		return err;
	rs = landlock_ruleset_new(attr.fs, attr.net, attr.scoped);
	if (!rs)
		return -ENOMEM;
	err = file_new_anon(t->kernel, "anon_inode:[landlock-ruleset]", NULL, &ruleset_fops, rs,
			    O_RDWR, FMODE_READ | FMODE_WRITE | FMODE_STREAM, &f);
	if (err < 0) {
		landlock_ruleset_free(rs);
		return err;
	}
	return io_open_finish(t, f, true);
}

/* The set of a descriptor, whose reference is the caller's. */
static int get_ruleset(struct task *t, int fd, struct file **ret)
{
	struct file *f = fd_get(t, fd);

	if (!f)
		return -EBADF;
	if (f->ops != &ruleset_fops) {
		file_put(f);
		return -EBADFD;
	}
	*ret = f;
	return 0;
}

static int add_path_rule(struct task *t, struct landlock_ruleset *rs, uaddr_t urule)
{
	struct {
		uint64_t access;
		int32_t fd;
	} __attribute__((packed)) rule;
	struct file *f;
	int err;

	if (copy_in_obj(t, &rule, urule) < 0)
		return -EFAULT;
	if (!rule.access)
		return -ENOMSG;
	if (rule.access & ~(rs->rules.fs | LL_REFER))
		return -EINVAL;
	f = fd_get_any(t, rule.fd);
	if (!f)
		return -EBADF;
	if (f->inode->super == t->kernel->anon_super || f->path.mnt == t->kernel->memfd_mnt)
		err = -EBADFD;
	else
		err = landlock_add_path(rs, f->inode, rule.access);
	file_put(f);
	return err;
}

static int add_port_rule(struct task *t, struct landlock_ruleset *rs, uaddr_t urule)
{
	uint64_t rule[2]; /* access, port */

	if (copy_in_obj(t, &rule, urule) < 0)
		return -EFAULT;
	if (!rule[0])
		return -ENOMSG;
	if ((rule[0] & ~rs->rules.net) || rule[1] > UINT16_MAX)
		return -EINVAL;
	return landlock_add_port(rs, (uint16_t)rule[1], rule[0]);
}

long sys_landlock_add_rule(struct task *t, const uint64_t *a)
{
	struct file *f;
	int err;

	if ((uint32_t)a[3])
		return -EINVAL;
	err = get_ruleset(t, (int)a[0], &f);
	if (err < 0)
		return err;
	switch ((int)a[1]) {
	case RULE_PATH: err = add_path_rule(t, f->data, a[2]); break;
	case RULE_PORT: err = add_port_rule(t, f->data, a[2]); break;
	default: err = -EINVAL;
	}
	file_put(f);
	return err;
}

long sys_landlock_restrict_self(struct task *t, const uint64_t *a)
{
	struct file *f;
	int err;

	if (!t->no_new_privs && !task_has_cap(t, CAP_SYS_ADMIN))
		return -EPERM;
	if ((uint32_t)a[1])
		return -EINVAL;
	err = get_ruleset(t, (int)a[0], &f);
	if (err < 0)
		return err;
	err = landlock_restrict(t, f->data);
	file_put(f);
	return err;
}
