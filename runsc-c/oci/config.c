/* runsc-c/oci/config.c - config.json as a whole, see config.h */
#include "runsc-c/oci/config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runsc-c/oci/config_internal.h"

char *oci_absolute(const char *dir, const char *path)
{
	size_t size = strlen(dir) + strlen(path) + 2;
	char *s = malloc(size);

	if (s && path[0] == '/')
		strcpy(s, path);
	else if (s)
		snprintf(s, size, "%s/%s", dir, path);
	return s;
}

/* ---- hooks ---- */

static const char *const hook_names[OCI_NR_HOOKS] = {
	[OCI_HOOK_PRESTART] = "prestart",
	[OCI_HOOK_CREATE_RUNTIME] = "createRuntime",
	[OCI_HOOK_CREATE_CONTAINER] = "createContainer",
	[OCI_HOOK_START_CONTAINER] = "startContainer",
	[OCI_HOOK_POSTSTART] = "poststart",
	[OCI_HOOK_POSTSTOP] = "poststop",
};

const char *oci_hook_name(enum oci_hook_kind kind)
{
	return hook_names[kind];
}

static int parse_hook(struct json_object *o, const char *where, struct oci_hook *h,
		      struct oci_error *err)
{
	uint64_t timeout = 0;
	int r = oci_json_string(o, where, "path", &h->path, err);

	if (r == 0 || (r == 1 && h->path[0] != '/'))
		return oci_fail(err, -EINVAL, "%s.path: must be an absolute path", where);
	if (r >= 0)
		r = oci_json_strings(o, where, "args", &h->args, err);
	if (r >= 0)
		r = oci_json_strings(o, where, "env", &h->env, err);
	if (r >= 0)
		r = oci_json_u64(o, where, "timeout", 1000000, &timeout, err);
	if (r == 1 && timeout == 0)
		return oci_fail(err, -EINVAL, "%s.timeout: must be more than 0", where);
	h->timeout = (unsigned int)timeout;
	return r < 0 ? r : 0;
}

static int parse_hook_list(struct json_object *hooks, enum oci_hook_kind kind,
			   struct oci_hooks *ret, struct oci_error *err)
{
	struct json_object *list = NULL;
	char where[64];
	int r = oci_json_array(hooks, "hooks", hook_names[kind], &list, err);
	size_t n;

	if (r != 1)
		return r;
	n = json_object_array_length(list);
	ret->v = calloc(n + 1, sizeof(*ret->v));
	if (!ret->v)
		return oci_fail(err, -ENOMEM, "hooks: out of memory");
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		snprintf(where, sizeof(where), "hooks.%s[%zu]", hook_names[kind], i);
		if (!json_object_is_type(o, json_type_object))
			return oci_fail(err, -EINVAL, "%s: must be an object", where);
		ret->n = i + 1;
		r = parse_hook(o, where, &ret->v[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

int oci_config_hooks(struct oci_config *cfg, struct oci_error *err)
{
	struct json_object *hooks = NULL;
	int r = oci_json_object(cfg->json, "", "hooks", &hooks, err);

	for (int kind = 0; r == 1 && kind < OCI_NR_HOOKS; kind++) {
		int e = parse_hook_list(hooks, (enum oci_hook_kind)kind, &cfg->hooks[kind], err);

		if (e < 0)
			return e;
	}
	return r < 0 ? r : 0;
}

/* ---- the top ---- */

/* 1.0.0 to 1.x: a change of the first number may mean anything. */
static int check_version(struct oci_config *cfg, struct oci_error *err)
{
	const char *version = NULL;
	int r = oci_json_string(cfg->json, "", "ociVersion", &version, err);

	if (r < 0)
		return r;
	if (r == 0)
		return oci_fail(err, -EINVAL, "ociVersion: is missing");
	if (strncmp(version, "1.", 2) != 0)
		return oci_fail(err, -EINVAL, "ociVersion: \"%.40s\": versions 1.x are known here",
				version);
	return 0;
}

static int parse_root(struct oci_config *cfg, struct oci_error *err)
{
	struct json_object *root = NULL;
	const char *path = NULL;
	struct stat st;
	int r = oci_json_object(cfg->json, "", "root", &root, err);

	if (r == 0)
		return oci_fail(err, -EINVAL, "root: is missing");
	if (r >= 0)
		r = oci_json_string(root, "root", "path", &path, err);
	if (r == 0 || (r == 1 && !*path))
		return oci_fail(err, -EINVAL, "root.path: is missing");
	if (r >= 0)
		r = oci_json_bool(root, "root", "readonly", &cfg->readonly, err);
	if (r < 0)
		return r;
	cfg->rootfs = oci_absolute(cfg->bundle, path);
	if (!cfg->rootfs)
		return oci_fail(err, -ENOMEM, "root.path: out of memory");
	if (stat(cfg->rootfs, &st) < 0)
		return oci_fail_errno(err, -errno, "root.path: invalid rootfs: %s", cfg->rootfs);
	if (!S_ISDIR(st.st_mode))
		return oci_fail(err, -ENOTDIR, "root.path: invalid rootfs: %s: not a directory",
				cfg->rootfs);
	return 0;
}

static int parse_process(struct oci_config *cfg, struct oci_error *err)
{
	struct json_object *process = NULL;
	int r = oci_json_object(cfg->json, "", "process", &process, err);

	if (r == 0)
		return oci_fail(err, -EINVAL, "process: is missing");
	return r < 0 ? r : oci_process_parse(process, "process", &cfg->process, err);
}

static int parse_names(struct oci_config *cfg, struct oci_error *err)
{
	struct json_object *notes = NULL;
	int r = oci_json_string(cfg->json, "", "hostname", &cfg->hostname, err);

	if (r == 1 && strlen(cfg->hostname) > 64)
		return oci_fail(err, -EINVAL, "hostname: longer than 64 bytes");
	if (r >= 0)
		r = oci_json_string(cfg->json, "", "domainname", &cfg->domainname, err);
	if (r == 1 && strlen(cfg->domainname) > 64)
		return oci_fail(err, -EINVAL, "domainname: longer than 64 bytes");
	if (r >= 0)
		r = oci_json_object(cfg->json, "", "annotations", &notes, err);
	if (r != 1)
		return r;
	json_object_object_foreach(notes, name, v)
	{
		if (!*name || !json_object_is_type(v, json_type_string))
			return oci_fail(err, -EINVAL, "annotations.%.80s: must be a string", name);
	}
	return 0;
}

int oci_config_parse(const char *text, const char *bundle, struct oci_config *cfg,
		     struct oci_error *err)
{
	int r;

	*cfg = (struct oci_config){0};
	cfg->json = oci_json_parse(text, "config.json", err);
	if (!cfg->json)
		return err->err;
	cfg->bundle = strdup(bundle);
	r = cfg->bundle ? check_version(cfg, err) : oci_fail(err, -ENOMEM, "out of memory");
	if (r >= 0)
		r = parse_root(cfg, err);
	if (r >= 0)
		r = parse_process(cfg, err);
	if (r >= 0)
		r = parse_names(cfg, err);
	if (r >= 0)
		r = oci_config_mounts(cfg, err);
	if (r >= 0)
		r = oci_config_linux(cfg, err);
	if (r >= 0)
		r = oci_config_hooks(cfg, err);
	if (r < 0)
		oci_config_free(cfg);
	return MIN(r, 0);
}

/* delete, after a crash, too: whatever else the text says or is. */
int oci_config_parse_hooks(const char *text, struct oci_config *cfg, struct oci_error *err)
{
	int r;

	*cfg = (struct oci_config){0};
	cfg->json = oci_json_parse(text, "config.json", err);
	r = cfg->json ? oci_config_hooks(cfg, err) : err->err;
	if (r < 0)
		oci_config_free(cfg);
	return r;
}

void oci_config_free(struct oci_config *cfg)
{
	for (size_t i = 0; i < cfg->nr_mounts; i++) {
		free(cfg->mounts[i].data);
		free(cfg->mounts[i].source_path);
	}
	for (int kind = 0; kind < OCI_NR_HOOKS; kind++) {
		for (size_t i = 0; i < cfg->hooks[kind].n; i++) {
			free(cfg->hooks[kind].v[i].args);
			free(cfg->hooks[kind].v[i].env);
		}
		free(cfg->hooks[kind].v);
	}
	oci_process_free(&cfg->process);
	free(cfg->mounts);
	free(cfg->uids);
	free(cfg->gids);
	for (size_t i = 0; i < cfg->nr_sysctls; i++)
		free(cfg->sysctls[i].path);
	free(cfg->sysctls);
	free(cfg->devices);
	free(cfg->masked);
	free(cfg->readonly_paths);
	free(cfg->seccomp.insns);
	free(cfg->bundle);
	free(cfg->rootfs);
	json_object_put(cfg->json);
	*cfg = (struct oci_config){0};
}
