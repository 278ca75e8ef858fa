/*
 * runsc-c/oci/error.h - what a command of the OCI runtime failed with
 *
 * Interface: a function that fails fills a struct oci_error and returns its negative errno; the
 * command prints the text once, to standard error and, for engines, to the file of --log, whose last
 * line of level "error" they show to their users. So texts name the field or path, as runc's do.
 */
#ifndef RUNSC_C_OCI_ERROR_H
#define RUNSC_C_OCI_ERROR_H

#include "sentry/base/base.h"

struct oci_error {
	int err; /* negative errno; 0: none */
	char text[760];
};

/* Returns err. */
int oci_fail(struct oci_error *e, int err, const char *fmt, ...) printf_like(3, 4);
/* The same, with ": " and what err means behind it. */
int oci_fail_errno(struct oci_error *e, int err, const char *fmt, ...) printf_like(3, 4);

/* Something is not honoured: one line of level "warning" in the log. */
void oci_warn(const char *fmt, ...) printf_like(1, 2);

#endif
