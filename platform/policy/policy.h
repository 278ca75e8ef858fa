/*
 * platform/policy/policy.h - the two seccomp programs: what guests may ask of the host, and what
 * the sentry itself may
 *
 * Model: forwarded.def, sentry.def and broker.def are tables; each row names a call, the argument values that it
 * covers, and why. At build time gen_bpf.c turns them into BPF with libseccomp (policy_bpf.h); the
 * same rows are printed by `sandbox syscalls`. Arguments are compared over all 64 bits with allowed
 * values; what matches no row is asked (guest) or kills the process (sentry).
 *
 * The guest's program exists in four forms: trap by notification or by ptrace, with the forwarded
 * set or without (--forward=none). Foreign ABIs get ENOSYS in each.
 */
#ifndef PLATFORM_POLICY_POLICY_H
#define PLATFORM_POLICY_POLICY_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum policy_op {
	POLICY_EQ = 1,	  /* arg == a */
	POLICY_NE,	  /* arg != a */
	POLICY_LE,	  /* arg <= a, unsigned */
	POLICY_MASKED_EQ, /* (arg & a) == b */
};

struct policy_cmp {
	unsigned int arg;
	enum policy_op op;
	uint64_t a, b;
};

#define POLICY_MAX_CMP 4

struct policy_rule {
	const char *call;
	const char *values; /* the covered arguments, for people */
	const char *reason;
	unsigned int group; /* sentry.def: POLICY_GROUP_*; 0: always */
	unsigned int nr_cmp;
	struct policy_cmp cmp[POLICY_MAX_CMP];
};

/* The sentry's rows beyond the base set are loaded only if the feature is in use. */
enum policy_group {
	POLICY_GROUP_BASE = 0,
	POLICY_GROUP_WRITABLE = 1, /* a writable host tree is mounted */
	POLICY_GROUP_PTRACE = 2,   /* the ptrace platform */
	POLICY_GROUP_OWNER = 3,	   /* a tree with the rights of root, who is not the reader */
	POLICY_GROUP_NETWORK = 4,  /* Internet sockets */
	POLICY_GROUP_CONTROL = 5,  /* a container's control socket: runsc-c/oci/control.h */
	POLICY_GROUP_WATCH = 6,	   /* a host tree that others change: fs/hostfs/host_watch.h */
	POLICY_NR_GROUPS = 7,
};

extern const struct policy_rule policy_forwarded[];
extern const size_t policy_nr_forwarded; /* rows */
extern const struct policy_rule policy_sentry[];
extern const size_t policy_nr_sentry;
extern const struct policy_rule policy_broker[];
extern const size_t policy_nr_broker;
size_t policy_count_calls(const struct policy_rule *rules, size_t nr); /* distinct calls */

/* Guest program. Static storage. */
const struct sock_fprog *policy_guest_program(bool ptrace, bool forward_none);
/* The same for a container with a seccomp profile (sentry/guest_seccomp.h): the sentry is asked about
 * numbers that it does not leave to the host. Storage: one at a time. */
struct guest_seccomp;
const struct sock_fprog *policy_guest_program_under(const struct guest_seccomp *profile,
						    bool ptrace, bool forward_none);
/* Sentry program for a set of groups (bit 1 << group). */
const struct sock_fprog *policy_sentry_program(unsigned int groups);
const struct sock_fprog *policy_broker_program(void);

#endif
