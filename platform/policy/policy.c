/* platform/policy/policy.c - hands out the generated programs, see policy.h */
#include "platform/policy/policy.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#include "policy_bpf.h" /* generated */
#include "sentry/base/base.h"
#include "sentry/guest_seccomp.h"

const struct sock_fprog *policy_guest_program(bool ptrace, bool forward_none)
{
	if (ptrace)
		return forward_none ? &guest_trace_none : &guest_trace;
	return forward_none ? &guest_notify_none : &guest_notify;
}

#define MAX_GUEST_INSNS 512

static struct sock_filter under[MAX_GUEST_INSNS];
static struct sock_fprog under_prog = {.filter = under};

const struct sock_fprog *policy_guest_program_under(const struct guest_seccomp *profile,
						    bool ptrace, bool forward_none)
{
	const struct sock_fprog *base = policy_guest_program(ptrace, forward_none);
	uint32_t ask = ptrace ? SECCOMP_RET_TRACE | 1 : SECCOMP_RET_USER_NOTIF;
	unsigned short n = 3; /* the architecture's three instructions */

	for (size_t i = 0; i < ARRAY_SIZE(native_numbers); i++) {
		if (guest_seccomp_leaves_to_host(profile, native_numbers[i]))
			continue;
		under[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							  (uint32_t)native_numbers[i], 0, 1);
		under[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, ask);
	}
	if (n == 3)
		return base;
	ASSERT(n + base->len <= MAX_GUEST_INSNS);
	under[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						offsetof(struct seccomp_data, arch));
	under[1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0,
						(uint8_t)(n - 2));
	under[2] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						offsetof(struct seccomp_data, nr));
	memcpy(&under[n], base->filter, base->len * sizeof(under[0]));
	under_prog.len = (unsigned short)(n + base->len);
	return &under_prog;
}

const struct sock_fprog *policy_sentry_program(unsigned int groups)
{
	return sentry_programs[(groups >> 1) % ARRAY_SIZE(sentry_programs)];
}

const struct sock_fprog *policy_broker_program(void)
{
	return &broker;
}
