/*
 * runsc-c/oci/install.h - telling engines of this runtime: `runsc-c install` and `uninstall`
 *
 * Model: an engine has one file that says so. Docker's daemon.json belongs to the administrator: one entry
 * is put into its "runtimes" and everything else stays, in its order; an entry that is there already
 * keeps its other fields (runtimeArgs). podman's is a drop-in of our own, which begins with a line that says so;
 * a file of that name without the line is not ours and is left alone.
 *
 * A file is replaced as a whole (written beside it, synced, renamed), with the mode and owner that it had;
 * links are followed first. What is right already is not written. Nothing is restarted: what the user
 * has to do is printed.
 *
 * Interface: engine_file() and engine_knows() are for doctor, too.
 */
#ifndef RUNSC_C_OCI_INSTALL_H
#define RUNSC_C_OCI_INSTALL_H

#include <limits.h>
#include <stdbool.h>

#include "runsc-c/oci/error.h"

#define RUNTIME_NAME "runsc-c"

enum engine { ENGINE_DOCKER, ENGINE_PODMAN, NR_ENGINES };

/* Its file below dir, NULL: /etc; or, for one user, below ~/.config (user). */
must_check int engine_file(enum engine e, const char *dir, bool user, char ret[PATH_MAX]);
/* The program's path in $PATH and the directories of root. */
bool program_find(const char *name, char ret[PATH_MAX]);
/* The path that the file has for this runtime. -ENOENT: no file, or no entry. */
must_check int engine_knows(enum engine e, const char *file, char ret[PATH_MAX]);

#endif
