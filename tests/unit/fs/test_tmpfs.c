/* tests/unit/fs/test_tmpfs.c - contents, space, holes, mappings and seals of tmpfs */
#include "tests/unit/fs/fixture.h"

#include <linux/falloc.h>
#include <linux/memfd.h>
#include <sys/mman.h>

static uint64_t used_blocks(void)
{
	struct kstatfs st;

	assert_int_equal(vfs_statfs(&fx.root, &st), 0);
	return st.blocks - st.bfree;
}

static void contents_survive_growth_into_a_memfd(void **state)
{
	enum { STEP = 5000, STEPS = 60 };
	struct task *t = fx.t;
	unsigned char buf[STEP], back[STEP];
	struct kstat st;
	int fd = t_open(t, "/f", O_CREAT | O_RDWR, 0644);

	for (int i = 0; i < STEPS; i++) {
		memset(buf, i + 1, sizeof(buf));
		assert_int_equal(t_write(t, fd, buf, sizeof(buf)), STEP);
	}
	assert_int_equal(t_stat(t, "/f", &st), 0);
	assert_int_equal(st.size, STEP * STEPS);
	assert_int_equal(st.blocks, (STEP * STEPS + 4095) / 4096 * 8);
	assert_int_equal(used_blocks(), (STEP * STEPS + 4095) / 4096);
	for (int i = 0; i < STEPS; i++) {
		memset(buf, i + 1, sizeof(buf));
		assert_int_equal(t_pread(t, fd, back, sizeof(back), (int64_t)i * STEP), STEP);
		assert_memory_equal(buf, back, STEP);
	}
	assert_int_equal(t_pread(t, fd, back, STEP, STEP * STEPS), 0);
	assert_int_equal(t_unlink(t, "/f"), 0);
	assert_int_equal(used_blocks(), (STEP * STEPS + 4095) / 4096);
	fd_close(t, fd);
	assert_int_equal(used_blocks(), 0);
}

static void holes_read_as_zeros_and_cost_nothing(void **state)
{
	struct task *t = fx.t;
	int fd = t_open(t, "/f", O_CREAT | O_RDWR, 0644);
	struct file *f = fd_get(t, fd);
	char buf[16], zeros[16] = {0};

	assert_int_equal(vfs_truncate(t, &f->path, 1 << 30, f), 0);
	assert_int_equal(used_blocks(), 0);
	assert_int_equal(t_pread(t, fd, buf, 16, 123456), 16);
	assert_memory_equal(buf, zeros, 16);
	assert_int_equal(file_llseek(f, 0, SEEK_DATA), -ENXIO);
	assert_int_equal(file_llseek(f, 8192, SEEK_SET), 8192);
	assert_int_equal(t_write(t, fd, "data", 4), 4);
	assert_int_equal(used_blocks(), 1);
	assert_int_equal(file_llseek(f, 0, SEEK_DATA), 8192);
	assert_int_equal(file_llseek(f, 8192, SEEK_HOLE), 12288);
	assert_int_equal(file_llseek(f, 0, SEEK_HOLE), 0);
	assert_int_equal(file_llseek(f, 1 << 20, SEEK_SET), 1 << 20);
	assert_int_equal(t_write(t, fd, "data", 4), 4);
	assert_int_equal(used_blocks(), 2);
	assert_int_equal(file_llseek(f, 12288, SEEK_DATA), 1 << 20);
	assert_int_equal(file_fallocate(f, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8192, 4096),
			 0);
	assert_int_equal(used_blocks(), 1);
	assert_int_equal(t_pread(t, fd, buf, 16, 8192), 16);
	assert_memory_equal(buf, zeros, 16);
	file_put(f);
}

static void without_descriptors_files_stay_in_the_heap(void **state)
{
	fx.k.max_memfds = 0;
	contents_survive_growth_into_a_memfd(state);
	holes_read_as_zeros_and_cost_nothing(state);
	{
		struct task *t = fx.t;
		int fd = t_open(t, "/big", O_CREAT | O_RDWR, 0644), host;
		struct file *f = fd_get(t, fd);
		char back[8];
		enum mmap_fd kind;

		assert_int_equal(file_llseek(f, 200000, SEEK_SET), 200000);
		assert_int_equal(t_write(t, fd, "far away", 8), 8);
		assert_int_equal(file_llseek(f, 1 << 30, SEEK_SET), 1 << 30);
		assert_int_equal(t_write(t, fd, "too far", 7), -ENOSPC);
		assert_int_equal(file_mmap(f, PROT_READ, MAP_SHARED, 0, 4096, &host, &kind),
				 -ENFILE);
		fx.k.max_memfds = 4;
		assert_int_equal(file_mmap(f, PROT_READ, MAP_SHARED, 0, 4096, &host, &kind), 0);
		assert_int_equal(pread(host, back, 8, 200000), 8);
		assert_memory_equal(back, "far away", 8);
		assert_int_equal(file_llseek(f, 0, SEEK_DATA), 196608);
		file_put(f);
	}
}

static void a_shrunk_file_does_not_show_old_bytes(void **state)
{
	struct task *t = fx.t;
	int fd = t_open(t, "/f", O_CREAT | O_RDWR, 0644);
	struct file *f = fd_get(t, fd);
	char buf[8], zeros[8] = {0};

	assert_int_equal(t_write(t, fd, "secret!!", 8), 8);
	assert_int_equal(vfs_truncate(t, &f->path, 2, f), 0);
	assert_int_equal(vfs_truncate(t, &f->path, 8, f), 0);
	assert_int_equal(t_pread(t, fd, buf, 8, 0), 8);
	assert_memory_equal(buf, "se", 2);
	assert_memory_equal(buf + 2, zeros, 6);
	file_put(f);
}

static void space_runs_out_and_comes_back(void **state)
{
	struct super *s;
	struct mount *m;
	struct path where;
	struct task *t = fx.t;
	static char buf[1 << 20];
	int fd;

	assert_int_equal(tmpfs_create(&fx.k, "small", "size=100k,nr_inodes=3", &s), 0);
	m = mount_new(s, NULL, 0);
	super_put(s);
	assert_int_equal(t_mkdir(t, "/m", 0755), 0);
	assert_int_equal(path_lookup(t, AT_FDCWD, "/m", 0, &where), 0);
	assert_int_equal(mount_attach(m, &where), 0);
	mount_put(m);
	path_put(&where);
	fd = t_open(t, "/m/a", O_CREAT | O_RDWR, 0644);
	assert_int_equal(t_write(t, fd, buf, sizeof(buf)), 100 << 10);
	assert_int_equal(t_write(t, fd, buf, 1), -ENOSPC);
	assert_int_equal(t_creat(t, "/m/b", 0644), 0);
	assert_int_equal(t_creat(t, "/m/c", 0644), -ENOSPC);
	fd_close(t, fd);
	assert_int_equal(t_unlink(t, "/m/a"), 0);
	fd = t_open(t, "/m/c", O_CREAT | O_RDWR, 0644);
	assert_int_equal(t_write(t, fd, buf, 50000), 50000);
	assert_int_equal(t_write(t, fd, buf, 60000), 102400 - 50000);
	fd_close(t, fd);
	assert_int_equal(path_lookup(t, AT_FDCWD, "/m", 0, &where), 0);
	assert_int_equal(vfs_umount(t, &where, 0), 0);
	path_put(&where);
}

static void options_are_checked(void **state)
{
	static const char *const bad[] = {"size=x", "mode=9",  "nonsense",
					  "uid=-1", "size=1q", "mode"};
	struct super *s;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(tmpfs_create(&fx.k, "x", bad[i], &s), -EINVAL);
	assert_int_equal(
		tmpfs_create(&fx.k, "x", "size=50%,mode=0700,uid=1,gid=2,nr_inodes=1k", &s), 0);
	assert_int_equal(s->root->mode, S_IFDIR | 0700);
	assert_int_equal(s->root->gid, 2);
	super_put(s);
}

static void mappings_have_the_mode_of_the_descriptor(void **state)
{
	struct task *t = fx.t;
	int rw = t_open(t, "/f", O_CREAT | O_RDWR, 0644), ro, host;
	struct file *f;
	enum mmap_fd kind;
	char *map;

	assert_int_equal(t_write(t, rw, "hello", 5), 5);
	ro = t_open(t, "/f", O_RDONLY, 0);
	f = fd_get(t, ro);
	assert_int_equal(file_mmap(f, PROT_READ, MAP_SHARED, 0, 4096, &host, &kind), 0);
	assert_int_equal(fcntl(host, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_ptr_equal(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, host, 0), MAP_FAILED);
	file_put(f);
	f = fd_get(t, rw);
	assert_int_equal(file_mmap(f, PROT_READ, MAP_SHARED, 0, 4096, &host, &kind), 0);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, host, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_memory_equal(map, "hello", 6);
	map[0] = 'J';
	{
		char back[5];

		assert_int_equal(t_pread(t, ro, back, 5, 0), 5);
		assert_memory_equal(back, "Jello", 5);
	}
	munmap(map, 4096);
	file_put(f);
}

static void sealed_memfds_do_not_change(void **state)
{
	struct file *f;
	struct uio u;
	char buf[10] = "x";

	assert_int_equal(tmpfs_memfd_create(&fx.k, NULL, "m", MFD_ALLOW_SEALING, &f), 0);
	assert_int_equal(tmpfs_get_seals(f), 0);
	uio_init_kernel(&u, buf, 10);
	assert_int_equal(file_write(f, &u, 0), 10);
	assert_int_equal(tmpfs_add_seals(f, F_SEAL_GROW | F_SEAL_SHRINK), 0);
	assert_int_equal(vfs_truncate(fx.t, &f->path, 5, f), -EPERM);
	assert_int_equal(vfs_truncate(fx.t, &f->path, 50, f), -EPERM);
	uio_init_kernel(&u, buf, 10);
	assert_int_equal(file_pwrite(f, &u, 5, 0), 5);
	uio_init_kernel(&u, buf, 10);
	assert_int_equal(file_pwrite(f, &u, 10, 0), -EPERM);
	assert_int_equal(tmpfs_add_seals(f, F_SEAL_WRITE | F_SEAL_SEAL), 0);
	uio_init_kernel(&u, buf, 1);
	assert_int_equal(file_pwrite(f, &u, 0, 0), -EPERM);
	assert_int_equal(tmpfs_add_seals(f, F_SEAL_FUTURE_WRITE), -EPERM);
	file_put(f);
	assert_int_equal(tmpfs_memfd_create(&fx.k, NULL, "m", 0, &f), 0);
	assert_int_equal(tmpfs_get_seals(f), F_SEAL_SEAL);
	file_put(f);
}

static void writers_and_executors_exclude_each_other(void **state)
{
	struct task *t = fx.t;
	struct file *f;
	int fd = t_open(t, "/f", O_CREAT | O_WRONLY, 0755);

	assert_int_equal(vfs_open_exec(t, AT_FDCWD, "/f", 0, &f), 0);
	assert_int_equal(inode_deny_write(f->inode), -ETXTBSY);
	fd_close(t, fd);
	assert_int_equal(inode_deny_write(f->inode), 0);
	assert_int_equal(t_open(t, "/f", O_WRONLY, 0), -ETXTBSY);
	assert_int_equal(t_open(t, "/f", O_RDONLY | O_TRUNC, 0), -ETXTBSY);
	inode_allow_write(f->inode);
	file_put(f);
	fd = t_open(t, "/f", O_WRONLY, 0);
	assert_true(fd >= 0);
}

static void attributes_of_the_extended_kind(void **state)
{
	struct task *t = fx.t, *user = fixture_task(1000, 1000);
	struct path p;
	char buf[64];

	assert_int_equal(t_creat(t, "/f", 0644), 0);
	assert_int_equal(path_lookup(t, AT_FDCWD, "/f", 0, &p), 0);
	assert_int_equal(vfs_setxattr(t, &p, "user.a", "value", 5, 0), 0);
	assert_int_equal(vfs_setxattr(t, &p, "user.a", "v", 1, 1), -EEXIST);
	assert_int_equal(vfs_setxattr(t, &p, "user.b", "v", 1, 2), -ENODATA);
	assert_int_equal(vfs_setxattr(t, &p, "trusted.t", "v", 1, 0), 0);
	assert_int_equal(vfs_setxattr(user, &p, "user.a", "v", 1, 0), -EACCES);
	assert_int_equal(vfs_setxattr(user, &p, "trusted.t", "v", 1, 0), -EPERM);
	assert_int_equal(vfs_setxattr(t, &p, "system.posix_acl_access", "v", 1, 0), -EOPNOTSUPP);
	assert_int_equal(vfs_getxattr(user, &p, "user.a", buf, 3), -ERANGE);
	assert_int_equal(vfs_getxattr(user, &p, "user.a", buf, 0), 5);
	assert_int_equal(vfs_getxattr(user, &p, "trusted.t", buf, 64), -ENODATA);
	assert_int_equal(vfs_listxattr(user, &p, buf, 64), 7);
	assert_int_equal(vfs_listxattr(t, &p, buf, 64), 17);
	assert_int_equal(vfs_removexattr(t, &p, "user.a"), 0);
	assert_int_equal(vfs_removexattr(t, &p, "user.a"), -ENODATA);
	path_put(&p);
	fixture_task_free(user);
}

static void an_unnamed_file_can_be_named(void **state)
{
	struct task *t = fx.t;
	struct kstat st;
	struct file *f;
	int fd = t_open(t, "/", O_TMPFILE | O_RDWR, 0600);

	assert_true(fd >= 0);
	assert_int_equal(t_write(t, fd, "x", 1), 1);
	f = fd_get(t, fd);
	assert_int_equal(f->inode->nlink, 0);
	file_put(f);
	assert_int_equal(vfs_link(t, fd, "", AT_FDCWD, "/named", AT_EMPTY_PATH), 0);
	assert_int_equal(t_stat(t, "/named", &st), 0);
	assert_int_equal(st.nlink, 1);
	assert_int_equal(st.size, 1);
	fd = t_open(t, "/", O_TMPFILE | O_RDWR | O_EXCL, 0600);
	assert_int_equal(vfs_link(t, fd, "", AT_FDCWD, "/no", AT_EMPTY_PATH), -ENOENT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(contents_survive_growth_into_a_memfd),
		TEST(holes_read_as_zeros_and_cost_nothing),
		TEST(without_descriptors_files_stay_in_the_heap),
		TEST(a_shrunk_file_does_not_show_old_bytes),
		TEST(space_runs_out_and_comes_back),
		TEST(options_are_checked),
		TEST(mappings_have_the_mode_of_the_descriptor),
		TEST(sealed_memfds_do_not_change),
		TEST(writers_and_executors_exclude_each_other),
		TEST(attributes_of_the_extended_kind),
		TEST(an_unnamed_file_can_be_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
