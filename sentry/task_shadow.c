/* sentry/task_shadow.c - stand-ins for a thread, see task_shadow.h */
#include "sentry/task_shadow.h"

#include <time.h>

#include "fs/vfs/file.h"
#include "fs/vfs/landlock.h"
#include "sentry/base/mem.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/task.h"

#define COPY_LOOKS 200 /* of a millisecond */

static struct task *shadow_alloc(struct task *like)
{
	struct task *s = mem_zalloc(sizeof(*s));
	struct task_shadow *sh = mem_zalloc(sizeof(*sh));

	if (!s || !sh) {
		mem_free(s);
		mem_free(sh);
		return NULL;
	}
	ref_init(&s->ref, 1);
	s->kernel = like->kernel;
	s->process = process_get(like->process);
	s->plat.proc_dir_fd = -1;
	list_init(&s->plat.owner_node);
	list_init(&s->process_node);
	list_init(&s->shadows);
	mutex_init(&s->mu, LOCK_TASK);
	park_init(s);
	list_init(&sh->node);
	sh->task = s;
	sh->like = task_get(like);
	s->shadow = sh;
	return s;
}

/* Everything that comes from like: only while it lives, and runs that program. */
static bool link_to_like(struct task *s, struct task *like, unsigned int program)
{
	bool live;

	mutex_lock(&like->mu);
	live = !task_is_dead(like) && like->files && like->fs &&
	       atomic_load(&like->process->program) == program;
	if (live) {
		s->plat.host_tid = like->plat.host_tid;
		s->tid = like->tid;
		s->mnt_ns = like->mnt_ns ? mount_ns_get(like->mnt_ns) : NULL;
		list_add_tail(&s->shadow->node, &like->shadows);
	}
	mutex_unlock(&like->mu);
	return live;
}

struct task *task_shadow_new(struct task *like, unsigned int program, struct cred *cred,
			     void *owner)
{
	struct task *s = shadow_alloc(like);

	if (!s)
		return NULL;
	s->shadow->owner = owner;
	s->cred = cred ? cred_get(cred) : task_cred_get(like);
	s->landlock = landlock_of_task(like);
	if (link_to_like(s, like, program))
		return s;
	task_put(s);
	return NULL;
}

void task_shadow_reuse(struct task *s, struct cred *cred, void *owner)
{
	struct cred *old = s->cred;

	s->cred = cred ? cred_get(cred) : task_cred_get(s->shadow->like);
	cred_put(old);
	s->shadow->owner = owner;
	s->shadow->fixed = NULL;
	s->shadow->catches = false;
}

void task_shadow_end(struct task *s)
{
	struct task *like = s->shadow->like;

	mutex_lock(&like->mu);
	list_del(&s->shadow->node);
	mutex_unlock(&like->mu);
	task_put(s);
}

void task_shadow_free(struct task *s)
{
	struct task_shadow *sh = s->shadow;

	if (sh->caught)
		file_put(sh->caught);
	task_put(sh->like);
	mem_free(sh);
}

bool task_shadow_enter(struct task *s, struct shadow_run *run)
{
	run->files = task_files_get(s->shadow->like);
	run->fs = task_fs_get(s->shadow->like);
	s->files = run->files;
	s->fs = run->fs;
	return run->files && run->fs && !task_is_dead(s);
}

void task_shadow_leave(struct task *s, struct shadow_run *run)
{
	if (s) {
		s->files = NULL;
		s->fs = NULL;
	}
	if (run->files)
		fdtable_put(NULL, run->files);
	if (run->fs)
		fs_context_put(run->fs);
}

static bool are_copying(struct task *like)
{
	struct task_shadow *sh;
	bool any = false;

	mutex_lock(&like->mu);
	list_for_each_entry(sh, &like->shadows, node)
		any |= atomic_load(&sh->copying) != 0;
	mutex_unlock(&like->mu);
	return any;
}

void task_shadows_abort(struct task *like)
{
	struct timespec ms = {.tv_nsec = 1000000};
	struct task_shadow *sh;

	mutex_lock(&like->mu);
	list_for_each_entry(sh, &like->shadows, node) {
		atomic_fetch_or(&sh->task->life, TASK_DEAD);
		park_abort(sh->task);
	}
	mutex_unlock(&like->mu);
	for (int i = 0; i < COPY_LOOKS && are_copying(like); i++)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &ms, NULL);
}
