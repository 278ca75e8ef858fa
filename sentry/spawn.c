/*
 * sentry/spawn.c - processes that somebody outside wants in the sandbox, see spawn.h
 *
 * A request is prepared by the worker that serves the spawner, as if the spawner made the calls
 * itself (chdir, the search for the program): so whatever that takes, it is not the event thread that
 * waits for it. Messages are those that the OCI runtimes give, as engines look for words in them.
 */
#define LOG_SUBSYS "spawn"

#include "sentry/spawn.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/guest_seccomp.h"
#include "sentry/hostproc.h"
#include "sentry/loader/plan.h"
#include "sentry/mem/usermem.h"
#include "sentry/rlimit.h"
#include "sentry/session.h"
#include "sentry/signal.h"
#include "sentry/task_exec.h"

#define PIDFD_GET_PID_NAMESPACE_CALL 0xff05UL /* linux/pidfd.h of 6.11 */
#define HOST_OOM_ADD                                                                               \
	300 /* to what the sentry has: when the host runs out of memory guests go first */

struct spawner {
	struct mutex mu;
	struct process *process; /* a reference, for good */
	struct task *task;	 /* a reference; NULL: it died */
	struct list queue;
	struct spawn *current; /* being prepared or made; a reference */

	/* of its own calls only */
	struct cred *cred; /* what it has between requests */
	struct path root;
	struct rlimit64 limits[NR_RLIMITS];
	bool has_limits;
	struct stub_plan *plan; /* for current, not handed out yet */
};

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

/* By the worker that prepares it, and by whoever fails it, at the same time. */
static struct file *take_file(struct spawn *s, unsigned int i)
{
	return __atomic_exchange_n(&s->files[i], NULL, __ATOMIC_ACQ_REL);
}

static void drop_files(struct spawn *s)
{
	for (unsigned int i = 0; i < s->nr_files; i++) {
		struct file *f = take_file(s, i);

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

static void put_at(struct spawn **s)
{
	spawn_put(*s);
}

#define _cleanup_spawn_ _cleanup_(put_at)

/* False: it is not in that state any more, and stays what it is. */
static bool change_state(struct spawner *sp, struct spawn *s, enum spawn_state from,
			 enum spawn_state to)
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

static void vfail(struct spawner *sp, struct spawn *s, enum spawn_state last, int err,
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

/* One without a process fails; nothing if it has one, or has failed already. */
static void printf_like(4, 5)
	fail(struct spawner *sp, struct spawn *s, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfail(sp, s, SPAWN_READY, err, fmt, ap);
	va_end(ap);
}

/* One whose process has not got its program. */
static void printf_like(4, 5)
	fail_made(struct spawner *sp, struct spawn *s, int err, const char *fmt, ...)
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

static int signal_of(struct spawner *sp, const struct spawn *s)
{
	int sig;

	mutex_lock(&sp->mu);
	sig = s->signal;
	mutex_unlock(&sp->mu);
	return sig;
}

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
		struct file *f = take_file(s, i);

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
	err = inode_permission(p.dentry->inode, task_cred(t), MAY_EXEC);
	if (err == 0)
		fs_set_cwd(t->fs, &p);
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

static const char *error_name(int err, char *buf, size_t size)
{
	snprintf(buf, size, "%s", strerror(-err));
	buf[0] = (char)tolower((unsigned char)buf[0]); /* as the runtimes write it */
	return buf;
}

/* What a message may show of a name. */
static void printable(char *out, size_t size, const char *name)
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
	err = S_ISDIR(p.dentry->inode->mode) ? -EACCES
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

	printable(shown, sizeof(shown), name);
	if (strchr(name, '/')) {
		err = strlen(name) < PATH_MAX ? check_executable(t, name) : -ENAMETOOLONG;
		if (err == 0) {
			strcpy(ret, name);
			return 0;
		}
		error_name(err, why, sizeof(why));
		if (err == -EACCES)
			fail(sp, s, err, "exec: \"%s\": %s", shown, why);
		else
			fail(sp, s, err, "exec: \"%s\": stat %s: %s", shown, shown, why);
		return err;
	}
	err = *name ? search_path(t, s, ret) : -ENOENT;
	if (err == -EACCES)
		fail(sp, s, err, "exec: \"%s\": permission denied", shown);
	else if (err < 0)
		fail(sp, s, err, "exec: \"%s\": executable file not found in $PATH", shown);
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
		fail(sp, s, -ENOMEM, "out of memory");
		return -ENOMEM;
	}
	/* With root's rights, or with those of the user. */
	first = enter_dir(t, s->cwd);
	task_set_cred(t, cred);
	err = first < 0 ? enter_dir(t, s->cwd) : 0;
	if (err < 0) {
		printable(shown, sizeof(shown), s->cwd);
		fail(sp, s, err, "chdir to cwd (\"%s\") set in config.json failed: %s", shown,
		     error_name(err, why, sizeof(why)));
	}
	return err;
}

static int prepare(struct task *t, struct spawner *sp, struct spawn *s)
{
	_cleanup_free_ char *path = mem_alloc(PATH_MAX);
	struct plan_init req = {
		.path = path,
		.argv = s->argv,
		.envp = s->envp,
		.flags = STUB_SETSID | STUB_EXACT | (s->ctty ? STUB_CTTY : 0),
	};
	int err;

	if (signal_of(sp, s) == SIGKILL || !path) {
		fail(sp, s, -ECANCELED, path ? "killed" : "out of memory");
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
		fail(sp, s, err, "exec %s: argument list too long", path);
	else if (!change_state(sp, s, SPAWN_QUEUED, SPAWN_READY))
		err = -ESRCH;
	return err;
}

/* Nothing of a request stays with the spawner: its files may be a pipe's last end. */
static void restore(struct task *t, struct spawner *sp)
{
	struct fdtable *files = fdtable_new();

	task_set_cred(t, cred_get(sp->cred));
	if (files) /* else the next one drops them */
		set_files(t, files);
	t->no_new_privs = false;
	mem_free(TAKE_PTR(sp->plan));
}

static void end_current(struct task *t, struct spawner *sp)
{
	struct spawn *s;

	restore(t, sp);
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
	fail(sp, s, (int)result, "cannot make a process: %s",
	     error_name((int)result, why, sizeof(why)));
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
	if (s && prepare(t, sp, s) < 0)
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

/* ---- its children ---- */

struct spawn *spawn_being_made(struct kernel *k)
{
	return current_get(k->spawner);
}

void spawn_made(struct spawn *s, struct process *p)
{
	struct spawner *sp = p->kernel->spawner;

	mutex_lock(&sp->mu);
	s->process = process_get(p);
	s->pid = p->pid;
	s->state = SPAWN_CLONED;
	mutex_unlock(&sp->mu);
}

static void set_host_oom(struct process *p, int adj)
{
	struct kernel *k = p->kernel;
	char path[64], text[16];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "%d/oom_score_adj", p->host_pid);
	snprintf(text, sizeof(text), "%d", MIN(adj + HOST_OOM_ADD, 1000));
	fd = openat(k->host_proc_fd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		log_debug("process %d keeps the sentry's oom_score_adj: errno %d", p->pid, errno);
}

/* Saves a look into /proc per clone where the host is new enough: hostproc.c. */
static void open_pid_namespace(struct process *p)
{
	struct kernel *k = p->kernel;

	k->guest_pid_ns = ioctl(p->pidfd, PIDFD_GET_PID_NAMESPACE_CALL, 0);
	if (k->guest_pid_ns < 0)
		log_info("the guests' pid namespace: errno %d", errno);
}

/* It goes on as one that was never held. */
static bool go_on(struct spawner *sp, struct spawn *s)
{
	struct task *held = NULL;
	bool may;

	mutex_lock(&sp->mu);
	may = !s->hold;
	if (may) {
		held = TAKE_PTR(s->held);
		if (s->state == SPAWN_HELD)
			s->state = SPAWN_CLONED;
	}
	mutex_unlock(&sp->mu);
	task_put(held);
	return may;
}

static long held_wait(struct task *t, unsigned int reasons)
{
	for (;;) {
		if (go_on(t->kernel->spawner, t->process->spawn)) {
			park_end(t);
			return 0;
		}
		if (reasons & WAKE_SIGNAL) {
			park_end(t);
			return -ERESTARTNOINTR;
		}
		if (park_commit(t, &reasons))
			return SYS_PARKED;
	}
}

static void set_sched(struct task *t, const struct spawn *s)
{
	if (!s->sched_given)
		return;
	t->sched_policy = s->sched_policy;
	t->sched_priority = s->sched_priority;
	t->sched_reset_on_fork = s->sched_reset_on_fork;
	t->ioprio = s->ioprio;
	if (s->ioprio)
		t->process->io_id = process_share_id(t->kernel);
	t->personality = s->personality;
	t->nice = s->nice;
	if (s->nice && setpriority(PRIO_PROCESS, (id_t)t->plat.host_tid, s->nice) < 0)
		log_info("nice value %d on the host: errno %d", s->nice, errno);
}

static void set_up_on_host(struct process *p, struct spawn *s)
{
	int sig;

	for (unsigned int i = 0; i < NR_RLIMITS; i++)
		if (s->limits_given & (1u << i))
			rlimit_on_host(p, i, &s->limits[i]);
	set_host_oom(p, p->oom_score_adj);
	if (p->pid == 1)
		open_pid_namespace(p);
	sig = signal_of(p->kernel->spawner, s);
	if (sig)
		signal_send_process(p, sig);
}

long spawn_stub_spawned(struct task *t)
{
	struct spawner *sp = t->kernel->spawner;
	struct spawn *s = t->process->spawn;
	bool first, held;

	if (!s)
		return -ENOSYS;
	mutex_lock(&sp->mu);
	first = s->state == SPAWN_CLONED && !s->greeted;
	s->greeted = true;
	if (first && s->hold)
		s->held = task_get(t);
	held = s->held == t; /* not first: a signal has come */
	mutex_unlock(&sp->mu);
	if (!first && !held)
		return -ENOSYS;
	if (first)
		set_up_on_host(t->process, s);
	if (first)
		set_sched(t, s);
	if (!held)
		return 0;
	if (first)
		change_state(sp, s, SPAWN_CLONED, SPAWN_HELD);
	park_begin(t, held_wait, NULL, NULL);
	return held_wait(t, 0);
}

long spawn_exec_failed(struct task *t, int err)
{
	struct spawn *s = t->process->spawn;
	struct spawner *sp = t->kernel->spawner;
	char shown[256], why[64];
	bool due;

	mutex_lock(&sp->mu);
	due = s->state == SPAWN_CLONED;
	mutex_unlock(&sp->mu);
	if (!due || err <= 0 || err > 4095)
		return -ENOSYS;
	printable(shown, sizeof(shown), s->argv[0]);
	fail_made(sp, s, -err, "exec %s: %s", shown, error_name(-err, why, sizeof(why)));
	return 0;
}

void spawn_exec_done(struct task *t)
{
	struct spawn *s = t->process->spawn;
	struct spawner *sp = t->kernel->spawner;
	bool due;

	mutex_lock(&sp->mu);
	due = s->state == SPAWN_CLONED;
	mutex_unlock(&sp->mu);
	if (!due)
		return;
	guest_seccomp_take_profile(t);
	atomic_store(&t->kernel->command_started, true);
	change_state(sp, s, SPAWN_CLONED, SPAWN_RUNNING);
}

/* ---- ends ---- */

void spawn_ended(struct process *p)
{
	int status;

	if (wait4(p->host_pid, &status, __WALL | WNOHANG, NULL) != p->host_pid)
		status = SIGKILL;
	spawn_reaped(p, status);
}

void spawn_reaped(struct process *p, int status)
{
	struct spawner *sp = p->kernel->spawner;
	struct spawn *s = p->spawn;
	struct process *held;
	struct task *t;
	bool due;

	mutex_lock(&sp->mu);
	due = s->state >= SPAWN_CLONED && s->state <= SPAWN_RUNNING;
	s->status = process_status(p, status);
	if (due) /* with the process: who signals it believes the state */
		s->state = SPAWN_ENDED;
	held = TAKE_PTR(s->process); /* each has a reference on the other */
	t = TAKE_PTR(s->held);
	mutex_unlock(&sp->mu);
	task_put(t);
	if (due)
		s->changed(s);
	process_put(held);
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
			fail(sp, s, -ESRCH, "the process that makes others is gone");
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
