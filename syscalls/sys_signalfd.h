/*
 * syscalls/sys_signalfd.h - read(2) from a signalfd, which is not like other reads
 */
#ifndef SYSCALLS_SYS_SIGNALFD_H
#define SYSCALLS_SYS_SIGNALFD_H

#include <stdint.h>

struct file;
struct task;

/* The call held is read(2) on f with this count; takes f. */
long signalfd_read(struct task *t, struct file *f, uint64_t count);

#endif
