/*
 * tests/unit/test_site.c - platform/fastpath/site.h: plans by their bytes
 *
 * Hand-made code for each rule, and what must hold for plans whatever the guest's bytes are.
 * test_site_run.c runs what plans make.
 */
#include "platform/fastpath/site.h"
#include "sentry/base/base.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE 4096
#define NR_GETPID 39

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

#define BASE 0x7f0000400000ULL
#define FAR_AWAY (BASE + (64ULL << 20))
#define SHIM 0x7ffff0001000ULL

struct image {
	uint8_t bytes[512];
	size_t len, site; /* offsets */
};

/* @code at address BASE + @at, with int3 around it that nobody has put there as padding. */
static struct image image_of(const char *code, size_t at)
{
	struct image im = {.len = at};

	memset(im.bytes, 0xd6, sizeof(im.bytes)); /* unknown to the decoder */
	im.len += unhex(code, im.bytes + at);
	for (im.site = at; memcmp(im.bytes + im.site, "\x0f\x05", 2) != 0; im.site++)
		assert_true(im.site < im.len);
	return im;
}

static struct site_view view_of(const struct image *im, uint32_t nr, bool single_threaded)
{
	struct site_view v = {
		.site = BASE + im->site,
		.nr_before = MIN(im->site, (size_t)SITE_BEFORE),
		.at = im->bytes + im->site,
		.nr_at = MIN(sizeof(im->bytes) - im->site, (size_t)SITE_AFTER),
		.nr = nr,
		.trampoline = FAR_AWAY,
		.shim = SHIM,
		.single_threaded = single_threaded,
	};

	v.before = v.at - v.nr_before;
	return v;
}

static enum site_method method_of(const char *code, size_t at, uint32_t nr, bool single_threaded)
{
	struct image im = image_of(code, at);
	struct site_view v = view_of(&im, nr, single_threaded);
	struct site_plan plan;
	bool ok = site_plan_make(&v, &plan);

	assert_int_equal(ok, plan.method != SITE_NONE);
	return plan.method;
}

#define GETPID "b8 27 00 00 00 0f 05 c3"

static void mov_becomes_one_jump(void **state)
{
	struct image im = image_of(GETPID, 32);
	struct site_view v = view_of(&im, NR_GETPID, false);
	struct site_plan plan;
	uint8_t code[SITE_TRAMPOLINE_SIZE];
	uint64_t trampoline;

	assert_false(site_is_replaced(&v));
	assert_true(site_plan_make(&v, &plan));
	assert_int_equal(plan.method, SITE_MOV);
	assert_int_equal(plan.nr_writes, 1);
	assert_int_equal(plan.writes[0].addr, BASE + 32);
	assert_int_equal(plan.writes[0].len, 5);
	assert_memory_equal(plan.writes[0].bytes, "\xe9\xdb\xff\xff\x03", 5);
	memset(code, 0xcc, sizeof(code));
	memcpy(code, "\xb8\x27\0\0\0\x48\x8d\x0d\x19\0\0\xfc\xff\x25\x16\0\0\0", 18);
	memcpy(code + 40, &v.shim, 8);
	assert_memory_equal(plan.trampoline, code, sizeof(code));

	memcpy(im.bytes + 32, plan.writes[0].bytes, 5);
	assert_true(site_is_replaced(&v));
	assert_true(site_jump(&v, &trampoline));
	assert_int_equal(trampoline, FAR_AWAY);
	assert_int_equal(method_of("e9 db ff ff 03 0f 05 c3", 32, NR_GETPID, true), SITE_NONE);
}

static void a_jump_over_two_words_is_held(void **state)
{
	for (size_t at = 32; at < 40; at++) {
		struct image im = image_of(GETPID, at);
		struct site_view v = view_of(&im, NR_GETPID, false);
		struct site_plan plan;
		bool ok = site_plan_make(&v, &plan);

		if (at == 39) {
			assert_false(ok);
			v.single_threaded = true;
			assert_true(site_plan_make(&v, &plan));
			assert_int_equal(plan.nr_writes, 2);
			continue;
		}
		assert_true(ok);
		assert_int_equal(plan.nr_writes, at < 36 ? 1 : 3);
		if (at < 36)
			continue;
		assert_memory_equal(plan.writes[0].bytes, "\xeb\xfe", 2);
		assert_int_equal(plan.writes[0].addr, BASE + at);
		assert_int_equal(plan.writes[1].addr, BASE + 40);
		assert_int_equal(plan.writes[2].addr, BASE + at);
		assert_int_equal(plan.writes[1].len + plan.writes[2].len, 5);
	}
}

static void the_mov_must_be_one(void **state)
{
	static const struct {
		const char *code;
		enum site_method method;
	} cases[] = {
		{"90 " GETPID, SITE_MOV},
		{"48 c7 c0 27 00 00 00 0f 05 c3", SITE_MOV},
		{"b8 28 00 00 00 0f 05 c3", SITE_NONE},	   /* another number */
		{"41 b8 27 00 00 00 0f 05 c3", SITE_NONE}, /* to r8d */
		{"45 b8 27 00 00 00 0f 05 c3", SITE_NONE},
		{"40 b8 27 00 00 00 0f 05 c3", SITE_MOV},	 /* a REX that changes nothing */
		{"66 b8 27 00 00 00 0f 05 c3", SITE_NONE},	 /* ax, and two more bytes */
		{"49 8b b8 27 00 00 00 0f 05 c3", SITE_NONE},	 /* mov 0x27(%r8), %rdi */
		{"48 8b b8 27 00 00 00 0f 05 c3", SITE_MOV},	 /* %rax is 39: it would fault */
		{"c7 45 b8 27 00 00 00 0f 05 c3", SITE_NONE},	 /* movl $0x27, -0x48(%rbp) */
		{"c7 44 24 b8 27 00 00 00 0f 05 c3", SITE_NONE}, /* movl $0x27, -0x48(%rsp) */
		{"b8 27 00 00 00 48 89 fe 0f 05 c3", SITE_MOV},	 /* with one in between */
		{"b8 27 00 00 00 eb 00 0f 05 c3", SITE_NONE},	 /* with a jump */
		{"b8 27 00 00 00 e8 00 00 00 00 0f 05 c3", SITE_NONE},
		{"b8 27 00 00 00 d6 0f 05 c3", SITE_NONE}, /* with something unknown */
		{"b8 27 00 00 00 0f 05 0f 05 c3", SITE_MOV},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (method_of(cases[i].code, 32, NR_GETPID, true) != cases[i].method)
			fail_msg("%s", cases[i].code);
	assert_int_equal(method_of("b8 0f 00 00 00 0f 05 c3", 32, 15, true), SITE_NONE);
	assert_int_equal(method_of("b8 db 00 00 00 0f 05 c3", 32, 219, true), SITE_NONE);
	assert_int_equal(method_of("b8 ff ff ff ff 0f 05 c3", 32, UINT32_MAX, true), SITE_MOV);
	assert_int_equal(method_of("48 c7 c0 ff ff ff ff 0f 05 c3", 32, UINT32_MAX, true),
			 SITE_NONE);
}

static void nothing_in_front_is_no_prefix(void **state)
{
	struct image im = image_of(GETPID, 32);
	struct site_view v = view_of(&im, NR_GETPID, true);
	struct site_plan plan;

	for (v.nr_before = 0; v.nr_before <= SITE_BEFORE; v.nr_before++) {
		v.before = v.at - v.nr_before;
		assert_int_equal(site_plan_make(&v, &plan), v.nr_before >= 5);
	}
}

static void a_mov_out_of_reach_stays(void **state)
{
	struct image im = image_of(GETPID, 32);
	struct site_view v = view_of(&im, NR_GETPID, true);
	struct site_plan plan;
	uint64_t end = v.site; /* of the jump */

	v.trampoline = end + INT32_MAX - 11; /* where the way back is as long */
	assert_true(site_plan_make(&v, &plan));
	v.trampoline++;
	assert_false(site_plan_make(&v, &plan));
	v.trampoline = end + (uint64_t)(int64_t)INT32_MIN;
	assert_true(site_plan_make(&v, &plan));
	v.trampoline--;
	assert_false(site_plan_make(&v, &plan));
	v.trampoline = 0;
	assert_false(site_plan_make(&v, &plan));
	assert_int_equal(plan.method, SITE_NONE);
	assert_int_equal(plan.nr_writes, 0);
}

/* At 32: xor, syscall, cmp, ja to 48, ret, and five bytes from 43 to 47. */
#define READ "31 c0 0f 05 48 83 f8 f0 77 06 c3 "
#define PAD5 "0f 1f 44 00 00 "

static void padding_after_a_ret_is_used(void **state)
{
	struct image im = image_of(READ PAD5 "48 f7 d8 c3", 32);
	struct site_view v = view_of(&im, SYS_read, false);
	struct site_plan plan;
	uint64_t trampoline;
	uint8_t code[SITE_TRAMPOLINE_SIZE];

	assert_true(site_plan_make(&v, &plan));
	assert_int_equal(plan.method, SITE_PAD);
	assert_int_equal(plan.nr_writes, 2);
	assert_int_equal(plan.writes[0].addr, BASE + 43);
	assert_int_equal(plan.writes[0].len, 5);
	assert_memory_equal(plan.writes[0].bytes, "\xe9\xd0\xff\xff\x03", 5);
	assert_int_equal(plan.writes[1].addr, BASE + 34);
	assert_int_equal(plan.writes[1].len, 2);
	assert_memory_equal(plan.writes[1].bytes, "\xeb\x07", 2);
	memset(code, 0xcc, sizeof(code));
	memcpy(code, "\x48\x8d\x0d\x06\0\0\0\xff\x25\x1b\0\0\0\x0f\x05\xe9\x10\0\0\xfc", 20);
	memcpy(code + 40, &v.shim, 8);
	assert_memory_equal(plan.trampoline, code, sizeof(code));

	for (size_t i = 0; i < plan.nr_writes; i++)
		memcpy(im.bytes + (plan.writes[i].addr - BASE), plan.writes[i].bytes,
		       plan.writes[i].len);
	assert_true(site_jump(&v, &trampoline));
	assert_int_equal(trampoline, FAR_AWAY);
	assert_false(site_plan_make(&v, &plan));

	/* The slow way traps in the trampoline. */
	v.site = FAR_AWAY + 13;
	v.before = code;
	v.nr_before = 13;
	v.at = code + 13;
	v.nr_at = sizeof(code) - 13;
	v.trampoline = 0;
	assert_true(site_jump(&v, &trampoline));
	assert_int_equal(trampoline, FAR_AWAY);
	code[1] ^= 1;
	assert_false(site_jump(&v, &trampoline));
}

static void other_padding_is_none(void **state)
{
	static const struct {
		const char *code;
		enum site_method method;
	} cases[] = {
		{READ PAD5, SITE_PAD},
		{READ "cc cc cc cc cc", SITE_PAD},
		{READ "90 90 66 90 cc", SITE_PAD},
		{READ "90 90 90 90 55", SITE_NONE},		       /* not up to the boundary */
		{READ "0f 1f 80 00 00 00 00", SITE_NONE},	       /* beyond it */
		{READ "f3 0f 1e fa 90", SITE_NONE},		       /* endbr64 */
		{READ "41 90 90 90 90", SITE_NONE},		       /* xchg */
		{READ "f3 90 90 90 90", SITE_NONE},		       /* pause */
		{"31 c0 0f 05 48 83 f8 f0 77 01 c3 " PAD5, SITE_NONE}, /* ja leads there */
		{"31 c0 0f 05 48 83 f8 f0 77 03 c3 " PAD5, SITE_NONE}, /* ... into it */
		{"31 c0 0f 05 48 83 f8 f0 77 06 90 " PAD5, SITE_NONE}, /* no ret */
		{"31 c0 0f 05 48 83 f8 f0 77 06 d6 " PAD5, SITE_NONE}, /* not known */
		{"31 c0 0f 05 e8 00 00 00 00 90 cc " PAD5 "c3", SITE_NONE}, /* a breakpoint */
		{"31 c0 0f 05 48 83 f8 f0 eb 06 90 " PAD5, SITE_PAD},	    /* a jump over it */
		{"31 c0 0f 05 48 83 f8 f0 eb 01 90 " PAD5, SITE_NONE},	    /* into it */
		{"31 c0 0f 05 48 83 f8 f0 0f 0b f4 " PAD5, SITE_PAD},	    /* hlt */
		{"31 c0 0f 05 48 83 f8 f0 ff e0 c3 " PAD5, SITE_PAD},
		{"31 c0 0f 05 eb 00 c3 cc cc cc cc cc cc cc cc cc", SITE_PAD},
		/* Less than five bytes are passed over. */
		{"31 c0 0f 05 48 83 f8 f0 90 90 90 90 c3 cc cc cc c3 0f 1f 44 00 00 "
		 "66 2e 0f 1f 84 00 00 00 00 00",
		 SITE_PAD},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (method_of(cases[i].code, 32, SYS_read, true) != cases[i].method)
			fail_msg("%s", cases[i].code);
	/* A syscall instruction in two words can't be written at once. */
	assert_int_equal(method_of("31 c0 0f 05 c3 90 90 90 90 90 90", 37, SYS_read, true),
			 SITE_PAD);
	assert_int_equal(method_of("31 c0 0f 05 c3 90 90 90 90 90 90", 37, SYS_read, false),
			 SITE_NONE);
}

static void padding_is_in_reach_of_a_short_jump(void **state)
{
	uint8_t at[SITE_AFTER];
	struct site_view v = {
		.site = BASE + 6, .at = at, .nr_at = sizeof(at), .trampoline = FAR_AWAY};
	struct site_plan plan;

	for (size_t ret = 2; ret < SITE_AFTER - 10; ret++) {
		bool pad = (v.site + ret) % 16 != 15 && 16 - (v.site + ret + 1) % 16 >= 5;

		memset(at, 0x50, sizeof(at));
		memcpy(at, "\x0f\x05", 2);
		at[ret] = 0xc3;
		memset(at + ret + 1, 0x90, MIN((size_t)16, sizeof(at) - ret - 1));
		v.nr_at = sizeof(at);
		assert_int_equal(site_plan_make(&v, &plan), pad && ret + 1 - 2 <= 127);
		v.nr_at = ret + 5;
		assert_int_equal(site_plan_make(&v, &plan), false);
	}
}

static void the_rest_of_padding_serves_another_site(void **state)
{
	struct image im = image_of("31 c0 0f 05 c3 66 2e 0f 1f 84 00 00 00 00 00 90", 32);
	struct site_view v = view_of(&im, SYS_read, false);
	struct site_plan plan;

	assert_true(site_plan_make(&v, &plan));
	for (size_t i = 0; i < plan.nr_writes; i++)
		memcpy(im.bytes + (plan.writes[i].addr - BASE), plan.writes[i].bytes,
		       plan.writes[i].len);
	memcpy(im.bytes + 34, "\x0f\x05", 2); /* as if there were one more */
	v.trampoline += SITE_TRAMPOLINE_SIZE;
	assert_true(site_plan_make(&v, &plan));
	assert_int_equal(plan.writes[0].addr, BASE + 42);
	assert_int_equal(plan.writes[plan.nr_writes - 1].bytes[1], 42 - 36);
}

#define CANCELLABLE                                                                                \
	"4c 8b 44 24 08 4c 8b 4c 24 10 4c 89 5c 24 08 0f 05 c3 90 90 90 90 90 90 90 90 90 90 90"

static void cancellable_calls_keep_their_syscall(void **state)
{
	for (size_t at = 32; at < 48; at++) {
		struct image im = image_of(CANCELLABLE, at);
		struct site_view v = view_of(&im, SYS_read, false);
		struct site_plan plan;

		if (!site_plan_make(&v, &plan)) {
			assert_int_equal((at + 10) % 8, 7);
			continue;
		}
		assert_int_equal(plan.method, SITE_MOV);
		assert_true(plan.cancellation_point);
		assert_memory_equal(plan.trampoline, "\x4c\x89\x5c\x24\x08\x48\x8d\x0d", 8);
	}
}

#define SYSCALL_FUNCTION "49 89 ca 4d 89 c2 4d 89 c8 4c 8b 4c 24 08 0f 05 48 3d 01 f0 ff ff c3"

/* The number is the caller's: all that stands in front of the site is a load. */
static void the_function_syscall_is_known(void **state)
{
	struct image im = image_of(SYSCALL_FUNCTION, 33);
	struct site_view v = view_of(&im, 110, false);
	struct site_plan plan;
	uint64_t trampoline;

	assert_true(site_plan_make(&v, &plan));
	assert_int_equal(plan.method, SITE_MOV);
	assert_false(plan.cancellation_point);
	assert_memory_equal(plan.trampoline, "\x4c\x8b\x4c\x24\x08\x48\x8d\x0d", 8);
	assert_int_equal(plan.nr_writes, 1);
	assert_int_equal(plan.writes[0].addr, v.site - 5);
	memcpy(im.bytes + im.site - 5, plan.writes[0].bytes, 5);
	assert_true(site_jump(&v, &trampoline));
	assert_int_equal(trampoline, FAR_AWAY);
	assert_int_equal(method_of("4d 89 c0 4c 8b 4c 24 08 0f 05 c3", 33, 110, false), SITE_NONE);
}

#define GO_SYSCALL6                                                                                \
	"49 89 f2 48 89 fa 48 89 ce 48 89 df 0f 05 48 3d 01 f0 ff ff c3 cc cc cc cc cc cc cc cc "  \
	"cc cc cc cc"
#define GO_NO_ERROR "48 8b 54 24 20 48 8b 44 24 08 0f 05 48 89 44 24 28 c3"

static void functions_of_go_are_known(void **state)
{
	struct image im = image_of(GO_SYSCALL6, 32);
	struct site_view v = view_of(&im, SYS_read, false);
	struct site_plan plan;

	assert_true(site_plan_make(&v, &plan));
	assert_int_equal(plan.method, SITE_PAD);
	assert_true(plan.may_wait_outside);
	im.bytes[im.site - 1] = 0xd7; /* other moves: somebody else's */
	assert_true(site_plan_make(&v, &plan));
	assert_false(plan.may_wait_outside);
	im = image_of(GO_NO_ERROR, 32);
	v = view_of(&im, 110, false);
	assert_true(site_plan_make(&v, &plan));
	assert_int_equal(plan.method, SITE_MOV);
	assert_memory_equal(plan.trampoline, "\x48\x8b\x44\x24\x08\x48\x8d\x0d", 8);
}

#define READ_WITH_THREADS "48 8b 74 24 10 41 89 c0 8b 7c 24 08 31 c0 0f 05 48 3d 00 f0 ff ff c3"

/* A thread may be about to execute the second of the two instructions that give way to the jump. */
static void read_keeps_its_second_instruction(void **state)
{
	struct image im = image_of(READ_WITH_THREADS, 32);
	struct site_view v = view_of(&im, SYS_read, true);
	struct site_plan plan;
	uint64_t lo, hi, trampoline;

	assert_false(site_plan_make(&v, &plan)); /* too near */
	site_reach(&v, &lo, &hi);
	assert_int_equal(hi - lo, 0xffffff);
	for (int i = 0; i < 3; i++) {
		uint8_t bytes[6];

		v.trampoline = i == 0 ? lo : i == 1 ? hi : (lo + hi) / 2;
		assert_true(site_plan_make(&v, &plan));
		assert_memory_equal(plan.trampoline, "\x8b\x7c\x24\x08\x31\xc0\x48\x8d\x0d", 9);
		memcpy(bytes, im.bytes + im.site - 6, 6);
		for (size_t w = 0; w < plan.nr_writes; w++)
			memcpy(im.bytes + (plan.writes[w].addr - BASE), plan.writes[w].bytes,
			       plan.writes[w].len);
		assert_memory_equal(im.bytes + im.site - 2, "\x31\xc0\x0f\x05", 4);
		assert_true(site_jump(&v, &trampoline));
		assert_int_equal(trampoline, v.trampoline);
		memcpy(im.bytes + im.site - 6, bytes, 6);
	}
	v.trampoline = hi + 1;
	assert_false(site_plan_make(&v, &plan));
	v.nr = SYS_getppid; /* not what the code says */
	v.trampoline = lo;
	assert_false(site_plan_make(&v, &plan));
}

static void merged_writes_keep_their_neighbours(void **state)
{
	struct site_write w = {.addr = BASE + 3, .len = 2, .bytes = {0xaa, 0xbb, 0xcc}};

	assert_int_equal(site_write_merge(&w, 0x0807060504030201), 0x080706bbaa030201);
}

/* --- any bytes --- */

/* Memory whose last byte is followed, and whose first is preceded, by what can't be touched. */
static uint8_t *guarded(void)
{
	uint8_t *p = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	assert_int_equal(mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
	return p + PAGE;
}

static uint64_t rng = 88172645463325252ULL;

static uint32_t rnd(uint32_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)(rng >> 20) % n;
}

/* Bytes of all kinds, among them many pieces that plans are made of. */
static void fill_randomly(uint8_t *p, size_t len)
{
	static const struct {
		const char *bytes;
		size_t len;
	} pieces[] = {
		{"\xb8\x27\0\0\0", 5},
		{"\x0f\x05", 2},
		{"\xc3", 1},
		{"\x90", 1},
		{"\x48\xc7\xc0\x27\0\0\0", 7},
		{"\xcc", 1},
		{"\x0f\x1f\x44\0\0", 5},
		{"\x48", 1},
		{"\x66\x90", 2},
		{"\xeb", 1},
		{"\xe9", 1},
		{"\x77\x08", 2},
		{"\x90\x90\x90\x90\x90", 5},
		{"\x48\x8d\x05", 3},
	};

	for (size_t i = 0; i < len;) {
		uint32_t k = rnd(2 * ARRAY_SIZE(pieces));

		if (k < ARRAY_SIZE(pieces) && pieces[k].len <= len - i) {
			memcpy(p + i, pieces[k].bytes, pieces[k].len);
			i += pieces[k].len;
		} else {
			p[i++] = (uint8_t)rnd(256);
		}
	}
}

/* What holds for each plan; carries it out in a copy of the bytes, and asks about the result. */
static void check_plan(const struct site_view *v, const struct site_plan *plan)
{
	uint8_t copy[SITE_BEFORE + SITE_AFTER];
	uint64_t base = v->site - v->nr_before;
	struct site_view after = *v;

	assert_true(plan->nr_writes >= 1 && plan->nr_writes <= SITE_MAX_WRITES);
	memcpy(copy, v->before, v->nr_before);
	memcpy(copy + v->nr_before, v->at, v->nr_at);
	for (size_t i = 0; i < plan->nr_writes; i++) {
		const struct site_write *w = &plan->writes[i];

		assert_in_range(w->len, 1, 8);
		assert_true(w->addr % 8 + w->len <= 8);
		assert_true(w->addr - base < v->nr_before + v->nr_at);
		assert_true(w->addr - base + w->len <= v->nr_before + v->nr_at);
		memcpy(copy + (w->addr - base), w->bytes, w->len);
	}
	after.before = copy;
	after.at = copy + v->nr_before;
	assert_true(site_is_replaced(&after));
}

static void any_bytes_are_read_within_bounds(void **state)
{
	uint8_t *before = guarded(), *at = guarded();
	size_t plans[3] = {0};
	uint64_t trampoline;

	for (int i = 0; i < 1000000; i++) {
		struct site_view v = {
			.site = BASE + rnd(16),
			.nr_before = rnd(4) ? SITE_BEFORE : rnd(SITE_BEFORE + 1),
			.nr_at = rnd(4) ? 2 + rnd(40) : rnd(SITE_AFTER + 1),
			.nr = rnd(8) ? 39 : rnd(UINT32_MAX),
			.trampoline = rnd(8) ? BASE + (1U << 20) + rnd(1U << 31) : rnd(UINT32_MAX),
			.single_threaded = rnd(2),
		};
		struct site_plan plan;

		v.before = rnd(2) ? before : before + PAGE - v.nr_before;
		v.at = rnd(2) ? at : at + PAGE - v.nr_at;
		fill_randomly((uint8_t *)v.before, v.nr_before);
		fill_randomly((uint8_t *)v.at, v.nr_at);
		if (v.nr_at >= 2 && rnd(16))
			memcpy((uint8_t *)v.at, "\x0f\x05", 2);
		(void)site_jump(&v, &trampoline);
		if (site_plan_make(&v, &plan))
			check_plan(&v, &plan);
		plans[plan.method]++;
	}
	/* Enough of each kind that this means something. */
	assert_true(plans[SITE_NONE] > 10000 && plans[SITE_MOV] > 10000 && plans[SITE_PAD] > 1000);
	munmap(before - PAGE, 3 * PAGE);
	munmap(at - PAGE, 3 * PAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mov_becomes_one_jump),
		cmocka_unit_test(a_jump_over_two_words_is_held),
		cmocka_unit_test(the_mov_must_be_one),
		cmocka_unit_test(nothing_in_front_is_no_prefix),
		cmocka_unit_test(a_mov_out_of_reach_stays),
		cmocka_unit_test(padding_after_a_ret_is_used),
		cmocka_unit_test(other_padding_is_none),
		cmocka_unit_test(padding_is_in_reach_of_a_short_jump),
		cmocka_unit_test(the_rest_of_padding_serves_another_site),
		cmocka_unit_test(cancellable_calls_keep_their_syscall),
		cmocka_unit_test(the_function_syscall_is_known),
		cmocka_unit_test(functions_of_go_are_known),
		cmocka_unit_test(read_keeps_its_second_instruction),
		cmocka_unit_test(merged_writes_keep_their_neighbours),
		cmocka_unit_test(any_bytes_are_read_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
