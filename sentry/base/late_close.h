/*
 * sentry/base/late_close.h - closing descriptors of the host when there is nothing better to do
 *
 * Model: a thread that waits by looking (the poller of the fast path) closes what is given to it while it would
 * only look: nobody waits for the close of a file that was open for reading. Each thread has its own list, of a
 * bounded length; all other threads close at once.
 *
 * Interface: late_close_begin() makes the calling thread such a one. Until it sleeps it calls late_close_one()
 * from time to time, and before it does, or needs descriptors, late_close_all().
 */
#ifndef SENTRY_BASE_LATE_CLOSE_H
#define SENTRY_BASE_LATE_CLOSE_H

#include <stdbool.h>

void late_close_begin(void);
void late_close(int fd);
bool late_close_one(void); /* false: there was nothing to close */
void late_close_all(void);

#endif
