/* platform/policy/policy_table.c - the rows of forwarded.def and sentry.def as data, see policy.h */
#include <string.h>

#include "platform/policy/policy.h"
#include "platform/policy/policy_fds.h"
#include "platform/stub/stub_abi.h"

#define RULE(call, values, reason, ...) {call, values, reason, 0, __VA_ARGS__},
const struct policy_rule policy_forwarded[] = {
#include "platform/policy/forwarded.def"
};
#undef RULE
const size_t policy_nr_forwarded = sizeof(policy_forwarded) / sizeof(policy_forwarded[0]);

#define SENTRY(group, call, values, reason, ...) {call, values, reason, group, __VA_ARGS__},
const struct policy_rule policy_sentry[] = {
#include "platform/policy/sentry.def"
};
const size_t policy_nr_sentry = sizeof(policy_sentry) / sizeof(policy_sentry[0]);

#define BROKER(call, values, reason, ...) {call, values, reason, 0, __VA_ARGS__},
const struct policy_rule policy_broker[] = {
#include "platform/policy/broker.def"
};
const size_t policy_nr_broker = sizeof(policy_broker) / sizeof(policy_broker[0]);

size_t policy_count_calls(const struct policy_rule *rules, size_t nr)
{
	size_t count = 0;

	for (size_t i = 0; i < nr; i++) {
		size_t j = 0;

		while (j < i && strcmp(rules[i].call, rules[j].call) != 0)
			j++;
		count += j == i;
	}
	return count;
}
