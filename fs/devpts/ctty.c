/*
 * fs/devpts/ctty.c - controlling terminals and job control: tty(4), credentials(7), ioctl_tty(2)
 *
 * Model: session->tty and tty->session point at each other; the session's pointer is a reference.
 * Both change under tty_core.mu only. The foreground group is a number, tty->pgid. Signals are sent
 * after the lock is dropped, since that walks the process tree.
 *
 * Differences from Linux: a process that gives up its terminal without leading the session
 * (TIOCNOTTY) does so alone, but children forked later have it again.
 *
 * Sources: drivers/tty/tty_jobctrl.c for rules and order of errors.
 */
#include "sentry/ctty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/sysmacros.h>

#include "fs/devpts/tty.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/signal.h"
#include "sentry/task.h"

struct tty_core *tty_core_get(struct kernel *k)
{
	struct tty_core *core = atomic_load(&k->ttys), *none = NULL;

	if (core)
		return core;
	core = mem_zalloc(sizeof(*core));
	if (!core)
		return NULL;
	mutex_init(&core->mu, LOCK_CTTY);
	if (atomic_compare_exchange_strong(&k->ttys, &none, core))
		return core;
	mutex_destroy(&core->mu);
	mem_free(core);
	return none;
}

/* There is a terminal, so there is a core. */
static void core_lock(struct tty *tty)
{
	mutex_lock(&tty_core_get(tty->kernel)->mu);
}

static void core_unlock(struct tty *tty)
{
	mutex_unlock(&tty_core_get(tty->kernel)->mu);
}

struct ids {
	struct session *session; /* referenced */
	pid_t pid, pgid;
	bool leader;
};

static void ids_get(struct process *p, struct ids *ret)
{
	struct kernel *k = p->kernel;

	rwlock_rdlock(&k->tree_lock);
	ret->session = p->session ? session_get(p->session) : NULL;
	ret->pid = p->pid;
	ret->pgid = p->pgid;
	rwlock_unlock(&k->tree_lock);
	ret->leader = ret->session && ret->session->sid == ret->pid;
}

/* Does p (of session s) have tty as its own? core.mu held. */
static bool has_tty_locked(const struct process *p, const struct session *s, const struct tty *tty)
{
	return s && s->tty && (!tty || s->tty == tty) && p->no_tty_in != s;
}

/* Takes the two apart. Returns the session's reference on the tty, to be put outside the lock. */
static struct tty *separate_locked(struct tty *tty)
{
	struct session *s = tty->session;

	tty->session = NULL;
	tty->pgid = 0;
	return s ? TAKE_PTR(s->tty) : NULL;
}

struct tty *ctty_get(struct task *t)
{
	struct tty_core *core = atomic_load(&t->kernel->ttys);
	struct tty *tty = NULL;
	struct ids ids;

	if (!core)
		return NULL;
	ids_get(t->process, &ids);
	mutex_lock(&core->mu);
	if (has_tty_locked(t->process, ids.session, NULL))
		tty = tty_get(ids.session->tty);
	mutex_unlock(&core->mu);
	session_put(ids.session);
	return tty;
}

bool ctty_is(struct task *t, struct tty *tty)
{
	struct ids ids;
	bool is;

	ids_get(t->process, &ids);
	core_lock(tty);
	is = has_tty_locked(t->process, ids.session, tty);
	core_unlock(tty);
	session_put(ids.session);
	return is;
}

pid_t ctty_pgid(struct tty *tty)
{
	pid_t pgid;

	core_lock(tty);
	pgid = tty->pgid;
	core_unlock(tty);
	return pgid;
}

static void assign_locked(struct tty *tty, struct session *s, pid_t pgid)
{
	s->tty = tty_get(tty);
	s->old_tty_pgid = 0;
	tty->session = s;
	tty->pgid = pgid;
}

void ctty_assign(struct tty *tty, struct session *s, pid_t pgid)
{
	core_lock(tty);
	if (!s->tty && !tty->session)
		assign_locked(tty, s, pgid);
	core_unlock(tty);
}

void ctty_open(struct tty *tty, struct task *t, struct file *f)
{
	struct ids ids;

	if ((atomic_load(&f->flags) & O_NOCTTY) || !(f->mode & FMODE_READ))
		return;
	ids_get(t->process, &ids);
	core_lock(tty);
	if (ids.leader && !ids.session->tty && !tty->session) {
		assign_locked(tty, ids.session, ids.pgid);
		t->process->no_tty_in = NULL;
	}
	core_unlock(tty);
	session_put(ids.session);
}

void ctty_clear(struct tty *tty)
{
	struct tty *ref;

	core_lock(tty);
	ref = separate_locked(tty);
	core_unlock(tty);
	tty_put(ref);
}

void ctty_hangup(struct tty *tty)
{
	struct kernel *k = tty->kernel;
	struct process *leader;
	struct tty *ref;
	pid_t sid = 0;

	core_lock(tty);
	if (tty->session) {
		sid = tty->session->sid;
		tty->session->old_tty_pgid = tty->pgid;
	}
	ref = separate_locked(tty);
	core_unlock(tty);
	leader = sid ? process_by_pid(k, sid) : NULL;
	if (leader) {
		signal_send_process(leader, SIGHUP);
		signal_send_process(leader, SIGCONT);
		process_put(leader);
	}
	tty_put(ref);
}

/* The leader of s lets go of its terminal: disassociate_ctty(). */
static void session_leave(struct kernel *k, struct tty_core *core, struct session *s, bool on_exit)
{
	struct tty *ref = NULL;
	pid_t pgid = 0, old_pgid;

	mutex_lock(&core->mu);
	old_pgid = TAKE(s->old_tty_pgid, 0);
	if (s->tty) {
		pgid = s->tty->pgid;
		ref = separate_locked(s->tty);
	}
	mutex_unlock(&core->mu);
	if (pgid > 0) {
		signal_send_pgrp(k, pgid, SIGHUP);
		if (!on_exit)
			signal_send_pgrp(k, pgid, SIGCONT);
	} else if (!ref && old_pgid > 0) {
		signal_send_pgrp(k, old_pgid, SIGHUP);
		signal_send_pgrp(k, old_pgid, SIGCONT);
	}
	tty_put(ref);
}

void ctty_process_exit(struct process *p)
{
	struct tty_core *core = atomic_load(&p->kernel->ttys);
	struct ids ids;

	if (!core)
		return;
	ids_get(p, &ids);
	if (ids.leader)
		session_leave(p->kernel, core, ids.session, true);
	session_put(ids.session);
}

/* Nobody has s any more, but a terminal may still point at it. */
void ctty_session_free(struct session *s)
{
	struct tty_core *core = the_kernel ? atomic_load(&the_kernel->ttys) : NULL;
	struct tty *ref;

	if (!core)
		return;
	mutex_lock(&core->mu);
	ref = s->tty ? separate_locked(s->tty) : NULL;
	mutex_unlock(&core->mu);
	tty_put(ref);
}

void ctty_info(struct kernel *k, struct session *s, uint32_t *ret_nr, pid_t *ret_tpgid)
{
	struct tty_core *core = atomic_load(&k->ttys);

	*ret_nr = 0;
	*ret_tpgid = -1;
	if (!core)
		return;
	mutex_lock(&core->mu);
	if (s->tty) {
		unsigned int maj = major(s->tty->rdev), min = minor(s->tty->rdev);

		*ret_nr = (min & 0xff) | maj << 8 | (min & ~0xffu) << 12; /* new_encode_dev() */
		*ret_tpgid = s->tty->pgid ? s->tty->pgid : -1;
	}
	mutex_unlock(&core->mu);
}

/* ---- job control ---- */

int tty_check_change(struct tty *tty, struct task *t, int sig)
{
	struct ids ids;
	pid_t tty_pgid;
	bool mine;

	ids_get(t->process, &ids);
	core_lock(tty);
	mine = has_tty_locked(t->process, ids.session, tty);
	tty_pgid = tty->pgid;
	core_unlock(tty);
	session_put(ids.session);
	if (!mine || tty_pgid == 0 || tty_pgid == ids.pgid)
		return 0;
	if (signal_is_ignored_or_blocked(t, sig))
		return sig == SIGTTIN ? -EIO : 0;
	if (pgrp_is_orphaned(t->kernel, ids.pgid))
		return -EIO;
	signal_send_pgrp(t->kernel, ids.pgid, sig);
	return -ERESTARTSYS;
}

/* ---- ioctls ---- */

long ctty_ioctl_set(struct tty *tty, struct task *t, struct file *f, uint64_t arg)
{
	struct tty *stolen = NULL;
	struct ids ids;
	long err = 0;

	ids_get(t->process, &ids);
	core_lock(tty);
	if (ids.leader && tty->session == ids.session)
		goto out;
	err = -EPERM;
	if (!ids.leader || ids.session->tty)
		goto out;
	if (tty->session) {
		if (arg != 1 || !task_has_cap(t, CAP_SYS_ADMIN))
			goto out;
		stolen = separate_locked(tty);
	}
	if (!(f->mode & FMODE_READ) && !task_has_cap(t, CAP_SYS_ADMIN))
		goto out;
	assign_locked(tty, ids.session, ids.pgid);
	t->process->no_tty_in = NULL;
	err = 0;
out:
	core_unlock(tty);
	session_put(ids.session);
	tty_put(stolen);
	return err;
}

long ctty_ioctl_give_up(struct tty *tty, struct task *t)
{
	struct tty_core *core = tty_core_get(t->kernel);
	struct ids ids;
	bool mine;

	ids_get(t->process, &ids);
	core_lock(tty);
	mine = has_tty_locked(t->process, ids.session, tty);
	if (mine && !ids.leader)
		t->process->no_tty_in = ids.session;
	core_unlock(tty);
	if (mine && ids.leader)
		session_leave(t->kernel, core, ids.session, false);
	session_put(ids.session);
	return mine ? 0 : -ENOTTY;
}

long ctty_get_pgrp(struct tty *tty, struct task *t, bool master, pid_t *ret)
{
	if (!master && !ctty_is(t, tty))
		return -ENOTTY;
	*ret = ctty_pgid(tty);
	return 0;
}

long ctty_set_pgrp(struct tty *tty, struct task *t, pid_t pgid)
{
	struct ids ids;
	long err = 0;

	if (pgid < 0)
		return -EINVAL;
	ids_get(t->process, &ids);
	if (!ctty_is(t, tty))
		err = -ENOTTY;
	else if (!pgrp_exists(t->kernel, pgid, NULL))
		err = -ESRCH;
	else if (!pgrp_exists(t->kernel, pgid, ids.session))
		err = -EPERM;
	if (err == 0) {
		core_lock(tty);
		if (tty->session == ids.session)
			tty->pgid = pgid;
		else
			err = -ENOTTY;
		core_unlock(tty);
	}
	session_put(ids.session);
	return err;
}

long ctty_get_sid(struct tty *tty, struct task *t, bool master, pid_t *ret)
{
	long err = 0;

	if (!master && !ctty_is(t, tty))
		return -ENOTTY;
	core_lock(tty);
	if (tty->session)
		*ret = tty->session->sid;
	else
		err = -ENOTTY;
	core_unlock(tty);
	return err;
}

/* ---- /dev/tty and /dev/console ---- */

int tty_open_current(struct file *f, struct task *t)
{
	struct tty *tty = ctty_get(t);
	int err;

	if (!tty)
		return -ENXIO;
	err = tty_open(tty, f, t);
	tty_put(tty);
	return err;
}

int tty_open_console(struct file *f, struct task *t)
{
	struct tty *tty = t->kernel->console;

	return tty ? tty_open(tty, f, t) : -ENODEV;
}
