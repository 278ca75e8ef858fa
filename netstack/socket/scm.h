/*
 * netstack/socket/scm.h - what goes along with a message: credentials and open files, unix(7)
 *
 * Model: sendmsg(2)'s control buffer becomes a struct scm; the family puts it on the message; at
 * recvmsg(2) it is written out as control messages, files as new descriptors.
 *
 * Interface: scm_parse() takes a copy of the control buffer. scm_fini() drops what is left. Files in
 * an array are references. Putting them may release sockets that hold further messages with files:
 * scm_files_free() works that off in a loop, whatever the depth.
 */
#ifndef NETSTACK_SOCKET_SCM_H
#define NETSTACK_SOCKET_SCM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "sentry/base/base.h"
#include "sentry/base/list.h"

struct file;
struct task;

#define SCM_FILES_MAX 253 /* SCM_MAX_FD */

struct scm_files {
	struct list node; /* while it is being freed */
	uint32_t nr;
	bool in_flight; /* counted by unix_gc.c */
	uint32_t uid;
	struct file *files[];
};

struct scm {
	bool has_cred;
	struct ucred cred;
	struct scm_files *files; /* NULL: none */
	int stamp_type; /* receiving: SO_TIMESTAMP or one of its like, with the time of now; 0: none */
};

/* -EINVAL, -EBADF, -EPERM, -ESRCH, -ENOMEM. rights: SCM_RIGHTS is allowed. On error *scm is empty. */
must_check int scm_parse(struct task *t, const void *control, size_t len, bool rights,
			 struct scm *scm);
void scm_set_own_cred(struct scm *scm, struct task *t);
void scm_fini(struct scm *scm);
void scm_files_free(struct scm_files *files);
struct scm_files *scm_files_copy(const struct scm_files *files); /* NULL: out of memory */

/* Where control messages go. */
struct scm_out {
	uaddr_t control; /* 0: nowhere */
	uint64_t left;
	uint64_t used;
	int flags; /* MSG_CTRUNC is or-ed in */
};
/* Writes one control message, cut off as put_cmsg() does. 0 or -EFAULT. */
must_check int scm_put(struct task *t, struct scm_out *out, int level, int type, const void *data,
		       size_t len);
/* Writes out what came with a message; passcred: the receiver wants credentials. */
must_check int scm_deliver(struct task *t, struct scm_out *out, struct scm *scm, bool passcred,
			   bool cloexec);

#endif
