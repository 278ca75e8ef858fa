/*
 * runsc-c/tar_internal.h - what tar.c (members) and tar_stream.c (bytes) share
 */
#ifndef RUNSC_C_TAR_INTERNAL_H
#define RUNSC_C_TAR_INTERNAL_H

#include <sys/types.h>

#include "runsc-c/tar.h"

struct tar_stream;

/* -EPROTONOSUPPORT: gzip, and this program was built without zlib. fd is borrowed. */
must_check int tar_stream_open(int fd, struct tar_stream **ret);
void tar_stream_close(struct tar_stream *s);
/* Fewer than size bytes at the end only. -EBADMSG: damaged. */
must_check ssize_t tar_stream_read(struct tar_stream *s, void *buf, size_t size);

#endif
