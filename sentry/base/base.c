/*
 * sentry/base/base.c - the failing end of ASSERT
 *
 * Runs in any context, with any lock held and with a broken heap, so it formats on the stack and
 * writes once.
 */
#include "sentry/base/base.h"

#include <stdio.h>

_Noreturn void assert_failed(const char *cond, const char *file, int line, const char *func)
{
	char buf[512];
	int len;
	ssize_t written;

	len = snprintf(buf, sizeof(buf), "%s:%d: %s: assertion failed: %s\n", file, line, func,
		       cond);
	if (len >= (int)sizeof(buf)) {
		len = sizeof(buf);
		buf[sizeof(buf) - 1] = '\n';
	}
	written = write(STDERR_FILENO, buf, (size_t)len);
	(void)written; /* nowhere to report it */
	abort();
}
