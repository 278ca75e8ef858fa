/* tests/unit/fs/test_locks.c - record locks, flock, deadlock detection */
#include "fs/vfs/locks.h"

#include "tests/unit/fs/fixture.h"

#include <sys/file.h>

static struct file *open_file(void)
{
	struct file *f;

	assert_int_equal(vfs_open(fx.t, AT_FDCWD, "/f", O_CREAT | O_RDWR, 0644, 0, &f), 0);
	return f;
}

static int set(struct file *f, int owner, int type, int64_t start, int64_t end)
{
	struct file_lock req = {.owner = (const void *)(uintptr_t)owner,
				.type = type,
				.start = start,
				.end = end,
				.pid = owner};

	return posix_lock_try(f, &req, NULL);
}

/* What is locked, as another owner sees it: "R0-9 W20-29 ". */
static const char *picture(struct file *f)
{
	static char text[256];
	int64_t from = 0;
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < 10; i++) {
		struct file_lock req = {
			.owner = &text, .type = F_WRLCK, .start = from, .end = from};
		struct file_lock got;

		while (req.start < 100) {
			posix_lock_test(f, &req, &got);
			if (got.type != F_UNLCK)
				break;
			req.start++;
			req.end++;
		}
		if (req.start >= 100)
			break;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%c%d:%d-%d ",
					got.type == F_WRLCK ? 'W' : 'R', got.pid, (int)got.start,
					(int)MIN(got.end, (int64_t)99));
		if (got.end >= 99)
			break;
		from = got.end + 1;
	}
	return text;
}

static void ranges_split_and_merge(void **state)
{
	struct file *f = open_file();

	assert_int_equal(set(f, 1, F_WRLCK, 10, 29), 0);
	assert_string_equal(picture(f), "W1:10-29 ");
	assert_int_equal(set(f, 1, F_RDLCK, 15, 19), 0);
	assert_string_equal(picture(f), "W1:10-14 R1:15-19 W1:20-29 ");
	assert_int_equal(set(f, 1, F_WRLCK, 15, 19), 0);
	assert_string_equal(picture(f), "W1:10-29 ");
	assert_int_equal(set(f, 1, F_WRLCK, 30, 39), 0);
	assert_string_equal(picture(f), "W1:10-39 ");
	assert_int_equal(set(f, 1, F_UNLCK, 0, 12), 0);
	assert_string_equal(picture(f), "W1:13-39 ");
	assert_int_equal(set(f, 1, F_UNLCK, 20, 24), 0);
	assert_string_equal(picture(f), "W1:13-19 W1:25-39 ");
	assert_int_equal(set(f, 1, F_WRLCK, 0, INT64_MAX), 0);
	assert_string_equal(picture(f), "W1:0-99 ");
	assert_int_equal(set(f, 1, F_UNLCK, 0, INT64_MAX), 0);
	assert_string_equal(picture(f), "");
	file_put(f);
}

static void owners_conflict(void **state)
{
	struct file *f = open_file();

	assert_int_equal(set(f, 1, F_RDLCK, 0, 9), 0);
	assert_int_equal(set(f, 2, F_RDLCK, 5, 14), 0);
	assert_int_equal(set(f, 2, F_WRLCK, 5, 14), -EAGAIN);
	assert_int_equal(set(f, 2, F_WRLCK, 10, 14), 0);
	assert_int_equal(set(f, 1, F_RDLCK, 14, 20), -EAGAIN);
	locks_remove_posix(f->inode, (const struct fdtable *)2);
	assert_string_equal(picture(f), "R1:0-9 ");
	assert_int_equal(set(f, 1, F_WRLCK, 0, 99), 0);
	file_put(f);
}

static int wait_for(struct file *f, int owner, int64_t start, struct lock_wait *w)
{
	struct file_lock req = {.owner = (const void *)(uintptr_t)owner,
				.type = F_WRLCK,
				.start = start,
				.end = start,
				.pid = owner};

	return posix_lock_try(f, &req, w);
}

static void circles_are_found(void **state)
{
	struct file *f = open_file();
	struct lock_wait w[4];

	for (unsigned int i = 0; i < ARRAY_SIZE(w); i++)
		list_init(&w[i].node);
	for (int i = 1; i <= 3; i++)
		assert_int_equal(set(f, i, F_WRLCK, i, i), 0);
	assert_int_equal(wait_for(f, 1, 2, &w[1]), -EAGAIN);
	assert_int_equal(wait_for(f, 2, 3, &w[2]), -EAGAIN);
	assert_int_equal(wait_for(f, 3, 1, &w[3]), -EDEADLK);
	posix_lock_wait_end(&fx.k, &w[2]);
	assert_int_equal(wait_for(f, 3, 1, &w[3]), -EAGAIN);
	assert_int_equal(wait_for(f, 2, 3, &w[2]), -EDEADLK);
	assert_int_equal(set(f, 2, F_UNLCK, 2, 2), 0);
	assert_int_equal(wait_for(f, 1, 2, &w[1]), 0);
	assert_true(list_empty(&w[1].node));
	posix_lock_wait_end(&fx.k, &w[3]);
	assert_true(list_empty(&fx.k.blocked_locks));
	file_put(f);
}

static void flock_belongs_to_the_open_file(void **state)
{
	struct file *a = open_file(), *b = open_file();

	assert_int_equal(flock_try(a, LOCK_SH), 0);
	assert_int_equal(flock_try(b, LOCK_SH), 0);
	assert_int_equal(flock_try(a, LOCK_EX), -EAGAIN); /* and the shared one is gone */
	assert_int_equal(flock_try(b, LOCK_EX), 0);
	assert_int_equal(flock_try(a, LOCK_SH), -EAGAIN);
	file_put(b);
	assert_int_equal(flock_try(a, LOCK_EX), 0);
	assert_int_equal(flock_try(a, LOCK_UN), 0);
	file_put(a);
}

static void ranges_are_decoded(void **state)
{
	struct file *f = open_file();
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = -5};
	struct file_lock got;

	assert_int_equal(file_lock_range(f, &fl, &got), 0);
	assert_int_equal(got.start, 5);
	assert_int_equal(got.end, 9);
	fl.l_len = 0;
	assert_int_equal(file_lock_range(f, &fl, &got), 0);
	assert_int_equal(got.end, INT64_MAX);
	fl.l_len = -11;
	assert_int_equal(file_lock_range(f, &fl, &got), -EINVAL);
	fl.l_len = INT64_MAX;
	assert_int_equal(file_lock_range(f, &fl, &got), -EOVERFLOW);
	fl = (struct flock){.l_type = F_WRLCK, .l_whence = 7};
	assert_int_equal(file_lock_range(f, &fl, &got), -EINVAL);
	fl = (struct flock){.l_type = 9, .l_whence = SEEK_SET};
	assert_int_equal(file_lock_range(f, &fl, &got), -EINVAL);
	file_put(f);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ranges_split_and_merge), TEST(owners_conflict),
		TEST(circles_are_found),      TEST(flock_belongs_to_the_open_file),
		TEST(ranges_are_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
