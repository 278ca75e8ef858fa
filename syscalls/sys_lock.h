/*
 * syscalls/sys_lock.h - the record lock commands of fcntl(2), apart from sys_fd.c for size
 */
#ifndef SYSCALLS_SYS_LOCK_H
#define SYSCALLS_SYS_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct file;
struct task;

bool is_lock_cmd(unsigned int cmd);
/* F_GETLK, F_SETLK, F_SETLKW and their OFD forms; takes f. */
long fcntl_lock(struct task *t, struct file *f, unsigned int cmd, uint64_t arg);

#endif
