/* tests/unit/fs/test_namei.c - path resolution, openat2's RESOLVE_*, names of places */
#include "tests/unit/fs/fixture.h"

#include <linux/openat2.h>

static int resolve(int dirfd, const char *name, uint64_t how)
{
	struct file *f;
	int err = vfs_open(fx.t, dirfd, name, O_PATH, 0, how, &f);

	if (err == 0)
		file_put(f);
	return err;
}

static void walks_dots_slashes_and_symlinks(void **state)
{
	struct task *t = fx.t;
	struct kstat a, b;

	assert_int_equal(t_mkdir(t, "/a", 0755), 0);
	assert_int_equal(t_mkdir(t, "/a/b/", 0755), 0);
	assert_int_equal(t_creat(t, "/a/b/f", 0644), 0);
	assert_int_equal(t_symlink(t, "../b/./f", "/a/b/link"), 0);
	assert_int_equal(t_symlink(t, "/a//b", "/abs"), 0);
	assert_int_equal(t_stat(t, "/a/b/f", &a), 0);
	assert_int_equal(t_stat(t, "//a/./b/../../a/b//f", &b), 0);
	assert_int_equal(a.ino, b.ino);
	assert_int_equal(t_stat(t, "/abs/f", &b), 0);
	assert_int_equal(a.ino, b.ino);
	assert_int_equal(t_stat(t, "/../../a/b/f", &b), 0);
	assert_string_equal(t_path(t, "abs/../b/f"), "/a/b/f");
	assert_string_equal(t_path(t, "/"), "/");
}

static void gives_the_errnos_of_linux(void **state)
{
	struct task *t = fx.t;
	char name[300];
	struct kstat st;

	assert_int_equal(t_mkdir(t, "/d", 0755), 0);
	assert_int_equal(t_creat(t, "/d/f", 0644), 0);
	assert_int_equal(t_stat(t, "", &st), -ENOENT);
	assert_int_equal(t_stat(t, "/d/none", &st), -ENOENT);
	assert_int_equal(t_stat(t, "/d/f/", &st), -ENOTDIR);
	assert_int_equal(t_stat(t, "/d/f/x", &st), -ENOTDIR);
	assert_int_equal(t_stat(t, "/d/none/x", &st), -ENOENT);
	memset(name, 'x', sizeof(name));
	name[256] = '\0';
	assert_int_equal(t_stat(t, name, &st), -ENAMETOOLONG);
	name[255] = '\0';
	assert_int_equal(t_stat(t, name, &st), -ENOENT);
	assert_int_equal(t_mkdir(t, name, 0755), 0);
	assert_int_equal(t_stat(t, name, &st), 0);
	assert_int_equal(t_symlink(t, "loop", "/loop"), 0);
	assert_int_equal(t_stat(t, "/loop/x", &st), -ELOOP);
	assert_int_equal(t_stat(t, "/loop", &st), 0);
	assert_int_equal(t_open(t, "/loop", O_RDONLY, 0), -ELOOP);
	assert_int_equal(t_open(t, "/d/f", O_RDONLY | O_DIRECTORY, 0), -ENOTDIR);
	assert_int_equal(t_open(t, "/d", O_WRONLY, 0), -EISDIR);
	assert_int_equal(t_open(t, "/d/new/", O_CREAT | O_WRONLY, 0644), -EISDIR);
	assert_int_equal(t_open(t, "/d/f", O_CREAT | O_EXCL | O_WRONLY, 0644), -EEXIST);
	assert_int_equal(t_open(t, "/loop", O_RDONLY | O_NOFOLLOW, 0), -ELOOP);
}

static void creates_through_a_dangling_symlink(void **state)
{
	struct task *t = fx.t;
	struct kstat st;

	assert_int_equal(t_symlink(t, "/target", "/link"), 0);
	assert_int_equal(t_open(t, "/link", O_CREAT | O_EXCL | O_WRONLY, 0644), -EEXIST);
	assert_true(t_open(t, "/link", O_CREAT | O_WRONLY, 0640) >= 0);
	assert_int_equal(t_stat(t, "/target", &st), 0);
	assert_int_equal(st.mode, S_IFREG | 0640);
}

static void forty_symlinks_and_no_more(void **state)
{
	struct task *t = fx.t;
	char name[16], target[16];
	struct path p;

	assert_int_equal(t_creat(t, "/l0", 0644), 0);
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "/l%d", i);
		snprintf(target, sizeof(target), "l%d", i - 1);
		assert_int_equal(t_symlink(t, target, name), 0);
	}
	assert_int_equal(path_lookup(t, AT_FDCWD, "/l40", LOOKUP_FOLLOW, &p), 0);
	path_put(&p);
	assert_int_equal(path_lookup(t, AT_FDCWD, "/l41", LOOKUP_FOLLOW, &p), -ELOOP);
}

static void openat2_keeps_inside(void **state)
{
	struct task *t = fx.t;
	int fd;

	assert_int_equal(t_mkdir(t, "/jail", 0755), 0);
	assert_int_equal(t_mkdir(t, "/jail/d", 0755), 0);
	assert_int_equal(t_creat(t, "/jail/etc", 0644), 0);
	assert_int_equal(t_symlink(t, "/etc", "/jail/abs"), 0);
	assert_int_equal(t_symlink(t, "../../..", "/jail/d/up"), 0);
	fd = t_open(t, "/jail", O_RDONLY | O_DIRECTORY, 0);
	assert_true(fd >= 0);
	assert_int_equal(resolve(fd, "d/..", RESOLVE_BENEATH), 0);
	assert_int_equal(resolve(fd, "..", RESOLVE_BENEATH), -EXDEV);
	assert_int_equal(resolve(fd, "/jail", RESOLVE_BENEATH), -EXDEV);
	assert_int_equal(resolve(fd, "abs", RESOLVE_BENEATH), -EXDEV);
	assert_int_equal(resolve(fd, "d/up", RESOLVE_BENEATH), -EXDEV);
	assert_int_equal(resolve(fd, "abs", RESOLVE_IN_ROOT), 0);
	assert_int_equal(resolve(fd, "/d/up/etc", RESOLVE_IN_ROOT), 0);
	assert_int_equal(resolve(fd, "abs", RESOLVE_NO_SYMLINKS), -ELOOP);
	assert_int_equal(resolve(fd, "d", RESOLVE_NO_SYMLINKS), 0);
}

static void search_permission_is_needed(void **state)
{
	struct task *user = fixture_task(1000, 1000);
	struct kstat st;

	assert_int_equal(t_mkdir(fx.t, "/shut", 0700), 0);
	assert_int_equal(t_creat(fx.t, "/shut/f", 0666), 0);
	assert_int_equal(t_stat(user, "/shut/f", &st), -EACCES);
	assert_int_equal(t_stat(user, "/shut/none", &st), -EACCES);
	assert_int_equal(t_stat(user, "/shut", &st), 0);
	assert_int_equal(t_chmod(fx.t, "/shut", 0711), 0);
	assert_int_equal(t_stat(user, "/shut/f", &st), 0);
	fixture_task_free(user);
}

static void deleted_places_say_so(void **state)
{
	struct task *t = fx.t;
	char buf[256];
	struct path p;

	assert_int_equal(t_mkdir(t, "/gone", 0755), 0);
	assert_int_equal(path_lookup(t, AT_FDCWD, "/gone", 0, &p), 0);
	assert_int_equal(t_rmdir(t, "/gone"), 0);
	assert_true(path_name(t, &p, buf, sizeof(buf)) > 0);
	assert_string_equal(buf, "/gone (deleted)");
	fs_set_cwd(t->fs, &p);
	path_put(&p);
	assert_int_equal(t_creat(t, "x", 0644), -ENOENT);
	assert_int_equal(t_mkdir(t, "y", 0755), -ENOENT);
}

static void cached_walks_allocate_nothing(void **state)
{
	struct task *t = fx.t;
	struct path p;

	assert_int_equal(t_mkdir(t, "/a", 0755), 0);
	assert_int_equal(t_mkdir(t, "/a/b", 0755), 0);
	assert_int_equal(t_symlink(t, "/a/b", "/s"), 0);
	assert_int_equal(t_creat(t, "/a/b/c", 0644), 0);
	assert_int_equal(path_lookup(t, AT_FDCWD, "/s/../b/c", 0, &p), 0);
	path_put(&p);
	mem_fail_after(0);
	assert_int_equal(path_lookup(t, AT_FDCWD, "/s/../b/c", 0, &p), 0);
	assert_false(mem_fail_stop());
	path_put(&p);
}

static void the_cache_is_bounded(void **state)
{
	struct task *t = fx.t;
	struct kstat st;
	char name[32];

	for (int i = 0; i < 50000; i++) {
		snprintf(name, sizeof(name), "/none%d", i);
		assert_int_equal(t_stat(t, name, &st), -ENOENT);
	}
	assert_int_equal(t_creat(t, "/none7", 0644), 0);
	assert_int_equal(t_stat(t, "/none7", &st), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(walks_dots_slashes_and_symlinks),
		TEST(gives_the_errnos_of_linux),
		TEST(creates_through_a_dangling_symlink),
		TEST(forty_symlinks_and_no_more),
		TEST(openat2_keeps_inside),
		TEST(search_permission_is_needed),
		TEST(deleted_places_say_so),
		TEST(cached_walks_allocate_nothing),
		TEST(the_cache_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
