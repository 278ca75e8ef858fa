/* runsc-c/users.c - --user and the caller's own ids, see users.h */
#include "runsc-c/users.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINE_FIELDS 7
#define ID_MAX (UINT32_MAX - 1)

void guest_user_caller(struct guest_user *u)
{
	gid_t groups[USERS_MAX_GROUPS];
	int n = getgroups(USERS_MAX_GROUPS, groups);

	u->uid = getuid();
	u->gid = getgid();
	u->nr_groups = n > 0 ? (uint32_t)n : 0;
	for (uint32_t i = 0; i < u->nr_groups; i++)
		u->groups[i] = groups[i];
}

static FILE *open_file(const char *rootfs, const char *name)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
			       .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	_cleanup_close_ int dir = open(rootfs ? rootfs : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	FILE *f;
	int fd;

	if (dir < 0)
		return NULL;
	fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return NULL;
	}
	f = fdopen(fd, "r");
	if (!f)
		close(fd);
	return f;
}

/* Cuts a line at its colons; the number of fields. */
static int split(char *line, char *fields[LINE_FIELDS])
{
	int n = 0;

	line[strcspn(line, "\n")] = '\0';
	while (line && n < LINE_FIELDS) {
		fields[n++] = strsep(&line, ":");
	}
	return n;
}

static bool to_id(const char *s, uint32_t *ret)
{
	struct option_error ignored;

	return parse_u32(s, ID_MAX, ret, &ignored) == 0;
}

/* Calls fn for each line with at least min fields, until it returns true. */
static bool each_line(FILE *f, int min, bool (*fn)(char **fields, void *arg), void *arg)
{
	char *line = NULL, *fields[LINE_FIELDS];
	size_t size = 0;
	bool found = false;

	while (!found && getline(&line, &size, f) > 0)
		if (split(line, fields) >= min)
			found = fn(fields, arg);
	free(line);
	return found;
}

struct lookup {
	const char *name;
	uint32_t uid, gid;
	struct guest_user *user;
};

/* name:password:uid:gid:... */
static bool is_user(char **f, void *arg)
{
	struct lookup *l = arg;

	return strcmp(f[0], l->name) == 0 && to_id(f[2], &l->uid) && to_id(f[3], &l->gid);
}

/* name:password:gid:members */
static bool is_group(char **f, void *arg)
{
	struct lookup *l = arg;

	return strcmp(f[0], l->name) == 0 && to_id(f[2], &l->gid);
}

static bool add_membership(char **f, void *arg)
{
	struct lookup *l = arg;
	struct guest_user *u = l->user;
	char *members = f[3], *member;
	uint32_t gid;

	while ((member = strsep(&members, ",")))
		if (strcmp(member, l->name) == 0 && to_id(f[2], &gid) &&
		    u->nr_groups < USERS_MAX_GROUPS)
			u->groups[u->nr_groups++] = gid;
	return false;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int find_name(const char *rootfs, const char *file, int min, bool (*fn)(char **, void *),
		     struct lookup *l, struct option_error *err)
{
	FILE *f;
	bool found;

	if (rootfs && !is_directory(rootfs))
		return option_fail(err, "names can be looked up only in a directory as root "
					"filesystem; give numbers (UID:GID)");
	f = open_file(rootfs, file);
	if (!f)
		return option_fail(err,
				   "cannot read /%s of the root filesystem: %s; give numbers "
				   "(UID:GID)",
				   file, strerror(errno));
	found = each_line(f, min, fn, l);
	fclose(f);
	return found ? 0
		     : option_fail(err, "no \"%s\" in /%s of the root filesystem", l->name, file);
}

static int parse_user_part(const char *name, const char *rootfs, struct guest_user *u,
			   struct option_error *err)
{
	struct lookup l = {.name = name, .user = u};
	FILE *f;
	int r;

	if (to_id(name, &u->uid)) {
		u->gid = u->uid;
		return 0;
	}
	r = find_name(rootfs, "etc/passwd", 4, is_user, &l, err);
	if (r < 0)
		return r;
	u->uid = l.uid;
	u->gid = l.gid;
	f = open_file(rootfs, "etc/group");
	if (f) {
		each_line(f, 4, add_membership, &l);
		fclose(f);
	}
	return 0;
}

int guest_user_parse(const char *spec, const char *rootfs, struct guest_user *u,
		     struct option_error *err)
{
	_cleanup_free_ char *copy = strdup(spec);
	struct lookup l = {0};
	char *group;
	int r;

	if (!copy)
		return option_fail(err, "out of memory");
	group = strchr(copy, ':');
	if (group)
		*group++ = '\0';
	if (!*copy || (group && !*group))
		return option_fail(err, "not a user: give UID, UID:GID or a name");
	u->nr_groups = 0;
	r = parse_user_part(copy, rootfs, u, err);
	if (r < 0 || !group || to_id(group, &u->gid))
		return r;
	l.name = group;
	r = find_name(rootfs, "etc/group", 3, is_group, &l, err);
	if (r == 0)
		u->gid = l.gid;
	return r;
}

bool id_is_mapped(const char *map, unsigned long id)
{
	FILE *f = fopen(map, "re");
	unsigned long inside, outside, count;
	bool found = false;

	while (f && !found && fscanf(f, "%lu %lu %lu", &inside, &outside, &count) == 3)
		found = id >= inside && id - inside < count;
	if (f)
		fclose(f);
	return found;
}
