/*
 * sentry/task_exec_stub.c - execve(2), second half: the calls of the stub
 *
 * Model: STUB_HELLO commits the exec (the old program is gone on the host) and hands out the plan;
 * t->in_exec_stub is true from there until the stub's prctl, which ends the load. In that phase the
 * task may make the calls below and no others.
 *
 * Who may say hello: guest code can make any call, and it can jump to the stub's code, which stays
 * mapped. If a guest's execve of a set-user-ID file failed on the host (bad argv) and the guest then
 * said hello, committing would give the credentials to the old program. So the sentry finds out
 * whether the address space is a new one. Where the platform can put a descriptor under the lowest
 * number that is free in the host's table of the process: every program that was loaded has had its
 * file under 0 since, nothing closes it there (sys_close_range() takes care), and all host fds are
 * close-on-exec; so 0 is free after an exec and only then. Else by the host's /proc: the start of code
 * is the stub's until the stub changes it by PR_SET_MM_MAP, which only the stub can do, to a place
 * outside of the stub (stub_prctl()). The calls that reach into another process's memory refuse
 * tasks in the stub phase, so nobody changes that structure between check and use.
 *
 * Failure after the commit: an error from STUB_HELLO makes the stub die by SIGSEGV.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/prctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/aio.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/exec_plan.h"
#include "sentry/fdtable.h"
#include "sentry/hostproc.h"
#include "sentry/keys.h"
#include "sentry/mem/mapnames.h"
#include "sentry/mem/usermem.h"
#include "sentry/sighand.h"
#include "sentry/spawn.h"
#include "sentry/task_exec.h"
#include "sentry/ipc/ipc.h"
#include "sentry/time/posix_timers.h"

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
/* What a set-id program does not take over: include/uapi/linux/personality.h. */
#define PER_CLEAR_ON_SETID                                                                         \
	(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT | MMAP_PAGE_ZERO)
#define STAT_START_CODE 26 /* proc(5), /proc/pid/stat, fields counted from 1 */

static bool in_stub(uint64_t addr)
{
	return addr >= STUB_BASE && addr < STUB_END;
}

/* Has the host just made this address space for the stub? */
bool task_exec_is_fresh(struct task *t)
{
	char buf[1024], *p;
	ssize_t n = hostproc_read(t->kernel, t->process->host_pid, "stat", buf, sizeof(buf));

	if (n < 0)
		return false;
	p = strrchr(buf, ')'); /* ends field 2, which may hold anything */
	for (int field = 2; p && field < STAT_START_CODE; field++)
		p = strchr(p + 1, ' ');
	if (p && in_stub(strtoull(p + 1, NULL, 10)))
		return true;
	/* A guest plays tricks, or the host does not let us see (it shows 0 or 1 then). */
	log_ratelimited(LOG_LEVEL_WARN, "process %d: no exec on the host, start of code: %.20s",
			t->process->pid, p ? p : "?");
	return false;
}

/* ---- commit ---- */

/* An fd table of its own, without what the host fds of the old program were. */
static bool commit_files(struct task *t)
{
	struct fdtable *ft = t->files;

	if (ref_count(&ft->ref) > 1) {
		struct fdtable *own = fdtable_copy(ft, FDTABLE_MAX);

		if (!own)
			return false;
		mutex_lock(&t->mu);
		t->files = own;
		mutex_unlock(&t->mu);
		fdtable_put(t, ft);
		ft = own;
	}
	mutex_lock(&ft->mu);
	for (uint32_t i = 0; i < ft->size; i++) {
		struct fd_slot *slot = &ft->slots[i];

		slot->materialised = slot->lasting = false;
		slot->shown_fd_1 = 0;
	}
	ft->nr_materialised = 0;
	mutex_unlock(&ft->mu);
	fdtable_close_on_exec(t);
	return true;
}

/* commit_creds(): does the process now have authority that its memory must not be exposed with? */
static bool gains_authority(const struct cred *old, const struct cred *new)
{
	return old->euid != new->euid || old->egid != new->egid || old->fsuid != new->fsuid ||
	       old->fsgid != new->fsgid || (new->cap_permitted & ~old->cap_permitted);
}

static void commit_cred(struct task *t, struct exec_plan *plan)
{
	struct process *p = t->process;
	const struct cred *new = plan->cred;
	bool gains = gains_authority(task_cred(t), new);

	if (gains || plan->secure)
		t->pdeath_signal = 0;
	if (new->euid != new->uid || new->egid != new->gid)
		t->personality &= ~(uint64_t)PER_CLEAR_ON_SETID;
	t->personality &= ~(uint64_t)READ_IMPLIES_EXEC;
	mutex_lock(&p->mu);
	p->dumpable = !gains && !plan->unreadable && new->euid == new->uid &&new->egid == new->gid;
	mutex_unlock(&p->mu);
	task_set_cred(t, TAKE_PTR(plan->cred));
}

static void commit_exe(struct process *p, struct exec_plan *plan)
{
	struct path old, exe = plan->exe.file->path;
	bool held;

	/* A hold of its own: the plan's goes with the plan. */
	held = inode_deny_write(exe.dentry->inode) == 0;
	path_get(&exe);
	process_exe_release(p);
	mutex_lock(&p->mu);
	old = p->exe;
	p->exe = exe;
	p->exe_held = held;
	p->umem_arg_start = p->umem_arg_end = p->umem_env_start = p->umem_env_end = 0;
	mutex_unlock(&p->mu);
	if (old.dentry)
		path_put(&old);
}

/* A signal handler can come between the decision about the new credentials and the exec, and give some up
 * that the decision was based on; or a sibling puts t under its filter (SECCOMP_FILTER_FLAG_TSYNC), which
 * a program that gains something must not be under. */
static bool decision_is_old(const struct task *t, const struct exec_plan *plan)
{
	return plan->old_cred != task_cred(t) ||
	       (plan->secure && t->no_new_privs != plan->no_new_privs);
}

void task_exec_commit(struct task *t)
{
	struct exec_plan *plan = t->exec_plan;

	t->in_exec_stub = true;
	if (plan->boot)
		return;
	atomic_store(&t->kernel->command_started, true);
	task_exec_take_leadership(t);
	task_clone_makers_ended(t->process);
	posix_timers_exec(t->process);
	sighand_exec(t->process);
	aio_process_end(t->process);
	keys_exec(t);
	t->process->mm_id = process_share_id(t->kernel);
	t->process->own_gs = false;
	if (t->kernel->platform->exec_committed)
		t->kernel->platform->exec_committed(t);
	t->process->sighand_id = process_share_id(t->kernel);
	ipc_process_exec(t->process);
	t->robust_list = 0;
	if (!commit_files(t) || decision_is_old(t, plan))
		plan->block->mode = STUB_MODE_DIE;
	commit_cred(t, plan);
	commit_exe(t->process, plan);
	task_comm_set(t, plan->comm);
	if (t->process->spawn)
		spawn_exec_done(t);
}

/* ---- the stub's calls ---- */

/* Where the platform does not choose: above those that its way to install them uses itself. */
#define FD_EXE 3
#define FD_INTERP 4

static void record(struct task *t, const struct exec_file *ef)
{
	if (ef->file && ef->host_fd >= 0)
		mapname_record_file(t, ef->host_fd, ef->file);
}

/* Nothing was committed yet. False: it is no new address space. */
static bool begin_by_fd(struct task *t, struct exec_plan *plan)
{
	const struct platform *pf = t->kernel->platform;
	int n = pf->install_lowest(t, plan->boot ? t->kernel->host_dummy_fd : plan->exe.host_fd);

	if (n == 0) {
		plan->block->fd[STUB_BASE_EXE] = 0;
		plan->block->fd[STUB_BASE_INTERP] = 1;
		return true;
	}
	log_ratelimited(LOG_LEVEL_WARN, "process %d: no exec on the host (fd %d)", t->process->pid,
			n);
	if (n > 0)
		pf->install_fd(t, t->kernel->host_dummy_fd, n);
	return false;
}

static long begin_by_proc(struct task *t, struct exec_plan *plan)
{
	const struct platform *pf = t->kernel->platform;
	int err = 0;

	if (!task_exec_is_fresh(t))
		return -ENOSYS;
	task_exec_commit(t);
	if (plan->exe.host_fd >= 0)
		err = pf->install_fd(t, plan->exe.host_fd, FD_EXE);
	if (err == 0 && plan->interp.host_fd >= 0)
		err = pf->install_fd(t, plan->interp.host_fd, FD_INTERP);
	plan->block->fd[STUB_BASE_EXE] = FD_EXE;
	plan->block->fd[STUB_BASE_INTERP] = FD_INTERP;
	return err;
}

static long begin(struct task *t, struct exec_plan *plan)
{
	record(t, &plan->exe);
	record(t, &plan->interp);
	if (!t->kernel->platform->install_lowest)
		return begin_by_proc(t, plan);
	if (!begin_by_fd(t, plan))
		return -ENOSYS;
	task_exec_commit(t);
	return 0;
}

/* The host's PR_SET_MM_MAP counts the program's data against RLIMIT_DATA; Linux does not at an exec. */
static void hide_data(struct task *t, struct stub_plan *block)
{
	struct rlimit64 host;

	if (syscall(SYS_prlimit64, t->process->host_pid, RLIMIT_DATA, NULL, &host) < 0 ||
	    block->end_data - block->start_data > host.rlim_cur)
		block->end_data = block->start_data;
}

/* Over a channel the dynamic linker's own calls cost less. */
static void leave_linker_alone(struct stub_plan *block)
{
	struct stub_op *ops = (struct stub_op *)((char *)block + block->ops);

	for (uint32_t i = 0; i < block->nr_ops; i++)
		if (ops[i].kind == STUB_OP_PATCH)
			ops[i].len = 0;
}

/* May be repeated: with a larger buffer, or because a signal restarted the call. */
static long stub_hello(struct task *t, uaddr_t buf, uint64_t size)
{
	const struct platform *pf = t->kernel->platform;
	struct exec_plan *plan = t->exec_plan;
	long err = 0;

	if (!plan)
		return -ENOSYS;
	if (!t->in_exec_stub)
		err = begin(t, plan);
	if (err < 0 || size < plan->block->size)
		return err < 0 ? err : plan->block->size;
	hide_data(t, plan->block);
	if (pf->exec_planned && plan->block->mode == STUB_MODE_LOAD && !plan->block->fast_size)
		pf->exec_planned(t, plan->block);
	if (plan->block->fast_size)
		leave_linker_alone(plan->block);
	err = copy_out(t, buf, plan->block, plan->block->size);
	if (err < 0)
		return err;
	if (!pf->answer_with_fd || plan->interp.host_fd < 0)
		return plan->block->size;
	pf->answer_with_fd(t, plan->interp.host_fd, plan->block->fd[STUB_BASE_INTERP]);
	return SYS_DONE;
}

/* A program that may be executed and not be read: from now on the guest could map its files with
 * STUB_MAP_DIRECT, what is not loaded of them as well. Their numbers stay in use. */
static void hide_files(struct task *t, const struct exec_plan *plan)
{
	const struct exec_file *files[] = {&plan->exe, &plan->interp};

	for (int i = 0; i < 2; i++)
		if (files[i]->host_fd >= 0)
			t->kernel->platform->install_fd(t, t->kernel->host_dummy_fd,
							plan->block->fd[i]);
}

static void end_phase(struct task *t)
{
	struct exec_plan *plan = TAKE_PTR(t->exec_plan);

	t->in_exec_stub = false;
	exec_plan_free(plan);
}

long stub_mmap(struct task *t, const uint64_t *a)
{
	const struct exec_plan *plan = t->exec_plan;
	const unsigned int allowed = MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_PRIVATE;
	unsigned int flags = (unsigned int)a[3];
	unsigned int fd = (unsigned int)a[4];
	bool channels = plan->block->fast_size && fd == plan->block->fast_fd;
	bool ours = (fd == plan->block->fd[STUB_BASE_EXE] && plan->exe.host_fd >= 0) ||
		    (fd == plan->block->fd[STUB_BASE_INTERP] && plan->interp.host_fd >= 0);

	if (channels && flags == (MAP_SHARED | MAP_FIXED))
		return a[2] == (PROT_READ | PROT_WRITE) ? SYS_CONTINUE : -EINVAL;
	if (!(flags & MAP_PRIVATE) || (a[2] & ~(uint64_t)PROT_ALL))
		return -EINVAL;
	if (!(flags & ~(allowed | MAP_ANONYMOUS)) && (flags & MAP_ANONYMOUS))
		return SYS_CONTINUE;
	if (flags & ~allowed)
		return -EINVAL;
	return ours ? SYS_CONTINUE : -EBADF;
}

/* Only PR_SET_MM_MAP; the last call of the phase, while nobody else reaches into that memory: the host
 * reads the structure once more. */
long stub_prctl(struct task *t, const uint64_t *a)
{
	struct process *p = t->process;
	struct prctl_mm_map mm;

	if (!t->in_exec_stub)
		return -EPERM;
	if ((int)a[0] != PR_SET_MM)
		return -EINVAL;
	if (a[1] != PR_SET_MM_MAP || a[3] != sizeof(mm) || a[4] != 0)
		return -EPERM;
	if (copy_in_obj(t, &mm, a[2]) < 0)
		return -EFAULT;
	if (in_stub(mm.start_code) || mm.exe_fd != (uint32_t)-1)
		return -EPERM;
	mutex_lock(&p->mu);
	p->umem_arg_start = mm.arg_start;
	p->umem_arg_end = mm.arg_end;
	p->umem_env_start = mm.env_start;
	p->umem_env_end = mm.env_end;
	mutex_unlock(&p->mu);
	if (t->exec_plan->unreadable)
		hide_files(t, t->exec_plan);
	if (t->kernel->platform->exec_loaded)
		t->kernel->platform->exec_loaded(t);
	end_phase(t);
	return SYS_CONTINUE;
}

/* ---- the command of the sandbox ---- */

/* Only before the first program of the guest, from the process that was to become it. */
static bool is_command_to_be(const struct task *t)
{
	struct kernel *k = t->kernel;
	struct process *parent;

	if (atomic_load(&k->command_started))
		return false;
	if (t->process == k->init)
		return true;
	parent = process_parent(t->process);
	process_put(parent);
	return k->own_init && parent == k->init;
}

/* Why it may be, and what to do about it, as the errno alone says too little. */
static const char *exec_advice(struct task *t, const char *name, int err)
{
	struct path p;

	switch (err) {
	case ENOENT:
		if (!strchr(name, '/'))
			return "it is in no directory of PATH in the sandbox";
		if (path_lookup(t, AT_FDCWD, name, LOOKUP_FOLLOW, &p) < 0)
			return "the sandbox shows no such file (--bind and --rootfs show more)";
		path_put(&p);
		return "the file is there, but not the interpreter that it names (after #!, or "
		       "its dynamic loader)";
	case EAGAIN: return "the limit of --pids, or one of the host, leaves no process for it";
	case EACCES:
		return "it is not executable for the user inside (chmod +x, --user), or is no "
		       "regular file";
	case ENOEXEC: return "it is neither a program for this machine nor a script";
	default: return NULL;
	}
}

static long stub_exec_failed(struct task *t, int err, uaddr_t name_addr)
{
	const char *advice;
	char name[256];

	if (t->process->spawn)
		return spawn_exec_failed(t, err);
	if (!is_command_to_be(t))
		return -ENOSYS;
	if (copy_in_str(t, name, name_addr, sizeof(name)) < 0)
		strcpy(name, "?");
	advice = exec_advice(t, name, err);
	for (char *p = name; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (err <= 0 || err > 4095)
		err = EINVAL;
	dprintf(STDERR_FILENO, "sandbox: cannot run '%s': %s%s%s\n", name, strerror(err),
		advice ? "; " : "", advice ? advice : "");
	return 0;
}

static long stub_init_exit(struct task *t, int status)
{
	struct kernel *k = t->kernel;

	if (!k->own_init || t->process != k->init || t->process->has_execed)
		return -ENOSYS;
	atomic_store(&k->exit_status, status);
	return 0;
}

/* Nothing is believed or done: a guest may say so too. */
static long stub_failed(const struct task *t, const uint64_t *a)
{
	log_ratelimited(LOG_LEVEL_WARN,
			"process %d: loading a program has failed at step %u, address %#" PRIx64
			", errno %d%s",
			t->process->pid, (unsigned int)a[0], a[2], (int)a[1],
			t->in_exec_stub ? "" : " (it was loading none)");
	return 0;
}

static long stub_phase_call(struct task *t)
{
	const uint64_t *a = t->call.args;

	switch (t->call.nr) {
	case SYS_mmap: return stub_mmap(t, a);
	case SYS_prctl: return stub_prctl(t, a);
	case SYS_mprotect:
		return a[2] & ~(uint64_t)(PROT_ALL | PROT_GROWSDOWN) ? -EINVAL : SYS_CONTINUE;
	case SYS_madvise:
	case SYS_rt_sigaction: /* of the stub alone, which has read the plan */
		return t->exec_plan->block->fast_size ? SYS_CONTINUE : -ENOSYS;
	case SYS_munmap:
	case SYS_restart_syscall: return SYS_CONTINUE;
	default: return -ENOSYS;
	}
}

long stub_call(struct task *t)
{
	const uint64_t *a = t->call.args;

	switch (t->call.nr) {
	case STUB_HELLO: return stub_hello(t, a[0], a[1]);
	case STUB_EXEC_FAILED: return stub_exec_failed(t, (int)a[0], a[1]);
	case STUB_INIT_EXIT: return stub_init_exit(t, (int)a[0]);
	case STUB_FAILED: return stub_failed(t, a);
	case STUB_SPAWN: return spawn_stub_spawn(t);
	case STUB_SPAWNED: return spawn_stub_spawned(t);
	default: return t->in_exec_stub ? stub_phase_call(t) : -ENOSYS;
	}
}
