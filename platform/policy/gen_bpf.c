/*
 * platform/policy/gen_bpf.c - build-time generator: the tables of policy.h to BPF, as a C file
 *
 * Runs on the build machine, linked with libseccomp. Writes arrays of struct sock_filter to standard
 * output. Not part of the product.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/policy/policy.h"

static void fail(const char *what, const char *call, int err)
{
	fprintf(stderr, "gen_bpf: %s %s: %s\n", what, call, strerror(-err));
	exit(1);
}

static struct scmp_arg_cmp convert(const struct policy_cmp *c)
{
	struct scmp_arg_cmp r = {.arg = c->arg, .datum_a = c->a, .datum_b = c->b};

	switch (c->op) {
	case POLICY_EQ: r.op = SCMP_CMP_EQ; break;
	case POLICY_NE: r.op = SCMP_CMP_NE; break;
	case POLICY_LE: r.op = SCMP_CMP_LE; break;
	case POLICY_MASKED_EQ: r.op = SCMP_CMP_MASKED_EQ; break;
	}
	return r;
}

/* libseccomp compares an argument once in a rule. A second comparison, of the form "at most", becomes
 * instructions before its program: a call beyond the bound is asked, whatever rules say. */
static struct guard {
	int call;
	unsigned int arg;
	uint64_t max;
} guards[8];
static unsigned int nr_guards;

static bool is_second(const struct policy_rule *r, unsigned int at)
{
	for (unsigned int i = 0; i < at; i++)
		if (r->cmp[i].arg == r->cmp[at].arg)
			return true;
	return false;
}

static void add_guard(const struct policy_rule *r, const struct policy_cmp *c, int call)
{
	/* Whole high halves only: one comparison of 32 bits. */
	if (c->op != POLICY_LE || (uint32_t)c->a != ~0U ||
	    nr_guards == sizeof(guards) / sizeof(guards[0]))
		fail("second comparison of", r->call, -EINVAL);
	guards[nr_guards++] = (struct guard){call, c->arg, c->a};
}

static void print_insn(uint16_t code, unsigned int jt, unsigned int jf, uint32_t k)
{
	printf("\t{ 0x%02x, %u, %u, 0x%08x },\n", code, jt, jf, k);
}

#define GUARD_INSNS 7

static void print_guards(uint32_t verdict)
{
	for (unsigned int i = 0; i < nr_guards; i++) {
		const struct guard *g = &guards[i];
		size_t high = offsetof(struct seccomp_data, args) + 8 * g->arg + 4;

		print_insn(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch));
		print_insn(BPF_JMP | BPF_JEQ | BPF_K, 0, 5, AUDIT_ARCH_X86_64);
		print_insn(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
		print_insn(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, (uint32_t)g->call);
		print_insn(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)high);
		print_insn(BPF_JMP | BPF_JGT | BPF_K, 0, 1, (uint32_t)(g->max >> 32));
		print_insn(BPF_RET | BPF_K, 0, 0, verdict);
	}
}

static void add_rules(scmp_filter_ctx ctx, const struct policy_rule *rules, size_t nr,
		      unsigned int groups)
{
	for (size_t i = 0; i < nr; i++) {
		const struct policy_rule *r = &rules[i];
		struct scmp_arg_cmp cmp[POLICY_MAX_CMP];
		unsigned int nr_cmp = 0;
		int call = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, r->call);
		int err;

		if (r->group && !(groups & (1u << r->group)))
			continue;
		if (call < 0)
			fail("unknown call", r->call, -EINVAL);
		for (unsigned int j = 0; j < r->nr_cmp; j++)
			if (is_second(r, j))
				add_guard(r, &r->cmp[j], call);
			else
				cmp[nr_cmp++] = convert(&r->cmp[j]);
		err = seccomp_rule_add_exact_array(ctx, SCMP_ACT_ALLOW, call, nr_cmp, cmp);
		if (err < 0)
			fail("rule for", r->call, err);
	}
}

static void print_program(const char *name, scmp_filter_ctx ctx, uint32_t guard_verdict)
{
	struct sock_filter insn;
	FILE *tmp = tmpfile();
	size_t n = (size_t)nr_guards * GUARD_INSNS;
	int err;

	if (!tmp)
		fail("temporary file", name, -errno);
	err = seccomp_export_bpf(ctx, fileno(tmp));
	if (err < 0)
		fail("export", name, err);
	rewind(tmp);
	printf("static const struct sock_filter %s_insns[] = {\n", name);
	print_guards(guard_verdict);
	nr_guards = 0;
	while (fread(&insn, sizeof(insn), 1, tmp) == 1) {
		print_insn(insn.code, insn.jt, insn.jf, insn.k);
		n++;
	}
	printf("};\nstatic const struct sock_fprog %s = { %zu, (struct sock_filter *)%s_insns "
	       "};\n\n",
	       name, n, name);
	fclose(tmp);
}

static scmp_filter_ctx new_filter(uint32_t def, uint32_t badarch)
{
	scmp_filter_ctx ctx = seccomp_init(def);

	if (!ctx)
		fail("seccomp_init", "", -ENOMEM);
	seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, badarch);
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return ctx;
}

/* What every guest tries and none gets: C libraries ask for clone3 at each new thread (sys_clone3). */
static void refuse(scmp_filter_ctx ctx, const char *name)
{
	int call = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name);
	int err = call < 0 ? -EINVAL : seccomp_rule_add_exact(ctx, SCMP_ACT_ERRNO(ENOSYS), call, 0);

	if (err < 0)
		fail("rule for", name, err);
}

static void guest(const char *name, uint32_t ask, uint32_t verdict, int forward)
{
	scmp_filter_ctx ctx = new_filter(ask, SCMP_ACT_ERRNO(ENOSYS));

	if (forward) {
		add_rules(ctx, policy_forwarded, policy_nr_forwarded, 0);
		refuse(ctx, "clone3");
	}
	print_program(name, ctx, verdict);
	seccomp_release(ctx);
}

static void sentry(const char *name, unsigned int groups)
{
	scmp_filter_ctx ctx = new_filter(SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_PROCESS);

	add_rules(ctx, policy_sentry, policy_nr_sentry, groups);
	print_program(name, ctx, SECCOMP_RET_KILL_PROCESS);
	seccomp_release(ctx);
}

static void broker(void)
{
	scmp_filter_ctx ctx = new_filter(SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_PROCESS);

	add_rules(ctx, policy_broker, policy_nr_broker, 0);
	print_program("broker", ctx, SECCOMP_RET_KILL_PROCESS);
	seccomp_release(ctx);
}

/* What the guests' program answers without asking. */
static void native_numbers(void)
{
	const char *last = "";

	printf("static const int native_numbers[] = {\n");
	for (size_t i = 0; i < policy_nr_forwarded; i++) {
		const char *call = policy_forwarded[i].call;

		if (strcmp(call, last) != 0)
			printf("\t%d,\n",
			       seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, call));
		last = call;
	}
	printf("\t%d,\n};\n", seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, "clone3"));
}

int main(void)
{
	printf("/* Generated by platform/policy/gen_bpf.c: do not edit. */\n");
	guest("guest_notify", SCMP_ACT_NOTIFY, SECCOMP_RET_USER_NOTIF, 1);
	guest("guest_notify_none", SCMP_ACT_NOTIFY, SECCOMP_RET_USER_NOTIF, 0);
	guest("guest_trace", SCMP_ACT_TRACE(1), SECCOMP_RET_TRACE | 1, 1);
	guest("guest_trace_none", SCMP_ACT_TRACE(1), SECCOMP_RET_TRACE | 1, 0);
	for (unsigned int g = 0; g < 1u << (POLICY_NR_GROUPS - 1); g++) {
		char name[32];

		snprintf(name, sizeof(name), "sentry_%u", g);
		sentry(name, g << 1);
	}
	printf("static const struct sock_fprog *const sentry_programs[] = {\n");
	for (unsigned int g = 0; g < 1u << (POLICY_NR_GROUPS - 1); g++)
		printf("&sentry_%u,\n", g);
	printf("};\n");
	broker();
	native_numbers();
	return 0;
}
