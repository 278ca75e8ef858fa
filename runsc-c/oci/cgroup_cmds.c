/*
 * runsc-c/oci/cgroup_cmds.c - pause, resume, update, events: what commands do with a container's cgroup
 *
 * Output of events is in runc's shape; what the host does not count is left out or 0 as there.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runsc-c/oci/cgroup.h"
#include "runsc-c/oci/command.h"
#include "runsc-c/oci/container.h"
#include "runsc-c/oci/json.h"

/* ---- pause, resume ---- */

static int do_freeze(const char *id, bool freeze, struct oci_error *err)
{
	struct oci_dir dir;
	struct oci_state st;
	int e = oci_open_container(id, true, &dir, &st, err);
	enum oci_status status;

	if (e < 0)
		return e;
	status = oci_state_status(&st);
	if (freeze && status != OCI_RUNNING && status != OCI_CREATED)
		e = oci_fail(err, -EINVAL, "container not running");
	else if (!freeze && status != OCI_PAUSED)
		e = oci_fail(err, -EINVAL, "container not paused");
	else
		e = oci_cgroup_freeze(&st, freeze, err);
	oci_state_free(&st);
	oci_dir_close(&dir);
	return e;
}

static int freeze_command(int argc, char **argv, bool freeze)
{
	const struct oci_usage usage = {
		.arguments = "ID",
		.text = freeze ? "Stops all processes of a container until `resume`."
			       : "Lets the processes of a paused container go on.",
		.min_args = 1,
		.max_args = 1,
	};
	struct oci_error err;
	char *id;
	int r = oci_options(&usage, argc, argv, NULL, &id, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r == 0)
		r = do_freeze(id, freeze, &err);
	return r < 0 ? oci_report(&err) : 0;
}

int oci_cmd_pause(int argc, char **argv)
{
	return freeze_command(argc, argv, true);
}

int oci_cmd_resume(int argc, char **argv)
{
	return freeze_command(argc, argv, false);
}

/* ---- update ---- */

struct update_options {
	const char *file;
	struct oci_resources r;
};

#define UPDATE(o) ((struct update_options *)(o))

static int set_value(void *o, enum oci_value which, const char *v, struct option_error *err)
{
	char *end;
	int64_t n;

	errno = 0;
	n = strtoll(v, &end, 10);
	if (end == v || *end || errno || n < -1)
		return option_fail(err, "a number is wanted");
	UPDATE(o)->r.given[which] = n != 0;
	UPDATE(o)->r.value[which] = n;
	return 0;
}

#define SET_VALUE(name, which)                                                                     \
	static int set_##name(void *o, char *v, struct option_error *err)                          \
	{                                                                                          \
		return set_value(o, which, v, err);                                                \
	}
SET_VALUE(memory, OCI_MEMORY_LIMIT)
SET_VALUE(reservation, OCI_MEMORY_RESERVATION)
SET_VALUE(swap, OCI_MEMORY_SWAP)
SET_VALUE(shares, OCI_CPU_SHARES)
SET_VALUE(quota, OCI_CPU_QUOTA)
SET_VALUE(period, OCI_CPU_PERIOD)
SET_VALUE(pids, OCI_PIDS_LIMIT)
SET_VALUE(weight, OCI_BLKIO_WEIGHT)

static int set_file(void *o, char *v, struct option_error *err)
{
	(void)err;
	UPDATE(o)->file = v;
	return 0;
}

static int set_cpus(void *o, char *v, struct option_error *err)
{
	(void)err;
	UPDATE(o)->r.cpus = v;
	return 0;
}

static int set_mems(void *o, char *v, struct option_error *err)
{
	(void)err;
	UPDATE(o)->r.mems = v;
	return 0;
}

static int ignore(void *o, char *v, struct option_error *err)
{
	(void)o, (void)v, (void)err;
	return 0;
}

static const struct option_spec update_specs[] = {
	{"resources", 'r', OPTION_VALUE, "FILE",
	 "an object as linux.resources of config.json; - is\nstandard input. Other options do not "
	 "count then",
	 set_file},
	{"memory", 0, OPTION_VALUE, "BYTES", "limit of memory", set_memory},
	{"memory-reservation", 0, OPTION_VALUE, "BYTES",
	 "what it is brought back to under pressure", set_reservation},
	{"memory-swap", 0, OPTION_VALUE, "BYTES", "limit of memory and swap together; -1: none",
	 set_swap},
	{"cpu-share", 0, OPTION_VALUE, "N", "relative weight", set_shares},
	{"cpu-quota", 0, OPTION_VALUE, "US", "processor time in a period", set_quota},
	{"cpu-period", 0, OPTION_VALUE, "US", "that period", set_period},
	{"cpuset-cpus", 0, OPTION_VALUE, "LIST", "processors to use", set_cpus},
	{"cpuset-mems", 0, OPTION_VALUE, "LIST", "memory nodes to use", set_mems},
	{"pids-limit", 0, OPTION_VALUE, "N", "processes and threads", set_pids},
	{"blkio-weight", 0, OPTION_VALUE, "N", "relative weight of input and output", set_weight},
	{"cpu-rt-period", 0, OPTION_VALUE, "US", "accepted, has no effect", ignore},
	{"cpu-rt-runtime", 0, OPTION_VALUE, "US", "accepted, has no effect", ignore},
	{"kernel-memory", 0, OPTION_VALUE, "BYTES", "accepted, has no effect", ignore},
	{"kernel-memory-tcp", 0, OPTION_VALUE, "BYTES", "accepted, has no effect", ignore},
	{"l3-cache-schema", 0, OPTION_VALUE, "TEXT", "accepted, has no effect", ignore},
	{"mem-bw-schema", 0, OPTION_VALUE, "TEXT", "accepted, has no effect", ignore},
};
static const struct oci_usage update_usage = {
	.arguments = "[OPTIONS] ID",
	.text = "Changes limits of a container.",
	.specs = update_specs,
	.nr_specs = ARRAY_SIZE(update_specs),
	.min_args = 1,
	.max_args = 1,
};

static char *read_input(struct oci_error *err)
{
	char *text = calloc(1, OCI_JSON_MAX);
	size_t n = text ? fread(text, 1, OCI_JSON_MAX - 1, stdin) : 0;

	if (!text || n == OCI_JSON_MAX - 1)
		oci_fail(err, -E2BIG, "standard input: too long");
	return text;
}

static int read_resources(struct update_options *o, struct oci_error *err)
{
	bool input = strcmp(o->file, "-") == 0;
	char *text = input ? read_input(err) : oci_read_file(AT_FDCWD, o->file, err);
	struct json_object *json = text ? oci_json_parse(text, o->file, err) : NULL;

	free(text);
	/* json stays: the texts in o->r are its. */
	return json ? oci_resources_parse(json, "linux.resources", &o->r, err) : -EINVAL;
}

static int do_update(const char *id, struct update_options *o, struct oci_error *err)
{
	struct oci_dir dir;
	struct oci_state st;
	int e = o->file ? read_resources(o, err) : 0;

	if (e < 0)
		return e;
	e = oci_open_container(id, true, &dir, &st, err);
	if (e < 0)
		return e;
	if (oci_state_status(&st) == OCI_STOPPED)
		e = oci_fail(err, -EINVAL, "container not running");
	else
		e = oci_cgroup_apply(&st, &o->r, err);
	oci_state_free(&st);
	oci_dir_close(&dir);
	return e;
}

int oci_cmd_update(int argc, char **argv)
{
	struct update_options o = {0};
	struct oci_error err;
	char *id;
	int r = oci_options(&update_usage, argc, argv, &o, &id, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r == 0)
		r = do_update(id, &o, &err);
	return r < 0 ? oci_report(&err) : 0;
}

/* ---- events ---- */

static struct json_object *sub(struct json_object *o, const char *name)
{
	struct json_object *part = json_object_new_object();

	json_object_object_add(o, name, part);
	return part;
}

static void add(struct json_object *o, const char *name, uint64_t v)
{
	json_object_object_add(o, name, json_object_new_uint64(v));
}

/* The number behind a word of a text of lines "word number". */
static uint64_t word(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = text; p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		if (strncmp(p, name, len) == 0 && p[len] == ' ')
			return strtoull(p + len, NULL, 10);
	return 0;
}

static void add_words(struct json_object *o, const char *text)
{
	char name[64];
	uint64_t v;
	int n;

	for (; sscanf(text, "%63s %" SCNu64 "%n", name, &v, &n) == 2; text += n)
		add(o, name, v);
}

static void add_cpu(struct json_object *data, const struct oci_state *st)
{
	struct json_object *cpu = sub(data, "cpu"), *usage = sub(cpu, "usage");
	struct json_object *percpu, *throttling = sub(cpu, "throttling");
	uint64_t tick = 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);
	char text[4096], *at = text;

	if (oci_cgroup_read(st, "cpuacct.usage", text, sizeof(text)) == 0) {
		add(usage, "total", strtoull(text, NULL, 10));
		percpu = json_object_new_array();
		json_object_object_add(usage, "percpu", percpu);
		if (oci_cgroup_read(st, "cpuacct.usage_percpu", text, sizeof(text)) == 0)
			while (*at >= '0' && *at <= '9') {
				json_object_array_add(
					percpu, json_object_new_uint64(strtoull(at, &at, 10)));
				at += strspn(at, " \n");
			}
		if (oci_cgroup_read(st, "cpuacct.stat", text, sizeof(text)) == 0) {
			add(usage, "kernel", word(text, "system") * tick);
			add(usage, "user", word(text, "user") * tick);
		}
		return;
	}
	if (oci_cgroup_read(st, "cpu.stat", text, sizeof(text)) < 0)
		return;
	add(usage, "total", word(text, "usage_usec") * 1000);
	add(usage, "kernel", word(text, "system_usec") * 1000);
	add(usage, "user", word(text, "user_usec") * 1000);
	add(throttling, "periods", word(text, "nr_periods"));
	add(throttling, "throttledPeriods", word(text, "nr_throttled"));
	add(throttling, "throttledTime", word(text, "throttled_usec") * 1000);
}

static void add_usage(struct json_object *o, const char *name, const struct oci_state *st,
		      const char *prefix)
{
	static const char *const parts[][2] = {{"limit", "limit_in_bytes"},
					       {"usage", "usage_in_bytes"},
					       {"max", "max_usage_in_bytes"},
					       {"failcnt", "failcnt"}};
	struct json_object *u = sub(o, name);
	char file[64];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		snprintf(file, sizeof(file), "%s.%s", prefix, parts[i][1]);
		add(u, parts[i][0], oci_cgroup_number(st, file, 0));
	}
}

static void add_memory(struct json_object *data, const struct oci_state *st)
{
	struct json_object *memory = sub(data, "memory"), *u;
	char text[8192];

	if (oci_cgroup_read(st, "memory.stat", text, sizeof(text)) < 0)
		return;
	if (oci_cgroup_number(st, "memory.usage_in_bytes", UINT64_MAX) != UINT64_MAX) {
		add(memory, "cache", word(text, "cache"));
		add_usage(memory, "usage", st, "memory");
		add_usage(memory, "swap", st, "memory.memsw");
		add_usage(memory, "kernel", st, "memory.kmem");
		add_usage(memory, "kernelTCP", st, "memory.kmem.tcp");
	} else {
		add(memory, "cache", word(text, "file"));
		u = sub(memory, "usage");
		add(u, "limit", oci_cgroup_number(st, "memory.max", UINT64_MAX));
		add(u, "usage", oci_cgroup_number(st, "memory.current", 0));
		add(u, "max", oci_cgroup_number(st, "memory.peak", 0));
		add(u, "failcnt", 0);
		u = sub(memory, "swap");
		add(u, "limit", oci_cgroup_number(st, "memory.swap.max", UINT64_MAX));
		add(u, "usage", oci_cgroup_number(st, "memory.swap.current", 0));
		add(u, "failcnt", 0);
	}
	add_words(sub(memory, "raw"), text);
}

static void add_pids(struct json_object *data, const struct oci_state *st)
{
	struct json_object *pids = sub(data, "pids");
	uint64_t limit = oci_cgroup_number(st, "pids.max", UINT64_MAX);

	add(pids, "current", oci_cgroup_number(st, "pids.current", 0));
	if (limit != UINT64_MAX)
		add(pids, "limit", limit > OCI_OWN_THREADS ? limit - OCI_OWN_THREADS : limit);
}

static void print_event(const char *type, const char *id, struct json_object *data)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "type", json_object_new_string(type));
	json_object_object_add(o, "id", json_object_new_string(id));
	if (data)
		json_object_object_add(o, "data", data);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
						       JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(o);
}

static void print_stats(const struct oci_state *st)
{
	struct json_object *data = json_object_new_object();

	add_cpu(data, st);
	add_memory(data, st);
	add_pids(data, st);
	sub(data, "blkio");
	sub(data, "hugetlb");
	sub(data, "intel_rdt");
	json_object_object_add(data, "network_interfaces", NULL);
	print_event("stats", st->id, data);
}

static uint64_t oom_kills(const struct oci_state *st)
{
	char text[512];

	if (oci_cgroup_read(st, "memory.events", text, sizeof(text)) == 0 ||
	    oci_cgroup_read(st, "memory.oom_control", text, sizeof(text)) == 0)
		return word(text, "oom_kill");
	return 0;
}

struct events_options {
	bool stats;
	unsigned int interval;
};

static int set_stats(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&((struct events_options *)o)->stats, v, err);
}

static int set_interval(void *o, char *v, struct option_error *err)
{
	char *end;
	double n = strtod(v, &end);

	if (end == v || n <= 0 || n > 86400 * 1000.0 ||
	    (*end && strcmp(end, "s") != 0 && strcmp(end, "ms") != 0 && strcmp(end, "m") != 0))
		return option_fail(err, "a time is wanted, as 5s");
	if (end[0] == 'm')
		n = end[1] ? n / 1000 : n * 60;
	((struct events_options *)o)->interval = MAX((unsigned int)n, 1U);
	return 0;
}

static const struct option_spec events_specs[] = {
	{"stats", 0, OPTION_OPTIONAL, "BOOL", "once, what is used now", set_stats},
	{"interval", 0, OPTION_VALUE, "TIME", "between two looks (default 5s)", set_interval},
};
static const struct oci_usage events_usage = {
	.arguments = "[OPTIONS] ID",
	.text = "Prints what a container uses, and out-of-memory events, as JSON.",
	.specs = events_specs,
	.nr_specs = ARRAY_SIZE(events_specs),
	.min_args = 1,
	.max_args = 1,
};

/* Until the container ends; an out-of-memory event is told within a second, also when it was the end. */
static void watch(const struct oci_state *st, unsigned int interval)
{
	uint64_t seen = oom_kills(st);
	bool ended = false;

	for (unsigned int n = 0; !ended; n++) {
		ended = oci_state_status(st) == OCI_STOPPED;
		for (uint64_t now = oom_kills(st); seen < now; seen++)
			print_event("oom", st->id, NULL);
		if (!ended && n % interval == interval - 1)
			print_stats(st);
		if (!ended)
			sleep(1);
	}
}

int oci_cmd_events(int argc, char **argv)
{
	struct events_options o = {.interval = 5};
	struct oci_error err;
	struct oci_dir dir;
	struct oci_state st;
	char *id;
	int r = oci_options(&events_usage, argc, argv, &o, &id, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r == 0)
		r = oci_open_container(id, false, &dir, &st, &err);
	if (r < 0)
		return oci_report(&err);
	oci_dir_close(&dir);
	if (oci_state_status(&st) == OCI_STOPPED) {
		oci_fail(&err, -ESRCH, "container with id %s is not running", id);
		r = -ESRCH;
	} else if (o.stats) {
		print_stats(&st);
	} else {
		watch(&st, o.interval);
	}
	oci_state_free(&st);
	return r < 0 ? oci_report(&err) : 0;
}
