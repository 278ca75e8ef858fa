/* sentry/cred.c - user ids, groups, capabilities, and how calls change them: see cred.h */
#include "sentry/cred.h"

#include <errno.h>
#include <linux/securebits.h>
#include <stdlib.h>
#include <string.h>

#include "sentry/base/mem.h"

#define CAP_BIT(cap) (UINT64_C(1) << (cap))
#define NO_ID ((uint32_t)-1)

/* Capabilities that follow the file-system uid: setfsuid(2). */
#define CAPS_OF_FSUID                                                                              \
	(CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_MKNOD) | CAP_BIT(CAP_DAC_OVERRIDE) |                     \
	 CAP_BIT(CAP_DAC_READ_SEARCH) | CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) |                \
	 CAP_BIT(CAP_LINUX_IMMUTABLE) | CAP_BIT(CAP_MAC_OVERRIDE))

struct cred *cred_new(void)
{
	struct cred *c = mem_zalloc(sizeof(*c));

	if (c)
		ref_init(&c->ref, 1);
	return c;
}

struct cred *cred_copy(const struct cred *c)
{
	const size_t after_ref = offsetof(struct cred, ref) + sizeof(c->ref);
	struct cred *copy = mem_alloc(sizeof(*c));

	if (!copy)
		return NULL;
	memcpy((char *)copy + after_ref, (const char *)c + after_ref, sizeof(*c) - after_ref);
	ref_init(&copy->ref, 1);
	copy->groups = NULL;
	copy->nr_groups = 0;
	if (cred_set_groups(copy, c->groups, c->nr_groups) < 0) {
		mem_free(copy);
		return NULL;
	}
	return copy;
}

struct cred *cred_get(struct cred *c)
{
	ref_get(&c->ref);
	return c;
}

void cred_put(struct cred *c)
{
	if (!c || !ref_put(&c->ref))
		return;
	mem_free(c->groups);
	mem_free(c);
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void sift_down(uint32_t *v, uint32_t at, uint32_t n)
{
	uint32_t moving = v[at];

	for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && v[child] < v[child + 1])
			child++;
		if (v[child] <= moving)
			break;
		v[at] = v[child];
	}
	v[at] = moving;
}

/* A heap sort of our own: libc's qsort() asks the host for its memory size (sysinfo), which the
 * sentry's filter forbids, and a guest chooses the order. */
static void sort_ids(uint32_t *v, uint32_t n)
{
	for (uint32_t i = n / 2; i-- > 0;)
		sift_down(v, i, n);
	for (uint32_t end = n; end-- > 1;) {
		uint32_t top = v[0];

		v[0] = v[end];
		v[end] = top;
		sift_down(v, 0, end);
	}
}

int cred_set_groups(struct cred *c, const uint32_t *groups, uint32_t n)
{
	uint32_t *copy = NULL;

	if (n > CRED_MAX_GROUPS)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		if (groups[i] == NO_ID)
			return -EINVAL;
	if (n) {
		copy = mem_memdup(groups, n * sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		sort_ids(copy, n);
	}
	mem_free(c->groups);
	c->groups = copy;
	c->nr_groups = n;
	return 0;
}

static bool in_groups(const struct cred *c, uint32_t gid)
{
	return c->nr_groups && bsearch(&gid, c->groups, c->nr_groups, sizeof(gid), compare_ids);
}

bool cred_in_group(const struct cred *c, uint32_t gid)
{
	return c->fsgid == gid || in_groups(c, gid);
}

bool cred_in_egroup(const struct cred *c, uint32_t gid)
{
	return c->egid == gid || in_groups(c, gid);
}

bool cred_has_cap(const struct cred *c, int cap)
{
	return cap >= 0 && cap < 64 && (c->cap_effective & CAP_BIT(cap));
}

/* ---- setuid(2) and family ---- */

/* capabilities(7), "Effect of user ID changes on capabilities". */
static void fix_caps_after_setuid(struct cred *c, const struct cred *old)
{
	bool had_root = old->uid == 0 || old->euid == 0 || old->suid == 0;
	bool has_root = c->uid == 0 || c->euid == 0 || c->suid == 0;

	if (c->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (had_root && !has_root) {
		if (!(c->securebits & SECBIT_KEEP_CAPS))
			c->cap_permitted = c->cap_effective = 0;
		c->cap_ambient = 0;
	}
	if (old->euid == 0 && c->euid != 0)
		c->cap_effective = 0;
	if (old->euid != 0 && c->euid == 0)
		c->cap_effective = c->cap_permitted;
}

int cred_setuid(struct cred *c, uint32_t uid)
{
	struct cred old = *c;

	if (uid == NO_ID)
		return -EINVAL;
	if (cred_has_cap(c, CAP_SETUID))
		c->uid = c->suid = uid;
	else if (uid != c->uid && uid != c->suid)
		return -EPERM;
	c->euid = c->fsuid = uid;
	fix_caps_after_setuid(c, &old);
	return 0;
}

int cred_setreuid(struct cred *c, uint32_t ruid, uint32_t euid)
{
	struct cred old = *c;
	bool capable = cred_has_cap(c, CAP_SETUID);

	if (ruid != NO_ID && ruid != old.uid && ruid != old.euid && !capable)
		return -EPERM;
	if (euid != NO_ID && euid != old.uid && euid != old.euid && euid != old.suid && !capable)
		return -EPERM;
	if (ruid != NO_ID)
		c->uid = ruid;
	if (euid != NO_ID)
		c->euid = euid;
	if (ruid != NO_ID || (euid != NO_ID && euid != old.uid))
		c->suid = c->euid;
	c->fsuid = c->euid;
	fix_caps_after_setuid(c, &old);
	return 0;
}

int cred_setresuid(struct cred *c, uint32_t ruid, uint32_t euid, uint32_t suid)
{
	const uint32_t want[3] = {ruid, euid, suid};
	struct cred old = *c;

	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++) {
		if (want[i] != NO_ID && want[i] != old.uid && want[i] != old.euid &&
		    want[i] != old.suid && !cred_has_cap(c, CAP_SETUID))
			return -EPERM;
	}
	if (ruid != NO_ID)
		c->uid = ruid;
	if (euid != NO_ID)
		c->euid = euid;
	if (suid != NO_ID)
		c->suid = suid;
	c->fsuid = c->euid;
	fix_caps_after_setuid(c, &old);
	return 0;
}

uint32_t cred_setfsuid(struct cred *c, uint32_t uid)
{
	uint32_t old = c->fsuid;

	if (uid == NO_ID || (uid != c->uid && uid != c->euid && uid != c->suid && uid != c->fsuid &&
			     !cred_has_cap(c, CAP_SETUID)))
		return old;
	c->fsuid = uid;
	if (!(c->securebits & SECBIT_NO_SETUID_FIXUP)) {
		if (old == 0 && uid != 0)
			c->cap_effective &= ~CAPS_OF_FSUID;
		if (old != 0 && uid == 0)
			c->cap_effective |= c->cap_permitted & CAPS_OF_FSUID;
	}
	return old;
}

int cred_setgid(struct cred *c, uint32_t gid)
{
	if (gid == NO_ID)
		return -EINVAL;
	if (cred_has_cap(c, CAP_SETGID))
		c->gid = c->sgid = gid;
	else if (gid != c->gid && gid != c->sgid)
		return -EPERM;
	c->egid = c->fsgid = gid;
	return 0;
}

int cred_setregid(struct cred *c, uint32_t rgid, uint32_t egid)
{
	uint32_t gid = c->gid, old_egid = c->egid;
	bool capable = cred_has_cap(c, CAP_SETGID);

	if (rgid != NO_ID && rgid != gid && rgid != old_egid && !capable)
		return -EPERM;
	if (egid != NO_ID && egid != gid && egid != old_egid && egid != c->sgid && !capable)
		return -EPERM;
	if (rgid != NO_ID)
		c->gid = rgid;
	if (egid != NO_ID)
		c->egid = egid;
	if (rgid != NO_ID || (egid != NO_ID && egid != gid))
		c->sgid = c->egid;
	c->fsgid = c->egid;
	return 0;
}

int cred_setresgid(struct cred *c, uint32_t rgid, uint32_t egid, uint32_t sgid)
{
	const uint32_t want[3] = {rgid, egid, sgid};

	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++) {
		if (want[i] != NO_ID && want[i] != c->gid && want[i] != c->egid &&
		    want[i] != c->sgid && !cred_has_cap(c, CAP_SETGID))
			return -EPERM;
	}
	if (rgid != NO_ID)
		c->gid = rgid;
	if (egid != NO_ID)
		c->egid = egid;
	if (sgid != NO_ID)
		c->sgid = sgid;
	c->fsgid = c->egid;
	return 0;
}

uint32_t cred_setfsgid(struct cred *c, uint32_t gid)
{
	uint32_t old = c->fsgid;

	if (gid != NO_ID && (gid == c->gid || gid == c->egid || gid == c->sgid || gid == c->fsgid ||
			     cred_has_cap(c, CAP_SETGID)))
		c->fsgid = gid;
	return old;
}

/* ---- execve(2) ---- */

/* capabilities(7), "Transformation of capabilities during execve()" and "Capabilities and execution
 * of programs by root"; there are no file capabilities. */
int cred_exec(struct cred *c, uint32_t file_mode, uint32_t file_uid, uint32_t file_gid, bool nosuid,
	      bool no_new_privs, bool *ret_secure)
{
	struct cred old = *c;
	uint64_t permitted = 0;
	bool effective = false, setid;

	if (!nosuid && !no_new_privs) {
		if (file_mode & 04000)
			c->euid = file_uid;
		if ((file_mode & 02010) == 02010) /* without group execute it meant locking */
			c->egid = file_gid;
	}
	if (!(c->securebits & SECBIT_NOROOT)) {
		if (c->euid == 0 || c->uid == 0)
			permitted = c->cap_bounding | c->cap_inheritable;
		effective = c->euid == 0;
	}
	setid = c->euid != old.uid || c->egid != old.gid;
	if (no_new_privs && (setid || (permitted & ~old.cap_permitted))) {
		c->euid = c->uid;
		c->egid = c->gid;
		permitted &= old.cap_permitted;
	}
	c->suid = c->fsuid = c->euid;
	c->sgid = c->fsgid = c->egid;
	if (setid)
		c->cap_ambient = 0;
	c->cap_permitted = permitted | c->cap_ambient;
	c->cap_effective = effective ? c->cap_permitted : c->cap_ambient;
	c->securebits &= ~(uint32_t)SECBIT_KEEP_CAPS;
	*ret_secure = setid || (c->uid != 0 && (effective || (c->cap_permitted & ~c->cap_ambient)));
	return 0;
}
