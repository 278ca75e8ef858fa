/*
 * runsc-c/boot_guest.h - the guest's side of boot: its files, its first process, its signals
 *
 * Called by boot.c in this order: stdio and rootfs fds while the host's tree is still there, then
 * boot_guest_create() under the sentry's own filter, as it reads what may be hostile.
 */
#ifndef RUNSC_C_BOOT_GUEST_H
#define RUNSC_C_BOOT_GUEST_H

#include "runsc-c/sandbox.h"

void boot_guest_stdio(const struct sandbox_config *cfg);
void boot_rootfs_open(struct kernel *k, const struct sandbox_config *cfg);
unsigned int boot_rootfs_groups(const struct sandbox_config *cfg); /* filter groups needed */
/* Mounts the guest's tree, makes task 1 with its files and exec plan. */
void boot_guest_create(struct kernel *k, const struct sandbox_config *cfg, pid_t init_host_tid);

/* Of a container (cfg->oci): makes the spawner's record, serves the control socket; see
 * control_first.ready. */
void boot_guest_create_container(struct kernel *k, const struct sandbox_config *cfg,
				 pid_t spawner_host_tid, void (*ready)(const char *error));

void boot_guest_signal(struct kernel *k, int sig); /* from the starter, for the main command */
void boot_guest_winch(struct kernel *k);
void boot_guest_drain(struct kernel *k); /* what is still buffered for the host's terminal */

#endif
