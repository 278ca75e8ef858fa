/*
 * runsc-c/oci/hooks.h - programs of the engine that run at fixed points of a container's life
 *
 * Model: each gets the container's state on standard input; it has its own argv and environment only.
 * What it writes is shown if it fails. With a timeout it is killed when that is over. Where:
 *   prestart, createRuntime, poststart, poststop   the runtime's namespaces
 *   createContainer   the sentry's mount, network, IPC, UTS and cgroup namespaces, which see the host's
 *		       tree still; before the sentry opens what it mounts, so that what is mounted below
 *		       the root then is in the container. In the root's directory, on the host. Not in its
 *		       pid namespace: /proc is the host's
 *   startContainer    a process of the container, as if executed in it (control.h), with the ids and
 *		       capabilities of the process to come, which is held meanwhile (sentry/spawn.h)
 */
#ifndef RUNSC_C_OCI_HOOKS_H
#define RUNSC_C_OCI_HOOKS_H

#include "runsc-c/oci/config.h"
#include "runsc-c/oci/state.h"

/* All of a kind, in order; the first that fails ends it. */
must_check int oci_hooks_run(const struct oci_config *cfg, enum oci_hook_kind kind,
			     const struct oci_state *st, enum oci_status status,
			     struct oci_error *err);
/* createContainer, startContainer; dir_fd: of the container's state. The same. */
must_check int oci_hooks_run_in_namespaces(const struct oci_config *cfg, const struct oci_state *st,
					   struct oci_error *err);
must_check int oci_hooks_run_inside(const struct oci_config *cfg, int dir_fd,
				    const struct oci_state *st, struct oci_error *err);
/* All, whatever becomes of each: poststop. Failures are warned about. */
void oci_hooks_run_all(const struct oci_config *cfg, enum oci_hook_kind kind,
		       const struct oci_state *st, enum oci_status status);

#endif
