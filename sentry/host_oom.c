/* sentry/host_oom.c - see host_oom.h */
#define LOG_SUBSYS "oom"

#include "sentry/host_oom.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sentry/base/log.h"
#include "sentry/kernel.h"

int host_oom_wanted(int first)
{
	if (first == HOST_OOM_MIN)
		return HOST_OOM_MIN;
	return MAX(first - HOST_OOM_APART, HOST_OOM_MIN + 1);
}

int host_oom_score(const struct host_oom *o, int adj)
{
	int base = MIN(MAX(o->first, o->sentry + HOST_OOM_APART), HOST_OOM_MAX);

	if (o->sentry == HOST_OOM_MIN)
		return adj;
	if (adj < o->first)
		return MAX(base - 1 -
				   (o->first - 1 - adj) * HOST_OOM_BELOW /
					   (o->first - HOST_OOM_MIN),
			   o->sentry);
	if (adj == o->first)
		return base;
	return base + (adj - o->first) * (HOST_OOM_MAX - base) / (HOST_OOM_MAX - o->first);
}

static int open_score(struct kernel *k, const char *who, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/oom_score_adj", who);
	return openat(k->host_proc_fd, path, flags | O_CLOEXEC | O_NOFOLLOW);
}

static int put_score(struct kernel *k, const char *who, int score)
{
	_cleanup_close_ int fd = open_score(k, who, O_WRONLY);
	char text[16];

	snprintf(text, sizeof(text), "%d", score);
	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int own_score(struct kernel *k)
{
	_cleanup_close_ int fd = open_score(k, "self", O_RDONLY);
	char text[16] = "";

	return fd < 0 || read(fd, text, sizeof(text) - 1) < 0 ? 0 : atoi(text);
}

void host_oom_boot(struct kernel *k, int first, int wanted)
{
	int now = own_score(k), err = now < wanted ? put_score(k, "self", wanted) : 0;

	if (err < 0)
		log_info("the sentry keeps its oom_score_adj: errno %d", -err);
	k->host_oom = (struct host_oom){.sentry = own_score(k), .first = first};
	log_info("oom_score_adj on the host: %d, of the first process %d", k->host_oom.sentry,
		 host_oom_score(&k->host_oom, first));
}

void host_oom_put(struct kernel *k, int host_pid, int adj)
{
	char who[16];
	int err;

	snprintf(who, sizeof(who), "%d", host_pid);
	err = put_score(k, who, host_oom_score(&k->host_oom, adj));
	if (err < 0)
		log_debug("process %d of the host keeps its oom_score_adj: errno %d", host_pid,
			  -err);
}

void host_oom_tell(struct process *p)
{
	host_oom_put(p->kernel, p->host_pid, p->oom_score_adj);
}
