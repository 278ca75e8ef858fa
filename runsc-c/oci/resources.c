/* runsc-c/oci/resources.c - linux.resources: reading them, and telling the host; see cgroup.h */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runsc-c/oci/cgroup.h"
#include "runsc-c/oci/json.h"

/* ---- reading ---- */

struct field {
	const char *part, *name;
	enum oci_value value;
	int64_t min, max;
};

static const struct field fields[] = {
	{"memory", "limit", OCI_MEMORY_LIMIT, -1, INT64_MAX},
	{"memory", "reservation", OCI_MEMORY_RESERVATION, -1, INT64_MAX},
	{"memory", "swap", OCI_MEMORY_SWAP, -1, INT64_MAX},
	{"memory", "swappiness", OCI_MEMORY_SWAPPINESS, -1, 200},
	{"cpu", "shares", OCI_CPU_SHARES, 0, INT64_MAX},
	{"cpu", "quota", OCI_CPU_QUOTA, -1, INT64_MAX},
	{"cpu", "period", OCI_CPU_PERIOD, 0, INT64_MAX},
	{"pids", "limit", OCI_PIDS_LIMIT, -1, INT64_MAX},
	{"blockIO", "weight", OCI_BLKIO_WEIGHT, 0, 10000},
};

static int parse_part(struct json_object *o, const char *where, const struct field *f,
		      struct oci_resources *ret, struct oci_error *err)
{
	struct json_object *part = NULL;
	char name[96];
	int64_t v = 0;
	int r = oci_json_object(o, where, f->part, &part, err);

	if (r != 1)
		return r;
	snprintf(name, sizeof(name), "%s.%s", where, f->part);
	r = oci_json_i64(part, name, f->name, f->min, f->max, &v, err);
	/* Engines write 0 for what they do not set. */
	if (r == 1 && (v != 0 || f->value == OCI_MEMORY_SWAPPINESS)) {
		ret->given[f->value] = true;
		ret->value[f->value] = v;
	}
	return r;
}

int oci_resources_parse(struct json_object *o, const char *where, struct oci_resources *ret,
			struct oci_error *err)
{
	struct json_object *cpu = NULL, *memory = NULL;
	int r = 0;

	*ret = (struct oci_resources){0};
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(fields); i++)
		r = parse_part(o, where, &fields[i], ret, err);
	if (r >= 0)
		r = oci_json_object(o, where, "cpu", &cpu, err);
	if (r == 1)
		r = oci_json_string(cpu, "linux.resources.cpu", "cpus", &ret->cpus, err);
	if (r >= 0 && cpu)
		r = oci_json_string(cpu, "linux.resources.cpu", "mems", &ret->mems, err);
	if (r >= 0)
		r = oci_json_object(o, where, "memory", &memory, err);
	if (r == 1)
		r = oci_json_bool(memory, "linux.resources.memory", "disableOOMKiller",
				  &ret->oom_kill_disable, err);
	if (r >= 0 && memory)
		r = oci_json_bool(memory, "linux.resources.memory", "checkBeforeUpdate",
				  &ret->check_before_update, err);
	if (memory && json_object_object_get_ex(memory, "kernel", NULL))
		oci_warn("linux.resources.memory.kernel: kernels have no limit of its own for it "
			 "any more, ignored");
	if (r >= 0)
		r = oci_json_object(o, where, "unified", &ret->unified, err);
	if (r < 0)
		return r;
	return oci_resources_parse_raw(o, where, ret, err);
}

/* ---- telling the host ---- */

/* Into the first of the container's directories that has the file. */
int oci_cgroup_put(const struct oci_state *st, const char *file, const char *text)
{
	for (size_t i = 0; i < st->nr_cgroup_dirs; i++) {
		char path[PATH_MAX];
		_cleanup_close_ int fd = -1;

		if (snprintf(path, sizeof(path), "%s/%s", st->cgroup_dirs[i], file) >=
		    (int)sizeof(path))
			continue;
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;
		return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
	}
	return -ENOENT;
}

/* v1's name and number, v2's name and number; either name may be NULL. */
struct setting {
	const char *v1, *v2;
	int64_t n1, n2;
};

static void number(char *buf, size_t size, int64_t v, bool v2)
{
	if (v < 0 && v2)
		snprintf(buf, size, "max");
	else
		snprintf(buf, size, "%" PRId64, v);
}

static int put_either(const struct oci_state *st, const char *what, const struct setting *s,
		      struct oci_error *err)
{
	char text[32];
	int e = -ENOENT;

	number(text, sizeof(text), s->n1, false);
	if (s->v1)
		e = oci_cgroup_put(st, s->v1, text);
	if (e == -ENOENT && s->v2) {
		number(text, sizeof(text), s->n2, true);
		e = oci_cgroup_put(st, s->v2, text);
	}
	if (e == -ENOENT) {
		oci_warn("linux.resources.%s: the host has no cgroup for it, ignored", what);
		return 0;
	}
	return e < 0 ? oci_fail(err, e, "linux.resources.%s: failed to write \"%s\" to %s: %s",
				what, text, s->v1 ? s->v1 : s->v2, strerror(-e))
		     : 0;
}

/* v1: the sum of memory and swap may never be below memory, on the way neither. */
static int put_memory(const struct oci_state *st, const struct oci_resources *r,
		      struct oci_error *err)
{
	bool limit = r->given[OCI_MEMORY_LIMIT], swap = r->given[OCI_MEMORY_SWAP];
	int64_t m = r->value[OCI_MEMORY_LIMIT], s = r->value[OCI_MEMORY_SWAP];
	struct setting memory = {"memory.limit_in_bytes", "memory.max", m, m};
	struct setting both = {"memory.memsw.limit_in_bytes", NULL, s, 0};
	struct setting only_swap = {NULL, "memory.swap.max", 0,
				    s < 0 ? -1 : MAX(s - m, (int64_t)0)};
	char text[64];
	int e = 0;

	if (r->check_before_update && limit && m >= 0 &&
	    oci_cgroup_number(st, "memory.current", 0) > (uint64_t)m)
		return oci_fail(err, -EBUSY,
				"linux.resources.memory.limit: the container uses more memory than "
				"that");
	if (limit && !swap && m < 0) { /* no limit for one means none for both */
		both.n1 = -1;
		swap = oci_cgroup_read(st, both.v1, text, sizeof(text)) == 0;
		only_swap.n2 = -1;
	}
	if (swap && oci_cgroup_read(st, both.v1, text, sizeof(text)) < 0) {
		if (limit && oci_cgroup_read(st, only_swap.v2, text, sizeof(text)) == 0)
			e = put_either(st, "memory.swap", &only_swap, err);
		swap = false; /* no accounting of swap: what runc ignores as well */
	}
	if (e == 0 && limit) {
		e = put_either(st, "memory.limit", &memory, err);
		if (e < 0 && swap) {
			e = put_either(st, "memory.swap", &both, err);
			if (e == 0)
				e = put_either(st, "memory.limit", &memory, err);
		}
	}
	if (e == 0 && swap)
		e = put_either(st, "memory.swap", &both, err);
	return e;
}

static int put_cpu(const struct oci_state *st, const struct oci_resources *r, struct oci_error *err)
{
	int64_t shares = r->value[OCI_CPU_SHARES], quota = r->value[OCI_CPU_QUOTA];
	int64_t period = r->given[OCI_CPU_PERIOD] ? r->value[OCI_CPU_PERIOD] : 100000;
	struct setting weight = {"cpu.shares", "cpu.weight", shares,
				 1 + (MIN(MAX(shares, (int64_t)2), (int64_t)262144) - 2) * 9999 /
						 262142};
	char text[64];
	int e = 0;

	if (r->given[OCI_CPU_SHARES])
		e = put_either(st, "cpu.shares", &weight, err);
	if (e < 0 || (!r->given[OCI_CPU_QUOTA] && !r->given[OCI_CPU_PERIOD]))
		return e;
	if (oci_cgroup_read(st, "cpu.max", text, sizeof(text)) == 0) {
		if (r->given[OCI_CPU_QUOTA] && quota > 0)
			snprintf(text, sizeof(text), "%" PRId64 " %" PRId64, quota, period);
		else
			snprintf(text, sizeof(text), "max %" PRId64, period);
		e = oci_cgroup_put(st, "cpu.max", text);
		return e < 0 ? oci_fail_errno(err, e, "linux.resources.cpu: cpu.max") : 0;
	}
	if (r->given[OCI_CPU_PERIOD])
		e = put_either(st, "cpu.period",
			       &(struct setting){"cpu.cfs_period_us", NULL, period, 0}, err);
	if (e == 0 && r->given[OCI_CPU_QUOTA])
		e = put_either(st, "cpu.quota",
			       &(struct setting){"cpu.cfs_quota_us", NULL, quota, 0}, err);
	return e;
}

static int put_text(const struct oci_state *st, const char *file, const char *text,
		    struct oci_error *err)
{
	int e = text && *text ? oci_cgroup_put(st, file, text) : 0;

	if (e == -ENOENT) {
		oci_warn("linux.resources: the host has no %s, ignored", file);
		e = 0;
	}
	return e < 0 ? oci_fail(err, e, "failed to write \"%s\" to %s: %s", text, file,
				strerror(-e))
		     : 0;
}

static int put_unified(const struct oci_state *st, struct json_object *o, struct oci_error *err)
{
	int e = 0;

	if (!o)
		return 0;
	json_object_object_foreach(o, file, value)
	{
		if (e < 0)
			return e;
		if (strchr(file, '/') || (value && !json_object_is_type(value, json_type_string)))
			return oci_fail(err, -EINVAL,
					"linux.resources.unified.%.80s: must be a file's name and "
					"a string",
					file);
		e = put_text(st, file, json_object_get_string(value), err);
	}
	return e;
}

int oci_cgroup_apply(const struct oci_state *st, const struct oci_resources *r,
		     struct oci_error *err)
{
	int64_t pids = r->value[OCI_PIDS_LIMIT];
	int64_t weight = r->value[OCI_BLKIO_WEIGHT];
	struct setting reservation = {"memory.soft_limit_in_bytes", "memory.low",
				      r->value[OCI_MEMORY_RESERVATION],
				      r->value[OCI_MEMORY_RESERVATION]};
	int e = put_memory(st, r, err);

	if (e == 0 && r->given[OCI_MEMORY_RESERVATION])
		e = put_either(st, "memory.reservation", &reservation, err);
	if (e == 0 && r->given[OCI_MEMORY_SWAPPINESS] && r->value[OCI_MEMORY_SWAPPINESS] >= 0)
		e = put_either(st, "memory.swappiness",
			       &(struct setting){"memory.swappiness", NULL,
						 r->value[OCI_MEMORY_SWAPPINESS], 0},
			       err);
	if (e == 0 && r->oom_kill_disable)
		e = put_either(st, "memory.disableOOMKiller",
			       &(struct setting){"memory.oom_control", NULL, 1, 0}, err);
	if (e == 0)
		e = put_cpu(st, r, err);
	if (e == 0)
		e = put_text(st, "cpuset.cpus", r->cpus, err);
	if (e == 0)
		e = put_text(st, "cpuset.mems", r->mems, err);
	if (e == 0 && r->given[OCI_PIDS_LIMIT]) {
		char text[32];

		number(text, sizeof(text), pids > 0 ? pids + OCI_OWN_THREADS : -1, true);
		if (pids <= 0)
			snprintf(text, sizeof(text), "max");
		e = put_text(st, "pids.max", text, err);
	}
	if (e == 0 && r->given[OCI_BLKIO_WEIGHT]) {
		struct oci_error ignored; /* it depends on the host's I/O scheduler */
		struct setting s = {"blkio.bfq.weight", "io.bfq.weight", weight, weight};
		char text[64];

		/* Another scheduler's: 10 to 1000 there are 1 to 10000 here. */
		if (oci_cgroup_read(st, s.v2, text, sizeof(text)) < 0 &&
		    oci_cgroup_read(st, "io.weight", text, sizeof(text)) == 0) {
			s.v2 = "io.weight";
			s.n2 = MIN(1 + (MAX(weight, (int64_t)10) - 10) * 9999 / 990,
				   (int64_t)10000);
		}
		(void)!put_either(st, "blockIO.weight", &s, &ignored);
	}
	if (e == 0)
		e = oci_cgroup_apply_raw(st, r, err);
	return e < 0 ? e : put_unified(st, r->unified, err);
}
