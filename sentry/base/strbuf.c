/*
 * sentry/base/strbuf.c - growing text buffer
 */
#include "sentry/base/strbuf.h"

#include "sentry/base/mem.h"

#include <stdio.h>
#include <string.h>

#define FIRST_CAP 64

void strbuf_init(struct strbuf *b, size_t limit)
{
	memset(b, 0, sizeof(*b));
	b->limit = limit;
}

void strbuf_free(struct strbuf *b)
{
	mem_free(b->data);
	strbuf_init(b, b->limit);
}

void strbuf_reset(struct strbuf *b)
{
	b->len = 0;
	b->oom = false;
	if (b->data)
		b->data[0] = '\0';
}

/* Makes room for @more bytes and a NUL; false sets oom. */
static bool strbuf_reserve(struct strbuf *b, size_t more)
{
	size_t need, cap;
	char *data;

	if (b->oom)
		return false;
	if (more > b->limit - b->len || b->limit == SIZE_MAX) {
		b->oom = true;
		return false;
	}
	need = b->len + more + 1;
	if (b->data && need <= b->cap)
		return true;
	cap = MAX(b->cap, (size_t)FIRST_CAP);
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	cap = MAX(need, MIN(cap, b->limit + 1));
	data = mem_realloc(b->data, cap);
	if (!data) {
		b->oom = true;
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

void strbuf_append(struct strbuf *b, const void *p, size_t len)
{
	if (!strbuf_reserve(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, p, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void strbuf_puts(struct strbuf *b, const char *s)
{
	strbuf_append(b, s, strlen(s));
}

void strbuf_putc(struct strbuf *b, char c)
{
	strbuf_append(b, &c, 1);
}

void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap)
{
	size_t room = b->cap - b->len;
	va_list again;
	int n;

	if (b->oom)
		return;
	va_copy(again, ap);
	n = vsnprintf(b->data ? b->data + b->len : NULL, b->data ? room : 0, fmt, ap);
	if (n < 0) {
		b->oom = true;
	} else if (strbuf_reserve(b, (size_t)n)) {
		if ((size_t)n >= room)
			vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
		b->len += (size_t)n;
	}
	if (b->data)
		b->data[b->len] = '\0';
	va_end(again);
}

void strbuf_printf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vprintf(b, fmt, ap);
	va_end(ap);
}

char *strbuf_take(struct strbuf *b)
{
	char *data;

	if (!b->oom && !b->data)
		strbuf_append(b, "", 0);
	if (b->oom)
		return NULL;
	data = TAKE_PTR(b->data);
	strbuf_init(b, b->limit);
	return data;
}
