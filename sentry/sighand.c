/* sentry/sighand.c - what the sentry remembers of signal handlers, see sighand.h */
#include "sentry/sighand.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "sentry/base/mem.h"
#include "sentry/task.h"

static struct sighand *sighand_new(void)
{
	struct sighand *h = mem_zalloc(sizeof(*h));

	if (h) {
		ref_init(&h->ref, 1);
		mutex_init(&h->mu, LOCK_PLATFORM);
	}
	return h;
}

void sighand_put(struct sighand *h)
{
	if (!h || !ref_put(&h->ref))
		return;
	mutex_destroy(&h->mu);
	mem_free(h);
}

struct sighand *sighand_get(struct process *p)
{
	struct sighand *h;

	mutex_lock(&p->mu);
	h = p->sighand;
	if (h)
		ref_get(&h->ref);
	mutex_unlock(&p->mu);
	return h;
}

struct sighand *sighand_make(struct process *p)
{
	struct sighand *h = sighand_get(p), *fresh;

	if (h)
		return h;
	fresh = sighand_new();
	if (!fresh)
		return NULL;
	mutex_lock(&p->mu);
	if (!p->sighand) {
		p->sighand = fresh;
		fresh = NULL;
	}
	h = p->sighand;
	ref_get(&h->ref);
	mutex_unlock(&p->mu);
	sighand_put(fresh);
	return h;
}

void sighand_action_set(struct sighand *h, int sig, const struct sighand_action *act)
{
	uint64_t bit = 1ULL << (sig - 1);

	mutex_lock(&h->mu);
	h->action[sig - 1] = *act;
	/* The host changes the action when the signal comes. */
	h->known = act->flags & SA_RESETHAND ? h->known & ~bit : h->known | bit;
	mutex_unlock(&h->mu);
}

bool sighand_action_get(struct sighand *h, int sig, struct sighand_action *ret)
{
	bool known;

	mutex_lock(&h->mu);
	known = h->known & (1ULL << (sig - 1));
	if (known)
		*ret = h->action[sig - 1];
	mutex_unlock(&h->mu);
	return known;
}

static struct sighand *copy_of(struct sighand *from)
{
	struct sighand *h = sighand_new();

	if (!h)
		return NULL;
	h->no_restart = atomic_load(&from->no_restart);
	h->entered = atomic_load(&from->entered);
	h->defaulted = atomic_load(&from->defaulted);
	mutex_lock(&from->mu);
	h->known = from->known;
	memcpy(h->action, from->action, sizeof(h->action));
	mutex_unlock(&from->mu);
	return h;
}

int sighand_inherit(struct process *p, struct process *from, bool share)
{
	/* What is shared must exist before: either may be the first to install a handler. */
	struct sighand *h = share ? sighand_make(from) : sighand_get(from);

	if (!share && h) {
		struct sighand *copy = copy_of(h);

		sighand_put(h);
		h = copy;
		if (!h)
			return -ENOMEM;
	} else if (!h) {
		return share ? -ENOMEM : 0;
	}
	p->sighand = h; /* nobody else knows p yet */
	return 0;
}

void sighand_exec(struct process *p)
{
	struct sighand *old;

	mutex_lock(&p->mu);
	old = p->sighand;
	p->sighand = NULL;
	mutex_unlock(&p->mu);
	sighand_put(old);
}
