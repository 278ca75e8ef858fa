/*
 * sentry/loader/auxv.h - the auxiliary vector of a new program: getauxval(3)
 *
 * Model: the host fills the vector for the stub. What describes the machine (page size, vDSO,
 * capabilities of the CPU, random bytes) stays; what describes the program and its credentials is
 * replaced by the stub, from the list made here. AT_EXECFN is the stub's own matter.
 */
#ifndef SENTRY_LOADER_AUXV_H
#define SENTRY_LOADER_AUXV_H

#include "platform/stub/stub_abi.h"
#include "sentry/cred.h"
#include "sentry/loader/elf.h"

#define AUXV_REPLACED 10

/* Writes AUXV_REPLACED entries. interp: loaded by an interpreter. */
void auxv_fill(struct stub_aux *aux, const struct elf_image *exe, const struct elf_layout *l,
	       bool interp, const struct cred *cred, bool secure);

#endif
