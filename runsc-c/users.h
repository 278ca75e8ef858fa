/*
 * runsc-c/users.h - `--user`: numbers, or names of the guest's own passwd and group files
 *
 * The files are read from the root filesystem that the guest will have (the host's, or --rootfs DIR),
 * below it whatever their links say. The C library's own look-up is not used: it would load host
 * libraries and ask host services.
 */
#ifndef RUNSC_C_USERS_H
#define RUNSC_C_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "runsc-c/options.h"

#define USERS_MAX_GROUPS 1024

struct guest_user {
	uint32_t uid, gid;
	uint32_t groups[USERS_MAX_GROUPS];
	uint32_t nr_groups;
};

/* map: /proc/self/uid_map or gid_map. */
bool id_is_mapped(const char *map, unsigned long id);
/* The caller as the guest sees itself. */
void guest_user_caller(struct guest_user *u);
/* UID[:GID], NAME or NAME:GROUP; rootfs NULL: the host's files. 0 or -EINVAL with a message. */
must_check int guest_user_parse(const char *spec, const char *rootfs, struct guest_user *u,
				struct option_error *err);

#endif
