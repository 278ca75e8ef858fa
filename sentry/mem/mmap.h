/*
 * sentry/mem/mmap.h - file mappings: how a guest maps what the sentry owns
 *
 * Model: anonymous private memory is the host's alone (forwarded). For a file mapping the sentry
 * gets a host fd with exactly the authority of the guest's descriptor (file_ops->mmap), installs it
 * in the guest's host fd table under the same number as the guest's fd ("materialised"), and lets
 * the mmap go on natively. The host fd stays until the slot is closed or replaced; then it is
 * overwritten by an eventfd, which cannot be mapped, before that call returns: it would keep memory or
 * a removed file alive. One that can do no harm stays (MMAP_FD_LASTING: libraries, mostly), until
 * another file is mapped under its number; while its file is open further mappings need no new one.
 * A number never maps an older file, since every mapping of a file makes sure of the host fd first.
 *
 * Why this is safe: every call with an fd argument is answered by the sentry, so
 * the host fd is good for nothing but mapping; every interleaving of threads that race mmap with
 * dup2 or close yields a mapping that the guest could have had with its own descriptors.
 *
 * Shared anonymous memory goes on natively too. Locking: fdtable->host_mu serialises installing
 * and neutralising.
 */
#ifndef SENTRY_MEM_MMAP_H
#define SENTRY_MEM_MMAP_H

#include <stdbool.h>
#include <stdint.h>

struct fdtable;
struct file;
struct task;

/* mmap(2), any flags; the verdict for the dispatcher. */
long do_mmap(struct task *t, const uint64_t *a);
/* For mappings without a trap (STUB_MAP_DIRECT): the host's descriptor of f, which t has just opened as
 * fd, if the guest may have that for good; else -1. */
int mmap_lasting_fd(struct task *t, int fd, struct file *f);
/* Answers t's call with fd, and puts that descriptor there with the answer. False: fd shows something else
 * by now, and nothing was done. */
bool mmap_answer_open(struct task *t, int fd, struct file *f, int host_fd);
/* The slot fd of t's table lost its file: hide the materialised host fd. t's call is held. */
void mmap_neutralise(struct task *t, int fd);
void mmap_neutralise_locked(struct task *t, int fd); /* host_mu is held */

/* Does the host count locked memory against just the guest's own RLIMIT_MEMLOCK? Else its limit is
 * lower than the guest's, and what it refuses is granted without locking. */
bool memlock_limit_is_hosts(struct task *t);

#endif
