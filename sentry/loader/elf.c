/*
 * sentry/loader/elf.c - ELF headers to mappings, see elf.h
 *
 * Arithmetic: all numbers of a header are the guest's. check_segment() holds before any of them is
 * added: addresses and sizes are below the end of user space then, and sums of a few cannot wrap.
 */
#include "sentry/loader/elf.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "sentry/base/mem.h"

/* ---- reading ---- */

static int read_exactly(const struct elf_source *src, void *buf, size_t len, uint64_t pos)
{
	ssize_t n;

	if (pos > INT64_MAX - len)
		return -EINVAL;
	n = src->read(src->ctx, buf, len, (int64_t)pos);
	if (n < 0)
		return (int)n;
	return (size_t)n == len ? 0 : -EIO;
}

static bool header_ok(const Elf64_Ehdr *eh)
{
	return memcmp(eh->e_ident, ELFMAG, SELFMAG) == 0 && eh->e_machine == EM_X86_64;
}

/* Any failure is the same to the caller but for memory. */
static int read_phdrs(const struct elf_source *src, struct elf_image *img)
{
	size_t size = (size_t)img->eh.e_phnum * sizeof(Elf64_Phdr);

	if (img->eh.e_phentsize != sizeof(Elf64_Phdr) || size == 0 || size > ELF_PHDRS_MAX)
		return -ENOEXEC;
	img->phdrs = mem_alloc(size);
	if (!img->phdrs)
		return -ENOMEM;
	if (read_exactly(src, img->phdrs, size, img->eh.e_phoff) < 0)
		return -ENOEXEC;
	return 0;
}

/* The first PT_INTERP counts. */
static int read_interp_name(const struct elf_source *src, struct elf_image *img)
{
	for (unsigned int i = 0; i < img->eh.e_phnum; i++) {
		const Elf64_Phdr *ph = &img->phdrs[i];
		int err;

		if (ph->p_type != PT_INTERP)
			continue;
		if (ph->p_filesz > PATH_MAX || ph->p_filesz < 2)
			return -ENOEXEC;
		err = read_exactly(src, img->interp, ph->p_filesz, ph->p_offset);
		if (err < 0)
			return err;
		if (img->interp[ph->p_filesz - 1] != '\0')
			return -ENOEXEC;
		img->has_interp = true;
		return 0;
	}
	return 0;
}

static enum elf_stack stack_of(const struct elf_image *img)
{
	enum elf_stack stack = ELF_STACK_DEFAULT;

	for (unsigned int i = 0; i < img->eh.e_phnum; i++)
		if (img->phdrs[i].p_type == PT_GNU_STACK)
			stack = img->phdrs[i].p_flags & PF_X ? ELF_STACK_EXEC : ELF_STACK_NOEXEC;
	return stack;
}

int elf_read_program(const struct elf_source *src, struct elf_image *ret)
{
	ssize_t n;
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->file_size = src->size;
	n = src->read(src->ctx, &ret->eh, sizeof(ret->eh), 0);
	if (n < 0)
		return (int)n;
	if (!header_ok(&ret->eh) || (ret->eh.e_type != ET_EXEC && ret->eh.e_type != ET_DYN))
		return -ENOEXEC;
	err = read_phdrs(src, ret);
	if (err < 0)
		return err;
	ret->stack = stack_of(ret);
	return read_interp_name(src, ret);
}

int elf_read_interp(const struct elf_source *src, struct elf_image *ret)
{
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->file_size = src->size;
	err = read_exactly(src, &ret->eh, sizeof(ret->eh), 0);
	if (err < 0)
		return err;
	if (!header_ok(&ret->eh))
		return -ELIBBAD;
	err = read_phdrs(src, ret);
	return err == -ENOEXEC ? -ELIBBAD : err;
}

void elf_image_free(struct elf_image *img)
{
	mem_free(TAKE_PTR(img->phdrs));
}

/* ---- layout ---- */

struct span {
	uint64_t start, end; /* whole pages, unbiased */
};

static uint64_t page_down(uint64_t a)
{
	return ALIGN_DOWN(a, ELF_PAGE);
}

static uint64_t page_up(uint64_t a)
{
	return ALIGN_UP(a, ELF_PAGE);
}

static uint8_t prot_of(const Elf64_Phdr *ph)
{
	return (uint8_t)((ph->p_flags & PF_R ? PROT_READ : 0) |
			 (ph->p_flags & PF_W ? PROT_WRITE : 0) |
			 (ph->p_flags & PF_X ? PROT_EXEC : 0));
}

/* What Linux checks around each mapping, and what would make the mapping itself fail. */
static bool check_segment(const Elf64_Phdr *ph, uint64_t file_size)
{
	uint64_t in_page = ph->p_vaddr & (ELF_PAGE - 1);
	uint64_t zero;

	if (ph->p_vaddr >= ELF_TASK_SIZE || ph->p_filesz > ph->p_memsz ||
	    ph->p_memsz > ELF_TASK_SIZE || ELF_TASK_SIZE - ph->p_memsz < ph->p_vaddr)
		return false;
	if (ph->p_filesz == 0)
		return true;
	if (ph->p_offset < in_page || ((ph->p_offset - in_page) & (ELF_PAGE - 1)))
		return false;
	if (ph->p_offset > INT64_MAX - ELF_TASK_SIZE - 2 * ELF_PAGE)
		return false;
	/* The rest of the last page is zeroed, which takes a page that the file has. */
	zero = ph->p_offset + ph->p_filesz;
	return !(ph->p_memsz > ph->p_filesz && (ph->p_flags & PF_W) && (zero & (ELF_PAGE - 1)) &&
		 page_down(zero) >= file_size);
}

static bool find_span(const struct elf_image *img, struct span *ret)
{
	bool found = false;

	*ret = (struct span){UINT64_MAX, 0};
	for (unsigned int i = 0; i < img->eh.e_phnum; i++) {
		const Elf64_Phdr *ph = &img->phdrs[i];

		if (ph->p_type != PT_LOAD)
			continue;
		if (!check_segment(ph, img->file_size))
			return false;
		ret->start = MIN(ret->start, page_down(ph->p_vaddr));
		ret->end = MAX(ret->end, page_up(ph->p_vaddr + ph->p_memsz));
		found = true;
	}
	return found && ret->end > ret->start;
}

/* The greatest alignment that a segment asks for; at least a page. */
static uint64_t alignment_of(const struct elf_image *img)
{
	uint64_t align = ELF_PAGE;

	for (unsigned int i = 0; i < img->eh.e_phnum; i++) {
		uint64_t a = img->phdrs[i].p_align;

		if (img->phdrs[i].p_type == PT_LOAD && a && (a & (a - 1)) == 0)
			align = MAX(align, a);
	}
	return align;
}

static struct stub_op *add_op(struct elf_layout *l, enum stub_op_kind kind, enum stub_base base,
			      uint64_t start, uint64_t end)
{
	struct stub_op *op = &l->ops[l->nr_ops++];

	*op = (struct stub_op){
		.kind = (uint8_t)kind,
		.base = (uint8_t)base,
		.addr = start,
		.len = end - start,
	};
	return op;
}

/* Segments [first, ret) that one mapping of the file covers: each continues the one before in
 * memory and in the file, with nothing to be zeroed in between. *ret_end: where the last ends. */
static unsigned int group_end(const struct elf_image *img, unsigned int first, uint64_t *ret_end)
{
	const Elf64_Phdr *head = &img->phdrs[first], *last = head;
	unsigned int i;

	for (i = first + 1; i < img->eh.e_phnum; i++) {
		const Elf64_Phdr *ph = &img->phdrs[i];

		if (ph->p_type != PT_LOAD)
			continue;
		if (last->p_memsz > last->p_filesz || ph->p_filesz == 0 ||
		    ph->p_vaddr - ph->p_offset != head->p_vaddr - head->p_offset ||
		    ph->p_vaddr < last->p_vaddr + last->p_filesz ||
		    page_down(ph->p_vaddr) > page_up(last->p_vaddr + last->p_filesz))
			break;
		last = ph;
	}
	*ret_end = last->p_vaddr + last->p_filesz;
	return i;
}

/* Within a mapping that was made with prot, segments with another get theirs; also one that shares
 * its first page with a changed neighbour. */
static void protect_group(const struct elf_image *img, enum stub_base base, unsigned int first,
			  unsigned int end, struct elf_layout *l)
{
	uint8_t prot = prot_of(&img->phdrs[first]);
	uint64_t changed = 0;

	for (unsigned int i = first + 1; i < end; i++) {
		const Elf64_Phdr *ph = &img->phdrs[i];
		uint64_t from = page_down(ph->p_vaddr), to = page_up(ph->p_vaddr + ph->p_filesz);

		if (ph->p_type != PT_LOAD || (prot_of(ph) == prot && from >= changed))
			continue;
		add_op(l, STUB_OP_PROTECT, base, from, to)->prot = prot_of(ph);
		changed = to;
	}
}

/* Memory of a segment beyond what the file gives. */
static void add_bss(const Elf64_Phdr *ph, enum stub_base base, struct elf_layout *l)
{
	uint64_t zero = ph->p_vaddr + ph->p_filesz;
	uint64_t end = page_up(ph->p_vaddr + ph->p_memsz);
	uint64_t anon = ph->p_filesz ? page_up(zero) : page_down(zero);

	if (ph->p_memsz == ph->p_filesz)
		return;
	/* To the end of the page, though the segment may end before: dynamic linkers use the rest. */
	if (ph->p_filesz && (ph->p_flags & PF_W) && zero < anon)
		add_op(l, STUB_OP_ZERO, base, zero, anon);
	if (anon < end)
		add_op(l, STUB_OP_ANON, base, anon, end)->prot =
			(uint8_t)(PROT_READ | PROT_WRITE | (prot_of(ph) & PROT_EXEC));
}

/* The first mapping spans the whole image, so that nothing else is hit by the fixed ones that
 * follow; the parts of it that no segment covers are given back. */
static void add_holes(const struct elf_image *img, enum stub_base base, struct span span,
		      struct elf_layout *l)
{
	uint64_t at = span.start;

	while (at < span.end) {
		uint64_t next = span.end, covered = at;

		for (unsigned int i = 0; i < img->eh.e_phnum; i++) {
			const Elf64_Phdr *ph = &img->phdrs[i];
			uint64_t from, to;

			if (ph->p_type != PT_LOAD || ph->p_memsz == 0)
				continue;
			from = page_down(ph->p_vaddr);
			to = page_up(ph->p_vaddr + ph->p_memsz);
			if (from <= at && to > covered)
				covered = to;
			else if (from > at && from < next)
				next = from;
		}
		if (covered > at) {
			at = covered;
			continue;
		}
		add_op(l, STUB_OP_UNMAP, base, at, next);
		at = next;
	}
}

/* kind: how the first mapping is made; the others are fixed. */
static void add_segments(const struct elf_image *img, enum stub_base base, struct span span,
			 enum stub_op_kind kind, struct elf_layout *l)
{
	unsigned int end;

	for (unsigned int i = 0; i < img->eh.e_phnum; i = end) {
		const Elf64_Phdr *ph = &img->phdrs[i];
		uint64_t from = page_down(ph->p_vaddr), to;
		struct stub_op *op;

		end = i + 1;
		if (ph->p_type != PT_LOAD)
			continue;
		if (!ph->p_filesz) {
			add_bss(ph, base, l);
			continue;
		}
		end = group_end(img, i, &to);
		to = kind == STUB_OP_MAP ? page_up(to) : span.end;
		op = add_op(l, kind, base, from, to);
		op->prot = prot_of(ph);
		op->off = ph->p_offset - (ph->p_vaddr - from);
		kind = STUB_OP_MAP;
		protect_group(img, base, i, end, l);
		for (; i < end; i++) /* only the last of a group can have one */
			if (img->phdrs[i].p_type == PT_LOAD)
				add_bss(&img->phdrs[i], base, l);
	}
}

static void collect_facts(const struct elf_image *img, struct elf_layout *l)
{
	l->start_code = UINT64_MAX;
	l->end_code = l->start_data = l->end_data = l->brk = l->phdr = 0;
	for (unsigned int i = 0; i < img->eh.e_phnum; i++) {
		const Elf64_Phdr *ph = &img->phdrs[i];
		uint64_t end = ph->p_vaddr + ph->p_filesz;

		if (ph->p_type != PT_LOAD)
			continue;
		if (ph->p_offset <= img->eh.e_phoff &&
		    img->eh.e_phoff - ph->p_offset < ph->p_filesz)
			l->phdr = img->eh.e_phoff - ph->p_offset + ph->p_vaddr;
		if (ph->p_flags & PF_X) {
			l->start_code = MIN(l->start_code, ph->p_vaddr);
			l->end_code = MAX(l->end_code, end);
		}
		l->start_data = MAX(l->start_data, ph->p_vaddr);
		l->end_data = MAX(l->end_data, end);
		l->brk = MAX(l->brk, ph->p_vaddr + ph->p_memsz);
	}
	l->brk = page_up(l->brk);
	/* The host insists on an order. */
	if (l->start_code >= l->end_code) {
		l->start_code = l->start_data;
		l->end_code = l->start_code + 1;
	}
}

/* The first mapping can span the image if it is the lowest and comes from the file. */
static bool first_spans(const struct elf_image *img, struct span span)
{
	for (unsigned int i = 0; i < img->eh.e_phnum; i++)
		if (img->phdrs[i].p_type == PT_LOAD)
			return img->phdrs[i].p_filesz &&
			       page_down(img->phdrs[i].p_vaddr) == span.start;
	return false;
}

static bool hits_stub(struct span span, uint64_t bias)
{
	return span.start + bias < STUB_END && span.end + bias > STUB_BASE;
}

bool elf_layout(const struct elf_image *img, enum stub_base base, uint64_t random_offset,
		struct elf_layout *l)
{
	uint64_t align = alignment_of(img);
	struct span span;
	bool spans;

	if (img->eh.e_type != ET_EXEC && img->eh.e_type != ET_DYN)
		return false;
	if (!find_span(img, &span))
		return false;
	if (base == STUB_BASE_EXE)
		collect_facts(img, l);
	spans = first_spans(img, span);
	if (img->eh.e_type == ET_EXEC || (base == STUB_BASE_EXE && img->has_interp)) {
		l->bias = 0;
		if (img->eh.e_type == ET_DYN)
			l->bias = ALIGN_DOWN(ELF_ET_DYN_BASE + random_offset, align) - span.start;
		if (hits_stub(span, l->bias))
			return false;
		add_segments(img, base, span, spans ? STUB_OP_MAP_NEW : STUB_OP_MAP, l);
	} else {
		l->bias = ELF_BIAS_ANY;
		if (!spans || align > ELF_TASK_SIZE ||
		    span.end - span.start > ELF_TASK_SIZE - align)
			return false;
		if (align > ELF_PAGE)
			add_op(l, STUB_OP_RESERVE, base, span.start, span.end)->off = align;
		add_segments(img, base, span, align > ELF_PAGE ? STUB_OP_MAP_NEW : STUB_OP_PLACE,
			     l);
	}
	if (spans)
		add_holes(img, base, span, l);
	return true;
}
