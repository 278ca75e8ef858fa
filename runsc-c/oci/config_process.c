/* runsc-c/oci/config_process.c - process objects: of config.json, and of exec's process.json */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

#include "runsc-c/oci/config_internal.h"

#define MAX_GROUPS 65536
#define MAX_SIGNED_ID 0xfffffffeU /* ~0 means "unchanged" to the kernel */

/* ---- capabilities ---- */

static const char *const cap_names[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

int oci_capability(const char *name)
{
	if (strncasecmp(name, "cap_", 4) == 0)
		name += 4;
	for (size_t i = 0; i < ARRAY_SIZE(cap_names); i++)
		if (strcasecmp(name, cap_names[i]) == 0)
			return (int)i;
	return -1;
}

static int parse_cap_set(struct json_object *caps, const char *where, const char *name,
			 uint64_t *ret, struct oci_error *err)
{
	char **list = NULL;
	int r = oci_json_strings(caps, where, name, &list, err);

	for (char **s = list; r == 1 && *s; s++) {
		int cap = oci_capability(*s);

		/* As runc: newer ones than we know cannot be given, which takes rights away only. */
		if (cap < 0)
			oci_warn("%s.%s: \"%s\" is not a capability known here: ignored", where,
				 name, *s);
		else
			*ret |= 1ULL << cap;
	}
	free(list);
	return r < 0 ? r : 0;
}

static int parse_caps(struct json_object *json, const char *where, struct oci_caps *c,
		      struct oci_error *err)
{
	struct json_object *caps = NULL;
	char name[128];
	int r = oci_json_object(json, where, "capabilities", &caps, err);

	if (r != 1)
		return r;
	snprintf(name, sizeof(name), "%s.capabilities", where);
	c->given = true;
	r = parse_cap_set(caps, name, "bounding", &c->bounding, err);
	if (r == 0)
		r = parse_cap_set(caps, name, "effective", &c->effective, err);
	if (r == 0)
		r = parse_cap_set(caps, name, "inheritable", &c->inheritable, err);
	if (r == 0)
		r = parse_cap_set(caps, name, "permitted", &c->permitted, err);
	if (r == 0)
		r = parse_cap_set(caps, name, "ambient", &c->ambient, err);
	return r;
}

/* ---- limits ---- */

static const char *const rlimit_names[] = {
	[RLIMIT_CPU] = "CPU",		[RLIMIT_FSIZE] = "FSIZE",
	[RLIMIT_DATA] = "DATA",		[RLIMIT_STACK] = "STACK",
	[RLIMIT_CORE] = "CORE",		[RLIMIT_RSS] = "RSS",
	[RLIMIT_NPROC] = "NPROC",	[RLIMIT_NOFILE] = "NOFILE",
	[RLIMIT_MEMLOCK] = "MEMLOCK",	[RLIMIT_AS] = "AS",
	[RLIMIT_LOCKS] = "LOCKS",	[RLIMIT_SIGPENDING] = "SIGPENDING",
	[RLIMIT_MSGQUEUE] = "MSGQUEUE", [RLIMIT_NICE] = "NICE",
	[RLIMIT_RTPRIO] = "RTPRIO",	[RLIMIT_RTTIME] = "RTTIME",
};

static int find_rlimit(const char *type)
{
	if (strncmp(type, "RLIMIT_", 7) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(rlimit_names); i++)
		if (strcmp(type + 7, rlimit_names[i]) == 0)
			return (int)i;
	return -1;
}

static int parse_rlimit(struct json_object *o, const char *where, struct oci_process *p,
			struct oci_error *err)
{
	struct oci_rlimit l = {0};
	const char *type = "";
	int r = oci_json_string(o, where, "type", &type, err);

	if (r >= 0)
		r = oci_json_u64(o, where, "soft", UINT64_MAX, &l.soft, err);
	if (r >= 0)
		r = oci_json_u64(o, where, "hard", UINT64_MAX, &l.hard, err);
	if (r < 0)
		return r;
	l.resource = find_rlimit(type);
	if (l.resource < 0)
		return oci_fail(err, -EINVAL, "%s.type: \"%.40s\": no such limit", where, type);
	if (l.soft > l.hard)
		return oci_fail(err, -EINVAL, "%s: soft limit of %s above the hard one", where,
				type);
	for (size_t i = 0; i < p->nr_rlimits; i++)
		if (p->rlimits[i].resource == l.resource)
			return oci_fail(err, -EINVAL, "%s: %s is there twice", where, type);
	p->rlimits[p->nr_rlimits++] = l;
	return 0;
}

static int parse_rlimits(struct json_object *json, const char *where, struct oci_process *p,
			 struct oci_error *err)
{
	struct json_object *list = NULL;
	char name[128];
	int r = oci_json_array(json, where, "rlimits", &list, err);

	for (size_t i = 0; r == 1 && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		int e;

		snprintf(name, sizeof(name), "%s.rlimits[%zu]", where, i);
		if (!json_object_is_type(o, json_type_object))
			return oci_fail(err, -EINVAL, "%s: must be an object", name);
		e = parse_rlimit(o, name, p, err);
		if (e < 0)
			return e;
	}
	return r < 0 ? r : 0;
}

/* ---- user ---- */

static int parse_groups(struct json_object *user, const char *where, struct oci_process *p,
			struct oci_error *err)
{
	struct json_object *list = NULL;
	int r = oci_json_array(user, where, "additionalGids", &list, err);
	size_t n;

	if (r != 1)
		return r;
	n = json_object_array_length(list);
	if (n > MAX_GROUPS)
		return oci_fail(err, -EINVAL, "%s.additionalGids: too many", where);
	p->groups = calloc(n + 1, sizeof(*p->groups));
	if (!p->groups)
		return oci_fail(err, -ENOMEM, "%s: out of memory", where);
	for (size_t i = 0; i < n; i++) {
		struct json_object *g = json_object_array_get_idx(list, i);
		int64_t id = json_object_is_type(g, json_type_int) ? json_object_get_int64(g) : -1;

		if (id < 0 || id > MAX_SIGNED_ID)
			return oci_fail(err, -EINVAL,
					"%s.additionalGids[%zu]: must be a group's number", where,
					i);
		p->groups[p->nr_groups++] = (uint32_t)id;
	}
	return 0;
}

static int parse_user(struct json_object *json, const char *where, struct oci_process *p,
		      struct oci_error *err)
{
	struct json_object *user = NULL;
	uint64_t uid = 0, gid = 0, umask = 0;
	char name[128];
	int r = oci_json_object(json, where, "user", &user, err);

	if (r != 1)
		return r;
	snprintf(name, sizeof(name), "%s.user", where);
	r = oci_json_u64(user, name, "uid", MAX_SIGNED_ID, &uid, err);
	if (r >= 0)
		r = oci_json_u64(user, name, "gid", MAX_SIGNED_ID, &gid, err);
	if (r >= 0)
		r = oci_json_u64(user, name, "umask", 0777, &umask, err);
	if (r < 0)
		return r;
	p->has_umask = r == 1;
	p->umask = (uint32_t)umask;
	p->uid = (uint32_t)uid;
	p->gid = (uint32_t)gid;
	return parse_groups(user, name, p, err);
}

/* ---- the rest ---- */

static int parse_console(struct json_object *json, const char *where, struct oci_process *p,
			 struct oci_error *err)
{
	struct json_object *size = NULL;
	uint64_t rows = 0, cols = 0;
	char name[128];
	int r = oci_json_bool(json, where, "terminal", &p->terminal, err);

	if (r >= 0)
		r = oci_json_object(json, where, "consoleSize", &size, err);
	if (r != 1)
		return r;
	snprintf(name, sizeof(name), "%s.consoleSize", where);
	r = oci_json_u64(size, name, "height", UINT32_MAX, &rows, err);
	if (r >= 0)
		r = oci_json_u64(size, name, "width", UINT32_MAX, &cols, err);
	p->rows = (uint16_t)MIN(rows, (uint64_t)UINT16_MAX);
	p->cols = (uint16_t)MIN(cols, (uint64_t)UINT16_MAX);
	return r < 0 ? r : 0;
}

static int check_command(const char *where, struct oci_process *p, struct oci_error *err)
{
	if (!p->args || !p->args[0])
		return oci_fail(err, -EINVAL, "%s.args: must not be empty", where);
	if (!*p->args[0])
		return oci_fail(err, -EINVAL, "%s.args[0]: must not be empty", where);
	for (char **e = p->env; e && *e; e++)
		if (!strchr(*e, '=') || **e == '=')
			return oci_fail(err, -EINVAL, "%s.env[%zu]: \"%.64s\" is not NAME=VALUE",
					where, (size_t)(e - p->env), *e);
	if (!p->cwd || !*p->cwd)
		return oci_fail(err, -EINVAL, "%s.cwd: must not be empty", where);
	if (p->cwd[0] != '/')
		return oci_fail(err, -EINVAL, "%s.cwd: \"%.200s\" must be an absolute path", where,
				p->cwd);
	return 0;
}

/* Known, and not honoured. */
static void warn_unused(struct json_object *json, const char *where)
{
	static const char *const names[] = {"execCPUAffinity", "apparmorProfile", "selinuxLabel"};
	struct json_object *v;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (json_object_object_get_ex(json, names[i], &v) && v &&
		    !(json_object_is_type(v, json_type_string) &&
		      json_object_get_string_len(v) == 0))
			oci_warn("%s.%s: not supported, ignored", where, names[i]);
}

int oci_process_parse(struct json_object *json, const char *where, struct oci_process *p,
		      struct oci_error *err)
{
	int64_t oom = 0;
	int r;

	*p = (struct oci_process){0};
	r = parse_console(json, where, p, err);
	if (r >= 0)
		r = parse_user(json, where, p, err);
	if (r >= 0)
		r = oci_json_strings(json, where, "args", &p->args, err);
	if (r >= 0)
		r = oci_json_strings(json, where, "env", &p->env, err);
	if (r >= 0)
		r = oci_json_string(json, where, "cwd", &p->cwd, err);
	if (r >= 0)
		r = parse_caps(json, where, &p->caps, err);
	if (r >= 0)
		r = parse_rlimits(json, where, p, err);
	if (r >= 0)
		r = oci_json_bool(json, where, "noNewPrivileges", &p->no_new_privs, err);
	if (r >= 0)
		r = oci_json_i64(json, where, "oomScoreAdj", -1000, 1000, &oom, err);
	p->has_oom_score_adj = r == 1;
	if (r >= 0)
		r = oci_process_sched(json, &p->sched, err);
	p->oom_score_adj = (int)oom;
	if (r >= 0 && !p->env) {
		p->env = calloc(1, sizeof(*p->env));
		if (!p->env)
			r = oci_fail(err, -ENOMEM, "%s: out of memory", where);
	}
	if (r >= 0)
		r = check_command(where, p, err);
	if (r < 0) {
		oci_process_free(p);
		return r;
	}
	warn_unused(json, where);
	return 0;
}

void oci_process_free(struct oci_process *p)
{
	free(p->args);
	free(p->env);
	free(p->groups);
	*p = (struct oci_process){0};
}
