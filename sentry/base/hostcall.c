/* sentry/base/hostcall.c - the numbers of descriptors that guests do not get, see hostcall.h */
#include "sentry/base/hostcall.h"

#include <errno.h>
#include <limits.h>

static int end = INT_MAX; /* written at boot, before there are threads */

void host_fds_init(uint64_t limit)
{
	if (limit > 4 * HOST_FDS_KEPT && limit <= INT_MAX)
		end = (int)limit - HOST_FDS_KEPT;
}

int host_fd_for_guest(int fd)
{
	if (fd < end)
		return fd;
	close(fd);
	errno = EMFILE;
	return -1;
}
