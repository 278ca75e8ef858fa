/*
 * fs/kernfs/kernfs_file.c - open text files of generated trees, see kernfs.h
 *
 * Model: an open file keeps the text that its last read at offset 0 made, as a counted object that
 * never changes. Two readers of one description may make a text each; the later one stays.
 */
#include <errno.h>
#include <string.h>

#include "fs/kernfs/kernfs.h"
#include "fs/kernfs/kernfs_internal.h"
#include "sentry/base/lock.h"
#include "sentry/base/mem.h"
#include "sentry/mem/uio.h"

struct text {
	struct ref ref;
	size_t len;
	char *data;
};

struct kernfs_file {
	struct mutex mu;
	struct text *text GUARDED_BY(&mu);
	void *kept; /* set once, before the file is seen by others */
	void (*put_kept)(void *thing);
};

static void text_put(struct text *x)
{
	if (!x || !ref_put(&x->ref))
		return;
	mem_free(x->data);
	mem_free(x);
}

static struct text *text_get(struct kernfs_file *kf)
{
	struct text *x;

	mutex_lock(&kf->mu);
	x = kf->text;
	if (x)
		ref_get(&x->ref);
	mutex_unlock(&kf->mu);
	return x;
}

/* Takes one reference of x. */
static void text_set(struct kernfs_file *kf, struct text *x)
{
	struct text *old;

	mutex_lock(&kf->mu);
	old = kf->text;
	kf->text = x;
	mutex_unlock(&kf->mu);
	text_put(old);
}

static int text_make(struct kernfs_inode *kn, struct task *t, struct text **ret)
{
	_cleanup_strbuf_ struct strbuf sb;
	struct text *x;
	int err;

	strbuf_init(&sb, KERNFS_TEXT_MAX);
	err = kn->row->show(kn, t, &sb);
	if (err < 0)
		return err;
	if (sb.oom)
		return -ENOMEM;
	x = mem_zalloc(sizeof(*x));
	if (!x)
		return -ENOMEM;
	ref_init(&x->ref, 1);
	x->len = sb.len;
	if (sb.len) {
		x->data = strbuf_take(&sb);
		if (!x->data) {
			mem_free(x);
			return -ENOMEM;
		}
	}
	*ret = x;
	return 0;
}

int kernfs_file_open(struct file *f)
{
	struct kernfs_file *kf;

	if (!S_ISREG(inode_read(f->inode, mode)))
		return 0;
	kf = mem_zalloc(sizeof(*kf));
	if (!kf)
		return -ENOMEM;
	mutex_init(&kf->mu, LOCK_ANON);
	f->data = kf;
	return 0;
}

void kernfs_file_release(struct file *f)
{
	struct kernfs_file *kf = f->data;

	if (!kf)
		return;
	text_put(kf->text);
	if (kf->put_kept)
		kf->put_kept(kf->kept);
	mutex_destroy(&kf->mu);
	mem_free(kf);
	f->data = NULL;
}

void kernfs_file_keep(struct file *f, void *thing, void (*put)(void *thing))
{
	struct kernfs_file *kf = f->data;

	kf->kept = thing;
	kf->put_kept = put;
}

void *kernfs_file_kept(struct file *f)
{
	return ((struct kernfs_file *)f->data)->kept;
}

ssize_t kernfs_file_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct kernfs_file *kf = f->data;
	struct text *x;
	ssize_t n = 0;
	int err;

	(void)flags;
	if (!kernfs_of_file(f)->row->show)
		return -EINVAL;
	x = *pos == 0 ? NULL : text_get(kf);
	if (!x) {
		err = text_make(kernfs_of_file(f), u->task, &x);
		if (err)
			return err;
		ref_get(&x->ref);
		text_set(kf, x);
	}
	if (*pos >= 0 && (uint64_t)*pos < x->len) {
		size_t want = MIN(x->len - (size_t)*pos, u->left);

		n = (ssize_t)uio_write(u, x->data + *pos, want);
		if (n == 0 && want > 0)
			n = -EFAULT;
		else
			*pos += n;
	}
	text_put(x);
	return n;
}

static ssize_t kernfs_file_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct kernfs_inode *kn = kernfs_of_file(f);
	size_t len = MIN(u->left, (size_t)KERNFS_STORE_MAX);
	_cleanup_free_ char *text = NULL;
	ssize_t n;

	(void)flags;
	if (!kn->row->store)
		return -EINVAL;
	text = mem_alloc(len + 1);
	if (!text)
		return -ENOMEM;
	if (uio_read(u, text, len) != len)
		return -EFAULT;
	text[len] = '\0';
	n = kn->row->store(kn, u->task, text, len);
	if (n < 0)
		return n;
	if ((size_t)n < len)
		uio_revert(u, len - (size_t)n);
	*pos += n;
	return n;
}

int64_t kernfs_file_llseek(struct file *f, int64_t off, int whence)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	if (whence == SEEK_CUR && __builtin_add_overflow(off, f->pos, &off))
		return -EOVERFLOW;
	if (off < 0)
		return -EINVAL;
	f->pos = off;
	return off;
}

const struct file_ops kernfs_file_ops = {
	.read = kernfs_file_read,
	.write = kernfs_file_write,
	.llseek = kernfs_file_llseek,
	.release = kernfs_file_release,
};
