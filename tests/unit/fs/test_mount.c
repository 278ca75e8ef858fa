/* tests/unit/fs/test_mount.c - mounts, binds, namespaces, pivot_root, what /proc/mounts shows */
#include "tests/unit/fs/fixture.h"

#include <sys/mount.h>

static struct path look(const char *name)
{
	struct path p;

	assert_int_equal(path_lookup(fx.t, AT_FDCWD, name, LOOKUP_FOLLOW, &p), 0);
	return p;
}

static void mount_tmpfs(const char *name)
{
	struct path where = look(name);
	struct super *s;
	struct mount *m;

	assert_int_equal(tmpfs_create(&fx.k, "t mp", "size=1m,mode=700", &s), 0);
	m = mount_new(s, NULL, MNT_RELATIME);
	super_put(s);
	assert_int_equal(mount_attach(m, &where), 0);
	mount_put(m);
	path_put(&where);
}

static int umount_at(const char *name, int flags)
{
	struct path p = look(name);
	int err = vfs_umount(fx.t, &p, flags);

	path_put(&p);
	return err;
}

static int bind(const char *from, const char *to, bool rec)
{
	struct path a = look(from), b = look(to);
	int err = mount_bind(fx.t, &a, &b, rec, 0);

	path_put(&a);
	path_put(&b);
	return err;
}

static void mounts_cover_and_uncover(void **state)
{
	struct task *t = fx.t;
	struct kstat st;
	int fd;

	assert_int_equal(t_mkdir(t, "/m", 0755), 0);
	assert_int_equal(t_creat(t, "/m/below", 0644), 0);
	mount_tmpfs("/m");
	assert_int_equal(t_stat(t, "/m/below", &st), -ENOENT);
	assert_int_equal(t_creat(t, "/m/above", 0644), 0);
	assert_int_equal(t_stat(t, "/m/../m/above", &st), 0);
	assert_string_equal(t_path(t, "/m/above"), "/m/above");
	assert_int_equal(t_rename(t, "/m/above", "/x", 0), -EXDEV);
	assert_int_equal(vfs_link(t, AT_FDCWD, "/m/above", AT_FDCWD, "/x", 0), -EXDEV);
	assert_int_equal(t_rmdir(t, "/m"), -EBUSY);
	assert_int_equal(t_rename(t, "/m", "/n", 0), -EBUSY);
	mount_tmpfs("/m"); /* on top */
	assert_int_equal(t_stat(t, "/m/above", &st), -ENOENT);
	assert_int_equal(umount_at("/m", 0), 0);
	fd = t_open(t, "/m/above", O_RDONLY, 0);
	assert_int_equal(umount_at("/m", 0), -EBUSY);
	assert_int_equal(umount_at("/m", MNT_EXPIRE), -EBUSY);
	assert_int_equal(umount_at("/m", MNT_DETACH), 0);
	assert_int_equal(t_stat(t, "/m/below", &st), 0);
	fd_close(t, fd);
	assert_int_equal(umount_at("/m", 0), -EINVAL);
	assert_int_equal(umount_at("/", 0), -EBUSY);
	mount_tmpfs("/m");
	assert_int_equal(umount_at("/m", MNT_EXPIRE), -EAGAIN);
	assert_int_equal(umount_at("/m", MNT_EXPIRE), 0);
}

static void binds_show_a_part(void **state)
{
	struct task *t = fx.t;
	struct kstat st;

	assert_int_equal(t_mkdir(t, "/a", 0755), 0);
	assert_int_equal(t_mkdir(t, "/a/sub", 0755), 0);
	assert_int_equal(t_mkdir(t, "/b", 0755), 0);
	assert_int_equal(t_creat(t, "/f", 0644), 0);
	assert_int_equal(t_creat(t, "/g", 0644), 0);
	mount_tmpfs("/a/sub");
	assert_int_equal(t_creat(t, "/a/sub/in", 0644), 0);
	assert_int_equal(bind("/a", "/f", false), -ENOTDIR);
	assert_int_equal(bind("/f", "/g", false), 0);
	assert_int_equal(bind("/a", "/b", false), 0);
	assert_int_equal(t_stat(t, "/b/sub/in", &st), -ENOENT);
	assert_int_equal(umount_at("/b", 0), 0);
	assert_int_equal(bind("/a", "/b", true), 0);
	assert_int_equal(t_stat(t, "/b/sub/in", &st), 0);
	assert_string_equal(t_path(t, "/b/sub/in"), "/b/sub/in");
	assert_string_equal(t_path(t, "/b/sub/.."), "/b");
	assert_string_equal(t_path(t, "/b/.."), "/");
	assert_int_equal(umount_at("/b", 0), -EBUSY);
	assert_int_equal(umount_at("/b", MNT_DETACH), 0);
	assert_int_equal(t_stat(t, "/a/sub/in", &st), 0);
}

static void read_only_binds_refuse_changes(void **state)
{
	struct task *t = fx.t;
	struct path p;
	struct file *f;

	assert_int_equal(t_mkdir(t, "/a", 0755), 0);
	assert_int_equal(t_creat(t, "/a/f", 0644), 0);
	assert_int_equal(t_mkdir(t, "/b", 0755), 0);
	assert_int_equal(bind("/a", "/b", false), 0);
	p = look("/b");
	assert_int_equal(mount_set_flags(t, &p, MNT_READONLY, false), 0);
	path_put(&p);
	assert_int_equal(t_open(t, "/b/f", O_WRONLY, 0), -EROFS);
	assert_int_equal(t_open(t, "/b/n", O_CREAT | O_WRONLY, 0644), -EROFS);
	assert_int_equal(t_open(t, "/b/f", O_CREAT | O_RDONLY, 0644), 0);
	assert_int_equal(t_mkdir(t, "/b/d", 0755), -EROFS);
	assert_int_equal(t_mkdir(t, "/b/f", 0755), -EEXIST);
	assert_int_equal(t_unlink(t, "/b/f"), -EROFS);
	assert_int_equal(t_chmod(t, "/b/f", 0600), -EROFS);
	assert_int_equal(vfs_open(t, AT_FDCWD, "/b", O_TMPFILE | O_RDWR, 0600, 0, &f), -EROFS);
	assert_int_equal(t_unlink(t, "/a/f"), 0);
}

static void namespaces_are_copies(void **state)
{
	struct mount *root = fx.root.mnt, *pwd = NULL;
	struct strbuf sb;
	struct mount_ns *ns;
	struct path there;

	assert_int_equal(t_mkdir(fx.t, "/m n", 0755), 0);
	mount_tmpfs("/m n");
	ns = mount_ns_copy(fx.ns, &root, &pwd);
	assert_non_null(ns);
	assert_ptr_not_equal(root, fx.root.mnt);
	assert_int_equal(umount_at("/m n", 0), 0);
	there = (struct path){root, root->root};
	strbuf_init(&sb, 1 << 16);
	mount_ns_show(ns, &there, SHOW_MOUNTS, &sb);
	assert_non_null(strstr(strbuf_str(&sb), "root / tmpfs rw,size=65536k"));
	assert_non_null(strstr(strbuf_str(&sb), "t\\040mp /m\\040n tmpfs rw,relatime,size=1024k,"));
	strbuf_reset(&sb);
	mount_ns_show(fx.ns, &fx.root, SHOW_MOUNTINFO, &sb);
	assert_non_null(strstr(strbuf_str(&sb), " / / rw - tmpfs root rw,"));
	assert_null(strstr(strbuf_str(&sb), "1024k"));
	strbuf_free(&sb);
	mount_put(root);
	mount_ns_put(ns);
}

static void pivot_root_changes_the_root(void **state)
{
	struct task *t = fx.t;
	struct path new_root, put_old;
	struct kstat st;

	assert_int_equal(t_mkdir(t, "/new", 0755), 0);
	assert_int_equal(t_creat(t, "/marker", 0644), 0);
	new_root = look("/new");
	put_old = look("/new");
	assert_int_equal(vfs_pivot_root(t, &new_root, &put_old), -EBUSY);
	path_put(&new_root);
	path_put(&put_old);
	mount_tmpfs("/new");
	assert_int_equal(t_mkdir(t, "/new/old", 0755), 0);
	new_root = look("/new");
	put_old = look("/new/old");
	assert_int_equal(vfs_pivot_root(t, &new_root, &put_old), 0);
	/* No other tasks are known to this kernel: the caller's own context is set here. */
	fs_context_replace(t->fs, &fx.root, &new_root);
	path_put(&new_root);
	path_put(&put_old);
	assert_int_equal(t_stat(t, "/old/marker", &st), 0);
	assert_int_equal(t_stat(t, "/marker", &st), -ENOENT);
	assert_string_equal(t_path(t, "/old/marker"), "/old/marker");
	assert_int_equal(umount_at("/old", MNT_DETACH), 0);
	assert_int_equal(t_stat(t, "/old/marker", &st), -ENOENT);
}

static void mounts_are_limited(void **state)
{
	struct task *t = fx.t;
	int err;
	unsigned int n = 0;

	assert_int_equal(t_mkdir(t, "/a", 0755), 0);
	assert_int_equal(t_mkdir(t, "/b", 0755), 0);
	while ((err = bind("/a", "/b", false)) == 0)
		n++;
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(n, MOUNTS_MAX - 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mounts_cover_and_uncover),	      TEST(binds_show_a_part),
		TEST(read_only_binds_refuse_changes), TEST(namespaces_are_copies),
		TEST(pivot_root_changes_the_root),    TEST(mounts_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
