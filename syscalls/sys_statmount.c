/*
 * syscalls/sys_statmount.c - statmount(2), listmount(2): mounts by their unique ids
 *
 * Model: the mounts of the caller's namespace, in the order of their ids. Who has not
 * CAP_SYS_ADMIN asks only for those that can be reached from its root directory.
 *
 * Differences: mount namespaces have no ids (a request for one is ENOENT); of statmount's strings
 * subtype, option arrays and id maps are never given. Both are left out of the returned mask, as
 * Linux does with what it does not know.
 *
 * Sources: fs/namespace.c for the order of errors.
 */
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/fs_context.h"
#include "syscalls/path_args.h"

/* linux/mount.h of newer headers, which collides with sys/mount.h. */
struct id_req {
	uint32_t size, spare;
	uint64_t mnt_id, param, ns_id;
};
#define ID_REQ_SIZE_VER0 24
#define ID_ROOT UINT64_MAX /* LSMT_ROOT */
#define LIST_REVERSE 1
#define LIST_MAX 1000000

struct mount_stat {
	uint32_t size, opts;
	uint64_t mask;
	uint32_t sb_dev_major, sb_dev_minor;
	uint64_t sb_magic;
	uint32_t sb_flags, fs_type;
	uint64_t mnt_id, mnt_parent_id;
	uint32_t mnt_id_old, mnt_parent_id_old;
	uint64_t attr, propagation, peer_group, master, propagate_from;
	uint32_t root, point;
	uint64_t ns_id;
	uint32_t fs_subtype, source;
	uint64_t rest[48];
};
_Static_assert(sizeof(struct mount_stat) == 512, "as in Linux");

enum {
	WANT_SB_BASIC = 1,
	WANT_MNT_BASIC = 2,
	WANT_PROPAGATE_FROM = 4,
	WANT_MNT_ROOT = 8,
	WANT_MNT_POINT = 0x10,
	WANT_FS_TYPE = 0x20,
	WANT_OPTS = 0x80,
	WANT_SOURCE = 0x200,
};

static int get_request(struct task *t, uaddr_t ureq, struct id_req *req)
{
	uint32_t size;
	char extra[128];

	memset(req, 0, sizeof(*req));
	if (copy_in_obj(t, &size, ureq) < 0)
		return -EFAULT;
	if (size > 4096)
		return -E2BIG;
	if (size < ID_REQ_SIZE_VER0)
		return -EINVAL;
	if (copy_in(t, req, ureq, MIN(size, sizeof(*req))) < 0)
		return -EFAULT;
	for (size_t at = sizeof(*req); at < size; at += sizeof(extra)) {
		size_t n = MIN(size - at, sizeof(extra));

		if (copy_in(t, extra, ureq + at, n) < 0)
			return -EFAULT;
		for (size_t i = 0; i < n; i++)
			if (extra[i])
				return -E2BIG;
	}
	if (req->spare != 0 || req->mnt_id <= MNT_UNIQUE_ID_OFFSET)
		return -EINVAL;
	return 0;
}

/* ---- the mounts of the caller ---- */

struct mount_list {
	struct listed_mount *m;
	size_t n;
};

/* The namespace's list is nearly in this order. (libc's qsort() asks the host for its memory.) */
static void sort_by_id(struct mount_list *l)
{
	for (size_t i = 1; i < l->n; i++) {
		struct listed_mount moving = l->m[i];
		size_t at = i;

		for (; at > 0 && l->m[at - 1].mnt->id > moving.mnt->id; at--)
			l->m[at] = l->m[at - 1];
		l->m[at] = moving;
	}
}

static int mount_list_get(struct task *t, struct mount_list *l)
{
	l->m = mem_calloc(MOUNTS_MAX, sizeof(*l->m));
	if (!l->m)
		return -ENOMEM;
	l->n = mount_ns_list(t->mnt_ns, l->m, MOUNTS_MAX);
	sort_by_id(l);
	return 0;
}

static void mount_list_put(struct mount_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		mount_put(l->m[i].mnt);
	mem_free(l->m);
}

static const struct listed_mount *find_mount(const struct mount_list *l, uint64_t unique)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->m[i].mnt->id + MNT_UNIQUE_ID_OFFSET == unique)
			return &l->m[i];
	return NULL;
}

/* The caller's root, and whether it may ask about m's mount. */
static bool may_see(struct task *t, struct mount *m, const struct path *root)
{
	struct path top = {m, m->root};

	return path_is_under(&top, root) || task_has_cap(t, CAP_SYS_ADMIN);
}

/* ---- listmount ---- */

static long list_below(struct task *t, const struct mount_list *l, const struct path *top,
		       const struct id_req *req, uaddr_t uids, uint64_t nr, bool reverse)
{
	uint64_t n = 0;

	for (size_t i = 0; i < l->n && n < nr; i++) {
		struct mount *m = l->m[reverse ? l->n - 1 - i : i].mnt;
		struct path at = {m, m->root};
		uint64_t id = m->id + MNT_UNIQUE_ID_OFFSET;

		if (req->param && (reverse ? id >= req->param : id <= req->param))
			continue;
		if (id == req->mnt_id || !path_is_under(&at, top))
			continue;
		if (copy_out_obj(t, uids + n * sizeof(id), &id) < 0)
			return -EFAULT;
		n++;
	}
	return (long)n;
}

static long list_mounts(struct task *t, const struct mount_list *l, const struct id_req *req,
			uaddr_t uids, uint64_t nr, bool reverse)
{
	const struct listed_mount *m = NULL;
	struct path root, top;
	long n;

	if (req->mnt_id != ID_ROOT) {
		m = find_mount(l, req->mnt_id);
		if (!m)
			return -ENOENT;
	}
	fs_root(t->fs, &root);
	top = m ? (struct path){m->mnt, m->mnt->root} : root;
	if (m && !may_see(t, m->mnt, &root))
		n = -EPERM;
	else
		n = list_below(t, l, &top, req, uids, nr, reverse);
	path_put(&root);
	return n;
}

long sys_listmount(struct task *t, const uint64_t *a)
{
	uint32_t flags = (uint32_t)a[3];
	struct mount_list l;
	struct id_req req;
	long n;

	if (flags & ~(uint32_t)LIST_REVERSE)
		return -EINVAL;
	if (a[2] > LIST_MAX)
		return -EOVERFLOW;
	if (a[1] > USER_ADDR_MAX || a[1] + a[2] * sizeof(uint64_t) > USER_ADDR_MAX)
		return -EFAULT;
	n = get_request(t, a[0], &req);
	if (n < 0)
		return n;
	if (req.param != 0 && req.param <= MNT_UNIQUE_ID_OFFSET)
		return -EINVAL;
	if (req.ns_id)
		return -ENOENT;
	n = mount_list_get(t, &l);
	if (n < 0)
		return n;
	n = list_mounts(t, &l, &req, a[1], a[2], flags & LIST_REVERSE);
	mount_list_put(&l);
	return n;
}

/* ---- statmount ---- */

struct stat_fill {
	struct mount_stat sm;
	struct strbuf strings;
	uint64_t room; /* of the caller's buffer */
	uint64_t want;
};

static void fill_fixed(struct stat_fill *f, const struct listed_mount *l)
{
	const struct mount *m = l->mnt;
	unsigned int flags = m->flags;

	f->sm.mask = f->want & (WANT_SB_BASIC | WANT_MNT_BASIC | WANT_PROPAGATE_FROM);
	if (f->want & WANT_SB_BASIC) {
		f->sm.sb_dev_major = major(m->super->dev);
		f->sm.sb_dev_minor = minor(m->super->dev);
		f->sm.sb_magic = m->super->magic;
		f->sm.sb_flags = m->super->readonly ? MS_RDONLY : 0;
	}
	if (f->want & WANT_MNT_BASIC) {
		f->sm.mnt_id = m->id + MNT_UNIQUE_ID_OFFSET;
		f->sm.mnt_parent_id = l->parent_id + MNT_UNIQUE_ID_OFFSET;
		f->sm.mnt_id_old = (uint32_t)m->id;
		f->sm.mnt_parent_id_old = (uint32_t)l->parent_id;
		/* MOUNT_ATTR_*: the first four are numbered as our own. */
		f->sm.attr = flags & (MNT_READONLY | MNT_NOSUID | MNT_NODEV | MNT_NOEXEC);
		if (flags & MNT_NOATIME)
			f->sm.attr |= MOUNT_ATTR_NOATIME;
		else if (!(flags & MNT_RELATIME))
			f->sm.attr |= MOUNT_ATTR_STRICTATIME;
		f->sm.attr |= flags & MNT_NODIRATIME ? MOUNT_ATTR_NODIRATIME : 0;
		f->sm.attr |= flags & MNT_NOSYMFOLLOW ? MOUNT_ATTR_NOSYMFOLLOW : 0;
		f->sm.propagation = MS_PRIVATE;
	}
}

static int put_string(struct stat_fill *f, uint64_t which, uint32_t *ret_at, const char *s)
{
	if (!(f->want & which))
		return 0;
	*ret_at = (uint32_t)f->strings.len;
	strbuf_puts(&f->strings, s);
	if (sizeof(f->sm) + f->strings.len >= f->room)
		return -EOVERFLOW;
	strbuf_putc(&f->strings, '\0');
	f->sm.mask |= which;
	return 0;
}

/* Everything but the options. */
static int fill_names(struct stat_fill *f, struct mount *m, const struct path *root, char *buf)
{
	struct path top = {m, m->root};
	const char *name;
	bool reachable;
	int err;

	err = put_string(f, WANT_FS_TYPE, &f->sm.fs_type, m->super->fstype);
	if (err == 0 && (f->want & WANT_MNT_ROOT)) {
		name = mount_root_name(m, buf, PATH_MAX);
		err = put_string(f, WANT_MNT_ROOT, &f->sm.root, *name ? name : "/");
	}
	if (err == 0 && (f->want & WANT_MNT_POINT)) {
		err = path_name_from(root, &top, false, buf, PATH_MAX, &reachable);
		if (err >= 0)
			err = put_string(f, WANT_MNT_POINT, &f->sm.point, reachable ? buf : "");
	}
	if (err == 0 && m->super->source)
		err = put_string(f, WANT_SOURCE, &f->sm.source, m->super->source);
	return err;
}

static int fill_options(struct stat_fill *f, struct super *s)
{
	_cleanup_strbuf_ struct strbuf sb = {0};
	_cleanup_free_ char *text = NULL;

	if (!(f->want & WANT_OPTS) || !s->ops->show_options)
		return 0;
	strbuf_init(&sb, 4096);
	s->ops->show_options(s, &sb);
	text = strbuf_take(&sb);
	if (!text)
		return -ENOMEM;
	/* Each has a comma before it. */
	return *text ? put_string(f, WANT_OPTS, &f->sm.opts, text + 1) : 0;
}

static int fill_all(struct task *t, struct stat_fill *f, const struct listed_mount *l)
{
	_cleanup_free_ char *buf = mem_alloc(PATH_MAX);
	struct path root;
	int err;

	if (!buf)
		return -ENOMEM;
	fs_root(t->fs, &root);
	if (may_see(t, l->mnt, &root)) {
		fill_fixed(f, l);
		err = fill_names(f, l->mnt, &root, buf);
		if (err == 0)
			err = fill_options(f, l->mnt->super);
	} else {
		err = -EPERM;
	}
	path_put(&root);
	return err;
}

static int stat_copy_out(struct task *t, struct stat_fill *f, uaddr_t ubuf)
{
	size_t fixed = MIN(f->room, sizeof(f->sm)), len = f->strings.len;
	char *text = strbuf_take(&f->strings);
	int err = 0;

	if (!text)
		return -ENOMEM;
	f->sm.size = (uint32_t)(fixed + len);
	if (len && copy_out(t, ubuf + sizeof(f->sm), text, len) < 0)
		err = -EFAULT;
	mem_free(text);
	if (err == 0 && copy_out(t, ubuf, &f->sm, fixed) < 0)
		err = -EFAULT;
	return err;
}

long sys_statmount(struct task *t, const uint64_t *a)
{
	struct stat_fill f = {.room = a[2]};
	const struct listed_mount *m;
	struct mount_list l;
	struct id_req req;
	long err;

	if ((uint32_t)a[3] != 0)
		return -EINVAL;
	err = get_request(t, a[0], &req);
	if (err < 0)
		return err;
	if (req.ns_id)
		return -ENOENT;
	err = mount_list_get(t, &l);
	if (err < 0)
		return err;
	f.want = req.param;
	strbuf_init(&f.strings, 4 * PATH_MAX);
	m = find_mount(&l, req.mnt_id);
	err = m ? fill_all(t, &f, m) : -ENOENT;
	mount_list_put(&l);
	if (err == 0)
		err = stat_copy_out(t, &f, a[1]);
	strbuf_free(&f.strings);
	return err;
}
