/* sentry/fs_context.c - root, working directory and umask, see fs_context.h */
#include "sentry/fs_context.h"

#include "sentry/base/mem.h"

static struct fs_context *fs_context_alloc(void)
{
	struct fs_context *fs = mem_zalloc(sizeof(*fs));

	if (!fs)
		return NULL;
	ref_init(&fs->ref, 1);
	mutex_init(&fs->mu, LOCK_FS_CONTEXT);
	return fs;
}

struct fs_context *fs_context_new(const struct path *root, const struct path *cwd)
{
	struct fs_context *fs = fs_context_alloc();

	if (!fs)
		return NULL;
	fs->root = *root;
	fs->cwd = *cwd;
	path_get(root);
	path_get(cwd);
	fs->umask = 022;
	return fs;
}

struct fs_context *fs_context_copy(struct fs_context *fs)
{
	struct fs_context *copy = fs_context_alloc();

	if (!copy)
		return NULL;
	mutex_lock(&fs->mu);
	copy->root = fs->root;
	copy->cwd = fs->cwd;
	copy->umask = fs->umask;
	path_get(&copy->root);
	path_get(&copy->cwd);
	mutex_unlock(&fs->mu);
	return copy;
}

struct fs_context *fs_context_get(struct fs_context *fs)
{
	ref_get(&fs->ref);
	return fs;
}

void fs_context_put(struct fs_context *fs)
{
	if (!fs || !ref_put(&fs->ref))
		return;
	path_put(&fs->root);
	path_put(&fs->cwd);
	mutex_destroy(&fs->mu);
	mem_free(fs);
}

void fs_root(struct fs_context *fs, struct path *ret)
{
	mutex_lock(&fs->mu);
	*ret = fs->root;
	path_get(ret);
	mutex_unlock(&fs->mu);
}

void fs_cwd(struct fs_context *fs, struct path *ret)
{
	mutex_lock(&fs->mu);
	*ret = fs->cwd;
	path_get(ret);
	mutex_unlock(&fs->mu);
}

static void replace(struct fs_context *fs, struct path *slot, const struct path *p)
{
	struct path old;

	path_get(p);
	mutex_lock(&fs->mu);
	old = *slot;
	*slot = *p;
	mutex_unlock(&fs->mu);
	path_put(&old);
}

void fs_set_root(struct fs_context *fs, const struct path *p)
{
	replace(fs, &fs->root, p);
}

void fs_set_cwd(struct fs_context *fs, const struct path *p)
{
	replace(fs, &fs->cwd, p);
}

void fs_context_replace(struct fs_context *fs, const struct path *old, const struct path *new_path)
{
	struct path *slots[2] = {&fs->root, &fs->cwd};

	for (unsigned int i = 0; i < ARRAY_SIZE(slots); i++) {
		bool same;

		mutex_lock(&fs->mu);
		same = slots[i]->mnt == old->mnt && slots[i]->dentry == old->dentry;
		mutex_unlock(&fs->mu);
		if (same)
			replace(fs, slots[i], new_path);
	}
}

uint32_t fs_umask(struct fs_context *fs)
{
	return __atomic_load_n(&fs->umask, __ATOMIC_RELAXED);
}

uint32_t fs_set_umask(struct fs_context *fs, uint32_t mask)
{
	return __atomic_exchange_n(&fs->umask, mask & 0777, __ATOMIC_RELAXED);
}
