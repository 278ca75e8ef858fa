/*
 * platform/stub/fast.c - channels from the first instruction of a program on (channel_abi.h)
 *
 * Model: a program whose former runs made many calls gets its channels while it is loaded, by its own
 * calls, which needs no attachment: the area of slots, the channels, a region for trampolines, the
 * handlers of faults in the shim's copies, its first slot, %gs. What has come of it is left in the first
 * channel, where the sentry looks when the load ends (platform/notify/exec_channel.h).
 *
 * Nothing here is fatal: a program without channels makes its calls as ever. The handlers are set only
 * where the signal has its default action: it may have been ignored before the exec.
 */
#include <asm/unistd_64.h>
#include <linux/mman.h>

#include "platform/stub/channel_abi.h"
#include "platform/stub/stub.h"

#define SIGBUS_NR 7
#define SIGSEGV_NR 11
#define SA_FLAGS (4 | 0x40000000 | 0x04000000) /* SIGINFO, NODEFER, RESTORER */
#define ABOVE_PROGRAM (1ULL << 30)	       /* out of the way of its heap */

struct action {
	uint64_t handler, flags, restorer, mask;
};

static long map_at(uint64_t at, uint64_t len, int prot, int flags, uint64_t fd)
{
	return sys6(__NR_mmap, at, len, (uint64_t)prot, (uint64_t)flags, fd, 0);
}

static bool map_area(void)
{
	return map_at(AREA_BASE, AREA_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
		      (uint64_t)-1) == AREA_BASE &&
	       sys3(__NR_madvise, AREA_BASE, AREA_SIZE, MADV_WIPEONFORK) == 0;
}

static bool map_channels(const struct stub_plan *plan)
{
	return map_at(CHANNEL_BASE, plan->fast_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		      plan->fast_fd) == CHANNEL_BASE &&
	       sys3(__NR_madvise, CHANNEL_BASE, plan->fast_size, MADV_DONTFORK) == 0;
}

/* Within reach of the libraries, which will follow the interpreter; else of the program. */
static uint64_t map_region(const struct stub_plan *plan)
{
	uint64_t at = 0;
	long r;

	if (!plan->base[STUB_BASE_INTERP])
		at = ALIGN_DOWN(plan->base[STUB_BASE_EXE] + plan->start_code, 4096) + ABOVE_PROGRAM;
	r = map_at(at, FAST_REGION_SIZE, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED_NOREPLACE : 0), (uint64_t)-1);
	return is_error(r) ? 0 : (uint64_t)r;
}

static bool handle(int sig)
{
	struct action old;
	/* Volatile, or a compiler may copy it from writable data, which the stub has not. */
	volatile struct action act = {.flags = SA_FLAGS};

	act.handler = U64(_start) + STUB_FAULT_OFFSET;
	act.restorer = U64(_start) + STUB_FAULT_RETURN_OFFSET;
	if (sys4(__NR_rt_sigaction, (uint64_t)sig, U64(&act), U64(&old), 8) != 0)
		return false;
	if (old.handler == 0)
		return true;
	sys4(__NR_rt_sigaction, (uint64_t)sig, U64(&old), 0, 8);
	return false;
}

void stub_fast(const struct stub_plan *plan)
{
	volatile struct stub_fast_report *report = PTR(CHANNEL_BASE + CH_IN);

	if (!map_area() || !map_channels(plan))
		return;
	for (unsigned int i = 0; i < STUB_NR_BASES; i++)
		report->base[i] = plan->base[i];
	report->region = map_region(plan);
	report->faults = handle(SIGSEGV_NR) && handle(SIGBUS_NR);
	*(volatile uint64_t *)PTR(AREA_BASE + SLOT_FS) = SLOT_FS_UNSET;
	*(volatile uint64_t *)PTR(AREA_BASE + SLOT_CHANNEL) = CHANNEL_BASE;
	__asm__ volatile("wrgsbase %0" : : "r"((uint64_t)AREA_BASE));
	report->mapped = 1;
}
