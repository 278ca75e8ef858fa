/*
 * runsc-c/oci/console.h - terminals of containers and of commands executed in them
 *
 * Model: a terminal of the host is only the way to the engine: the guest's terminal is one of the
 * sentry's, with its own line discipline (fs/devpts/hosttty.h). So the host's is always raw. With
 * --console-socket it is a new pty, whose master goes to the engine; else the caller's own terminal,
 * raw as long as the command waits. Whoever the engine knows as the process (the sentry, or an exec's)
 * has the pty as its controlling terminal, and so hears of a new size.
 */
#ifndef RUNSC_C_OCI_CONSOLE_H
#define RUNSC_C_OCI_CONSOLE_H

#include <stdint.h>

#include "runsc-c/oci/error.h"

/* Makes a pty, sends its master to the listener at path; the slave's fd (O_NONBLOCK), or -errno. */
must_check int oci_console_send(const char *path, uint16_t rows, uint16_t cols,
				struct oci_error *err);
/* The checks that runc makes: a terminal that nobody would have, a socket that nothing goes to. */
must_check int oci_console_check(bool terminal, bool detach, const char *socket,
				 struct oci_error *err);
/* Standard input, if it is a terminal and in the foreground. restore: any number of times. */
void oci_terminal_raw(void);
void oci_terminal_restore(void);

#endif
