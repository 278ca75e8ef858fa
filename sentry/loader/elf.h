/*
 * sentry/loader/elf.h - ELF programs: what execve(2) checks, and where their segments go
 *
 * Model: elf_read_program() and elf_read_interp() decode the headers of a file (read once, by a
 * callback, so that tests can feed anything) into a struct elf_image. elf_layout() turns the image
 * into the list of mappings that the stub makes (platform/stub/stub_abi.h). Nothing is mapped here.
 *
 * Two classes of defects, as in Linux: those found before the point of no return are errno values;
 * those that Linux finds while it maps segments cost the process its life. elf_layout() returns
 * false for the latter, and the plan says STUB_MODE_DIE.
 *
 * Limits: program headers of at most 64 KiB, so at most 1170 segments; an
 * interpreter's name of at most PATH_MAX.
 *
 * Sources: fs/binfmt_elf.c, elf(5).
 *
 * Differences from Linux: PT_GNU_PROPERTY is not looked at (no shadow stacks, no IBT for guests). A
 * program that wants the addresses STUB_BASE to STUB_END dies.
 */
#ifndef SENTRY_LOADER_ELF_H
#define SENTRY_LOADER_ELF_H

#include <elf.h>
#include <limits.h>
#include <sys/types.h>

#include "platform/stub/stub_abi.h"
#include "sentry/base/base.h"

#define ELF_PHDRS_MAX 65536

/* Bytes read at pos (short only at the end of the file), or -errno. */
struct elf_source {
	ssize_t (*read)(void *ctx, void *buf, size_t len, int64_t pos);
	void *ctx;
	uint64_t size; /* of the file: pages beyond cannot be touched */
};

enum elf_stack { ELF_STACK_DEFAULT, ELF_STACK_NOEXEC, ELF_STACK_EXEC };

struct elf_image {
	Elf64_Ehdr eh;
	Elf64_Phdr *phdrs; /* eh.e_phnum of them */
	uint64_t file_size;
	enum elf_stack stack;
	bool has_interp;
	char interp[PATH_MAX];
};

/* 0; -ENOEXEC; what reading gave; -ENOMEM. elf_image_free() also after a failure. */
must_check int elf_read_program(const struct elf_source *src, struct elf_image *ret);
/* 0; -ELIBBAD; -EIO where there is no whole header; what reading gave; -ENOMEM. */
must_check int elf_read_interp(const struct elf_source *src, struct elf_image *ret);
void elf_image_free(struct elf_image *img);

struct elf_layout {
	struct stub_op *ops; /* with room for elf_max_ops() more at each elf_layout() */
	size_t nr_ops;
	uint64_t bias; /* ELF_BIAS_ANY, or what is added to all addresses */
	/* Unbiased, for the program: */
	uint64_t start_code, end_code, start_data, end_data, brk, phdr;
};

/* The image goes wherever there is room; the stub finds the bias. */
#define ELF_BIAS_ANY UINT64_MAX

#define ELF_TASK_SIZE 0x7ffffffff000ULL
#define ELF_ET_DYN_BASE 0x555555554000ULL /* two thirds of the address space, page-aligned */
#define ELF_PAGE 4096ULL

/* A segment: one mapping or protection, two for memory beyond the file's, one hole. */
static inline size_t elf_max_ops(const struct elf_image *img)
{
	return 4 * (size_t)img->eh.e_phnum + 2;
}

/* Appends the mappings of img, whose files and addresses belong to base, to l. random_offset: what
 * a position-independent program (one with an interpreter) is moved by, page-aligned. False: the
 * program dies. */
must_check bool elf_layout(const struct elf_image *img, enum stub_base base, uint64_t random_offset,
			   struct elf_layout *l);

#endif
