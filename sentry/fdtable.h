/*
 * sentry/fdtable.h - descriptor tables: which number means which open file
 *
 * Model: a struct fdtable is shared by the tasks cloned with CLONE_FILES, copied by fork. A slot
 * holds a file reference, the close-on-exec bit and the "materialised" bit: the host process also
 * has a host fd under this number, installed for mmap (see mem/mmap.h); closing or replacing such a
 * slot asks mem/mmap.c to neutralise the host fd before the call returns, unless it is lasting. A copy
 * of a table does not know what is shown: another thread may have changed the host's table before the
 * host copied that.
 *
 * Interface: fd_get() returns a new reference; fd_install() consumes the reference it is given.
 * Limits: RLIMIT_NOFILE of the caller, at most 65536 (FDTABLE_MAX).
 * Locking: fdtable->mu (LOCK_FDTABLE); file_put() happens outside.
 */
#ifndef SENTRY_FDTABLE_H
#define SENTRY_FDTABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/base.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"

struct file;
struct task;

#define FDTABLE_MAX 65536

struct fd_slot {
	struct file *file;
	bool cloexec;
	bool materialised;
	bool lasting; /* materialised by an MMAP_FD_LASTING, which may stay when the slot loses its file */
	int shown_fd_1; /* 1 + that fd of the sentry, if the host process certainly has it; else 0 */
};

struct fdtable {
	struct ref ref;
	struct mutex mu;
	struct fd_slot *slots GUARDED_BY(&mu);
	uint32_t size GUARDED_BY(&mu);	    /* allocated slots */
	uint32_t next_hint GUARDED_BY(&mu); /* no free slot below */
	struct mutex
		host_mu; /* LOCK_FDTABLE_HOST, outside mu: host fds and slots change together */
	uint32_t nr_materialised;
};

struct fdtable *fdtable_new(void);
struct fdtable *fdtable_copy(struct fdtable *ft, uint32_t max_fds); /* NULL: out of memory */
struct fdtable *fdtable_get(struct fdtable *ft);
void fdtable_put(struct task *t_or_null, struct fdtable *ft);

/* No number from there on is in use; 64 or a power of two above it, as Linux sizes its tables. */
uint32_t fdtable_size(struct fdtable *ft);

struct file *fd_get(struct task *t, int fd);	 /* NULL: -EBADF, O_PATH files included in EBADF */
struct file *fd_get_any(struct task *t, int fd); /* also O_PATH files */
/* Lowest free number >= from; -EMFILE (or -EINVAL when from >= limit, as F_DUPFD). Takes f. */
must_check int fd_install_from(struct task *t, struct file *f, int from, bool cloexec);
must_check int fd_install(struct task *t, struct file *f,
			  bool cloexec); /* from 0; takes f always */
/* Would fd_install() find a number? 0 or -EMFILE; for calls that create something before. */
must_check int fd_check_room(struct task *t);
/* dup2/dup3 target: replaces what is there. Takes f. -EBADF if fd is beyond the limit. */
must_check int fd_install_at(struct task *t, struct file *f, int fd, bool cloexec);
int fd_close(struct task *t, int fd); /* -EBADF, or flush's errno */
int fd_get_cloexec(struct task *t, int fd);
int fd_set_cloexec(struct task *t, int fd, bool on);
void fd_close_range(struct task *t, unsigned int first, unsigned int last, bool only_set_cloexec);
void fdtable_close_on_exec(struct task *t);
/* The host process now has f under fd (mem/mmap.c, which holds host_mu), by the sentry's host_fd, or -1 if that
 * is not f's as long as f is open. False if the slot holds another file by now. A slot that loses its file while
 * marked, but not by a lasting one, is passed to mmap_neutralise() by fd_close(), fd_install_at(),
 * fd_close_range() (host_mu, then mu; before they return). */
bool fdtable_mark_materialised(struct fdtable *ft, int fd, struct file *f, int host_fd,
			       bool lasting);
/* Has the host process f under fd, by that fd of the sentry? host_mu is held. */
bool fdtable_shows(struct fdtable *ft, int fd, const struct file *f, int host_fd);
/* For /proc/pid/fd: the lowest used fd >= from in that table, or -1. */
int fdtable_next(struct fdtable *ft, int from);
struct file *fdtable_file(struct fdtable *ft, int fd); /* new reference or NULL */

#endif
