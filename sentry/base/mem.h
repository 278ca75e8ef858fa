/*
 * sentry/base/mem.h - the heap
 *
 * Interface: all return NULL when there is no memory, which callers turn into -ENOMEM; sizes are
 * checked for overflow, and sizes of zero give a unique pointer. What a guest's numbers decide must be
 * limited before it comes here. mem_free accepts NULL, and whatever malloc gave.
 *
 * Failure injection, for tests of error paths: mem_fail_after(n) lets n allocations of the process
 * succeed and the next one fail, once. mem_fail_stop disarms and tells whether it struck, so a test
 * tries n = 0, 1, 2, ... until an operation got through without being struck.
 */
#ifndef SENTRY_BASE_MEM_H
#define SENTRY_BASE_MEM_H

#include "sentry/base/base.h"

must_check void *mem_alloc(size_t size);
must_check void *mem_zalloc(size_t size);
must_check void *mem_calloc(size_t n, size_t size);
must_check void *mem_realloc(void *p, size_t size); /* @p stays valid where it fails */
must_check char *mem_strdup(const char *s);
must_check char *mem_strndup(const char *s, size_t max); /* stops at a NUL or after @max bytes */
must_check void *mem_memdup(const void *p, size_t size);
void mem_free(void *p);

/* What is free inside the heap goes back to the host; takes as long as there is to give. mem_has_shrunk():
 * there are MEM_TRIM_BYTES less in use than there were at some time since, roughly. */
#define MEM_TRIM_BYTES (2 << 20)
/* Before the filter, in a thread that is not the first: from then on ends of heaps go back at once. */
void mem_allow_trim(void);
bool mem_has_shrunk(void);
size_t mem_in_use(void); /* roughly, too */
void mem_trim(void);

void mem_fail_after(long n);
bool mem_fail_stop(void);

#endif
