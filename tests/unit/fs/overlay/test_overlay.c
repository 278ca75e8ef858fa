/*
 * tests/unit/fs/overlay/test_overlay.c - overlays of a host tree: changes in memory and in a directory
 *
 * Each test runs with a tmpfs above and with a host directory above; where the two differ by design
 * the test says so. Afterwards the lower tree must be as it was.
 */
#include "fs/overlay/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/hostfs/hostfs.h"
#include "fs/tmpfs/tmpfs.h"
#include "tests/unit/fs/fs_unit.h"

static char base[64];
static bool persistent;

static void sh(const char *cmd)
{
	char full[512];

	snprintf(full, sizeof(full), "cd %s && %s", base, cmd);
	assert_int_equal(system(full), 0);
}

static struct inode *sub(struct super *s, const char *name)
{
	struct qstr q = {.name = name, .len = (uint32_t)strlen(name)};
	struct inode *in;
	int err;

	mutex_lock(&s->root->mu);
	err = s->root->ops->lookup(s->root, &q, &in);
	if (err == -ENOENT)
		err = s->root->ops->mkdir(s->root, &q, S_IFDIR | 0755, 0, 0, &in);
	mutex_unlock(&s->root->mu);
	assert_int_equal(err, 0);
	return in;
}

static struct super *host(const char *name, const struct hostfs_options *opt)
{
	char path[128];
	struct super *s;

	snprintf(path, sizeof(path), "%s/%s", base, name);
	assert_int_equal(hostfs_create(unit_k, open(path, O_PATH | O_DIRECTORY), opt, &s), 0);
	return s;
}

static void start(void)
{
	const struct hostfs_options lower_opt = {.readonly = true, .exclusive = true};
	const struct hostfs_options upper_opt = {.exclusive = true, .allow_special = true};
	const struct overlay_options opt = {.persistent = persistent};
	struct super *lower, *upper, *ovl;
	struct inode *up, *pool;

	fs_unit_start();
	lower = host("lower", &lower_opt);
	if (persistent)
		upper = host("dir", &upper_opt);
	else
		assert_int_equal(tmpfs_create(unit_k, "upper", "", &upper), 0);
	up = sub(upper, "upper");
	pool = sub(upper, "work");
	assert_int_equal(overlay_create(unit_k, lower->root, up, pool, &opt, &ovl), 0);
	inode_put(up);
	inode_put(pool);
	super_put(lower);
	super_put(upper);
	fs_unit_root(ovl);
}

static int setup(bool dir)
{
	snprintf(base, sizeof(base), "/tmp/overlay-test.XXXXXX");
	if (!mkdtemp(base))
		return -1;
	persistent = dir;
	sh("mkdir lower dir && cd lower && mkdir -p a/b/c d e && echo -n one > f && echo -n two > "
	   "a/g"
	   " && echo -n deep > a/b/c/h && ln f hard && ln -s a/g sym && echo -n x > d/x"
	   " && echo -n y > d/y && mkfifo fifo && truncate -s 3M big && echo -n end >> big"
	   " && cp -a . ../copy");
	start();
	return 0;
}

static int setup_memory(void **state)
{
	return setup(false);
}

static int setup_dir(void **state)
{
	return setup(true);
}

static int teardown(void **state)
{
	char cmd[128];

	fs_unit_end();
	sh("diff -r --no-dereference lower copy -x fifo");
	snprintf(cmd, sizeof(cmd), "rm -rf %s", base);
	return system(cmd);
}

/* Another sandbox on the same upper directory. */
static void restart(void)
{
	fs_unit_end();
	start();
}

static void writing_copies_up_and_keeps_the_number(void **state)
{
	struct kstat before, after;

	u_expect("/f", "one");
	assert_int_equal(u_stat("/f", &before), 0);
	u_write("/f", "changed");
	u_expect("/f", "changed");
	u_expect("/hard", "changed"); /* lower hard links stay links while we live */
	assert_int_equal(u_stat("/f", &after), 0);
	assert_int_equal(before.ino, after.ino);
	assert_int_equal(before.dev, after.dev);
	assert_int_equal(after.nlink, 2);
	assert_int_equal(after.size, 7);
	u_write("/a/b/c/h", "deeper");
	u_expect("/a/b/c/h", "deeper");
	u_expect("/a/g", "two");
}

static void opening_for_writing_alone_copies_nothing(void **state)
{
	struct file *f;
	char buf[16];

	assert_int_equal(u_open("/a/g", O_RDWR, &f), 0);
	assert_int_equal(u_fread(f, buf, sizeof(buf)), 3);
	file_put(f);
	if (persistent)
		sh("test ! -e dir/upper/a");
}

static void a_reader_sees_what_is_written_later(void **state)
{
	struct file *r, *w;
	char buf[32];

	assert_int_equal(u_open("/a/g", O_RDONLY, &r), 0);
	assert_int_equal(u_fread(r, buf, sizeof(buf)), 3);
	assert_int_equal(u_open("/a/g", O_WRONLY | O_APPEND, &w), 0);
	assert_int_equal(u_fwrite(w, "three"), 5);
	assert_int_equal(u_fread(r, buf, sizeof(buf)), 8);
	assert_string_equal(buf, "twothree");
	file_put(r);
	file_put(w);
}

static void sparse_files_are_copied_whole(void **state)
{
	struct file *f;
	struct kstat st;
	char buf[8];
	struct uio u;

	assert_int_equal(u_open("/big", O_RDWR | O_APPEND, &f), 0);
	assert_int_equal(u_fwrite(f, "!"), 1);
	uio_init_kernel(&u, buf, sizeof(buf));
	assert_int_equal(file_pread(f, &u, (3 << 20) - 1, 0), 5);
	assert_memory_equal(buf, "\0end!", 5);
	file_put(f);
	assert_int_equal(u_stat("/big", &st), 0);
	assert_int_equal(st.size, (3 << 20) + 4);
}

static void removed_names_stay_away_and_can_come_back(void **state)
{
	assert_int_equal(u_unlink("/f"), 0);
	assert_false(u_exists("/f"));
	assert_true(u_exists("/hard"));
	assert_false(u_listed("/", "f"));
	u_write("/f", "new");
	u_expect("/f", "new");
	u_expect("/hard", "one");
	assert_true(u_listed("/", "f"));
	assert_int_equal(u_unlink("/f"), 0);
	assert_int_equal(u_mkdir("/f"), 0);
	assert_int_equal(u_rmdir("/f"), 0);
	assert_false(u_exists("/f"));
}

static void rmdir_wants_the_merged_directory_empty(void **state)
{
	char names[256];

	assert_int_equal(u_rmdir("/d"), -ENOTEMPTY);
	assert_int_equal(u_unlink("/d/x"), 0);
	assert_int_equal(u_rmdir("/d"), -ENOTEMPTY);
	u_write("/d/z", "z");
	assert_int_equal(u_unlink("/d/y"), 0);
	assert_int_equal(u_rmdir("/d"), -ENOTEMPTY);
	u_list("/d", names, sizeof(names));
	assert_string_equal(names, "z/");
	assert_int_equal(u_unlink("/d/z"), 0);
	assert_int_equal(u_rmdir("/d"), 0);
	assert_false(u_exists("/d"));
	assert_int_equal(u_mkdir("/d"), 0); /* opaque: nothing of the lower one comes back */
	u_list("/d", names, sizeof(names));
	assert_string_equal(names, "");
	assert_int_equal(u_rmdir("/e"), 0);
	assert_false(u_exists("/e"));
}

static void merged_listing_has_each_name_once(void **state)
{
	char names[256];

	u_write("/d/x", "again");
	u_write("/d/n", "new");
	u_list("/d", names, sizeof(names));
	assert_int_equal(strlen(names), 6);
	assert_true(u_listed("/d", "x") && u_listed("/d", "y") && u_listed("/d", "n"));
}

static void a_listing_survives_removal_of_what_it_lists(void **state)
{
	char names[256];
	struct file *f;

	assert_int_equal(u_open("/d", O_RDONLY | O_DIRECTORY, &f), 0);
	assert_int_equal(u_unlink("/d/x"), 0);
	u_list_file(f, names, sizeof(names));
	assert_non_null(strstr(names, "y/"));
	f->pos = 0;
	u_list_file(f, names, sizeof(names));
	assert_string_equal(names, "y/");
	file_put(f);
}

static void renames_of_lower_files(void **state)
{
	struct kstat st;

	assert_int_equal(u_rename("/f", "/a/new", 0), 0);
	assert_false(u_exists("/f"));
	u_expect("/a/new", "one");
	assert_int_equal(u_rename("/a/g", "/d/x", 0), 0); /* over a lower file */
	u_expect("/d/x", "two");
	assert_int_equal(u_rename("/sym", "/sym2", 0), 0);
	assert_int_equal(u_stat("/sym2", &st), 0);
	assert_true(S_ISLNK(st.mode));
	assert_int_equal(u_rename("/fifo", "/fifo2", 0), 0);
	assert_int_equal(u_rename("/d/x", "/d/y", RENAME_NOREPLACE), -EEXIST);
	assert_int_equal(u_rename("/d/x", "/d/y", RENAME_EXCHANGE), 0);
	u_expect("/d/x", "y");
	u_expect("/d/y", "two");
	assert_int_equal(u_unlink("/d/y"), 0);
	assert_false(u_exists("/d/y"));
	u_expect("/hard", "one");
}

static void renames_of_directories(void **state)
{
	assert_int_equal(u_mkdir("/own"), 0);
	u_write("/own/file", "mine");
	assert_int_equal(u_rename("/own", "/e", 0), 0); /* over an empty lower directory */
	u_expect("/e/file", "mine");
	assert_int_equal(u_rename("/e", "/d", 0), -ENOTEMPTY);
	if (persistent) {
		assert_int_equal(u_rename("/a", "/moved", 0), -EXDEV);
		return;
	}
	assert_int_equal(u_rename("/a", "/moved", 0), 0);
	assert_false(u_exists("/a"));
	u_expect("/moved/g", "two");
	u_expect("/moved/b/c/h", "deep");
	u_write("/moved/b/c/h", "w");
	assert_int_equal(u_mkdir("/a"), 0);
	assert_false(u_exists("/a/g"));
	assert_int_equal(u_rename("/moved/b", "/a/b2", 0), 0);
	u_expect("/a/b2/c/h", "w");
	assert_false(u_exists("/moved/b"));
	assert_int_equal(u_rename("/a", "/moved", RENAME_EXCHANGE), 0);
	u_expect("/moved/b2/c/h", "w");
	u_expect("/a/g", "two");
	assert_int_equal(u_unlink("/moved/b2/c/h"), 0);
	assert_int_equal(u_rmdir("/moved/b2/c"), 0);
	assert_int_equal(u_rmdir("/moved/b2"), 0);
	assert_int_equal(u_rmdir("/moved"), 0);
}

static void hard_links_of_lower_files(void **state)
{
	struct kstat st;

	assert_int_equal(u_link("/a/g", "/g2"), 0);
	u_write("/g2", "both");
	u_expect("/a/g", "both");
	assert_int_equal(u_unlink("/a/g"), 0);
	u_expect("/g2", "both");
	assert_int_equal(u_stat("/g2", &st), 0);
	assert_int_equal(st.nlink, 1);
	/* Lower links: one copied, its name removed, the other one is still the copy. */
	u_write("/f", "copied");
	assert_int_equal(u_unlink("/f"), 0);
	u_expect("/hard", "copied");
	assert_int_equal(u_link("/hard", "/hard2"), 0);
	u_expect("/hard2", "copied");
	assert_int_equal(u_unlink("/hard"), 0);
	assert_int_equal(u_unlink("/hard2"), 0);
}

static void attributes_of_lower_files(void **state)
{
	struct kstat st;

	assert_int_equal(u_chmod("/a/g", 0600), 0);
	assert_int_equal(u_stat("/a/g", &st), 0);
	assert_int_equal(st.mode & 07777, 0600);
	u_expect("/a/g", "two");
	u_write("/a/g", "w");
	assert_int_equal(u_stat("/a/g", &st), 0);
	assert_int_equal(st.mode & 07777, 0600);
	assert_int_equal(u_chmod("/d", 0700), 0);
	u_write("/d/q", "q");
	assert_int_equal(u_stat("/d", &st), 0);
	assert_int_equal(st.mode & 07777, 0700);
}

static void open_unlinked_files_live_on(void **state)
{
	struct file *f;
	char buf[16];

	assert_int_equal(u_open("/a/g", O_RDWR, &f), 0);
	assert_int_equal(u_unlink("/a/g"), 0);
	assert_int_equal(u_fread(f, buf, sizeof(buf)), 3);
	assert_int_equal(u_fwrite(f, "WX"), 2);
	assert_int_equal(u_fread(f, buf, sizeof(buf)), 3);
	assert_string_equal(buf, "WXo");
	file_put(f);
	assert_false(u_exists("/a/g"));
}

static void changes_outlive_a_persistent_overlay(void **state)
{
	char names[256];

	u_write("/a/b/c/h", "kept");
	u_write("/d/new", "n");
	assert_int_equal(u_unlink("/d/x"), 0);
	assert_int_equal(u_unlink("/f"), 0);
	assert_int_equal(u_rmdir("/e"), 0);
	assert_int_equal(u_mkdir("/e"), 0);
	assert_int_equal(u_chmod("/a/g", 0640), 0);
	restart();
	u_expect("/a/b/c/h", "kept");
	u_expect("/a/g", "two");
	u_list("/d", names, sizeof(names));
	assert_int_equal(strlen(names), 6); /* new/ y/ */
	assert_false(u_exists("/f"));
	u_list("/e", names, sizeof(names));
	assert_string_equal(names, "");
}

int main(void)
{
#define BOTH(fn)                                                                                   \
	cmocka_unit_test_setup_teardown(fn, setup_memory, teardown),                               \
		cmocka_unit_test_setup_teardown(fn, setup_dir, teardown)
	const struct CMUnitTest tests[] = {
		BOTH(writing_copies_up_and_keeps_the_number),
		BOTH(opening_for_writing_alone_copies_nothing),
		BOTH(a_reader_sees_what_is_written_later),
		BOTH(sparse_files_are_copied_whole),
		BOTH(removed_names_stay_away_and_can_come_back),
		BOTH(rmdir_wants_the_merged_directory_empty),
		BOTH(merged_listing_has_each_name_once),
		BOTH(a_listing_survives_removal_of_what_it_lists),
		BOTH(renames_of_lower_files),
		BOTH(renames_of_directories),
		BOTH(hard_links_of_lower_files),
		BOTH(attributes_of_lower_files),
		BOTH(open_unlinked_files_live_on),
		cmocka_unit_test_setup_teardown(changes_outlive_a_persistent_overlay, setup_dir,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
