/*
 * fs/proc/pid_maps.c - /proc/<pid>/maps and smaps: proc_pid_maps(5)
 *
 * Model: the mappings are the host's, at the same addresses. Names are ours: what sentry/mem/
 * mapnames.h knows about the host file below, the kernel's own names in brackets, and nothing else
 * of the host: a mapping of a file that no guest mapped is part of the sandbox.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "fs/proc/hosttext.h"
#include "fs/proc/proc.h"
#include "fs/vfs/file.h"
#include "platform/stub/stub_abi.h"
#include "sentry/base/mem.h"
#include "sentry/mem/mapnames.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

#define MAPS_TEXT_MAX ((size_t)32 << 20)
#define NAME_COLUMN 73

bool maps_line_parse(const char *line, struct maps_line *ret)
{
	int at = 0;

	memset(ret, 0, sizeof(*ret));
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 "%n", &ret->start,
		   &ret->end, ret->perms, &ret->offset, &ret->major, &ret->minor, &ret->ino,
		   &at) != 7)
		return false;
	ret->name = line + at + strspn(line + at, " ");
	return true;
}

void maps_line_print(struct strbuf *sb, const struct maps_line *l)
{
	size_t begin = sb->len;

	strbuf_printf(sb, "%08" PRIx64 "-%08" PRIx64 " %s %08" PRIx64 " %02x:%02x %" PRIu64 " ",
		      l->start, l->end, l->perms, l->offset, l->major, l->minor, l->ino);
	if (*l->name) {
		while (!sb->oom && sb->len - begin < NAME_COLUMN)
			strbuf_putc(sb, ' ');
		for (const char *p = l->name; *p; p++) {
			if (*p == '\n')
				strbuf_puts(sb, "\\012");
			else
				strbuf_putc(sb, *p);
		}
	}
	strbuf_putc(sb, '\n');
}

/* Shared anonymous memory is a file of the host's, too, and has this name in Linux. */
static bool is_shared_anonymous(const char *name)
{
	return strncmp(name, "/dev/zero", 9) == 0 || strncmp(name, "/SYSV", 5) == 0;
}

/* Rewrites what lies under the mapping. *mn is a buffer for the name. */
static void translate(struct kernel *k, struct maps_line *l, struct mapname *mn)
{
	if (l->ino == 0) {
		if (l->start >= STUB_BASE && l->start < STUB_END)
			l->name = "[sandbox]";
		else if (*l->name && *l->name != '[')
			l->name = "";
		return;
	}
	if (mapname_find(k, makedev(l->major, l->minor), l->ino, mn)) {
		l->major = major(mn->guest_dev);
		l->minor = minor(mn->guest_dev);
		l->ino = mn->guest_ino;
		l->name = mn->path;
		return;
	}
	l->major = 0;
	if (is_shared_anonymous(l->name)) {
		l->name = "/dev/zero (deleted)";
		l->minor = 1;
		l->ino = l->start >> 12;
	} else {
		l->name = "[sandbox]";
		l->minor = 0;
		l->ino = l->offset = 0;
	}
}

/* Lines that begin a mapping are rewritten; in smaps others follow, which have no names in them. */
static int translate_text(struct kernel *k, char *host, struct strbuf *sb)
{
	_cleanup_free_ struct mapname *mn = mem_alloc(sizeof(*mn));
	char *save = NULL;

	if (!mn)
		return -ENOMEM;
	for (char *line = strtok_r(host, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct maps_line l;

		if (maps_line_parse(line, &l)) {
			translate(k, &l, mn);
			maps_line_print(sb, &l);
		} else {
			strbuf_puts(sb, line);
			strbuf_putc(sb, '\n');
		}
	}
	return 0;
}

static int show(struct kernfs_inode *kn, const char *name, struct strbuf *sb)
{
	struct proc_pid *pp = proc_pid_of(kn);
	_cleanup_strbuf_ struct strbuf host;
	int err;

	strbuf_init(&host, MAPS_TEXT_MAX);
	err = proc_host_text(pp, name, &host);
	if (err || !host.data)
		return err == -ESRCH || err == -EACCES ? 0 : err; /* gone: empty, as in Linux */
	return translate_text(pp->kernel, host.data, sb);
}

int proc_maps_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	return show(kn, "maps", sb);
}

int proc_smaps_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	return show(kn, "smaps", sb);
}

/* Its one title line is "[rollup]", which has no inode. */
int proc_smaps_rollup_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	return show(kn, "smaps_rollup", sb);
}

/* ---- PROCMAP_QUERY: one mapping as a struct, ioctl(2) on maps ---- */

struct maps_query { /* struct procmap_query, of newer headers */
	uint64_t size, flags, addr;
	uint64_t start, end, vma_flags, page_size, offset, ino;
	uint32_t dev_major, dev_minor, name_size, build_id_size;
	uint64_t name_addr, build_id_addr;
};
#define MAPS_QUERY 0xc0686611U /* PROCMAP_QUERY */

enum {
	MAPS_READABLE = 1,
	MAPS_WRITABLE = 2,
	MAPS_EXECUTABLE = 4,
	MAPS_SHARED = 8,
	MAPS_PERMS = 15,
	MAPS_OR_NEXT = 16,
	MAPS_FILE_BACKED = 32,
	MAPS_QUERY_KNOWN = 63,
};

static int get_query(struct task *t, uint64_t arg, struct maps_query *q)
{
	char rest[4096];
	uint64_t size;

	memset(q, 0, sizeof(*q));
	if (copy_in_obj(t, &size, arg) < 0)
		return -EFAULT;
	if (size > sizeof(rest))
		return -E2BIG;
	if (size < offsetof(struct maps_query, start))
		return -EINVAL;
	if (copy_in(t, rest, arg, size) < 0)
		return -EFAULT;
	for (size_t i = sizeof(*q); i < size; i++)
		if (rest[i])
			return -E2BIG;
	memcpy(q, rest, MIN(size, sizeof(*q)));
	q->size = size;
	if ((q->flags & ~(uint64_t)MAPS_QUERY_KNOWN) || !q->name_size != !q->name_addr ||
	    !q->build_id_size != !q->build_id_addr)
		return -EINVAL;
	return 0;
}

static uint64_t flags_of_perms(const char *perms)
{
	return (perms[0] == 'r' ? MAPS_READABLE : 0) | (perms[1] == 'w' ? MAPS_WRITABLE : 0) |
	       (perms[2] == 'x' ? MAPS_EXECUTABLE : 0) | (perms[3] == 's' ? MAPS_SHARED : 0);
}

/* Of the first mapping that ends behind the address, or of a later one if that is wanted. */
static bool find_mapping(char *text, const struct maps_query *q, struct maps_line *ret)
{
	uint64_t perms = q->flags & MAPS_PERMS;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		bool fits;

		if (!maps_line_parse(line, ret) || ret->end <= q->addr)
			continue;
		fits = (flags_of_perms(ret->perms) & perms) == perms &&
		       (ret->ino || !(q->flags & MAPS_FILE_BACKED));
		if (q->flags & MAPS_OR_NEXT) {
			if (fits)
				return true;
		} else {
			return fits && ret->start <= q->addr;
		}
	}
	return false;
}

static int put_query(struct task *t, uint64_t arg, struct maps_query *q, const struct maps_line *l)
{
	size_t size = q->size, name = *l->name ? strlen(l->name) + 1 : 0;

	q->start = l->start;
	q->end = l->end;
	q->vma_flags = flags_of_perms(l->perms);
	q->page_size = 4096;
	q->offset = l->ino ? l->offset : 0;
	q->ino = l->ino;
	q->dev_major = l->major;
	q->dev_minor = l->minor;
	q->build_id_size = 0;
	if (q->name_size && name > q->name_size)
		return -ENAMETOOLONG;
	if (q->name_size && name && copy_out(t, q->name_addr, l->name, name) < 0)
		return -EFAULT;
	if (q->name_size)
		q->name_size = (uint32_t)name;
	return copy_out(t, arg, q, MIN(size, sizeof(*q))) < 0 ? -EFAULT : 0;
}

static long maps_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	_cleanup_strbuf_ struct strbuf sb = {0};
	_cleanup_free_ char *text = NULL;
	struct maps_query q;
	struct maps_line l;
	int err;

	if (cmd != MAPS_QUERY)
		return -ENOTTY;
	err = get_query(t, arg, &q);
	if (err < 0)
		return err;
	strbuf_init(&sb, MAPS_TEXT_MAX);
	err = show(kernfs_of_file(f), "maps", &sb);
	if (err < 0)
		return err;
	text = strbuf_take(&sb);
	if (!text)
		return -ENOMEM;
	if (!*text)
		return -ESRCH;
	return find_mapping(text, &q, &l) ? put_query(t, arg, &q, &l) : -ENOENT;
}

const struct file_ops proc_maps_fops = {
	.read = kernfs_file_read,
	.llseek = kernfs_file_llseek,
	.ioctl = maps_ioctl,
	.release = kernfs_file_release,
};
