/*
 * sentry/ctty.h - what the rest of the sentry asks about controlling terminals
 *
 * Model: session->tty and the terminal's session and foreground group change together, under one
 * lock of the kernel (LOCK_CTTY). The terminals themselves live in fs/devpts/, where this is done.
 */
#ifndef SENTRY_CTTY_H
#define SENTRY_CTTY_H

#include <stdint.h>
#include <sys/types.h>

struct kernel;
struct process;
struct session;

/* A process ends (or a session leader gives its terminal up): if it leads a session with a
 * terminal, the foreground group gets SIGHUP and SIGCONT and the session loses the terminal. */
void ctty_process_exit(struct process *p);
/* The session loses its terminal without signals: before a session record goes. */
void ctty_session_free(struct session *s);
/* For /proc/pid/stat: the device number as there (0: none) and the foreground group (-1). */
void ctty_info(struct kernel *k, struct session *s, uint32_t *ret_nr, pid_t *ret_tpgid);

#endif
