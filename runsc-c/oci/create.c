/*
 * runsc-c/oci/create.c - from a bundle to a sandbox that waits for its start, see container.h
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/platform.h"
#include "runsc-c/oci/container.h"
#include "runsc-c/oci/cgroup.h"
#include "runsc-c/oci/console.h"
#include "runsc-c/oci/control.h"
#include "runsc-c/oci/hooks.h"
#include "runsc-c/oci/json.h"
#include "runsc-c/oci/namespaces.h"
#include "runsc-c/oci/sysctl.h"
#include "runsc-c/sandbox.h"
#include "runsc-c/users.h"
#include "sentry/base/log.h"
#include "sentry/base/strbuf.h"
#include "sentry/host_oom.h"

#define NOBODY 65534U
#define CONFIG_COPY "config.json"

struct creation {
	const struct oci_create_options *o;
	struct oci_config config;
	struct oci_dir dir;
	struct oci_state st;
	struct sandbox_config sc;
	struct sandbox_process sentry; /* pid 0: none yet */
	struct sandbox_container_fds fds;
	struct oci_resources resources;
	struct utsname uts;
};

/* ---- the bundle ---- */

static int load_config(struct creation *c, char **ret_text, struct oci_error *err)
{
	const char *dir = c->o->bundle ? c->o->bundle : ".";
	char bundle[PATH_MAX], path[PATH_MAX + 16];
	char *text;
	int e;

	if (!realpath(dir, bundle))
		return oci_fail_errno(err, -errno, "--bundle: %s", dir);
	snprintf(path, sizeof(path), "%s/config.json", bundle);
	text = oci_read_file(AT_FDCWD, path, err);
	if (!text && err->err == -ENOENT)
		return oci_fail(err, -ENOENT, "JSON specification file %s not found", path);
	if (!text)
		return err->err;
	e = oci_config_parse(text, bundle, &c->config, err);
	if (e < 0)
		free(text);
	else
		*ret_text = text;
	return e;
}

/* ---- the sandbox's configuration ---- */

static int choose_platform(struct creation *c, struct oci_error *err)
{
	_cleanup_strbuf_ struct strbuf why;
	const char *name = oci_globals.platform;

	strbuf_init(&why, 1024);
	c->sc.platform = name ? platform_by_name(name) : platform_choose(&why);
	if (!c->sc.platform)
		return oci_fail(err, -ENOSYS,
				"no platform works on this host: %s (see `sandbox "
				"doctor`)",
				name ? "there is none of the name in --platform"
				     : strbuf_str(&why));
	return 0;
}

static int choose_network(struct creation *c, struct oci_error *err)
{
	const struct oci_namespace *ns = &c->config.ns[OCI_NS_NETWORK];

	c->fds.netns = -1;
	c->sc.network = ns->listed && !ns->path ? INET_OWN : INET_HOST;
	if (!ns->path)
		return 0;
	c->fds.netns = oci_ns_open(&c->config, OCI_NS_NETWORK, err);
	return c->fds.netns < 0 ? c->fds.netns : 0;
}

/* A name that is not given is the namespace's: the host's where none is listed. */
static int choose_names(struct creation *c, struct oci_error *err)
{
	const struct oci_namespace *ns = &c->config.ns[OCI_NS_UTS];
	struct sandbox_config *sc = &c->sc;
	int e;

	sc->hostname = c->config.hostname ? c->config.hostname : "localhost";
	sc->domainname = c->config.domainname;
	if (ns->listed && !ns->path)
		return 0;
	e = oci_ns_names(&c->config, &c->uts, err);
	if (e < 0)
		return e;
	if (!c->config.hostname)
		sc->hostname = c->uts.nodename;
	if (!sc->domainname)
		sc->domainname = c->uts.domainname;
	return 0;
}

/* Those that are not used must be what they are said to be, too. */
static int check_namespaces(struct creation *c, struct oci_error *err)
{
	static const enum oci_ns unused[] = {OCI_NS_IPC, OCI_NS_CGROUP, OCI_NS_TIME};

	for (size_t i = 0; i < ARRAY_SIZE(unused); i++) {
		_cleanup_close_ int fd = -1;

		if (!c->config.ns[unused[i]].path)
			continue;
		fd = oci_ns_open(&c->config, unused[i], err);
		if (fd < 0)
			return fd;
	}
	return 0;
}

static int open_outputs(struct creation *c, struct oci_error *err)
{
	const char *file = oci_globals.debug_log;

	c->sc.log_fd = -1;
	if (file)
		c->sc.log_fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY,
				    0600);
	if (file && c->sc.log_fd < 0)
		return oci_fail_errno(err, -errno, "--debug-log: %s", file);
	log_set_fd(c->sc.log_fd); /* standard error is the container's */
	c->sc.strace_fd = -1;
	c->sc.strace = oci_globals.strace != NULL;
	if (!c->sc.strace)
		return 0;
	c->sc.strace_fd = open(oci_globals.strace,
			       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
	return c->sc.strace_fd < 0 ? oci_fail_errno(err, -errno, "--strace: %s", oci_globals.strace)
				   : 0;
}

static void set_reader(struct rootfs_config *r)
{
	r->reader_uid = r->owner_uid = geteuid();
	r->reader_gid = r->owner_gid = getegid();
	if (geteuid() == 0 && id_is_mapped("/proc/self/uid_map", NOBODY) &&
	    id_is_mapped("/proc/self/gid_map", NOBODY))
		r->reader_uid = r->reader_gid = NOBODY;
}

static enum fast_mode fast_path(void)
{
	const char *mode = oci_globals.fast_path;

	if (mode && strcmp(mode, "off") == 0)
		return FAST_OFF;
	return mode && strcmp(mode, "always") == 0 ? FAST_ALWAYS : FAST_AUTO;
}

static int fill_sandbox(struct creation *c, struct oci_error *err)
{
	const struct oci_process *p = &c->config.process;
	struct sandbox_config *sc = &c->sc;
	int e;

	sc->oci = &c->config;
	sc->preserve_fds = c->o->preserve_fds;
	sc->argv = p->args;
	sc->envp = p->env;
	sc->fast_path = fast_path();
	sc->uid = p->uid;
	sc->gid = p->gid;
	sc->groups = p->groups;
	sc->nr_groups = p->nr_groups;
	sc->no_init = true;
	sc->rootfs.oci = &c->config;
	sc->rootfs.rootfs = c->config.rootfs;
	sc->rootfs.overlay = ROOTFS_OVERLAY_NONE;
	sc->rootfs.cwd = p->cwd;
	sc->rootfs.cwd_asked = true;
	sc->rootfs.guest_uid = p->uid;
	sc->rootfs.guest_gid = p->gid;
	set_reader(&sc->rootfs);
	e = choose_platform(c, err);
	if (e == 0)
		e = check_namespaces(c, err);
	if (e == 0)
		e = choose_names(c, err);
	if (e == 0)
		e = choose_network(c, err);
	return e < 0 ? e : open_outputs(c, err);
}

/* ---- the state ---- */

static char *now_text(void)
{
	struct timespec ts;
	struct tm tm;
	char day[32], text[64];

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%09ldZ", day, ts.tv_nsec);
	return strdup(text);
}

static char *owner_name(void)
{
	char text[24];

	if (geteuid() == 0)
		return strdup("root");
	snprintf(text, sizeof(text), "%u", geteuid());
	return strdup(text);
}

static int first_state(struct creation *c, const char *text, struct oci_error *err)
{
	struct json_object *notes;
	int e;

	c->st = (struct oci_state){
		.id = strdup(c->o->id),
		.bundle = strdup(c->config.bundle),
		.rootfs = strdup(c->config.rootfs),
		.created = now_text(),
		.owner = owner_name(),
		.creator = getpid(),
		.creator_start = oci_process_start(getpid()),
		.systemd_cgroup = oci_globals.systemd_cgroup,
	};
	if (json_object_object_get_ex(c->config.json, "annotations", &notes) && notes)
		c->st.annotations = strdup(json_object_to_json_string_ext(
			notes, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	e = oci_file_replace(c->dir.fd, CONFIG_COPY, CONFIG_COPY ".new", 0600, text);
	if (e < 0)
		return oci_fail_errno(err, e, "write %s/%s", c->dir.path, CONFIG_COPY);
	e = oci_globals.no_cgroup ? 0 : oci_cgroup_choose(&c->st, c->config.cgroups_path, err);
	return e < 0 ? e : oci_state_store(&c->dir, &c->st, err);
}

/* ---- the sentry ---- */

/* Before it goes on: it has no right to less than it inherits, sentry/host_oom.h. */
static void set_oom_score(const struct creation *c)
{
	const struct oci_process *p = &c->config.process;
	char path[64], text[16];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", c->sentry.pid);
	snprintf(text, sizeof(text), "%d",
		 host_oom_wanted(p->has_oom_score_adj ? p->oom_score_adj : 0));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		(void)!write(fd, text, strlen(text)); /* the sentry looks at what it has */
}

static int spawn(struct creation *c, struct oci_error *err)
{
	char text[512];
	int e;

	const struct oci_process *p = &c->config.process;

	c->fds.console = -1;
	if (c->o->console_socket) {
		c->fds.console = oci_console_send(c->o->console_socket, p->rows, p->cols, err);
		if (c->fds.console < 0)
			return c->fds.console;
	}
	c->fds.listener = control_listen(c->dir.fd);
	if (c->fds.listener < 0)
		return oci_fail_errno(err, c->fds.listener, "make %s/%s", c->dir.path,
				      OCI_CONTROL_SOCKET);
	e = sandbox_spawn(&c->sc, &c->fds, &c->sentry, text, sizeof(text));
	if (e < 0)
		c->sentry.pid = 0;
	close(c->fds.listener);
	if (c->fds.console >= 0)
		close(c->fds.console);
	if (e < 0)
		return oci_fail(err, e, "unable to start container process: %s", text);
	set_oom_score(c);
	c->st.pid = c->sentry.pid;
	c->st.pid_start = oci_process_start(c->sentry.pid);
	return oci_state_store(&c->dir, &c->st, err);
}

/* ---- the cgroup ---- */

static int parse_resources(struct creation *c, struct oci_error *err)
{
	struct json_object *linux_part = NULL, *o = NULL;
	int r = oci_json_object(c->config.json, "", "linux", &linux_part, err);

	if (r == 1)
		r = oci_json_object(linux_part, "linux", "resources", &o, err);
	if (r == 1)
		r = oci_resources_parse(o, "linux.resources", &c->resources, err);
	if (r < 0)
		return r;
	/* What guests are told and held to by the sentry itself. */
	if (c->resources.given[OCI_MEMORY_LIMIT] && c->resources.value[OCI_MEMORY_LIMIT] > 0)
		c->sc.memory_limit = (uint64_t)c->resources.value[OCI_MEMORY_LIMIT];
	if (c->resources.given[OCI_PIDS_LIMIT] && c->resources.value[OCI_PIDS_LIMIT] > 0)
		c->sc.max_tasks = (uint32_t)MIN(c->resources.value[OCI_PIDS_LIMIT],
						(int64_t)UINT32_MAX);
	return 0;
}

static int make_cgroup(struct creation *c, struct oci_error *err)
{
	int e = 0;

	if (oci_globals.no_cgroup)
		return 0;
	e = oci_cgroup_make(&c->st, c->config.cgroups_path, err);
	if (e == 0)
		e = oci_cgroup_apply(&c->st, &c->resources, err);
	return e;
}

static int join_cgroup(struct creation *c, struct oci_error *err)
{
	int e = oci_cgroup_join(&c->st, c->sentry.pid, err);

	if (e == 0 && c->sentry.broker > 0)
		e = oci_cgroup_join(&c->st, c->sentry.broker, err);
	return e;
}

/* ---- the end of create ---- */

/* The sentry's report of its start. */
static int wait_ready(struct creation *c, struct oci_error *err)
{
	struct sandbox_status st;
	int status;
	ssize_t n;

	if (write(c->sentry.go, "", 1) != 1)
		return oci_fail(err, -EIO, "unable to start container process: it is gone");
	do
		n = read(c->sentry.status, &st, sizeof(st));
	while (n < 0 && errno == EINTR);
	if (n == sizeof(st) && st.ready)
		return 0;
	if (n == sizeof(st))
		return oci_fail(err, -EIO, "unable to start container process: %.*s",
				(int)sizeof(st.text), st.text);
	while (waitpid(c->sentry.pid, &status, 0) < 0 && errno == EINTR)
		;
	c->sentry.pid = 0;
	if (WIFSIGNALED(status))
		return oci_fail(
			err, -EIO,
			"unable to start container process: the sentry was killed by signal "
			"%d (%s)",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	return oci_fail(err, -EIO, "unable to start container process: the sentry ended");
}

static int run_create_hooks(struct creation *c, struct oci_error *err)
{
	int e = oci_hooks_run(&c->config, OCI_HOOK_PRESTART, &c->st, OCI_CREATING, err);

	if (e == 0)
		e = oci_hooks_run(&c->config, OCI_HOOK_CREATE_RUNTIME, &c->st, OCI_CREATING, err);
	return e < 0 ? e : oci_hooks_run_in_namespaces(&c->config, &c->st, err);
}

static void undo(struct creation *c)
{
	struct oci_error ignored;

	if (c->sentry.pid > 0) {
		kill(c->sentry.pid, SIGKILL);
		while (waitpid(c->sentry.pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (c->sentry.broker > 0) {
		kill(c->sentry.broker, SIGKILL);
		while (waitpid(c->sentry.broker, NULL, 0) < 0 && errno == EINTR)
			;
	}
	(void)!oci_cgroup_remove(&c->st, &ignored);
	if (c->st.pid)
		oci_hooks_run_all(&c->config, OCI_HOOK_POSTSTOP, &c->st, OCI_STOPPED);
	oci_dir_remove(&c->dir);
}

static int set_up(struct creation *c, const char *text, struct oci_error *err)
{
	int e = first_state(c, text, err);

	if (e == 0)
		e = make_cgroup(c, err);
	if (e == 0)
		e = spawn(c, err);
	if (e == 0)
		e = join_cgroup(c, err);
	if (e == 0)
		e = oci_sysctl_apply(&c->config, c->st.pid, err);
	if (e == 0)
		e = run_create_hooks(c, err);
	if (e == 0)
		e = wait_ready(c, err);
	if (e < 0)
		return e;
	c->st.ready = true;
	e = oci_state_store(&c->dir, &c->st, err);
	return e < 0 ? e : oci_write_pid_file(c->o->pid_file, c->st.pid, err);
}

int oci_create(const struct oci_create_options *o, pid_t *ret_pid, struct oci_error *err)
{
	struct creation *c = calloc(1, sizeof(*c));
	char *text = NULL;
	int e;

	if (!c)
		return oci_fail(err, -ENOMEM, "out of memory");
	c->o = o;
	e = oci_check_id(o->id, err);
	if (e == 0)
		e = load_config(c, &text, err);
	if (e == 0)
		e = oci_console_check(c->config.process.terminal, !o->foreground, o->console_socket,
				      err);
	if (e == 0)
		e = fill_sandbox(c, err);
	if (e == 0)
		e = parse_resources(c, err);
	if (e == 0 && c->config.seccomp_json)
		e = oci_seccomp_compile(c->config.seccomp_json, &c->config.seccomp, err);
	if (e == 0)
		e = oci_dir_make(oci_globals.root, o->id, &c->dir, err);
	if (e == 0) {
		e = set_up(c, text, err);
		if (e < 0)
			undo(c);
		else
			oci_dir_close(&c->dir);
	}
	if (ret_pid)
		*ret_pid = c->st.pid;
	free(text);
	oci_state_free(&c->st);
	oci_config_free(&c->config);
	free(c->resources.raw);
	free(c);
	return e;
}
