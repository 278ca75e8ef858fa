/*
 * sentry/base/strbuf.h - a text buffer that grows up to a limit
 *
 * Model: data[0..len) followed by a NUL. The first append that does not fit under the limit, or for
 * which there is no memory, sets oom; that and every later append changes nothing, so a writer
 * appends without checks and looks at oom once at the end.
 *
 * Interface: strbuf_init allocates nothing; data is NULL until the first append (strbuf_str gives ""
 * then). strbuf_take hands the text over to the caller, who frees it with mem_free, and leaves an
 * empty buffer. Bytes may be anything, NUL included.
 */
#ifndef SENTRY_BASE_STRBUF_H
#define SENTRY_BASE_STRBUF_H

#include "sentry/base/base.h"

#include <stdarg.h>

struct strbuf {
	char *data;
	size_t len;
	size_t cap;   /* allocated bytes, the NUL included */
	size_t limit; /* greatest len */
	bool oom;
};

#define _cleanup_strbuf_ _cleanup_(strbuf_free)

void strbuf_init(struct strbuf *b, size_t limit);
void strbuf_free(struct strbuf *b);
void strbuf_reset(struct strbuf *b); /* empties, keeps the memory, clears oom */

void strbuf_append(struct strbuf *b, const void *p, size_t len);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_printf(struct strbuf *b, const char *fmt, ...) printf_like(2, 3);
void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap) printf_like(2, 0);

/* The text, or NULL if oom was set or there is no memory for an empty text. */
must_check char *strbuf_take(struct strbuf *b);

static inline const char *strbuf_str(const struct strbuf *b)
{
	return b->data ? b->data : "";
}

#endif
