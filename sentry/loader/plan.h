/*
 * sentry/loader/plan.h - makes the block that the stub works from (platform/stub/stub_abi.h)
 *
 * Interface: both return 0 and a block to be freed with mem_free(), or a negative errno. A program
 * that Linux would kill while loading it gives a block with STUB_MODE_DIE.
 *
 * Addresses that Linux randomises are random here: the place of a position-independent program
 * (28 bits of pages) and the start of the heap (up to 1 GiB behind the program). The stack, the
 * vDSO and whatever is mapped anywhere are placed by the host.
 */
#ifndef SENTRY_LOADER_PLAN_H
#define SENTRY_LOADER_PLAN_H

#include "sentry/loader/auxv.h"
#include "sentry/loader/elf.h"
#include "sentry/loader/rtld.h"
#include "sentry/loader/script.h"

struct plan_load {
	const struct elf_image *exe;
	const struct elf_image *interp; /* or NULL */
	const struct script_args *args;
	const char *execfn;
	const struct cred *cred;
	const struct rtld_patch *patch; /* of the interpreter; or NULL */
	bool secure;
	bool randomise;
};
must_check int plan_make_load(const struct plan_load *req, struct stub_plan **ret);

/* Bytes of arguments and environment of the sandbox's command, as execve(2) counts them. */
#define PLAN_STRINGS_MAX (2 << 20)

struct plan_init {
	const char *path; /* searched in PATH unless it has a slash */
	const char *const *argv, *const *envp;
	uint32_t flags; /* STUB_SETSID, STUB_CTTY, STUB_NO_INIT */
};
must_check int plan_make_init(const struct plan_init *req, struct stub_plan **ret); /* -E2BIG */

#endif
