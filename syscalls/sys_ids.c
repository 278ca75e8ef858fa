/*
 * syscalls/sys_ids.c - numbers and credentials of the caller: getpid(2), setpgid(2), setuid(2),
 * capget(2) and their families
 *
 * Model: process numbers, groups and sessions come from the mirror; a change of group or session is
 * checked here and then goes on natively, so that the host's tty-less job control (wait's pid 0,
 * orphaned groups) agrees. Users and capabilities exist in the sentry only.
 */
#include <linux/capability.h>

#include "sentry/base/mem.h"
#include "sentry/session.h"
#include "syscalls/syscall.h"

#define UNUSED_ARGS (void)a

/* ---- process numbers ---- */

long sys_getpid(struct task *t, const uint64_t *a)
{
	UNUSED_ARGS;
	return t->process->pid;
}

long sys_gettid(struct task *t, const uint64_t *a)
{
	UNUSED_ARGS;
	return t->tid;
}

long sys_getppid(struct task *t, const uint64_t *a)
{
	struct kernel *k = t->kernel;
	pid_t pid;

	UNUSED_ARGS;
	rwlock_rdlock(&k->tree_lock);
	pid = t->process->parent ? t->process->parent->pid : 0;
	rwlock_unlock(&k->tree_lock);
	return pid;
}

static long get_number(struct task *t, pid_t pid, bool session)
{
	struct process *p = pid ? process_by_pid(t->kernel, pid) : process_get(t->process);
	struct task *thread;
	long r;

	if (!p && (thread = task_by_tid(t->kernel, pid))) {
		p = process_get(thread->process);
		task_put(thread);
	}
	if (!p)
		return -ESRCH;
	rwlock_rdlock(&t->kernel->tree_lock);
	r = session ? (p->session ? p->session->sid : 0) : p->pgid;
	rwlock_unlock(&t->kernel->tree_lock);
	process_put(p);
	return r;
}

long sys_getpgid(struct task *t, const uint64_t *a)
{
	return get_number(t, (pid_t)a[0], false);
}

long sys_getpgrp(struct task *t, const uint64_t *a)
{
	UNUSED_ARGS;
	return get_number(t, 0, false);
}

long sys_getsid(struct task *t, const uint64_t *a)
{
	return get_number(t, (pid_t)a[0], true);
}

long sys_setpgid(struct task *t, const uint64_t *a)
{
	int err = session_setpgid(t, (pid_t)a[0], (pid_t)a[1]);

	return err < 0 ? err : SYS_CONTINUE;
}

long sys_setsid(struct task *t, const uint64_t *a)
{
	int err = session_setsid(t);

	UNUSED_ARGS;
	return err < 0 ? err : SYS_CONTINUE;
}

/* ---- users and groups ---- */

#define GETTER(name, field)                                                                        \
	long sys_##name(struct task *t, const uint64_t *a)                                         \
	{                                                                                          \
		UNUSED_ARGS;                                                                       \
		return task_cred(t)->field;                                                        \
	}
GETTER(getuid, uid)
GETTER(geteuid, euid)
GETTER(getgid, gid)
GETTER(getegid, egid)

static long three_out(struct task *t, const uint64_t *a, const uint32_t v[3])
{
	for (int i = 0; i < 3; i++)
		if (copy_out_obj(t, a[i], &v[i]) < 0)
			return -EFAULT;
	return 0;
}

long sys_getresuid(struct task *t, const uint64_t *a)
{
	const struct cred *c = task_cred(t);

	return three_out(t, a, (const uint32_t[]){c->uid, c->euid, c->suid});
}

long sys_getresgid(struct task *t, const uint64_t *a)
{
	const struct cred *c = task_cred(t);

	return three_out(t, a, (const uint32_t[]){c->gid, c->egid, c->sgid});
}

/* Installs a changed copy; a change of ids makes the process non-dumpable (prctl(2)). */
static long commit_cred(struct task *t, struct cred *c, int err)
{
	const struct cred *old = task_cred(t);

	if (err < 0) {
		cred_put(c);
		return err;
	}
	if (old->euid != c->euid || old->egid != c->egid || old->fsuid != c->fsuid ||
	    old->fsgid != c->fsgid)
		t->process->dumpable = 0;
	if (old->euid != c->euid || old->egid != c->egid)
		t->pdeath_signal = 0;
	task_set_cred(t, c);
	return 0;
}

#define SETTER(name, call)                                                                         \
	long sys_##name(struct task *t, const uint64_t *a)                                         \
	{                                                                                          \
		struct cred *c = cred_copy(task_cred(t));                                          \
                                                                                                   \
		return c ? commit_cred(t, c, call) : -ENOMEM;                                      \
	}
SETTER(setuid, cred_setuid(c, (uint32_t)a[0]))
SETTER(setgid, cred_setgid(c, (uint32_t)a[0]))
SETTER(setreuid, cred_setreuid(c, (uint32_t)a[0], (uint32_t)a[1]))
SETTER(setregid, cred_setregid(c, (uint32_t)a[0], (uint32_t)a[1]))
SETTER(setresuid, cred_setresuid(c, (uint32_t)a[0], (uint32_t)a[1], (uint32_t)a[2]))
SETTER(setresgid, cred_setresgid(c, (uint32_t)a[0], (uint32_t)a[1], (uint32_t)a[2]))

long sys_setfsuid(struct task *t, const uint64_t *a)
{
	uint32_t old = task_cred(t)->fsuid;
	struct cred *c = cred_copy(task_cred(t));

	if (c) {
		cred_setfsuid(c, (uint32_t)a[0]);
		commit_cred(t, c, 0);
	}
	return old;
}

long sys_setfsgid(struct task *t, const uint64_t *a)
{
	uint32_t old = task_cred(t)->fsgid;
	struct cred *c = cred_copy(task_cred(t));

	if (c) {
		cred_setfsgid(c, (uint32_t)a[0]);
		commit_cred(t, c, 0);
	}
	return old;
}

long sys_getgroups(struct task *t, const uint64_t *a)
{
	const struct cred *c = task_cred(t);
	int size = (int)a[0];

	if (size < 0)
		return -EINVAL;
	if (size > 0) {
		if ((uint32_t)size < c->nr_groups)
			return -EINVAL;
		if (copy_out(t, a[1], c->groups, c->nr_groups * sizeof(uint32_t)) < 0)
			return -EFAULT;
	}
	return c->nr_groups;
}

long sys_setgroups(struct task *t, const uint64_t *a)
{
	_cleanup_free_ uint32_t *groups = NULL;
	uint32_t n = (uint32_t)a[0];
	struct cred *c;

	if (!task_has_cap(t, CAP_SETGID))
		return -EPERM;
	if (n > CRED_MAX_GROUPS)
		return -EINVAL;
	groups = mem_calloc(n ? n : 1, sizeof(*groups));
	c = cred_copy(task_cred(t));
	if (!groups || !c) {
		if (c)
			cred_put(c);
		return -ENOMEM;
	}
	if (n && copy_in(t, groups, a[1], n * sizeof(*groups)) < 0) {
		cred_put(c);
		return -EFAULT;
	}
	return commit_cred(t, c, cred_set_groups(c, groups, n));
}

/* ---- capabilities: kernel/capability.c ---- */

/* The number of 32-bit words of a header's version, or -EINVAL with the version to use written. */
static int cap_words(struct task *t, uaddr_t hdr, struct __user_cap_header_struct *h)
{
	uint32_t preferred = _LINUX_CAPABILITY_VERSION_3;

	if (copy_in_obj(t, h, hdr) < 0)
		return -EFAULT;
	switch (h->version) {
	case _LINUX_CAPABILITY_VERSION_1: return 1;
	case _LINUX_CAPABILITY_VERSION_2:
	case _LINUX_CAPABILITY_VERSION_3: return 2;
	}
	if (copy_out_obj(t, hdr, &preferred) < 0)
		return -EFAULT;
	return -EINVAL;
}

long sys_capget(struct task *t, const uint64_t *a)
{
	struct __user_cap_header_struct h;
	struct __user_cap_data_struct d[2];
	int words = cap_words(t, a[0], &h);
	struct task *target;
	struct cred *c;

	if (words < 0)
		return words == -EINVAL && !a[1] ? 0 : words;
	if (h.pid < 0)
		return -EINVAL;
	target = h.pid ? task_by_tid(t->kernel, h.pid) : task_get(t);
	if (!target)
		return -ESRCH;
	c = task_cred_get(target);
	task_put(target);
	for (int i = 0; i < 2; i++) {
		d[i].effective = (uint32_t)(c->cap_effective >> (32 * i));
		d[i].permitted = (uint32_t)(c->cap_permitted >> (32 * i));
		d[i].inheritable = (uint32_t)(c->cap_inheritable >> (32 * i));
	}
	cred_put(c);
	if (!a[1])
		return 0;
	return copy_out(t, a[1], d, (size_t)words * sizeof(d[0]));
}

static int apply_caps(struct cred *c, uint64_t eff, uint64_t perm, uint64_t inh)
{
	bool may_raise_inh = cred_has_cap(c, CAP_SETPCAP);

	if (!may_raise_inh && (inh & ~(c->cap_inheritable | c->cap_permitted)))
		return -EPERM;
	if (inh & ~(c->cap_inheritable | c->cap_bounding))
		return -EPERM;
	if (perm & ~c->cap_permitted)
		return -EPERM;
	if (eff & ~perm)
		return -EPERM;
	c->cap_effective = eff;
	c->cap_permitted = perm;
	c->cap_inheritable = inh;
	c->cap_ambient &= perm & inh;
	return 0;
}

long sys_capset(struct task *t, const uint64_t *a)
{
	struct __user_cap_header_struct h;
	struct __user_cap_data_struct d[2] = {{0}};
	uint64_t eff, perm, inh, valid = (1ULL << (CAP_LAST_CAP + 1)) - 1;
	int words = cap_words(t, a[0], &h), err;
	struct cred *c;

	if (words < 0)
		return words;
	if (h.pid != 0 && h.pid != t->tid)
		return -EPERM;
	if (copy_in(t, d, a[1], (size_t)words * sizeof(d[0])) < 0)
		return -EFAULT;
	eff = (d[0].effective | (uint64_t)d[1].effective << 32) & valid;
	perm = (d[0].permitted | (uint64_t)d[1].permitted << 32) & valid;
	inh = (d[0].inheritable | (uint64_t)d[1].inheritable << 32) & valid;
	c = cred_copy(task_cred(t));
	if (!c)
		return -ENOMEM;
	err = apply_caps(c, eff, perm, inh);
	return commit_cred(t, c, err);
}
