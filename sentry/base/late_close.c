/* sentry/base/late_close.c - descriptors that are closed later, see late_close.h */
#include "sentry/base/late_close.h"

#include <unistd.h>

#define MAX_LATE 32

static _Thread_local struct {
	bool on;
	unsigned int nr;
	int fds[MAX_LATE];
} late;

void late_close_begin(void)
{
	late.on = true;
}

void late_close(int fd)
{
	if (late.on && late.nr < MAX_LATE)
		late.fds[late.nr++] = fd;
	else
		close(fd);
}

bool late_close_one(void)
{
	if (late.nr == 0)
		return false;
	close(late.fds[--late.nr]);
	return true;
}

void late_close_all(void)
{
	while (late_close_one())
		;
}
