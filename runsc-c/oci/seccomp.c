/* runsc-c/oci/seccomp.c - linux.seccomp by libseccomp, see seccomp.h */
#include "runsc-c/oci/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runsc-c/oci/json.h"
#include "syscalls/syscall.h"

#define WHERE "linux.seccomp"
#define MAX_ARGS 6

struct profile {
	scmp_filter_ctx ctx;
	uint32_t def;
	int last; /* the largest number that is named; -1: none */
};

/* ---- words ---- */

struct word {
	const char *name;
	uint32_t value;
};

static const struct word actions[] = {
	{"SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD},
	{"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
	{"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
	{"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
	{"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0)},
	{"SCMP_ACT_TRACE", SCMP_ACT_TRACE(0)},
	{"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
	{"SCMP_ACT_LOG", SCMP_ACT_LOG},
	{NULL, 0},
};

static const struct word operators[] = {
	{"SCMP_CMP_NE", SCMP_CMP_NE},
	{"SCMP_CMP_LT", SCMP_CMP_LT},
	{"SCMP_CMP_LE", SCMP_CMP_LE},
	{"SCMP_CMP_EQ", SCMP_CMP_EQ},
	{"SCMP_CMP_GE", SCMP_CMP_GE},
	{"SCMP_CMP_GT", SCMP_CMP_GT},
	{"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
	{NULL, 0},
};

/* Nothing comes of them: they may be named. */
static const struct word flags[] = {
	{"SECCOMP_FILTER_FLAG_TSYNC", 0},
	{"SECCOMP_FILTER_FLAG_LOG", 0},
	{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", 0},
	{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 0},
	{NULL, 0},
};

static const struct word architectures[] = {
	{"SCMP_ARCH_X86", 0},	   {"SCMP_ARCH_X86_64", 0},	 {"SCMP_ARCH_X32", 0},
	{"SCMP_ARCH_ARM", 0},	   {"SCMP_ARCH_AARCH64", 0},	 {"SCMP_ARCH_MIPS", 0},
	{"SCMP_ARCH_MIPS64", 0},   {"SCMP_ARCH_MIPS64N32", 0},	 {"SCMP_ARCH_MIPSEL", 0},
	{"SCMP_ARCH_MIPSEL64", 0}, {"SCMP_ARCH_MIPSEL64N32", 0}, {"SCMP_ARCH_PPC", 0},
	{"SCMP_ARCH_PPC64", 0},	   {"SCMP_ARCH_PPC64LE", 0},	 {"SCMP_ARCH_S390", 0},
	{"SCMP_ARCH_S390X", 0},	   {"SCMP_ARCH_PARISC", 0},	 {"SCMP_ARCH_PARISC64", 0},
	{"SCMP_ARCH_RISCV64", 0},  {"SCMP_ARCH_LOONGARCH64", 0}, {"SCMP_ARCH_M68K", 0},
	{"SCMP_ARCH_SH", 0},	   {"SCMP_ARCH_SHEB", 0},	 {NULL, 0},
};

static int find_word(const struct word *w, const char *name, uint32_t *ret)
{
	for (; w->name; w++) {
		if (strcmp(w->name, name) == 0) {
			*ret = w->value;
			return 0;
		}
	}
	return -EINVAL;
}

/* Each entry of a list of strings is one of the words. */
static int check_words(struct json_object *o, const char *name, const struct word *words,
		       struct oci_error *err)
{
	char **list = NULL;
	uint32_t ignored;
	int r = oci_json_strings(o, WHERE, name, &list, err);

	for (size_t i = 0; r == 1 && list[i]; i++)
		if (find_word(words, list[i], &ignored) < 0)
			r = oci_fail(err, -EINVAL, WHERE ".%s[%zu]: \"%.60s\" is not known", name,
				     i, list[i]);
	free(list);
	return MIN(r, 0);
}

/* name, and errno_name beside it where the action takes a number. */
static int parse_action(struct json_object *o, const char *where, const char *name,
			const char *errno_name, uint32_t *ret, struct oci_error *err)
{
	const char *text = NULL;
	uint64_t number = EPERM;
	int r = oci_json_string(o, where, name, &text, err), given;

	if (r == 0)
		return oci_fail(err, -EINVAL, "%s.%s: is missing", where, name);
	if (r < 0)
		return r;
	given = oci_json_u64(o, where, errno_name, 65535, &number, err);
	if (given < 0)
		return given;
	if (strcmp(text, "SCMP_ACT_NOTIFY") == 0)
		return oci_fail(err, -EOPNOTSUPP,
				"%s.%s: SCMP_ACT_NOTIFY is not supported: calls of the container "
				"are answered by the sandbox alone",
				where, name);
	if (find_word(actions, text, ret) < 0)
		return oci_fail(err, -EINVAL, "%s.%s: \"%.60s\" is no action", where, name, text);
	if (*ret == SCMP_ACT_ERRNO(0) || *ret == SCMP_ACT_TRACE(0))
		*ret |= (uint32_t)number;
	else if (given)
		return oci_fail(err, -EINVAL, "%s.%s: %s takes none", where, errno_name, text);
	return 0;
}

/* ---- rules ---- */

/* libseccomp knows the names of its time, our table those of a later one. */
static int number_of(const char *name)
{
	int nr = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name);

	for (int i = 0; nr == __NR_SCMP_ERROR && i < SYSCALL_MAX; i++) {
		const struct syscall_row *row = syscall_row(i);

		if (row && strcmp(row->name, name) == 0)
			nr = i;
	}
	return nr;
}

static int parse_arg(struct json_object *o, const char *where, struct scmp_arg_cmp *ret,
		     struct oci_error *err)
{
	uint64_t index = 0, value = 0, two = 0;
	const char *op = "";
	uint32_t word = 0;
	int r = oci_json_u64(o, where, "index", MAX_ARGS - 1, &index, err);

	if (r >= 0)
		r = oci_json_u64(o, where, "value", UINT64_MAX, &value, err);
	if (r >= 0)
		r = oci_json_u64(o, where, "valueTwo", UINT64_MAX, &two, err);
	if (r >= 0)
		r = oci_json_string(o, where, "op", &op, err);
	if (r < 0)
		return r;
	if (find_word(operators, op, &word) < 0)
		return oci_fail(err, -EINVAL, "%s.op: \"%.60s\" is no comparison", where, op);
	*ret = (struct scmp_arg_cmp){.arg = (unsigned int)index,
				     .op = (enum scmp_compare)word,
				     .datum_a = value,
				     .datum_b = two};
	return 0;
}

struct rule {
	uint32_t action;
	struct scmp_arg_cmp args[MAX_ARGS * 4];
	unsigned int nr_args;
	bool alternatives; /* an argument is there twice */
};

static int parse_args(struct json_object *o, const char *where, struct rule *rule,
		      struct oci_error *err)
{
	struct json_object *list = NULL;
	unsigned int seen = 0;
	char name[96];
	int r = oci_json_array(o, where, "args", &list, err);
	size_t n = r == 1 ? json_object_array_length(list) : 0;

	if (n > ARRAY_SIZE(rule->args))
		return oci_fail(err, -EINVAL, "%s.args: too many", where);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		struct json_object *arg = json_object_array_get_idx(list, i);

		snprintf(name, sizeof(name), "%s.args[%zu]", where, i);
		if (!json_object_is_type(arg, json_type_object))
			return oci_fail(err, -EINVAL, "%s: must be an object", name);
		r = parse_arg(arg, name, &rule->args[i], err);
		if (r < 0)
			return r;
		rule->alternatives |= seen >> rule->args[i].arg & 1;
		seen |= 1u << rule->args[i].arg;
	}
	rule->nr_args = (unsigned int)n;
	return MIN(r, 0);
}

static int add_rule(struct profile *p, const struct rule *rule, int nr)
{
	int r = 0;

	if (!rule->alternatives)
		return seccomp_rule_add_array(p->ctx, rule->action, nr, rule->nr_args, rule->args);
	for (unsigned int i = 0; r == 0 && i < rule->nr_args; i++)
		r = seccomp_rule_add_array(p->ctx, rule->action, nr, 1, &rule->args[i]);
	return r;
}

static int parse_rule(struct profile *p, struct json_object *o, const char *where,
		      struct oci_error *err)
{
	struct rule rule = {0};
	char **names = NULL;
	int r = oci_json_strings(o, where, "names", &names, err);

	if (r == 0 || (r == 1 && !names[0])) {
		free(names);
		return oci_fail(err, -EINVAL, "%s.names: is missing", where);
	}
	if (r >= 0)
		r = parse_action(o, where, "action", "errnoRet", &rule.action, err);
	if (r >= 0)
		r = parse_args(o, where, &rule, err);
	for (size_t i = 0; r >= 0 && names[i]; i++) {
		int nr = number_of(names[i]), e;

		if (nr < 0) /* of another architecture, or of none */
			continue;
		p->last = MAX(p->last, nr);
		if (rule.action == p->def)
			continue;
		e = add_rule(p, &rule, nr);
		if (e < 0)
			r = oci_fail(err, e, "%s: %s: libseccomp: %s", where, names[i],
				     strerror(-e));
	}
	free(names);
	return MIN(r, 0);
}

static int parse_rules(struct profile *p, struct json_object *o, struct oci_error *err)
{
	struct json_object *list = NULL;
	int r = oci_json_array(o, WHERE, "syscalls", &list, err);

	for (size_t i = 0; r == 1 && i < json_object_array_length(list); i++) {
		struct json_object *rule = json_object_array_get_idx(list, i);
		char where[64];
		int e;

		snprintf(where, sizeof(where), WHERE ".syscalls[%zu]", i);
		if (!json_object_is_type(rule, json_type_object))
			return oci_fail(err, -EINVAL, "%s: must be an object", where);
		e = parse_rule(p, rule, where, err);
		if (e < 0)
			return e;
	}
	return MIN(r, 0);
}

/* ---- the program ---- */

/* Numbers above the last that is named: calls that the profile's author did not know. */
static uint32_t put_newer(const struct profile *p, struct sock_filter *f)
{
	bool denies = p->def != SCMP_ACT_ALLOW && p->def != SCMP_ACT_LOG &&
		      p->def != SCMP_ACT_ERRNO(ENOSYS);
	const struct sock_filter newer[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)p->last, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};

	if (!denies || p->last < 0)
		return 0;
	memcpy(f, newer, sizeof(newer));
	return ARRAY_SIZE(newer);
}

static int export_program(struct profile *p, struct oci_seccomp *ret, struct oci_error *err)
{
	size_t room = BPF_MAXINSNS * sizeof(struct sock_filter);
	_cleanup_close_ int fd = memfd_create("seccomp", MFD_CLOEXEC);
	struct sock_filter *insns = malloc(room + sizeof(*insns));
	int e = fd < 0 || !insns ? -ENOMEM : seccomp_export_bpf(p->ctx, fd);
	uint32_t first = e == 0 ? put_newer(p, insns) : 0;
	ssize_t n = 0;

	if (e == 0)
		n = pread(fd, insns + first, room - first * sizeof(*insns) + 1, 0);
	if (e == 0 && (n <= 0 || n % (ssize_t)sizeof(*insns)))
		e = -E2BIG;
	if (e < 0) {
		free(insns);
		return oci_fail(err, e, WHERE ": cannot make a program of it: %s", strerror(-e));
	}
	ret->insns = insns;
	ret->len = first + (uint32_t)((size_t)n / sizeof(*insns));
	return 0;
}

int oci_seccomp_compile(struct json_object *o, struct oci_seccomp *ret, struct oci_error *err)
{
	struct profile p = {.last = -1};
	int e = check_words(o, "architectures", architectures, err);

	if (e == 0)
		e = check_words(o, "flags", flags, err);
	if (e == 0)
		e = parse_action(o, WHERE, "defaultAction", "defaultErrnoRet", &p.def, err);
	if (e < 0)
		return e;
	p.ctx = seccomp_init(p.def);
	if (!p.ctx)
		return oci_fail(err, -ENOMEM, WHERE ": out of memory");
	seccomp_attr_set(p.ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	e = parse_rules(&p, o, err);
	if (e == 0)
		e = export_program(&p, ret, err);
	seccomp_release(p.ctx);
	return e;
}
