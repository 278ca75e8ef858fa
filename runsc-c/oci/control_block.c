/*
 * runsc-c/oci/control_block.c - struct control_process: made by commands, taken apart by the sentry
 *
 * control_unpack() believes nothing: every count is bounded before it is used, and the block must be
 * exactly as long as its counts say. It works on a copy that nobody else can change.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "runsc-c/oci/config.h"
#include "runsc-c/oci/control.h"
#include "runsc-c/oci/control_internal.h"
#include "runsc-c/oci/error.h"
#include "sentry/base/mem.h"
#include "sentry/spawn.h"

#define MAX_STRINGS 131072 /* arguments, or variables */

/* ---- making ---- */

static size_t strings_size(char *const *v, uint32_t *ret_nr)
{
	size_t size = 0;
	uint32_t nr = 0;

	for (; v && v[nr]; nr++)
		size += strlen(v[nr]) + 1;
	*ret_nr = nr;
	return size;
}

static char *put_strings(char *p, char *const *v, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		p = stpcpy(p, v[i]) + 1;
	return p;
}

static void put_caps(struct control_process *h, const struct oci_caps *c)
{
	h->cap_bounding = c->bounding;
	h->cap_effective = c->effective;
	h->cap_inheritable = c->inheritable;
	h->cap_permitted = c->permitted;
	h->cap_ambient = c->ambient;
}

static uint32_t flags_of(const struct oci_process *p)
{
	return (p->terminal ? CONTROL_TERMINAL : 0U) |
	       (p->no_new_privs ? CONTROL_NO_NEW_PRIVS : 0U) | (p->has_umask ? CONTROL_UMASK : 0U) |
	       (p->has_oom_score_adj ? CONTROL_OOM_SCORE_ADJ : 0U) |
	       (p->program ? CONTROL_PROGRAM : 0U) | (p->sched.given ? CONTROL_SCHED : 0U);
}

static char *put_sched(char *at, const struct oci_sched *s)
{
	struct control_sched c = {
		.policy = (uint32_t)s->policy | (s->reset_on_fork ? SCHED_RESET_ON_FORK : 0U),
		.priority = (uint32_t)s->priority,
		.nice = s->nice,
		.ioprio = s->ioprio,
		.personality = s->personality,
	};

	return mempcpy(at, &c, sizeof(c));
}

int control_pack(const struct oci_process *p, uint32_t extra_fds, void **ret, size_t *ret_size,
		 struct oci_error *err)
{
	struct control_process h = {
		.magic = CONTROL_MAGIC,
		.flags = flags_of(p),
		.uid = p->uid,
		.gid = p->gid,
		.umask = p->umask,
		.oom_score_adj = p->oom_score_adj,
		.rows = p->rows,
		.cols = p->cols,
		.nr_groups = p->nr_groups,
		.nr_limits = (uint32_t)p->nr_rlimits,
		.nr_extra_fds = extra_fds,
	};
	size_t strings = strlen(p->cwd) + 1, size;
	char *block, *at;

	strings += p->program ? strlen(p->program) + 1 : 0;
	strings += strings_size(p->args, &h.nr_args);
	strings += strings_size(p->env, &h.nr_env);
	size = sizeof(h) + h.nr_groups * sizeof(uint32_t) +
	       h.nr_limits * sizeof(struct control_limit) +
	       (p->sched.given ? sizeof(struct control_sched) : 0) + strings;
	if (size > CONTROL_MAX_PAYLOAD)
		return oci_fail(err, -E2BIG, "process.args and process.env are too long");
	h.strings = (uint32_t)strings;
	put_caps(&h, &p->caps);
	block = at = malloc(size);
	if (!block)
		return oci_fail(err, -ENOMEM, "out of memory");
	at = mempcpy(at, &h, sizeof(h));
	if (h.nr_groups)
		at = mempcpy(at, p->groups, h.nr_groups * sizeof(uint32_t));
	for (uint32_t i = 0; i < h.nr_limits; i++) {
		struct control_limit l = {
			.resource = (uint32_t)p->rlimits[i].resource,
			.soft = p->rlimits[i].soft,
			.hard = p->rlimits[i].hard,
		};

		at = mempcpy(at, &l, sizeof(l));
	}
	if (p->sched.given)
		at = put_sched(at, &p->sched);
	at = stpcpy(at, p->cwd) + 1;
	if (p->program)
		at = stpcpy(at, p->program) + 1;
	at = put_strings(at, p->args, h.nr_args);
	put_strings(at, p->env, h.nr_env);
	*ret = block;
	*ret_size = size;
	return 0;
}

/* ---- taking apart ---- */

/* The rest of a block. */
struct rest {
	const char *at;
	size_t len;
};

static const void *take(struct rest *r, size_t n)
{
	const char *p = r->at;

	if (n > r->len)
		return NULL;
	r->at += n;
	r->len -= n;
	return p;
}

static const char *take_string(struct rest *r)
{
	const char *end = r->len ? memchr(r->at, 0, r->len) : NULL;

	return end ? take(r, (size_t)(end - r->at) + 1) : NULL;
}

static int take_vector(struct rest *r, uint32_t nr, const char ***ret)
{
	const char **v = mem_calloc(nr + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	*ret = v;
	for (uint32_t i = 0; i < nr; i++) {
		v[i] = take_string(r);
		if (!v[i])
			return -EINVAL;
	}
	return 0;
}

static int take_limits(struct rest *r, uint32_t nr, struct spawn *s)
{
	for (uint32_t i = 0; i < nr; i++) {
		const void *p = take(r, sizeof(struct control_limit));
		struct control_limit l;

		if (!p)
			return -EINVAL;
		memcpy(&l, p, sizeof(l)); /* they may lie at any address */
		if (l.resource >= NR_RLIMITS || l.soft > l.hard)
			return -EINVAL;
		s->limits[l.resource] = (struct rlimit64){l.soft, l.hard};
		s->limits_given |= 1U << l.resource;
	}
	return 0;
}

static int take_sched(struct rest *r, struct spawn *s)
{
	const void *p = take(r, sizeof(struct control_sched));
	struct control_sched c;

	if (!p)
		return -EINVAL;
	memcpy(&c, p, sizeof(c));
	s->sched_given = true;
	s->sched_reset_on_fork = c.policy & SCHED_RESET_ON_FORK;
	s->sched_policy = (int)(c.policy & ~(uint32_t)SCHED_RESET_ON_FORK);
	s->sched_priority = (int)c.priority;
	s->nice = c.nice;
	s->ioprio = c.ioprio;
	s->personality = c.personality;
	return s->sched_policy <= SCHED_IDLE && c.priority <= 99 && c.nice >= -20 && c.nice <= 19 &&
			       c.ioprio >= 0 && c.ioprio < 4 << 13
		       ? 0
		       : -EINVAL;
}

static int take_groups(struct rest *r, uint32_t nr, struct spawn *s)
{
	const void *groups = take(r, nr * sizeof(uint32_t));

	if (!groups)
		return -EINVAL;
	s->groups = groups; /* the header's size is a multiple of eight */
	s->nr_groups = nr;
	return 0;
}

static bool header_ok(const struct control_process *h)
{
	uint64_t caps = (1ULL << (CAP_LAST_CAP + 1)) - 1;

	return h->magic == CONTROL_MAGIC && !(h->flags & ~(uint32_t)CONTROL_FLAGS) &&
	       h->nr_groups <= CRED_MAX_GROUPS && h->nr_limits <= NR_RLIMITS && h->nr_args > 0 &&
	       h->nr_args <= MAX_STRINGS && h->nr_env <= MAX_STRINGS &&
	       h->nr_extra_fds <= CONTROL_MAX_FDS && h->rows <= UINT16_MAX &&
	       h->cols <= UINT16_MAX && h->oom_score_adj >= -1000 && h->oom_score_adj <= 1000 &&
	       h->umask <= 0777 && h->uid != (uint32_t)-1 && h->gid != (uint32_t)-1 &&
	       !((h->cap_bounding | h->cap_effective | h->cap_inheritable | h->cap_permitted |
		  h->cap_ambient) &
		 ~caps);
}

static void take_header(const struct control_process *h, struct spawn *s)
{
	s->uid = h->uid;
	s->gid = h->gid;
	s->no_new_privs = h->flags & CONTROL_NO_NEW_PRIVS;
	s->has_umask = h->flags & CONTROL_UMASK;
	s->umask = h->umask;
	s->has_oom_score_adj = h->flags & CONTROL_OOM_SCORE_ADJ;
	s->oom_score_adj = h->oom_score_adj;
	s->cap_bounding = h->cap_bounding;
	s->cap_effective = h->cap_effective & h->cap_permitted;
	s->cap_inheritable = h->cap_inheritable;
	s->cap_permitted = h->cap_permitted;
	s->cap_ambient = h->cap_ambient & h->cap_permitted & h->cap_inheritable;
}

int control_unpack(void *block, size_t size, struct control_process *ret_header, struct spawn **ret)
{
	struct rest r = {.at = block, .len = size};
	struct spawn *s = spawn_new();
	struct control_process h;
	const void *head = take(&r, sizeof(h));
	int err = -EINVAL;

	if (!s) {
		mem_free(block);
		return -ENOMEM;
	}
	s->block = block;
	if (head) {
		memcpy(&h, head, sizeof(h));
		err = header_ok(&h) ? 0 : -EINVAL;
	}
	if (err == 0)
		err = take_groups(&r, h.nr_groups, s);
	if (err == 0)
		err = take_limits(&r, h.nr_limits, s);
	if (err == 0 && (h.flags & CONTROL_SCHED))
		err = take_sched(&r, s);
	if (err == 0) {
		s->cwd = r.len == h.strings ? take_string(&r) : NULL;
		err = s->cwd && s->cwd[0] == '/' ? 0 : -EINVAL;
	}
	if (err == 0 && (h.flags & CONTROL_PROGRAM)) {
		s->program = take_string(&r);
		err = s->program && *s->program ? 0 : -EINVAL;
	}
	if (err == 0)
		err = take_vector(&r, h.nr_args, &s->argv);
	if (err == 0)
		err = take_vector(&r, h.nr_env, &s->envp);
	if (err == 0 && r.len != 0)
		err = -EINVAL;
	if (err < 0) {
		spawn_put(s);
		return err;
	}
	take_header(&h, s);
	*ret_header = h;
	*ret = s;
	return 0;
}
