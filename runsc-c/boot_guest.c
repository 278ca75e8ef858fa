/* runsc-c/boot_guest.c - the guest's files, first process and signals at boot, see boot_guest.h */
#include "runsc-c/boot_guest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/dev/devfs.h"
#include "fs/dev/hostfile.h"
#include "fs/devpts/devpts.h"
#include "fs/devpts/hosttty.h"
#include "fs/proc/procfs.h"
#include "fs/sys/sysfs.h"
#include "fs/tmpfs/tmpfs.h"
#include "platform/policy/policy.h"
#include "platform/platform.h"
#include "runsc-c/oci/config.h"
#include "sentry/base/log.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/session.h"
#include "sentry/signal.h"
#include "sentry/task_exec.h"

#define NR_STDIO 3
#define FIRST_KEPT_FD 10

static struct {
	struct stdio {
		int fd; /* our own description where possible; -1: closed */
		bool is_tty;
		dev_t tty;
	} stdio[NR_STDIO];
	bool has_tty;
} guest;

/* ---- standard input, output, error ---- */

/* The same object with a description of our own, whose O_NONBLOCK is nobody else's business. */
static int reopen(int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int keep(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, FIRST_KEPT_FD);
}

static void open_stdio(struct stdio *s, int fd)
{
	int flags = fcntl(fd, F_GETFL), own = -1;
	struct stat st;

	s->fd = -1;
	if (flags < 0 || fstat(fd, &st) < 0)
		return;
	s->is_tty = isatty(fd);
	s->tty = st.st_rdev;
	if (s->is_tty)
		own = reopen(fd, O_RDWR);
	else if (S_ISFIFO(st.st_mode))
		own = reopen(fd, flags & O_ACCMODE);
	s->fd = keep(own >= 0 ? own : fd);
	if (own >= 0)
		close(own);
}

void boot_guest_stdio(struct kernel *k)
{
	(void)k;
	for (int fd = 0; fd < NR_STDIO; fd++)
		open_stdio(&guest.stdio[fd], fd);
}

static void install_stdio(struct kernel *k, struct task *t)
{
	struct file *tty_file = NULL;
	dev_t tty = 0;

	for (int fd = 0; fd < NR_STDIO; fd++) {
		struct stdio *s = &guest.stdio[fd];
		struct file *f = NULL;
		int err;

		if (s->fd < 0)
			continue;
		if (s->is_tty && tty_file && s->tty == tty) {
			f = file_get(tty_file);
			close(s->fd);
			err = 0;
		} else if (s->is_tty && !tty_file) {
			err = hosttty_create(k, s->fd, &f);
			if (err == 0) {
				tty_file = file_get(f);
				tty = s->tty;
				guest.has_tty = true;
			}
		} else {
			err = hostfile_create(k, s->fd, &f);
		}
		if (err < 0)
			boot_fail("cannot pass standard descriptor %d on: %s", fd, strerror(-err));
		err = fd_install_at(t, f, fd, false);
		if (err < 0)
			boot_fail("cannot install standard descriptor %d: %s", fd, strerror(-err));
	}
	if (tty_file)
		file_put(tty_file);
}

/* ---- the tree ---- */

void boot_rootfs_open(struct kernel *k, const struct sandbox_config *cfg)
{
	struct rootfs_error err;

	if (vfs_init(k) < 0) /* asks the host about its memory */
		boot_fail("out of memory");
	if (rootfs_open_fds(&cfg->rootfs, &err) < 0)
		boot_fail("%s", err.text);
}

unsigned int boot_rootfs_groups(const struct sandbox_config *cfg)
{
	unsigned int groups = 0;

	if (rootfs_writes_host())
		groups |= 1u << POLICY_GROUP_WRITABLE;
	if (cfg->platform == &platform_ptrace)
		groups |= 1u << POLICY_GROUP_PTRACE;
	if (rootfs_has_owner())
		groups |= 1u << POLICY_GROUP_OWNER;
	if (cfg->network != INET_OFF)
		groups |= 1u << POLICY_GROUP_NETWORK;
	return groups;
}

static void mount_tree(struct kernel *k, struct path *root, struct path *cwd)
{
	struct rootfs_error err;

	if (tmpfs_init(k) < 0)
		boot_fail("out of memory");
	fs_type_register(k, &proc_fs_type);
	fs_type_register(k, &sysfs_fs_type);
	fs_type_register(k, &devpts_fs_type);
	fs_type_register(k, &devtmpfs_fs_type);
	if (rootfs_mount(k, root, cwd, &err) < 0)
		boot_fail("%s", err.text);
}

/* ---- the first process ---- */

/* Those of config.json; without any the process has none, root or not. */
static void container_caps(struct cred *c, const struct oci_caps *caps)
{
	c->cap_bounding = caps->bounding;
	c->cap_permitted = caps->permitted;
	c->cap_effective = caps->effective & caps->permitted;
	c->cap_inheritable = caps->inheritable;
	c->cap_ambient = caps->ambient & caps->permitted & caps->inheritable;
}

static struct cred *initial_cred(const struct sandbox_config *cfg)
{
	struct cred *c = cred_new();
	uint64_t all = (1ULL << (CAP_LAST_CAP + 1)) - 1;

	if (!c)
		return NULL;
	c->uid = c->euid = c->suid = c->fsuid = cfg->uid;
	c->gid = c->egid = c->sgid = c->fsgid = cfg->gid;
	c->cap_bounding = all;
	if (cfg->uid == 0)
		c->cap_permitted = c->cap_effective = all;
	if (cfg->oci)
		container_caps(c, &cfg->oci->process.caps);
	if (cred_set_groups(c, cfg->groups, cfg->nr_groups) < 0) {
		cred_put(c);
		return NULL;
	}
	return c;
}

static void initial_limits(struct kernel *k, const struct sandbox_config *cfg, struct process *p)
{
	struct rlimit64 *nofile = &p->limits[RLIMIT_NOFILE], *data = &p->limits[RLIMIT_DATA];

	for (int i = 0; i < NR_RLIMITS; i++) {
		struct rlimit r = {RLIM_INFINITY, RLIM_INFINITY};

		getrlimit(i, &r);
		p->limits[i] = (struct rlimit64){r.rlim_cur, r.rlim_max};
	}
	nofile->rlim_max = MIN(MIN(nofile->rlim_max, k->host_nofile), (uint64_t)FDTABLE_MAX);
	nofile->rlim_cur = MIN(nofile->rlim_max, (uint64_t)1024);
	if (cfg->process_memory_limit) { /* as guest_setup.c tells the host */
		data->rlim_max = MIN(data->rlim_max, cfg->process_memory_limit);
		data->rlim_cur = MIN(data->rlim_cur, data->rlim_max);
	}
	p->limits[RLIMIT_CORE] = (struct rlimit64){0, RLIM_INFINITY};
	p->limits[RLIMIT_NPROC] = (struct rlimit64){k->max_tasks, k->max_tasks};
}

static void container_limits(struct kernel *k, const struct oci_process *op, struct process *p)
{
	for (size_t i = 0; i < op->nr_rlimits; i++) {
		const struct oci_rlimit *l = &op->rlimits[i];

		p->limits[l->resource] = (struct rlimit64){l->soft, l->hard};
	}
	p->limits[RLIMIT_NOFILE].rlim_max = MIN(
		MIN(p->limits[RLIMIT_NOFILE].rlim_max, k->host_nofile), (uint64_t)FDTABLE_MAX);
	p->limits[RLIMIT_NOFILE].rlim_cur = MIN(p->limits[RLIMIT_NOFILE].rlim_cur,
						p->limits[RLIMIT_NOFILE].rlim_max);
	p->limits[RLIMIT_NPROC].rlim_max = MIN(p->limits[RLIMIT_NPROC].rlim_max,
					       (uint64_t)k->max_tasks);
	p->limits[RLIMIT_NPROC].rlim_cur = MIN(p->limits[RLIMIT_NPROC].rlim_cur,
					       p->limits[RLIMIT_NPROC].rlim_max);
	if (op->has_oom_score_adj)
		p->oom_score_adj = op->oom_score_adj;
}

static struct task *first_task(struct kernel *k, const struct sandbox_config *cfg, pid_t host_tid,
			       const struct path *root, const struct path *cwd)
{
	struct task_init init = {
		.host_tid = host_tid,
		.host_pid = host_tid,
		.tid = 1,
		.pid = 1,
		.exit_signal = SIGCHLD,
		.cred = initial_cred(cfg),
		.files = fdtable_new(),
		.fs = fs_context_new(root, cwd),
		.mnt_ns = mount_ns_get(k->root_ns),
	};
	struct task *t = NULL;

	if (init.cred && init.files && init.fs)
		t = task_create(k, &init);
	if (!t) {
		boot_fail("out of memory");
		return NULL; /* not reached */
	}
	t->process->session = session_new(1);
	t->process->pgid = 1;
	if (!t->process->session)
		boot_fail("out of memory");
	k->init = t->process;
	initial_limits(k, cfg, t->process);
	if (cfg->oci) {
		const struct oci_process *op = &cfg->oci->process;

		container_limits(k, op, t->process);
		t->no_new_privs = op->no_new_privs;
		(void)fs_set_umask(t->fs, op->has_umask ? op->umask : 022);
	}
	return t;
}

/* ---- is the container's program there? As runc, create tells, not start ---- */

static int try_program(struct task *t, const char *path)
{
	struct file *f;
	int err = vfs_open_exec(t, AT_FDCWD, path, 0, &f);

	if (err == 0)
		file_put(f);
	return err;
}

/* PATH of the container's own environment. */
static int search_program(struct task *t, char *const *env, const char *name)
{
	char path[PATH_MAX];
	int err = -ENOENT;

	for (; *env && strncmp(*env, "PATH=", 5) != 0; env++)
		;
	for (const char *dir = *env ? *env + 5 : ""; *dir;) {
		size_t len = strcspn(dir, ":");
		int n = snprintf(path, sizeof(path), "%.*s/%s", (int)MIN(len, sizeof(path)),
				 len ? dir : ".", name);
		int e = n < (int)sizeof(path) ? try_program(t, path) : -ENAMETOOLONG;

		if (e == 0)
			return 0;
		if (e == -EACCES)
			err = e;
		dir += len + (dir[len] == ':');
	}
	return err;
}

static void check_program(struct task *t, const struct oci_process *p)
{
	const char *name = p->args[0];
	int err = strchr(name, '/') ? try_program(t, name) : search_program(t, p->env, name);

	if (err == -ENOENT && !strchr(name, '/'))
		boot_fail("exec: \"%s\": executable file not found in $PATH", name);
	if (err == -ENOENT)
		boot_fail("exec: \"%s\": stat %s: no such file or directory", name, name);
	if (err == -EACCES)
		boot_fail("exec: \"%s\": permission denied", name);
	if (err < 0)
		boot_fail("exec: \"%s\": %s", name, strerror(-err));
}

void boot_guest_create(struct kernel *k, const struct sandbox_config *cfg, pid_t init_host_tid)
{
	struct boot_command cmd = {
		.argv = (const char *const *)cfg->argv,
		.envp = (const char *const *)cfg->envp,
		.no_init = cfg->no_init,
	};
	struct path root, cwd;
	struct task *t;
	int err;

	mount_tree(k, &root, &cwd);
	t = first_task(k, cfg, init_host_tid, &root, &cwd);
	path_put(&root);
	path_put(&cwd);
	if (cfg->oci)
		check_program(t, &cfg->oci->process);
	install_stdio(k, t);
	cmd.setsid = cmd.ctty = guest.has_tty && guest.stdio[0].is_tty;
	if (cfg->no_init && cmd.ctty)
		hosttty_attach(k, t->process);
	err = exec_plan_for_boot(t, &cmd);
	if (err < 0)
		boot_fail("the command and its environment are too large: %s", strerror(-err));
	task_put(t);
}

/* ---- signals and the end ---- */

static struct process *main_command(struct kernel *k)
{
	struct process *p = NULL;

	rwlock_rdlock(&k->tree_lock);
	if (!k->own_init)
		p = process_get(k->init);
	else if (!list_empty(&k->init->children))
		p = process_get(list_first_entry(&k->init->children, struct process, sibling));
	rwlock_unlock(&k->tree_lock);
	return p;
}

/* A terminal's signals go to the group, as the terminal would have sent them. */
void boot_guest_signal(struct kernel *k, int sig)
{
	struct process *p = main_command(k);

	if (!p || sig < 1 || sig > 64) {
		process_put(p);
		return;
	}
	if (sig == SIGINT || sig == SIGQUIT || sig == SIGHUP)
		signal_send_pgrp(k, p->pgid, sig);
	else if (signal_send_process(p, sig) < 0)
		log_debug("signal %d: the command is gone", sig);
	process_put(p);
}

void boot_guest_winch(struct kernel *k)
{
	if (k->console)
		hosttty_winch(k);
}

void boot_guest_drain(struct kernel *k)
{
	if (k->console)
		hosttty_drain(k, 200);
}
