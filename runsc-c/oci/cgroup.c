/*
 * runsc-c/oci/cgroup.c - finding, making, joining, freezing and removing a container's cgroup
 *
 * Sources: cgroups(7), the kernel's Documentation/admin-guide/cgroup-v1/ and cgroup-v2.rst.
 */
#include "runsc-c/oci/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runsc-c/oci/rootless.h"

#define V2_CONTROLLERS "cpu", "cpuset", "io", "memory", "pids"
#define FREEZE_TRIES 2000
#define REMOVE_TRIES 1000
#define FOREIGN_TRIES 500
#define THAW_TRY 5

struct hierarchy {
	char point[PATH_MAX];
	char controllers[256]; /* super options of v1, with commas around; "" of v2 */
};

struct hierarchies {
	struct hierarchy v[OCI_NR_CGROUP_DIRS];
	size_t n;
	bool unified;
};

static const struct timespec moment = {0, 1000000};

/* ---- small files ---- */

static int write_file(const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX];
	_cleanup_close_ int fd = -1;

	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

static int read_file(const char *dir, const char *file, char *buf, size_t size)
{
	char path[PATH_MAX];
	_cleanup_close_ int fd = -1;
	ssize_t n;

	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return (int)n;
}

int oci_cgroup_read(const struct oci_state *st, const char *file, char *buf, size_t size)
{
	for (size_t i = 0; i < st->nr_cgroup_dirs; i++)
		if (read_file(st->cgroup_dirs[i], file, buf, size) >= 0)
			return 0;
	return -ENOENT;
}

uint64_t oci_cgroup_number(const struct oci_state *st, const char *file, uint64_t def)
{
	char text[64];

	if (oci_cgroup_read(st, file, text, sizeof(text)) < 0)
		return def;
	return strncmp(text, "max", 3) == 0 ? UINT64_MAX : strtoull(text, NULL, 10);
}

/* ---- the host's hierarchies ---- */

static bool known(const struct hierarchies *h, const char *controllers)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->v[i].controllers, controllers) == 0)
			return true;
	return false;
}

/* One line of mountinfo. v1 comes first: where there is any with controllers, v2 is not used. */
static void look_at_mount(struct hierarchies *v1, struct hierarchies *v2, char *line)
{
	char *dash = strstr(line, " - "), *type, *super, *point;
	struct hierarchies *to;
	struct hierarchy *h;

	if (!dash)
		return;
	*dash = '\0';
	type = strtok(dash + 3, " ");
	strtok(NULL, " ");
	super = strtok(NULL, " \n");
	strtok(line, " ");
	for (int i = 0; i < 3; i++)
		strtok(NULL, " ");
	point = strtok(NULL, " ");
	if (!type || !super || !point ||
	    (strcmp(type, "cgroup") != 0 && strcmp(type, "cgroup2") != 0))
		return;
	to = strcmp(type, "cgroup") == 0 ? v1 : v2;
	if (to->n == OCI_NR_CGROUP_DIRS || (to == v2 && v2->n))
		return;
	h = &to->v[to->n];
	snprintf(h->controllers, sizeof(h->controllers), ",%s,", to == v1 ? super : "");
	if (snprintf(h->point, sizeof(h->point), "%s", point) >= (int)sizeof(h->point) ||
	    (to == v1 && known(v1, h->controllers)))
		return;
	to->n++;
}

static void find_hierarchies(struct hierarchies *ret)
{
	struct hierarchies *v2 = calloc(1, sizeof(*v2));
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t room = 0;
	bool controllers = false;

	*ret = (struct hierarchies){0};
	while (f && v2 && getline(&line, &room, f) > 0)
		look_at_mount(ret, v2, line);
	for (size_t i = 0; i < ret->n; i++)
		controllers |= strstr(ret->v[i].controllers, ",name=") == NULL;
	if (!controllers && v2) {
		*ret = *v2;
		ret->unified = true;
	}
	free(line);
	free(v2);
	if (f)
		fclose(f);
}

/* The caller's own path in a hierarchy, from /proc/self/cgroup; "/" if it is not told. */
static void own_path(const struct hierarchy *h, bool unified, char *ret, size_t size)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char *line = NULL, *list, *path;
	size_t room = 0;

	snprintf(ret, size, "/");
	while (f && getline(&line, &room, f) > 0) {
		char word[128];

		line[strcspn(line, "\n")] = '\0';
		list = strchr(line, ':');
		path = list ? strchr(list + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		snprintf(word, sizeof(word), ",%.*s,", (int)strcspn(list + 1, ","), list + 1);
		if (unified ? list[1] == '\0' : list[1] && strstr(h->controllers, word))
			snprintf(ret, size, "%s", path);
	}
	free(line);
	if (f)
		fclose(f);
}

/* ---- where ---- */

/* systemd's rule: a-b.slice lies in a.slice. */
static int expand_slice(const char *slice, char *out, size_t size)
{
	size_t len = strlen(slice), used = 0;

	if (len < 6 || strcmp(slice + len - 6, ".slice") != 0 || strchr(slice, '/'))
		return -EINVAL;
	out[0] = '\0';
	if (strcmp(slice, "-.slice") == 0)
		return 0;
	for (size_t i = 0; i < len - 6; i++)
		if (slice[i] == '-')
			used += (size_t)snprintf(out + used, size - MIN(used, size), "/%.*s.slice",
						 (int)i, slice);
	used += (size_t)snprintf(out + used, size - MIN(used, size), "/%s", slice);
	return used < size ? 0 : -ENAMETOOLONG;
}

static int systemd_path(const char *spec, const char *id, char *out, size_t size,
			struct oci_error *err)
{
	const char *slice = spec && *spec ? spec : "system.slice:runsc-c:";
	const char *prefix = strchr(slice, ':'), *name = prefix ? strchr(prefix + 1, ':') : NULL;
	char dir[PATH_MAX], first[256];

	if (access("/run/systemd/system", F_OK) < 0)
		return oci_fail(err, -EOPNOTSUPP,
				"systemd not running on this host, cannot use systemd cgroups "
				"manager");
	if (!name)
		return oci_fail(err, -EINVAL,
				"expected cgroupsPath to be of format \"slice:prefix:name\" for "
				"systemd cgroups, got \"%s\" instead",
				spec);
	snprintf(first, sizeof(first), "%.*s", (int)(prefix - slice), slice);
	if (expand_slice(*first ? first : "system.slice", dir, sizeof(dir)) < 0)
		return oci_fail(err, -EINVAL, "linux.cgroupsPath: %s: invalid slice name", spec);
	if (!name[1])
		name = NULL;
	if (snprintf(out, size, "%s/%.*s%s%s.scope", dir,
		     (int)(name ? name - prefix - 1 : (long)strcspn(prefix + 1, ":")), prefix + 1,
		     "-", name ? name + 1 : id) >= (int)size)
		return oci_fail(err, -ENAMETOOLONG, "linux.cgroupsPath: too long");
	return 0;
}

static bool climbs(const char *path)
{
	for (const char *p = path; (p = strstr(p, "..")); p += 2)
		if ((p == path || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return true;
	return false;
}

static int directory_in(const struct hierarchies *all, const struct hierarchy *h, const char *path,
			char *ret)
{
	char own[PATH_MAX] = "";
	int n;

	if (path[0] != '/')
		own_path(h, all->unified, own, sizeof(own));
	n = snprintf(ret, PATH_MAX, "%s%s/%s", h->point, strcmp(own, "/") == 0 ? "" : own, path);
	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* ---- making ---- */

static void enable_v2(const char *dir)
{
	static const char *const names[] = {V2_CONTROLLERS};
	char text[32];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), "+%s", names[i]);
		(void)write_file(dir, "cgroup.subtree_control", text);
	}
}

/* A new cpuset has neither processors nor memory: nothing could be in it. */
static void fill_cpuset(const char *parent, const char *dir)
{
	static const char *const files[] = {"cpuset.cpus", "cpuset.mems"};
	char text[512];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (read_file(dir, files[i], text, sizeof(text)) >= 0 && text[0] == '\n' &&
		    read_file(parent, files[i], text, sizeof(text)) >= 0)
			(void)write_file(dir, files[i], text);
}

/* As mkdir -p below the mount point. */
static int make_path(const struct hierarchies *all, const struct hierarchy *h, char *path,
		     bool *ret_was_there)
{
	size_t at = strlen(h->point);
	char parent[PATH_MAX];
	int err = 0;

	strcpy(parent, h->point);
	while (path[at]) {
		char saved;

		while (path[at] == '/')
			at++;
		at += strcspn(path + at, "/");
		saved = path[at];
		path[at] = '\0';
		if (all->unified)
			enable_v2(parent);
		err = mkdir(path, 0755) < 0 ? -errno : 0;
		*ret_was_there = err == -EEXIST;
		if (*ret_was_there)
			err = 0;
		if (err < 0)
			break;
		if (!all->unified)
			fill_cpuset(parent, path);
		strcpy(parent, path);
		path[at] = saved;
	}
	return err;
}

/* Is there somebody or another group in it? Its limits would bind them. */
static bool is_in_use(const char *dir)
{
	char text[16];
	DIR *d = opendir(dir);
	struct dirent *e;
	bool found = read_file(dir, "cgroup.procs", text, sizeof(text)) > 0;

	while (d && !found && (e = readdir(d)) != NULL)
		found = e->d_type == DT_DIR && e->d_name[0] != '.';
	if (d)
		closedir(d);
	return found;
}

static int count_inside(const char *dir)
{
	char path[PATH_MAX];
	FILE *f;
	long pid;
	int n = 0;

	if (snprintf(path, sizeof(path), "%s/cgroup.procs", dir) >= (int)sizeof(path))
		return 0;
	f = fopen(path, "re");
	while (f && fscanf(f, "%ld", &pid) == 1)
		n++;
	if (f)
		fclose(f);
	return n;
}

/* Create would wait in it for ever. */
static bool is_frozen(const char *dir)
{
	char text[16];

	return (read_file(dir, "freezer.state", text, sizeof(text)) > 0 && text[0] == 'F') ||
	       (read_file(dir, "cgroup.freeze", text, sizeof(text)) > 0 && text[0] == '1');
}

/* Fills st->cgroup_dirs with what is, or with make was made, for the path. */
static int walk(struct oci_state *st, const char *cgroups_path, bool make, struct oci_error *err)
{
	struct hierarchies *all = malloc(sizeof(*all));
	char path[PATH_MAX] = "", dir[PATH_MAX], own[OCI_MAX_ID + 16];
	bool was_there = false;
	int e = 0;

	/* Containers of two --root may have one id. */
	snprintf(own, sizeof(own), "%s.%d", st->id, st->creator);
	if (!all)
		return oci_fail(err, -ENOMEM, "out of memory");
	find_hierarchies(all);
	if (st->systemd_cgroup)
		e = systemd_path(cgroups_path, st->id, path, sizeof(path), err);
	else if (snprintf(path, sizeof(path), "%s",
			  cgroups_path && *cgroups_path ? cgroups_path : own) >= (int)sizeof(path))
		path[0] = '\0';
	if (e == 0 && (!path[0] || climbs(path)))
		e = oci_fail(err, -EINVAL, "linux.cgroupsPath: %s: not a path in the hierarchy",
			     cgroups_path);
	for (size_t i = 0; e == 0 && i < all->n; i++) {
		e = directory_in(all, &all->v[i], path, dir);
		if (e == 0 && is_in_use(dir)) {
			e = oci_fail(err, -EBUSY,
				     "linux.cgroupsPath: %s: in use: a container wants one for "
				     "itself",
				     dir);
			break;
		}
		if (e == 0 && make)
			e = make_path(all, &all->v[i], dir, &was_there);
		if (e == 0 && make && was_there && is_frozen(dir)) {
			e = oci_fail(err, -EBUSY, "linux.cgroupsPath: %s is frozen", dir);
			break;
		}
		if (e < 0 && oci_is_rootless()) {
			e = 0; /* limits that would be there are named by oci_cgroup_apply() */
		} else if (e < 0) {
			oci_fail(err, e, "unable to apply cgroup configuration: mkdir %s: %s", dir,
				 strerror(-e));
		} else {
			st->cgroup_dirs[st->nr_cgroup_dirs++] = strdup(dir);
		}
	}
	free(all);
	return e;
}

static void forget(struct oci_state *st)
{
	while (st->nr_cgroup_dirs) {
		st->nr_cgroup_dirs--;
		free(TAKE_PTR(st->cgroup_dirs[st->nr_cgroup_dirs]));
	}
}

int oci_cgroup_choose(struct oci_state *st, const char *cgroups_path, struct oci_error *err)
{
	return walk(st, cgroups_path, false, err);
}

int oci_cgroup_make(struct oci_state *st, const char *cgroups_path, struct oci_error *err)
{
	forget(st);
	return walk(st, cgroups_path, true, err);
}

int oci_cgroup_join(const struct oci_state *st, pid_t pid, struct oci_error *err)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < st->nr_cgroup_dirs; i++) {
		int e = write_file(st->cgroup_dirs[i], "cgroup.procs", text);

		if (e < 0)
			return oci_fail(err, e,
					"unable to apply cgroup configuration: failed to write %d "
					"to %s/cgroup.procs: %s",
					pid, st->cgroup_dirs[i], strerror(-e));
	}
	return 0;
}

/* ---- freezing ---- */

/* v2 says so in cgroup.events, v1 in the file itself. */
static bool has_state(const char *dir, bool unified, bool frozen)
{
	char text[256];

	if (read_file(dir, unified ? "cgroup.events" : "freezer.state", text, sizeof(text)) < 0)
		return false;
	return strstr(text, unified ? (frozen ? "frozen 1" : "frozen 0")
				    : (frozen ? "FROZEN" : "THAWED")) != NULL;
}

static char task_state(long tid)
{
	char dir[32], text[512], *p = NULL;

	snprintf(dir, sizeof(dir), "/proc/%ld", tid);
	if (read_file(dir, "stat", text, sizeof(text)) > 0)
		p = strrchr(text, ')');
	return p && p[1] ? p[2] : 'X';
}

/* A guest whose call the sentry holds sleeps in a way that no freezer counts as frozen. Only the sentry
 * could wake it, and that is frozen: so what matters is that nobody runs. */
static bool nobody_runs(const char *dir, bool unified)
{
	char path[PATH_MAX];
	bool runs = false;
	FILE *f;
	long tid;

	if (snprintf(path, sizeof(path), "%s/%s", dir, unified ? "cgroup.threads" : "tasks") >=
	    (int)sizeof(path))
		return false;
	f = fopen(path, "re");
	while (f && !runs && fscanf(f, "%ld", &tid) == 1)
		runs = task_state(tid) == 'R';
	if (f)
		fclose(f);
	return f && !runs;
}

static bool has_reached(const char *dir, bool unified, bool freeze)
{
	static const struct timespec pause = {0, 10000000};

	if (has_state(dir, unified, freeze))
		return true;
	if (!freeze || !nobody_runs(dir, unified))
		return false;
	nanosleep(&pause, NULL);
	return nobody_runs(dir, unified);
}

int oci_cgroup_freeze(const struct oci_state *st, bool freeze, struct oci_error *err)
{
	for (size_t i = 0; i < st->nr_cgroup_dirs; i++) {
		const char *dir = st->cgroup_dirs[i];
		bool unified = false;
		int e = write_file(dir, "freezer.state", freeze ? "FROZEN" : "THAWED");

		if (e == -ENOENT) {
			unified = true;
			e = write_file(dir, "cgroup.freeze", freeze ? "1" : "0");
		}
		if (e == -ENOENT)
			continue;
		if (e < 0)
			return oci_fail_errno(err, e, "%s the container",
					      freeze ? "freeze" : "thaw");
		for (int n = 0; !has_reached(dir, unified, freeze); n++) {
			if (n == FREEZE_TRIES)
				return oci_fail(err, -EBUSY, "unable to %s",
						freeze ? "freeze" : "thaw");
			nanosleep(&moment, NULL);
		}
		return 0;
	}
	return oci_fail(err, -EOPNOTSUPP, "the host has no freezer for this container's cgroup");
}

/* ---- removing ---- */

/* tries: for all directories together. */
static int remove_dir(const char *dir, int *tries)
{
	bool thawed = false;

	for (;;) {
		int e = rmdir(dir) < 0 && errno != ENOENT ? -errno : 0;

		if (e != -EBUSY || *tries >= REMOVE_TRIES ||
		    (*tries >= FOREIGN_TRIES && count_inside(dir)))
			return e;
		if (++*tries >= THAW_TRY && !thawed) {
			/* A broker that cannot see that it is alone. */
			(void)write_file(dir, "freezer.state", "THAWED");
			(void)write_file(dir, "cgroup.freeze", "0");
			thawed = true;
		}
		nanosleep(&moment, NULL);
	}
}

int oci_cgroup_remove(const struct oci_state *st, struct oci_error *err)
{
	bool said = false;
	int tries = 0;

	for (size_t i = 0; i < st->nr_cgroup_dirs; i++) {
		const char *dir = st->cgroup_dirs[i];
		int e = remove_dir(dir, &tries), n = e == -EBUSY ? count_inside(dir) : 0;

		if (e < 0 && n == 0)
			return oci_fail_errno(err, e, "remove the cgroup %s", dir);
		if (n && !said)
			oci_warn("the cgroup %s stays: %d process(es) in it are not the "
				 "container's",
				 dir, n);
		said |= n > 0;
	}
	return 0;
}
