/* sentry/task_state.c - what others look at and change of a task: credentials, files, name; see task.h */
#include <string.h>

#include "platform/platform.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/task.h"

bool task_has_cap(const struct task *t, int cap)
{
	return cred_has_cap(t->cred, cap);
}

void task_set_cred(struct task *t, struct cred *c)
{
	struct cred *old;

	mutex_lock(&t->mu);
	old = t->cred;
	t->cred = c;
	mutex_unlock(&t->mu);
	cred_put(old);
	if (t->kernel->platform->cred_changed)
		t->kernel->platform->cred_changed(t);
}

struct cred *task_cred_get(struct task *t)
{
	struct cred *c;

	mutex_lock(&t->mu);
	c = cred_get(t->cred);
	mutex_unlock(&t->mu);
	return c;
}

struct fdtable *task_files_get(struct task *t)
{
	struct fdtable *ft;

	mutex_lock(&t->mu);
	ft = t->files ? fdtable_get(t->files) : NULL;
	mutex_unlock(&t->mu);
	return ft;
}

struct fs_context *task_fs_get(struct task *t)
{
	struct fs_context *fs;

	mutex_lock(&t->mu);
	fs = t->fs ? fs_context_get(t->fs) : NULL;
	mutex_unlock(&t->mu);
	return fs;
}

uint64_t task_rlimit(struct task *t, int resource)
{
	uint64_t v;

	mutex_lock(&t->process->mu);
	v = t->process->limits[resource].rlim_cur;
	mutex_unlock(&t->process->mu);
	return v;
}

void task_comm_get(struct task *t, char comm[TASK_COMM_LEN])
{
	mutex_lock(&t->mu);
	memcpy(comm, t->comm, TASK_COMM_LEN);
	mutex_unlock(&t->mu);
}

void task_comm_set(struct task *t, const char *name)
{
	char comm[TASK_COMM_LEN] = {0};

	memcpy(comm, name, strnlen(name, TASK_COMM_LEN - 1));
	mutex_lock(&t->mu);
	memcpy(t->comm, comm, TASK_COMM_LEN);
	mutex_unlock(&t->mu);
}
