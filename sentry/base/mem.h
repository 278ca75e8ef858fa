/*
 * sentry/base/mem.h - the heap
 *
 * Interface: all return NULL when there is no memory, which callers turn into -ENOMEM; sizes are
 * checked for overflow, and sizes of zero give a unique pointer. What a guest's numbers decide must be
 * limited before it comes here. mem_free accepts NULL. Memory is malloc's, so _cleanup_free_ works.
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

void mem_fail_after(long n);
bool mem_fail_stop(void);

#endif
