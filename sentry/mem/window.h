/*
 * sentry/mem/window.h - guest bytes that came with a call, or go back with its result
 *
 * Model: in a channel call (task.h) the guest's shim has copied small inputs into memory that it
 * shares with the sentry, and will copy small outputs from there. A window says which of the guest's
 * addresses these stand for; the copies of usermem.h look there first. What does not lie in the
 * window goes to the guest's memory as ever.
 *
 * The bytes are the guest's, at any time, like its own memory: each is fetched once.
 */
#ifndef SENTRY_MEM_WINDOW_H
#define SENTRY_MEM_WINDOW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "sentry/base/base.h"

struct window {
	uaddr_t in_at;
	const uint8_t *in;
	uint32_t in_len;
	bool in_is_string; /* what is asked for beyond it is not there, rather than elsewhere */
	uaddr_t out_at;
	uint8_t *out;
	uint32_t out_size;
	uint32_t out_len; /* written so far, from the start of out */
};

/* Where the bytes of the guest's at that address are in the window, *len at most: so many in *len. NULL: not
 * there. What is put at a place for output counts once window_put() says so. */
void *window_place(struct window *w, uaddr_t at, size_t *len, bool out);
void window_put(struct window *w, uaddr_t at, size_t len);

/* Moves len bytes between the pieces and the window; short only in a string. -ENOENT: not in it. */
ssize_t window_move(struct window *w, const struct iovec *pieces, size_t nr, uaddr_t at, size_t len,
		    bool out);

#endif
