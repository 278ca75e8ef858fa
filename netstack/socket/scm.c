/*
 * netstack/socket/scm.c - control messages of sockets, see scm.h
 *
 * Sources: net/core/scm.c for the order of errors and for what is cut off where.
 */
#include "netstack/socket/scm.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <time.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/fdtable.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

#define OVERFLOW_ID 65534u

/* ---- sending ---- */

/* May t claim these ids? scm_check_creds(). */
static bool may_claim(struct task *t, const struct ucred *u)
{
	const struct cred *c = task_cred(t);

	return (u->pid == t->process->pid || cred_has_cap(c, CAP_SYS_ADMIN)) &&
	       (u->uid == c->uid || u->uid == c->euid || u->uid == c->suid ||
		cred_has_cap(c, CAP_SETUID)) &&
	       (u->gid == c->gid || u->gid == c->egid || u->gid == c->sgid ||
		cred_has_cap(c, CAP_SETGID));
}

static int parse_cred(struct task *t, const struct cmsghdr *h, const void *data, struct scm *scm)
{
	struct process *p;

	if (h->cmsg_len != CMSG_LEN(sizeof(scm->cred)))
		return -EINVAL;
	memcpy(&scm->cred, data, sizeof(scm->cred));
	if (scm->cred.uid == (uint32_t)-1 || scm->cred.gid == (uint32_t)-1)
		return -EINVAL;
	if (!may_claim(t, &scm->cred))
		return -EPERM;
	if (scm->cred.pid != t->process->pid) {
		p = process_by_pid(t->kernel, scm->cred.pid);
		if (p == NULL)
			return -ESRCH;
		process_put(p);
	}
	scm->has_cred = true;
	return 0;
}

static int parse_rights(struct task *t, const struct cmsghdr *h, const void *data, struct scm *scm)
{
	size_t nr = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	struct scm_files *fs = scm->files;

	if (nr == 0)
		return 0;
	if (nr > SCM_FILES_MAX)
		return -EINVAL;
	if (fs == NULL) {
		fs = mem_zalloc(sizeof(*fs) + SCM_FILES_MAX * sizeof(struct file *));
		if (fs == NULL)
			return -ENOMEM;
		list_init(&fs->node);
		fs->uid = task_cred(t)->uid;
		scm->files = fs;
	}
	if (fs->nr + nr > SCM_FILES_MAX)
		return -EINVAL;
	for (size_t i = 0; i < nr; i++) {
		struct file *f;
		int fd;

		memcpy(&fd, (const char *)data + i * sizeof(int), sizeof(fd));
		f = fd < 0 ? NULL : fd_get_any(t, fd);
		if (f == NULL)
			return -EBADF;
		if (f->mode & FMODE_NOPASS) {
			file_put(f);
			return -EINVAL;
		}
		fs->files[fs->nr++] = f;
	}
	return 0;
}

static int parse_one(struct task *t, const struct cmsghdr *h, const void *data, bool rights,
		     struct scm *scm)
{
	if (h->cmsg_level != SOL_SOCKET)
		return 0;
	switch (h->cmsg_type) {
	case SCM_RIGHTS: return rights ? parse_rights(t, h, data, scm) : -EINVAL;
	case SCM_CREDENTIALS: return parse_cred(t, h, data, scm);
	}
	return -EINVAL;
}

int scm_parse(struct task *t, const void *control, size_t len, bool rights, struct scm *scm)
{
	size_t at = 0;

	while (len - at >= sizeof(struct cmsghdr)) {
		struct cmsghdr h;
		int err;

		memcpy(&h, (const char *)control + at, sizeof(h));
		err = h.cmsg_len < sizeof(h) || h.cmsg_len > len - at ? -EINVAL : 0;
		if (err == 0)
			err = parse_one(t, &h, (const char *)control + at + sizeof(h), rights, scm);
		if (err < 0) {
			scm_fini(scm);
			return err;
		}
		if (ALIGN_UP(h.cmsg_len, sizeof(size_t)) >= len - at)
			break;
		at += ALIGN_UP(h.cmsg_len, sizeof(size_t));
	}
	return 0;
}

void scm_set_own_cred(struct scm *scm, struct task *t)
{
	const struct cred *c = task_cred(t);

	scm->has_cred = true;
	scm->cred = (struct ucred){.pid = t->process->pid, .uid = c->uid, .gid = c->gid};
}

/* ---- dropping ---- */

/* Arrays that wait to be freed by this thread; its file_put() calls may add to them. */
static __thread struct list pending;
static __thread bool freeing;

void scm_files_free(struct scm_files *files)
{
	if (files == NULL)
		return;
	if (freeing) {
		list_add_tail(&files->node, &pending);
		return;
	}
	freeing = true;
	list_init(&pending);
	list_add_tail(&files->node, &pending);
	while (!list_empty(&pending)) {
		struct scm_files *fs = list_first_entry(&pending, struct scm_files, node);

		list_del(&fs->node);
		for (uint32_t i = 0; i < fs->nr; i++)
			file_put(fs->files[i]);
		mem_free(fs);
	}
	freeing = false;
}

struct scm_files *scm_files_copy(const struct scm_files *files)
{
	struct scm_files *fs = mem_alloc(sizeof(*fs) + files->nr * sizeof(struct file *));

	if (fs == NULL)
		return NULL;
	list_init(&fs->node);
	fs->nr = files->nr;
	fs->uid = files->uid;
	fs->in_flight = false;
	for (uint32_t i = 0; i < fs->nr; i++)
		fs->files[i] = file_get(files->files[i]);
	return fs;
}

void scm_fini(struct scm *scm)
{
	scm->has_cred = false;
	scm_files_free(TAKE_PTR(scm->files));
}

/* ---- receiving ---- */

static void out_advance(struct scm_out *out, size_t n)
{
	out->control += n;
	out->left -= n;
	out->used += n;
}

int scm_put(struct task *t, struct scm_out *out, int level, int type, const void *data, size_t len)
{
	struct cmsghdr h = {.cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(len)};

	if (out->control == 0 || out->left < sizeof(h)) {
		out->flags |= MSG_CTRUNC;
		return 0;
	}
	if (out->left < h.cmsg_len) {
		out->flags |= MSG_CTRUNC;
		h.cmsg_len = out->left;
	}
	if (copy_out_obj(t, out->control, &h) < 0 ||
	    copy_out(t, out->control + sizeof(h), data, h.cmsg_len - sizeof(h)) < 0)
		return -EFAULT;
	out_advance(out, MIN((uint64_t)CMSG_SPACE(len), out->left));
	return 0;
}

/* Installs as many files as the guest has room for; the others are closed. */
static void deliver_files(struct task *t, struct scm_out *out, struct scm_files *fs, bool cloexec)
{
	uint64_t room = out->left > sizeof(struct cmsghdr)
				? (out->left - sizeof(struct cmsghdr)) / sizeof(int)
				: 0;
	uint32_t max = (uint32_t)MIN(room, (uint64_t)fs->nr), i;
	uaddr_t at = out->control + CMSG_LEN(0);
	struct cmsghdr h = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};

	for (i = 0; i < max; i++) {
		int fd = fd_install(t, file_get(fs->files[i]), cloexec);

		if (fd < 0)
			break;
		if (copy_out_obj(t, at + i * sizeof(int), &fd) < 0) {
			fd_close(t, fd);
			break;
		}
	}
	if (i > 0) {
		h.cmsg_len = CMSG_LEN(i * sizeof(int));
		if (copy_out_obj(t, out->control, &h) == 0)
			out_advance(out, MIN((uint64_t)CMSG_SPACE(i * sizeof(int)), out->left));
	}
	if (i < fs->nr)
		out->flags |= MSG_CTRUNC;
}

static int deliver_stamp(struct task *t, struct scm_out *out, int type)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (type == SO_TIMESTAMP || type == SO_TIMESTAMP_NEW)
		now.tv_nsec /= 1000; /* a struct timeval */
	return scm_put(t, out, SOL_SOCKET, type, &now, sizeof(now));
}

int scm_deliver(struct task *t, struct scm_out *out, struct scm *scm, bool passcred, bool cloexec)
{
	struct ucred none = {.uid = OVERFLOW_ID, .gid = OVERFLOW_ID};
	int err = 0;

	if (scm->stamp_type)
		err = deliver_stamp(t, out, scm->stamp_type);
	if (out->control == 0) {
		if (passcred || scm->files)
			out->flags |= MSG_CTRUNC;
		scm_fini(scm);
		return err;
	}
	if (err == 0 && passcred)
		err = scm_put(t, out, SOL_SOCKET, SCM_CREDENTIALS,
			      scm->has_cred ? &scm->cred : &none, sizeof(none));
	if (scm->files)
		deliver_files(t, out, scm->files, cloexec);
	scm_fini(scm);
	return err;
}
