/*
 * sentry/fdtable.c - descriptor tables, see fdtable.h
 *
 * The slots grow by doubling. next_hint makes the search for the lowest free number short.
 * Replacing or closing a slot that the host process has a descriptor under happens with host_mu
 * held, so that mapping and closing on one number come one after the other (mem/mmap.c).
 */
#include "sentry/fdtable.h"

#include "sentry/abi/errno_internal.h"

#include <errno.h>
#include <sys/resource.h>

#include "fs/vfs/file.h"
#include "fs/vfs/locks.h"
#include "sentry/base/mem.h"
#include "sentry/mem/mmap.h"
#include "sentry/task.h"
#include "sentry/task_shadow.h"

#define FDTABLE_MIN 64

struct fdtable *fdtable_new(void)
{
	struct fdtable *ft = mem_zalloc(sizeof(*ft));

	if (!ft)
		return NULL;
	ft->slots = mem_calloc(FDTABLE_MIN, sizeof(*ft->slots));
	if (!ft->slots) {
		mem_free(ft);
		return NULL;
	}
	ft->size = FDTABLE_MIN;
	ref_init(&ft->ref, 1);
	mutex_init(&ft->mu, LOCK_FDTABLE);
	mutex_init(&ft->host_mu, LOCK_FDTABLE_HOST);
	return ft;
}

/* Slots in use: one more than the highest number, at most max. */
static uint32_t used_slots_locked(const struct fdtable *ft, uint32_t max)
{
	uint32_t n = MIN(ft->size, max);

	while (n > 0 && !ft->slots[n - 1].file)
		n--;
	return n;
}

static int grow_locked(struct fdtable *ft, uint32_t need)
{
	uint32_t size = ft->size;
	struct fd_slot *slots;

	while (size < need)
		size *= 2;
	if (size == ft->size)
		return 0;
	slots = mem_realloc(ft->slots, size * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (uint32_t i = ft->size; i < size; i++)
		slots[i] = (struct fd_slot){.file = NULL};
	ft->slots = slots;
	ft->size = size;
	return 0;
}

struct fdtable *fdtable_copy(struct fdtable *ft, uint32_t max_fds)
{
	struct fdtable *copy = fdtable_new();
	uint32_t n;

	if (!copy)
		return NULL;
	mutex_lock(&ft->mu);
	n = used_slots_locked(ft, max_fds);
	if (grow_locked(copy, MAX(n, 1u)) < 0) {
		mutex_unlock(&ft->mu);
		fdtable_put(NULL, copy);
		return NULL;
	}
	for (uint32_t i = 0; i < n; i++) {
		copy->slots[i] = ft->slots[i];
		copy->slots[i].shown_fd_1 = 0;
		if (copy->slots[i].file)
			file_get(copy->slots[i].file);
		copy->nr_materialised += copy->slots[i].materialised;
	}
	copy->next_hint = MIN(ft->next_hint, n);
	mutex_unlock(&ft->mu);
	return copy;
}

struct fdtable *fdtable_get(struct fdtable *ft)
{
	ref_get(&ft->ref);
	return ft;
}

/* What close(2) means for the object, apart from the reference, which goes too. */
static int close_file(struct task *t, struct fdtable *ft, struct file *f)
{
	int err = 0;

	if (!(f->mode & FMODE_PATH)) {
		if (f->ops->flush)
			err = f->ops->flush(f, t);
		locks_remove_posix(f->inode, ft);
	}
	file_put(f);
	return err;
}

void fdtable_put(struct task *t, struct fdtable *ft)
{
	if (!ft || !ref_put(&ft->ref))
		return;
	for (uint32_t i = 0; i < ft->size; i++)
		if (ft->slots[i].file)
			close_file(t, ft, ft->slots[i].file);
	mutex_destroy(&ft->mu);
	mutex_destroy(&ft->host_mu);
	mem_free(ft->slots);
	mem_free(ft);
}

static struct file *slot_get(struct fdtable *ft, int fd, bool any)
{
	struct file *f = NULL;

	mutex_lock(&ft->mu);
	if ((uint32_t)fd < ft->size)
		f = ft->slots[array_index_nospec((uint32_t)fd, ft->size)].file;
	if (f && (any || !(f->mode & FMODE_PATH)))
		file_get(f);
	else
		f = NULL;
	mutex_unlock(&ft->mu);
	return f;
}

/* What FD_FIXED means to a stand-in. */
static struct file *fixed_file(struct task *t)
{
	return t->shadow->fixed ? file_get(t->shadow->fixed) : NULL;
}

struct file *fd_get(struct task *t, int fd)
{
	if (unlikely(fd == FD_FIXED) && t->shadow)
		return t->shadow->fixed && (t->shadow->fixed->mode & FMODE_PATH) ? NULL
										 : fixed_file(t);
	return slot_get(t->files, fd, false);
}

struct file *fd_get_any(struct task *t, int fd)
{
	if (unlikely(fd == FD_FIXED) && t->shadow)
		return fixed_file(t);
	return slot_get(t->files, fd, true);
}

struct file *fdtable_file(struct fdtable *ft, int fd)
{
	return slot_get(ft, fd, true);
}

int fdtable_next(struct fdtable *ft, int from)
{
	int found = -1;

	mutex_lock(&ft->mu);
	for (uint32_t i = from < 0 ? 0 : (uint32_t)from; i < ft->size; i++) {
		if (ft->slots[i].file) {
			found = (int)i;
			break;
		}
	}
	mutex_unlock(&ft->mu);
	return found;
}

static uint32_t fd_limit(struct task *t)
{
	uint64_t limit = task_rlimit(t, RLIMIT_NOFILE);

	return limit < FDTABLE_MAX ? (uint32_t)limit : FDTABLE_MAX;
}

static int install_locked(struct fdtable *ft, struct file *f, uint32_t from, uint32_t limit,
			  bool cloexec)
{
	uint32_t fd = MAX(from, ft->next_hint);

	while (fd < ft->size && ft->slots[fd].file)
		fd++;
	if (fd >= limit)
		return -EMFILE;
	if (grow_locked(ft, fd + 1) < 0)
		return -ENOMEM;
	ft->slots[fd] = (struct fd_slot){.file = f, .cloexec = cloexec};
	if (from <= ft->next_hint)
		ft->next_hint = fd + 1;
	return (int)fd;
}

int fd_install_from(struct task *t, struct file *f, int from, bool cloexec)
{
	struct fdtable *ft = t->files;
	uint32_t limit = fd_limit(t);
	int fd = -EINVAL;

	if (from >= 0 && ((uint32_t)from < limit || from == 0)) {
		mutex_lock(&ft->mu);
		fd = install_locked(ft, f, (uint32_t)from, limit, cloexec);
		mutex_unlock(&ft->mu);
	}
	if (fd < 0)
		file_put(f);
	return fd;
}

int fd_install(struct task *t, struct file *f, bool cloexec)
{
	if (unlikely(t->shadow) && t->shadow->catches && !t->shadow->caught) {
		t->shadow->caught = f;
		return 0;
	}
	return fd_install_from(t, f, 0, cloexec);
}

int fd_check_room(struct task *t)
{
	struct fdtable *ft = t->files;
	uint32_t limit = fd_limit(t), fd;

	if (unlikely(t->shadow) && t->shadow->catches)
		return 0;
	mutex_lock(&ft->mu);
	for (fd = ft->next_hint; fd < ft->size && ft->slots[fd].file; fd++)
		;
	if (ft->next_hint < fd)
		ft->next_hint = fd;
	mutex_unlock(&ft->mu);
	return fd < limit ? 0 : -EMFILE;
}

static bool needs_hiding(const struct fd_slot *slot)
{
	return slot->materialised && !slot->lasting;
}

/* Puts f (may be NULL) into the slot; returns what was there. *host: the host fd must go, too. */
static struct file *swap_locked(struct fdtable *ft, uint32_t fd, struct file *f, bool cloexec,
				bool *host)
{
	struct fd_slot *slot = &ft->slots[array_index_nospec(fd, ft->size)];
	struct file *old = slot->file;

	*host = needs_hiding(slot);
	ft->nr_materialised -= slot->materialised;
	*slot = (struct fd_slot){.file = f, .cloexec = cloexec};
	if (!f && fd < ft->next_hint)
		ft->next_hint = fd;
	return old;
}

static bool slot_needs_hiding(struct fdtable *ft, uint32_t fd)
{
	bool yes;

	mutex_lock(&ft->mu);
	yes = fd < ft->size && needs_hiding(&ft->slots[fd]);
	mutex_unlock(&ft->mu);
	return yes;
}

/* Replaces the slot's file by f (NULL: closes it). 0 with the old file in *ret_old (may be NULL). */
static int replace_slot(struct task *t, struct file *f, uint32_t fd, bool cloexec,
			struct file **ret_old)
{
	struct fdtable *ft = t->files;
	bool with_host = slot_needs_hiding(ft, fd), host = false;
	int err = 0;

	if (with_host && t->in_channel)
		return (int)SYS_CHANNEL_PUNT; /* the host's is hidden while the thread is held */
	if (with_host)
		mutex_lock(&ft->host_mu);
	mutex_lock(&ft->mu);
	if (f)
		err = grow_locked(ft, fd + 1);
	else if (fd >= ft->size || !ft->slots[fd].file)
		err = -EBADF;
	if (err == 0 && !with_host && needs_hiding(&ft->slots[fd]))
		err = -EAGAIN; /* mapped a moment ago: once more, with host_mu */
	if (err == 0)
		*ret_old = swap_locked(ft, fd, f, cloexec, &host);
	mutex_unlock(&ft->mu);
	if (host)
		mmap_neutralise_locked(t, (int)fd);
	if (with_host)
		mutex_unlock(&ft->host_mu);
	return err;
}

static int replace_slot_retry(struct task *t, struct file *f, uint32_t fd, bool cloexec,
			      struct file **ret_old)
{
	int err;

	do {
		err = replace_slot(t, f, fd, cloexec, ret_old);
	} while (err == -EAGAIN);
	return err;
}

int fd_install_at(struct task *t, struct file *f, int fd, bool cloexec)
{
	struct file *old = NULL;
	int err = -EBADF;

	if (fd >= 0 && (uint32_t)fd < fd_limit(t))
		err = replace_slot_retry(t, f, (uint32_t)fd, cloexec, &old);
	if (err < 0) {
		file_put(f);
		return err;
	}
	if (old)
		close_file(t, t->files, old);
	return fd;
}

int fd_close(struct task *t, int fd)
{
	struct file *old = NULL;
	int err;

	if (fd < 0)
		return -EBADF;
	err = replace_slot_retry(t, NULL, (uint32_t)fd, false, &old);
	return err < 0 ? err : close_file(t, t->files, old);
}

uint32_t fdtable_size(struct fdtable *ft)
{
	uint32_t size;

	mutex_lock(&ft->mu);
	size = ft->size;
	mutex_unlock(&ft->mu);
	return size;
}

int fd_get_cloexec(struct task *t, int fd)
{
	struct fdtable *ft = t->files;
	int ret = -EBADF;

	mutex_lock(&ft->mu);
	if ((uint32_t)fd < ft->size && ft->slots[fd].file)
		ret = ft->slots[fd].cloexec;
	mutex_unlock(&ft->mu);
	return ret;
}

int fd_set_cloexec(struct task *t, int fd, bool on)
{
	struct fdtable *ft = t->files;
	int ret = -EBADF;

	mutex_lock(&ft->mu);
	if ((uint32_t)fd < ft->size && ft->slots[fd].file) {
		ft->slots[fd].cloexec = on;
		ret = 0;
	}
	mutex_unlock(&ft->mu);
	return ret;
}

void fd_close_range(struct task *t, unsigned int first, unsigned int last, bool only_set_cloexec)
{
	struct fdtable *ft = t->files;

	for (int fd = first > INT32_MAX ? -1 : fdtable_next(ft, (int)first);
	     fd >= 0 && (unsigned int)fd <= last; fd = fdtable_next(ft, fd + 1)) {
		if (only_set_cloexec)
			fd_set_cloexec(t, fd, true);
		else
			fd_close(t, fd);
	}
}

void fdtable_close_on_exec(struct task *t)
{
	struct fdtable *ft = t->files;

	for (int fd = fdtable_next(ft, 0); fd >= 0; fd = fdtable_next(ft, fd + 1))
		if (fd_get_cloexec(t, fd) > 0)
			fd_close(t, fd);
}

bool fdtable_mark_materialised(struct fdtable *ft, int fd, struct file *f, int host_fd,
			       bool lasting)
{
	struct fd_slot *slot;
	bool same;

	mutex_lock(&ft->mu);
	same = fd >= 0 && (uint32_t)fd < ft->size && ft->slots[fd].file == f;
	if (same) {
		slot = &ft->slots[fd];
		ft->nr_materialised += !slot->materialised;
		slot->materialised = true;
		slot->lasting = lasting;
		slot->shown_fd_1 = host_fd + 1;
	}
	mutex_unlock(&ft->mu);
	return same;
}

bool fdtable_shows(struct fdtable *ft, int fd, const struct file *f, int host_fd)
{
	const struct fd_slot *slot;
	bool shows = false;

	mutex_lock(&ft->mu);
	if (fd >= 0 && (uint32_t)fd < ft->size) {
		slot = &ft->slots[fd];
		shows = slot->file == f && slot->materialised && slot->shown_fd_1 == host_fd + 1;
	}
	mutex_unlock(&ft->mu);
	return shows;
}
