/* tests/unit/fs/test_dirops.c - making, removing and renaming names; permissions; attributes */
#include "tests/unit/fs/fixture.h"

static void parents_count_their_children(void **state)
{
	struct task *t = fx.t;
	struct kstat st;

	assert_int_equal(t_mkdir(t, "/d", 0777), 0);
	assert_int_equal(t_mkdir(t, "/d/a", 0777), 0);
	assert_int_equal(t_mkdir(t, "/d/b", 0777), 0);
	assert_int_equal(t_stat(t, "/d", &st), 0);
	assert_int_equal(st.nlink, 4);
	assert_int_equal(st.mode, S_IFDIR | 0755);
	assert_int_equal(t_rmdir(t, "/d"), -ENOTEMPTY);
	assert_int_equal(t_rmdir(t, "/d/a"), 0);
	assert_int_equal(t_rename(t, "/d/b", "/b", 0), 0);
	assert_int_equal(t_stat(t, "/d", &st), 0);
	assert_int_equal(st.nlink, 2);
	assert_int_equal(t_rmdir(t, "/d"), 0);
	assert_int_equal(t_stat(t, "/d", &st), -ENOENT);
	assert_int_equal(t_stat(t, "/d/a", &st), -ENOENT);
}

static void removing_gives_the_errnos_of_linux(void **state)
{
	struct task *t = fx.t;

	assert_int_equal(t_mkdir(t, "/d", 0755), 0);
	assert_int_equal(t_creat(t, "/f", 0644), 0);
	assert_int_equal(t_unlink(t, "/d"), -EISDIR);
	assert_int_equal(t_unlink(t, "/d/"), -EISDIR);
	assert_int_equal(t_unlink(t, "/f/"), -ENOTDIR);
	assert_int_equal(t_unlink(t, "/none"), -ENOENT);
	assert_int_equal(t_unlink(t, "/d/.."), -EISDIR);
	assert_int_equal(t_rmdir(t, "/f"), -ENOTDIR);
	assert_int_equal(t_rmdir(t, "/d/."), -EINVAL);
	assert_int_equal(t_rmdir(t, "/d/.."), -ENOTEMPTY);
	assert_int_equal(t_rmdir(t, "/"), -EBUSY);
	assert_int_equal(t_mkdir(t, "/d", 0755), -EEXIST);
	assert_int_equal(t_mkdir(t, "/d/..", 0755), -EEXIST);
	assert_int_equal(t_symlink(t, "x", "/s/"), -ENOENT);
	assert_int_equal(t_symlink(t, "", "/s"), -ENOENT);
	assert_int_equal(vfs_mknod(t, AT_FDCWD, "/n", S_IFDIR | 0755, 0), -EPERM);
	assert_int_equal(vfs_mknod(t, AT_FDCWD, "/n", S_IFLNK | 0755, 0), -EINVAL);
}

static void hard_links_share_an_inode(void **state)
{
	struct task *t = fx.t;
	struct kstat a, b;

	assert_int_equal(t_creat(t, "/a", 0644), 0);
	assert_int_equal(vfs_link(t, AT_FDCWD, "/a", AT_FDCWD, "/b", 0), 0);
	assert_int_equal(vfs_link(t, AT_FDCWD, "/a", AT_FDCWD, "/b", 0), -EEXIST);
	assert_int_equal(t_stat(t, "/a", &a), 0);
	assert_int_equal(t_stat(t, "/b", &b), 0);
	assert_int_equal(a.ino, b.ino);
	assert_int_equal(a.nlink, 2);
	assert_int_equal(t_rename(t, "/a", "/b", 0), 0); /* same file: both stay */
	assert_int_equal(t_stat(t, "/a", &a), 0);
	assert_int_equal(t_unlink(t, "/a"), 0);
	assert_int_equal(t_stat(t, "/b", &b), 0);
	assert_int_equal(b.nlink, 1);
	assert_int_equal(t_mkdir(t, "/d", 0755), 0);
	assert_int_equal(vfs_link(t, AT_FDCWD, "/d", AT_FDCWD, "/e", 0), -EPERM);
}

static void rename_follows_the_rules(void **state)
{
	struct task *t = fx.t;
	struct kstat st;

	assert_int_equal(t_mkdir(t, "/d", 0755), 0);
	assert_int_equal(t_mkdir(t, "/d/e", 0755), 0);
	assert_int_equal(t_creat(t, "/d/e/x", 0644), 0);
	assert_int_equal(t_creat(t, "/f", 0644), 0);
	assert_int_equal(t_rename(t, "/d", "/d/e/d", 0), -EINVAL);
	assert_int_equal(t_rename(t, "/d/e", "/d", 0), -ENOTEMPTY);
	assert_int_equal(t_rename(t, "/f", "/d", 0), -EISDIR);
	assert_int_equal(t_rename(t, "/d", "/f", 0), -ENOTDIR);
	assert_int_equal(t_rename(t, "/f", "/g/", 0), -ENOTDIR);
	assert_int_equal(t_rename(t, "/none", "/g", 0), -ENOENT);
	assert_int_equal(t_rename(t, "/f", "/d/e", RENAME_NOREPLACE), -EEXIST);
	assert_int_equal(t_rename(t, "/d/.", "/g", 0), -EBUSY);
	assert_int_equal(t_rename(t, "/d", "/g/", 0), 0);
	assert_int_equal(t_stat(t, "/g/e/x", &st), 0);
	assert_int_equal(t_stat(t, "/d", &st), -ENOENT);
	assert_string_equal(t_path(t, "/g/e/x"), "/g/e/x");
	assert_int_equal(t_mkdir(t, "/h", 0755), 0);
	assert_int_equal(t_rename(t, "/g/e", "/h", 0), 0);
	assert_int_equal(t_stat(t, "/h/x", &st), 0);
}

static void rename_exchanges_and_leaves_whiteouts(void **state)
{
	struct task *t = fx.t;
	struct kstat st;

	assert_int_equal(t_mkdir(t, "/d", 0755), 0);
	assert_int_equal(t_creat(t, "/d/in", 0644), 0);
	assert_int_equal(
		t_creat(t, "/a_name_that_is_longer_than_the_inline_space_of_a_dentry", 0644), 0);
	assert_int_equal(t_rename(t, "/d",
				  "/a_name_that_is_longer_than_the_inline_space_of_a_dentry",
				  RENAME_EXCHANGE),
			 0);
	assert_int_equal(t_stat(t, "/d", &st), 0);
	assert_true(S_ISREG(st.mode));
	assert_int_equal(
		t_stat(t, "/a_name_that_is_longer_than_the_inline_space_of_a_dentry/in", &st), 0);
	assert_int_equal(t_rename(t, "/d", "/none", RENAME_EXCHANGE), -ENOENT);
	assert_int_equal(t_rename(t, "/d", "/moved", RENAME_WHITEOUT), 0);
	assert_int_equal(t_stat(t, "/d", &st), 0);
	assert_int_equal(st.mode, S_IFCHR);
	assert_int_equal(st.rdev, 0);
	assert_int_equal(t_rename(t, "/d", "/x", RENAME_EXCHANGE | RENAME_NOREPLACE), -EINVAL);
}

static void sticky_directories_protect(void **state)
{
	struct task *a = fixture_task(1000, 1000), *b = fixture_task(1001, 1001);

	assert_int_equal(t_mkdir(fx.t, "/tmp", 01777), 0);
	assert_int_equal(t_chmod(fx.t, "/tmp", 01777), 0);
	assert_int_equal(t_creat(a, "/tmp/f", 0666), 0);
	assert_int_equal(t_unlink(b, "/tmp/f"), -EPERM);
	assert_int_equal(t_rename(b, "/tmp/f", "/tmp/g", 0), -EPERM);
	assert_int_equal(vfs_link(b, AT_FDCWD, "/tmp/f", AT_FDCWD, "/tmp/l", 0), -EPERM);
	assert_int_equal(t_unlink(a, "/tmp/f"), 0);
	assert_int_equal(t_creat(a, "/f", 0644), -EACCES);
	fixture_task_free(a);
	fixture_task_free(b);
}

static void chown_and_write_drop_set_id_bits(void **state)
{
	struct task *user = fixture_task(1000, 1000);
	struct kstat st;
	int fd;

	assert_int_equal(t_creat(fx.t, "/f", 0777), 0);
	assert_int_equal(t_chmod(fx.t, "/f", 06777), 0);
	assert_int_equal(t_chown(fx.t, "/f", 1000, 1000), 0);
	assert_int_equal(t_stat(fx.t, "/f", &st), 0);
	assert_int_equal(st.mode & 07777, 0777);
	assert_int_equal(t_chmod(user, "/f", 06777), 0);
	fd = t_open(user, "/f", O_WRONLY, 0);
	assert_int_equal(t_write(user, fd, "x", 1), 1);
	assert_int_equal(t_stat(fx.t, "/f", &st), 0);
	assert_int_equal(st.mode & 07777, 0777);
	assert_int_equal(t_chown(user, "/f", 0, 1000), -EPERM);
	assert_int_equal(t_chown(user, "/f", 1000, 4), -EPERM);
	assert_int_equal(t_chmod(user, "/", 0700), -EPERM);
	fixture_task_free(user);
}

static void set_gid_directories_hand_their_group_down(void **state)
{
	struct task *user = fixture_task(1000, 1000);
	struct kstat st;

	assert_int_equal(t_mkdir(fx.t, "/g", 0777), 0);
	assert_int_equal(t_chown(fx.t, "/g", 0, 77), 0);
	assert_int_equal(t_chmod(fx.t, "/g", 02777), 0);
	assert_int_equal(t_mkdir(user, "/g/d", 0755), 0);
	assert_int_equal(t_creat(user, "/g/f", 02755), 0);
	assert_int_equal(t_stat(user, "/g/d", &st), 0);
	assert_int_equal(st.gid, 77);
	assert_int_equal(st.mode & 07777, 02755);
	assert_int_equal(t_stat(user, "/g/f", &st), 0);
	assert_int_equal(st.mode & 07777, 0755);
	fixture_task_free(user);
}

static void out_of_memory_leaves_things_as_they_were(void **state)
{
	struct task *t = fx.t;
	struct kstat st;
	int err;

	assert_int_equal(t_mkdir(t, "/d", 0755), 0);
	for (long n = 0;; n++) {
		bool struck;

		mem_fail_after(n);
		err = t_creat(t, "/d/file", 0644);
		struck = mem_fail_stop();
		if (err == 0)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_true(struck);
		if (t_stat(t, "/d/file", &st) == 0) /* made, but no file for it */
			assert_int_equal(t_unlink(t, "/d/file"), 0);
	}
	for (long n = 0;; n++) {
		bool struck;

		mem_fail_after(n);
		err = t_rename(t, "/d/file",
			       "/d/a_name_that_is_longer_than_the_inline_space_of_one",
			       RENAME_WHITEOUT);
		struck = mem_fail_stop();
		if (err == 0)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_true(struck);
		assert_int_equal(t_stat(t, "/d/file", &st), 0);
		assert_true(S_ISREG(st.mode));
	}
}

struct counter {
	struct dir_context ctx;
	unsigned int n, stop_after;
};

static int count_entry(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
		       unsigned int type, int64_t next)
{
	struct counter *c = container_of(ctx, struct counter, ctx);

	if (c->n == c->stop_after)
		return 1;
	c->n++;
	return 0;
}

static void twenty_thousand_files(void **state)
{
	struct task *t = fx.t;
	struct counter c = {.ctx.emit = count_entry};
	unsigned int total = 0;
	struct file *f;
	char name[32];
	int fd;

	assert_int_equal(t_mkdir(t, "/d", 0755), 0);
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "/d/f%d", i);
		assert_int_equal(t_creat(t, name, 0644), 0);
	}
	fd = t_open(t, "/d", O_RDONLY, 0);
	f = fd_get(t, fd);
	do {
		c.n = 0;
		c.stop_after = 100;
		assert_int_equal(file_readdir(f, &c.ctx), 0);
		total += c.n;
		if (total == 10000) { /* what goes away meanwhile does not disturb */
			assert_int_equal(t_unlink(t, "/d/f9997"), 0);
			assert_int_equal(t_unlink(t, "/d/f19999"), 0);
		}
	} while (c.n);
	file_put(f);
	assert_int_equal(total, 20002 - 1);
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "/d/f%d", i);
		assert_int_equal(t_unlink(t, name), i == 9997 || i == 19999 ? -ENOENT : 0);
	}
	assert_int_equal(t_rmdir(t, "/d"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parents_count_their_children),
		TEST(removing_gives_the_errnos_of_linux),
		TEST(hard_links_share_an_inode),
		TEST(rename_follows_the_rules),
		TEST(rename_exchanges_and_leaves_whiteouts),
		TEST(sticky_directories_protect),
		TEST(chown_and_write_drop_set_id_bits),
		TEST(set_gid_directories_hand_their_group_down),
		TEST(out_of_memory_leaves_things_as_they_were),
		TEST(twenty_thousand_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
