/*
 * netstack/socket/unix_gc.c - open files in flight, and those that nobody can receive any more
 *
 * Model: a socket sent over itself, or two that hold each other in their queues, would keep each
 * other alive for ever. So sockets in flight are counted. One whose file has no references but those
 * in messages is a candidate: it lives only if a message that somebody can receive leads to it.
 * unix_gc() takes away from each candidate's count the references that lie in queues of candidates;
 * what still has some is reachable, and so is what its queue leads to. The messages with files of all
 * others are dropped, which closes them.
 *
 * It runs when a socket is closed while some are in flight, as in Linux; with more than GC_STEP in
 * flight not at each close.
 *
 * Races: references in somebody's hands (between a queue and a descriptor) are counted but in no
 * queue, so they count as reachable. A receiver uncounts (unix_land(), under gc_mu) before it uses
 * what it got, and MSG_PEEK copies under gc_mu, so nothing becomes reachable while we look.
 */
#include <errno.h>
#include <linux/capability.h>

#include "fs/vfs/file.h"
#include "netstack/socket/unix_impl.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define GC_STEP 64
#define FILES_IN_FLIGHT_MAX (1u << 18) /* ours, for everybody */

static struct unix_sock *unix_of_file(struct file *f)
{
	struct socket *s = socket_of_file(f);

	return s && s->family == AF_UNIX ? unix_of(s) : NULL;
}

/* ---- counting ---- */

int unix_fly(struct task *t, struct kernel *k, struct scm_files *files)
{
	struct unix_net *net = unix_net_of(k);
	unsigned int now = atomic_fetch_add(&net->nr_files, files->nr) + files->nr;
	bool trusted = task_has_cap(t, CAP_SYS_RESOURCE) || task_has_cap(t, CAP_SYS_ADMIN);

	if (now > FILES_IN_FLIGHT_MAX || (!trusted && now > task_rlimit(t, RLIMIT_NOFILE))) {
		atomic_fetch_sub(&net->nr_files, files->nr);
		return -ETOOMANYREFS;
	}
	mutex_lock(&net->gc_mu);
	for (uint32_t i = 0; i < files->nr; i++) {
		struct unix_sock *u = unix_of_file(files->files[i]);

		if (u == NULL)
			continue;
		if (u->in_flight++ == 0)
			list_add_tail(&u->gc_node, &net->flying);
		atomic_fetch_add(&net->nr_flying, 1);
	}
	files->in_flight = true;
	mutex_unlock(&net->gc_mu);
	return 0;
}

void unix_land(struct kernel *k, struct scm_files *files)
{
	struct unix_net *net = unix_net_of(k);

	mutex_lock(&net->gc_mu);
	for (uint32_t i = 0; files->in_flight && i < files->nr; i++) {
		struct unix_sock *u = unix_of_file(files->files[i]);

		if (u == NULL)
			continue;
		if (--u->in_flight == 0)
			list_del(&u->gc_node);
		atomic_fetch_sub(&net->nr_flying, 1);
	}
	if (files->in_flight)
		atomic_fetch_sub(&net->nr_files, files->nr);
	files->in_flight = false;
	mutex_unlock(&net->gc_mu);
}

/* ---- collecting; net->mu and gc_mu are held ---- */

typedef void (*visit_fn)(struct unix_sock *child, struct list *todo);

static void visit_queue(struct unix_sock *u, visit_fn fn, struct list *todo)
{
	struct unix_msg *msg;

	mutex_lock(&u->sock.mu);
	list_for_each_entry(msg, &u->queue, node) {
		struct scm_files *fs = msg->scm.files;

		for (uint32_t i = 0; fs && i < fs->nr; i++) {
			struct unix_sock *child = unix_of_file(fs->files[i]);

			if (child && child->gc_candidate)
				fn(child, todo);
		}
	}
	mutex_unlock(&u->sock.mu);
}

static void visit_children(struct unix_sock *u, visit_fn fn, struct list *todo)
{
	struct unix_sock *e;

	visit_queue(u, fn, todo);
	list_for_each_entry(e, &u->embryos, embryo_node)
		visit_queue(e, fn, todo);
}

static void count_inner(struct unix_sock *child, struct list *todo)
{
	(void)todo;
	child->gc_refs--;
}

static void mark_live(struct unix_sock *child, struct list *todo)
{
	if (child->gc_live)
		return;
	child->gc_live = true;
	list_add_tail(&child->gc_todo, todo);
}

/* Takes the messages with files out of a dead queue. */
static void strip(struct unix_sock *u, struct list *msgs)
{
	struct unix_msg *msg, *tmp;

	mutex_lock(&u->sock.mu);
	list_for_each_entry_safe(msg, tmp, &u->queue, node) {
		if (msg->scm.files == NULL)
			continue;
		list_move_tail(&msg->node, msgs);
		u->qlen--;
		u->qbytes -= msg->len;
	}
	mutex_unlock(&u->sock.mu);
}

static void collect_locked(struct unix_net *net, struct list *msgs)
{
	struct list todo = LIST_HEAD_INIT(todo);
	struct unix_sock *u, *e;

	list_for_each_entry(u, &net->flying, gc_node) {
		u->gc_candidate = u->sock.file && ref_count(&u->sock.file->ref) == u->in_flight;
		u->gc_live = false;
		u->gc_refs = u->in_flight;
	}
	list_for_each_entry(u, &net->flying, gc_node)
		if (u->gc_candidate)
			visit_children(u, count_inner, NULL);
	list_for_each_entry(u, &net->flying, gc_node)
		if (u->gc_candidate && u->gc_refs)
			mark_live(u, &todo);
	while (!list_empty(&todo)) {
		u = list_first_entry(&todo, struct unix_sock, gc_todo);
		list_del(&u->gc_todo);
		visit_children(u, mark_live, &todo);
	}
	list_for_each_entry(u, &net->flying, gc_node) {
		if (!u->gc_candidate || u->gc_live)
			continue;
		strip(u, msgs);
		list_for_each_entry(e, &u->embryos, embryo_node)
			strip(e, msgs);
	}
}

/* One thread collects at a time, and goes on until there is nothing: who comes meanwhile leaves. */
static void unix_gc(struct kernel *k)
{
	struct unix_net *net = unix_net_of(k);
	bool found, mine = true;

	do {
		struct list msgs = LIST_HEAD_INIT(msgs);

		mutex_lock(&net->mu);
		mutex_lock(&net->gc_mu);
		if (mine && net->gc_running) {
			mutex_unlock(&net->gc_mu);
			mutex_unlock(&net->mu);
			return;
		}
		mine = false;
		collect_locked(net, &msgs);
		found = !list_empty(&msgs);
		net->gc_running = found;
		mutex_unlock(&net->gc_mu);
		mutex_unlock(&net->mu);
		unix_msgs_free(&msgs);
	} while (found);
}

/* A collection costs as much as there is in flight: with much of it not every close pays. */
void unix_gc_maybe(struct kernel *k)
{
	struct unix_net *net = unix_net_of(k);
	unsigned int skipped = atomic_fetch_add(&net->gc_skipped, 1);

	if (skipped < atomic_load(&net->nr_flying) / GC_STEP)
		return;
	atomic_store(&net->gc_skipped, 0);
	unix_gc(k);
}
