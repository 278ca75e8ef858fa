/*
 * platform/fastpath/insn.h - how long an x86-64 instruction is, and what it takes to move it
 *
 * Model: a table driven decoder of 64-bit mode. It knows lengths and control flow, not meanings: all
 * the compilers' instructions up to AVX-512, with the prefixes that they use. What is privileged,
 * obsolete or of different length from vendor to vendor is unknown to it, and so is everything that
 * has no meaning in 64-bit mode.
 *
 * Interface: pure functions. The bytes may be anything; nothing beyond @len is read.
 */
#ifndef PLATFORM_FASTPATH_INSN_H
#define PLATFORM_FASTPATH_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSN_MAX 15

struct insn {
	uint8_t len;
	uint8_t rel_size; /* of a direct jump's or call's displacement, its last bytes: 0, 1 or 4 */
	uint8_t rip_disp; /* where in it a disp32 relative to %rip is; 0: there is none */
	bool stop;	  /* nothing falls through: ret, jmp, ud2, hlt */
	bool pinned; /* a copy of it elsewhere would not do the same, even with its rip_disp adapted */
	bool nop;    /* one of the no-ops that assemblers fill gaps with */
};

/* Decodes the instruction at @p; false: not known, or longer than the @len bytes that are there. */
bool insn_decode(const uint8_t *p, size_t len, struct insn *ret);

/* Target of the direct jump or call @insn at @p, whose address is @addr; it has a rel_size. */
uint64_t insn_target(const struct insn *insn, const uint8_t *p, uint64_t addr);

#endif
