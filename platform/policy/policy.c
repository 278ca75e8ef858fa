/* platform/policy/policy.c - hands out the generated programs, see policy.h */
#include "platform/policy/policy.h"

#include "policy_bpf.h" /* generated */
#include "sentry/base/base.h"

const struct sock_fprog *policy_guest_program(bool ptrace, bool forward_none)
{
	if (ptrace)
		return forward_none ? &guest_trace_none : &guest_trace;
	return forward_none ? &guest_notify_none : &guest_notify;
}

const struct sock_fprog *policy_sentry_program(unsigned int groups)
{
	return sentry_programs[(groups >> 1) % ARRAY_SIZE(sentry_programs)];
}

const struct sock_fprog *policy_broker_program(void)
{
	return &broker;
}
