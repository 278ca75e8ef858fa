/*
 * runsc-c/oci/config_sched.c - config.json: process.scheduler, process.ioPriority, linux.personality
 *
 * What the sandbox does with them is what its own calls do: policies and I/O priorities are remembered and
 * told, nice values are the host's. SCHED_ISO and SCHED_DEADLINE there are none of; real-time policies are
 * warned about, as nothing of them reaches the host.
 */
#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>

#include "runsc-c/oci/config_internal.h"

static const struct {
	const char *name;
	int32_t value;
} policies[] =
	{
		{"SCHED_OTHER", SCHED_NORMAL}, {"SCHED_FIFO", SCHED_FIFO}, {"SCHED_RR", SCHED_RR},
		{"SCHED_BATCH", SCHED_BATCH},  {"SCHED_IDLE", SCHED_IDLE},
},
  classes[] = {
	  {"IOPRIO_CLASS_RT", 1},
	  {"IOPRIO_CLASS_BE", 2},
	  {"IOPRIO_CLASS_IDLE", 3},
};

static int parse_policy(struct json_object *o, const char *where, struct oci_sched *s,
			struct oci_error *err)
{
	const char *name = NULL;
	int r = oci_json_string(o, where, "policy", &name, err);

	if (r == 0)
		return oci_fail(err, -EINVAL, "%s.policy: is missing", where);
	for (size_t i = 0; r == 1 && i < ARRAY_SIZE(policies); i++) {
		if (strcmp(name, policies[i].name) == 0) {
			s->policy = policies[i].value;
			return 0;
		}
	}
	return r < 0 ? r
		     : oci_fail(err, -EINVAL, "%s.policy: \"%.40s\" is not supported", where, name);
}

static int parse_flags(struct json_object *o, const char *where, struct oci_sched *s,
		       struct oci_error *err)
{
	char **flags = NULL;
	int r = oci_json_strings(o, where, "flags", &flags, err);

	for (size_t i = 0; r == 1 && flags[i]; i++) {
		if (strcmp(flags[i], "SCHED_FLAG_RESET_ON_FORK") == 0)
			s->reset_on_fork = true;
		else
			r = oci_fail(err, -EINVAL, "%s.flags[%zu]: \"%.40s\" is not supported",
				     where, i, flags[i]);
	}
	free(flags);
	return MIN(r, 0);
}

static int parse_scheduler(struct json_object *o, struct oci_sched *s, struct oci_error *err)
{
	static const char *const of_deadline[] = {"runtime", "deadline", "period"};
	static const char where[] = "process.scheduler";
	bool real_time;
	int64_t nice = 0, priority = 0;
	uint64_t n = 0;
	int r = parse_policy(o, where, s, err);

	real_time = s->policy == SCHED_FIFO || s->policy == SCHED_RR;
	if (r >= 0)
		r = oci_json_i64(o, where, "nice", -20, 19, &nice, err);
	if (r >= 0)
		r = oci_json_i64(o, where, "priority", 0, 99, &priority, err);
	if (r >= 0)
		r = parse_flags(o, where, s, err);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(of_deadline); i++)
		r = oci_json_u64(o, where, of_deadline[i], 0, &n, err);
	if (r < 0)
		return r;
	if (real_time != (priority != 0))
		return oci_fail(err, -EINVAL, "%s.priority: must be %s for this policy", where,
				real_time ? "1 to 99" : "0");
	if (real_time)
		oci_warn("%s.policy: a real-time policy is told to programs, but has no effect",
			 where);
	if (nice < 0)
		oci_warn("%s.nice: a value below 0 is told to programs, but has no effect", where);
	s->nice = (int32_t)nice;
	s->priority = (int32_t)priority;
	return 0;
}

static int parse_io_priority(struct json_object *o, struct oci_sched *s, struct oci_error *err)
{
	const char *name = NULL;
	int64_t level = 0;
	int r = oci_json_string(o, "process.ioPriority", "class", &name, err);

	if (r == 0)
		return oci_fail(err, -EINVAL, "process.ioPriority.class: is missing");
	if (r == 1)
		r = oci_json_i64(o, "process.ioPriority", "priority", 0, 7, &level, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		if (strcmp(name, classes[i].name) == 0) {
			s->ioprio = classes[i].value << 13 | (int32_t)level;
			return 0;
		}
	}
	return oci_fail(err, -EINVAL, "process.ioPriority.class: \"%.40s\" is no class", name);
}

int oci_process_sched(struct json_object *process, struct oci_sched *s, struct oci_error *err)
{
	struct json_object *scheduler = NULL, *io = NULL;
	int r = oci_json_object(process, "process", "scheduler", &scheduler, err);

	if (r >= 0)
		r = oci_json_object(process, "process", "ioPriority", &io, err);
	s->given = scheduler || io;
	if (r >= 0 && scheduler)
		r = parse_scheduler(scheduler, s, err);
	if (r >= 0 && io)
		r = parse_io_priority(io, s, err);
	return MIN(r, 0);
}

int oci_config_personality(struct oci_config *cfg, struct json_object *l, struct oci_error *err)
{
	struct json_object *o = NULL, *flags = NULL;
	const char *domain = NULL;
	int r = oci_json_object(l, "linux", "personality", &o, err);

	if (r != 1)
		return r;
	r = oci_json_string(o, "linux.personality", "domain", &domain, err);
	if (r == 0)
		return oci_fail(err, -EINVAL, "linux.personality.domain: is missing");
	if (r == 1)
		r = oci_json_array(o, "linux.personality", "flags", &flags, err);
	if (r == 1 && json_object_array_length(flags) > 0)
		return oci_fail(err, -EINVAL, "linux.personality.flags: none are supported");
	if (r < 0)
		return r;
	if (strcmp(domain, "LINUX32") != 0 && strcmp(domain, "LINUX") != 0)
		return oci_fail(err, -EINVAL,
				"linux.personality.domain: \"%.40s\" is neither LINUX "
				"nor LINUX32",
				domain);
	cfg->process.sched.given = true;
	cfg->process.sched.personality = domain[5] ? PER_LINUX32 : PER_LINUX;
	return 0;
}
