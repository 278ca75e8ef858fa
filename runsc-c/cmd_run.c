/*
 * runsc-c/cmd_run.c - `sandbox run`: from options to a configuration, and its run
 *
 * What options leave open: the caller's environment, directory and ids are the guest's. A caller that
 * is root reads the host's tree with the rights of nobody (65534), so that root's private files stay
 * private, unless an option shares something that only root may use: then the sentry keeps uid 0,
 * without capabilities.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/platform.h"
#include "runsc-c/cgroup.h"
#include "runsc-c/commands.h"
#include "runsc-c/run_options.h"
#include "runsc-c/sandbox.h"
#include "runsc-c/users.h"
#include "sentry/base/log.h"
#include "sentry/base/strbuf.h"

#define NOBODY 65534U

struct run {
	struct run_options opt;
	struct sandbox_config cfg;
	struct guest_user user;
	struct cgroup cgroup;
	char **envp;
	char cwd[PATH_MAX];
};

/* ---- environment ---- */

static size_t name_length(const char *entry)
{
	return strcspn(entry, "=");
}

static void env_put(char **env, size_t *nr, char *entry)
{
	size_t len = name_length(entry);

	for (size_t i = 0; i < *nr; i++) {
		if (name_length(env[i]) == len && strncmp(env[i], entry, len) == 0) {
			env[i] = entry;
			return;
		}
	}
	env[(*nr)++] = entry;
}

/* The caller's own entry, as NAME=VALUE. */
static char *callers_entry(const char *name)
{
	size_t len = strlen(name);

	for (char **e = environ; e && *e; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			return *e;
	return NULL;
}

static char **build_env(const struct run_options *o)
{
	size_t nr = 0, own = 0;
	char **env;

	while (environ && environ[own])
		own++;
	env = calloc(own + o->nr_env + 1, sizeof(*env));
	if (!env)
		return NULL;
	for (size_t i = 0; i < own && !o->clear_env; i++)
		env_put(env, &nr, environ[i]);
	for (size_t i = 0; i < o->nr_env; i++) {
		char *entry = strchr(o->env[i], '=') ? o->env[i] : callers_entry(o->env[i]);

		if (entry)
			env_put(env, &nr, entry);
	}
	return env;
}

static const char *env_value(char **env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}

/* ---- with whose rights the sentry reads the host's files ---- */

/* May everybody read it? What is not there is reported later. */
static bool is_public(const char *path)
{
	mode_t need;
	struct stat st;

	if (stat(path, &st) < 0)
		return true;
	need = S_ISDIR(st.st_mode) ? S_IROTH | S_IXOTH : S_IROTH;
	return (st.st_mode & need) == need;
}

static void set_reader(struct run *run)
{
	struct rootfs_config *r = &run->cfg.rootfs;

	r->reader_uid = r->owner_uid = geteuid();
	r->reader_gid = r->owner_gid = getegid();
	if (geteuid() == 0 && id_is_mapped("/proc/self/uid_map", NOBODY) &&
	    id_is_mapped("/proc/self/gid_map", NOBODY))
		r->reader_uid = r->reader_gid = NOBODY;
	r->guest_uid = run->user.uid;
	r->guest_gid = run->user.gid;
}

/* ---- the parts of the configuration ---- */

/* An image has directories of its own; so has a host whose current one the sentry may not enter. */
static void set_cwd(struct run *run)
{
	struct rootfs_config *r = &run->cfg.rootfs;

	if (run->opt.cwd) {
		r->cwd = run->opt.cwd;
		r->cwd_asked = true;
		return;
	}
	r->cwd = "/";
	if (r->rootfs || !getcwd(run->cwd, sizeof(run->cwd)) || run->cwd[0] != '/')
		return;
	if (r->reader_uid != geteuid() && !is_public(".") &&
	    (r->overlay != ROOTFS_OVERLAY_NONE || r->readonly)) {
		log_info("%s is private: the command starts in / (--cwd, --bind)", run->cwd);
		return;
	}
	r->cwd = run->cwd;
}

static int set_user(struct run *run, struct option_error *err)
{
	struct option_error why;

	if (!run->opt.user) {
		guest_user_caller(&run->user);
	} else if (guest_user_parse(run->opt.user, run->opt.rootfs.rootfs, &run->user, &why) < 0) {
		return option_fail(err, "--user %s: %s", run->opt.user, why.text);
	}
	run->cfg.uid = run->user.uid;
	run->cfg.gid = run->user.gid;
	run->cfg.groups = run->user.groups;
	run->cfg.nr_groups = run->user.nr_groups;
	return 0;
}

static int open_output(const char *option, const char *path, int flags, struct option_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | flags, 0644);

	if (fd < 0)
		option_fail(err, "%s %s: %s", option, path, strerror(errno));
	return fd;
}

static int set_outputs(struct run *run, struct option_error *err)
{
	const struct run_options *o = &run->opt;
	int fd = -1;

	log_set_level(o->log_level);
	if (o->log_file) {
		fd = open_output("--log-file", o->log_file, 0, err);
		if (fd < 0)
			return -EINVAL;
		log_set_fd(fd);
	}
	run->cfg.strace = o->strace;
	run->cfg.strace_fd = -1;
	if (!o->strace)
		return 0;
	fd = o->strace_file ? open_output("--strace", o->strace_file, O_TRUNC, err)
			    : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	run->cfg.strace_fd = fd;
	return fd < 0 ? -EINVAL : 0;
}

static int set_platform(struct run *run, struct option_error *err)
{
	_cleanup_strbuf_ struct strbuf why;
	const char *name = run->opt.platform;

	strbuf_init(&why, 1024);
	if (!name) {
		run->cfg.platform = platform_choose(&why);
		if (!run->cfg.platform)
			return option_fail(err,
					   "no platform works on this host: %s (see `sandbox "
					   "doctor`)",
					   strbuf_str(&why));
		log_info("platform %s: %s", run->cfg.platform->name, strbuf_str(&why));
		return 0;
	}
	run->cfg.platform = platform_by_name(name);
	if (!run->cfg.platform)
		return option_fail(err, "--platform %s: not in this build", name);
	if (run->cfg.platform->probe && run->cfg.platform->probe(&why) < 0)
		return option_fail(err, "--platform %s: %s", name, strbuf_str(&why));
	return 0;
}

static int fill_config(struct run *run, struct option_error *err)
{
	const struct run_options *o = &run->opt;
	struct sandbox_config *cfg = &run->cfg;
	int r;

	cfg->argv = o->argv;
	cfg->fast_path = o->fast_path;
	cfg->forward = o->forward_none ? FORWARD_NONE : FORWARD_AUDITED;
	cfg->rootfs = o->rootfs;
	cfg->hostname = o->hostname;
	cfg->network = o->network;
	cfg->memory_limit = o->memory;
	cfg->max_tasks = o->pids;
	cfg->timeout_ns = o->timeout_ns;
	cfg->no_init = o->no_init;
	cfg->no_io_uring = o->no_io_uring;
	run->envp = build_env(o);
	if (!run->envp)
		return option_fail(err, "out of memory");
	cfg->envp = run->envp;
	cfg->rootfs.home = env_value(run->envp, "HOME");
	if (cfg->rootfs.home && cfg->rootfs.home[0] != '/')
		cfg->rootfs.home = NULL;
	r = set_outputs(run, err);
	if (r == 0)
		r = set_user(run, err);
	if (r < 0)
		return r;
	set_reader(run);
	set_cwd(run);
	return set_platform(run, err);
}

static void make_cgroup(struct run *run)
{
	const struct run_options *o = &run->opt;

	if (!o->memory && !o->pids)
		return;
	cgroup_make(&run->cgroup, o->memory, o->pids);
	run->cfg.cgroup = &run->cgroup;
	if (!o->memory || run->cgroup.limits[CGROUP_MEMORY])
		return;
	run->cfg.process_memory_limit = o->memory;
	fprintf(stderr, "sandbox run: --memory: no cgroup can be made here, so the limit holds for "
			"each process and for files in memory, not for their sum (see `sandbox "
			"doctor`)\n");
}

static void explain_kills(const struct run *run)
{
	uint64_t kills = cgroup_oom_kills(&run->cgroup);

	if (kills)
		fprintf(stderr,
			"sandbox run: --memory: the limit of %" PRIu64 " MiB was reached, and the "
			"host killed %" PRIu64 " process%s; give more, or run less at a time\n",
			run->opt.memory >> 20, kills, kills == 1 ? "" : "es");
}

static int run_fail(struct run *run, const struct option_error *err)
{
	fprintf(stderr, "sandbox run: %s\n", err->text);
	free(run->envp);
	run_options_free(&run->opt);
	return EXIT_OURS;
}

int cmd_run(int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	struct option_error err;
	int r;

	if (!run) {
		fprintf(stderr, "sandbox run: out of memory\n");
		return EXIT_OURS;
	}
	/* Nothing of the caller's but the standard descriptors comes along. */
	syscall(SYS_close_range, 3, ~0U, 0);
	r = run_options_parse(argc, argv, &run->opt, &err);
	if (r == OPTIONS_HELP) {
		run_options_help(stdout);
		free(run);
		return 0;
	}
	if (r == 0)
		r = fill_config(run, &err);
	if (r < 0) {
		r = run_fail(run, &err);
		free(run);
		return r;
	}
	make_cgroup(run);
	r = sandbox_run(&run->cfg);
	explain_kills(run);
	cgroup_remove(&run->cgroup);
	free(run->envp);
	run_options_free(&run->opt);
	free(run);
	return r;
}
