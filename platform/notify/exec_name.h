/* platform/notify/exec_name.h - names of guest programs in the guests' host root: see exec_name.c */
#ifndef PLATFORM_NOTIFY_EXEC_NAME_H
#define PLATFORM_NOTIFY_EXEC_NAME_H

#include <stdbool.h>

void exec_name_init(bool enabled); /* is SENTRY_NAMES_DIR that root? */

/* Makes the path lead to the stub on the host, if it does not yet. False: it cannot. */
bool exec_name_leads_to_stub(const char *path);

#endif
