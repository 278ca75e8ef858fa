/*
 * tests/unit/fake_guest.h - guests that are threads of the test, for tests of the syscall layer
 *
 * Model: a fake platform whose guest memory is the test's own. guest_call() traps: it runs
 * task_serve() and, if the call parks, sleeps until somebody's answer. Every thread that woke
 * others drains the run queue, as workers do; an event thread runs the timers.
 *
 * Interface: guest_setup() once; guest_new(NULL) makes a task with an fd table of its own,
 * guest_new(g) one that shares g's. Signals: guest_signal() makes a pending signal appear.
 */
#ifndef TESTS_UNIT_FAKE_GUEST_H
#define TESTS_UNIT_FAKE_GUEST_H

#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>

#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/fdtable.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

struct guest {
	struct task t;
	struct process p;
	pthread_mutex_t mu;
	pthread_cond_t answered;
	bool done;
	long result;
};

static struct kernel fake_kernel;

static void fake_answer(struct task *t, long result)
{
	struct guest *g = container_of(t, struct guest, t);

	pthread_mutex_lock(&g->mu);
	g->result = result;
	g->done = true;
	pthread_cond_signal(&g->answered);
	pthread_mutex_unlock(&g->mu);
}

static void fake_continue(struct task *t)
{
	fake_answer(t, SYS_CONTINUE);
}

static ssize_t fake_copy(const struct iovec *to, size_t nr_to, const struct iovec *from,
			 size_t nr_from)
{
	size_t i = 0, j = 0, at_to = 0, at_from = 0;
	ssize_t n = 0;

	while (i < nr_to && j < nr_from) {
		size_t len = MIN(to[i].iov_len - at_to, from[j].iov_len - at_from);

		if ((uintptr_t)to[i].iov_base < 4096 || (uintptr_t)from[j].iov_base < 4096)
			return n ? n : -EFAULT;
		memcpy((char *)to[i].iov_base + at_to, (char *)from[j].iov_base + at_from, len);
		n += (ssize_t)len;
		at_to += len;
		at_from += len;
		if (at_to == to[i].iov_len) {
			i++;
			at_to = 0;
		}
		if (at_from == from[j].iov_len) {
			j++;
			at_from = 0;
		}
	}
	return n;
}

static ssize_t fake_read_mem(struct task *t, const struct iovec *local, size_t nr_local,
			     const struct iovec *remote, size_t nr_remote)
{
	(void)t;
	return fake_copy(local, nr_local, remote, nr_remote);
}

static ssize_t fake_write_mem(struct task *t, const struct iovec *local, size_t nr_local,
			      const struct iovec *remote, size_t nr_remote)
{
	(void)t;
	return fake_copy(remote, nr_remote, local, nr_local);
}

static const struct platform fake_platform = {
	.name = "fake",
	.answer = fake_answer,
	.continue_call = fake_continue,
	.read_mem = fake_read_mem,
	.write_mem = fake_write_mem,
};

static void *fake_event_thread(void *arg)
{
	(void)arg;
	event_thread_main(&fake_kernel);
	return NULL;
}

static inline int guest_setup(pthread_t *ret_thread)
{
	kernel_init(&fake_kernel);
	fake_kernel.platform = &fake_platform;
	if (event_init(&fake_kernel) < 0 || vfs_init(&fake_kernel) < 0)
		return -1;
	return pthread_create(ret_thread, NULL, fake_event_thread, NULL);
}

static inline void guest_teardown(pthread_t thread)
{
	atomic_store(&fake_kernel.exiting, true);
	event_kick();
	pthread_join(thread, NULL);
}

/* like: whose process and fd table it shares; NULL: its own. */
static inline struct guest *guest_new(struct guest *like)
{
	static int next_tid = 1;
	struct guest *g = calloc(1, sizeof(*g));
	struct task *t = &g->t;

	ref_init(&t->ref, 1);
	t->kernel = &fake_kernel;
	t->tid = next_tid++;
	mutex_init(&t->mu, LOCK_TASK);
	list_init(&t->process_node);
	park_init(t);
	pthread_mutex_init(&g->mu, NULL);
	pthread_cond_init(&g->answered, NULL);
	if (like) {
		t->process = like->t.process;
		t->files = fdtable_get(like->t.files);
		t->cred = cred_get(like->t.cred);
		return g;
	}
	t->process = &g->p;
	ref_init(&g->p.ref, 1);
	g->p.kernel = &fake_kernel;
	g->p.pid = t->tid;
	g->p.pidfd = -1;
	mutex_init(&g->p.mu, LOCK_PROCESS);
	list_init(&g->p.tasks);
	list_init(&g->p.children);
	for (int i = 0; i < NR_RLIMITS; i++)
		g->p.limits[i].rlim_cur = g->p.limits[i].rlim_max = RLIM64_INFINITY;
	g->p.limits[RLIMIT_NOFILE].rlim_cur = 1024;
	t->files = fdtable_new();
	t->cred = cred_new();
	return g;
}

static inline void guest_free(struct guest *g)
{
	/* Whoever answered last may still hold the task for a moment. */
	while (atomic_load(&g->t.ref.n) != 1)
		sched_yield();
	fdtable_put(NULL, g->t.files);
	cred_put(g->t.cred);
	free(g);
}

static inline void guest_drain(void)
{
	struct task *t;

	while ((t = runq_pop()))
		task_resume_parked(t);
}

static inline long guest_call_args(struct guest *g, int nr, const uint64_t a[6])
{
	g->done = false;
	g->t.call.nr = nr;
	memcpy(g->t.call.args, a, sizeof(g->t.call.args));
	task_serve(&g->t);
	guest_drain();
	pthread_mutex_lock(&g->mu);
	while (!g->done)
		pthread_cond_wait(&g->answered, &g->mu);
	pthread_mutex_unlock(&g->mu);
	return g->result;
}

#define guest_call(g, nr, ...) guest_call_args(g, nr, (const uint64_t[6]){__VA_ARGS__})
#define ARG(p) ((uint64_t)(uintptr_t)(p))

#endif
