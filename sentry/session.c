/* sentry/session.c - sessions and process groups, see session.h */
#include "sentry/session.h"

#include <errno.h>

#include "sentry/base/mem.h"
#include "sentry/ctty.h"

struct session *session_new(pid_t sid)
{
	struct session *s = mem_zalloc(sizeof(*s));

	if (!s)
		return NULL;
	ref_init(&s->ref, 1);
	s->sid = sid;
	return s;
}

struct session *session_get(struct session *s)
{
	ref_get(&s->ref);
	return s;
}

void session_put(struct session *s)
{
	if (!s || !ref_put(&s->ref))
		return;
	ctty_session_free(s);
	mem_free(s);
}

static bool pgrp_exists_locked(struct kernel *k, pid_t pgid, struct session *in_or_null)
{
	struct process *p;

	list_for_each_entry(p, &k->processes, all_node)
		if (p->pgid == pgid && (!in_or_null || p->session == in_or_null))
			return true;
	return false;
}

bool pgrp_exists(struct kernel *k, pid_t pgid, struct session *in_or_null)
{
	bool found;

	rwlock_rdlock(&k->tree_lock);
	found = pgrp_exists_locked(k, pgid, in_or_null);
	rwlock_unlock(&k->tree_lock);
	return found;
}

bool pgrp_is_orphaned(struct kernel *k, pid_t pgid)
{
	struct process *p;
	bool orphaned = true;

	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(p, &k->processes, all_node) {
		struct process *parent = p->parent;

		if (p->pgid != pgid || p->state == PROCESS_ZOMBIE || !parent || parent == k->init)
			continue;
		if (parent->pgid != pgid && parent->session == p->session) {
			orphaned = false;
			break;
		}
	}
	rwlock_unlock(&k->tree_lock);
	return orphaned;
}

static struct process *find_locked(struct kernel *k, pid_t pid)
{
	struct process *p;

	hash_for_each_possible(&k->processes_by_pid, p, by_pid, hash_u64((uint64_t)(uint32_t)pid))
		if (p->pid == pid)
			return p;
	return NULL;
}

static int setpgid_locked(struct kernel *k, struct process *self, pid_t pid, pid_t pgid)
{
	struct process *p = find_locked(k, pid);

	if (!p || p->state == PROCESS_ZOMBIE)
		return -ESRCH;
	if (p->parent == self) {
		if (p->session != self->session)
			return -EPERM;
		if (p->has_execed)
			return -EACCES;
	} else if (p != self) {
		return -ESRCH;
	}
	if (p->session->sid == p->pid)
		return -EPERM;
	if (pgid != pid && !pgrp_exists_locked(k, pgid, self->session))
		return -EPERM;
	p->pgid = pgid;
	return 0;
}

int session_setpgid(struct task *t, pid_t pid, pid_t pgid)
{
	struct kernel *k = t->kernel;
	int err;

	if (pid == 0)
		pid = t->process->pid;
	if (pgid == 0)
		pgid = pid;
	if (pgid < 0)
		return -EINVAL;
	rwlock_wrlock(&k->tree_lock);
	err = setpgid_locked(k, t->process, pid, pgid);
	rwlock_unlock(&k->tree_lock);
	return err;
}

int session_setsid(struct task *t)
{
	struct kernel *k = t->kernel;
	struct process *p = t->process;
	struct session *s = session_new(p->pid), *old = NULL;
	int err = 0;

	if (!s)
		return -ENOMEM;
	rwlock_wrlock(&k->tree_lock);
	if (pgrp_exists_locked(k, p->pid, NULL)) {
		err = -EPERM;
	} else {
		old = p->session;
		p->session = s;
		p->pgid = p->pid;
		s = NULL;
	}
	rwlock_unlock(&k->tree_lock);
	session_put(s);
	session_put(old);
	return err;
}
