/*
 * tests/unit/test_kernfs.c - fs/kernfs/: tables, reading in pieces, seeking, writing
 */
#include "fs/kernfs/kernfs.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <errno.h>
#include <string.h>

static int shown;
static char stored[32];

static int count_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	strbuf_printf(sb, "text number %d\n", ++shown);
	return 0;
}

static ssize_t keep_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	snprintf(stored, sizeof(stored), "%s", text);
	return strcmp(text, "bad") ? (ssize_t)len : -EINVAL;
}

static const struct kernfs_row sub_rows[] = {
	{.name = "count", .mode = S_IFREG | 0644, .show = count_show, .store = keep_store},
	{0},
};
static const struct kernfs_row root_rows[] = {
	{.name = "sub", .mode = S_IFDIR | 0555, .rows = sub_rows},
	{.name = "link", .mode = S_IFLNK | 0777, .target = "sub/count"},
	{0},
};
static const struct kernfs_row root_row = {.mode = S_IFDIR | 0555, .rows = root_rows};

static struct kernel kernel;

static int setup(void **state)
{
	kernel_init(&kernel);
	shown = 0;
	return kernfs_super_create(&kernel, "test", 1, &root_row, (struct super **)state);
}

static int teardown(void **state)
{
	super_put(*state);
	return 0;
}

static struct inode *lookup(struct inode *dir, const char *name, int want)
{
	struct qstr q = {.name = name, .len = (uint32_t)strlen(name)};
	struct inode *in = NULL;

	assert_int_equal(dir->ops->lookup(dir, &q, &in), want);
	return in;
}

static struct inode *count_inode(struct super *s)
{
	struct inode *sub = lookup(s->root, "sub", 0), *in = lookup(sub, "count", 0);

	inode_put(sub);
	return in;
}

static void open_file(struct file *f, struct inode *in)
{
	memset(f, 0, sizeof(*f));
	f->inode = in;
	f->mode = FMODE_READ | FMODE_WRITE;
	assert_int_equal(in->ops->open(in, f, NULL), 0);
}

static void read_piece(struct file *f, size_t n, const char *want)
{
	char buf[64] = "";
	struct uio u;

	uio_init_kernel(&u, buf, n);
	assert_int_equal(f->ops->read(f, &u, &f->pos, 0), strlen(want));
	assert_string_equal(buf, want);
}

static void names_are_found_and_numbered(void **state)
{
	struct super *s = *state;
	struct inode *a = lookup(s->root, "sub", 0), *b = lookup(s->root, "sub", 0);
	struct inode *link = lookup(s->root, "link", 0);
	char buf[32];

	assert_true(S_ISDIR(a->mode));
	assert_int_equal(a->ino, b->ino);
	assert_int_not_equal(a->ino, link->ino);
	assert_int_equal(link->ops->readlink(link, NULL, buf, sizeof(buf)), 9);
	assert_int_equal(link->ops->readlink(link, NULL, buf, 9), -ENAMETOOLONG);
	assert_int_equal(s->root->nlink, 3);
	assert_true(s->root->ops->revalidate(s->root, NULL, a));
	lookup(s->root, "nothing", -ENOENT);
	inode_put(a);
	inode_put(b);
	inode_put(link);
}

static void pieces_come_from_one_text(void **state)
{
	struct inode *in = count_inode(*state);
	struct file f;

	open_file(&f, in);
	read_piece(&f, 5, "text ");
	read_piece(&f, 60, "number 1\n");
	read_piece(&f, 60, "");
	assert_int_equal(f.ops->llseek(&f, 0, SEEK_SET), 0);
	read_piece(&f, 60, "text number 2\n");
	assert_int_equal(f.ops->llseek(&f, 5, SEEK_SET), 5);
	read_piece(&f, 60, "number 2\n");
	assert_int_equal(f.ops->llseek(&f, 0, SEEK_END), -EINVAL);
	assert_int_equal(f.ops->llseek(&f, -1, SEEK_SET), -EINVAL);
	f.ops->release(&f);
	inode_put(in);
}

static void writes_are_texts(void **state)
{
	struct inode *in = count_inode(*state);
	struct file f;
	struct uio u;

	open_file(&f, in);
	uio_init_kernel(&u, (char[]){"12\n"}, 3);
	assert_int_equal(f.ops->write(&f, &u, &f.pos, 0), 3);
	assert_string_equal(stored, "12\n");
	uio_init_kernel(&u, (char[]){"bad"}, 3);
	assert_int_equal(f.ops->write(&f, &u, &f.pos, 0), -EINVAL);
	f.ops->release(&f);
	inode_put(in);
}

static void numbers_are_strict(void **state)
{
	uint64_t v;
	int64_t i;

	assert_true(kernfs_parse_number(&(struct qstr){.name = "120", .len = 2}, &v));
	assert_int_equal(v, 12);
	assert_false(kernfs_parse_number(&(struct qstr){.name = "01", .len = 2}, &v));
	assert_false(kernfs_parse_number(&(struct qstr){.name = "1a", .len = 2}, &v));
	assert_false(kernfs_parse_number(&(struct qstr){.name = "4294967295", .len = 10}, &v));
	assert_int_equal(kernfs_parse_i64(" -7\n", &i), 0);
	assert_int_equal(i, -7);
	assert_int_equal(kernfs_parse_i64("7x", &i), -EINVAL);
	assert_int_equal(kernfs_parse_i64("", &i), -EINVAL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(names_are_found_and_numbered),
		T(pieces_come_from_one_text),
		T(writes_are_texts),
		T(numbers_are_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
