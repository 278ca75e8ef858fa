/*
 * sentry/abi/errno_internal.h - result codes that never reach a guest as such
 *
 * Model: a syscall handler returns a value >= 0, a negative Linux errno, a restart class
 * (the numbers are the host kernel's own, include/linux/errno.h, because on the notify platform
 * they are handed to it, and it knows whether a handler with SA_RESTART runs), or a verdict for
 * the dispatcher. Verdicts lie far outside the errno range.
 */
#ifndef SENTRY_ABI_ERRNO_INTERNAL_H
#define SENTRY_ABI_ERRNO_INTERNAL_H

#include <errno.h>

#define ERESTARTSYS 512		  /* EINTR, or restart if the handler has SA_RESTART */
#define ERESTARTNOINTR 513	  /* always restart */
#define ERESTARTNOHAND 514	  /* EINTR if a handler runs, else restart */
#define ERESTART_RESTARTBLOCK 516 /* EINTR if a handler runs, else restart_syscall(2) */

/* Verdicts of a handler, see syscalls/syscall.h. */
#define SYS_PARKED (-0x10001L)	 /* the call is parked; its resume function will answer */
#define SYS_CONTINUE (-0x10002L) /* let the host kernel run the call as it stands */
#define SYS_DONE (-0x10003L)	 /* the handler has answered (or redirected) the call itself */

/* Only in channel calls (task.h): the thread must make the call again as a trapped one. */
#define SYS_CHANNEL_PUNT (-0x10004L)

#endif
