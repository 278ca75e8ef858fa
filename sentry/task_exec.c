/*
 * sentry/task_exec.c - execve(2), first half: what is executed, and may it be
 *
 * Protocol. The host executes one program only, the stub; arguments and environment are the guest's
 * own pointers, which the host copies (so E2BIG, EFAULT and ENOMEM are its answers).
 *  1. task_exec() resolves the file, follows "#!" lines, decodes the ELF headers, computes the new
 *     credentials, and puts all of it into t->exec_plan. Nothing is changed if that fails.
 *  2. platform->exec_stub() redirects the call to the stub. process->exec_task is t from here on.
 *  3a. The stub's first call: task_exec_commit() (task_exec_stub.c).
 *  3b. Any other trap of that thread means that the host refused: task_exec_failed().
 * On the host, threads of the group end between 2 and 3a, and t gets its leader's tid.
 *
 * One exec at a time in a thread group: on Linux a second one gets EAGAIN when the first has begun to
 * end the other threads. Here it does so from step 2 on.
 *
 * Errors, in Linux's order: the path, the file, the first line or header, the interpreter. An ELF
 * file whose headers pass but whose segments cannot be mapped kills the process by SIGSEGV, after
 * the point of no return.
 *
 * Differences from Linux: bad argv or envp pointers are noticed after a bad file format, not before;
 * capabilities of files are not looked at; set-id bits also count where the fs context is shared
 * with another process; ADDR_NO_RANDOMIZE keeps its effect on the stack of a set-id program; no
 * binfmt_misc.
 *
 * Sources: fs/exec.c, fs/binfmt_script.c, fs/binfmt_elf.c, execve(2).
 */
#include "sentry/task_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/mem.h"
#include "sentry/exec_plan.h"
#include "sentry/fdtable.h"
#include "sentry/loader/plan.h"

/* ---- files ---- */

static int exec_file_open(struct task *t, int dirfd, const char *name, int at_flags,
			  struct exec_file *ret)
{
	struct kstat st;
	struct file *f;
	int err = vfs_open_exec(t, dirfd, name, at_flags, &f);

	if (err < 0)
		return err;
	err = inode_deny_write(f->inode);
	if (err < 0) {
		file_put(f);
		return err;
	}
	/* Who writes to a set-user-ID program takes that bit away: from here on nobody can. */
	err = vfs_getattr(t, &f->path, &st);
	if (err < 0) {
		inode_allow_write(f->inode);
		file_put(f);
		return err;
	}
	*ret = (struct exec_file){.file = f, .st = st, .host_fd = -1};
	return 0;
}

/* A name that did not come from a system call; the empty one is the working directory (EACCES). */
static int open_interp(struct task *t, const char *name, struct exec_file *ret)
{
	return exec_file_open(t, AT_FDCWD, name, AT_EMPTY_PATH, ret);
}

static void exec_file_close(struct exec_file *ef)
{
	struct file *f = TAKE_PTR(ef->file);

	if (ef->host_fd_kind == MMAP_FD_OWNED && ef->host_fd >= 0)
		close(ef->host_fd);
	ef->host_fd = -1;
	if (f) {
		inode_allow_write(f->inode);
		file_put(f);
	}
}

/* The host fd that the stub will map. */
static int exec_file_host_fd(struct exec_file *ef, int err_unmappable)
{
	int err = file_mmap(ef->file, PROT_READ | PROT_EXEC, MAP_PRIVATE, 0,
			    MAX(ef->st.size, (uint64_t)1), &ef->host_fd, &ef->host_fd_kind);

	if (err < 0)
		ef->host_fd = -1;
	return err == -ENODEV ? err_unmappable : err;
}

/* Bytes read, fewer than len only at the end of the file. */
static ssize_t read_all(struct file *f, void *buf, size_t len, int64_t pos)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = kernel_read(f, (char *)buf + done, len - done, pos + (int64_t)done);

		if (n < 0)
			return n;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* As that: the first line, headers and the interpreter's name come from one read of the file. */
static ssize_t read_file(void *ctx, void *buf, size_t len, int64_t pos)
{
	struct exec_file *ef = ctx;
	ssize_t n;

	if (pos < 0 || len > EXEC_HEAD || (uint64_t)pos > EXEC_HEAD - len)
		return read_all(ef->file, buf, len, pos);
	if (!ef->head_len) {
		n = read_all(ef->file, ef->head, EXEC_HEAD, 0);
		if (n < 0)
			return n;
		ef->head_len = (uint16_t)n;
	}
	if (pos >= ef->head_len)
		return 0;
	len = MIN(len, (size_t)(ef->head_len - pos));
	memcpy(buf, ef->head + pos, len);
	return (ssize_t)len;
}

static struct elf_source source_of(struct exec_file *ef)
{
	return (struct elf_source){
		.read = read_file,
		.ctx = ef,
		.size = ef->st.size,
	};
}

/* ---- decoding ---- */

/* What is known about one execve while it is decoded. */
struct decode {
	struct task *t;
	const char *filename; /* as AT_EXECFN shows it */
	char *fd_name;	      /* the filename where it is made of a descriptor */
	bool by_fd;	      /* nothing but the descriptor */
	bool inaccessible;    /* the name will mean nothing to an interpreter: close-on-exec */
	struct script_args args;
	struct elf_image exe, interp;
	struct rtld_patch patch; /* of the interpreter */
	struct exec_plan *plan;
};

/* execveat(2): names relative to a descriptor are shown as /dev/fd/N/name. */
static int name_file(struct decode *d, int dirfd, const char *path)
{
	size_t size = strlen(path) + sizeof("/dev/fd/-2147483648/");

	d->filename = path;
	if (dirfd == AT_FDCWD || path[0] == '/')
		return 0;
	d->fd_name = mem_alloc(size);
	if (!d->fd_name)
		return -ENOMEM;
	d->by_fd = !path[0];
	snprintf(d->fd_name, size, d->by_fd ? "/dev/fd/%d" : "/dev/fd/%d/%s", dirfd, path);
	d->filename = d->fd_name;
	d->inaccessible = fd_get_cloexec(d->t, dirfd) > 0;
	return 0;
}

/* Replaces plan->exe by interpreters as long as it is a script. */
static int follow_scripts(struct decode *d)
{
	struct exec_file *exe = &d->plan->exe;
	struct script_line line = {.interp = ""};

	for (int depth = 0; depth <= SCRIPT_MAX_DEPTH; depth++) {
		char head[SCRIPT_HEAD] = {0}, name[SCRIPT_HEAD];
		ssize_t n = read_file(exe, head, sizeof(head), 0);
		int err;

		if (n < 0)
			return (int)n;
		memcpy(name, line.interp, sizeof(name));
		if (script_parse(head, &line) < 0)
			return 0;
		if (d->inaccessible)
			return -ENOENT;
		err = script_args_push(&d->args, depth ? name : d->filename, &line);
		if (err < 0)
			return err;
		exec_file_close(exe);
		err = open_interp(d->t, line.interp, exe);
		if (err < 0)
			return err;
	}
	return -ELOOP;
}

/* Where somebody wants to see or to judge each call, the dynamic linker makes its own. */
static bool may_patch(const struct task *t)
{
	const struct kernel *k = t->kernel;

	return !k->strace && k->forward == FORWARD_AUDITED && !t->seccomp;
}

static int read_images(struct decode *d)
{
	struct exec_plan *plan = d->plan;
	struct elf_source src = source_of(&plan->exe);
	int err = elf_read_program(&src, &d->exe);

	if (err < 0)
		return err;
	err = exec_file_host_fd(&plan->exe, -ENOEXEC);
	if (err < 0 || !d->exe.has_interp)
		return err;
	err = open_interp(d->t, d->exe.interp, &plan->interp);
	if (err < 0)
		return err;
	src = source_of(&plan->interp);
	err = elf_read_interp(&src, &d->interp);
	if (err < 0)
		return err;
	if (may_patch(d->t))
		rtld_patch_get(d->exe.interp, &plan->interp.st, &d->interp, &src, &d->patch);
	return exec_file_host_fd(&plan->interp, -ELIBBAD);
}

static bool readable(struct task *t, const struct exec_file *ef)
{
	return !ef->file || vfs_permission(t, ef->file->path.mnt, ef->file->inode, MAY_READ) == 0;
}

static int new_cred(struct decode *d)
{
	struct exec_plan *plan = d->plan;
	struct file *f = plan->exe.file;
	struct task *t = d->t;
	const struct kstat *st = &plan->exe.st;

	plan->cred = cred_copy(task_cred(t));
	if (!plan->cred)
		return -ENOMEM;
	plan->unreadable = !readable(t, &plan->exe) || !readable(t, &plan->interp);
	plan->old_cred = cred_get(t->cred);
	plan->no_new_privs = t->no_new_privs;
	return cred_exec(plan->cred, st->mode, st->uid, st->gid, f->path.mnt->flags & MNT_NOSUID,
			 plan->no_new_privs, &plan->secure);
}

/* The name of the task is the last part of the file's, a script's included. */
static void name_task(struct decode *d)
{
	struct exec_plan *plan = d->plan;
	const struct dentry *dentry = plan->exe.file->path.dentry;
	const char *slash = strrchr(d->filename, '/');
	const char *name = slash ? slash + 1 : d->filename;
	size_t len = strlen(name);

	if (d->by_fd) {
		name = dentry->name;
		len = dentry->name_len;
	}
	memcpy(plan->comm, name, MIN(len, sizeof(plan->comm) - 1));
}

static int decode(struct decode *d, int dirfd, const char *path, int at_flags)
{
	struct exec_plan *plan = d->plan;
	struct plan_load req = {
		.exe = &d->exe,
		.args = &d->args,
		.randomise = !(d->t->personality & ADDR_NO_RANDOMIZE),
	};
	int err = exec_file_open(d->t, dirfd, path, at_flags, &plan->exe);

	if (err < 0)
		return err;
	err = name_file(d, dirfd, path);
	if (err < 0)
		return err;
	name_task(d); /* of a script before its interpreter takes its place */
	err = follow_scripts(d);
	if (err < 0)
		return err;
	err = read_images(d);
	if (err < 0)
		return err;
	err = new_cred(d);
	if (err < 0)
		return err;
	req.interp = d->exe.has_interp ? &d->interp : NULL;
	req.patch = &d->patch;
	req.execfn = d->filename;
	req.cred = plan->cred;
	req.secure = plan->secure;
	req.randomise = plan->secure || !(d->t->personality & ADDR_NO_RANDOMIZE);
	return plan_make_load(&req, &plan->block);
}

static struct exec_plan *plan_new(void)
{
	struct exec_plan *plan = mem_zalloc(sizeof(*plan));

	if (plan)
		plan->exe.host_fd = plan->interp.host_fd = -1;
	return plan;
}

void exec_plan_free(struct exec_plan *plan)
{
	if (!plan)
		return;
	exec_file_close(&plan->exe);
	exec_file_close(&plan->interp);
	if (plan->cred)
		cred_put(plan->cred);
	if (plan->old_cred)
		cred_put(plan->old_cred);
	mem_free(plan->block);
	mem_free(plan);
}

static int make_plan(struct task *t, int dirfd, const char *path, int at_flags,
		     struct exec_plan **ret)
{
	/* Two images with names of PATH_MAX: too much for a worker's stack. */
	_cleanup_free_ struct decode *d = mem_zalloc(sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->t = t;
	d->plan = plan_new();
	if (!d->plan)
		return -ENOMEM;
	err = decode(d, dirfd, path, at_flags);
	elf_image_free(&d->exe);
	elf_image_free(&d->interp);
	script_args_free(&d->args);
	mem_free(d->fd_name);
	if (err < 0) {
		exec_plan_free(d->plan);
		return err;
	}
	*ret = d->plan;
	return 0;
}

/* ---- under way ---- */

/* Puts the plan in place; -EAGAIN if another thread of the group is in an exec. -ERESTARTNOINTR: an
 * attachment is under way that may need this worker before it ends. From here on there is no new one to
 * another thread, and t's own end by themselves. -ESRCH: t has ended, by a sibling's exec perhaps, whose
 * program must not find t's under way for ever: nobody would tell us that it is not. */
static int begin(struct task *t, struct exec_plan *plan)
{
	struct process *p = t->process;
	struct kernel *k = t->kernel;
	int err = 0;

	rwlock_wrlock(&k->tree_lock);
	if (list_empty(&t->process_node)) {
		err = -ESRCH;
	} else if (p->exec_task && p->exec_task != t) {
		err = -EAGAIN;
	} else {
		p->exec_task = t;
		if (atomic_load(&p->attachments) == 0) {
			t->exec_plan = plan;
		} else {
			p->exec_task = NULL;
			err = -ERESTARTNOINTR;
		}
	}
	rwlock_unlock(&k->tree_lock);
	return err;
}

static struct exec_plan *withdraw(struct task *t)
{
	struct process *p = t->process;
	struct kernel *k = t->kernel;
	struct exec_plan *plan;

	rwlock_wrlock(&k->tree_lock);
	plan = TAKE_PTR(t->exec_plan);
	if (p->exec_task == t) {
		p->exec_task = NULL;
		atomic_store(&p->exec_going, false);
	}
	rwlock_unlock(&k->tree_lock);
	return plan;
}

void task_exec_failed(struct task *t)
{
	exec_plan_free(withdraw(t));
}

/* Copies that began before see it through; those that come now wait: mem/usermem.c. Attachments to t are
 * just ending: see begin() and platform/notify/attach.c. */
void task_exec_going(struct task *t)
{
	struct process *p = t->process;
	struct kernel *k = t->kernel;

	rwlock_wrlock(&k->tree_lock);
	if (p->exec_task == t) /* else it has been killed */
		atomic_store(&p->exec_going, true);
	rwlock_unlock(&k->tree_lock);
	while (atomic_load(&p->mem_users) > 0 || atomic_load(&p->attachments) > 0)
		sched_yield();
}

long task_exec(struct task *t, int dirfd, const char *path, uaddr_t argv, uaddr_t envp, int flags)
{
	struct exec_plan *plan;
	int err;

	(void)argv; /* the host's to copy: they are in the registers of the call */
	(void)envp;
	if (t->exec_plan) /* of a call that the host refused */
		task_exec_failed(t);
	err = make_plan(t, dirfd, path, flags, &plan);
	if (err < 0)
		return err;
	err = begin(t, plan);
	if (err < 0) {
		exec_plan_free(plan);
		return err;
	}
	err = t->kernel->platform->exec_stub(t, path);
	if (err < 0) {
		task_exec_failed(t);
		return err;
	}
	return SYS_DONE;
}

/* ---- boot ---- */

int exec_plan_for_boot(struct task *init, const struct boot_command *cmd)
{
	struct plan_init req = {
		.path = cmd->path      ? cmd->path
			: cmd->spawner ? ""
				       : cmd->argv[0],
		.argv = cmd->argv,
		.envp = cmd->envp,
		.flags = (cmd->no_init ? STUB_NO_INIT : 0) | (cmd->setsid ? STUB_SETSID : 0) |
			 (cmd->ctty ? STUB_CTTY : 0) | (cmd->spawner ? STUB_SPAWNER : 0),
	};
	struct exec_plan *plan = plan_new();
	int err;

	if (!plan)
		return -ENOMEM;
	plan->boot = true;
	err = plan_make_init(&req, &plan->block);
	if (err < 0) {
		exec_plan_free(plan);
		return err;
	}
	init->kernel->own_init = !cmd->no_init && !cmd->spawner;
	init->exec_plan = plan;
	task_comm_set(init, "init");
	return 0;
}

bool task_exec_is_boot(const struct task *t)
{
	return t->exec_plan && t->exec_plan->boot && !t->in_exec_stub;
}

/* ---- the running program ---- */

/* Cannot fail: the parent's hold keeps writers away. */
void process_exe_inherit(struct process *child, struct process *parent)
{
	mutex_lock(&parent->mu);
	if (parent->exe_held && child->exe.dentry)
		child->exe_held = inode_deny_write(child->exe.dentry->inode) == 0;
	mutex_unlock(&parent->mu);
}

void process_exe_release(struct process *p)
{
	struct inode *in = NULL;

	mutex_lock(&p->mu);
	if (p->exe_held)
		in = inode_get(p->exe.dentry->inode);
	p->exe_held = false;
	mutex_unlock(&p->mu);
	if (in) {
		inode_allow_write(in);
		inode_put(in);
	}
}
