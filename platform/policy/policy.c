/* platform/policy/policy.c - hands out the generated programs, see policy.h */
#include "platform/policy/policy.h"

#include "policy_bpf.h" /* generated */

const struct sock_fprog *policy_guest_program(bool ptrace, bool forward_none)
{
	if (ptrace)
		return forward_none ? &guest_trace_none : &guest_trace;
	return forward_none ? &guest_notify_none : &guest_notify;
}

const struct sock_fprog *policy_sentry_program(unsigned int groups)
{
	static const struct sock_fprog *const programs[] = {
		&sentry_0,  &sentry_1,	&sentry_2,  &sentry_3, &sentry_4,  &sentry_5,
		&sentry_6,  &sentry_7,	&sentry_8,  &sentry_9, &sentry_10, &sentry_11,
		&sentry_12, &sentry_13, &sentry_14, &sentry_15};

	return programs[(groups >> 1) & 15];
}

const struct sock_fprog *policy_broker_program(void)
{
	return &broker;
}
