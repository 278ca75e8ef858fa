/* sentry/bpf.c - classic BPF for seccomp filters, see bpf.h */
#include "sentry/bpf.h"

#include <linux/audit.h>
#include <stddef.h>
#include <string.h>

#define DATA_THAT_VARIES offsetof(struct seccomp_data, instruction_pointer)

static bool load_ok(uint32_t k)
{
	return !(k & 3) && k < sizeof(struct seccomp_data);
}

/* What seccomp_check_filter() of kernel/seccomp.c lets through, and the jump rules of
 * bpf_check_classic(). */
static bool insn_ok(const struct sock_filter *f, uint32_t pc, uint32_t len)
{
	uint32_t left = len - pc - 1;

	switch (f->code) {
	case BPF_LD | BPF_W | BPF_ABS: return load_ok(f->k);
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_ALU | BPF_ADD | BPF_K:
	case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K:
	case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K:
	case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K:
	case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_XOR | BPF_K:
	case BPF_ALU | BPF_XOR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_X:
	case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_ALU | BPF_NEG:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA: return true;
	case BPF_ALU | BPF_DIV | BPF_K: return f->k != 0;
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_K: return f->k < 32;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX: return f->k < BPF_MEMWORDS;
	case BPF_JMP | BPF_JA: return f->k < left;
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X: return f->jt < left && f->jf < left;
	}
	return false;
}

bool bpf_program_ok(const struct sock_filter *f, uint32_t len)
{
	for (uint32_t pc = 0; pc < len; pc++)
		if (!insn_ok(&f[pc], pc, len))
			return false;
	return BPF_CLASS(f[len - 1].code) == BPF_RET;
}

static uint32_t alu(uint16_t code, uint32_t a, uint32_t v)
{
	switch (BPF_OP(code)) {
	case BPF_ADD: return a + v;
	case BPF_SUB: return a - v;
	case BPF_MUL: return a * v;
	case BPF_DIV: return v ? a / v : 0;
	case BPF_AND: return a & v;
	case BPF_OR: return a | v;
	case BPF_XOR: return a ^ v;
	case BPF_LSH: return v < 32 ? a << v : 0;
	case BPF_RSH: return v < 32 ? a >> v : 0;
	case BPF_NEG: return -a;
	}
	return a;
}

static bool jump_taken(uint16_t code, uint32_t a, uint32_t v)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ: return a == v;
	case BPF_JGE: return a >= v;
	case BPF_JGT: return a > v;
	case BPF_JSET: return a & v;
	}
	return false;
}

/* Programs were checked: jumps go forward and stay inside, so this ends. looked: NULL, or it ends with
 * true in it where anything but number and architecture is wanted. */
static inline uint32_t run(const struct sock_filter *f, uint32_t len,
			   const struct seccomp_data *data, bool *looked)
{
	uint32_t a = 0, x = 0, mem[BPF_MEMWORDS] = {0};

	for (uint32_t pc = 0; pc < len; pc++) {
		const struct sock_filter *i = &f[pc];
		uint32_t v = BPF_SRC(i->code) == BPF_X ? x : i->k;

		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			if (BPF_MODE(i->code) == BPF_ABS) {
				if (looked && i->k >= DATA_THAT_VARIES) {
					*looked = true;
					return 0;
				}
				memcpy(&a, (const char *)data + i->k, sizeof(a));
			} else if (BPF_MODE(i->code) == BPF_MEM)
				a = mem[i->k];
			else
				a = BPF_MODE(i->code) == BPF_LEN ? sizeof(*data) : i->k;
			break;
		case BPF_LDX:
			if (BPF_MODE(i->code) == BPF_MEM)
				x = mem[i->k];
			else
				x = BPF_MODE(i->code) == BPF_LEN ? sizeof(*data) : i->k;
			break;
		case BPF_ST: mem[i->k] = a; break;
		case BPF_STX: mem[i->k] = x; break;
		case BPF_ALU:
			if (BPF_OP(i->code) == BPF_DIV && v == 0)
				return SECCOMP_RET_KILL_THREAD; /* a filter that divides by 0 returns 0 */
			a = alu(i->code, a, v);
			break;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA)
				pc += i->k;
			else
				pc += jump_taken(i->code, a, v) ? i->jt : i->jf;
			break;
		case BPF_RET: return BPF_RVAL(i->code) == BPF_A ? a : i->k;
		case BPF_MISC:
			if (BPF_MISCOP(i->code) == BPF_TAX)
				x = a;
			else
				a = x;
			break;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}

uint32_t bpf_run(const struct sock_filter *f, uint32_t len, const struct seccomp_data *data)
{
	return run(f, len, data, NULL);
}

bool bpf_verdict_of_number(const struct sock_filter *f, uint32_t len, int nr, uint32_t *ret)
{
	const struct seccomp_data data = {.nr = nr, .arch = AUDIT_ARCH_X86_64};
	bool looked = false;

	*ret = run(f, len, &data, &looked);
	return !looked;
}
