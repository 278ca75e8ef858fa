/*
 * sentry/fs_context.h - root directory, working directory and umask of a task (CLONE_FS)
 * Locking: mu (LOCK_FS_CONTEXT). fs_root()/fs_cwd() return referenced copies.
 */
#ifndef SENTRY_FS_CONTEXT_H
#define SENTRY_FS_CONTEXT_H

#include "fs/vfs/vfs.h"

struct fs_context {
	struct ref ref;
	struct mutex mu;
	struct path root, cwd;
	uint32_t umask;
};

struct fs_context *fs_context_new(const struct path *root, const struct path *cwd);
struct fs_context *fs_context_copy(struct fs_context *fs);
struct fs_context *fs_context_get(struct fs_context *fs);
void fs_context_put(struct fs_context *fs);
uint32_t fs_umask(struct fs_context *fs);
uint32_t fs_set_umask(struct fs_context *fs, uint32_t mask); /* returns the old one */
void fs_root(struct fs_context *fs, struct path *ret);
void fs_cwd(struct fs_context *fs, struct path *ret);
void fs_set_root(struct fs_context *fs, const struct path *p);
void fs_set_cwd(struct fs_context *fs, const struct path *p);
/* pivot_root(2): root and cwd where they are old become new_path. */
void fs_context_replace(struct fs_context *fs, const struct path *old, const struct path *new_path);

#endif
