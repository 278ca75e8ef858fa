/*
 * platform/stub/stub.c - the program that the host executes in place of every guest program
 *
 * Model: asks the sentry for a plan and carries it out: maps the program and its interpreter,
 * corrects the stack, tells the host where heap and arguments are, and jumps. See stub_abi.h for
 * the conversation.
 *
 * There is no way back for an exec that came this far: whatever fails here ends the process by
 * SIGSEGV, which is also what Linux does past its point of no return.
 *
 * Freestanding: no writable data, no relocations, no vector registers.
 */
#include "platform/stub/stub.h"

#include <linux/errno.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <asm/unistd_64.h>

#define PAGE 4096ULL
#define ROOM_STACK (16 * 1024)

/* What a header of the C library would give; prctl(2) takes it by size. */
#ifndef PROT_GROWSDOWN
#define PROT_GROWSDOWN 0x01000000
#endif

_Noreturn void fail(unsigned int step, long err, uint64_t addr)
{
	sys3(STUB_FAILED, step, (uint64_t)-err, addr);
	die();
}

static uint64_t map(uint64_t addr, uint64_t len, int prot, int flags, int fd, uint64_t off)
{
	long r = sys6(__NR_mmap, addr, len, (uint64_t)prot, (uint64_t)flags, (uint64_t)(long)fd,
		      off);

	if (is_error(r))
		fail(STUB_OP_ANON, r, addr);
	return (uint64_t)r;
}

/* Of the program or its interpreter. */
static uint64_t map_file(uint64_t addr, const struct stub_op *op, uint64_t flags, int fd)
{
	long r = sys6(__NR_mmap, addr, op->len, op->prot, MAP_PRIVATE | STUB_MAP_DIRECT | flags,
		      (uint64_t)fd, op->off);

	if (is_error(r))
		fail(op->kind, r, addr);
	return (uint64_t)r;
}

static uint64_t map_anon(uint64_t len, int prot)
{
	return map(0, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* An address range that is free and aligned: more is mapped than needed and all of it given back. */
static uint64_t reserve(uint64_t len, uint64_t align)
{
	uint64_t at = map_anon(len + align, PROT_NONE);

	sys3(__NR_munmap, at, len + align, 0);
	return ALIGN_UP(at, align);
}

static void patch(uint64_t base, const char *part, uint64_t size)
{
	const char *end = part + size;

	while (part < end) {
		struct stub_patch head;
		uint64_t entry = U64(_start) + STUB_LIBRARY_OFFSET;

		memcpy(&head, part, sizeof(head));
		part += sizeof(head);
		if (head.len)
			memcpy(PTR(base + head.addr), part, head.len);
		else
			memcpy(PTR(base + head.addr), &entry, sizeof(entry));
		part += head.len;
	}
}

static void run_op(struct stub_plan *plan, const struct stub_op *op)
{
	uint64_t *base = &plan->base[op->base];
	uint64_t addr = *base + op->addr;
	int fd = plan->fd[op->base == STUB_BASE_INTERP];
	long r;

	switch (op->kind) {
	case STUB_OP_RESERVE: *base = reserve(op->len, op->off) - op->addr; break;
	case STUB_OP_PLACE: *base = map_file(0, op, 0, fd) - op->addr; break;
	case STUB_OP_MAP_NEW:
		/* A host older than the flag takes the address as a hint. */
		if (map_file(addr, op, MAP_FIXED_NOREPLACE, fd) != addr)
			fail(op->kind, -EEXIST, addr);
		break;
	case STUB_OP_MAP: map_file(addr, op, MAP_FIXED, fd); break;
	case STUB_OP_PROTECT:
		r = sys3(__NR_mprotect, addr, op->len, op->prot);
		if (r < 0)
			fail(op->kind, r, addr);
		break;
	case STUB_OP_ANON:
		map(addr, op->len, op->prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	case STUB_OP_ZERO: memset(PTR(addr), 0, op->len); break;
	case STUB_OP_PATCH: patch(addr, plan_at(plan, (uint32_t)op->off), op->len); break;
	case STUB_OP_UNMAP: sys3(__NR_munmap, addr, op->len, 0); break;
	default: fail(op->kind, -EINVAL, addr);
	}
}

static void set_mm(struct prctl_mm_map *mm)
{
	long r;

	mm->exe_fd = (uint32_t)-1;
	r = sys5(__NR_prctl, PR_SET_MM, PR_SET_MM_MAP, U64(mm), sizeof(*mm), 0);
	if (r != 0)
		fail(STUB_STEP_SET_MM, r, mm->start_brk);
}

static void set_program(const struct stub_plan *plan, const struct stack_layout *stack)
{
	uint64_t exe = plan->base[STUB_BASE_EXE];
	uint64_t brk = plan->base[plan->brk_base] + plan->brk;
	struct prctl_mm_map mm = {
		.start_code = exe + plan->start_code,
		.end_code = exe + plan->end_code,
		.start_data = exe + plan->start_data,
		.end_data = exe + plan->end_data,
		.start_brk = brk,
		.brk = brk,
		.start_stack = stack->sp,
		.arg_start = stack->arg_start,
		.arg_end = stack->arg_end,
		.env_start = stack->env_start,
		.env_end = stack->env_end,
		.auxv = PTR(stack->auxv),
		.auxv_size = (uint32_t)stack->auxv_size,
	};

	set_mm(&mm);
}

static void make_stack_executable(const struct stack_layout *stack)
{
	uint64_t start = ALIGN_DOWN(stack->sp, PAGE);
	long r = sys3(__NR_mprotect, start, ALIGN_UP(stack->end, PAGE) - start,
		      PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN);

	if (r < 0)
		fail(STUB_STEP_STACK, r, start);
}

static _Noreturn void load(uint64_t sp, struct stub_plan *plan, uint64_t room, uint64_t room_len)
{
	const struct stub_op *ops = plan_at(plan, plan->ops);
	struct stack_layout stack;

	map(STUB_HANDLERS, STUB_HANDLERS_SIZE + STUB_LIBRARY_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (uint32_t i = 0; i < plan->nr_ops; i++)
		run_op(plan, &ops[i]);
	stack_rewrite(sp, plan, &stack);
	if (plan->flags & STUB_EXEC_STACK)
		make_stack_executable(&stack);
	if (plan->fast_size)
		stub_fast(plan);
	set_program(plan, &stack);
	stub_enter(stack.sp, plan->base[plan->entry_base] + plan->entry, room, room_len);
}

/* The address space of an init looks to the sentry unlike that of a program that is being loaded;
 * there is no heap. */
static void set_init(uint64_t sp)
{
	uint64_t *argv = (uint64_t *)PTR(sp) + 1;
	uint64_t arg = argv[0] ? argv[0] : sp;
	uint64_t arg_end = argv[0] ? arg + strlen(PTR(arg)) + 1 : arg;
	struct prctl_mm_map mm = {
		.start_code = STUB_END,
		.end_code = STUB_END + 1,
		.start_data = STUB_END,
		.end_data = STUB_END,
		.start_brk = STUB_END + PAGE,
		.brk = STUB_END + PAGE,
		.start_stack = sp,
		.arg_start = arg,
		.arg_end = arg_end,
		.env_start = arg_end,
		.env_end = arg_end,
	};

	set_mm(&mm);
}

void stub_run(uint64_t sp, struct stub_plan *plan, uint64_t room, uint64_t room_len)
{
	switch (plan->mode) {
	case STUB_MODE_LOAD: load(sp, plan, room, room_len);
	case STUB_MODE_INIT: set_init(sp); stub_init(plan);
	default: fail(STUB_STEP_DIE, 0, 0);
	}
}

void stub_main(uint64_t sp)
{
	_Alignas(16) unsigned char buf[STUB_PLAN_INLINE];
	long size = sys3(STUB_HELLO, U64(buf), sizeof(buf), 0);
	uint64_t room, room_len;

	if (size < 0)
		fail(STUB_STEP_HELLO, size, 0);
	if (size <= (long)sizeof(buf))
		stub_run(sp, PTR(buf), 0, 0);

	room_len = ALIGN_UP((uint64_t)size, PAGE) + ROOM_STACK;
	room = map_anon(room_len, PROT_READ | PROT_WRITE);
	size = sys3(STUB_HELLO, room, (uint64_t)size, 0);
	if (size < 0)
		fail(STUB_STEP_HELLO, size, room);
	stub_switch(sp, PTR(room), room, room_len, room + room_len);
}
