/*
 * tests/unit/test_rtld.c - sentry/loader/rtld.h: patched code does what it did, by way of the stub
 *
 * The code is executed: a text with sites is copied into a page, patched, and its way to the stub leads to
 * a function here, which sees the number and goes on behind the site.
 */
#include "sentry/loader/rtld.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/mman.h>

#define VADDR 0x1000
#define PAGE 4096

/* As the stub's entry: %rax is the number, %rcx where to go on; the answer is the number and 1000 more, that
 * of an open its first argument and 1 more. */
void test_rtld_entry(void);
__asm__(".text\n"
	".globl test_rtld_entry\n"
	".hidden test_rtld_entry\n"
	"test_rtld_entry:\n"
	"	cmp $257, %eax\n"
	"	je 1f\n"
	"	add $1000, %rax\n"
	"	jmp *%rcx\n"
	"1:	movslq %edi, %rax\n"
	"	inc %rax\n"
	"	jmp *%rcx\n");

#define CLOSE "\xb8\x03\x00\x00\x00\x0f\x05"
#define WRITE "\xb8\x01\x00\x00\x00\x0f\x05"
#define READ "\x31\xc0\x0f\x05\x48\x3d\x00\xf0\xff\xff"
#define OPEN "\xb8\x01\x01\x00\x00\x90\xbf\x9c\xff\xff\xff\x0f\x05"
#define RET "\xc3"

static size_t add(uint8_t *text, size_t at, const char *bytes, size_t len)
{
	memcpy(text + at, bytes, len);
	return at + len;
}

static void apply(uint8_t *text, const struct rtld_patch *patch)
{
	for (size_t at = 0; at < patch->size;) {
		uint64_t slot = (uint64_t)(uintptr_t)test_rtld_entry;
		struct stub_patch head;

		memcpy(&head, patch->bytes + at, sizeof(head));
		at += sizeof(head);
		assert_true(head.addr >= VADDR && head.addr + head.len <= VADDR + PAGE);
		memcpy(text + head.addr - VADDR, head.len ? patch->bytes + at : (uint8_t *)&slot,
		       head.len ? head.len : sizeof(slot));
		at += head.len;
	}
}

static void sites_lead_to_the_stub_and_back(void **state)
{
	uint8_t *text = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t close_at = 0, read_at, open_at, write_at, end;
	struct rtld_patch patch;

	if (text == MAP_FAILED)
		fail_msg("no memory");
	read_at = add(text, close_at, CLOSE RET, 8);
	open_at = add(text, read_at, READ RET, 11);
	write_at = add(text, open_at, OPEN RET, 14);
	end = add(text, write_at, WRITE RET, 8);
	rtld_patch_make(text, end, PAGE - end, VADDR, &patch);
	assert_true(patch.size > 0);
	apply(text, &patch);
	assert_int_equal(((long (*)(void))(text + close_at))(), 1003);
	assert_int_equal(((long (*)(void))(text + read_at))(), 1000);
	assert_int_equal(((long (*)(void))(text + open_at))(), -99);
	assert_memory_equal(text + write_at, WRITE RET, 8); /* not wanted */
	munmap(text, PAGE);
}

static void nothing_is_patched_by_halves(void **state)
{
	static uint8_t text[PAGE];
	struct rtld_patch patch;
	size_t end = add(text, 0, CLOSE RET, 8);

	rtld_patch_make(text, end, PAGE - end, VADDR, &patch);
	assert_int_equal(patch.size, 0); /* no open */
	end = add(text, end, OPEN RET, 14);
	rtld_patch_make(text, end, 40, VADDR, &patch);
	assert_int_equal(patch.size, 0); /* no room for trampolines */
	rtld_patch_make(text, end, PAGE - end, VADDR, &patch);
	assert_true(patch.size > 0);
	for (int i = 0; i < 100; i++)
		end = add(text, end, CLOSE RET, 8);
	rtld_patch_make(text, end, PAGE - end, VADDR, &patch);
	assert_int_equal(patch.size, 0); /* more than the plan has room for */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sites_lead_to_the_stub_and_back),
		cmocka_unit_test(nothing_is_patched_by_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
