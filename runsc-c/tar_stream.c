/*
 * runsc-c/tar_stream.c - the bytes of an archive, decompressed where they are gzip
 *
 * Model: a stream gives exactly the bytes that are asked for, or an error; compression is told by
 * the first two bytes. Concatenated gzip members are one stream, as gzip(1) has it.
 */
#include "runsc-c/tar_internal.h"

#include <string.h>
#include <unistd.h>

#include "sentry/base/mem.h"

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#define RAW_SIZE 65536

struct tar_stream {
	int fd;
	bool gzip;
	unsigned char *raw; /* read from fd, not yet used */
	size_t off, len;
#ifdef HAVE_ZLIB
	z_stream z;
	bool z_ready;
#endif
};

/* More raw bytes: their number, 0 at the end. */
static ssize_t fill(struct tar_stream *s)
{
	ssize_t n;

	if (s->off < s->len)
		return (ssize_t)(s->len - s->off);
	do
		n = read(s->fd, s->raw, RAW_SIZE);
	while (n < 0 && errno == EINTR);
	s->off = 0;
	s->len = n > 0 ? (size_t)n : 0;
	return n < 0 ? -errno : n;
}

int tar_stream_open(int fd, struct tar_stream **ret)
{
	struct tar_stream *s = mem_zalloc(sizeof(*s));
	ssize_t n;

	if (!s)
		return -ENOMEM;
	s->fd = fd;
	s->raw = mem_alloc(RAW_SIZE);
	n = s->raw ? fill(s) : -ENOMEM;
	s->gzip = n >= 2 && s->raw[0] == 0x1f && s->raw[1] == 0x8b;
#ifdef HAVE_ZLIB
	if (n >= 0 && s->gzip) {
		s->z_ready = inflateInit2(&s->z, 15 + 16) == Z_OK;
		if (!s->z_ready)
			n = -ENOMEM;
	}
#else
	if (n >= 0 && s->gzip)
		n = -EPROTONOSUPPORT;
#endif
	if (n < 0) {
		tar_stream_close(s);
		return (int)n;
	}
	*ret = s;
	return 0;
}

void tar_stream_close(struct tar_stream *s)
{
#ifdef HAVE_ZLIB
	if (s->z_ready)
		inflateEnd(&s->z);
#endif
	mem_free(s->raw);
	mem_free(s);
}

static ssize_t read_plain(struct tar_stream *s, void *buf, size_t size)
{
	ssize_t n = fill(s);

	if (n <= 0)
		return n;
	n = MIN(n, (ssize_t)size);
	memcpy(buf, s->raw + s->off, (size_t)n);
	s->off += (size_t)n;
	return n;
}

#ifdef HAVE_ZLIB
static ssize_t read_gzip(struct tar_stream *s, void *buf, size_t size)
{
	s->z.next_out = buf;
	s->z.avail_out = (unsigned int)MIN(size, (size_t)1 << 30);
	while (s->z.avail_out == MIN(size, (size_t)1 << 30)) {
		ssize_t n = fill(s);
		int r;

		if (n == 0 && s->z.total_in)
			return -EBADMSG; /* the compressed data are cut off */
		if (n <= 0)
			return n;
		s->z.next_in = s->raw + s->off;
		s->z.avail_in = (unsigned int)n;
		r = inflate(&s->z, Z_NO_FLUSH);
		s->off = s->len - s->z.avail_in;
		if (r == Z_STREAM_END)
			r = inflateReset(&s->z);
		if (r != Z_OK && r != Z_BUF_ERROR)
			return r == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
	}
	return (ssize_t)(MIN(size, (size_t)1 << 30) - s->z.avail_out);
}
#endif

ssize_t tar_stream_read(struct tar_stream *s, void *buf, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n;

#ifdef HAVE_ZLIB
		if (s->gzip)
			n = read_gzip(s, (char *)buf + done, size - done);
		else
#endif
			n = read_plain(s, (char *)buf + done, size - done);
		if (n < 0)
			return n;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}
