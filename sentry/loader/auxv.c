/*
 * sentry/loader/auxv.c - the auxiliary vector, see auxv.h
 */
#include "sentry/loader/auxv.h"

void auxv_fill(struct stub_aux *aux, const struct elf_image *exe, const struct elf_layout *l,
	       bool interp, const struct cred *cred, bool secure)
{
	const struct stub_aux values[] = {
		{AT_PHDR, STUB_BASE_EXE, l->phdr},
		{AT_PHENT, STUB_BASE_NONE, sizeof(Elf64_Phdr)},
		{AT_PHNUM, STUB_BASE_NONE, exe->eh.e_phnum},
		{AT_BASE, interp ? STUB_BASE_INTERP : STUB_BASE_NONE, 0},
		{AT_ENTRY, STUB_BASE_EXE, exe->eh.e_entry},
		{AT_UID, STUB_BASE_NONE, cred->uid},
		{AT_EUID, STUB_BASE_NONE, cred->euid},
		{AT_GID, STUB_BASE_NONE, cred->gid},
		{AT_EGID, STUB_BASE_NONE, cred->egid},
		{AT_SECURE, STUB_BASE_NONE, secure},
	};

	STATIC_ASSERT(ARRAY_SIZE(values) == AUXV_REPLACED);
	for (size_t i = 0; i < AUXV_REPLACED; i++)
		aux[i] = values[i];
}
