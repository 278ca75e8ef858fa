/* runsc-c/boot_guest.c - the guest's files, first process and signals at boot, see boot_guest.h */
#include "runsc-c/boot_guest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/dev/devfs.h"
#include "fs/devpts/devpts.h"
#include "fs/devpts/hosttty.h"
#include "fs/hostfs/host_watch.h"
#include "fs/proc/procfs.h"
#include "fs/proc/sysctl.h"
#include "fs/sys/sysfs.h"
#include "fs/tmpfs/tmpfs.h"
#include "platform/policy/policy.h"
#include "platform/platform.h"
#include "runsc-c/oci/config.h"
#include "runsc-c/oci/control.h"
#include "runsc-c/stdio.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/session.h"
#include "sentry/signal.h"
#include "sentry/spawn.h"
#include "sentry/task_exec.h"

#define NR_STDIO 3
#define MAX_PASSED (NR_STDIO + SANDBOX_MAX_PRESERVED)

static struct stdio_fd stdio[MAX_PASSED]; /* descriptors of our own where possible */
static unsigned int nr_passed = NR_STDIO;

/* ---- standard input, output, error ---- */

void boot_guest_stdio(const struct sandbox_config *cfg)
{
	nr_passed = NR_STDIO + MIN(cfg->preserve_fds, (unsigned int)SANDBOX_MAX_PRESERVED);
	for (int fd = 0; fd < (int)nr_passed; fd++) {
		stdio_look(&stdio[fd], stdio_reopen(fd));
		if (fd >= NR_STDIO)
			close(fd);
	}
}

/* The terminal among them, if any, is the console. True: standard input is it. */
static bool make_stdio(struct kernel *k, struct file **files)
{
	bool input = stdio[0].is_tty;
	unsigned int which;
	int err = stdio_files(k, stdio, nr_passed, files, &k->console, &which);

	if (err < 0)
		boot_fail("cannot pass descriptor %u on: %s", which, strerror(-err));
	return input;
}

static bool install_stdio(struct kernel *k, struct task *t)
{
	struct file *files[MAX_PASSED];
	bool input_is_tty = make_stdio(k, files);

	for (int fd = 0; fd < NR_STDIO; fd++) {
		int err = files[fd] ? fd_install_at(t, files[fd], fd, false) : 0;

		if (err < 0)
			boot_fail("cannot install standard descriptor %d: %s", fd, strerror(-err));
	}
	return input_is_tty;
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
	if (rootfs_is_shared()) {
		groups |= 1u << POLICY_GROUP_WATCH;
		host_watch_enable();
	}
	if (rootfs_has_owner())
		groups |= 1u << POLICY_GROUP_OWNER;
	if (cfg->network != INET_OFF)
		groups |= 1u << POLICY_GROUP_NETWORK;
	if (cfg->oci)
		groups |= 1u << POLICY_GROUP_CONTROL;
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

static struct cred *full_cred(void)
{
	struct cred *c = cred_new();

	if (c)
		c->cap_bounding = c->cap_permitted = c->cap_effective =
			(1ULL << (CAP_LAST_CAP + 1)) - 1;
	return c;
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
	return t;
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
	cmd.setsid = cmd.ctty = install_stdio(k, t);
	if (cfg->no_init && cmd.ctty)
		hosttty_attach(k->console, t->process);
	err = exec_plan_for_boot(t, &cmd);
	if (err < 0)
		boot_fail("the command and its environment are too large: %s", strerror(-err));
	task_put(t);
}

/* Those of the network are on the host, too (runsc-c/oci/sysctl.h); what is not shown inside need not be. */
static void set_sysctls(struct kernel *k, const struct oci_config *cfg)
{
	for (size_t i = 0; i < cfg->nr_sysctls; i++) {
		const struct oci_sysctl *s = &cfg->sysctls[i];
		int err = sysctl_set_text(k, s->path, s->value);

		if (err < 0 && !(err == -ENOENT && strncmp(s->path, "net/", 4) == 0))
			boot_fail("linux.sysctl: %s: cannot be set to \"%s\": %s", s->path,
				  s->value, strerror(-err));
	}
}

static char *id_map_text(const struct oci_id_map *map, size_t nr)
{
	size_t size = nr * 40 + 1;
	char *text = nr ? mem_zalloc(size) : NULL;

	for (size_t i = 0, n = 0; text && i < nr; i++)
		n += (size_t)snprintf(text + n, size - n, "%10u %10u %10u\n", map[i].container,
				      map[i].host, map[i].count);
	return text;
}

/* A container: the spawner is what was made in place of the first process. */
void boot_guest_create_container(struct kernel *k, const struct sandbox_config *cfg,
				 pid_t spawner_host_tid, void (*ready)(const char *error))
{
	struct control_first first = {.nr_files = nr_passed, .ready = ready};
	struct file *files[MAX_PASSED];
	struct path root, cwd;
	struct process *spawner;
	struct oci_error why;
	int err;

	mount_tree(k, &root, &cwd);
	set_sysctls(k, cfg->oci);
	k->uid_map = id_map_text(cfg->oci->uids, cfg->oci->nr_uids);
	k->gid_map = id_map_text(cfg->oci->gids, cfg->oci->nr_gids);
	err = spawner_create(k, spawner_host_tid, &root, full_cred(), &spawner);
	if (err < 0)
		boot_fail("cannot make the spawner: %s", strerror(-err));
	path_put(&root);
	path_put(&cwd);
	initial_limits(k, cfg, spawner);
	if (control_pack(&cfg->oci->process, 0, &first.process, &first.size, &why) < 0)
		boot_fail("%s", why.text);
	make_stdio(k, files);
	first.files = files;
	err = control_serve(k, &first);
	if (err < 0)
		boot_fail("cannot serve the control socket: %s", strerror(-err));
}

/* ---- signals and the end ---- */

static struct process *main_command(struct kernel *k)
{
	struct process *p = NULL;

	rwlock_rdlock(&k->tree_lock);
	if (!k->init)
		p = NULL;
	else if (!k->own_init)
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
		hosttty_winch(k->console);
}

void boot_guest_drain(struct kernel *k)
{
	if (k->console)
		hosttty_drain(k->console, 200);
}
