/*
 * sentry/base/bitmap.h - bit operations on arrays of 64-bit words
 *
 * Model: bit n is bit n % 64 of word n / 64. The user owns the words, their growth and their lock;
 * bits behind the stated number are never looked at as a result.
 *
 * Interface: searches return the index found, or nbits when there is none.
 */
#ifndef SENTRY_BASE_BITMAP_H
#define SENTRY_BASE_BITMAP_H

#include "sentry/base/base.h"

#include <string.h>

#define BITMAP_WORD_BITS 64
#define BITMAP_WORDS(nbits) (((nbits) + BITMAP_WORD_BITS - 1) / BITMAP_WORD_BITS)

static inline bool bitmap_test(const uint64_t *map, size_t bit)
{
	return map[bit / BITMAP_WORD_BITS] >> (bit % BITMAP_WORD_BITS) & 1;
}

static inline void bitmap_set(uint64_t *map, size_t bit)
{
	map[bit / BITMAP_WORD_BITS] |= UINT64_C(1) << (bit % BITMAP_WORD_BITS);
}

static inline void bitmap_clear(uint64_t *map, size_t bit)
{
	map[bit / BITMAP_WORD_BITS] &= ~(UINT64_C(1) << (bit % BITMAP_WORD_BITS));
}

static inline void bitmap_assign(uint64_t *map, size_t bit, bool value)
{
	if (value)
		bitmap_set(map, bit);
	else
		bitmap_clear(map, bit);
}

static inline void bitmap_zero(uint64_t *map, size_t nbits)
{
	memset(map, 0, BITMAP_WORDS(nbits) * sizeof(*map));
}

/* First bit from @start on whose value is that of @flip inverted: 0 finds ones, ~0 finds zeros. */
static inline size_t bitmap_find_(const uint64_t *map, size_t nbits, size_t start, uint64_t flip)
{
	size_t i = start / BITMAP_WORD_BITS;
	uint64_t word;

	if (start >= nbits)
		return nbits;
	word = (map[i] ^ flip) & (~UINT64_C(0) << (start % BITMAP_WORD_BITS));
	while (!word) {
		if (++i >= BITMAP_WORDS(nbits))
			return nbits;
		word = map[i] ^ flip;
	}
	return MIN(i * BITMAP_WORD_BITS + (size_t)__builtin_ctzll(word), nbits);
}

static inline size_t bitmap_find_set(const uint64_t *map, size_t nbits, size_t start)
{
	return bitmap_find_(map, nbits, start, 0);
}

static inline size_t bitmap_find_zero(const uint64_t *map, size_t nbits, size_t start)
{
	return bitmap_find_(map, nbits, start, ~UINT64_C(0));
}

static inline size_t bitmap_weight(const uint64_t *map, size_t nbits)
{
	size_t n = 0;

	for (size_t i = 0; i < nbits / BITMAP_WORD_BITS; i++)
		n += (size_t)__builtin_popcountll(map[i]);
	if (nbits % BITMAP_WORD_BITS)
		n += (size_t)__builtin_popcountll(
			map[nbits / BITMAP_WORD_BITS] &
			((UINT64_C(1) << (nbits % BITMAP_WORD_BITS)) - 1));
	return n;
}

/* for (size_t bit = ...): every set bit, ascending. */
#define bitmap_for_each_set(bit, map, nbits)                                                       \
	for ((bit) = bitmap_find_set(map, nbits, 0); (bit) < (nbits);                              \
	     (bit) = bitmap_find_set(map, nbits, (bit) + 1))

#endif
