/*
 * syscalls/sys_keys.c - add_key(2), request_key(2), keyctl(2); the keys: sentry/keys.h
 *
 * Model: strings and payloads are fetched before the store is locked, results are copied out after
 * it was unlocked.
 *
 * Sources: keyctl(2) and its pages per operation; security/keys/keyctl.c for the order of errors.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>

#include "sentry/base/mem.h"
#include "sentry/keys.h"
#include "sentry/timer.h"
#include "syscalls/syscall.h"

#define TYPE_NAME_MAX 32
#define PAYLOAD_ARG_MAX (1024 * 1024 - 1)
#define UPDATE_MAX 4096
#define NEGATIVE_NS 60000000000LL
#define OVERFLOW_GID 65534

static const char *const type_names[KEY_NR_TYPES] = {
	[KEY_KEYRING] = "keyring",
	[KEY_USER] = "user",
	[KEY_LOGON] = "logon",
};

/* ---- arguments ---- */

struct type_arg {
	char name[TYPE_NAME_MAX];
};

static int get_type(struct task *t, uaddr_t utype, struct type_arg *ret)
{
	ssize_t n = copy_in_str(t, ret->name, utype, sizeof(ret->name));

	if (n == -ENAMETOOLONG || n == 0)
		return -EINVAL;
	if (n < 0)
		return (int)n;
	return ret->name[0] == '.' ? -EPERM : 0;
}

static int find_type(const struct type_arg *arg, enum key_type *ret)
{
	for (unsigned int i = 0; i < KEY_NR_TYPES; i++) {
		if (strcmp(arg->name, type_names[i]) == 0) {
			*ret = (enum key_type)i;
			return 0;
		}
	}
	return -ENOKEY;
}

/* strndup_user() of at most a page. */
static int get_string(struct task *t, uaddr_t ustr, char **ret)
{
	char buf[KEY_DESC_MAX + 1];
	ssize_t n = copy_in_str(t, buf, ustr, sizeof(buf));

	if (n < 0)
		return n == -ENAMETOOLONG ? -EINVAL : (int)n;
	*ret = mem_memdup(buf, (size_t)n + 1);
	return *ret ? 0 : -ENOMEM;
}

static int get_payload(struct task *t, uaddr_t ubuf, size_t len, void **ret)
{
	*ret = NULL;
	if (len == 0)
		return 0;
	*ret = mem_alloc(len);
	if (!*ret)
		return -ENOMEM;
	return copy_in(t, *ret, ubuf, len);
}

static int check_payload(enum key_type type, const char *desc, size_t len)
{
	const char *colon = strchr(desc, ':');

	if (type == KEY_KEYRING)
		return len == 0 ? 0 : -EINVAL;
	if (type == KEY_LOGON && (!colon || colon == desc))
		return -EINVAL; /* it needs a prefix */
	return len > 0 && len <= KEY_PAYLOAD_MAX ? 0 : -EINVAL;
}

/* ---- add_key ---- */

static uint32_t default_perm(enum key_type type)
{
	uint32_t pos = KEY_NEED_VIEW | KEY_NEED_SEARCH | KEY_NEED_LINK | KEY_NEED_SETATTR |
		       KEY_NEED_WRITE;

	if (type != KEY_LOGON)
		pos |= KEY_NEED_READ;
	return KEY_PERM_POS(pos) | KEY_PERM_USR(KEY_NEED_VIEW);
}

static int new_key(struct key_store *ks, struct task *t, enum key_type type, const char *desc,
		   struct key **ret)
{
	struct key_request req = {
		.type = type,
		.desc = desc,
		.uid = task_cred(t)->fsuid,
		.gid = task_cred(t)->fsgid,
		.perm = default_perm(type),
	};

	return key_new(ks, &req, ret);
}

/* Makes or changes a key in ring; *payload is taken on success. */
static long create_or_update(struct key_store *ks, struct task *t, struct key_ref ring,
			     enum key_type type, const char *desc, void **payload, size_t len)
{
	struct key *key;
	int err;

	if (ring.key->type != KEY_KEYRING)
		return -ENOTDIR;
	err = check_payload(type, desc, len);
	if (err == 0)
		err = key_permission(t, ring, KEY_NEED_WRITE);
	if (err < 0)
		return err;
	key = type == KEY_KEYRING ? NULL : keyring_find(ring.key, type, desc);
	if (key && (key->revoked || key->invalidated))
		key = NULL;
	if (key) {
		err = key_permission(t, (struct key_ref){key, ring.possessed}, KEY_NEED_WRITE);
		if (err == 0)
			err = key_set_payload(key, *payload, len);
		if (err == 0)
			*payload = NULL;
		return err < 0 ? err : key->serial;
	}
	err = new_key(ks, t, type, desc, &key);
	if (err < 0)
		return err;
	if (type != KEY_KEYRING)
		err = key_set_payload(key, *payload, len);
	if (err == 0) {
		*payload = NULL;
		err = keyring_link(ks, ring.key, key);
	}
	if (err == 0)
		err = key->serial;
	key_put(ks, key);
	return err;
}

static long add_key(struct task *t, const struct type_arg *type, const char *desc, void **payload,
		    size_t len, int32_t ring_id)
{
	struct key_store *ks = keys_lock(t->kernel);
	enum key_type found;
	struct key_ref ring;
	long ret;

	if (!ks)
		return -ENOMEM;
	ret = key_lookup(ks, t, ring_id, KEY_LOOKUP_CREATE, KEY_NEED_WRITE, &ring);
	if (ret == 0 && find_type(type, &found) < 0)
		ret = -ENODEV;
	else if (ret == 0 && !*desc)
		ret = -EINVAL;
	if (ret == 0)
		ret = create_or_update(ks, t, ring, found, desc, payload, len);
	keys_unlock(ks);
	return ret;
}

long sys_add_key(struct task *t, const uint64_t *a)
{
	_cleanup_free_ char *desc = NULL;
	struct type_arg type;
	void *payload = NULL;
	size_t len = a[3];
	long ret;

	if (len > PAYLOAD_ARG_MAX)
		return -EINVAL;
	ret = get_type(t, a[0], &type);
	if (ret < 0)
		return ret;
	if (a[1])
		ret = get_string(t, a[1], &desc);
	if (ret == 0 && desc && desc[0] == '.' && strncmp(type.name, "keyring", 7) == 0)
		ret = -EPERM;
	if (ret == 0)
		ret = get_payload(t, a[2], len, &payload);
	if (ret == 0)
		ret = add_key(t, &type, desc ? desc : "", &payload, len, (int32_t)a[4]);
	mem_free(payload);
	return ret;
}

/* ---- request_key ---- */

/* There is nobody who could make it: the key is negative for a while. */
static long make_negative(struct key_store *ks, struct task *t, enum key_type type,
			  const char *desc, struct key *dest)
{
	struct key_ref ring = {dest, true};
	struct key *key;
	long err = 0;

	if (type == KEY_KEYRING)
		return -EPERM;
	if (!dest) {
		err = keys_default_dest(ks, t, &ring);
		if (err == 0)
			err = key_permission(t, ring, KEY_NEED_WRITE);
	}
	if (err == 0)
		err = new_key(ks, t, type, desc, &key);
	if (err < 0)
		return err;
	key->error = -ENOKEY;
	key->expires_ns = clock_now_ns(CLOCK_MONOTONIC) + NEGATIVE_NS;
	err = keyring_link(ks, ring.key, key);
	key_put(ks, key);
	return err < 0 ? err : -ENOKEY;
}

static long link_found(struct key_store *ks, struct task *t, struct key_ref found, struct key *dest)
{
	long err = 0;

	if (dest) {
		err = key_permission(t, found, KEY_NEED_LINK);
		if (err == 0)
			err = keyring_link(ks, dest, found.key);
	}
	return err < 0 ? err : found.key->serial;
}

static long request_key(struct task *t, const struct type_arg *type, const char *desc, bool make,
			int32_t dest_id)
{
	struct key_store *ks = keys_lock(t->kernel);
	struct key_ref dest = {NULL, false}, found;
	enum key_type which;
	long ret = 0;

	if (!ks)
		return -ENOMEM;
	if (dest_id)
		ret = key_lookup(ks, t, dest_id, KEY_LOOKUP_CREATE, KEY_NEED_WRITE, &dest);
	if (ret == 0)
		ret = find_type(type, &which);
	if (ret == 0) {
		ret = keys_search_own(ks, t, which, desc, &found);
		if (ret == 0)
			ret = link_found(ks, t, found, dest.key);
		else if (ret == -EAGAIN)
			ret = make ? make_negative(ks, t, which, desc, dest.key) : -ENOKEY;
	}
	keys_unlock(ks);
	return ret;
}

long sys_request_key(struct task *t, const uint64_t *a)
{
	_cleanup_free_ char *desc = NULL, *info = NULL;
	struct type_arg type;
	long ret = get_type(t, a[0], &type);

	if (ret == 0)
		ret = get_string(t, a[1], &desc);
	if (ret == 0 && a[2])
		ret = get_string(t, a[2], &info);
	if (ret < 0)
		return ret;
	return request_key(t, &type, desc, info, (int32_t)a[3]);
}

/* ---- keyctl: operations on one key ---- */

static long ctl_get_id(struct key_store *ks, struct task *t, int32_t id, bool create)
{
	struct key_ref ref;
	int err = key_lookup(ks, t, id, create ? KEY_LOOKUP_CREATE : 0, KEY_NEED_SEARCH, &ref);

	return err < 0 ? err : ref.key->serial;
}

static long ctl_revoke(struct key_store *ks, struct task *t, int32_t id)
{
	struct key_ref ref;
	int err = key_lookup(ks, t, id, 0, KEY_NEED_WRITE, &ref);

	if (err == -EACCES)
		err = key_lookup(ks, t, id, 0, KEY_NEED_SETATTR, &ref);
	if (err == 0)
		key_revoke(ks, ref.key);
	return err;
}

static long ctl_invalidate(struct key_store *ks, struct task *t, int32_t id)
{
	struct key_ref ref;
	int err = key_lookup(ks, t, id, 0, KEY_NEED_SEARCH, &ref);

	if (err == 0)
		key_invalidate(ks, ref.key);
	return err;
}

static long ctl_chown(struct key_store *ks, struct task *t, int32_t id, uint32_t uid, uint32_t gid)
{
	struct key_ref ref;
	int err;

	if (uid == KEY_ID_NONE && gid == KEY_ID_NONE)
		return 0;
	err = key_lookup(ks, t, id, KEY_LOOKUP_CREATE | KEY_LOOKUP_PARTIAL, KEY_NEED_SETATTR, &ref);
	if (err < 0)
		return err;
	if (!task_has_cap(t, CAP_SYS_ADMIN)) {
		if (uid != KEY_ID_NONE && uid != ref.key->uid)
			return -EACCES;
		if (gid != KEY_ID_NONE && gid != ref.key->gid && !cred_in_group(task_cred(t), gid))
			return -EACCES;
	}
	if (uid != KEY_ID_NONE && uid != ref.key->uid)
		err = key_chown(ks, ref.key, uid);
	if (err == 0 && gid != KEY_ID_NONE)
		ref.key->gid = gid;
	return err;
}

static long ctl_setperm(struct key_store *ks, struct task *t, int32_t id, uint32_t perm)
{
	struct key_ref ref;
	int err;

	if (perm & ~0x3f3f3f3fU)
		return -EINVAL;
	err = key_lookup(ks, t, id, KEY_LOOKUP_CREATE | KEY_LOOKUP_PARTIAL, KEY_NEED_SETATTR, &ref);
	if (err < 0)
		return err;
	if (ref.key->uid != task_cred(t)->fsuid && !task_has_cap(t, CAP_SYS_ADMIN))
		return -EACCES;
	ref.key->perm = perm;
	return 0;
}

static long ctl_timeout(struct key_store *ks, struct task *t, int32_t id, uint32_t seconds)
{
	struct key_ref ref;
	int err = key_lookup(ks, t, id, KEY_LOOKUP_CREATE | KEY_LOOKUP_PARTIAL, KEY_NEED_SETATTR,
			     &ref);

	if (err < 0)
		return err;
	ref.key->expires_ns =
		seconds ? clock_now_ns(CLOCK_MONOTONIC) + seconds * INT64_C(1000000000) : 0;
	return 0;
}

static long ctl_clear(struct key_store *ks, struct task *t, int32_t id)
{
	struct key_ref ref;
	int err = key_lookup(ks, t, id, KEY_LOOKUP_CREATE, KEY_NEED_WRITE, &ref);

	if (err < 0)
		return err;
	if (ref.key->type != KEY_KEYRING)
		return -ENOTDIR;
	keyring_clear(ks, ref.key);
	return 0;
}

/* ---- keyctl: links ---- */

static long ctl_link(struct key_store *ks, struct task *t, int32_t id, int32_t ring_id)
{
	struct key_ref key, ring;
	int err = key_lookup(ks, t, ring_id, KEY_LOOKUP_CREATE, KEY_NEED_WRITE, &ring);

	if (err == 0)
		err = key_lookup(ks, t, id, KEY_LOOKUP_CREATE, KEY_NEED_LINK, &key);
	return err < 0 ? err : keyring_link(ks, ring.key, key.key);
}

static long ctl_unlink(struct key_store *ks, struct task *t, int32_t id, int32_t ring_id)
{
	struct key_ref key, ring;
	int err = key_lookup(ks, t, ring_id, 0, KEY_NEED_WRITE, &ring);

	if (err == 0)
		err = key_lookup(ks, t, id, KEY_LOOKUP_PARTIAL, KEY_NEED_NOTHING, &key);
	return err < 0 ? err : keyring_unlink(ks, ring.key, key.key);
}

static long ctl_move(struct key_store *ks, struct task *t, const uint64_t *a)
{
	struct key_ref key = {0}, from = {0}, to = {0};
	int err;

	if ((uint32_t)a[4] & ~(uint32_t)KEYCTL_MOVE_EXCL)
		return -EINVAL;
	err = key_lookup(ks, t, (int32_t)a[1], KEY_LOOKUP_CREATE, KEY_NEED_LINK, &key);
	if (err == 0)
		err = key_lookup(ks, t, (int32_t)a[2], 0, KEY_NEED_WRITE, &from);
	if (err == 0)
		err = key_lookup(ks, t, (int32_t)a[3], KEY_LOOKUP_CREATE, KEY_NEED_WRITE, &to);
	if (err < 0 || from.key == to.key)
		return err;
	if (from.key->type != KEY_KEYRING || to.key->type != KEY_KEYRING)
		return -ENOTDIR;
	if (keyring_find(from.key, key.key->type, key.key->desc) != key.key)
		return -ENOENT;
	if (((uint32_t)a[4] & KEYCTL_MOVE_EXCL) &&
	    keyring_find(to.key, key.key->type, key.key->desc))
		return -EEXIST;
	err = keyring_link(ks, to.key, key.key);
	return err < 0 ? err : keyring_unlink(ks, from.key, key.key);
}

static long ctl_search(struct task *t, const uint64_t *a)
{
	_cleanup_free_ char *desc = NULL;
	struct key_ref ring, dest = {NULL, false}, found;
	struct type_arg type;
	enum key_type which;
	struct key_store *ks;
	long ret = get_type(t, a[2], &type);

	if (ret == 0)
		ret = get_string(t, a[3], &desc);
	if (ret < 0)
		return ret;
	ks = keys_lock(t->kernel);
	if (!ks)
		return -ENOMEM;
	ret = key_lookup(ks, t, (int32_t)a[1], 0, KEY_NEED_SEARCH, &ring);
	if (ret == 0 && (int32_t)a[4])
		ret = key_lookup(ks, t, (int32_t)a[4], KEY_LOOKUP_CREATE, KEY_NEED_WRITE, &dest);
	if (ret == 0)
		ret = find_type(&type, &which);
	if (ret == 0) {
		ret = keyring_search(t, ring, which, desc, &found);
		if (ret == -EAGAIN)
			ret = -ENOKEY;
	}
	if (ret == 0)
		ret = link_found(ks, t, found, dest.key);
	keys_unlock(ks);
	return ret;
}

/* ---- keyctl: what is in a key ---- */

static long ctl_update(struct task *t, int32_t id, uaddr_t ubuf, size_t len)
{
	struct key_store *ks;
	struct key_ref ref;
	void *payload;
	long ret;

	if (len > UPDATE_MAX)
		return -EINVAL;
	ret = get_payload(t, ubuf, len, &payload);
	ks = ret == 0 ? keys_lock(t->kernel) : NULL;
	if (ks) {
		ret = key_lookup(ks, t, id, 0, KEY_NEED_WRITE, &ref);
		if (ret == 0 && ref.key->type == KEY_KEYRING)
			ret = -EOPNOTSUPP;
		if (ret == 0)
			ret = check_payload(ref.key->type, ref.key->desc, len);
		if (ret == 0)
			ret = key_set_payload(ref.key, payload, len);
		if (ret == 0)
			payload = NULL;
		keys_unlock(ks);
	} else if (ret == 0) {
		ret = -ENOMEM;
	}
	mem_free(payload);
	return ret;
}

/* The text that a call returns, put together under the lock and copied out behind it. */
struct answer {
	char *bytes;
	size_t len;
};

static int answer_set(struct answer *ans, const void *bytes, size_t len)
{
	ans->bytes = mem_alloc(len ? len : 1);
	if (!ans->bytes)
		return -ENOMEM;
	memcpy(ans->bytes, bytes, len);
	ans->len = len;
	return 0;
}

static int describe(struct key_store *ks, struct task *t, int32_t id, struct answer *ans)
{
	char text[KEY_DESC_MAX + 128];
	struct key_ref ref;
	int n, err = key_lookup(ks, t, id, KEY_LOOKUP_PARTIAL, KEY_NEED_VIEW, &ref);

	if (err < 0)
		return err;
	n = snprintf(text, sizeof(text), "%s;%d;%d;%08x;%s", type_names[ref.key->type],
		     (int)ref.key->uid,
		     ref.key->gid == KEY_ID_NONE ? OVERFLOW_GID : (int)ref.key->gid, ref.key->perm,
		     ref.key->desc);
	return answer_set(ans, text, (size_t)n + 1);
}

static int read_key(struct key_store *ks, struct task *t, int32_t id, struct answer *ans)
{
	struct key_ref ref;
	int32_t *serials;
	int err = key_lookup(ks, t, id, 0, KEY_NEED_NOTHING, &ref);

	if (err == 0)
		err = ref.key->error;
	if (err == 0 && key_permission(t, ref, KEY_NEED_READ) < 0 && !ref.possessed &&
	    !key_is_possessed(ks, t, ref.key))
		err = -EACCES;
	if (err == 0 && ref.key->type == KEY_LOGON)
		err = -EOPNOTSUPP;
	if (err < 0)
		return err;
	if (ref.key->type != KEY_KEYRING)
		return answer_set(ans, ref.key->payload ? ref.key->payload : "", ref.key->len);
	serials = mem_calloc(ref.key->nr_links + 1, sizeof(*serials));
	if (!serials)
		return -ENOMEM;
	for (uint32_t i = 0; i < ref.key->nr_links; i++)
		serials[i] = ref.key->links[i]->serial;
	ans->bytes = (char *)serials;
	ans->len = ref.key->nr_links * sizeof(*serials);
	return 0;
}

/* There are no labels. */
static int get_security(struct key_store *ks, struct task *t, int32_t id, struct answer *ans)
{
	struct key_ref ref;
	int err = key_lookup(ks, t, id, KEY_LOOKUP_PARTIAL, KEY_NEED_VIEW, &ref);

	return err < 0 ? err : answer_set(ans, "", 1);
}

/* What does not fit is not copied; the length is the result. */
static long ctl_answer(struct task *t, const uint64_t *a,
		       int (*make)(struct key_store *, struct task *, int32_t, struct answer *))
{
	struct key_store *ks = keys_lock(t->kernel);
	struct answer ans = {0};
	long ret;

	if (!ks)
		return -ENOMEM;
	ret = make(ks, t, (int32_t)a[1], &ans);
	keys_unlock(ks);
	if (ret < 0)
		return ret;
	ret = (long)ans.len;
	if (a[2] && a[3] >= ans.len && copy_out(t, a[2], ans.bytes, ans.len) < 0)
		ret = -EFAULT;
	explicit_bzero(ans.bytes, ans.len);
	mem_free(ans.bytes);
	return ret;
}

/* ---- keyctl: the caller's keyrings ---- */

static long ctl_join(struct task *t, uaddr_t uname)
{
	_cleanup_free_ char *name = NULL;
	struct key_store *ks;
	long ret = uname ? get_string(t, uname, &name) : 0;

	if (ret == 0 && name && name[0] == '.')
		ret = -EPERM;
	if (ret < 0)
		return ret;
	ks = keys_lock(t->kernel);
	if (!ks)
		return -ENOMEM;
	ret = keys_join_session(ks, t, name);
	keys_unlock(ks);
	return ret;
}

/* References are put without the lock, which the end of a task takes. */
static long ctl_to_parent(struct task *t)
{
	struct process *pp = process_parent(t->process);
	struct task *parent = pp && pp != t->kernel->init ? process_any_task(pp) : NULL;
	struct cred *cred = parent ? task_cred_get(parent) : NULL;
	struct key_store *ks = cred ? keys_lock(t->kernel) : NULL;
	long ret = -EPERM;

	if (ks) {
		ret = keys_session_to_parent(ks, t, parent, cred);
		keys_unlock(ks);
	}
	cred_put(cred);
	task_put(parent);
	process_put(pp);
	return ret;
}

static long ctl_set_reqkey(struct key_store *ks, struct task *t, int32_t which)
{
	int32_t ring = 0, old = t->reqkey_keyring;
	struct key_ref ref;
	int err = 0;

	if (which == KEY_REQKEY_DEFL_NO_CHANGE)
		return old;
	if (which == KEY_REQKEY_DEFL_THREAD_KEYRING)
		ring = KEY_SPEC_THREAD_KEYRING;
	else if (which == KEY_REQKEY_DEFL_PROCESS_KEYRING)
		ring = KEY_SPEC_PROCESS_KEYRING;
	else if (which != KEY_REQKEY_DEFL_DEFAULT && which != KEY_REQKEY_DEFL_SESSION_KEYRING &&
		 which != KEY_REQKEY_DEFL_USER_KEYRING &&
		 which != KEY_REQKEY_DEFL_USER_SESSION_KEYRING &&
		 which != KEY_REQKEY_DEFL_REQUESTOR_KEYRING)
		return -EINVAL;
	if (ring)
		err = key_lookup(ks, t, ring, KEY_LOOKUP_CREATE, KEY_NEED_NOTHING, &ref);
	if (err < 0)
		return err;
	t->reqkey_keyring = (unsigned char)which;
	return old;
}

static long ctl_capabilities(struct task *t, uaddr_t ubuf, size_t size)
{
	const unsigned char caps[] = {
		KEYCTL_CAPS0_CAPABILITIES | KEYCTL_CAPS0_INVALIDATE | KEYCTL_CAPS0_MOVE,
		0,
	};
	size_t n = MIN(size, sizeof(caps));

	if (copy_out(t, ubuf, caps, n) < 0 || zero_out(t, ubuf + n, MIN(size - n, 4096UL)) < 0)
		return -EFAULT;
	return sizeof(caps);
}

static long ctl_locked(struct key_store *ks, struct task *t, const uint64_t *a)
{
	int32_t id = (int32_t)a[1];

	switch ((int)a[0]) {
	case KEYCTL_GET_KEYRING_ID: return ctl_get_id(ks, t, id, (int)a[2]);
	case KEYCTL_REVOKE: return ctl_revoke(ks, t, id);
	case KEYCTL_INVALIDATE: return ctl_invalidate(ks, t, id);
	case KEYCTL_CHOWN: return ctl_chown(ks, t, id, (uint32_t)a[2], (uint32_t)a[3]);
	case KEYCTL_SETPERM: return ctl_setperm(ks, t, id, (uint32_t)a[2]);
	case KEYCTL_CLEAR: return ctl_clear(ks, t, id);
	case KEYCTL_LINK: return ctl_link(ks, t, id, (int32_t)a[2]);
	case KEYCTL_UNLINK: return ctl_unlink(ks, t, id, (int32_t)a[2]);
	case KEYCTL_MOVE: return ctl_move(ks, t, a);
	case KEYCTL_SET_TIMEOUT: return ctl_timeout(ks, t, id, (uint32_t)a[2]);
	case KEYCTL_SET_REQKEY_KEYRING: return ctl_set_reqkey(ks, t, id);
	default: return -EOPNOTSUPP;
	}
}

long sys_keyctl(struct task *t, const uint64_t *a)
{
	struct key_store *ks;
	long ret;

	switch ((int)a[0]) {
	case KEYCTL_JOIN_SESSION_KEYRING: return ctl_join(t, a[1]);
	case KEYCTL_UPDATE: return ctl_update(t, (int32_t)a[1], a[2], a[3]);
	case KEYCTL_DESCRIBE: return ctl_answer(t, a, describe);
	case KEYCTL_READ: return ctl_answer(t, a, read_key);
	case KEYCTL_GET_SECURITY: return ctl_answer(t, a, get_security);
	case KEYCTL_SEARCH: return ctl_search(t, a);
	case KEYCTL_SESSION_TO_PARENT: return ctl_to_parent(t);
	case KEYCTL_CAPABILITIES: return ctl_capabilities(t, a[1], a[2]);
	/* For programs that the kernel called to make a key: there are none. */
	case KEYCTL_INSTANTIATE:
	case KEYCTL_INSTANTIATE_IOV:
	case KEYCTL_NEGATE:
	case KEYCTL_REJECT: return -EPERM;
	case KEYCTL_ASSUME_AUTHORITY:
		if ((int32_t)a[1] == 0)
			return 0;
		return (int32_t)a[1] < 0 ? -EINVAL : -ENOKEY;
	}
	ks = keys_lock(t->kernel);
	if (!ks)
		return -ENOMEM;
	ret = ctl_locked(ks, t, a);
	keys_unlock(ks);
	return ret;
}
