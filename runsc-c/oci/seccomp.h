/*
 * runsc-c/oci/seccomp.h - linux.seccomp of config.json as a program
 *
 * Model: the profile becomes classic BPF by libseccomp, as with runc, but is never loaded: the sentry
 * interprets it (sentry/guest_seccomp.h). Only x86-64 is compiled: calls of other architectures, x32
 * among them, end in ENOSYS before anybody asks. What runc does besides, it does here:
 * - names that nobody knows are skipped, a rule that says what the default says, too;
 * - comparisons of one argument more than once are alternatives;
 * - numbers above the largest one that the profile names give ENOSYS, where the default is an error
 *   other than ENOSYS or a death, so that programs can do without calls that are newer than the profile.
 *
 * SCMP_ACT_NOTIFY is refused (nobody could ask the sentry), TRACE gives ENOSYS: there is no tracer.
 */
#ifndef RUNSC_C_OCI_SECCOMP_H
#define RUNSC_C_OCI_SECCOMP_H

#include <stdint.h>

#include "runsc-c/oci/error.h"
#include "sentry/base/base.h"

struct json_object;
struct sock_filter;

struct oci_seccomp {
	struct sock_filter *insns; /* free() */
	uint32_t len;		   /* 0: there is no profile */
};

must_check int oci_seccomp_compile(struct json_object *o, struct oci_seccomp *ret,
				   struct oci_error *err);

#endif
