/*
 * runsc-c/oci/rootless.h - is the caller root of the host, or an ordinary user
 *
 * Model: `--rootless=true|false` says so; `auto` (the default) looks: a caller with another uid than 0 is
 * an ordinary user, and so is root of a user namespace that does not map all ids, which is what engines
 * make for ordinary users (podman, rootless dockerd) and call the runtime in. Then state is kept below
 * $XDG_RUNTIME_DIR, and a container goes without the cgroups that may not be made for it.
 */
#ifndef RUNSC_C_OCI_ROOTLESS_H
#define RUNSC_C_OCI_ROOTLESS_H

#include <stdbool.h>

bool oci_is_rootless(void);
/* Where containers' state is kept if --root does not say. */
const char *oci_default_root(void);

#endif
