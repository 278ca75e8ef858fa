/*
 * runsc-c/oci/config_mounts.c - config.json: mounts and their options
 *
 * Differences from Linux: a bind is a copy of the host's mount tree as it is at create (what is mounted
 * there later does not appear, and nothing propagates), so shared and slave propagation are warned
 * about. Binds of bind mounts are recursive, whether `bind` or `rbind` is said.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/vfs/vfs.h"
#include "runsc-c/oci/config_internal.h"

static const struct {
	const char *name;
	unsigned int set, clear;
} flag_options[] = {
	{"defaults", 0, 0},
	{"ro", MNT_READONLY, 0},
	{"rw", 0, MNT_READONLY},
	{"nosuid", MNT_NOSUID, 0},
	{"suid", 0, MNT_NOSUID},
	{"nodev", MNT_NODEV, 0},
	{"dev", 0, MNT_NODEV},
	{"noexec", MNT_NOEXEC, 0},
	{"exec", 0, MNT_NOEXEC},
	{"noatime", MNT_NOATIME, MNT_RELATIME},
	{"atime", 0, MNT_NOATIME},
	{"nodiratime", MNT_NODIRATIME, 0},
	{"diratime", 0, MNT_NODIRATIME},
	{"relatime", MNT_RELATIME, MNT_NOATIME},
	{"norelatime", 0, MNT_RELATIME},
	{"strictatime", 0, MNT_RELATIME | MNT_NOATIME},
	{"nostrictatime", MNT_RELATIME, 0},
	{"nosymfollow", MNT_NOSYMFOLLOW, 0},
	{"symfollow", 0, MNT_NOSYMFOLLOW},
	{"rro", MNT_READONLY, 0},
	{"rrw", 0, MNT_READONLY},
	{"rnosuid", MNT_NOSUID, 0},
	{"rsuid", 0, MNT_NOSUID},
	{"rnodev", MNT_NODEV, 0},
	{"rdev", 0, MNT_NODEV},
	{"rnoexec", MNT_NOEXEC, 0},
	{"rexec", 0, MNT_NOEXEC},
	{"rnoatime", MNT_NOATIME, MNT_RELATIME},
	{"rrelatime", MNT_RELATIME, MNT_NOATIME},
};

/* Without meaning for the sandbox's own files, or what it does anyhow. */
static const char *const silent_options[] = {
	"bind",	      "rbind",	"private", "rprivate", "unbindable",	"runbindable",
	"sync",	      "async",	"dirsync", "nomand",   "mand",		"iversion",
	"noiversion", "silent", "loud",	   "lazytime", "nolazytime",	"acl",
	"noacl",      "z",	"Z",	   "private",  "nostrictatime", "remount",
};
static const char *const warned_options[] = {"shared", "rshared", "slave", "rslave"};

static bool is_among(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(s, list[i]) == 0)
			return true;
	return false;
}

static bool apply_flag(struct oci_mount *m, const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(flag_options); i++) {
		if (strcmp(option, flag_options[i].name) != 0)
			continue;
		m->flags = (m->flags & ~flag_options[i].clear) | flag_options[i].set;
		return true;
	}
	return false;
}

static int add_data(struct oci_mount *m, const char *option, struct oci_error *err)
{
	size_t old = m->data ? strlen(m->data) : 0, len = strlen(option);
	char *data = realloc(m->data, old + len + 2);

	if (!data)
		return oci_fail(err, -ENOMEM, "mounts: out of memory");
	if (old)
		data[old++] = ',';
	memcpy(data + old, option, len + 1);
	m->data = data;
	return 0;
}

static int apply_option(struct oci_mount *m, const char *where, const char *option,
			struct oci_error *err)
{
	if (apply_flag(m, option) || is_among(option, silent_options, ARRAY_SIZE(silent_options)))
		return 0;
	if (is_among(option, warned_options, ARRAY_SIZE(warned_options))) {
		oci_warn("%s.options: %s on %s: mounts do not propagate into the sandbox", where,
			 option, m->destination);
		return 0;
	}
	if (strcmp(option, "tmpcopyup") == 0) {
		m->copy_up = m->kind == OCI_MOUNT_TMPFS;
		return 0;
	}
	if (strncmp(option, "idmap", 5) == 0 || strncmp(option, "ridmap", 6) == 0)
		return oci_fail(err, -EINVAL, "%s.options: %s: not supported", where, option);
	if (m->kind == OCI_MOUNT_TMPFS || m->kind == OCI_MOUNT_DEVPTS)
		return add_data(m, option, err);
	oci_warn("%s.options: %s on %s: ignored", where, option, m->destination);
	return 0;
}

static const struct {
	const char *type;
	enum oci_mount_kind kind;
} kinds[] = {
	{"bind", OCI_MOUNT_BIND},      {"rbind", OCI_MOUNT_BIND},    {"none", OCI_MOUNT_BIND},
	{"tmpfs", OCI_MOUNT_TMPFS},    {"proc", OCI_MOUNT_PROC},     {"sysfs", OCI_MOUNT_SYSFS},
	{"devpts", OCI_MOUNT_DEVPTS},  {"mqueue", OCI_MOUNT_MQUEUE}, {"cgroup", OCI_MOUNT_CGROUP},
	{"cgroup2", OCI_MOUNT_CGROUP},
};

static int find_kind(struct oci_mount *m, const char *where, char *const *options,
		     struct oci_error *err)
{
	for (; options && *options; options++)
		if (strcmp(*options, "bind") == 0 || strcmp(*options, "rbind") == 0) {
			m->kind = OCI_MOUNT_BIND;
			return 0;
		}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(m->type, kinds[i].type) == 0) {
			m->kind = kinds[i].kind;
			return 0;
		}
	return oci_fail(err, -ENODEV,
			"%s.type: \"%.64s\" on %s: no such filesystem here (there are bind, tmpfs, "
			"proc, sysfs, devpts, mqueue, cgroup)",
			where, m->type, m->destination);
}

static int parse_mount(struct json_object *o, const char *where, const char *bundle,
		       struct oci_mount *m, struct oci_error *err)
{
	char **options = NULL;
	int r = oci_json_string(o, where, "destination", &m->destination, err);

	if (r == 1 && m->destination[0] != '/')
		oci_warn("%s.destination: \"%s\" is not absolute: it is taken from the root", where,
			 m->destination);
	if (r == 0 || (r == 1 && !*m->destination))
		return oci_fail(err, -EINVAL, "%s.destination: is missing", where);
	if (r >= 0 && (json_object_object_get_ex(o, "uidMappings", NULL) ||
		       json_object_object_get_ex(o, "gidMappings", NULL)))
		return oci_fail(err, -EINVAL,
				"%s.uidMappings, gidMappings: id-mapped mounts are not supported",
				where);
	m->type = "bind";
	m->flags = 0;
	if (r >= 0)
		r = oci_json_string(o, where, "type", &m->type, err);
	if (r >= 0)
		r = oci_json_string(o, where, "source", &m->source, err);
	if (r >= 0)
		r = oci_json_strings(o, where, "options", &options, err);
	if (r >= 0)
		r = find_kind(m, where, options, err);
	for (char **s = options; r >= 0 && s && *s; s++)
		r = apply_option(m, where, *s, err);
	free(options);
	if (r < 0)
		return r;
	if (!(m->flags & MNT_NOATIME))
		m->flags |= MNT_RELATIME;
	if (m->kind != OCI_MOUNT_BIND)
		return 0;
	if (!m->source || !*m->source)
		return oci_fail(err, -EINVAL, "%s.source: is missing for a bind mount on %s", where,
				m->destination);
	m->source_path = oci_absolute(bundle, m->source);
	return m->source_path ? 0 : oci_fail(err, -ENOMEM, "%s: out of memory", where);
}

int oci_config_mounts(struct oci_config *cfg, struct oci_error *err)
{
	struct json_object *list = NULL;
	char where[32];
	int r = oci_json_array(cfg->json, "", "mounts", &list, err);
	size_t n;

	if (r != 1)
		return r;
	n = json_object_array_length(list);
	if (n > OCI_MAX_MOUNTS)
		return oci_fail(err, -E2BIG, "mounts: %zu entries; at most %d", n, OCI_MAX_MOUNTS);
	cfg->mounts = calloc(n + 1, sizeof(*cfg->mounts));
	if (!cfg->mounts)
		return oci_fail(err, -ENOMEM, "mounts: out of memory");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		snprintf(where, sizeof(where), "mounts[%zu]", i);
		if (!json_object_is_type(o, json_type_object))
			return oci_fail(err, -EINVAL, "%s: must be an object", where);
		cfg->nr_mounts = i + 1;
		r = parse_mount(o, where, cfg->bundle, &cfg->mounts[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}
