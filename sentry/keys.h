/*
 * sentry/keys.h - keys and keyrings: keyrings(7), keyctl(2)
 *
 * Model: a key has a serial number, a type, a description, an owner, permissions and a payload; the
 * payload of a keyring are links to other keys. A key lives as long as something holds it: a link,
 * or a task (its thread, process or session keyring), or a user (the user keyrings, which stay).
 * Nothing of the host's keys is visible. Types: user, logon, keyring.
 *
 * Possession: a key that can be reached from the caller's own keyrings has the permissions of the
 * possessor, too. It is found out anew at each call.
 *
 * Interface: keys_lock() gives the store, locked; everything else wants that. References are counted
 * with a plain number under the lock. Memory of guests is copied outside.
 *
 * Locking: one mutex (LOCK_ANON) for all keys, links, and the keyrings of tasks and processes.
 *
 * Differences from Linux: no upcall instantiates keys, so request_key(2) makes a negative key at
 * once; a search looks at a bounded number of links.
 */
#ifndef SENTRY_KEYS_H
#define SENTRY_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "sentry/base/base.h"
#include "sentry/base/hash.h"
#include "sentry/base/list.h"
#include "sentry/base/lock.h"

struct cred;
struct kernel;
struct process;
struct task;

enum key_type { KEY_KEYRING, KEY_USER, KEY_LOGON, KEY_NR_TYPES };

/* Permissions, of each of possessor, user, group and others. */
enum key_need {
	KEY_NEED_NOTHING = 0,
	KEY_NEED_VIEW = 1,
	KEY_NEED_READ = 2,
	KEY_NEED_WRITE = 4,
	KEY_NEED_SEARCH = 8,
	KEY_NEED_LINK = 0x10,
	KEY_NEED_SETATTR = 0x20,
};
#define KEY_PERM_POS(bits) ((uint32_t)(bits) << 24)
#define KEY_PERM_USR(bits) ((uint32_t)(bits) << 16)
#define KEY_ALL 0x3f

#define KEY_PAYLOAD_MAX 32767
#define KEY_DESC_MAX 4095
#define KEY_ID_NONE UINT32_MAX

/* Of one user id. */
struct key_user {
	struct hash_node node;
	uint32_t uid;
	uint32_t nr_keys;
	size_t nr_bytes;
	struct key *keyring, *session_keyring; /* references; NULL: not asked for yet */
};

struct key {
	struct hash_node by_serial;
	unsigned int refs;
	int32_t serial;
	enum key_type type;
	char *desc;
	uint32_t uid, gid, perm;
	int error; /* of a negative key: what using it gives; 0: it has a payload */
	bool revoked, invalidated;
	int64_t expires_ns; /* monotonic; 0: never */
	void *payload;
	size_t len;
	struct key **links; /* of a keyring: references */
	uint32_t nr_links, max_links;
	struct key_user *payer;
	size_t charged;
	struct list dying;
};

struct key_store {
	struct kernel *kernel;
	struct mutex mu;
	struct hash by_serial;
	struct hash users;
};

/* A key, and whether the caller possesses it. */
struct key_ref {
	struct key *key;
	bool possessed;
};

/* NULL: out of memory. */
struct key_store *keys_lock(struct kernel *k);
void keys_unlock(struct key_store *ks);

/* ---- keys.c ---- */
struct key_request {
	enum key_type type;
	const char *desc;
	uint32_t uid, gid, perm;
	bool free_of_charge; /* a keyring of the kernel's own */
};
/* One reference; no payload. -EDQUOT, -ENOMEM. */
must_check int key_new(struct key_store *ks, const struct key_request *req, struct key **ret);
struct key *key_get(struct key *key);
void key_put(struct key_store *ks, struct key *key);
struct key_user *key_user_get(struct key_store *ks, uint32_t uid); /* NULL: out of memory */
/* The bytes become the key's in any case of success. -EDQUOT. */
must_check int key_set_payload(struct key *key, void *bytes, size_t len);
must_check int key_chown(struct key_store *ks, struct key *key, uint32_t uid);
/* -EKEYREVOKED, -EKEYEXPIRED, -ENOKEY (invalidated). */
must_check int key_validate(const struct key *key);
void key_revoke(struct key_store *ks, struct key *key);
void key_invalidate(struct key_store *ks, struct key *key);

/* The ring takes a reference of its own, and lets go of another key of that type and description.
 * -ENOTDIR, -EDEADLK (a circle), -ELOOP, -EDQUOT, -EKEYREVOKED, -ENOMEM. */
must_check int keyring_link(struct key_store *ks, struct key *ring, struct key *key);
must_check int keyring_unlink(struct key_store *ks, struct key *ring,
			      struct key *key); /* -ENOENT */
void keyring_clear(struct key_store *ks, struct key *ring);
struct key *keyring_find(const struct key *ring, enum key_type type,
			 const char *desc); /* borrowed */

/* ---- keyring.c: whose they are ---- */
must_check int key_permission(struct task *t, struct key_ref ref, unsigned int need); /* -EACCES */
/* The caller's keyring or key by number; borrowed as long as the store is locked. */
enum {
	KEY_LOOKUP_CREATE = 1,	/* makes the caller's own keyring */
	KEY_LOOKUP_PARTIAL = 2, /* negative, revoked and expired keys, too */
};
must_check int key_lookup(struct key_store *ks, struct task *t, int32_t id, unsigned int flags,
			  unsigned int need, struct key_ref *ret);
/* By type and description, ring and below. -EAGAIN: not there; the errors of what was found. */
must_check int keyring_search(struct task *t, struct key_ref ring, enum key_type type,
			      const char *desc, struct key_ref *ret);
/* In all of the caller's keyrings. */
must_check int keys_search_own(struct key_store *ks, struct task *t, enum key_type type,
			       const char *desc, struct key_ref *ret);
bool key_is_possessed(struct key_store *ks, struct task *t, const struct key *key);
/* A new session keyring, or the one of that name if the caller may. Its serial number. */
must_check long keys_join_session(struct key_store *ks, struct task *t, const char *name);
/* The parent's task gets the caller's session keyring; -EPERM: it is another user's, or has
 * threads. */
must_check int keys_session_to_parent(struct key_store *ks, struct task *t, struct task *parent,
				      const struct cred *parent_cred);
/* Where request_key(2) puts a new key without a destination; -ENOMEM, -EDQUOT. */
must_check int keys_default_dest(struct key_store *ks, struct task *t, struct key_ref *ret);

void keys_task_inherit(struct task *t, const struct task *like);
void keys_task_free(struct task *t);
void keys_process_free(struct process *p);
void keys_exec(struct task *t);

#endif
