/* sentry/mem/window.c - guest bytes that came with a call, see window.h */
#include "sentry/mem/window.h"

#include <errno.h>
#include <string.h>

/* To or from consecutive bytes at p; len of them at most. */
static void move_pieces(const struct iovec *pieces, size_t nr, uint8_t *p, size_t len, bool out)
{
	for (size_t i = 0; i < nr && len > 0; i++) {
		size_t n = MIN(len, pieces[i].iov_len);

		if (out)
			memcpy(p, pieces[i].iov_base, n);
		else
			memcpy(pieces[i].iov_base, p, n);
		p += n;
		len -= n;
	}
}

static ssize_t move_in(struct window *w, const struct iovec *pieces, size_t nr, uaddr_t at,
		       size_t len)
{
	uint64_t offset = at - w->in_at;

	if (offset >= w->in_len)
		return -ENOENT;
	if (len > w->in_len - offset) {
		if (!w->in_is_string)
			return -ENOENT;
		len = w->in_len - offset;
	}
	move_pieces(pieces, nr, (uint8_t *)(uintptr_t)w->in + offset, len, false);
	return (ssize_t)len;
}

/* Without gaps: the guest takes out_len bytes from the start. */
static ssize_t move_out(struct window *w, const struct iovec *pieces, size_t nr, uaddr_t at,
			size_t len)
{
	uint64_t offset = at - w->out_at;

	if (offset > w->out_len || len > w->out_size - offset)
		return -ENOENT;
	move_pieces(pieces, nr, w->out + offset, len, true);
	w->out_len = MAX(w->out_len, (uint32_t)(offset + len));
	return (ssize_t)len;
}

void *window_place(struct window *w, uaddr_t at, size_t *len, bool out)
{
	uint64_t offset = at - (out ? w->out_at : w->in_at);
	uint8_t *base = out ? w->out : (uint8_t *)(uintptr_t)w->in;
	uint32_t size = out ? w->out_size : w->in_len;

	if (offset >= size || (out && offset > w->out_len))
		return NULL;
	*len = MIN(*len, (size_t)(size - offset));
	return base + offset;
}

void window_put(struct window *w, uaddr_t at, size_t len)
{
	w->out_len = MAX(w->out_len, (uint32_t)(at - w->out_at + len));
}

ssize_t window_move(struct window *w, const struct iovec *pieces, size_t nr, uaddr_t at, size_t len,
		    bool out)
{
	return out ? move_out(w, pieces, nr, at, len) : move_in(w, pieces, nr, at, len);
}
