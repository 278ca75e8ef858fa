/*
 * runsc-c/oci/resources_raw.c - the parts of linux.resources that are a line for a file of the cgroup
 *
 * One struct oci_raw per line: rates and weights of block devices, huge pages, classes and priorities of
 * network packets, RDMA, bursts and real-time budgets of processors, rules for devices. A line for which
 * the host has no file is warned about by name, but rules for devices: with cgroup v2 the kernel has no
 * file for them, and no guest can reach a device.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runsc-c/oci/cgroup.h"
#include "runsc-c/oci/json.h"

#define MAX_RAW 1024

static struct oci_raw *add(struct oci_resources *r, const char *what)
{
	struct oci_raw *v;

	if (r->nr_raw == MAX_RAW)
		return NULL;
	v = realloc(r->raw, (r->nr_raw + 1) * sizeof(*v));
	if (!v)
		return NULL;
	r->raw = v;
	v += r->nr_raw++;
	*v = (struct oci_raw){0};
	snprintf(v->what, sizeof(v->what), "%s", what);
	return v;
}

static int no_room(struct oci_error *err, const char *where)
{
	return oci_fail(err, -E2BIG, "%s: too many entries", where);
}

/* fn for each object of a list. */
typedef int (*entry_fn)(struct oci_resources *r, struct json_object *o, const char *where,
			const void *arg, struct oci_error *err);

static int each(struct oci_resources *r, struct json_object *part, const char *where,
		const char *name, entry_fn fn, const void *arg, struct oci_error *err)
{
	struct json_object *list = NULL;
	int e = oci_json_array(part, where, name, &list, err);

	for (size_t i = 0; e == 1 && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		char entry[96];
		int f;

		snprintf(entry, sizeof(entry), "%s.%s[%zu]", where, name, i);
		if (!json_object_is_type(o, json_type_object))
			return oci_fail(err, -EINVAL, "%s: must be an object", entry);
		f = fn(r, o, entry, arg, err);
		if (f < 0)
			return f;
	}
	return MIN(e, 0);
}

/* ---- block devices ---- */

static int parse_numbers(struct json_object *o, const char *where, int64_t *major, int64_t *minor,
			 struct oci_error *err)
{
	int r = oci_json_i64(o, where, "major", 0, INT32_MAX, major, err), s;

	if (r < 0)
		return r;
	s = oci_json_i64(o, where, "minor", 0, INT32_MAX, minor, err);
	if (s < 0)
		return s;
	return r == 1 && s == 1 ? 0
				: oci_fail(err, -EINVAL, "%s: major or minor is missing", where);
}

struct throttle {
	const char *name, *v1, *v2;
};
static const struct throttle throttles[] = {
	{"throttleReadBpsDevice", "blkio.throttle.read_bps_device", "rbps"},
	{"throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "wbps"},
	{"throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "riops"},
	{"throttleWriteIOPSDevice", "blkio.throttle.write_iops_device", "wiops"},
};

static int parse_throttle(struct oci_resources *r, struct json_object *o, const char *where,
			  const void *arg, struct oci_error *err)
{
	const struct throttle *t = arg;
	int64_t major = 0, minor = 0;
	uint64_t rate = 0;
	struct oci_raw *raw;
	int e = parse_numbers(o, where, &major, &minor, err);

	if (e >= 0)
		e = oci_json_u64(o, where, "rate", UINT64_MAX, &rate, err);
	if (e < 0)
		return e;
	raw = add(r, where);
	if (!raw)
		return no_room(err, where);
	raw->v1 = t->v1;
	raw->v2 = "io.max";
	snprintf(raw->text1, sizeof(raw->text1), "%" PRId64 ":%" PRId64 " %" PRIu64, major, minor,
		 rate);
	if (rate)
		snprintf(raw->text2, sizeof(raw->text2), "%" PRId64 ":%" PRId64 " %s=%" PRIu64,
			 major, minor, t->v2, rate);
	else
		snprintf(raw->text2, sizeof(raw->text2), "%" PRId64 ":%" PRId64 " %s=max", major,
			 minor, t->v2);
	return 0;
}

static int parse_weight(struct oci_resources *r, struct json_object *o, const char *where,
			const void *arg, struct oci_error *err)
{
	int64_t major = 0, minor = 0, weight = 0, leaf = 0;
	struct oci_raw *raw;
	int e = parse_numbers(o, where, &major, &minor, err);

	(void)arg;
	if (e >= 0)
		e = oci_json_i64(o, where, "weight", 0, 10000, &weight, err);
	if (e >= 0)
		e = oci_json_i64(o, where, "leafWeight", 0, 10000, &leaf, err);
	if (e < 0)
		return e;
	if (!weight && !leaf)
		return oci_fail(err, -EINVAL, "%s: neither weight nor leafWeight is given", where);
	if (leaf)
		oci_warn("%s.leafWeight: the host has no cgroup for it, ignored", where);
	if (!weight)
		return 0;
	raw = add(r, where);
	if (!raw)
		return no_room(err, where);
	raw->v1 = "blkio.bfq.weight_device";
	raw->v2 = "io.bfq.weight";
	raw->may_fail = true; /* it depends on the host's I/O scheduler */
	snprintf(raw->text1, sizeof(raw->text1), "%" PRId64 ":%" PRId64 " %" PRId64, major, minor,
		 weight);
	memcpy(raw->text2, raw->text1, sizeof(raw->text2));
	return 0;
}

static int parse_block_io(struct oci_resources *r, struct json_object *o, const char *where,
			  struct oci_error *err)
{
	struct json_object *part = NULL;
	char name[96];
	int64_t leaf = 0;
	int e = oci_json_object(o, where, "blockIO", &part, err);

	if (e != 1)
		return e;
	snprintf(name, sizeof(name), "%s.blockIO", where);
	e = oci_json_i64(part, name, "leafWeight", 0, 10000, &leaf, err);
	if (leaf)
		oci_warn("%s.leafWeight: the host has no cgroup for it, ignored", name);
	if (e >= 0)
		e = each(r, part, name, "weightDevice", parse_weight, NULL, err);
	for (size_t i = 0; e >= 0 && i < ARRAY_SIZE(throttles); i++)
		e = each(r, part, name, throttles[i].name, parse_throttle, &throttles[i], err);
	return MIN(e, 0);
}

/* ---- huge pages ---- */

static int parse_huge_pages(struct oci_resources *r, struct json_object *o, const char *where,
			    const void *arg, struct oci_error *err)
{
	const char *size = NULL;
	uint64_t limit = 0;
	struct oci_raw *raw;
	int e = oci_json_string(o, where, "pageSize", &size, err);

	(void)arg;
	if (e == 0 || (e == 1 && (strlen(size) > 8 || size[strspn(size, "0123456789KMGB")])))
		return oci_fail(err, -EINVAL, "%s.pageSize: must be like 2MB", where);
	if (e >= 0)
		e = oci_json_u64(o, where, "limit", UINT64_MAX, &limit, err);
	if (e < 0)
		return e;
	raw = add(r, where);
	if (!raw)
		return no_room(err, where);
	snprintf(raw->own_v1, sizeof(raw->own_v1), "hugetlb.%s.limit_in_bytes", size);
	snprintf(raw->own_v2, sizeof(raw->own_v2), "hugetlb.%s.max", size);
	snprintf(raw->text1, sizeof(raw->text1), "%" PRIu64, MIN(limit, (uint64_t)INT64_MAX));
	memcpy(raw->text2, raw->text1, sizeof(raw->text2));
	return 0;
}

/* ---- network, RDMA ---- */

static int parse_priority(struct oci_resources *r, struct json_object *o, const char *where,
			  const void *arg, struct oci_error *err)
{
	const char *name = NULL;
	uint64_t priority = 0;
	struct oci_raw *raw;
	int e = oci_json_string(o, where, "name", &name, err);

	(void)arg;
	if (e == 0 || (e == 1 && (strlen(name) > 15 || strpbrk(name, " \n"))))
		return oci_fail(err, -EINVAL, "%s.name: must be an interface's", where);
	if (e >= 0)
		e = oci_json_u64(o, where, "priority", UINT32_MAX, &priority, err);
	if (e < 0)
		return e;
	raw = add(r, where);
	if (!raw)
		return no_room(err, where);
	raw->v1 = "net_prio.ifpriomap";
	snprintf(raw->text1, sizeof(raw->text1), "%s %" PRIu64, name, priority);
	return 0;
}

static int parse_network(struct oci_resources *r, struct json_object *o, const char *where,
			 struct oci_error *err)
{
	struct json_object *part = NULL;
	struct oci_raw *raw;
	uint64_t class = 0;
	char name[96];
	int e = oci_json_object(o, where, "network", &part, err);

	if (e != 1)
		return e;
	snprintf(name, sizeof(name), "%s.network", where);
	e = oci_json_u64(part, name, "classID", UINT32_MAX, &class, err);
	if (e == 1 && class) {
		raw = add(r, "linux.resources.network.classID");
		if (!raw)
			return no_room(err, name);
		raw->v1 = "net_cls.classid";
		snprintf(raw->text1, sizeof(raw->text1), "%" PRIu64, class);
	}
	return e < 0 ? e : each(r, part, name, "priorities", parse_priority, NULL, err);
}

static int parse_rdma(struct oci_resources *r, struct json_object *o, const char *where,
		      struct oci_error *err)
{
	struct json_object *part = NULL;
	int e = oci_json_object(o, where, "rdma", &part, err);

	if (e != 1)
		return e;
	json_object_object_foreach(part, device, v)
	{
		uint64_t handles = 0, objects = 0;
		struct oci_raw *raw;
		char name[96], text[64] = "";
		int h, n;

		snprintf(name, sizeof(name), "%s.rdma.%.30s", where, device);
		if (!json_object_is_type(v, json_type_object) || strlen(device) > 30 ||
		    strpbrk(device, " \n"))
			return oci_fail(err, -EINVAL, "%s: must be a device's object", name);
		h = oci_json_u64(v, name, "hcaHandles", UINT32_MAX, &handles, err);
		n = h < 0 ? h : oci_json_u64(v, name, "hcaObjects", UINT32_MAX, &objects, err);
		if (n < 0)
			return n;
		if (h == 1)
			snprintf(text, sizeof(text), " hca_handle=%" PRIu64, handles);
		if (n == 1)
			snprintf(text + strlen(text), sizeof(text) - strlen(text),
				 " hca_object=%" PRIu64, objects);
		raw = add(r, name);
		if (!raw)
			return no_room(err, name);
		raw->v1 = raw->v2 = "rdma.max";
		snprintf(raw->text1, sizeof(raw->text1), "%s%s", device, text);
		memcpy(raw->text2, raw->text1, sizeof(raw->text2));
	}
	return 0;
}

/* ---- numbers of other controllers ---- */

static const struct simple {
	const char *part, *name, *v1, *v2;
} simple[] = {
	{"cpu", "burst", "cpu.cfs_burst_us", "cpu.max.burst"},
	{"cpu", "realtimePeriod", "cpu.rt_period_us", NULL},
	{"cpu", "realtimeRuntime", "cpu.rt_runtime_us", NULL},
	{"cpu", "idle", "cpu.idle", "cpu.idle"},
	{"memory", "kernelTCP", "memory.kmem.tcp.limit_in_bytes", NULL},
};

static int parse_simple(struct oci_resources *r, struct json_object *o, const char *where,
			struct oci_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(simple); i++) {
		const struct simple *s = &simple[i];
		struct json_object *part = NULL;
		struct oci_raw *raw;
		char name[96];
		int64_t n = 0;
		int e = oci_json_object(o, where, s->part, &part, err);

		snprintf(name, sizeof(name), "%s.%s", where, s->part);
		if (e == 1)
			e = oci_json_i64(part, name, s->name, -1, INT64_MAX, &n, err);
		if (e < 0)
			return e;
		if (e == 0 || n == 0)
			continue; /* engines write 0 for what they do not set */
		snprintf(name, sizeof(name), "%s.%s.%s", where, s->part, s->name);
		raw = add(r, name);
		if (!raw)
			return no_room(err, where);
		raw->v1 = s->v1;
		raw->v2 = s->v2;
		snprintf(raw->text1, sizeof(raw->text1), "%" PRId64, n);
		memcpy(raw->text2, raw->text1, sizeof(raw->text2));
	}
	return 0;
}

/* ---- rules for devices ---- */

static int add_device(struct oci_resources *r, const char *where, bool allow, const char *text,
		      struct oci_error *err)
{
	struct oci_raw *raw = add(r, where);

	if (!raw)
		return no_room(err, where);
	raw->v1 = allow ? "devices.allow" : "devices.deny";
	raw->optional = raw->may_fail = true;
	snprintf(raw->text1, sizeof(raw->text1), "%s", text);
	return 0;
}

static void device_number(char *buf, size_t size, int64_t n)
{
	if (n < 0)
		snprintf(buf, size, "*");
	else
		snprintf(buf, size, "%" PRId64, n);
}

static int parse_device(struct oci_resources *r, struct json_object *o, const char *where,
			const void *arg, struct oci_error *err)
{
	const char *type = "a", *access = "rwm";
	int64_t major = -1, minor = -1;
	bool allow = false;
	char text[64], a[24], b[24];
	int e = oci_json_bool(o, where, "allow", &allow, err);

	(void)arg;
	if (e >= 0)
		e = oci_json_string(o, where, "type", &type, err);
	if (e >= 0)
		e = oci_json_string(o, where, "access", &access, err);
	if (e >= 0)
		e = oci_json_i64(o, where, "major", -1, INT32_MAX, &major, err);
	if (e >= 0)
		e = oci_json_i64(o, where, "minor", -1, INT32_MAX, &minor, err);
	if (e < 0)
		return e;
	if (!*type)
		type = "a";
	if (!strchr("abc", type[0]) || type[1])
		return oci_fail(err, -EINVAL, "%s.type: \"%.16s\" is none of a, b, c", where, type);
	if (!*access)
		access = "rwm";
	if (strlen(access) > 3 || access[strspn(access, "rwm")])
		return oci_fail(err, -EINVAL, "%s.access: \"%.16s\" is not of r, w, m", where,
				access);
	device_number(a, sizeof(a), major);
	device_number(b, sizeof(b), minor);
	snprintf(text, sizeof(text), "%s %s:%s %s", type, a, b, access);
	return add_device(r, where, allow, text, err);
}

/* What any container may use, whatever its rules are: as runc has it. */
static const char *const always[] = {
	"c *:* m",   "b *:* m",	  "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm",   "c 1:8 rwm",
	"c 1:9 rwm", "c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm",
};

static int parse_devices(struct oci_resources *r, struct json_object *o, const char *where,
			 struct oci_error *err)
{
	size_t before = r->nr_raw;
	int e = each(r, o, where, "devices", parse_device, NULL, err);

	for (size_t i = 0; e == 0 && r->nr_raw > before && i < ARRAY_SIZE(always); i++)
		e = add_device(r, where, true, always[i], err);
	return e;
}

int oci_resources_parse_raw(struct json_object *o, const char *where, struct oci_resources *r,
			    struct oci_error *err)
{
	int e = parse_devices(r, o, where, err);

	if (e >= 0)
		e = parse_simple(r, o, where, err);
	if (e >= 0)
		e = parse_block_io(r, o, where, err);
	if (e >= 0)
		e = each(r, o, where, "hugepageLimits", parse_huge_pages, NULL, err);
	if (e >= 0)
		e = parse_network(r, o, where, err);
	return e < 0 ? e : parse_rdma(r, o, where, err);
}

/* ---- telling the host ---- */

static int put_raw(const struct oci_state *st, const struct oci_raw *raw, struct oci_error *err)
{
	const char *v1 = raw->own_v1[0] ? raw->own_v1 : raw->v1;
	const char *v2 = raw->own_v2[0] ? raw->own_v2 : raw->v2;
	const char *file = v1, *text = raw->text1;
	int e = v1 ? oci_cgroup_put(st, v1, text) : -ENOENT;

	if (e == -ENOENT && v2) {
		file = v2;
		text = raw->text2;
		e = oci_cgroup_put(st, file, text);
	}
	if (e == -ENOENT && !raw->optional)
		oci_warn("%s: the host has no cgroup for it, ignored", raw->what);
	if (e == 0 || e == -ENOENT)
		return 0;
	if (raw->may_fail) {
		oci_warn("%s: writing \"%s\" to %s: %s, ignored", raw->what, text, file,
			 strerror(-e));
		return 0;
	}
	return oci_fail(err, e, "%s: failed to write \"%s\" to %s: %s", raw->what, text, file,
			strerror(-e));
}

int oci_cgroup_apply_raw(const struct oci_state *st, const struct oci_resources *r,
			 struct oci_error *err)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < r->nr_raw; i++)
		e = put_raw(st, &r->raw[i], err);
	return e;
}
