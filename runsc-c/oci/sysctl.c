/* runsc-c/oci/sysctl.c - linux.sysctl, see sysctl.h */
#include "runsc-c/oci/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runsc-c/oci/config_internal.h"

/* ---- which ---- */

/* "a.b.c" or "a/b/c", whichever separator comes first; the other one is part of a name then. */
static char *path_of(const char *name)
{
	char *path = strdup(name);

	if (!path || name[strcspn(name, "./")] == '/')
		return path;
	for (char *c = path; *c; c++)
		*c = *c == '.' ? '/' : *c == '/' ? '.' : *c;
	return path;
}

static bool is_clean(const char *path)
{
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (*part == '/' || !*part || strncmp(part, "./", 2) == 0 ||
		    strncmp(part, "../", 3) == 0 || strcmp(part, "..") == 0)
			return false;
	}
	return strlen(path) < 200;
}

static bool is_of_ipc(const char *path)
{
	static const char *const names[] = {
		"kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem",
		"kernel/shmall", "kernel/shmmax", "kernel/shmmni", "kernel/shm_rmid_forced"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	return strncmp(path, "fs/mqueue/", 10) == 0;
}

static int check(const struct oci_config *cfg, const char *name, const char *path,
		 struct oci_error *err)
{
	static const char *const what[OCI_NR_NS] = {
		[OCI_NS_IPC] = "ipc", [OCI_NS_NETWORK] = "network", [OCI_NS_UTS] = "uts"};
	enum oci_ns ns;

	if (strcmp(path, "kernel/hostname") == 0)
		return oci_fail(err, -EINVAL,
				"linux.sysctl: \"%.80s\" is not allowed as it conflicts with the "
				"field hostname",
				name);
	if (is_of_ipc(path))
		ns = OCI_NS_IPC;
	else if (strncmp(path, "net/", 4) == 0)
		ns = OCI_NS_NETWORK;
	else if (strcmp(path, "kernel/domainname") == 0)
		ns = OCI_NS_UTS;
	else
		return oci_fail(err, -EINVAL,
				"linux.sysctl: \"%.80s\" is not in a separate kernel namespace",
				name);
	if (!cfg->ns[ns].listed)
		return oci_fail(err, -EINVAL,
				"linux.sysctl: \"%.80s\" is not allowed in the host's %s namespace",
				name, what[ns]);
	return is_clean(path) ? 0
			      : oci_fail(err, -EINVAL, "linux.sysctl: \"%.80s\" is no name", name);
}

int oci_config_sysctl(struct oci_config *cfg, struct json_object *l, struct oci_error *err)
{
	struct json_object *o = NULL;
	int r = oci_json_object(l, "linux", "sysctl", &o, err);

	if (r != 1)
		return r;
	cfg->sysctls = calloc((size_t)json_object_object_length(o) + 1, sizeof(*cfg->sysctls));
	if (!cfg->sysctls)
		return oci_fail(err, -ENOMEM, "linux.sysctl: out of memory");
	json_object_object_foreach(o, name, v)
	{
		struct oci_sysctl *s = &cfg->sysctls[cfg->nr_sysctls];

		if (!json_object_is_type(v, json_type_string))
			return oci_fail(err, -EINVAL, "linux.sysctl.%.80s: must be a string", name);
		s->path = path_of(name);
		s->value = json_object_get_string(v);
		if (!s->path)
			return oci_fail(err, -ENOMEM, "linux.sysctl: out of memory");
		cfg->nr_sysctls++;
		r = check(cfg, name, s->path, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- the network's ---- */

static bool is_the_sentrys(const struct oci_config *cfg, const char *path)
{
	return !cfg->ns[OCI_NS_NETWORK].path &&
	       (strcmp(path, "net/ipv4/ip_unprivileged_port_start") == 0 ||
		strcmp(path, "net/ipv4/ping_group_range") == 0);
}

static int enter(pid_t pid, const char *type, const char *given)
{
	_cleanup_close_ int fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, type);
	fd = open(given ? given : path, O_RDONLY | O_CLOEXEC);
	return fd < 0 || setns(fd, 0) < 0 ? -errno : 0;
}

static int write_setting(const struct oci_sysctl *s)
{
	_cleanup_close_ int fd = -1;
	char path[256];

	snprintf(path, sizeof(path), "/proc/sys/%s", s->path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, s->value, strlen(s->value)) < 0 ? -errno : 0;
}

struct report {
	size_t which; /* nr_sysctls: none, the namespace */
	int err;
};

_Noreturn static void child(const struct oci_config *cfg, pid_t pid, int fd)
{
	struct report r = {.which = cfg->nr_sysctls};

	/* Who is root has the rights over it. */
	if (geteuid() != 0)
		r.err = enter(pid, "user", NULL);
	if (r.err == 0)
		r.err = enter(pid, "net", cfg->ns[OCI_NS_NETWORK].path);
	for (size_t i = 0; r.err == 0 && i < cfg->nr_sysctls; i++) {
		const struct oci_sysctl *s = &cfg->sysctls[i];

		if (strncmp(s->path, "net/", 4) != 0 || is_the_sentrys(cfg, s->path))
			continue;
		r.which = i;
		r.err = write_setting(s);
	}
	_exit(write(fd, &r, sizeof(r)) == sizeof(r) ? 0 : 1);
}

static bool any_of_network(const struct oci_config *cfg)
{
	for (size_t i = 0; i < cfg->nr_sysctls; i++)
		if (strncmp(cfg->sysctls[i].path, "net/", 4) == 0 &&
		    !is_the_sentrys(cfg, cfg->sysctls[i].path))
			return true;
	return false;
}

int oci_sysctl_apply(const struct oci_config *cfg, pid_t pid, struct oci_error *err)
{
	struct report r = {.which = cfg->nr_sysctls, .err = -EIO};
	int fds[2];
	pid_t worker;

	if (!any_of_network(cfg))
		return 0;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return oci_fail_errno(err, -errno, "pipe");
	worker = fork();
	if (worker == 0)
		child(cfg, pid, fds[1]);
	close(fds[1]);
	if (worker > 0) {
		if (read(fds[0], &r, sizeof(r)) != sizeof(r))
			r.err = -EIO;
		while (waitpid(worker, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(fds[0]);
	if (r.err == 0)
		return 0;
	if (r.which >= cfg->nr_sysctls)
		return oci_fail_errno(err, r.err, "linux.sysctl: the network namespace");
	return oci_fail_errno(err, r.err, "linux.sysctl: write \"%.100s\" to /proc/sys/%s",
			      cfg->sysctls[r.which].value, cfg->sysctls[r.which].path);
}
