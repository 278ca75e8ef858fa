/*
 * sentry/keyring.c - the keyrings of tasks, processes, sessions and users; permissions; searches: see
 * keys.h
 */
#include "sentry/keys.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>

#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define SEARCH_DEPTH 6
#define SEARCH_VISITS 20000

#define PERM_OWN (KEY_PERM_POS(KEY_ALL) | KEY_PERM_USR(KEY_NEED_VIEW))
#define PERM_SESSION (PERM_OWN | KEY_PERM_USR(KEY_NEED_READ))
#define PERM_NAMED_SESSION (PERM_SESSION | KEY_PERM_USR(KEY_NEED_LINK))
#define PERM_OF_USER (KEY_PERM_POS(KEY_ALL & ~KEY_NEED_SETATTR) | KEY_PERM_USR(KEY_ALL))

/* ---- permissions ---- */

int key_permission(struct task *t, struct key_ref ref, unsigned int need)
{
	const struct cred *c = task_cred(t);
	const struct key *key = ref.key;
	uint32_t perm = key->perm;

	if (key->uid == c->fsuid)
		perm >>= 16;
	else if (key->gid != KEY_ID_NONE && (perm & (KEY_ALL << 8)) && cred_in_group(c, key->gid))
		perm >>= 8;
	if (ref.possessed)
		perm |= key->perm >> 24;
	return (perm & need) == need ? 0 : -EACCES;
}

/* ---- searches ---- */

/* One key by pointer, whatever its state; or by name. */
struct search {
	struct task *t;
	const struct key *target;
	enum key_type type;
	const char *desc;
	bool possessed;
	unsigned int visits;
	int err; /* of what was found and cannot be used */
	struct key *found;
};

static bool matches(struct search *s, struct key *key)
{
	int err;

	if (s->target)
		return key == s->target;
	if (key->type != s->type || strcmp(key->desc, s->desc) != 0)
		return false;
	err = key_validate(key);
	if (err == 0)
		err = key_permission(s->t, (struct key_ref){key, s->possessed}, KEY_NEED_SEARCH);
	if (err == 0)
		err = key->error;
	if (err < 0)
		s->err = err;
	return err == 0;
}

static bool may_descend(struct search *s, struct key *key)
{
	return key->type == KEY_KEYRING && !key->revoked && !key->invalidated &&
	       key_permission(s->t, (struct key_ref){key, s->possessed}, KEY_NEED_SEARCH) == 0;
}

static bool search_ring(struct search *s, struct key *ring, int depth)
{
	for (uint32_t i = 0; i < ring->nr_links; i++) {
		if (++s->visits > SEARCH_VISITS)
			return false;
		if (matches(s, ring->links[i])) {
			s->found = ring->links[i];
			return true;
		}
	}
	if (depth == SEARCH_DEPTH)
		return false;
	for (uint32_t i = 0; i < ring->nr_links && s->visits <= SEARCH_VISITS; i++)
		if (may_descend(s, ring->links[i]) && search_ring(s, ring->links[i], depth + 1))
			return true;
	return false;
}

/* The top itself counts, too. */
static int search_from(struct search *s, struct key_ref ring)
{
	int err;

	if (ring.key->type != KEY_KEYRING)
		return -ENOTDIR;
	err = key_permission(s->t, ring, KEY_NEED_SEARCH);
	if (err < 0)
		return err;
	s->possessed = ring.possessed;
	s->err = -EAGAIN;
	s->found = NULL;
	if (matches(s, ring.key))
		s->found = ring.key;
	else if (ring.key->revoked || ring.key->invalidated || !search_ring(s, ring.key, 0))
		return s->err;
	return 0;
}

int keyring_search(struct task *t, struct key_ref ring, enum key_type type, const char *desc,
		   struct key_ref *ret)
{
	struct search s = {.t = t, .type = type, .desc = desc};
	int err = search_from(&s, ring);

	if (err == 0)
		*ret = (struct key_ref){s.found, ring.possessed};
	return err;
}

/* search_process_keyrings() of Linux: the error that tells most wins. */
static int search_own(struct key_store *ks, struct search *s, struct key_ref *ret)
{
	struct task *t = s->t;
	struct key *rings[3] = {t->thread_keyring, t->process->keyring, t->session_keyring};
	int soft = 0, hard = -EAGAIN;

	if (!rings[2]) {
		struct key_user *u = key_user_get(ks, task_cred(t)->uid);

		rings[2] = u ? u->session_keyring : NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rings); i++) {
		int err;

		if (!rings[i])
			continue;
		err = search_from(s, (struct key_ref){rings[i], true});
		if (err == 0) {
			*ret = (struct key_ref){s->found, true};
			return 0;
		}
		if (err == -ENOKEY || (err == -EAGAIN && !soft))
			soft = err;
		else if (err != -EAGAIN)
			hard = err;
	}
	return soft && (soft != -EAGAIN || hard == -EAGAIN) ? soft : hard;
}

int keys_search_own(struct key_store *ks, struct task *t, enum key_type type, const char *desc,
		    struct key_ref *ret)
{
	struct search s = {.t = t, .type = type, .desc = desc};

	return search_own(ks, &s, ret);
}

bool key_is_possessed(struct key_store *ks, struct task *t, const struct key *key)
{
	struct search s = {.t = t, .target = key};
	struct key_ref ref;

	return search_own(ks, &s, &ref) == 0;
}

/* ---- keyrings that belong to somebody ---- */

static int new_ring(struct key_store *ks, struct task *t, const char *desc, uint32_t gid,
		    uint32_t perm, bool free_of_charge, struct key **ret)
{
	struct key_request req = {
		.type = KEY_KEYRING,
		.desc = desc,
		.uid = task_cred(t)->uid,
		.gid = gid,
		.perm = perm,
		.free_of_charge = free_of_charge,
	};

	return key_new(ks, &req, ret);
}

static int own_ring(struct key_store *ks, struct task *t, struct key **where, const char *desc,
		    bool create)
{
	if (*where)
		return 0;
	if (!create)
		return -ENOKEY;
	return new_ring(ks, t, desc, task_cred(t)->gid, PERM_OWN, true, where);
}

static int user_rings(struct key_store *ks, struct task *t, struct key_user **ret)
{
	struct key_user *u = key_user_get(ks, task_cred(t)->uid);
	char name[32];
	int err = 0;

	if (!u)
		return -ENOMEM;
	if (!u->keyring) {
		snprintf(name, sizeof(name), "_uid.%u", u->uid);
		err = new_ring(ks, t, name, KEY_ID_NONE, PERM_OF_USER, true, &u->keyring);
	}
	if (err == 0 && !u->session_keyring) {
		snprintf(name, sizeof(name), "_uid_ses.%u", u->uid);
		err = new_ring(ks, t, name, KEY_ID_NONE, PERM_OF_USER, true, &u->session_keyring);
		if (err == 0)
			err = keyring_link(ks, u->session_keyring, u->keyring);
	}
	*ret = u;
	return err;
}

static void set_session(struct key_store *ks, struct task *t, struct key *ring)
{
	struct key *old = t->session_keyring;

	t->session_keyring = key_get(ring);
	key_put(ks, old);
}

/* Who has no session keyring takes part in the user's. */
static int session_ring(struct key_store *ks, struct task *t, bool create)
{
	struct key_user *u;
	int err;

	if (t->session_keyring && !create)
		return 0;
	err = user_rings(ks, t, &u);
	if (err < 0)
		return err;
	if (create && (!t->session_keyring || t->session_keyring == u->session_keyring)) {
		long serial = keys_join_session(ks, t, NULL);

		return serial < 0 ? (int)serial : 0;
	}
	if (!t->session_keyring)
		set_session(ks, t, u->session_keyring);
	return 0;
}

static struct key *ring_by_name(struct key_store *ks, struct task *t, const char *name)
{
	struct key *key;

	hash_for_each(&ks->by_serial, key, by_serial) {
		struct key_ref ref = {key, false};

		if (key->type == KEY_KEYRING && !key->revoked && strcmp(key->desc, name) == 0 &&
		    key_permission(t, ref, KEY_NEED_SEARCH) == 0)
			return key;
	}
	return NULL;
}

long keys_join_session(struct key_store *ks, struct task *t, const char *name)
{
	struct key *ring = name ? ring_by_name(ks, t, name) : NULL;
	int err = 0;

	if (ring && ring == t->session_keyring)
		return 0;
	if (ring)
		key_get(ring);
	else
		err = new_ring(ks, t, name ? name : "_ses", task_cred(t)->gid,
			       name ? PERM_NAMED_SESSION : PERM_SESSION, false, &ring);
	if (err < 0)
		return err;
	set_session(ks, t, ring);
	key_put(ks, ring);
	return ring->serial;
}

/* Linux's conditions: the same ids in every place, one thread, and rights over the keyrings. */
static bool may_give_to(struct task *t, const struct task *parent, const struct cred *p)
{
	const struct cred *c = task_cred(t);

	return p->uid == c->euid && p->euid == c->euid && p->suid == c->euid && p->gid == c->egid &&
	       p->egid == c->egid && p->sgid == c->egid &&
	       (!parent->session_keyring || parent->session_keyring->uid == c->euid) &&
	       t->session_keyring->uid == c->euid && parent->process->nr_tasks == 1;
}

int keys_session_to_parent(struct key_store *ks, struct task *t, struct task *parent,
			   const struct cred *parent_cred)
{
	struct key_ref ref;
	int err = key_lookup(ks, t, KEY_SPEC_SESSION_KEYRING, 0, KEY_NEED_LINK, &ref);

	if (err < 0 || parent->session_keyring == t->session_keyring)
		return err;
	if (!may_give_to(t, parent, parent_cred))
		return -EPERM;
	set_session(ks, parent, t->session_keyring);
	return 0;
}

int keys_default_dest(struct key_store *ks, struct task *t, struct key_ref *ret)
{
	struct key_user *u;
	struct key *ring = NULL;
	int err = user_rings(ks, t, &u);

	if (err < 0)
		return err;
	switch (t->reqkey_keyring) {
	case KEY_REQKEY_DEFL_DEFAULT:
	case KEY_REQKEY_DEFL_REQUESTOR_KEYRING:
	case KEY_REQKEY_DEFL_THREAD_KEYRING:
		ring = t->thread_keyring;
		if (ring)
			break;
		__attribute__((fallthrough));
	case KEY_REQKEY_DEFL_PROCESS_KEYRING:
		ring = t->process->keyring;
		if (ring)
			break;
		__attribute__((fallthrough));
	case KEY_REQKEY_DEFL_SESSION_KEYRING:
		ring = t->session_keyring;
		if (ring)
			break;
		__attribute__((fallthrough));
	case KEY_REQKEY_DEFL_USER_SESSION_KEYRING: ring = u->session_keyring; break;
	default: ring = u->keyring; break;
	}
	*ret = (struct key_ref){ring, true};
	return 0;
}

/* ---- by number ---- */

static int lookup_special(struct key_store *ks, struct task *t, int32_t id, bool create,
			  struct key_ref *ret)
{
	struct key_user *u;
	int err;

	ret->possessed = true;
	switch (id) {
	case KEY_SPEC_THREAD_KEYRING:
		err = own_ring(ks, t, &t->thread_keyring, "_tid", create);
		ret->key = t->thread_keyring;
		return err;
	case KEY_SPEC_PROCESS_KEYRING:
		err = own_ring(ks, t, &t->process->keyring, "_pid", create);
		ret->key = t->process->keyring;
		return err;
	case KEY_SPEC_SESSION_KEYRING:
		err = session_ring(ks, t, create);
		ret->key = t->session_keyring;
		return err;
	case KEY_SPEC_USER_KEYRING:
		err = user_rings(ks, t, &u);
		ret->key = err == 0 ? u->keyring : NULL;
		return err;
	case KEY_SPEC_USER_SESSION_KEYRING:
		err = user_rings(ks, t, &u);
		ret->key = err == 0 ? u->session_keyring : NULL;
		return err;
	case KEY_SPEC_REQKEY_AUTH_KEY:
	case KEY_SPEC_REQUESTOR_KEYRING: return -ENOKEY;
	default: return -EINVAL; /* group keyrings are not in Linux either */
	}
}

static struct key *by_serial(struct key_store *ks, int32_t id)
{
	struct key *key;

	hash_for_each_possible(&ks->by_serial, key, by_serial, hash_u64((uint32_t)id))
		if (key->serial == id && !key->invalidated)
			return key;
	return NULL;
}

int key_lookup(struct key_store *ks, struct task *t, int32_t id, unsigned int flags,
	       unsigned int need, struct key_ref *ret)
{
	int err = 0;

	if (id > 0) {
		ret->key = by_serial(ks, id);
		if (!ret->key)
			return -ENOKEY;
		ret->possessed = key_is_possessed(ks, t, ret->key);
	} else {
		err = lookup_special(ks, t, id, flags & KEY_LOOKUP_CREATE, ret);
		if (err < 0)
			return err;
	}
	if (!(flags & KEY_LOOKUP_PARTIAL)) {
		err = need != KEY_NEED_NOTHING ? ret->key->error : 0;
		if (err == 0)
			err = key_validate(ret->key);
	}
	return err < 0 ? err : key_permission(t, *ret, need);
}

/* ---- tasks ---- */

void keys_task_inherit(struct task *t, const struct task *like)
{
	struct key_store *ks = atomic_load(&t->kernel->keys);

	if (!ks)
		return;
	mutex_lock(&ks->mu);
	t->reqkey_keyring = like->reqkey_keyring;
	t->session_keyring = like->session_keyring ? key_get(like->session_keyring) : NULL;
	/* A thread of one that has its own gets its own; without memory it goes without. */
	if (t->process == like->process && like->thread_keyring &&
	    own_ring(ks, t, &t->thread_keyring, "_tid", true) < 0)
		t->thread_keyring = NULL;
	mutex_unlock(&ks->mu);
}

void keys_task_free(struct task *t)
{
	struct key_store *ks = atomic_load(&t->kernel->keys);

	if (!ks || (!t->thread_keyring && !t->session_keyring))
		return;
	mutex_lock(&ks->mu);
	key_put(ks, TAKE_PTR(t->thread_keyring));
	key_put(ks, TAKE_PTR(t->session_keyring));
	mutex_unlock(&ks->mu);
}

void keys_process_free(struct process *p)
{
	struct key_store *ks = atomic_load(&p->kernel->keys);

	if (!ks || !p->keyring)
		return;
	mutex_lock(&ks->mu);
	key_put(ks, TAKE_PTR(p->keyring));
	mutex_unlock(&ks->mu);
}

void keys_exec(struct task *t)
{
	struct key_store *ks = atomic_load(&t->kernel->keys);

	if (!ks)
		return;
	mutex_lock(&ks->mu);
	key_put(ks, TAKE_PTR(t->thread_keyring));
	key_put(ks, TAKE_PTR(t->process->keyring));
	mutex_unlock(&ks->mu);
}
