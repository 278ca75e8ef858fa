/*
 * sentry/base/ref.h - reference counts
 *
 * Model: an object starts with one reference, owned by whoever made it. A count that reaches half of
 * its range is stuck there for good: the object leaks, but is never freed under a holder, whatever
 * number of references a guest collects.
 *
 * Interface: ref_init(r, 1); ref_get needs a reference held already; ref_get_unless_zero is for
 * lookups in a table whose entries do not hold a reference (call it under the table's lock).
 * ref_put returns true to the one who dropped the last reference; that one frees the object. Call it
 * outside locks where freeing may take some.
 *
 * Locking: atomic. Everything written before any ref_put is visible to the one who frees.
 */
#ifndef SENTRY_BASE_REF_H
#define SENTRY_BASE_REF_H

#include "sentry/base/base.h"

#include <stdatomic.h>

#define REF_SATURATED 0xc0000000u /* far from both ends, so that racing threads cannot leave it */
#define REF_MAX 0x7fffffffu

struct ref {
	_Atomic uint32_t n;
};

static inline void ref_init(struct ref *r, uint32_t n)
{
	atomic_init(&r->n, n);
}

/* For messages and tests: already old when returned. */
static inline uint32_t ref_count(const struct ref *r)
{
	return atomic_load_explicit(&r->n, memory_order_relaxed);
}

static inline void ref_get(struct ref *r)
{
	uint32_t old = atomic_fetch_add_explicit(&r->n, 1, memory_order_relaxed);

	ASSERT(old != 0);
	if (unlikely(old >= REF_MAX))
		atomic_store_explicit(&r->n, REF_SATURATED, memory_order_relaxed);
}

static inline must_check bool ref_get_unless_zero(struct ref *r)
{
	uint32_t old = atomic_load_explicit(&r->n, memory_order_relaxed);

	do {
		if (old == 0)
			return false;
		if (unlikely(old >= REF_MAX)) {
			atomic_store_explicit(&r->n, REF_SATURATED, memory_order_relaxed);
			return true;
		}
	} while (!atomic_compare_exchange_weak_explicit(&r->n, &old, old + 1, memory_order_relaxed,
							memory_order_relaxed));
	return true;
}

static inline must_check bool ref_put(struct ref *r)
{
	uint32_t old = atomic_fetch_sub_explicit(&r->n, 1, memory_order_acq_rel);

	ASSERT(old != 0);
	if (unlikely(old > REF_MAX)) {
		atomic_store_explicit(&r->n, REF_SATURATED, memory_order_relaxed);
		return false;
	}
	return old == 1;
}

#endif
