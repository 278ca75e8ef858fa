/*
 * runsc-c/oci/config_linux.c - config.json: the object "linux"
 *
 * Namespaces: the sandbox always makes pid, mount, ipc, uts, user and cgroup namespaces of its own,
 * and what a guest sees of them is the sentry's; so a list without one of them is warned about where
 * it would show (pid, ipc, uts shared with the host), and a path is refused unless it is the network's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runsc-c/oci/config_internal.h"

/* ---- namespaces ---- */

static const char *const ns_names[OCI_NR_NS] = {
	[OCI_NS_PID] = "pid",	    [OCI_NS_NETWORK] = "network", [OCI_NS_MOUNT] = "mount",
	[OCI_NS_IPC] = "ipc",	    [OCI_NS_UTS] = "uts",	  [OCI_NS_USER] = "user",
	[OCI_NS_CGROUP] = "cgroup", [OCI_NS_TIME] = "time",
};

/* The engines of Kubernetes say so of every container: theirs share namespaces without being asked to. */
static bool is_in_pod(const struct oci_config *cfg)
{
	static const char *const names[] = {"io.kubernetes.cri.container-type",
					    "io.kubernetes.cri-o.ContainerType"};
	struct json_object *notes, *v;

	if (!json_object_object_get_ex(cfg->json, "annotations", &notes) ||
	    !json_object_is_type(notes, json_type_object))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (json_object_object_get_ex(notes, names[i], &v))
			return true;
	return false;
}

static int judge_path(const struct oci_config *cfg, const char *where, enum oci_ns i,
		      struct oci_error *err)
{
	const char *type = ns_names[i], *path = cfg->ns[i].path;

	if (i == OCI_NS_PID || i == OCI_NS_MOUNT || i == OCI_NS_USER)
		return oci_fail(
			err, -EINVAL,
			"%s.path: joining a %s namespace (%.200s) is not possible: a sandbox "
			"has a kernel of its own",
			where, type, path);
	if (i == OCI_NS_IPC && !is_in_pod(cfg))
		return oci_fail(err, -EINVAL,
				"%s.path: joining an ipc namespace (%.200s) is not possible: a "
				"sandbox has System V objects and message queues of its own; POSIX "
				"shared memory and semaphores are shared by a volume on /dev/shm",
				where, path);
	if (i == OCI_NS_IPC)
		oci_warn("%s.path: %s: System V objects and message queues are not shared with the "
			 "pod, /dev/shm is",
			 where, path);
	if (i == OCI_NS_CGROUP || i == OCI_NS_TIME)
		oci_warn("%s.path: %s: not joined, the sandbox has a %s namespace of its own",
			 where, path, type);
	return 0;
}

static int parse_namespace(struct json_object *o, const char *where, struct oci_config *cfg,
			   struct oci_error *err)
{
	const char *type = "", *path = NULL;
	int r = oci_json_string(o, where, "type", &type, err), i;

	if (r >= 0)
		r = oci_json_string(o, where, "path", &path, err);
	if (r < 0)
		return r;
	for (i = 0; i < OCI_NR_NS && strcmp(type, ns_names[i]) != 0; i++)
		;
	if (i == OCI_NR_NS)
		return oci_fail(err, -EINVAL, "%s.type: \"%.40s\": no such namespace", where, type);
	if (cfg->ns[i].listed)
		return oci_fail(err, -EINVAL, "%s.type: %s is there twice", where, type);
	if (path && !*path)
		path = NULL;
	if (path && path[0] != '/')
		return oci_fail(err, -EINVAL, "%s.path: \"%.200s\" must be absolute", where, path);
	cfg->ns[i] = (struct oci_namespace){.listed = true, .path = path};
	return path ? judge_path(cfg, where, (enum oci_ns)i, err) : 0;
}

static int parse_namespaces(struct json_object *l, struct oci_config *cfg, struct oci_error *err)
{
	struct json_object *list = NULL;
	char where[48];
	int r = oci_json_array(l, "linux", "namespaces", &list, err);

	for (size_t i = 0; r == 1 && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		int e;

		snprintf(where, sizeof(where), "linux.namespaces[%zu]", i);
		if (!json_object_is_type(o, json_type_object))
			return oci_fail(err, -EINVAL, "%s: must be an object", where);
		e = parse_namespace(o, where, cfg, err);
		if (e < 0)
			return e;
	}
	for (int i = 0; r >= 0 && i < OCI_NR_NS; i++)
		if (!cfg->ns[i].listed && (i == OCI_NS_PID || i == OCI_NS_IPC))
			oci_warn(
				"linux.namespaces: %s is not listed; the host's is not shared: the "
				"sandbox has its own",
				ns_names[i]);
	return r < 0 ? r : 0;
}

/* ---- id maps ---- */

static int parse_id_maps(struct json_object *l, const char *name, struct oci_id_map **ret,
			 size_t *ret_n, struct oci_error *err)
{
	struct json_object *list = NULL;
	char where[48];
	int r = oci_json_array(l, "linux", name, &list, err);
	size_t n;

	if (r != 1)
		return r;
	n = json_object_array_length(list);
	if (n > OCI_MAX_ID_MAPS)
		return oci_fail(err, -EINVAL, "linux.%s: %zu entries; at most %d", name, n,
				OCI_MAX_ID_MAPS);
	*ret = calloc(n + 1, sizeof(**ret));
	if (!*ret)
		return oci_fail(err, -ENOMEM, "linux.%s: out of memory", name);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		uint64_t inside = 0, outside = 0, count = 0;

		snprintf(where, sizeof(where), "linux.%s[%zu]", name, i);
		r = oci_json_u64(o, where, "containerID", UINT32_MAX, &inside, err);
		if (r >= 0)
			r = oci_json_u64(o, where, "hostID", UINT32_MAX, &outside, err);
		if (r >= 0)
			r = oci_json_u64(o, where, "size", UINT32_MAX, &count, err);
		if (r < 0)
			return r;
		(*ret)[i] = (struct oci_id_map){(uint32_t)inside, (uint32_t)outside,
						(uint32_t)count};
		*ret_n = i + 1;
	}
	return 0;
}

/* ---- devices ---- */

static uint32_t device_type(const char *type)
{
	switch (type[0] && !type[1] ? type[0] : 0) {
	case 'c':
	case 'u': return S_IFCHR;
	case 'b': return S_IFBLK;
	case 'p': return S_IFIFO;
	default: return 0;
	}
}

static int parse_device(struct json_object *o, const char *where, struct oci_device *d,
			struct oci_error *err)
{
	uint64_t major = 0, minor = 0, mode = 0666, uid = 0, gid = 0;
	const char *type = "";
	int r = oci_json_string(o, where, "path", &d->path, err);

	if (r == 0 || (r == 1 && d->path[0] != '/'))
		return oci_fail(err, -EINVAL, "%s.path: must be an absolute path", where);
	if (r >= 0)
		r = oci_json_string(o, where, "type", &type, err);
	if (r >= 0)
		r = oci_json_u64(o, where, "major", 4095, &major, err);
	if (r >= 0)
		r = oci_json_u64(o, where, "minor", 0xfffff, &minor, err);
	if (r >= 0)
		r = oci_json_u64(o, where, "fileMode", UINT32_MAX, &mode, err);
	if (r >= 0)
		r = oci_json_u64(o, where, "uid", UINT32_MAX, &uid, err);
	if (r >= 0)
		r = oci_json_u64(o, where, "gid", UINT32_MAX, &gid, err);
	if (r < 0)
		return r;
	d->mode = device_type(type);
	if (!d->mode)
		return oci_fail(err, -EINVAL, "%s.type: \"%.16s\" is none of c, u, b, p", where,
				type);
	d->mode |= (uint32_t)mode & 07777;
	d->major = (uint32_t)major;
	d->minor = (uint32_t)minor;
	d->uid = (uint32_t)uid;
	d->gid = (uint32_t)gid;
	return 0;
}

static int parse_devices(struct json_object *l, struct oci_config *cfg, struct oci_error *err)
{
	struct json_object *list = NULL;
	char where[48];
	int r = oci_json_array(l, "linux", "devices", &list, err);
	size_t n;

	if (r != 1)
		return r;
	n = json_object_array_length(list);
	cfg->devices = calloc(n + 1, sizeof(*cfg->devices));
	if (!cfg->devices)
		return oci_fail(err, -ENOMEM, "linux.devices: out of memory");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		snprintf(where, sizeof(where), "linux.devices[%zu]", i);
		if (!json_object_is_type(o, json_type_object))
			return oci_fail(err, -EINVAL, "%s: must be an object", where);
		r = parse_device(o, where, &cfg->devices[i], err);
		if (r < 0)
			return r;
		cfg->nr_devices = i + 1;
	}
	return 0;
}

/* ---- the rest ---- */

static int parse_paths(struct json_object *l, const char *name, char ***ret, struct oci_error *err)
{
	int r = oci_json_strings(l, "linux", name, ret, err);

	for (size_t i = 0; r == 1 && (*ret)[i]; i++)
		if ((*ret)[i][0] != '/')
			return oci_fail(err, -EINVAL, "linux.%s[%zu]: \"%.200s\" must be absolute",
					name, i, (*ret)[i]);
	return r < 0 ? r : 0;
}

static void warn_unused(struct json_object *l)
{
	static const char *const names[] = {"intelRdt", "mountLabel", "netDevices", "memoryPolicy"};
	struct json_object *v;
	const char *label;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!json_object_object_get_ex(l, names[i], &v) || !v)
			continue;
		label = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
		if (!label || *label)
			oci_warn("linux.%s: not supported, ignored", names[i]);
	}
}

/* Nothing propagates: asking for that it does is told, for that it does not is what happens. */
static int parse_propagation(struct json_object *l, struct oci_error *err)
{
	static const char *const known[] = {"private", "rprivate", "unbindable", "runbindable",
					    "slave",   "rslave",   "shared",	 "rshared"};
	const char *value = "";
	int r = oci_json_string(l, "linux", "rootfsPropagation", &value, err);
	size_t i = 0;

	if (r != 1 || !*value)
		return r;
	while (i < ARRAY_SIZE(known) && strcmp(value, known[i]) != 0)
		i++;
	if (i == ARRAY_SIZE(known))
		return oci_fail(err, -EINVAL, "linux.rootfsPropagation: \"%.40s\" is not known",
				value);
	if (i >= 4)
		oci_warn("linux.rootfsPropagation: %s: mounts do not propagate into the sandbox, "
			 "nor out of it",
			 value);
	return 0;
}

/* The guests' clocks are read without anybody's help: there is no way to add to them. */
static int parse_time_offsets(struct json_object *l, struct oci_error *err)
{
	struct json_object *o = NULL;
	int r = oci_json_object(l, "linux", "timeOffsets", &o, err);

	if (r == 1 && json_object_object_length(o) > 0)
		return oci_fail(err, -EINVAL,
				"linux.timeOffsets: not supported: a container's clocks are the "
				"host's");
	return r;
}

int oci_config_linux(struct oci_config *cfg, struct oci_error *err)
{
	struct json_object *l = NULL, *seccomp = NULL;
	int r = oci_json_object(cfg->json, "", "linux", &l, err);

	if (r >= 0)
		r = parse_namespaces(l, cfg, err);
	if (r >= 0)
		r = parse_id_maps(l, "uidMappings", &cfg->uids, &cfg->nr_uids, err);
	if (r >= 0)
		r = parse_id_maps(l, "gidMappings", &cfg->gids, &cfg->nr_gids, err);
	if (r >= 0)
		r = parse_devices(l, cfg, err);
	if (r >= 0)
		r = parse_paths(l, "maskedPaths", &cfg->masked, err);
	if (r >= 0)
		r = parse_paths(l, "readonlyPaths", &cfg->readonly_paths, err);
	if (r >= 0)
		r = oci_config_sysctl(cfg, l, err);
	if (r >= 0)
		r = oci_config_personality(cfg, l, err);
	if (r >= 0)
		r = parse_propagation(l, err);
	if (r >= 0)
		r = parse_time_offsets(l, err);
	if (r >= 0)
		r = oci_json_string(l, "linux", "cgroupsPath", &cfg->cgroups_path, err);
	if (r >= 0)
		r = oci_json_object(l, "linux", "seccomp", &seccomp, err);
	if (r < 0)
		return r;
	cfg->seccomp_json = seccomp;
	if (l)
		warn_unused(l);
	return 0;
}
