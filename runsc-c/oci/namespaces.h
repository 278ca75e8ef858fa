/*
 * runsc-c/oci/namespaces.h - namespaces that config.json names by a path
 *
 * Model: the sandbox joins none of them. Of a network namespace the descriptor is what the broker uses
 * (runsc-c/network.h). Of a uts namespace the names are read once, at create: what is set there later is not
 * seen. So that the next container of a pod finds the name in the first one's, the sentry sets its own
 * (runsc-c/sandbox.c).
 */
#ifndef RUNSC_C_OCI_NAMESPACES_H
#define RUNSC_C_OCI_NAMESPACES_H

#include <sys/utsname.h>

#include "runsc-c/oci/config.h"

/* cfg->ns[i].path, checked to be a namespace of that type: a descriptor. */
must_check int oci_ns_open(const struct oci_config *cfg, enum oci_ns i, struct oci_error *err);
/* Of the uts namespace by path; without one of the caller's. */
must_check int oci_ns_names(const struct oci_config *cfg, struct utsname *ret,
			    struct oci_error *err);

#endif
