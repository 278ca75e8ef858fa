/*
 * platform/stub/fault.c - SIGSEGV and SIGBUS in a process with channels (channel_abi.h)
 *
 * Model: the shim copies from and to addresses that the program gave to a call, and a bad one has to
 * become EFAULT. So while the program itself leaves these signals at their default action, this is
 * their handler on the host; handlers of its own are entered through signal.S, which asks here. A fault in one of the shim's copies goes on where the shim deals with
 * it. So does one before CH_INUSE is set, or at an id: the channel is not there, in a child of a fork
 * in a handler that had interrupted the shim. Anything else gets the default action, by making that the disposition and letting the fault, or
 * the signal, happen again.
 */
#include <asm/unistd_64.h>

#include "platform/stub/stub.h"

#define SI_CODE 8	  /* in siginfo_t */
#define UCONTEXT_RIP 0xa8 /* in ucontext_t */

/* shim.S. Hidden, or compilers reach them through a table that nobody relocates. */
#define SHIM_LABEL(name) extern const char name[] __attribute__((visibility("hidden")))
SHIM_LABEL(shim_first);
SHIM_LABEL(shim_begun);
SHIM_LABEL(shim_slow);
SHIM_LABEL(shim_identity);
SHIM_LABEL(shim_identity_end);
SHIM_LABEL(shim_in_begin);
SHIM_LABEL(shim_in_end);
SHIM_LABEL(shim_in_fault);
SHIM_LABEL(shim_out_begin);
SHIM_LABEL(shim_out_end);
SHIM_LABEL(shim_out_fault);

static bool is_within(uint64_t at, const char *begin, const char *end)
{
	return at >= U64(begin) && at < U64(end);
}

bool stub_fault_is_shims(char *context)
{
	uint64_t *rip = (uint64_t *)(context + UCONTEXT_RIP);

	if (is_within(*rip, shim_in_begin, shim_in_end))
		*rip = U64(shim_in_fault);
	else if (is_within(*rip, shim_out_begin, shim_out_end))
		*rip = U64(shim_out_fault);
	else if (is_within(*rip, shim_first, shim_begun) ||
		 is_within(*rip, shim_identity, shim_identity_end))
		*rip = U64(shim_slow);
	else
		return false;
	return true;
}

void stub_fault(int sig, const char *info, char *context)
{
	static const uint64_t default_action[4];
	int code = *(const int *)(info + SI_CODE);

	if (code > 0 && stub_fault_is_shims(context))
		return;
	sys4(__NR_rt_sigaction, (uint64_t)sig, U64(default_action), 0, 8);
	if (code <= 0) /* it was sent: SA_NODEFER, so this ends the process here */
		sys3(__NR_tgkill, (uint64_t)sys3(__NR_getpid, 0, 0, 0),
		     (uint64_t)sys3(__NR_gettid, 0, 0, 0), (uint64_t)sig);
}
