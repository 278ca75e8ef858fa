/*
 * runsc-c/oci/control_internal.h - between control_server.c and its parts
 */
#ifndef RUNSC_C_OCI_CONTROL_INTERNAL_H
#define RUNSC_C_OCI_CONTROL_INTERNAL_H

#include "runsc-c/oci/control.h"

struct spawn;

/* A request of what block describes, without files; block is from mem_alloc() and taken in every
 * case. -EINVAL: it is not as struct control_process says; -ENOMEM. */
must_check int control_unpack(void *block, size_t size, struct control_process *ret_header,
			      struct spawn **ret);

#endif
