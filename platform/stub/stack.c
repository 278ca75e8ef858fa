/*
 * platform/stub/stack.c - makes of the stack that the host built for the stub the one of the program
 *
 * Model: the host copied the guest's arguments and environment, and laid out (from low to high)
 *
 *	argc, argv[], NULL, envp[], NULL, auxiliary vector	the block
 *	random bytes, platform name				the data
 *	argv strings, envp strings				in this order, without gaps
 *	the path of the stub, 8 zero bytes
 *
 * The result is what Linux would have built for the program itself: its own name in the place of
 * the stub's, so all strings move by the difference of the two lengths; the strings that scripts
 * put in front go below the first argument that is kept; the data moves down if they
 * need its place; the block moves down for more argv slots and more data. All moves are within the
 * stack, so the area from the new stack pointer up must not hold the caller's frame or the plan.
 *
 * Sources: fs/exec.c, fs/binfmt_elf.c (create_elf_tables).
 */
#include <linux/auxvec.h>

#include "platform/stub/stub.h"

struct old_stack {
	uint64_t sp, argc, envc;
	uint64_t *argv, *envp, *auxv;
	uint64_t auxv_end;
	uint64_t data_end;
	uint64_t strings, execfn, execfn_len; /* length with NUL */
	uint64_t env_strings;
};

static uint64_t data_end_of(uint64_t type, uint64_t value)
{
	if (type == AT_RANDOM)
		return value + 16;
	return value + strlen(PTR(value)) + 1;
}

static bool is_data(uint64_t type)
{
	return type == AT_RANDOM || type == AT_PLATFORM || type == AT_BASE_PLATFORM;
}

static void parse(uint64_t sp, struct old_stack *o)
{
	uint64_t *p = PTR(sp);

	o->sp = sp;
	o->argc = *p++;
	o->argv = p;
	p += o->argc + 1;
	o->envp = p;
	while (*p)
		p++;
	o->envc = (uint64_t)(p - o->envp);
	o->auxv = p + 1;
	o->execfn = 0;
	o->data_end = 0;
	for (p = o->auxv; p[0] != AT_NULL; p += 2) {
		if (p[0] == AT_EXECFN)
			o->execfn = p[1];
		if (is_data(p[0]) && p[1])
			o->data_end = MAX(o->data_end, data_end_of(p[0], p[1]));
	}
	o->auxv_end = U64(p + 2);
	o->data_end = MAX(o->data_end, o->auxv_end);
	if (!o->execfn)
		die();
	o->execfn_len = strlen(PTR(o->execfn)) + 1;
	o->env_strings = o->envc ? o->envp[0] : o->execfn;
	o->strings = o->argc ? o->argv[0] : o->env_strings;
}

/* Addresses of a table of pointers to strings that lie one after the other. */
static uint64_t *add_pointers(uint64_t *slot, uint64_t string, uint32_t n)
{
	while (n--) {
		*slot++ = string;
		string += strlen(PTR(string)) + 1;
	}
	return slot;
}

static void patch_auxv(uint64_t *auxv, const struct stub_plan *plan, uint64_t data_shift,
		       uint64_t execfn)
{
	const struct stub_aux *aux = plan_at(plan, plan->aux);

	for (; auxv[0] != AT_NULL; auxv += 2) {
		if (auxv[0] == AT_EXECFN)
			auxv[1] = execfn;
		if (is_data(auxv[0]) && auxv[1])
			auxv[1] -= data_shift;
		for (uint32_t i = 0; i < plan->nr_aux; i++)
			if (aux[i].type == auxv[0])
				auxv[1] = plan->base[aux[i].base] + aux[i].value;
	}
}

void stack_rewrite(uint64_t sp, const struct stub_plan *plan, struct stack_layout *ret)
{
	struct old_stack o;
	uint64_t dropped, kept, delta, execfn, strings, shift = 0, extra;
	uint64_t *block, *p;

	parse(sp, &o);
	dropped = (plan->flags & STUB_DROP_ARG0) && o.argc ? 1 : 0;
	extra = plan->nr_args - dropped;
	kept = o.strings;
	if (dropped)
		kept += strlen(PTR(kept)) + 1;

	/* Additions of a delta wrap around where it is negative. */
	execfn = o.execfn + o.execfn_len - plan->execfn_len;
	delta = execfn - o.execfn;
	strings = kept + delta - plan->args_len;
	if (strings < o.data_end)
		shift = ALIGN_UP(o.data_end - strings, 16);
	block = PTR(ALIGN_DOWN(o.sp - extra * 8 - shift, 16));

	/* Upwards from the lowest: every move goes down, to memory that has been moved or is free. The
	 * strings alone may move up, over nothing but the stub's path. */
	p = block + 1 + plan->nr_args;
	memmove(p, o.argv + dropped, o.auxv_end - U64(o.argv + dropped));
	block[0] = o.argc + extra;
	if (shift)
		memmove(PTR(o.auxv_end - shift), PTR(o.auxv_end), o.data_end - o.auxv_end);
	if (delta)
		memmove(PTR(kept + delta), PTR(kept), o.execfn - kept);
	memcpy(PTR(strings), plan_at(plan, plan->args), plan->args_len);
	memcpy(PTR(execfn), plan_at(plan, plan->execfn), plan->execfn_len);

	p = add_pointers(block + 1, strings, plan->nr_args);
	for (; *p; p++)
		*p += delta;
	for (p++; *p; p++)
		*p += delta;
	p++;
	patch_auxv(p, plan, shift, execfn);

	ret->sp = U64(block);
	ret->arg_start = strings;
	ret->arg_end = ret->env_start = o.env_strings + delta;
	ret->env_end = execfn;
	ret->auxv = U64(p);
	ret->auxv_size = o.auxv_end - U64(o.auxv);
	ret->end = o.execfn + o.execfn_len + 8;
}
