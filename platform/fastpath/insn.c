/*
 * platform/fastpath/insn.c - how long an x86-64 instruction is, and what it takes to move it
 *
 * Source: Intel SDM volume 2, chapter 2 (formats) and appendix A (opcode maps); AMD APM volume 3.
 *
 * The opcode maps are strings, a character per opcode, that say what follows it:
 *
 *  .  nothing                     m  ModRM                  j  32-bit displacement of a jump
 *  b  8-bit immediate             B  ModRM, b               s  8-bit displacement of a jump
 *  z  32-bit, with 66 16-bit      Z  ModRM, z               w  16-bit immediate
 *  v  z, with REX.W 64-bit        G  ModRM, z if reg < 2    e  16- and 8-bit immediates
 *  o  64-bit offset, with 67 32   g  ModRM, b if reg < 2    ?  unknown, or read elsewhere (prefixes)
 */
#include "platform/fastpath/insn.h"

#include "sentry/base/base.h"

#include <string.h>

static const char one_byte[16][17] = {
	/* 0 */ "mmmmbz??mmmmbz??",
	/* 1 */ "mmmmbz??mmmmbz??",
	/* 2 */ "mmmmbz??mmmmbz??",
	/* 3 */ "mmmmbz??mmmmbz??",
	/* 4 */ "????????????????", /* REX */
	/* 5 */ "................",
	/* 6 */ "???m????zZbB....",
	/* 7 */ "ssssssssssssssss",
	/* 8 */ "BZ?Bmmmmmmmmmmmm",
	/* 9 */ "..........?.....",
	/* a */ "oooo....bz......",
	/* b */ "bbbbbbbbvvvvvvvv",
	/* c */ "BBw.??BZe.w..b?.",
	/* d */ "mmmm???.mmmmmmmm",
	/* e */ "ssssbbbbjj?s....",
	/* f */ "?.??..gG......mm",
};

static const char two_byte[16][17] = {
	/* 0 */ "mmmm?.....?.?m??",
	/* 1 */ "mmmmmmmmmmmmmmmm",
	/* 2 */ "????????mmmmmmmm", /* control and debug registers left out */
	/* 3 */ "......?.????????",
	/* 4 */ "mmmmmmmmmmmmmmmm",
	/* 5 */ "mmmmmmmmmmmmmmmm",
	/* 6 */ "mmmmmmmmmmmmmmmm",
	/* 7 */ "BBBBmmm.????mmmm",
	/* 8 */ "jjjjjjjjjjjjjjjj",
	/* 9 */ "mmmmmmmmmmmmmmmm",
	/* a */ "...mBm??...mBmmm",
	/* b */ "mmmmmmmmmmBmmmmm",
	/* c */ "mmBmBBBm........",
	/* d */ "mmmmmmmmmmmmmmmm",
	/* e */ "mmmmmmmmmmmmmmmm",
	/* f */ "mmmmmmmmmmmmmmm?",
};

enum { MAP_ONE, MAP_0F, MAP_0F38, MAP_0F3A, MAP_5 = 5, MAP_6 };

struct decoder {
	const uint8_t *p;
	size_t len;
	size_t at; /* bytes taken; past len: it ends too early */
	bool opsize, addrsize, rep, lock;
	uint8_t rex;
	uint8_t map, opcode, modrm;
	bool vector, evex; /* VEX or EVEX; EVEX */
};

static uint8_t take(struct decoder *d)
{
	size_t at = d->at++;

	return at < d->len ? d->p[at] : 0;
}

/* Takes prefixes and REX; the next byte is opcode, escape, VEX or EVEX. */
static void take_prefixes(struct decoder *d)
{
	while (d->at < d->len) {
		uint8_t b = d->p[d->at];

		switch (b) {
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65: break;
		case 0x66: d->opsize = true; break;
		case 0x67: d->addrsize = true; break;
		case 0xf0: d->lock = true; break;
		case 0xf2:
		case 0xf3: d->rep = true; break;
		default:
			if ((b & 0xf0) != 0x40)
				return;
			d->rex = b;
			d->at++;
			continue;
		}
		d->rex = 0; /* REX counts only right before the opcode */
		d->at++;
	}
}

/* The opcode of a VEX (c4, c5) or EVEX (62) instruction, whose first byte was @first. */
static bool take_vector_opcode(struct decoder *d, uint8_t first)
{
	uint8_t b1 = take(d);

	if (d->opsize || d->rep || d->lock || d->rex)
		return false;
	d->vector = true;
	d->map = first == 0xc5 ? MAP_0F : b1 & 0x1f;
	d->evex = first == 0x62;
	if (d->evex) {
		uint8_t b2 = take(d);

		if ((b1 & 0x08) || !(b2 & 0x04))
			return false;
		d->map = b1 & 0x07;
	}
	if (first != 0xc5)
		(void)take(d);
	d->opcode = take(d);
	if (d->map == MAP_5 || d->map == MAP_6)
		return d->evex;
	return d->map >= MAP_0F && d->map <= MAP_0F3A;
}

static bool take_opcode(struct decoder *d)
{
	uint8_t b = take(d);

	if (b == 0xc4 || b == 0xc5 || b == 0x62)
		return take_vector_opcode(d, b);
	d->map = MAP_ONE;
	if (b == 0x0f) {
		d->map = MAP_0F;
		b = take(d);
		if (b == 0x38 || b == 0x3a) {
			d->map = b == 0x38 ? MAP_0F38 : MAP_0F3A;
			b = take(d);
		}
	}
	d->opcode = b;
	return true;
}

/* What follows the opcode: a character of the tables. */
static char operands(const struct decoder *d)
{
	uint8_t op = d->opcode;

	switch (d->map) {
	case MAP_ONE: return one_byte[op >> 4][op & 15];
	case MAP_0F:
		if (!d->vector)
			return two_byte[op >> 4][op & 15];
		if (op == 0x77) /* vzeroupper, vzeroall */
			return d->evex ? '?' : '.';
		return (op & 0xfc) == 0x70 || op == 0xc2 || (op >= 0xc4 && op <= 0xc6) ? 'B' : 'm';
	case MAP_0F3A: return 'B';
	default: return 'm';
	}
}

static unsigned int reg(const struct decoder *d)
{
	return d->modrm >> 3 & 7;
}

static bool in_register(const struct decoder *d)
{
	return d->modrm >> 6 == 3;
}

/* Takes ModRM, SIB and displacement; *ret_rip_disp as in struct insn. */
static void take_modrm(struct decoder *d, uint8_t *ret_rip_disp)
{
	unsigned int mod, rm;

	d->modrm = take(d);
	mod = d->modrm >> 6;
	rm = d->modrm & 7;
	if (mod == 3)
		return;
	if (mod == 0 && rm == 5) {
		*ret_rip_disp = (uint8_t)d->at;
		d->at += 4;
		return;
	}
	if (rm == 4 && (take(d) & 7) == 5 && mod == 0)
		d->at += 4;
	d->at += mod == 1 ? 1 : mod == 2 ? 4 : 0;
}

/* Groups that have no such member, and forms that exist in memory or in registers only. */
static bool has_group_member(const struct decoder *d)
{
	if (d->map != MAP_ONE)
		return true;
	switch (d->opcode) {
	case 0x8d: return !in_register(d);
	case 0x8f: /* the others are AMD's XOP */
	case 0xc6: /* xabort, xbegin: not followed */
	case 0xc7: return reg(d) == 0;
	case 0xfe: return reg(d) < 2;
	case 0xff: return reg(d) < 7 && !((reg(d) == 3 || reg(d) == 5) && in_register(d));
	default: return true;
	}
}

static size_t immediate_size(const struct decoder *d, char kind)
{
	size_t z = d->opsize && !(d->rex & 8) ? 2 : 4;

	switch (kind) {
	case 'b':
	case 'B':
	case 's': return 1;
	case 'z':
	case 'Z': return z;
	case 'v': return d->rex & 8 ? 8 : z;
	case 'o': return d->addrsize ? 4 : 8;
	case 'w': return 2;
	case 'e': return 3;
	case 'j': return 4;
	case 'g': return reg(d) < 2 ? 1 : 0;
	case 'G': return reg(d) < 2 ? z : 0;
	default: return 0;
	}
}

/* Where the processor goes from here. */
static void classify_flow(const struct decoder *d, struct insn *insn)
{
	uint8_t op = d->opcode;

	if (d->vector || d->map > MAP_0F)
		return;
	if (d->map == MAP_0F) {
		insn->stop = op == 0x0b;
		/* syscall, sysret, ud2, sysenter, sysexit, and jumps */
		insn->pinned = insn->rel_size || op == 0x05 || op == 0x07 || op == 0x0b ||
			       op == 0x34 || op == 0x35;
		return;
	}
	switch (op) {
	case 0xc2: /* ret */
	case 0xc3:
	case 0xca:
	case 0xcb:
	case 0xcf: /* iret */
	case 0xe9: /* jmp */
	case 0xeb:
	case 0xf4: /* hlt */ insn->stop = true; break;
	case 0xff: /* call, jmp */
		insn->stop = reg(d) == 4 || reg(d) == 5;
		insn->pinned = reg(d) >= 2 && reg(d) <= 5;
		break;
	case 0xcc: /* int3, int, int1 */
	case 0xcd:
	case 0xf1: insn->pinned = true; break;
	default: break;
	}
	insn->pinned |= insn->stop || insn->rel_size;
}

static bool is_nop(const struct decoder *d)
{
	if (d->vector || d->rep || d->lock)
		return false;
	if (d->map == MAP_ONE)
		return d->opcode == 0x90 && !(d->rex & 1);
	return d->map == MAP_0F && d->opcode == 0x1f && reg(d) == 0;
}

bool insn_decode(const uint8_t *p, size_t len, struct insn *ret)
{
	struct decoder d = {.p = p, .len = MIN(len, (size_t)INSN_MAX)};
	struct insn insn = {0};
	char kind;

	take_prefixes(&d);
	if (!take_opcode(&d))
		return false;
	kind = operands(&d);
	if (kind == '?')
		return false;
	/* Processors disagree about how long a near jump with a 16-bit operand is. */
	if (kind == 'j' && d.opsize && !(d.rex & 8))
		return false;
	if (strchr("mBZgG", kind)) {
		take_modrm(&d, &insn.rip_disp);
		if (!has_group_member(&d))
			return false;
	}
	d.at += immediate_size(&d, kind);
	if (d.at > d.len)
		return false;
	insn.len = (uint8_t)d.at;
	insn.rel_size = kind == 'j' ? 4 : kind == 's' ? 1 : 0;
	classify_flow(&d, &insn);
	insn.pinned |= insn.rip_disp && d.addrsize;
	insn.nop = is_nop(&d);
	*ret = insn;
	return true;
}

uint64_t insn_target(const struct insn *insn, const uint8_t *p, uint64_t addr)
{
	const uint8_t *rel = p + insn->len - insn->rel_size;
	int32_t rel32;

	if (insn->rel_size == 1)
		return addr + insn->len + (uint64_t)(int64_t)(int8_t)rel[0];
	memcpy(&rel32, rel, sizeof(rel32));
	return addr + insn->len + (uint64_t)(int64_t)rel32;
}
