/*
 * platform/stub/stub.h - the parts of the stub: entry.S, stub.c, stack.c, init.c, fast.c
 */
#ifndef PLATFORM_STUB_STUB_H
#define PLATFORM_STUB_STUB_H

#include "platform/stub/lib.h"
#include "platform/stub/stub_abi.h"

/* Plans up to this size live on the stack; with STUB_GAP of entry.S there is room for the stack
 * block to move down by twice as much. */
#define STUB_PLAN_INLINE 1792

/* entry.S */
extern const char _start[] __attribute__((visibility("hidden")));
_Noreturn void stub_switch(uint64_t sp, struct stub_plan *plan, uint64_t room, uint64_t room_len,
			   uint64_t new_sp);
_Noreturn void stub_enter(uint64_t sp, uint64_t entry, uint64_t room, uint64_t room_len);

/* stub.c; called by entry.S */
_Noreturn void stub_main(uint64_t sp);
_Noreturn void stub_run(uint64_t sp, struct stub_plan *plan, uint64_t room, uint64_t room_len);

/* Tells the sentry which step (enum stub_op_kind, enum stub_step) has failed, and dies. */
_Noreturn void fail(unsigned int step, long err, uint64_t addr);

/* Where things are on the stack after stack_rewrite(). */
struct stack_layout {
	uint64_t sp;
	uint64_t arg_start, arg_end, env_start, env_end;
	uint64_t auxv, auxv_size;
	uint64_t end; /* of what the kernel had put on the stack */
};

/* stack.c: see there. */
void stack_rewrite(uint64_t sp, const struct stub_plan *plan, struct stack_layout *ret);

/* fault.c; called by entry.S, as a signal handler */
void stub_fault(int sig, const char *info, char *context);
/* A fault that is the shim's: it goes on elsewhere. Called by signal.S, too. */
bool stub_fault_is_shims(char *context);

/* fast.c: channels for a program that is known to make many calls. */
void stub_fast(const struct stub_plan *plan);

/* library.c; called by entry.S: what a call of the dynamic linker has in its registers. */
struct stub_call {
	uint64_t r9, r8, r10, rdx, rsi, rdi;
};
long stub_library_call(uint64_t nr, const struct stub_call *c);

/* init.c */
_Noreturn void stub_init(const struct stub_plan *plan);

static inline const void *plan_at(const struct stub_plan *plan, uint32_t offset)
{
	return (const char *)plan + offset;
}

#endif
