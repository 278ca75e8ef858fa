/*
 * tests/unit/fs/fs_unit.h - a kernel and a task that is enough for the VFS, for tests of
 * filesystems
 *
 * Interface: fs_unit_start() makes both; fs_unit_root() mounts a super (consumed) as the task's
 * root; fs_unit_end() drops everything. One at a time.
 */
#ifndef TESTS_UNIT_FS_FS_UNIT_H
#define TESTS_UNIT_FS_FS_UNIT_H

#include "fs/vfs/file.h"
#include "fs/vfs/vfs.h"
#include "sentry/base/mem.h"
#include "sentry/cred.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/task.h"
#include "sentry/timer.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <string.h>

static struct kernel *unit_k;
static struct task *unit_t;

static void fs_unit_no_deadlines(int64_t deadline_ns)
{
	(void)deadline_ns;
}

static inline void fs_unit_start(void)
{
	timers_init(fs_unit_no_deadlines);
	unit_k = mem_zalloc(sizeof(*unit_k));
	unit_t = mem_zalloc(sizeof(*unit_t));
	assert_non_null(unit_k);
	assert_non_null(unit_t);
	rwlock_init(&unit_k->mounts_lock, LOCK_MOUNTS);
	list_init(&unit_k->fs_types);
	atomic_init(&unit_k->next_dev, 1);
	atomic_init(&unit_k->next_ino, 1);
	atomic_init(&unit_k->next_mnt_id, 1);
	assert_int_equal(vfs_init(unit_k), 0);
	ref_init(&unit_t->ref, 1);
	unit_t->kernel = unit_k;
	mutex_init(&unit_t->mu, LOCK_TASK);
	unit_t->cred = cred_new();
	unit_t->cred->cap_effective = ~0ULL;
}

static inline void fs_unit_root(struct super *s)
{
	struct mount *m = mount_new(s, NULL, 0);
	struct path p;

	assert_non_null(m);
	super_put(s);
	unit_k->root_ns = mount_ns_new(unit_k, m);
	assert_non_null(unit_k->root_ns);
	p = (struct path){.mnt = m, .dentry = m->root};
	unit_t->fs = fs_context_new(&p, &p);
	unit_t->mnt_ns = unit_k->root_ns;
	mount_put(m);
}

static inline void fs_unit_end(void)
{
	if (unit_t->fs)
		fs_context_put(unit_t->fs);
	mount_ns_put(unit_k->root_ns);
	cred_put(unit_t->cred);
	mem_free(unit_t);
	vfs_fini(unit_k);
	mem_free(unit_k);
}

/* ---- short forms ---- */

static inline int u_open(const char *path, int flags, struct file **ret)
{
	return vfs_open(unit_t, AT_FDCWD, path, flags, 0644, 0, ret);
}

static inline int u_stat(const char *path, struct kstat *st)
{
	struct path p;
	int err = path_lookup(unit_t, AT_FDCWD, path, 0, &p);

	if (err < 0)
		return err;
	err = vfs_getattr(unit_t, &p, st);
	path_put(&p);
	return err;
}

static inline bool u_exists(const char *path)
{
	struct kstat st;

	return u_stat(path, &st) == 0;
}

static inline ssize_t u_fwrite(struct file *f, const char *text)
{
	struct uio u;

	uio_init_kernel(&u, (void *)(uintptr_t)text, strlen(text));
	return file_write(f, &u, 0);
}

static inline ssize_t u_fread(struct file *f, char *buf, size_t size)
{
	struct uio u;
	ssize_t n;

	uio_init_kernel(&u, buf, size - 1);
	n = file_pread(f, &u, 0, 0);
	buf[n > 0 ? n : 0] = '\0';
	return n;
}

static inline void u_write(const char *path, const char *text)
{
	struct file *f;

	assert_int_equal(u_open(path, O_WRONLY | O_CREAT | O_TRUNC, &f), 0);
	assert_int_equal(u_fwrite(f, text), strlen(text));
	file_put(f);
}

static inline void u_expect(const char *path, const char *text)
{
	char buf[256];
	struct file *f;

	assert_int_equal(u_open(path, O_RDONLY, &f), 0);
	assert_int_equal(u_fread(f, buf, sizeof(buf)), strlen(text));
	assert_string_equal(buf, text);
	file_put(f);
}

static inline int u_mkdir(const char *path)
{
	return vfs_mkdir(unit_t, AT_FDCWD, path, 0755);
}

static inline int u_unlink(const char *path)
{
	return vfs_unlink(unit_t, AT_FDCWD, path, 0);
}

static inline int u_rmdir(const char *path)
{
	return vfs_unlink(unit_t, AT_FDCWD, path, AT_REMOVEDIR);
}

static inline int u_rename(const char *from, const char *to, unsigned int flags)
{
	return vfs_rename(unit_t, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static inline int u_link(const char *from, const char *to)
{
	return vfs_link(unit_t, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static inline int u_chmod(const char *path, uint32_t mode)
{
	struct iattr a = {.valid = IATTR_MODE, .mode = mode};
	struct path p;
	int err = path_lookup(unit_t, AT_FDCWD, path, 0, &p);

	if (err < 0)
		return err;
	err = vfs_setattr(unit_t, &p, &a);
	path_put(&p);
	return err;
}

/* Names of a directory without the dots, each followed by '/', in the order of reading. A step
 * takes a few names at a time, as a small getdents buffer does. */
struct u_lister {
	struct dir_context ctx;
	char *out;
	size_t size;
	int room;
};

static inline int u_emit(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
			 unsigned int type, int64_t next_pos)
{
	struct u_lister *l = container_of(ctx, struct u_lister, ctx);
	size_t have = strlen(l->out);

	(void)ino;
	(void)type;
	(void)next_pos;
	if (l->room-- == 0)
		return 1;
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return 0;
	assert_true(have + len + 2 < l->size);
	memcpy(l->out + have, name, len);
	l->out[have + len] = '/';
	l->out[have + len + 1] = '\0';
	return 0;
}

static inline void u_list_file(struct file *f, char *out, size_t size)
{
	struct u_lister l = {.ctx.emit = u_emit, .out = out, .size = size};
	int64_t before;

	out[0] = '\0';
	do {
		before = f->pos;
		l.room = 3;
		assert_int_equal(file_readdir(f, &l.ctx), 0);
	} while (f->pos != before);
}

static inline void u_list(const char *path, char *out, size_t size)
{
	struct file *f;

	assert_int_equal(u_open(path, O_RDONLY | O_DIRECTORY, &f), 0);
	u_list_file(f, out, size);
	file_put(f);
}

static inline bool u_listed(const char *path, const char *name)
{
	char names[4096], want[300];
	char *s;

	u_list(path, names, sizeof(names));
	snprintf(want, sizeof(want), "%s/", name);
	s = strstr(names, want);
	return s && (s == names || s[-1] == '/');
}

#endif
