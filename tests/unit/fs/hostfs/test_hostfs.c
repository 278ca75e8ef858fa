/*
 * tests/unit/fs/hostfs/test_hostfs.c - host trees: cached and shared ones, hostile content, hiding
 */
#include "fs/hostfs/hostfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "fs/vfs/listed.h"
#include "tests/unit/fs/fs_unit.h"

static char base[64];

static int base_fd(void)
{
	return open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void host_write(const char *name, const char *text)
{
	int dir = base_fd(), fd = openat(dir, name, O_CREAT | O_TRUNC | O_WRONLY, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	close(dir);
}

static int setup(void **state)
{
	int dir;

	snprintf(base, sizeof(base), "/tmp/hostfs-test.XXXXXX");
	if (!mkdtemp(base))
		return -1;
	dir = base_fd();
	host_write("file", "hello");
	mkdirat(dir, "dir", 0755);
	mkdirat(dir, "dir/sub", 0755);
	host_write("dir/sub/deep", "deep");
	symlinkat("file", dir, "link");
	symlinkat("/etc/passwd", dir, "escape");
	symlinkat("../../../../../../etc", dir, "updir");
	mkfifoat(dir, "fifo", 0644);
	close(dir);
	fs_unit_start();
	return 0;
}

static int teardown(void **state)
{
	char cmd[128];

	fs_unit_end();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", base);
	return system(cmd);
}

static void mount_tree(const struct hostfs_options *opt)
{
	struct super *s;

	assert_int_equal(hostfs_create(unit_k, base_fd(), opt, &s), 0);
	fs_unit_root(s);
}

static void files_are_read_and_symlinks_stay_inside(void **state)
{
	const struct hostfs_options opt = {.readonly = true, .exclusive = true};
	struct kstat st;
	struct file *f;

	mount_tree(&opt);
	u_expect("/file", "hello");
	u_expect("/link", "hello");
	u_expect("/dir/sub/deep", "deep");
	u_expect("/dir/../../../dir/sub/deep", "deep");
	assert_int_equal(u_open("/escape", O_RDONLY, &f), -ENOENT);
	assert_int_equal(u_open("/updir/passwd", O_RDONLY, &f), -ENOENT);
	assert_int_equal(u_open("/file", O_WRONLY, &f), -EROFS);
	assert_int_equal(u_stat("/file", &st), 0);
	assert_int_equal(st.size, 5);
	assert_int_equal(st.nlink, 1);
}

static void special_files_are_seen_but_not_opened_at_the_host(void **state)
{
	const struct hostfs_options opt = {.exclusive = true};
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int sock = socket(AF_UNIX, SOCK_STREAM, 0);
	struct kstat st;
	struct file *f;

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/sock", base);
	assert_int_equal(bind(sock, (void *)&sa, sizeof(sa)), 0);
	mount_tree(&opt);
	assert_int_equal(u_stat("/fifo", &st), 0);
	assert_true(S_ISFIFO(st.mode));
	assert_int_equal(u_stat("/sock", &st), 0);
	assert_true(S_ISSOCK(st.mode));
	assert_int_equal(u_open("/sock", O_RDONLY, &f), -ENXIO);
	close(sock);
}

static void a_cached_file_that_became_a_fifo_is_not_opened(void **state)
{
	const struct hostfs_options opt = {.exclusive = true};
	char path[128];
	struct kstat st;
	struct file *f;

	mount_tree(&opt);
	assert_int_equal(u_stat("/file", &st), 0);
	snprintf(path, sizeof(path), "%s/file", base);
	unlink(path);
	mkfifo(path, 0666);
	assert_int_equal(u_open("/file", O_RDONLY, &f), -ESTALE);
	assert_int_equal(u_open("/file", O_WRONLY, &f), -ESTALE);
}

static void a_directory_moved_away_does_not_let_us_out(void **state)
{
	const struct hostfs_options opt = {.exclusive = true, .readonly = true, .max_dir_fds = 1};
	char from[128], to[128];
	struct kstat st;
	struct file *f;

	mount_tree(&opt);
	u_expect("/dir/sub/deep", "deep");
	assert_int_equal(u_stat("/fifo", &st), 0);
	snprintf(from, sizeof(from), "%s/dir", base);
	snprintf(to, sizeof(to), "%s-moved", base);
	assert_int_equal(rename(from, to), 0);
	/* Held or reopened: it is still that directory or nothing, and .. is the guest's. */
	if (u_open("/dir/sub/../../file", O_RDONLY, &f) == 0)
		file_put(f);
	assert_int_not_equal(u_stat("/dir/sub/../../../etc/passwd", &st), 0);
	assert_int_equal(rename(to, from), 0);
}

static void directories_are_reopened_after_eviction(void **state)
{
	const struct hostfs_options opt = {.exclusive = true, .readonly = true, .max_dir_fds = 2};
	char path[64], host[160];

	for (int i = 0; i < 40; i++) {
		snprintf(host, sizeof(host), "%s/d%d", base, i);
		mkdir(host, 0755);
		snprintf(path, sizeof(path), "d%d/f", i);
		host_write(path, path);
	}
	mount_tree(&opt);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 40; i++) {
			snprintf(path, sizeof(path), "/d%d/f", i);
			u_expect(path, path + 1);
			u_expect("/dir/sub/deep", "deep");
		}
	}
}

static void a_shared_tree_shows_changes_of_others(void **state)
{
	const struct hostfs_options opt = {0};
	char path[128];
	struct kstat st;

	mount_tree(&opt);
	u_expect("/file", "hello");
	host_write("file", "changed!");
	u_expect("/file", "changed!");
	assert_int_equal(u_stat("/file", &st), 0);
	assert_int_equal(st.size, 8);
	assert_false(u_exists("/new"));
	host_write("new", "n");
	assert_true(u_exists("/new"));
	snprintf(path, sizeof(path), "%s/new", base);
	unlink(path);
	assert_false(u_exists("/new"));
}

static void a_writable_tree_writes_to_the_host(void **state)
{
	const struct hostfs_options opt = {.exclusive = true};
	char path[128], buf[64];
	struct kstat st;
	struct stat host;
	struct file *f;

	mount_tree(&opt);
	u_write("/made", "one");
	assert_int_equal(u_open("/made", O_WRONLY | O_APPEND, &f), 0);
	assert_int_equal(u_fwrite(f, "two"), 3);
	file_put(f);
	u_expect("/made", "onetwo");
	assert_int_equal(u_stat("/made", &st), 0);
	assert_int_equal(st.size, 6);
	assert_int_equal(u_chmod("/made", 06755), 0);
	snprintf(path, sizeof(path), "%s/made", base);
	assert_int_equal(stat(path, &host), 0);
	assert_int_equal(host.st_mode & 07777, 0755); /* no set-id bits on the host */
	assert_int_equal(u_link("/made", "/hard"), 0);
	assert_int_equal(u_stat("/hard", &st), 0);
	assert_int_equal(st.nlink, 2);
	assert_int_equal(u_rename("/made", "/dir/moved", 0), 0);
	u_expect("/dir/moved", "onetwo");
	assert_int_equal(u_open("/dir/moved", O_RDONLY, &f), 0);
	assert_int_equal(u_unlink("/dir/moved"), 0);
	assert_int_equal(u_unlink("/hard"), 0);
	assert_int_equal(u_fread(f, buf, sizeof(buf)), 6); /* unlinked, but open */
	file_put(f);
	assert_int_equal(vfs_mknod(unit_t, AT_FDCWD, "/null", S_IFCHR | 0666, makedev(1, 3)),
			 -EPERM);
	assert_int_equal(u_mkdir("/a"), 0);
	assert_int_equal(u_mkdir("/a/b"), 0);
	assert_int_equal(u_rename("/a", "/c", 0), 0);
	u_write("/c/b/x", "x");
	assert_int_equal(u_rmdir("/c"), -ENOTEMPTY);
	assert_int_equal(u_unlink("/c/b/x"), 0);
	assert_int_equal(u_rmdir("/c/b"), 0);
	assert_int_equal(u_rmdir("/c"), 0);
}

static void a_hard_link_is_reached_by_the_name_that_is_left(void **state)
{
	const struct hostfs_options opt = {.exclusive = true};

	mount_tree(&opt);
	assert_int_equal(u_link("/file", "/l1"), 0);
	assert_int_equal(u_link("/file", "/dir/l2"), 0);
	u_expect("/l1", "hello");
	assert_int_equal(u_unlink("/dir/l2"), 0);
	u_expect("/file", "hello");
	assert_int_equal(u_rename("/file", "/renamed", 0), 0);
	assert_int_equal(u_unlink("/l1"), 0);
	u_expect("/renamed", "hello");
}

static void hidden_paths_are_empty_absent_or_unreadable(void **state)
{
	const struct hostfs_hide hide[] = {
		{.path = "dir/sub", .how = HOSTFS_EMPTY},
		{.path = "file", .how = HOSTFS_UNREADABLE},
		{.path = "/fifo", .how = HOSTFS_ABSENT},
		{.path = "not/there", .how = HOSTFS_EMPTY},
	};
	const struct hostfs_options opt = {
		.exclusive = true, .readonly = true, .hide = hide, .nr_hide = ARRAY_SIZE(hide)};
	char names[512], from[128], to[128];
	struct kstat st;
	struct file *f;

	snprintf(from, sizeof(from), "%s/file", base);
	snprintf(to, sizeof(to), "%s/another-name", base);
	assert_int_equal(link(from, to), 0);
	mount_tree(&opt);
	assert_int_equal(u_stat("/dir/sub", &st), 0);
	assert_false(u_exists("/dir/sub/deep"));
	u_list("/dir/sub", names, sizeof(names));
	assert_string_equal(names, "");
	assert_int_equal(u_open("/file", O_RDONLY, &f), -EACCES);
	assert_int_equal(u_open("/another-name", O_RDONLY, &f), -EACCES);
	assert_false(u_exists("/fifo"));
	assert_false(u_listed("/", "fifo"));
	assert_true(u_listed("/", "file"));
}

static void only_one_name_of_a_directory(void **state)
{
	const struct hostfs_options opt = {.only = "file"};
	char names[512];

	mount_tree(&opt);
	u_expect("/file", "hello");
	assert_false(u_exists("/dir"));
	assert_int_equal(u_mkdir("/other"), -EACCES);
	u_list("/", names, sizeof(names));
	assert_string_equal(names, "file/");
}
/* Files stay open at the host for the next time: that must not show. */
/* Where only we change the tree, what was looked at is believed for a tenth of a second. */
static void let_it_age(bool exclusive)
{
	if (exclusive)
		usleep(150000);
}

static void closed_files_follow_the_host(bool exclusive)
{
	const struct hostfs_options opt = {.readonly = exclusive, .exclusive = exclusive};
	int dir = base_fd();
	struct file *f;

	mount_tree(&opt);
	for (int i = 0; i < 3; i++)
		u_expect("/file", "hello");
	host_write("file", "in place");
	u_expect("/file", "in place");
	u_expect("/file", "in place");
	host_write("new", "another one");
	assert_int_equal(renameat(dir, "new", dir, "file"), 0);
	let_it_age(exclusive);
	u_expect("/file", "another one");
	u_expect("/file", "another one");
	assert_int_equal(unlinkat(dir, "file", 0), 0);
	let_it_age(exclusive);
	assert_true(u_open("/file", O_RDONLY, &f) < 0);
	host_write("file", "again");
	u_expect("/file", "again");
	u_expect("/file", "again");
	assert_int_equal(renameat(dir, "file", dir, "elsewhere"), 0);
	let_it_age(exclusive);
	assert_true(u_open("/file", O_RDONLY, &f) < 0);
	close(dir);
}

static void closed_files_follow_the_host_in_shared_trees(void **state)
{
	closed_files_follow_the_host(false);
}

static void closed_files_follow_the_host_in_exclusive_trees(void **state)
{
	closed_files_follow_the_host(true);
}

static int nr_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 4096; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void not_many_files_are_kept_open(void **state)
{
	const struct hostfs_options opt = {.exclusive = true};
	char name[32];
	int before;

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "many-%d", i);
		host_write(name, name);
	}
	mount_tree(&opt);
	before = nr_fds();
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "/many-%d", i);
		u_expect(name, name + 1);
	}
	assert_in_range(nr_fds() - before, 1, 65);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "/many-%d", i);
		assert_int_equal(u_unlink(name), 0);
	}
	assert_in_range(nr_fds() - before, 0, 1);
}

struct names {
	struct dir_context ctx;
	char v[16][32];
	int nr;
};

static int collect_name(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
			unsigned int type, int64_t next_pos)
{
	struct names *n = container_of(ctx, struct names, ctx);

	assert_true(n->nr < 16 && len < 32);
	memcpy(n->v[n->nr], name, len);
	n->v[n->nr++][len] = '\0';
	return 0;
}

/* How many of the names that are listed in the root are said to be files, in this order. */
static int nr_listed_as_files(void)
{
	struct names n = {.ctx.emit = collect_name};
	struct file *f;
	int nr = 0;

	assert_int_equal(u_open("/", O_RDONLY | O_DIRECTORY, &f), 0);
	assert_false(listed_as_file(f, "file"));
	assert_true(file_readdir(f, &n.ctx) >= 0);
	for (int i = 0; i < n.nr; i++)
		nr += listed_as_file(f, n.v[i]);
	assert_false(listed_as_file(f, "file")); /* it was its turn before */
	assert_false(listed_as_file(f, "dir/sub"));
	file_put(f);
	return nr;
}

/* The descriptors that a look-up leaves open when its name is said to be a file's. */
static int fds_of_lookup(const char *name, uint32_t type)
{
	struct inode *root = unit_k->root_ns->root->root->inode, *in;
	struct qstr q = {.name = name, .len = (uint32_t)strlen(name), .as_file = true};
	int before = nr_fds(), nr;

	assert_int_equal(root->ops->lookup(root, &q, &in), 0);
	assert_int_equal(in->mode & S_IFMT, type);
	nr = nr_fds() - before;
	inode_put(in);
	return nr;
}

static void a_listed_file_is_opened_when_it_is_looked_up(void **state)
{
	const struct hostfs_options opt = {.readonly = true, .exclusive = true};

	mount_tree(&opt);
	assert_int_equal(nr_listed_as_files(), 1);
	assert_int_equal(fds_of_lookup("file", S_IFREG), 1);
	/* Listed as a file and something else by now. */
	assert_int_equal(fds_of_lookup("link", S_IFLNK), 0);
	assert_int_equal(fds_of_lookup("dir", S_IFDIR), 0);
	assert_int_equal(fds_of_lookup("fifo", S_IFIFO), 0);
	u_expect("/file", "hello");
}

static void where_others_change_files_none_is_opened_by_its_listing(void **state)
{
	const struct hostfs_options opt = {.readonly = true};

	mount_tree(&opt);
	assert_int_equal(nr_listed_as_files(), 0);
	assert_int_equal(fds_of_lookup("file", S_IFREG), 0);
	u_expect("/file", "hello");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
		T(files_are_read_and_symlinks_stay_inside),
		T(closed_files_follow_the_host_in_shared_trees),
		T(closed_files_follow_the_host_in_exclusive_trees),
		T(not_many_files_are_kept_open),
		T(special_files_are_seen_but_not_opened_at_the_host),
		T(a_cached_file_that_became_a_fifo_is_not_opened),
		T(a_directory_moved_away_does_not_let_us_out),
		T(directories_are_reopened_after_eviction),
		T(a_shared_tree_shows_changes_of_others),
		T(a_writable_tree_writes_to_the_host),
		T(a_hard_link_is_reached_by_the_name_that_is_left),
		T(hidden_paths_are_empty_absent_or_unreadable),
		T(only_one_name_of_a_directory),
		T(a_listed_file_is_opened_when_it_is_looked_up),
		T(where_others_change_files_none_is_opened_by_its_listing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
