/* tests/syscalls/sched_deadline_errors.c - sched_setattr(2): parameters of SCHED_DEADLINE. */
#include "check.h"

struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static void try(const char *what, uint64_t runtime, uint64_t deadline, uint64_t period)
{
	struct attr a = {.size = sizeof(a),
			 .policy = 6,
			 .runtime = runtime,
			 .deadline = deadline,
			 .period = period};

	show(what, raw(SYS_sched_setattr, 0, &a, 0));
}

int main(void)
{
	try("no deadline", 1000000, 0, 0);
	try("runtime too small", 100, 1000000, 1000000);
	try("runtime over deadline", 2000000, 1000000, 1000000);
	try("deadline over period", 500000, 3000000, 1000000);
	return 0;
}
