/* fs/anon/dnotify.c - fcntl(2) F_NOTIFY, see dnotify.h */
#include "fs/anon/dnotify.h"

#include <errno.h>
#include <fcntl.h>

#include "fs/anon/fasync.h"
#include "fs/anon/inotify.h"
#include "fs/vfs/file.h"
#include "sentry/task.h"

static uint32_t inotify_mask(unsigned int arg)
{
	uint32_t mask = 0;

	if (arg & DN_ACCESS)
		mask |= IN_ACCESS;
	if (arg & DN_MODIFY)
		mask |= IN_MODIFY;
	if (arg & DN_CREATE)
		mask |= IN_CREATE | IN_MOVED_TO;
	if (arg & DN_DELETE)
		mask |= IN_DELETE | IN_MOVED_FROM;
	if (arg & DN_RENAME)
		mask |= IN_DN_RENAME;
	if (arg & DN_ATTRIB)
		mask |= IN_ATTRIB;
	return arg & DN_MULTISHOT ? mask : mask | IN_ONESHOT;
}

/* The hidden instance of f, made at its first request. */
static int get_instance(struct task *t, int fd, struct file *f, struct file **ret)
{
	struct file *hidden, *old = NULL;
	int err;

	mutex_lock(&f->pos_mu);
	hidden = f->dnotify;
	if (f->owner_pid == 0) {
		f->owner_type = F_OWNER_PID;
		f->owner_pid = t->process->pid;
	}
	mutex_unlock(&f->pos_mu);
	if (hidden) {
		*ret = hidden;
		return 0;
	}
	err = inotify_new(t, 0, &hidden);
	if (err < 0)
		return err;
	inotify_set_silent(hidden);
	mutex_lock(&f->pos_mu);
	if (f->dnotify)
		old = f->dnotify;
	else
		f->dnotify = hidden;
	mutex_unlock(&f->pos_mu);
	if (old) { /* somebody was faster */
		file_put(hidden);
		*ret = old;
		return 0;
	}
	*ret = hidden;
	return fasync_watch(t, fd, f, file_wait_queue(hidden));
}

int dnotify_set(struct task *t, int fd, struct file *f, unsigned int arg)
{
	struct file *hidden;
	uint32_t mask;
	int err;

	if (!(arg & ~DN_MULTISHOT)) {
		if (f->dnotify)
			inotify_rm_all(f->dnotify);
		return 0;
	}
	if (!S_ISDIR(inode_read(f->inode, mode)))
		return -ENOTDIR;
	err = get_instance(t, fd, f, &hidden);
	if (err < 0)
		return err;
	mask = inotify_mask(arg);
	/* A later request adds to an earlier one; IN_ONESHOT would end both. */
	err = inotify_add(t, hidden, &f->path, mask | IN_MASK_ADD);
	return err < 0 ? err : 0;
}

void dnotify_remove(struct file *f)
{
	file_put(TAKE_PTR(f->dnotify));
}
