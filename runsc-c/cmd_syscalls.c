/*
 * runsc-c/cmd_syscalls.c - `sandbox syscalls`: what guests can call, and what reaches the host
 *
 * Everything is read from the tables that the program works with: syscalls/table.def,
 * platform/policy/forwarded.def and sentry.def. A row without a handler in this build is reported as
 * not implemented whatever level it claims.
 */
#include <stdio.h>
#include <string.h>

#include "platform/policy/policy.h"
#include "runsc-c/commands.h"
#include "runsc-c/json_out.h"
#include "runsc-c/options.h"
#include "runsc-c/sandbox.h"
#include "syscalls/syscall.h"

struct syscalls_options {
	bool json;
};

static int set_json(void *opts, char *value, struct option_error *err)
{
	(void)value;
	(void)err;
	((struct syscalls_options *)opts)->json = true;
	return 0;
}

static const struct option_spec specs[] = {
	{"json", 0, OPTION_FLAG, NULL, "print JSON", set_json},
};

static const char *const group_names[POLICY_NR_GROUPS] = {
	[POLICY_GROUP_BASE] = "always",
	[POLICY_GROUP_WRITABLE] = "with a writable host tree",
	[POLICY_GROUP_PTRACE] = "on the ptrace platform",
	[POLICY_GROUP_OWNER] = "with files that only root may use",
	[POLICY_GROUP_NETWORK] = "with Internet sockets (not --network=off)",
	[POLICY_GROUP_WATCH] = "with a host tree that others change",
	[POLICY_GROUP_CONTROL] = "in a container of an engine",
};

/* ---- the compatibility table ---- */

enum status { STATUS_FULL, STATUS_PARTIAL, STATUS_REFUSED, STATUS_MISSING, NR_STATUS };

static const char *const status_names[NR_STATUS] = {
	[STATUS_FULL] = "full",
	[STATUS_PARTIAL] = "partial",
	[STATUS_REFUSED] = "refused",
	[STATUS_MISSING] = "not implemented",
};

static enum status row_status(const struct syscall_row *row)
{
	if (!row->fn)
		return row->refusal ? STATUS_REFUSED : STATUS_MISSING;
	switch (row->level) {
	case LEVEL_FULL: return STATUS_FULL;
	case LEVEL_PARTIAL: return STATUS_PARTIAL;
	case LEVEL_ERRNO: break;
	}
	return STATUS_REFUSED;
}

/* The errno where the row itself answers; NULL: the note tells. */
static const char *row_errno(const struct syscall_row *row)
{
	if (row->fn)
		return NULL;
	return row->refusal ? strerrorname_np(row->refusal) : "ENOSYS";
}

static void count_rows(unsigned int count[NR_STATUS])
{
	memset(count, 0, NR_STATUS * sizeof(count[0]));
	for (int nr = 0; nr < SYSCALL_MAX; nr++) {
		const struct syscall_row *row = syscall_row(nr);

		if (row)
			count[row_status(row)]++;
	}
}

static void print_table(void)
{
	unsigned int count[NR_STATUS];

	printf("System calls of guests (x86-64)\n\n%4s  %-24s %-16s %s\n", "nr", "name", "support",
	       "what is missing, or why it is refused");
	for (int nr = 0; nr < SYSCALL_MAX; nr++) {
		const struct syscall_row *row = syscall_row(nr);
		const char *err = row ? row_errno(row) : NULL;
		bool missing = row && row_status(row) == STATUS_MISSING;

		if (!row)
			continue;
		printf("%4d  %-24s %-16s %s%s%s\n", nr, row->name, status_names[row_status(row)],
		       err ? err : "", err && !missing && row->note[0] ? ": " : "",
		       missing ? "" : row->note);
	}
	count_rows(count);
	printf("\n%u full, %u partial, %u refused, %u not implemented (ENOSYS, as is every other "
	       "number)\n",
	       count[STATUS_FULL], count[STATUS_PARTIAL], count[STATUS_REFUSED],
	       count[STATUS_MISSING]);
}

static void json_table(struct json_out *j)
{
	unsigned int count[NR_STATUS];

	json_array(j, "syscalls");
	for (int nr = 0; nr < SYSCALL_MAX; nr++) {
		const struct syscall_row *row = syscall_row(nr);

		if (!row)
			continue;
		json_object(j, NULL);
		json_number(j, "nr", nr);
		json_string(j, "name", row->name);
		json_string(j, "support", status_names[row_status(row)]);
		if (row_errno(row))
			json_string(j, "errno", row_errno(row));
		if (row->note[0] && row_status(row) != STATUS_MISSING)
			json_string(j, "note", row->note);
		json_end(j);
	}
	json_end(j);
	count_rows(count);
	json_object(j, "counts");
	for (int i = 0; i < NR_STATUS; i++)
		json_number(j, status_names[i], count[i]);
	json_end(j);
}

/* ---- the two lists of the host's calls ---- */

static void print_rules(const struct policy_rule *rules, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		printf("  %-18s %-46s %s%s%s%s\n", rules[i].call, rules[i].values, rules[i].reason,
		       rules[i].group ? " (" : "",
		       rules[i].group ? group_names[rules[i].group] : "",
		       rules[i].group ? ")" : "");
}

static size_t count_group(enum policy_group group)
{
	size_t count = 0;

	for (size_t i = 0; i < policy_nr_sentry; i++) {
		size_t j = 0;

		while (j < i && (policy_sentry[j].group != group ||
				 strcmp(policy_sentry[i].call, policy_sentry[j].call) != 0))
			j++;
		count += policy_sentry[i].group == group && j == i;
	}
	return count;
}

static void print_policy(void)
{
	printf("\nForwarded: guests' calls that go directly to the host kernel (%zu calls; none "
	       "with "
	       "--forward none)\n\n",
	       policy_count_calls(policy_forwarded, policy_nr_forwarded));
	print_rules(policy_forwarded, policy_nr_forwarded);
	printf("\nThe sentry's own calls to the host while guests run: %zu always, %zu more with a "
	       "writable host tree,\n%zu more on the ptrace platform, %zu more with files that "
	       "only root may use,\n%zu more with Internet sockets, %zu more in a container of an "
	       "engine; any other ends the sandbox\n\n",
	       count_group(POLICY_GROUP_BASE), count_group(POLICY_GROUP_WRITABLE),
	       count_group(POLICY_GROUP_PTRACE), count_group(POLICY_GROUP_OWNER),
	       count_group(POLICY_GROUP_NETWORK), count_group(POLICY_GROUP_CONTROL));
	print_rules(policy_sentry, policy_nr_sentry);
	printf("\nThe broker of --network=host, which makes Internet sockets (%zu calls)\n\n",
	       policy_count_calls(policy_broker, policy_nr_broker));
	print_rules(policy_broker, policy_nr_broker);
}

static void json_rules(struct json_out *j, const char *key, const struct policy_rule *rules,
		       size_t nr, bool groups)
{
	json_object(j, key);
	json_number(j, "calls", (int64_t)policy_count_calls(rules, nr));
	json_array(j, "rules");
	for (size_t i = 0; i < nr; i++) {
		json_object(j, NULL);
		json_string(j, "call", rules[i].call);
		json_string(j, "arguments", rules[i].values);
		json_string(j, "reason", rules[i].reason);
		if (groups)
			json_string(j, "when", group_names[rules[i].group]);
		json_end(j);
	}
	json_end(j);
	json_end(j);
}

static void print_json(void)
{
	struct json_out j;

	json_init(&j, stdout);
	json_object(&j, NULL);
	json_string(&j, "version", RUNSC_C_VERSION);
	json_string(&j, "guest_kernel", GUEST_RELEASE);
	json_table(&j);
	json_rules(&j, "forwarded", policy_forwarded, policy_nr_forwarded, false);
	json_rules(&j, "sentry", policy_sentry, policy_nr_sentry, true);
	json_end(&j);
}

int cmd_syscalls(int argc, char **argv)
{
	struct syscalls_options o = {0};
	struct option_error err;
	int next, r = options_parse(specs, ARRAY_SIZE(specs), argc, argv, &o, &next, &err);

	if (r == OPTIONS_HELP) {
		printf("usage: sandbox syscalls [--json]\n\nPrints every system call with its "
		       "support, "
		       "the calls of guests that are forwarded\nto the host kernel with the "
		       "allowed "
		       "arguments and the reason, and the calls that\nthe sandbox itself may "
		       "make.\n\n"
		       "options:\n");
		options_print_help(stdout, specs, ARRAY_SIZE(specs));
		return 0;
	}
	if (r == 0 && next < argc)
		r = option_fail(&err, "takes no arguments (given: %s)", argv[next]);
	if (r < 0) {
		fprintf(stderr, "sandbox syscalls: %s\n", err.text);
		return EXIT_OURS;
	}
	if (o.json) {
		print_json();
		return 0;
	}
	print_table();
	print_policy();
	return 0;
}
