/*
 * fs/proc/pid_mem.c - files that show memory of a process: cmdline, environ, auxv, mem, pagemap
 *
 * Model: memory is read through a living thread of the process, as process_vm_readv(2) would; the
 * right to look was checked at open. Zombies have none: their files are empty.
 *
 * Differences from Linux: mem honours page permissions (a write to read-only memory gives -EIO);
 * pagemap shows no page as present.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fs/proc/proc.h"
#include "fs/proc/procfs.h"
#include "sentry/base/mem.h"
#include "sentry/mem/uio.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

#define ARGS_MAX ((size_t)4 << 20) /* more than this is not shown */

/* Appends [start, end) as far as it can be read. */
static void append_range(struct strbuf *sb, struct task *target, uaddr_t start, uaddr_t end)
{
	char buf[4096];

	if (end < start || end - start > ARGS_MAX)
		end = start + (end < start ? 0 : ARGS_MAX);
	while (start < end) {
		size_t n = MIN(sizeof(buf), (size_t)(end - start));
		ssize_t got = copy_in_partial(target, buf, start, n);

		if (got <= 0)
			return;
		strbuf_append(sb, buf, (size_t)got);
		start += (uaddr_t)got;
	}
}

struct areas {
	uaddr_t arg_start, arg_end, env_start, env_end;
};

static struct task *areas_get(struct proc_pid *pp, struct areas *ret)
{
	struct task *target = proc_pid_task(pp);
	struct process *p = pp->process;

	if (!target)
		return NULL;
	mutex_lock(&p->mu);
	*ret = (struct areas){p->umem_arg_start, p->umem_arg_end, p->umem_env_start,
			      p->umem_env_end};
	mutex_unlock(&p->mu);
	return target;
}

/* A process that wrote over the end of its arguments (setproctitle) shows one string, which may go
 * on into the environment. */
int proc_cmdline_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct areas a;
	struct task *target = areas_get(proc_pid_of(kn), &a);
	const char *nul;
	size_t args;

	(void)t;
	if (!target)
		return proc_pid_gone(proc_pid_of(kn)) ? -ESRCH : 0;
	append_range(sb, target, a.arg_start, a.arg_end);
	args = sb->len;
	if (args && sb->data[args - 1] != '\0') {
		if (a.env_start == a.arg_end)
			append_range(sb, target, a.env_start, MIN(a.env_end, a.env_start + 4096));
		nul = sb->data ? memchr(sb->data, '\0', sb->len) : NULL;
		if (nul && !sb->oom)
			sb->len = (size_t)(nul - sb->data) + 1;
	}
	task_put(target);
	return 0;
}

int proc_environ_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct areas a;
	struct task *target = areas_get(proc_pid_of(kn), &a);

	if (!target)
		return 0;
	/* Again: it may run another program than at the open. */
	if (!t || ptrace_may_access(t, target, false) == 0)
		append_range(sb, target, a.env_start, a.env_end);
	task_put(target);
	return 0;
}

/* The host's copy, which the loader stub has set to the vector that the guest got. */
int proc_auxv_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct proc_pid *pp = proc_pid_of(kn);
	int err = proc_host_text(pp, "auxv", sb);

	(void)t;
	return err == -ESRCH || err == -EACCES ? 0 : err;
}

/* ---- mem ---- */

/* The file stands for the memory of the program that ran at the open: f->data is its number. */
int proc_mem_may_open(struct kernfs_inode *kn, struct task *t, struct file *f)
{
	f->data = (void *)(uintptr_t)atomic_load(&proc_pid_of(kn)->process->program);
	return proc_open_access(kn, t, f);
}

static ssize_t mem_rw(struct file *f, struct uio *u, int64_t *pos, bool write)
{
	struct task *target = proc_pid_task(proc_pid_of(kernfs_of_file(f)));
	unsigned int program = (unsigned int)(uintptr_t)f->data;
	char buf[4096];
	size_t done = 0;
	bool bad_buffer = false;

	if (!target || u->left == 0) {
		task_put(target);
		return 0;
	}
	if (target->in_exec_stub || foreign_program(target) != program) {
		task_put(target);
		return 0; /* that program has ended */
	}
	while (u->left > 0) {
		uaddr_t at = (uaddr_t)*pos + done;
		size_t n = MIN(sizeof(buf), u->left), moved;
		ssize_t got;

		if (!user_range_ok(at, n))
			break;
		if (write) {
			moved = uio_read(u, buf, n);
			bad_buffer = moved == 0;
			got = moved ? foreign_write(target, program, at, buf, moved) : -EFAULT;
			if (got < (ssize_t)moved)
				uio_revert(u, moved - (size_t)MAX(got, (ssize_t)0));
		} else {
			got = foreign_read(target, program, buf, at, n);
			moved = got > 0 ? uio_write(u, buf, (size_t)got) : 0;
			bad_buffer = got > 0 && moved == 0;
			if (got > 0)
				got = (ssize_t)moved;
		}
		if (got <= 0)
			break;
		done += (size_t)got;
		if ((size_t)got < n)
			break;
	}
	task_put(target);
	if (done == 0)
		return bad_buffer ? -EFAULT : -EIO;
	*pos = (int64_t)((uint64_t)*pos + done);
	return (ssize_t)done;
}

static ssize_t mem_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	(void)flags;
	return mem_rw(f, u, pos, false);
}

static ssize_t mem_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	(void)flags;
	return mem_rw(f, u, pos, true);
}

const struct file_ops proc_mem_fops = {
	.read = mem_read,
	.write = mem_write,
	.llseek = kernfs_file_llseek,
};

/* ---- pagemap: nothing is present, as far as the guest may know ---- */

static ssize_t pagemap_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	size_t n;

	(void)f, (void)flags;
	if (*pos % 8 || u->left % 8)
		return -EINVAL;
	if ((uint64_t)*pos / 8 >= USER_ADDR_MAX >> 12)
		return 0;
	n = uio_zero(u, MIN(u->left, (size_t)((USER_ADDR_MAX >> 12) * 8 - (uint64_t)*pos)));
	*pos += (int64_t)n;
	return (ssize_t)n;
}

const struct file_ops proc_pagemap_fops = {
	.read = pagemap_read,
	.llseek = kernfs_file_llseek,
};
