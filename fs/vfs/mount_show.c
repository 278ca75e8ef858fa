/*
 * fs/vfs/mount_show.c - going through the mounts of a namespace: the text of /proc/PID/mounts,
 * mountinfo and mountstats (proc(5)), ustat(2), sync(2)
 *
 * Only mounts that the reader's root can reach are shown, with paths as seen from there. The list
 * is taken with references first, so that no lock is held while names are built.
 */
#define LOG_SUBSYS "vfs"
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "fs/vfs/internal.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/kernel.h"

/* Space, tab, newline, backslash and # as octal, as in /proc. */
static void put_escaped(struct strbuf *sb, const char *s)
{
	for (; *s; s++) {
		if (strchr(" \t\n\\#", *s))
			strbuf_printf(sb, "\\%03o", (unsigned char)*s);
		else
			strbuf_putc(sb, *s);
	}
}

static void put_mount_flags(struct strbuf *sb, unsigned int flags)
{
	static const struct {
		unsigned int flag;
		const char *text;
	} names[] = {
		{MNT_NOSUID, ",nosuid"},	   {MNT_NODEV, ",nodev"},
		{MNT_NOEXEC, ",noexec"},	   {MNT_NOATIME, ",noatime"},
		{MNT_NODIRATIME, ",nodiratime"},   {MNT_RELATIME, ",relatime"},
		{MNT_NOSYMFOLLOW, ",nosymfollow"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			strbuf_puts(sb, names[i].text);
}

static void put_super_options(struct strbuf *sb, struct super *s)
{
	if (s->ops->show_options)
		s->ops->show_options(s, sb);
}

static const char *source_of(const struct super *s)
{
	return s->source && *s->source ? s->source : "none";
}

static void show_mounts(const struct listed_mount *m, const char *point, struct strbuf *sb)
{
	struct super *s = m->mnt->super;

	put_escaped(sb, source_of(s));
	strbuf_putc(sb, ' ');
	put_escaped(sb, point);
	strbuf_printf(sb, " %s %s", s->fstype, mount_is_readonly(m->mnt) ? "ro" : "rw");
	put_mount_flags(sb, m->mnt->flags);
	put_super_options(sb, s);
	strbuf_puts(sb, " 0 0\n");
}

const char *mount_root_name(struct mount *m, char *buf, size_t size)
{
	char *name = buf + size - 1;

	rwlock_rdlock(&m->super->rename_mu);
	*name = '\0';
	for (const struct dentry *d = m->root; d != d->parent; d = d->parent) {
		if ((size_t)(name - buf) < d->name_len + 1u)
			break;
		name -= d->name_len;
		memcpy(name, d->name, d->name_len);
		*--name = '/';
	}
	rwlock_unlock(&m->super->rename_mu);
	return name;
}

static void show_mountinfo(const struct listed_mount *m, const char *point, char *buf, size_t size,
			   struct strbuf *sb)
{
	struct super *s = m->mnt->super;
	const char *root;

	strbuf_printf(sb, "%llu %llu %u:%u ", (unsigned long long)m->mnt->id,
		      (unsigned long long)m->parent_id, major(s->dev), minor(s->dev));
	root = mount_root_name(m->mnt, buf, size);
	put_escaped(sb, *root ? root : "/");
	if (*root && !atomic_load(&m->mnt->root->hashed))
		strbuf_puts(sb, "//deleted");
	strbuf_putc(sb, ' ');
	put_escaped(sb, point);
	strbuf_puts(sb, m->mnt->flags & MNT_READONLY ? " ro" : " rw");
	put_mount_flags(sb, m->mnt->flags);
	strbuf_printf(sb, " - %s ", s->fstype);
	put_escaped(sb, source_of(s));
	strbuf_puts(sb, s->readonly ? " ro" : " rw");
	put_super_options(sb, s);
	strbuf_putc(sb, '\n');
}

static void show_mountstats(const struct listed_mount *m, const char *point, struct strbuf *sb)
{
	struct super *s = m->mnt->super;

	if (s->source && *s->source) {
		strbuf_puts(sb, "device ");
		put_escaped(sb, s->source);
	} else {
		strbuf_puts(sb, "no device");
	}
	strbuf_puts(sb, " mounted on ");
	put_escaped(sb, point);
	strbuf_printf(sb, " with fstype %s \n", s->fstype);
}

static void show_one(const struct listed_mount *m, const struct path *root, enum mount_show form,
		     char *buf, struct strbuf *sb)
{
	struct path at = {m->mnt, m->mnt->root};
	char info[PATH_MAX];
	bool reachable;

	if (path_name_from(root, &at, false, buf, PATH_MAX, &reachable) < 0 || !reachable)
		return;
	switch (form) {
	case SHOW_MOUNTS: show_mounts(m, buf, sb); break;
	case SHOW_MOUNTINFO: show_mountinfo(m, buf, info, sizeof(info), sb); break;
	case SHOW_MOUNTSTATS: show_mountstats(m, buf, sb); break;
	}
}

static size_t collect(struct mount_ns *ns, struct listed_mount *list, size_t max)
{
	struct mount *m;
	size_t n = 0;

	rwlock_rdlock(&ns->kernel->mounts_lock);
	list_for_each_entry(m, &ns->mounts, node) {
		if (n == max)
			break;
		list[n].mnt = mount_get(m);
		list[n].parent_id = m->parent ? m->parent->id : m->id;
		n++;
	}
	rwlock_unlock(&ns->kernel->mounts_lock);
	return n;
}

void mount_ns_show(struct mount_ns *ns, const struct path *root, enum mount_show form,
		   struct strbuf *sb)
{
	const size_t max = MOUNTS_MAX;
	struct listed_mount *list = mem_calloc(max, sizeof(*list));
	char *buf = mem_alloc(PATH_MAX);
	size_t n = 0;

	if (list && buf)
		n = collect(ns, list, max);
	else
		sb->oom = true;
	for (size_t i = 0; i < n; i++) {
		show_one(&list[i], root, form, buf, sb);
		mount_put(list[i].mnt);
	}
	mem_free(list);
	mem_free(buf);
}

size_t mount_ns_list(struct mount_ns *ns, struct listed_mount *list, size_t max)
{
	return collect(ns, list, max);
}

int mount_of_dev(struct mount_ns *ns, uint64_t dev, struct path *ret)
{
	struct mount *m;
	int err = -EINVAL;

	rwlock_rdlock(&ns->kernel->mounts_lock);
	list_for_each_entry(m, &ns->mounts, node) {
		if (m->super->dev != dev)
			continue;
		ret->mnt = mount_get(m);
		ret->dentry = dentry_get(m->root);
		err = 0;
		break;
	}
	rwlock_unlock(&ns->kernel->mounts_lock);
	return err;
}

void mount_ns_sync(struct mount_ns *ns)
{
	struct listed_mount *list = mem_calloc(MOUNTS_MAX, sizeof(*list));
	size_t n = list ? collect(ns, list, MOUNTS_MAX) : 0;

	for (size_t i = 0; i < n; i++) {
		struct super *s = list[i].mnt->super;

		if (s->ops->sync && s->ops->sync(s) < 0)
			log_debug("sync of %s failed", s->fstype);
		mount_put(list[i].mnt);
	}
	mem_free(list);
}
