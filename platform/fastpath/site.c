/*
 * platform/fastpath/site.c - how a syscall instruction of a guest is replaced by a jump to the shim
 *
 * Model: site.h. Two kinds of trampoline; T is its address, A the site's:
 *
 *  SITE_MOV                                      SITE_PAD
 *    mov $nr, %eax                               T:     lea T+13(%rip), %rcx
 *    what stood between the mov and the site     T+7:   jmp *T+40(%rip)
 *    lea A(%rip), %rcx                           T+13:  syscall
 *    jmp *T+40(%rip)                             T+15:  jmp A+2
 *  T+40: the shim's address                      T+40:  the shim's address
 *
 * Why other threads do not mind, by where the processor is or will be when it comes back (from a
 * call, by the restart of a call at A, or from a signal handler):
 *  SITE_MOV  Before the mov: it meets the old mov, the jump, or `jmp .` until the jump is there. All
 *            three begin where the mov began. Behind it, at A and at A+2: nothing has changed there.
 *            The second instruction, where the first is shorter than the jump: it is still there.
 *  SITE_PAD  At A: it meets the old syscall instruction or the jump, which does the same with the
 *            same registers, whatever number is in %rax. At A+2: nothing has changed there.
 *
 * Bytes in front of a site can be read in several ways. `mov $nr, %eax` counts as one only if its
 * number is the one that trapped; what is left to chance are instructions that end like it, and those
 * that occur in real code (can_end_otherwise()) are left alone.
 */
#include "platform/fastpath/site.h"

#include "platform/fastpath/insn.h"
#include "sentry/base/base.h"

#include <string.h>

#define JMP_SIZE 5
#define JMP_SHORT_SIZE 2
#define JMP_SHORT_MAX 127
#define PAD_ALIGN 16
#define REACH 0x60000000ULL
#define WORD 8
#define INT3 0xcc

#define LEA_SIZE 7
#define SYSCALL_SIZE 2
#define SHIM_AT (SITE_TRAMPOLINE_SIZE - 8) /* the literal in a trampoline */
#define SLOW_AT 13			   /* the syscall instruction in that of a SITE_PAD */

STATIC_ASSERT(SLOW_AT + SITE_SLOW_TO_SHIM == SHIM_AT);

#define NR_RT_SIGRETURN 15
#define NR_RESTART_SYSCALL 219

static const uint8_t syscall_insn[SYSCALL_SIZE] = {0x0f, 0x05};
static const uint8_t xor_eax[] = {0x31, 0xc0}; /* its first byte is the last of a jump: known */
static const uint8_t jmp_self[JMP_SHORT_SIZE] = {0xeb, 0xfe};

/* Instructions in front of the site, the first of which gives way to the jump. */
struct head {
	size_t start; /* in bytes in front of the site */
	size_t mov;   /* length of the `mov $nr` there; 0: it is another one, to be copied */
	bool cancellation_point;
};

/*
 * Code without a `mov $nr` that is known by its bytes: from the last @start of them on it can be replaced.
 * Where the first instruction there is shorter than a jump, the jump's last byte is to be the first one of
 * the second instruction, which stays what it was for whoever is about to execute it.
 */
#define KNOWN_MAX 10
#define ANY_NR UINT32_MAX
struct known {
	uint8_t len, start, overlap; /* overlap: bytes of the jump that must not change anything */
	uint32_t nr;
	bool cancellation_point;
	uint8_t bytes[KNOWN_MAX], mask[KNOWN_MAX];
};

static void put_le32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static uint32_t get_le32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The displacement that leads from @next, the end of an instruction, to @to. */
static bool put_rel32(uint8_t *p, uint64_t next, uint64_t to)
{
	int64_t rel = (int64_t)(to - next);

	if (rel != (int32_t)rel)
		return false;
	put_le32(p, (uint32_t)rel);
	return true;
}

static bool jmp_make(uint8_t *p, uint64_t at, uint64_t to)
{
	p[0] = 0xe9;
	return put_rel32(p + 1, at + JMP_SIZE, to);
}

/* Writes in the order of their addresses. */
static void add_writes(struct site_plan *plan, uint64_t addr, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t n = MIN(len, WORD - (size_t)(addr % WORD));
		struct site_write *w = &plan->writes[plan->nr_writes++];

		w->addr = addr;
		w->len = (uint8_t)n;
		memcpy(w->bytes, bytes, n);
		addr += n;
		bytes += n;
		len -= n;
	}
}

/* A jump in the place of instructions that other threads may be about to execute. */
static bool add_jmp(struct site_plan *plan, uint64_t addr, const uint8_t *jmp, bool single_threaded)
{
	size_t first = WORD - (size_t)(addr % WORD); /* bytes in the first word */

	if (single_threaded || first >= JMP_SIZE) {
		add_writes(plan, addr, jmp, JMP_SIZE);
		return true;
	}
	if (first < JMP_SHORT_SIZE)
		return false;
	add_writes(plan, addr, jmp_self, JMP_SHORT_SIZE);
	add_writes(plan, addr + first, jmp + first, JMP_SIZE - first);
	add_writes(plan, addr, jmp, first);
	return true;
}

/* --- SITE_MOV --- */

/* Bytes from @start bytes in front of the site on. */
static const uint8_t *before(const struct site_view *v, size_t start)
{
	return v->before + v->nr_before - start;
}

/*
 * May `b8 imm32` at @start be the end of a longer instruction? There are `mov $imm, %r8d`, moves
 * between a register and 0x...(%r8) or (%r9), and `movl $imm, -0x48(...)`. A prefix 66 changes it as
 * well, and changes what processors make of a jump in its place.
 */
static bool can_end_otherwise(const struct site_view *v, size_t start)
{
	size_t nr = v->nr_before - start; /* bytes known in front of it */
	const uint8_t *p = before(v, start);

	/* With nothing readable in front, it begins there. */
	if (nr == 0)
		return v->nr_before == SITE_BEFORE;
	if (p[-1] == 0x66 || (p[-1] & 0xf9) == 0x41)
		return true;
	if (nr < 2)
		return false;
	if (p[-1] == 0x8b || p[-1] == 0x89 || p[-1] == 0x8d || p[-1] == 0x63)
		return (p[-2] & 0xf1) == 0x41;
	if (p[-2] == 0xc7 && (p[-1] & 0xf8) == 0x40)
		return true;
	return nr >= 3 && p[-3] == 0xc7 && p[-2] == 0x44;
}

/* Are the @start bytes in front of the site instructions that can be copied, and nothing else? */
static bool leads_to_site(const struct site_view *v, size_t start)
{
	struct insn insn;

	while (start > 0) {
		if (!insn_decode(before(v, start), start, &insn) || insn.pinned)
			return false;
		start -= insn.len;
	}
	return true;
}

static size_t mov_length(const struct site_view *v, size_t start)
{
	const uint8_t *p = before(v, start);

	if (start >= 5 && p[0] == 0xb8 && get_le32(p + 1) == v->nr)
		return can_end_otherwise(v, start) ? 0 : 5;
	if (start >= 7 && p[0] == 0x48 && p[1] == 0xc7 && p[2] == 0xc0)
		return get_le32(p + 3) == v->nr && v->nr <= INT32_MAX ? 7 : 0;
	return 0;
}

static const struct known knowns[] = {
	/*
	 * The C libraries (musl, glibc from 2.41 on) make calls that are cancellation points in one
	 * function, and look whether a signal came inside it: its syscall instruction must stay the one
	 * that is used. All that can be replaced is the store in front of it.
	 */
	{10,
	 JMP_SIZE,
	 0,
	 ANY_NR,
	 true,
	 {0x4c, 0x8b, 0x4c, 0x24, 0x10,	 /* mov 0x10(%rsp), %r9 */
	  0x4c, 0x89, 0x5c, 0x24, 0x08}, /* mov %r11, 0x8(%rsp) */
	 {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
	/* syscall() of glibc */
	{8,
	 JMP_SIZE,
	 0,
	 ANY_NR,
	 false,
	 {0x4d, 0x89, 0xc8,		 /* mov %r9, %r8 */
	  0x4c, 0x8b, 0x4c, 0x24, 0x08}, /* mov 0x8(%rsp), %r9 */
	 {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
	/* Go's functions for calls that don't fail, and for all of them in old versions */
	{10,
	 JMP_SIZE,
	 0,
	 ANY_NR,
	 false,
	 {0x48, 0x8b, 0x54, 0x24, 0x00,	 /* mov 0x...(%rsp), %rdx */
	  0x48, 0x8b, 0x44, 0x24, 0x00}, /* mov 0x...(%rsp), %rax */
	 {0xff, 0xff, 0xff, 0xff, 0x00, 0xff, 0xff, 0xff, 0xff, 0x00}},
	/* read() of glibc before 2.41, in a program with threads */
	{9,
	 6,
	 1,
	 0,
	 false,
	 {0x41, 0x89, 0xc0,	  /* mov %eax, %r8d or another */
	  0x8b, 0x7c, 0x24, 0x00, /* mov 0x...(%rsp), %edi */
	  0x31, 0xc0},		  /* xor %eax, %eax */
	 {0xff, 0xff, 0xf8, 0xff, 0xff, 0xff, 0x00, 0xff, 0xff}},
};

/* Go's one function for calls. Its runtime asks a table about addresses that signals interrupt, and leaves
 * alone what is not in it; a goroutine in a call is looked at from where it was entered. */
static bool is_go(const struct site_view *v)
{
	static const uint8_t moves[] = {
		0x49, 0x89, 0xf2, /* mov %rsi, %r10 */
		0x48, 0x89, 0xfa, /* mov %rdi, %rdx */
		0x48, 0x89, 0xce, /* mov %rcx, %rsi */
		0x48, 0x89, 0xdf, /* mov %rbx, %rdi */
	};

	return v->nr_before >= sizeof(moves) &&
	       memcmp(before(v, sizeof(moves)), moves, sizeof(moves)) == 0;
}

static const struct known *known_find(const struct site_view *v)
{
	for (size_t i = 0; i < ARRAY_SIZE(knowns); i++) {
		const struct known *k = &knowns[i];
		bool same = v->nr_before >= k->len && (k->nr == ANY_NR || k->nr == v->nr);

		for (size_t at = 0; same && at < k->len; at++)
			same = (before(v, k->len)[at] & k->mask[at]) == k->bytes[at];
		if (same)
			return k;
	}
	return NULL;
}

static bool is_cancellation_point(const struct site_view *v)
{
	const struct known *known = known_find(v);

	return known && known->cancellation_point;
}

static bool head_find(const struct site_view *v, struct head *ret)
{
	const struct known *known = known_find(v);

	if (known) {
		*ret = (struct head){.start = known->start,
				     .cancellation_point = known->cancellation_point};
		return true;
	}
	for (size_t start = JMP_SIZE; start <= v->nr_before; start++) {
		size_t mov = mov_length(v, start);

		if (mov != 0 && leads_to_site(v, start - mov)) {
			*ret = (struct head){.start = start, .mov = mov};
			return true;
		}
	}
	return false;
}

/* Copies @len bytes of instructions from @from to @to; relative addresses stay what they are. */
static bool copy_insns(uint8_t *to, uint64_t to_addr, const uint8_t *from, uint64_t from_addr,
		       size_t len)
{
	struct insn insn;

	for (size_t at = 0; at < len; at += insn.len) {
		if (!insn_decode(from + at, len - at, &insn) || insn.pinned)
			return false;
		memcpy(to + at, from + at, insn.len);
		if (insn.rip_disp) {
			int32_t rel = (int32_t)get_le32(from + at + insn.rip_disp);
			uint64_t next = from_addr + at + insn.len;

			if (!put_rel32(to + at + insn.rip_disp, to_addr + at + insn.len,
				       next + (uint64_t)(int64_t)rel))
				return false;
		}
	}
	return true;
}

/* The end of a way to the shim, at offset @at: %rcx = @resume, and off. */
static bool put_enter_shim(const struct site_view *v, uint8_t *code, size_t at, uint64_t resume)
{
	static const uint8_t lea[] = {0x48, 0x8d, 0x0d}, jmp[] = {0xff, 0x25};

	memcpy(code + at, lea, sizeof(lea));
	if (!put_rel32(code + at + sizeof(lea), v->trampoline + at + LEA_SIZE, resume))
		return false;
	at += LEA_SIZE;
	memcpy(code + at, jmp, sizeof(jmp));
	at += sizeof(jmp) + 4;
	put_le32(code + at - 4, (uint32_t)(SHIM_AT - at));
	memcpy(code + SHIM_AT, &v->shim, sizeof(v->shim));
	return true;
}

static bool overlap_stays(const struct site_view *v, const uint8_t *jmp)
{
	const struct known *k = known_find(v);
	size_t at = k ? (size_t)(JMP_SIZE - k->overlap) : JMP_SIZE;

	return memcmp(jmp + at, before(v, k ? k->start : JMP_SIZE) + at, JMP_SIZE - at) == 0;
}

void site_reach(const struct site_view *v, uint64_t *ret_lo, uint64_t *ret_hi)
{
	const struct known *k = known_find(v);
	uint64_t first;

	*ret_lo = v->site > REACH ? v->site - REACH : 0;
	*ret_hi = v->site + REACH;
	if (!k || k->overlap != 1)
		return;
	/* The last byte of the jump is the highest of its displacement. */
	first = (uint64_t)before(v, k->start)[JMP_SIZE - 1] << 24;
	*ret_lo = v->site - k->start + JMP_SIZE + (uint64_t)(int64_t)(int32_t)first;
	*ret_hi = *ret_lo + (1 << 24) - 1;
}

static bool plan_mov(const struct site_view *v, struct site_plan *plan)
{
	size_t at = 0, nr_copied;
	uint8_t jmp[JMP_SIZE];
	struct head head;

	if (!head_find(v, &head))
		return false;
	plan->method = SITE_MOV;
	plan->cancellation_point = head.cancellation_point;
	if (head.mov != 0) {
		plan->trampoline[0] = 0xb8;
		put_le32(plan->trampoline + 1, v->nr);
		at = 5;
	}
	nr_copied = head.start - head.mov;
	if (!copy_insns(plan->trampoline + at, v->trampoline + at, before(v, nr_copied),
			v->site - nr_copied, nr_copied))
		return false;
	at += nr_copied;
	return put_enter_shim(v, plan->trampoline, at, v->site) &&
	       jmp_make(jmp, v->site - head.start, v->trampoline) && overlap_stays(v, jmp) &&
	       add_jmp(plan, v->site - head.start, jmp, v->single_threaded);
}

/* --- SITE_PAD --- */

/* End of the padding that fills up from @at to the next boundary; @at: there is none. */
static size_t padding_end(const struct site_view *v, size_t at)
{
	size_t end = at + (size_t)(-(v->site + at) % PAD_ALIGN), i = at;
	struct insn insn;

	if (end > v->nr_at)
		return at;
	while (i < end) {
		if (v->at[i] == INT3)
			insn.len = 1;
		else if (!insn_decode(v->at + i, end - i, &insn) || !insn.nop)
			return at;
		i += insn.len;
	}
	return end;
}

/* Does a jump in the code between the site and the padding at [@at, @end) lead into the latter? */
static bool is_jumped_into(const struct site_view *v, size_t at, size_t end)
{
	struct insn insn;

	for (size_t i = SYSCALL_SIZE; i < at; i += insn.len) {
		if (!insn_decode(v->at + i, v->nr_at - i, &insn))
			return true;
		if (insn.rel_size &&
		    insn_target(&insn, v->at + i, v->site + i) - (v->site + at) < end - at)
			return true;
	}
	return false;
}

static bool padding_find(const struct site_view *v, size_t *ret_at, size_t *ret_end)
{
	size_t at = SYSCALL_SIZE;
	bool stop = false;

	while (at < v->nr_at && at <= SYSCALL_SIZE + JMP_SHORT_MAX) {
		size_t end = stop ? padding_end(v, at) : at;
		struct insn insn;

		if (end - at >= JMP_SIZE && !is_jumped_into(v, at, end)) {
			*ret_at = at;
			*ret_end = end;
			return true;
		}
		if (end != at) {
			at = end;
			stop = false;
			continue;
		}
		/* int3 may be a breakpoint: what stands there is not known. */
		if (v->at[at] == INT3 || !insn_decode(v->at + at, v->nr_at - at, &insn))
			return false;
		stop = insn.stop;
		at += insn.len;
	}
	return false;
}

static bool plan_pad(const struct site_view *v, struct site_plan *plan)
{
	uint8_t *code = plan->trampoline, fill[PAD_ALIGN], jmp[JMP_SHORT_SIZE];
	size_t at, end;

	if (!padding_find(v, &at, &end))
		return false;
	if (!v->single_threaded && v->site % WORD == WORD - 1)
		return false;
	plan->method = SITE_PAD;
	plan->may_wait_outside = is_go(v);
	if (!put_enter_shim(v, code, 0, v->trampoline + SLOW_AT) ||
	    !jmp_make(code + SLOW_AT + SYSCALL_SIZE, v->trampoline + SLOW_AT + SYSCALL_SIZE,
		      v->site + SYSCALL_SIZE))
		return false;
	memcpy(code + SLOW_AT, syscall_insn, SYSCALL_SIZE);

	/* The whole of it, so that the rest can still be decoded, and used by another site. */
	memset(fill, INT3, sizeof(fill));
	if (!jmp_make(fill, v->site + at, v->trampoline))
		return false;
	add_writes(plan, v->site + at, fill, end - at);
	jmp[0] = 0xeb;
	jmp[1] = (uint8_t)(at - JMP_SHORT_SIZE);
	add_writes(plan, v->site, jmp, sizeof(jmp));
	return true;
}

static bool has_syscall(const struct site_view *v)
{
	return v->nr_at >= SYSCALL_SIZE && memcmp(v->at, syscall_insn, SYSCALL_SIZE) == 0;
}

static void plan_reset(struct site_plan *plan)
{
	*plan = (struct site_plan){.method = SITE_NONE};
	memset(plan->trampoline, INT3, sizeof(plan->trampoline));
}

bool site_plan_make(const struct site_view *v, struct site_plan *ret)
{
	plan_reset(ret);
	/*
	 * Unwinders and debuggers know a signal frame by the bytes of the code that rt_sigreturn is
	 * called from. restart_syscall is the kernel's word, not that of the code.
	 */
	if (!has_syscall(v) || v->nr_before > SITE_BEFORE || v->nr_at > SITE_AFTER ||
	    v->nr == NR_RT_SIGRETURN || v->nr == NR_RESTART_SYSCALL)
		return false;
	if (plan_mov(v, ret))
		return true;
	plan_reset(ret);
	if (!is_cancellation_point(v) && plan_pad(v, ret))
		return true;
	plan_reset(ret);
	return false;
}

/* --- what has been done --- */

/* The syscall instruction in the trampoline of a SITE_PAD: what is around it is of fixed form. */
static bool is_slow_way(const struct site_view *v)
{
	uint8_t code[SITE_TRAMPOLINE_SIZE];
	struct site_view own = *v;

	own.trampoline = v->site - SLOW_AT;
	return v->nr_before >= SLOW_AT && has_syscall(v) && v->nr_at > SYSCALL_SIZE &&
	       v->at[SYSCALL_SIZE] == 0xe9 && put_enter_shim(&own, code, 0, v->site) &&
	       memcmp(before(v, SLOW_AT), code, SLOW_AT) == 0;
}

bool site_jump(const struct site_view *v, uint64_t *ret_trampoline)
{
	if (v->nr_before > SITE_BEFORE || v->nr_at > SITE_AFTER)
		return false;
	if (is_slow_way(v)) {
		*ret_trampoline = v->site - SLOW_AT;
		return true;
	}
	if (v->nr_at >= SYSCALL_SIZE && v->at[0] == 0xeb && v->at[1] <= JMP_SHORT_MAX) {
		size_t at = (size_t)v->at[1] + JMP_SHORT_SIZE;

		if (at + JMP_SIZE > v->nr_at || v->at[at] != 0xe9)
			return false;
		*ret_trampoline = v->site + at + JMP_SIZE +
				  (uint64_t)(int64_t)(int32_t)get_le32(v->at + at + 1);
		return true;
	}
	if (!has_syscall(v))
		return false;
	for (size_t start = JMP_SIZE; start <= v->nr_before; start++) {
		const uint8_t *p = before(v, start);

		/* The last two bytes of a seven-byte mov are left; they happen to be instructions. */
		if (p[0] == 0xe9 &&
		    (leads_to_site(v, start - JMP_SIZE) ||
		     (start == 6 && memcmp(p + 4, xor_eax, sizeof(xor_eax)) == 0))) {
			*ret_trampoline = v->site - start + JMP_SIZE +
					  (uint64_t)(int64_t)(int32_t)get_le32(p + 1);
			return true;
		}
	}
	return false;
}

bool site_is_replaced(const struct site_view *v)
{
	uint64_t trampoline;

	return site_jump(v, &trampoline);
}

size_t site_insn_length(const uint8_t *p, size_t len, bool *ret_stop)
{
	struct insn insn;

	if (!insn_decode(p, len, &insn))
		return 0;
	*ret_stop = insn.stop;
	return insn.len;
}

uint64_t site_write_merge(const struct site_write *w, uint64_t old)
{
	memcpy((uint8_t *)&old + w->addr % WORD, w->bytes, w->len);
	return old;
}
