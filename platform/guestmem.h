/*
 * platform/guestmem.h - memory of guests that are processes of the host, see platform.h
 *
 * Model: process_vm_readv(2) and its twin, which honour the guest's page permissions. A thread's
 * number stands for its address space.
 */
#ifndef PLATFORM_GUESTMEM_H
#define PLATFORM_GUESTMEM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct task;

/* read_mem and write_mem of struct platform. */
ssize_t guestmem_readv(struct task *t, const struct iovec *local, size_t nr_local,
		       const struct iovec *remote, size_t nr_remote);
ssize_t guestmem_writev(struct task *t, const struct iovec *local, size_t nr_local,
			const struct iovec *remote, size_t nr_remote);

/* All of it, or false. */
bool guestmem_read(pid_t tid, void *buf, uint64_t addr, size_t len);
bool guestmem_write(pid_t tid, const void *buf, uint64_t addr, size_t len);

#endif
