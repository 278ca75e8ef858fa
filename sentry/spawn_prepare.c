/*
 * sentry/spawn_prepare.c - what a process that is to be made starts with, see spawn.h
 *
 * The worker that serves the spawner prepares it, as if the spawner made the calls itself (chdir, the
 * search for the program): so whatever that takes, it is not the event thread that waits for it. Messages
 * are those that the OCI runtimes give, as engines look for words in them.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/loader/plan.h"
#include "sentry/spawn_private.h"
#include "sentry/task_exec.h"

/* ---- what the next process is to have: the spawner's own, until that is made ---- */

static void set_files(struct task *t, struct fdtable *files)
{
	struct fdtable *old;

	mutex_lock(&t->mu);
	old = t->files;
	t->files = files;
	mutex_unlock(&t->mu);
	if (old)
		fdtable_put(t, old);
}

static void set_fs(struct task *t, struct fs_context *fs)
{
	struct fs_context *old;

	mutex_lock(&t->mu);
	old = t->fs;
	t->fs = fs;
	mutex_unlock(&t->mu);
	fs_context_put(old);
}

static struct cred *make_cred(const struct spawn *s)
{
	struct cred *c = cred_new();

	if (!c)
		return NULL;
	c->uid = c->euid = c->suid = c->fsuid = s->uid;
	c->gid = c->egid = c->sgid = c->fsgid = s->gid;
	c->cap_bounding = s->cap_bounding;
	c->cap_effective = s->cap_effective;
	c->cap_inheritable = s->cap_inheritable;
	c->cap_permitted = s->cap_permitted;
	c->cap_ambient = s->cap_ambient;
	if (cred_set_groups(c, s->groups, s->nr_groups) < 0) {
		cred_put(c);
		return NULL;
	}
	return c;
}

static int install_files(struct task *t, struct spawn *s)
{
	struct fdtable *files = fdtable_new();
	int err = 0;

	if (!files)
		return -ENOMEM;
	set_files(t, files);
	for (unsigned int i = 0; i < s->nr_files && err >= 0; i++) {
		struct file *f = spawn_take_file(s, i);

		if (f)
			err = fd_install_at(t, f, (int)i, false);
	}
	return MIN(err, 0);
}

static int enter_dir(struct task *t, const char *name)
{
	struct path p;
	int err = path_lookup(t, AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &p);

	if (err < 0)
		return err;
	err = vfs_chdir(t, &p);
	path_put(&p);
	return err;
}

static int start_in_root(struct task *t, const struct spawner *sp, const struct spawn *s)
{
	struct fs_context *fs = fs_context_new(&sp->root, &sp->root);

	if (!fs)
		return -ENOMEM;
	fs_set_umask(fs, s->has_umask ? s->umask : 022);
	set_fs(t, fs);
	return 0;
}

static void no_more(struct rlimit64 *lim, uint64_t max)
{
	lim->rlim_max = MIN(lim->rlim_max, max);
	lim->rlim_cur = MIN(lim->rlim_cur, lim->rlim_max);
}

static void set_limits(struct task *t, const struct spawner *sp, const struct spawn *s)
{
	struct process *p = t->process;

	mutex_lock(&p->mu);
	memcpy(p->limits, sp->limits, sizeof(p->limits));
	for (int i = 0; i < NR_RLIMITS; i++)
		if (s->limits_given & (1u << i))
			p->limits[i] = s->limits[i];
	no_more(&p->limits[RLIMIT_NOFILE], sp->limits[RLIMIT_NOFILE].rlim_max);
	no_more(&p->limits[RLIMIT_NPROC], sp->limits[RLIMIT_NPROC].rlim_max);
	p->oom_score_adj = s->has_oom_score_adj ? s->oom_score_adj : 0;
	mutex_unlock(&p->mu);
	t->no_new_privs = s->no_new_privs;
}

/* ---- the program ---- */

const char *spawn_error_name(int err, char *buf, size_t size)
{
	snprintf(buf, size, "%s", strerror(-err));
	buf[0] = (char)tolower((unsigned char)buf[0]); /* as the runtimes write it */
	return buf;
}

/* What a message may show of a name. */
void spawn_printable(char *out, size_t size, const char *name)
{
	size_t n = 0;

	for (; n < size - 1 && name[n]; n++)
		out[n] = isprint((unsigned char)name[n]) ? name[n] : '?';
	out[n] = '\0';
}

static int check_executable(struct task *t, const char *name)
{
	struct path p;
	int err = path_lookup(t, AT_FDCWD, name, LOOKUP_FOLLOW, &p);

	if (err < 0)
		return err;
	err = S_ISDIR(inode_read(p.dentry->inode, mode))
		      ? -EACCES
		      : vfs_permission(t, p.mnt, p.dentry->inode, MAY_EXEC);
	path_put(&p);
	return err;
}

static const char *path_of(const struct spawn *s)
{
	for (const char **e = s->envp; *e; e++)
		if (strncmp(*e, "PATH=", 5) == 0)
			return *e + 5;
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

static const char *program_of(const struct spawn *s)
{
	return s->program ? s->program : s->argv[0];
}

static int search_path(struct task *t, const struct spawn *s, char *ret)
{
	const char *dir = path_of(s), *end;
	int denied = -ENOENT;

	for (; *dir; dir = *end ? end + 1 : end) {
		int n, err;

		end = dir + strcspn(dir, ":");
		n = snprintf(ret, PATH_MAX, "%.*s/%s", end > dir ? (int)(end - dir) : 1,
			     end > dir ? dir : ".", program_of(s));
		if (n >= PATH_MAX)
			continue;
		err = check_executable(t, ret);
		if (err == 0)
			return 0;
		if (err == -EACCES)
			denied = err;
	}
	return denied == -EACCES ? denied : -ENOENT;
}

static int find_program(struct task *t, struct spawner *sp, struct spawn *s, char *ret)
{
	const char *name = program_of(s);
	char shown[256], why[64];
	int err;

	spawn_printable(shown, sizeof(shown), name);
	if (strchr(name, '/')) {
		err = strlen(name) < PATH_MAX ? check_executable(t, name) : -ENAMETOOLONG;
		if (err == 0) {
			strcpy(ret, name);
			return 0;
		}
		spawn_error_name(err, why, sizeof(why));
		if (err == -EACCES)
			spawn_fail(sp, s, err, "exec: \"%s\": %s", shown, why);
		else
			spawn_fail(sp, s, err, "exec: \"%s\": stat %s: %s", shown, shown, why);
		return err;
	}
	err = *name ? search_path(t, s, ret) : -ENOENT;
	if (err == -EACCES)
		spawn_fail(sp, s, err, "exec: \"%s\": permission denied", shown);
	else if (err < 0)
		spawn_fail(sp, s, err, "exec: \"%s\": executable file not found in $PATH", shown);
	return err;
}

/* ---- preparing ---- */

static int prepare_place(struct task *t, struct spawner *sp, struct spawn *s)
{
	char shown[256], why[64];
	struct cred *cred;
	int first, err = start_in_root(t, sp, s);

	if (err == 0)
		err = install_files(t, s);
	cred = err == 0 ? make_cred(s) : NULL;
	if (!cred) {
		spawn_fail(sp, s, -ENOMEM, "out of memory");
		return -ENOMEM;
	}
	/* With root's rights, or with those of the user. */
	first = enter_dir(t, s->cwd);
	task_set_cred(t, cred);
	err = first < 0 ? enter_dir(t, s->cwd) : 0;
	if (err < 0) {
		spawn_printable(shown, sizeof(shown), s->cwd);
		spawn_fail(sp, s, err, "chdir to cwd (\"%s\") set in config.json failed: %s", shown,
			   spawn_error_name(err, why, sizeof(why)));
	}
	return err;
}

int spawn_prepare(struct task *t, struct spawner *sp, struct spawn *s)
{
	_cleanup_free_ char *path = mem_alloc(PATH_MAX);
	struct plan_init req = {
		.path = path,
		.argv = s->argv,
		.envp = s->envp,
		.flags = STUB_SETSID | STUB_EXACT | (s->ctty ? STUB_CTTY : 0),
	};
	int err;

	if (spawn_signal_of(sp, s) == SIGKILL || !path) {
		spawn_fail(sp, s, -ECANCELED, path ? "killed" : "out of memory");
		return -ECANCELED;
	}
	err = prepare_place(t, sp, s);
	if (err == 0)
		err = find_program(t, sp, s, path);
	if (err < 0)
		return err;
	set_limits(t, sp, s);
	err = plan_make_init(&req, &sp->plan);
	if (err < 0)
		spawn_fail(sp, s, err, "exec %s: argument list too long", path);
	else if (!spawn_change(sp, s, SPAWN_QUEUED, SPAWN_READY))
		err = -ESRCH;
	return err;
}

void spawn_restore(struct task *t, struct spawner *sp)
{
	struct fdtable *files = fdtable_new();

	task_set_cred(t, cred_get(sp->cred));
	if (files) /* else the next one drops them */
		set_files(t, files);
	t->no_new_privs = false;
	mem_free(TAKE_PTR(sp->plan));
}
