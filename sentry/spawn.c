/*
 * sentry/spawn.c - processes that somebody outside wants in the sandbox, see spawn.h
 */
#define LOG_SUBSYS "spawn"

#include "sentry/spawn.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/loader/plan.h"
#include "sentry/mem/usermem.h"
#include "sentry/session.h"
#include "sentry/signal.h"
#include "sentry/spawn_private.h"
#include "sentry/task_exec.h"

/* ---- requests ---- */

struct spawn *spawn_new(void)
{
	struct spawn *s = mem_zalloc(sizeof(*s));

	if (!s)
		return NULL;
	ref_init(&s->ref, 1);
	list_init(&s->node);
	s->state = SPAWN_QUEUED;
	return s;
}

struct spawn *spawn_get(struct spawn *s)
{
	ref_get(&s->ref);
	return s;
}

struct file *spawn_take_file(struct spawn *s, unsigned int i)
{
	return __atomic_exchange_n(&s->files[i], NULL, __ATOMIC_ACQ_REL);
}

static void drop_files(struct spawn *s)
{
	for (unsigned int i = 0; i < s->nr_files; i++) {
		struct file *f = spawn_take_file(s, i);

		if (f)
			file_put(f);
	}
}

void spawn_put(struct spawn *s)
{
	if (!s || !ref_put(&s->ref))
		return;
	drop_files(s);
	mem_free(s->argv);
	mem_free(s->envp);
	mem_free(s->block);
	mem_free(s);
}

void spawn_cleanup(struct spawn **s)
{
	spawn_put(*s);
}

bool spawn_change(struct spawner *sp, struct spawn *s, enum spawn_state from, enum spawn_state to)
{
	bool ok;

	mutex_lock(&sp->mu);
	ok = s->state == from;
	if (ok)
		s->state = to;
	mutex_unlock(&sp->mu);
	if (ok)
		s->changed(s);
	return ok;
}

__attribute__((format(printf, 5, 0))) static void vfail(struct spawner *sp, struct spawn *s,
							enum spawn_state last, int err,
							const char *fmt, va_list ap)
{
	bool ok;

	drop_files(s);
	mutex_lock(&sp->mu);
	ok = s->state <= last;
	if (ok) {
		s->error = err;
		vsnprintf(s->text, sizeof(s->text), fmt, ap);
		s->state = SPAWN_FAILED;
	}
	mutex_unlock(&sp->mu);
	if (ok)
		s->changed(s);
}

void spawn_fail(struct spawner *sp, struct spawn *s, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(sp, s, SPAWN_READY, err, fmt, ap);
	va_end(ap);
}

void spawn_fail_made(struct spawner *sp, struct spawn *s, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(sp, s, SPAWN_HELD, err, fmt, ap);
	va_end(ap);
}

int spawn_submit(struct kernel *k, struct spawn *s)
{
	struct spawner *sp = k->spawner;
	int err = 0;

	if (!sp)
		return -ESRCH;
	mutex_lock(&sp->mu);
	if (sp->task) {
		list_add_tail(&spawn_get(s)->node, &sp->queue);
		park_wake(sp->task, WAKE_READY);
	} else {
		err = -ESRCH;
	}
	mutex_unlock(&sp->mu);
	return err;
}

void spawn_release(struct spawner *sp, struct spawn *s)
{
	mutex_lock(&sp->mu);
	s->hold = false;
	if (s->held)
		park_wake(s->held, WAKE_READY);
	mutex_unlock(&sp->mu);
}

void spawn_result(struct spawner *sp, struct spawn *s, struct spawn_result *ret)
{
	mutex_lock(&sp->mu);
	ret->state = s->state;
	ret->error = s->error;
	ret->status = s->status;
	ret->pid = s->pid;
	memcpy(ret->text, s->text, sizeof(ret->text));
	mutex_unlock(&sp->mu);
}

int spawn_signal(struct spawner *sp, struct spawn *s, int sig)
{
	struct process *p;
	int err = 0;

	mutex_lock(&sp->mu);
	p = s->process ? process_get(s->process) : NULL;
	if (!p && s->state > SPAWN_READY)
		err = -ESRCH;
	else if (!p && s->signal != SIGKILL)
		s->signal = sig;
	mutex_unlock(&sp->mu);
	if (p)
		err = signal_send_process(p, sig);
	process_put(p);
	return err;
}

/* The queue's reference goes to the caller. */
static struct spawn *dequeue_locked(struct spawner *sp)
{
	struct spawn *s;

	if (list_empty(&sp->queue))
		return NULL;
	s = list_first_entry(&sp->queue, struct spawn, node);
	list_del(&s->node);
	list_init(&s->node);
	return s;
}

/* Makes it the current one. A reference; NULL: there is none, or the spawner died. */
static struct spawn *take_request(struct spawner *sp)
{
	struct spawn *s = NULL;

	mutex_lock(&sp->mu);
	if (sp->task)
		s = dequeue_locked(sp);
	if (s)
		sp->current = spawn_get(s);
	mutex_unlock(&sp->mu);
	return s;
}

static struct spawn *current_get(struct spawner *sp)
{
	struct spawn *s;

	mutex_lock(&sp->mu);
	s = sp->current ? spawn_get(sp->current) : NULL;
	mutex_unlock(&sp->mu);
	return s;
}

int spawn_signal_of(struct spawner *sp, const struct spawn *s)
{
	int sig;

	mutex_lock(&sp->mu);
	sig = s->signal;
	mutex_unlock(&sp->mu);
	return sig;
}

static void end_current(struct task *t, struct spawner *sp)
{
	struct spawn *s;

	spawn_restore(t, sp);
	mutex_lock(&sp->mu);
	s = TAKE_PTR(sp->current);
	mutex_unlock(&sp->mu);
	spawn_put(s);
}

/* ---- the spawner's call ---- */

/* The spawner's clone for the current request has given that. */
static void conclude(struct task *t, struct spawner *sp, long result)
{
	_cleanup_spawn_ struct spawn *s = sp->plan ? NULL : current_get(sp);
	char why[64];

	if (!s)
		return; /* no clone was made: its first call, or one with a larger buffer */
	if (result > 0) {
		task_clone_made(t, (pid_t)result);
		result = -ENOMEM; /* if it is not bound now */
	} else {
		task_clone_dropped(t);
	}
	spawn_fail(sp, s, (int)result, "cannot make a process: %s",
		   spawn_error_name((int)result, why, sizeof(why)));
	end_current(t, sp);
}

static long hand_out(struct task *t, struct spawner *sp)
{
	const struct stub_plan *plan = sp->plan;
	long size = plan->size;

	if ((uint64_t)size > t->call.args[1])
		return size;
	if (copy_out(t, t->call.args[0], plan, plan->size) < 0)
		return -EFAULT; /* the spawner ends: it is being killed */
	mem_free(TAKE_PTR(sp->plan));
	return size;
}

/* Is there something to do? A current request that is ready, or another one. */
static bool has_work(struct spawner *sp)
{
	bool any;

	mutex_lock(&sp->mu);
	any = sp->current || !list_empty(&sp->queue);
	mutex_unlock(&sp->mu);
	return any;
}

/* False: it takes more work, or time. */
static bool advance(struct task *t, struct spawner *sp)
{
	_cleanup_spawn_ struct spawn *s = NULL;

	if (sp->plan) /* of a current one */
		return true;
	s = take_request(sp);
	if (s && spawn_prepare(t, sp, s) < 0)
		end_current(t, sp);
	return false;
}

static long spawner_wait(struct task *t, unsigned int reasons)
{
	struct spawner *sp = t->kernel->spawner;

	for (;;) {
		if (has_work(sp)) {
			park_end(t);
			if (task_is_dead(t))
				return -EINTR;
			if (advance(t, sp))
				return hand_out(t, sp);
			park_begin(t, spawner_wait, NULL, NULL);
			reasons = 0;
		} else if (reasons & WAKE_SIGNAL) {
			park_end(t);
			return -ERESTARTNOINTR;
		} else if (park_commit(t, &reasons)) {
			return SYS_PARKED;
		}
	}
}

static void remember_limits(struct spawner *sp, struct process *p)
{
	if (sp->has_limits)
		return;
	mutex_lock(&p->mu);
	memcpy(sp->limits, p->limits, sizeof(sp->limits));
	mutex_unlock(&p->mu);
	sp->has_limits = true;
}

bool spawn_is_spawner(const struct task *t)
{
	return process_is_spawner(t->process);
}

/* Not by its number: a process that ended before it was looked at may have none, either. */
bool process_is_spawner(const struct process *p)
{
	struct spawner *sp = p->kernel->spawner;

	return sp && p == sp->process;
}

long spawn_stub_spawn(struct task *t)
{
	struct spawner *sp = t->kernel->spawner;

	if (!spawn_is_spawner(t))
		return -ENOSYS;
	remember_limits(sp, t->process);
	conclude(t, sp, (long)t->call.args[2]);
	park_begin(t, spawner_wait, NULL, NULL);
	return spawner_wait(t, 0);
}

struct spawn *spawn_being_made(struct kernel *k)
{
	return current_get(k->spawner);
}

void spawner_died(struct kernel *k)
{
	struct spawner *sp = k->spawner;
	struct spawn *s;
	struct task *t;

	log_err("the spawner died: no process can be made any more");
	if (!k->init) /* not even the first one: nothing is left to wait for */
		kernel_shutdown(k, SIGKILL);
	mutex_lock(&k->clone_mu); /* nobody is in the middle of binding a child of it */
	mutex_lock(&sp->mu);
	t = TAKE_PTR(sp->task);
	s = TAKE_PTR(sp->current);
	mutex_unlock(&sp->mu);
	mutex_unlock(&k->clone_mu);
	task_put(t);
	do {
		if (s)
			spawn_fail(sp, s, -ESRCH, "the process that makes others is gone");
		spawn_put(s);
		mutex_lock(&sp->mu);
		s = dequeue_locked(sp);
		mutex_unlock(&sp->mu);
	} while (s);
}

/* ---- boot ---- */

int spawner_create(struct kernel *k, pid_t host_tid, const struct path *root, struct cred *cred,
		   struct process **ret)
{
	static const char *const none[] = {NULL};
	struct boot_command cmd = {.argv = none, .envp = none, .spawner = true};
	struct spawner *sp = mem_zalloc(sizeof(*sp));
	struct task_init init = {
		.host_tid = host_tid,
		.host_pid = host_tid,
		.exit_signal = SIGCHLD,
		.cred = cred,
		.files = fdtable_new(),
		.fs = fs_context_new(root, root),
		.mnt_ns = mount_ns_get(k->root_ns),
	};
	struct task *t = NULL;

	if (sp && init.cred && init.files && init.fs)
		t = task_create(k, &init);
	if (!t)
		return -ENOMEM; /* of boot: it ends here */
	t->process->session = session_new(0);
	if (!t->process->session)
		return -ENOMEM;
	mutex_init(&sp->mu, LOCK_SPAWN);
	list_init(&sp->queue);
	sp->task = t;
	sp->process = process_get(t->process);
	sp->cred = cred_get(cred);
	sp->root = *root;
	path_get(&sp->root);
	k->spawner = sp;
	if (k->platform->no_fast_path)
		k->platform->no_fast_path(t);
	*ret = t->process;
	return exec_plan_for_boot(t, &cmd);
}
