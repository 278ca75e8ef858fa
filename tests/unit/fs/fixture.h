/*
 * tests/unit/fs/fixture.h - a kernel with a tmpfs as its root, and tasks without a platform
 *
 * Interface: fixture_setup() and fixture_teardown() are for cmocka's test setup; fx is the fixture.
 * fx.t is root with all capabilities; fixture_task() makes others. Tasks share nothing but the
 * kernel and the mount namespace.
 */
#ifndef TESTS_UNIT_FS_FIXTURE_H
#define TESTS_UNIT_FS_FIXTURE_H

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>

#include "fs/tmpfs/tmpfs.h"
#include "fs/vfs/file.h"
#include "fs/vfs/vfs.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/task.h"

static struct fixture {
	struct kernel k;
	struct process p;
	struct mount_ns *ns;
	struct path root;
	struct task *t; /* root */
} fx;

static inline struct task *fixture_task(uint32_t uid, uint32_t gid)
{
	struct task *t = mem_zalloc(sizeof(*t));

	assert_non_null(t);
	ref_init(&t->ref, 1);
	mutex_init(&t->mu, LOCK_TASK);
	t->kernel = &fx.k;
	t->process = &fx.p;
	t->cred = cred_new();
	t->cred->uid = t->cred->euid = t->cred->suid = t->cred->fsuid = uid;
	t->cred->gid = t->cred->egid = t->cred->sgid = t->cred->fsgid = gid;
	t->cred->cap_bounding = (UINT64_C(1) << (CAP_LAST_CAP + 1)) - 1;
	if (uid == 0)
		t->cred->cap_permitted = t->cred->cap_effective = t->cred->cap_bounding;
	t->files = fdtable_new();
	t->fs = fs_context_new(&fx.root, &fx.root);
	t->mnt_ns = fx.ns;
	return t;
}

static inline void fixture_task_free(struct task *t)
{
	fdtable_put(t, t->files);
	fs_context_put(t->fs);
	cred_put(t->cred);
	mutex_destroy(&t->mu);
	mem_free(t);
}

static inline int fixture_setup(void **state)
{
	struct super *s;
	struct mount *m;

	memset(&fx, 0, sizeof(fx));
	kernel_init(&fx.k);
	assert_int_equal(vfs_init(&fx.k), 0);
	assert_int_equal(tmpfs_init(&fx.k), 0);
	fx.k.host_self_fd_dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mutex_init(&fx.p.mu, LOCK_PROCESS);
	fx.p.kernel = &fx.k;
	for (unsigned int i = 0; i < NR_RLIMITS; i++)
		fx.p.limits[i] = (struct rlimit64){RLIM64_INFINITY, RLIM64_INFINITY};
	fx.p.limits[RLIMIT_NOFILE] = (struct rlimit64){1024, 1024};
	assert_int_equal(tmpfs_create(&fx.k, "root", "size=64m,mode=755,nr_inodes=200000", &s), 0);
	m = mount_new(s, NULL, 0);
	assert_non_null(m);
	super_put(s);
	fx.ns = mount_ns_new(&fx.k, m);
	assert_non_null(fx.ns);
	fx.root = (struct path){m, dentry_get(m->root)}; /* takes our reference on m */
	fx.t = fixture_task(0, 0);
	fs_set_umask(fx.t->fs, 022);
	return 0;
}

static inline int fixture_teardown(void **state)
{
	fixture_task_free(fx.t);
	path_put(&fx.root);
	mount_ns_put(fx.ns);
	vfs_fini(&fx.k);
	close(fx.k.host_self_fd_dir);
	return 0;
}

/* ---- shorthands; t is the caller ---- */

static inline int t_open(struct task *t, const char *name, int flags, uint32_t mode)
{
	struct file *f;
	int err = vfs_open(t, AT_FDCWD, name, flags, mode, 0, &f);

	return err < 0 ? err : fd_install(t, f, false);
}

static inline ssize_t t_write(struct task *t, int fd, const void *buf, size_t n)
{
	struct file *f = fd_get(t, fd);
	struct uio u;
	ssize_t ret;

	assert_non_null(f);
	uio_init_kernel(&u, (void *)(uintptr_t)buf, n);
	ret = file_write(f, &u, 0);
	file_put(f);
	return ret;
}

static inline ssize_t t_pread(struct task *t, int fd, void *buf, size_t n, int64_t pos)
{
	struct file *f = fd_get(t, fd);
	struct uio u;
	ssize_t ret;

	assert_non_null(f);
	uio_init_kernel(&u, buf, n);
	ret = file_pread(f, &u, pos, 0);
	file_put(f);
	return ret;
}

static inline int t_creat(struct task *t, const char *name, uint32_t mode)
{
	int fd = t_open(t, name, O_CREAT | O_EXCL | O_WRONLY, mode);

	return fd < 0 ? fd : fd_close(t, fd);
}

static inline int t_stat(struct task *t, const char *name, struct kstat *st)
{
	struct path p;
	int err = path_lookup(t, AT_FDCWD, name, 0, &p);

	if (err < 0)
		return err;
	err = vfs_getattr(t, &p, st);
	path_put(&p);
	return err;
}

static inline int t_mkdir(struct task *t, const char *name, uint32_t mode)
{
	return vfs_mkdir(t, AT_FDCWD, name, mode);
}

static inline int t_unlink(struct task *t, const char *name)
{
	return vfs_unlink(t, AT_FDCWD, name, 0);
}

static inline int t_rmdir(struct task *t, const char *name)
{
	return vfs_unlink(t, AT_FDCWD, name, AT_REMOVEDIR);
}

static inline int t_symlink(struct task *t, const char *target, const char *name)
{
	return vfs_symlink(t, target, AT_FDCWD, name);
}

static inline int t_rename(struct task *t, const char *a, const char *b, unsigned int flags)
{
	return vfs_rename(t, AT_FDCWD, a, AT_FDCWD, b, flags);
}

static inline int t_chown(struct task *t, const char *name, uint32_t uid, uint32_t gid)
{
	struct iattr attr = {.valid = IATTR_CHOWN | IATTR_UID | IATTR_GID, .uid = uid, .gid = gid};
	struct path p;
	int err = path_lookup(t, AT_FDCWD, name, 0, &p);

	if (err < 0)
		return err;
	err = vfs_setattr(t, &p, &attr);
	path_put(&p);
	return err;
}

static inline int t_chmod(struct task *t, const char *name, uint32_t mode)
{
	struct iattr attr = {.valid = IATTR_MODE, .mode = mode};
	struct path p;
	int err = path_lookup(t, AT_FDCWD, name, 0, &p);

	if (err < 0)
		return err;
	err = vfs_setattr(t, &p, &attr);
	path_put(&p);
	return err;
}

static inline const char *t_path(struct task *t, const char *name)
{
	static char buf[4096];
	struct path p;

	if (path_lookup(t, AT_FDCWD, name, 0, &p) < 0)
		return "(error)";
	if (path_name(t, &p, buf, sizeof(buf)) < 0)
		strcpy(buf, "(too long)");
	path_put(&p);
	return buf;
}

#endif
