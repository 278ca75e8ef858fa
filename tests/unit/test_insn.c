/*
 * tests/unit/test_insn.c - platform/fastpath/insn.h, through site_insn_length()
 *
 * site_survey compares with a disassembler over whole libraries; here is what these do not contain.
 */
#include "platform/fastpath/insn.h"
#include "platform/fastpath/site.h"
#include "sentry/base/base.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

struct length_case {
	const char *hex;
	size_t len; /* 0: unknown */
	bool stop;
};

static size_t unhex(const char *hex, uint8_t *ret)
{
	size_t n = 0;
	unsigned int b;

	for (; *hex; hex += hex[2] ? 3 : 2) {
		assert_int_equal(sscanf(hex, "%2x", &b), 1);
		ret[n++] = (uint8_t)b;
	}
	return n;
}

/* Each with its exact bytes, with one too few, and with others behind it. */
static void check_length(const struct length_case *c)
{
	uint8_t bytes[32];
	bool stop = !c->stop;
	size_t n;

	memset(bytes, 0xcc, sizeof(bytes));
	n = unhex(c->hex, bytes);
	if (c->len)
		assert_int_equal(n, c->len);
	if (site_insn_length(bytes, n, &stop) != c->len)
		fail_msg("%s: length %zu", c->hex, site_insn_length(bytes, n, &stop));
	if (!c->len)
		return;
	assert_int_equal(stop, c->stop);
	assert_int_equal(site_insn_length(bytes, n - 1, &stop), 0);
	assert_int_equal(site_insn_length(bytes, sizeof(bytes), &stop), n);
}

static void lengths_follow_the_opcode_maps(void **state)
{
	static const struct length_case cases[] = {
		{"90", 1, false},
		{"55", 1, false},
		{"41 55", 2, false},
		{"0f 05", 2, false},
		{"b8 01 00 00 00", 5, false},
		{"66 b8 01 00", 4, false},
		{"48 b8 01 02 03 04 05 06 07 08", 10, false},
		{"66 48 b8 01 02 03 04 05 06 07 08", 11, false},
		{"48 66 b8 01 00", 5, false}, /* the REX is void */
		{"48 c7 c0 01 00 00 00", 7, false},
		{"66 c7 00 01 00", 5, false},
		{"c8 10 00 00", 4, false},
		{"a1 01 02 03 04 05 06 07 08", 9, false},
		{"67 a1 01 02 03 04", 6, false},
		{"f6 00 01", 3, false}, /* test */
		{"f6 10", 2, false},	/* not */
		{"f7 00 01 02 03 04", 6, false},
		{"66 f7 00 01 02", 5, false},
		{"f7 d8", 2, false},
		{"68 01 02 03 04", 5, false},
		{"6a 01", 2, false},
		{"69 c0 01 02 03 04", 6, false},
		{"74 00", 2, false},
		{"e3 00", 2, false},
		{"0f 84 00 00 00 00", 6, false},
		{"e8 00 00 00 00", 5, false},
		{"66 66 48 e8 00 00 00 00", 8, false},
		{"ff d0", 2, false},
		{"0f 1f 84 00 00 00 00 00", 8, false},
		{"66 66 2e 0f 1f 84 00 00 00 00 00", 11, false},
		{"f3 0f 1e fa", 4, false},
		{"0f a4 c0 01", 4, false},
		{"0f ba e0 01", 4, false},
		{"66 0f 70 c0 01", 5, false},
		{"0f c7 0f", 3, false},
		{"0f 38 f0 07", 4, false},
		{"66 0f 3a 0f c1 08", 6, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_length(&cases[i]);
}

static void lengths_follow_modrm_and_sib(void **state)
{
	static const struct length_case cases[] = {
		{"8b 00", 2, false},		 /* (%rax) */
		{"8b 05 01 02 03 04", 6, false}, /* (%rip) */
		{"8b 40 01", 3, false},		 /* disp8 */
		{"8b 80 01 02 03 04", 6, false}, /* disp32 */
		{"8b 04 24", 3, false},		 /* (%rsp) */
		{"8b 44 24 01", 4, false},	 /* disp8(%rsp) */
		{"8b 84 24 01 02 03 04", 7, false},
		{"8b 04 25 01 02 03 04", 7, false}, /* no base */
		{"8b 44 25 01", 4, false},
		{"64 48 8b 04 25 28 00 00 00", 9, false},
		{"81 05 01 02 03 04 05 06 07 08", 10, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_length(&cases[i]);
}

static void lengths_follow_vex_and_evex(void **state)
{
	static const struct length_case cases[] = {
		{"c5 f8 77", 3, false},			  /* vzeroupper */
		{"c5 fd 6f 07", 4, false},		  /* vmovdqa */
		{"c5 fd 70 c0 01", 5, false},		  /* vpshufd */
		{"c4 e2 7d 58 07", 5, false},		  /* 0f38 */
		{"c4 e3 7d 39 c8 01", 6, false},	  /* 0f3a */
		{"62 f1 fe 48 6f 07", 6, false},	  /* vmovdqu64 */
		{"62 f1 fe 48 6f 47 01", 7, false},	  /* disp8 */
		{"62 f3 7d 48 3f c1 00", 7, false},	  /* vpcmpub */
		{"62 f3 7d 48 3f 44 24 01 00", 9, false}, /* with SIB and disp8 */
		{"62 f5 7c 48 58 c1", 6, false},	  /* vaddph */
		{"66 c5 fd 6f 07", 0, false},
		{"48 c5 fd 6f 07", 0, false},
		{"c4 e4 7d 39 c8", 0, false},
		{"62 f4 fe 48 6f 07", 0, false}, /* another map */
		{"62 f9 fe 48 6f 07", 0, false}, /* a bit that must not be set */
		{"62 f1 fa 48 6f 07", 0, false}, /* one that must */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_length(&cases[i]);
}

static void nothing_falls_through_stops(void **state)
{
	static const struct length_case cases[] = {
		{"c3", 1, true},
		{"f3 c3", 2, true},
		{"c2 08 00", 3, true},
		{"eb 00", 2, true},
		{"e9 00 00 00 00", 5, true},
		{"ff e0", 2, true},
		{"3e ff e0", 3, true},
		{"ff 25 00 00 00 00", 6, true},
		{"0f 0b", 2, true},
		{"f4", 1, true},
		{"48 cf", 2, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_length(&cases[i]);
}

static void what_is_not_known_has_no_length(void **state)
{
	static const char *const unknown[] = {
		"06",
		"27",
		"9a 00 00 00 00 00 00",
		"d5 10 b8 00 00 00 00",
		"82 00 00",
		"d6",
		"0f 04",
		"0f ff c0",
		"66 e9 00 00 00 00",
		"8d c0",
		"8f e8 00 00",
		"c7 f8 00 00",
		"fe d0",
		"ff f8",
		"ff e8",
		"0f 20 c0",
		"66",
		"f0 f0 f0",
		"0f",
		"0f 38",
		"48",
		"66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90",
	};

	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		check_length(&(struct length_case){.hex = unknown[i]});
}

static void a_jump_is_followed(void **state)
{
	static const uint8_t back[] = {0xeb, 0xfe}, forth[] = {0x0f, 0x84, 1, 0, 0, 0};
	struct insn insn;

	assert_true(insn_decode(back, sizeof(back), &insn));
	assert_true(insn_target(&insn, back, 0x1000) == 0x1000);
	assert_true(insn_decode(forth, sizeof(forth), &insn));
	assert_true(insn_target(&insn, forth, 0x1000) == 0x1007);
}

static void what_can_be_moved_is_known(void **state)
{
	static const struct {
		const char *hex;
		bool pinned;
		uint8_t rip_disp;
	} cases[] = {
		{"48 89 fe", false, 0},
		{"48 8d 35 01 02 03 04", false, 3},
		{"c7 05 01 02 03 04 05 06 07 08", false, 2},
		{"67 8d 35 01 02 03 04", true, 3},
		{"74 00", true, 0},
		{"0f 84 00 00 00 00", true, 0},
		{"e2 00", true, 0},
		{"e8 00 00 00 00", true, 0},
		{"ff 15 00 00 00 00", true, 2},
		{"ff 35 00 00 00 00", false, 2},
		{"0f 05", true, 0},
		{"cd 80", true, 0},
		{"cc", true, 0},
		{"c3", true, 0},
		{"c5 fd 6f 05 00 00 00 00", false, 4},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t bytes[16];
		struct insn insn;

		assert_true(insn_decode(bytes, unhex(cases[i].hex, bytes), &insn));
		if (insn.pinned != cases[i].pinned || insn.rip_disp != cases[i].rip_disp)
			fail_msg("%s", cases[i].hex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_follow_the_opcode_maps),
		cmocka_unit_test(lengths_follow_modrm_and_sib),
		cmocka_unit_test(lengths_follow_vex_and_evex),
		cmocka_unit_test(nothing_falls_through_stops),
		cmocka_unit_test(what_is_not_known_has_no_length),
		cmocka_unit_test(a_jump_is_followed),
		cmocka_unit_test(what_can_be_moved_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
