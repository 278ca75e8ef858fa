/* sentry/kernel.c - the life of a sandbox's kernel, see kernel.h */
#include "sentry/kernel.h"

#include <string.h>
#include <time.h>

#include "platform/platform.h"
#include "sentry/base/log.h"
#include "sentry/timer.h"

struct kernel *the_kernel;

void kernel_init(struct kernel *k)
{
	memset(k, 0, sizeof(*k));
	rwlock_init(&k->tree_lock, LOCK_KERNEL_TREE);
	mutex_init(&k->clone_mu, LOCK_CLONE);
	rwlock_init(&k->mounts_lock, LOCK_MOUNTS);
	mutex_init(&k->uts_mu, LOCK_ANON);
	hash_init(&k->tasks_by_host_tid);
	hash_init(&k->tasks_by_tid);
	hash_init(&k->processes_by_pid);
	list_init(&k->processes);
	list_init(&k->pending_clones);
	list_init(&k->fs_types);
	/* The host's: guests read its clocks in the vDSO, and everything has to agree with that. */
	k->boot_monotonic_ns = 0;
	k->boot_realtime_ns = clock_now_ns(CLOCK_REALTIME) - clock_now_ns(CLOCK_MONOTONIC);
	k->host_proc_fd = k->host_self_fd_dir = k->guest_pid_ns = k->strace_fd = -1;
	k->max_tasks = 32768;
	k->unprivileged_port_start = 1024;
	k->next_dev = 2;
	k->next_ino = 1;
	k->next_mnt_id = 20;
	the_kernel = k;
}
