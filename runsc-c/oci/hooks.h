/*
 * runsc-c/oci/hooks.h - programs of the engine that run at fixed points of a container's life
 *
 * Model: each gets the container's state on standard input; it has its own argv and environment only,
 * and runs in the runtime's namespaces (createContainer and startContainer, too, which is warned
 * about: there is no place in the sandbox for a program of the host). What it writes is shown if it
 * fails. With a timeout it is killed when that is over.
 */
#ifndef RUNSC_C_OCI_HOOKS_H
#define RUNSC_C_OCI_HOOKS_H

#include "runsc-c/oci/config.h"
#include "runsc-c/oci/state.h"

/* All of a kind, in order; the first that fails ends it. */
must_check int oci_hooks_run(const struct oci_config *cfg, enum oci_hook_kind kind,
			     const struct oci_state *st, enum oci_status status,
			     struct oci_error *err);
/* All, whatever becomes of each: poststart, poststop. Failures are warned about. */
void oci_hooks_run_all(const struct oci_config *cfg, enum oci_hook_kind kind,
		       const struct oci_state *st, enum oci_status status);

#endif
