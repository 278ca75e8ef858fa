/*
 * sentry/cred.h - user ids, groups and capabilities of a task: credentials(7), capabilities(7)
 *
 * Model: a struct cred is immutable once published; a task that changes its credentials makes a
 * copy, changes it, and installs it (task_set_cred()). All ids are the guest's; the host never
 * sees them. One user namespace for now: the container's own, in which uid 0 starts with the
 * capabilities that the configuration gives.
 *
 * Interface: cred_get()/cred_put() count references. A task's cred is read with task_cred(t)
 * (borrowed for the duration of a call: only the task's own calls replace it).
 * Sources: kernel/sys.c, security/commoncap.c; the rules for setuid families and exec are
 * commented at each function.
 */
#ifndef SENTRY_CRED_H
#define SENTRY_CRED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/capability.h>

#include "sentry/base/base.h"
#include "sentry/base/ref.h"

#define CRED_MAX_GROUPS 65536

struct cred {
	struct ref ref;
	uint32_t uid, euid, suid, fsuid;
	uint32_t gid, egid, sgid, fsgid;
	uint64_t cap_inheritable, cap_permitted, cap_effective, cap_bounding, cap_ambient;
	uint32_t securebits;
	uint32_t nr_groups;
	uint32_t *groups; /* sorted */
};

struct cred *cred_new(void);		      /* all zero, one reference; NULL: out of memory */
struct cred *cred_copy(const struct cred *c); /* a private copy to change */
struct cred *cred_get(struct cred *c);
void cred_put(struct cred *c);
int cred_set_groups(struct cred *c, const uint32_t *groups, uint32_t n); /* sorts a copy */
bool cred_in_group(const struct cred *c, uint32_t gid);	 /* fsgid or supplementary */
bool cred_in_egroup(const struct cred *c, uint32_t gid); /* egid or supplementary */
bool cred_has_cap(const struct cred *c, int cap);	 /* effective */

/* setuid(2) and family: change *c (a private copy); 0 or -EPERM/-EINVAL; apply the capability
 * rules of capabilities(7) "effect of user ID changes". */
int cred_setuid(struct cred *c, uint32_t uid);
int cred_setreuid(struct cred *c, uint32_t ruid, uint32_t euid);
int cred_setresuid(struct cred *c, uint32_t ruid, uint32_t euid, uint32_t suid);
uint32_t cred_setfsuid(struct cred *c, uint32_t uid); /* returns the old one */
int cred_setgid(struct cred *c, uint32_t gid);
int cred_setregid(struct cred *c, uint32_t rgid, uint32_t egid);
int cred_setresgid(struct cred *c, uint32_t rgid, uint32_t egid, uint32_t sgid);
uint32_t cred_setfsgid(struct cred *c, uint32_t gid);

/* What execve(2) makes of *c: set-id bits of a file (mode, owner, honoured only if !nosuid and
 * !no_new_privs), capabilities of root, ambient set. *ret_secure is AT_SECURE. */
int cred_exec(struct cred *c, uint32_t file_mode, uint32_t file_uid, uint32_t file_gid, bool nosuid,
	      bool no_new_privs, bool *ret_secure);

#endif
