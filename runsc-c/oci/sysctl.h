/*
 * runsc-c/oci/sysctl.h - linux.sysctl: settings of the container's own kernel
 *
 * Model: as with runc only those that belong to a namespace of the container are taken; others are refused
 * by name, and so are those of a namespace that is the host's. kernel.* and fs.mqueue.* are settings of
 * the sentry (fs/proc/sysctl.h: sysctl_set_text()). net.* are told to the host's network namespace in
 * which the container's sockets are, before the sentry is let go, and to the sentry, which shows them in
 * /proc/sys where it has a file of that name.
 *
 * Two of a new network namespace are not told to the host: there every port and ICMP socket is open to
 * the sentry, which has no rights of its own, and the sentry decides by the guest's credentials.
 */
#ifndef RUNSC_C_OCI_SYSCTL_H
#define RUNSC_C_OCI_SYSCTL_H

#include <sys/types.h>

#include "runsc-c/oci/config.h"

/* cfg->sysctls of net/ into the container's network namespace; pid: the sentry. */
must_check int oci_sysctl_apply(const struct oci_config *cfg, pid_t pid, struct oci_error *err);

#endif
