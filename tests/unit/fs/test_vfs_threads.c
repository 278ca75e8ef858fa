/*
 * tests/unit/fs/test_vfs_threads.c - many threads on one small tree: no crash, no deadlock, and
 * nothing left behind. Worth most under ThreadSanitizer and with LOCK_DEBUG.
 */
#include "tests/unit/fs/fixture.h"

#include <pthread.h>

/* Directories are locked ancestor first, and rename makes ancestors of descendants: no order of lock
 * addresses exists that ThreadSanitizer could find (fs/vfs/dirops.c says why it cannot deadlock). */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "detect_deadlocks=0";
}

enum { THREADS = 4, ROUNDS = 20000 };

static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*seed >> 33);
}

/* "/d1/d0/f2" and the like, also through .. */
static void random_name(uint64_t *seed, char *buf, size_t size)
{
	static const char *const parts[] = {"d0", "d1", "f0", "f1", "l0", "..", "."};
	size_t len = 0;
	uint32_t n = 1 + next_random(seed) % 3;

	buf[0] = '\0';
	while (n-- > 0)
		len += (size_t)snprintf(buf + len, size - len, "/%s",
					parts[next_random(seed) % ARRAY_SIZE(parts)]);
}

static void one_call(struct task *t, uint64_t *seed)
{
	char a[64], b[64], buf[256];
	struct kstat st;
	struct path p;
	int fd;

	random_name(seed, a, sizeof(a));
	random_name(seed, b, sizeof(b));
	switch (next_random(seed) % 12) {
	case 0: t_mkdir(t, a, 0755); break;
	case 1: t_rmdir(t, a); break;
	case 2: t_unlink(t, a); break;
	case 3: t_rename(t, a, b, next_random(seed) % 4 == 0 ? RENAME_EXCHANGE : 0); break;
	case 4: t_symlink(t, b, a); break;
	case 5: (void)!vfs_link(t, AT_FDCWD, a, AT_FDCWD, b, 0); break;
	case 6:
		fd = t_open(t, a, O_CREAT | O_RDWR, 0644);
		if (fd >= 0) {
			t_write(t, fd, b, sizeof(b));
			t_pread(t, fd, buf, sizeof(buf), 0);
			fd_close(t, fd);
		}
		break;
	case 7:
		if (path_lookup(t, AT_FDCWD, a, LOOKUP_FOLLOW, &p) == 0) {
			(void)!path_name(t, &p, buf, sizeof(buf));
			if (S_ISDIR(inode_read(p.dentry->inode, mode)))
				fs_set_cwd(t->fs, &p);
			path_put(&p);
		}
		break;
	case 8: t_chmod(t, a, 0700 | (next_random(seed) & 077)); break;
	default: t_stat(t, next_random(seed) % 2 ? a : a + 1, &st); break;
	}
}

static void *churn(void *arg)
{
	struct task *t = arg;
	uint64_t seed = (uintptr_t)t;

	for (int i = 0; i < ROUNDS; i++)
		one_call(t, &seed);
	return NULL;
}

static void nothing_breaks(void **state)
{
	pthread_t threads[THREADS];
	struct task *tasks[THREADS];
	struct kstatfs st;

	for (int i = 0; i < THREADS; i++) {
		tasks[i] = fixture_task(0, 0);
		assert_int_equal(pthread_create(&threads[i], NULL, churn, tasks[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		fixture_task_free(tasks[i]);
	}
	assert_int_equal(vfs_statfs(&fx.root, &st), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_breaks, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
