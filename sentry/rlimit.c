/* sentry/rlimit.c - limits that the host enforces, see rlimit.h */
#include "sentry/rlimit.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "sentry/base/log.h"
#include "sentry/task.h"

static bool is_host_limit(unsigned int res)
{
	return res == RLIMIT_AS || res == RLIMIT_CPU || res == RLIMIT_DATA || res == RLIMIT_STACK ||
	       res == RLIMIT_SIGPENDING || res == RLIMIT_MEMLOCK;
}

void rlimit_on_host(struct process *p, unsigned int res, const struct rlimit64 *lim)
{
	struct rlimit64 host;
	pid_t pid = p->host_pid;

	if (!is_host_limit(res) || syscall(SYS_prlimit64, pid, res, NULL, &host) < 0)
		return;
	/* The host kills at the hard limit of CPU time; the sentry could not raise it again. */
	if (res == RLIMIT_CPU)
		host.rlim_max = MIN(lim->rlim_max, host.rlim_max);
	host.rlim_cur = MIN(lim->rlim_cur, host.rlim_max);
	if (syscall(SYS_prlimit64, pid, res, &host, NULL) < 0)
		log_debug("prlimit of %d: limit %u not set", pid, res);
}
