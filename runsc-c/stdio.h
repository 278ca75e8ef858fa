/*
 * runsc-c/stdio.h - host descriptors that become a guest's standard input, output and error
 *
 * Model: where possible the sentry gets an open description of its own of the same object, so that
 * O_NONBLOCK is nobody else's business. That takes a path (/proc/self/fd), so it is done by boot before
 * the sentry's root is empty, or by the command that sends descriptors to a running sandbox. Several
 * descriptors for one terminal become one file.
 */
#ifndef RUNSC_C_STDIO_H
#define RUNSC_C_STDIO_H

#include <stdbool.h>
#include <sys/types.h>

#include "sentry/base/base.h"

struct file;
struct kernel;
struct tty;

struct stdio_fd {
	int fd; /* -1: closed */
	bool is_tty;
	dev_t tty;
};

/* An open description of the same object, or a duplicate of fd; -1 if fd is not open. */
int stdio_reopen(int fd);
/* What fd is. */
void stdio_look(struct stdio_fd *s, int fd);
/* Files for nr of them; the fds are taken. *ret_tty: the terminal, if there is one, a reference. On an
 * error (-errno) *ret_which is the one that it is about. */
must_check int stdio_files(struct kernel *k, struct stdio_fd *v, unsigned int nr,
			   struct file **files, struct tty **ret_tty, unsigned int *ret_which);

#endif
