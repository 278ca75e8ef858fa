/*
 * runsc-c/tar.h - unpacks an archive into the root of a task
 *
 * Interface: reads fd from its position to the archive's end: ustar, pax and GNU long names, plain
 * or gzip (where built with zlib). Names are taken relative to the task's root, within which
 * symlinks lead, so nothing outside can be reached; names with `..` are refused. Owners, modes and
 * times of modification are set; sparse members and multi-volume archives are refused. A limit on
 * the size is the filesystem's business.
 */
#ifndef RUNSC_C_TAR_H
#define RUNSC_C_TAR_H

#include "sentry/base/base.h"

struct task;

struct tar_error {
	char text[256];
};

must_check int tar_unpack(struct task *t, int fd, struct tar_error *err);

#endif
