/*
 * platform/notify/code_mem.h - writing to the code of a held thread's process
 *
 * Model: /proc/pid/mem of the host, which writes where the guest may only read and execute: a private
 * page becomes the process's own, a shared one is refused. The descriptor is bound to the address space
 * at the time of opening, and the call of the thread was still held after that, so it is the right one
 * whatever becomes of the number. Used where no other thread runs in that memory: the held one
 * returns to user mode by an instruction that serialises.
 */
#ifndef PLATFORM_NOTIFY_CODE_MEM_H
#define PLATFORM_NOTIFY_CODE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task;

/* A descriptor, to be closed; -errno: not there, or the host does not allow it. t's call is held. */
int code_mem_open(struct task *t);
/* All of it, or false. */
bool code_mem_write(int fd, uint64_t at, const void *bytes, size_t len);

#endif
