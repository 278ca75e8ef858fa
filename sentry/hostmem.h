/*
 * sentry/hostmem.h - how much memory the guest is told there is
 *
 * The host's figures, cut down to the sandbox's limit (kernel->memory_limit). All in bytes.
 */
#ifndef SENTRY_HOSTMEM_H
#define SENTRY_HOSTMEM_H

#include <stdint.h>

struct kernel;

struct hostmem {
	uint64_t total, free, available, buffers, cached;
};

void hostmem_read(struct kernel *k, struct hostmem *ret);

#endif
