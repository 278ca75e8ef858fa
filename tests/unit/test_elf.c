/*
 * tests/unit/test_elf.c - sentry/loader/elf.h and plan.h
 *
 * Files are made in memory: a header, program headers, and bytes that do not matter.
 */
#include "sentry/loader/plan.h"
#include "sentry/base/mem.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define FILE_SIZE 0x6000

struct fake_file {
	union {
		unsigned char bytes[FILE_SIZE];
		Elf64_Ehdr eh;
	};
	size_t size;
	unsigned int nr_reads;
};

static ssize_t fake_read(void *ctx, void *buf, size_t len, int64_t pos)
{
	struct fake_file *f = ctx;

	f->nr_reads++;
	if (pos < 0 || (uint64_t)pos >= f->size)
		return 0;
	if (len > f->size - (size_t)pos)
		len = f->size - (size_t)pos;
	memcpy(buf, f->bytes + pos, len);
	return (ssize_t)len;
}

static struct elf_source source(struct fake_file *f)
{
	return (struct elf_source){.read = fake_read, .ctx = f, .size = f->size};
}

static Elf64_Phdr *phdr(struct fake_file *f, unsigned int i)
{
	return (Elf64_Phdr *)(f->bytes + sizeof(Elf64_Ehdr)) + i;
}

static void add_phdr(struct fake_file *f, uint32_t type, uint32_t flags, uint64_t off,
		     uint64_t vaddr, uint64_t filesz, uint64_t memsz)
{
	*phdr(f, f->eh.e_phnum++) = (Elf64_Phdr){
		.p_type = type,
		.p_flags = flags,
		.p_offset = off,
		.p_vaddr = vaddr,
		.p_filesz = filesz,
		.p_memsz = memsz,
		.p_align = 0x1000,
	};
}

/* What a linker makes today: text between constants, then data with some bss. */
static void make_program(struct fake_file *f, uint16_t type, uint64_t at)
{
	memset(f, 0, sizeof(*f));
	f->size = FILE_SIZE;
	f->eh = (Elf64_Ehdr){
		.e_type = type,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = at + 0x1010,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
	};
	memcpy(f->eh.e_ident, ELFMAG, SELFMAG);
	add_phdr(f, PT_LOAD, PF_R, 0, at, 0x800, 0x800);
	add_phdr(f, PT_LOAD, PF_R | PF_X, 0x1000, at + 0x1000, 0x900, 0x900);
	add_phdr(f, PT_LOAD, PF_R, 0x2000, at + 0x2000, 0x700, 0x700);
	add_phdr(f, PT_LOAD, PF_R | PF_W, 0x2e00, at + 0x3e00, 0x300, 0x3300);
}

static void add_interp(struct fake_file *f, const char *name)
{
	uint64_t len = strlen(name) + 1;

	memcpy(f->bytes + 0x5000, name, len);
	add_phdr(f, PT_INTERP, PF_R, 0x5000, 0x5000, len, len);
}

static int try_program(struct fake_file *f)
{
	struct elf_source src = source(f);
	struct elf_image img;
	int err = elf_read_program(&src, &img);

	elf_image_free(&img);
	return err;
}

static int try_interp(struct fake_file *f)
{
	struct elf_source src = source(f);
	struct elf_image img;
	int err = elf_read_interp(&src, &img);

	elf_image_free(&img);
	return err;
}

static void headers_are_checked(void **state)
{
	static struct fake_file f;

	make_program(&f, ET_DYN, 0);
	assert_int_equal(try_program(&f), 0);
	assert_int_equal(try_interp(&f), 0);
	f.size = 20;
	assert_int_equal(try_program(&f), -ENOEXEC);
	assert_int_equal(try_interp(&f), -EIO);
	make_program(&f, ET_REL, 0);
	assert_int_equal(try_program(&f), -ENOEXEC);
	make_program(&f, ET_DYN, 0);
	f.eh.e_machine = EM_386;
	assert_int_equal(try_program(&f), -ENOEXEC);
	assert_int_equal(try_interp(&f), -ELIBBAD);
	make_program(&f, ET_DYN, 0);
	f.eh.e_phentsize++;
	assert_int_equal(try_program(&f), -ENOEXEC);
	make_program(&f, ET_DYN, 0);
	f.eh.e_phnum = 0;
	assert_int_equal(try_interp(&f), -ELIBBAD);
	f.eh.e_phnum = 1171;
	assert_int_equal(try_program(&f), -ENOEXEC);
	make_program(&f, ET_DYN, 0);
	f.eh.e_phoff = UINT64_MAX;
	assert_int_equal(try_program(&f), -ENOEXEC);
	f.eh.e_phoff = FILE_SIZE - 8;
	assert_int_equal(try_program(&f), -ENOEXEC);
}

static void interpreter_names_are_checked(void **state)
{
	static struct fake_file f;
	struct elf_source src = source(&f);
	struct elf_image img;

	make_program(&f, ET_DYN, 0);
	add_interp(&f, "/lib/ld.so");
	src = source(&f);
	assert_int_equal(elf_read_program(&src, &img), 0);
	assert_string_equal(img.interp, "/lib/ld.so");
	elf_image_free(&img);
	phdr(&f, 4)->p_filesz--; /* no NUL */
	assert_int_equal(try_program(&f), -ENOEXEC);
	phdr(&f, 4)->p_filesz = 1;
	assert_int_equal(try_program(&f), -ENOEXEC);
	phdr(&f, 4)->p_filesz = PATH_MAX + 1;
	assert_int_equal(try_program(&f), -ENOEXEC);
	phdr(&f, 4)->p_filesz = 11;
	phdr(&f, 4)->p_offset = FILE_SIZE - 5;
	assert_int_equal(try_program(&f), -EIO);
	phdr(&f, 4)->p_offset = UINT64_MAX - 5;
	assert_int_equal(try_program(&f), -EINVAL);
}

static bool layout(struct fake_file *f, struct elf_layout *l, struct stub_op *ops)
{
	struct elf_source src = source(f);
	struct elf_image img;
	bool ok;

	*l = (struct elf_layout){.ops = ops};
	assert_int_equal(elf_read_program(&src, &img), 0);
	ok = elf_layout(&img, STUB_BASE_EXE, 0x1000, l);
	elf_image_free(&img);
	return ok;
}

static void check_op(const struct stub_op *op, enum stub_op_kind kind, uint64_t addr, uint64_t len,
		     int prot, uint64_t off)
{
	assert_int_equal(op->kind, kind);
	assert_int_equal(op->addr, addr);
	assert_int_equal(op->len, len);
	assert_int_equal(op->prot, prot);
	assert_int_equal(op->off, off);
}

static void neighbours_share_a_mapping(void **state)
{
	static struct fake_file f;
	struct stub_op ops[64];
	struct elf_layout l;

	make_program(&f, ET_EXEC, 0x400000);
	assert_true(layout(&f, &l, ops));
	assert_int_equal(l.nr_ops, 5);
	check_op(&ops[0], STUB_OP_MAP_NEW, 0x400000, 0x8000, PROT_READ, 0);
	check_op(&ops[1], STUB_OP_PROTECT, 0x401000, 0x1000, PROT_READ | PROT_EXEC, 0);
	check_op(&ops[2], STUB_OP_MAP, 0x403000, 0x2000, PROT_READ | PROT_WRITE, 0x2000);
	check_op(&ops[3], STUB_OP_ZERO, 0x404100, 0xf00, 0, 0);
	check_op(&ops[4], STUB_OP_ANON, 0x405000, 0x3000, PROT_READ | PROT_WRITE, 0);
	assert_int_equal(l.bias, 0);
	assert_int_equal(l.brk, 0x408000);
	assert_int_equal(l.phdr, 0x400040);
	assert_int_equal(l.start_code, 0x401000);
	assert_int_equal(l.end_code, 0x401900);
}

static void a_hole_is_given_back(void **state)
{
	static struct fake_file f;
	struct stub_op ops[64];
	struct elf_layout l;

	make_program(&f, ET_EXEC, 0x400000);
	phdr(&f, 3)->p_vaddr += 0x200000;
	assert_true(layout(&f, &l, ops));
	check_op(&ops[0], STUB_OP_MAP_NEW, 0x400000, 0x208000, PROT_READ, 0);
	check_op(&ops[l.nr_ops - 1], STUB_OP_UNMAP, 0x403000, 0x200000, 0, 0);
}

static void position_independent_programs_find_a_place(void **state)
{
	static struct fake_file f;
	struct stub_op ops[64];
	struct elf_layout l;

	make_program(&f, ET_DYN, 0);
	assert_true(layout(&f, &l, ops));
	assert_int_equal(l.bias, ELF_BIAS_ANY);
	assert_int_equal(ops[0].kind, STUB_OP_PLACE);
	phdr(&f, 1)->p_align = 0x200000;
	assert_true(layout(&f, &l, ops));
	assert_int_equal(l.bias, ELF_BIAS_ANY);
	check_op(&ops[0], STUB_OP_RESERVE, 0, 0x8000, 0, 0x200000);
	assert_int_equal(ops[1].kind, STUB_OP_MAP_NEW);
	add_interp(&f, "/lib/ld.so");
	assert_true(layout(&f, &l, ops));
	assert_int_equal(l.bias, ELF_ET_DYN_BASE & ~0x1fffffULL);
	phdr(&f, 1)->p_align = 0x1000;
	assert_true(layout(&f, &l, ops));
	assert_int_equal(l.bias, ELF_ET_DYN_BASE + 0x1000);
}

static void what_cannot_be_mapped_dies(void **state)
{
	static struct fake_file f;
	struct stub_op ops[64];
	struct elf_layout l;

#define DIES_WITH(change)                                                                          \
	make_program(&f, ET_EXEC, 0x400000);                                                       \
	change;                                                                                    \
	assert_false(layout(&f, &l, ops))

	DIES_WITH(phdr(&f, 3)->p_memsz = phdr(&f, 3)->p_filesz - 1);
	DIES_WITH(phdr(&f, 3)->p_memsz = UINT64_MAX);
	DIES_WITH(phdr(&f, 3)->p_memsz = ELF_TASK_SIZE);
	DIES_WITH(phdr(&f, 3)->p_vaddr = UINT64_MAX - 0x1ff);
	DIES_WITH(phdr(&f, 1)->p_vaddr = ELF_TASK_SIZE);
	DIES_WITH(phdr(&f, 1)->p_offset = 0x1001);
	DIES_WITH(phdr(&f, 1)->p_offset = UINT64_MAX & ~0xfffULL);
	DIES_WITH(phdr(&f, 3)->p_offset = 0x10e00); /* the tail to zero is beyond the file */
	DIES_WITH(phdr(&f, 1)->p_vaddr = STUB_BASE + 0x1000);
	DIES_WITH(for (int i = 0; i < 4; i++) phdr(&f, i)->p_type = PT_NULL);
#undef DIES_WITH
}

static void check_plan(struct stub_plan *plan)
{
	const struct stub_op *ops = (const void *)((char *)plan + plan->ops);
	bool anywhere[STUB_NR_BASES] = {false};

	if (plan->mode == STUB_MODE_DIE)
		return;
	assert_true(plan->ops + plan->nr_ops * sizeof(*ops) <= plan->size);
	assert_true(plan->execfn + plan->execfn_len == plan->size);
	for (uint32_t i = 0; i < plan->nr_ops; i++) {
		uint64_t base = plan->base[ops[i].base];

		assert_true(ops[i].base <= STUB_BASE_INTERP);
		assert_true(ops[i].len > 0);
		if (ops[i].kind != STUB_OP_ZERO)
			assert_int_equal((ops[i].addr | ops[i].len) & 0xfff, 0);
		if (ops[i].kind == STUB_OP_PLACE || ops[i].kind == STUB_OP_RESERVE)
			anywhere[ops[i].base] = true;
		if (!anywhere[ops[i].base])
			assert_true(base + ops[i].addr >= STUB_END ||
				    base + ops[i].addr + ops[i].len <= STUB_BASE);
	}
}

static int plan_of(struct fake_file *exe, struct fake_file *interp, struct stub_plan **ret)
{
	struct elf_source src = source(exe);
	struct elf_image a, b = {.phdrs = NULL};
	struct script_args args = {0};
	struct cred cred = {.uid = 1};
	struct plan_load req = {
		.exe = &a,
		.args = &args,
		.execfn = "./prog",
		.cred = &cred,
		.randomise = true,
	};
	int err = elf_read_program(&src, &a);

	if (err == 0 && a.has_interp) {
		src = source(interp);
		err = elf_read_interp(&src, &b);
		req.interp = &b;
	}
	if (err == 0)
		err = plan_make_load(&req, ret);
	elf_image_free(&a);
	elf_image_free(&b);
	return err;
}

static uint64_t interesting(uint64_t old)
{
	static const uint64_t values[] = {
		0,
		1,
		2,
		0xfff,
		0x1000,
		0x1001,
		0x200000,
		0xffffffff,
		STUB_BASE,
		STUB_END,
		ELF_TASK_SIZE,
		UINT64_MAX,
		INT64_MAX,
		0x7fffffffe000,
		UINT64_MAX & ~0xfffULL,
		1ULL << 63,
	};
	unsigned int n = (unsigned int)rand() % 32;

	if (n < ARRAY_SIZE(values))
		return values[n];
	return n & 1 ? old ^ (1ULL << (rand() % 64)) : old + (uint64_t)(rand() % 0x2000) - 0x1000;
}

/* Damages some 8-byte fields of the headers, sometimes only half of one. */
static void damage(struct fake_file *f)
{
	unsigned int words = (sizeof(Elf64_Ehdr) + f->eh.e_phnum * sizeof(Elf64_Phdr)) / 8;

	for (int n = rand() % 4; n >= 0; n--) {
		unsigned int w = (unsigned int)rand() % words;
		uint64_t v;

		if (w < 2)
			continue; /* identification */
		memcpy(&v, f->bytes + w * 8, 8);
		v = interesting(v);
		memcpy(f->bytes + w * 8, &v, rand() % 4 ? 8 : 4);
	}
	if (rand() % 50 == 0)
		f->size = (size_t)rand() % FILE_SIZE;
}

static void damaged_headers_do_no_harm(void **state)
{
	static struct fake_file exe, interp;
	unsigned int good = 0;

	srand(2);
	for (int i = 0; i < 100000; i++) {
		struct stub_plan *plan = NULL;

		make_program(&exe, rand() % 2 ? ET_DYN : ET_EXEC, rand() % 2 ? 0 : 0x400000);
		make_program(&interp, ET_DYN, 0);
		if (rand() % 2)
			add_interp(&exe, "/lib/ld.so");
		damage(&exe);
		if (rand() % 2)
			damage(&interp);
		if (plan_of(&exe, &interp, &plan) == 0) {
			check_plan(plan);
			good += plan->mode == STUB_MODE_LOAD;
		}
		mem_free(plan);
	}
	assert_true(good > 1000);
}

static void failed_allocations_leave_nothing(void **state)
{
	static struct fake_file exe, interp;
	struct stub_plan *plan = NULL;
	int err;

	make_program(&exe, ET_DYN, 0);
	make_program(&interp, ET_DYN, 0);
	add_interp(&exe, "/lib/ld.so");
	for (long n = 0;; n++) {
		mem_fail_after(n);
		err = plan_of(&exe, &interp, &plan);
		if (!mem_fail_stop())
			break;
		assert_int_equal(err, -ENOMEM);
		assert_null(plan);
	}
	assert_int_equal(err, 0);
	mem_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_checked),
		cmocka_unit_test(interpreter_names_are_checked),
		cmocka_unit_test(neighbours_share_a_mapping),
		cmocka_unit_test(a_hole_is_given_back),
		cmocka_unit_test(position_independent_programs_find_a_place),
		cmocka_unit_test(what_cannot_be_mapped_dies),
		cmocka_unit_test(damaged_headers_do_no_harm),
		cmocka_unit_test(failed_allocations_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
