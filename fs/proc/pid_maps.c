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
#include "sentry/base/mem.h"
#include "sentry/mem/mapnames.h"
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
		if (*l->name && *l->name != '[')
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
