/*
 * runsc-c/cgroup.c - finding, making and removing the sandbox's cgroup, see cgroup.h
 *
 * Sources: cgroups(7), the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/.
 */
#include "runsc-c/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sentry/base/log.h"

#define PREFIX "runsc-c."
#define OWN_THREADS 64 /* of the sentry and its setup, beside the guests' */

static const char *const names[CGROUP_NR] = {"memory", "pids"};

/* ---- small files ---- */

static int read_text(const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return 0;
}

static int write_in(const char *dir, const char *file, const char *text)
{
	_cleanup_close_ int dirfd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int fd = dirfd < 0 ? -1 : openat(dirfd, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

/* Is word in the comma- or blank-separated list? */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; (p = strstr(p, word)); p += len)
		if ((p == list || strchr(", ", p[-1])) && (!p[len] || strchr(", \n", p[len])))
			return true;
	return false;
}

/* ---- where we are ---- */

/* Our path in the hierarchy: the line of /proc/self/cgroup that names it (v2: "0::"). */
static bool own_path(const char *controller, int version, char *ret, size_t size)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char *line = NULL, *list, *path;
	size_t room = 0;
	bool found = false;

	while (f && !found && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		list = strchr(line, ':');
		path = list ? strchr(list + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		found = version == 2 ? strncmp(line, "0:", 2) == 0 : has_word(list + 1, controller);
		if (found)
			found = (size_t)snprintf(ret, size, "%s", path) < size;
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

/* One line of mountinfo: " root mountpoint options ... - type source superoptions". */
static bool parse_mount(char *line, const char *controller, int version, char **ret_root,
			char **ret_point)
{
	char *dash = strstr(line, " - "), *type, *super, *root;

	if (!dash)
		return false;
	*dash = '\0';
	type = strtok(dash + 3, " ");
	strtok(NULL, " ");
	super = strtok(NULL, " \n");
	if (!type || !super || strcmp(type, version == 2 ? "cgroup2" : "cgroup") != 0)
		return false;
	if (version == 1 && !has_word(super, controller))
		return false;
	strtok(line, " ");
	strtok(NULL, " ");
	strtok(NULL, " ");
	root = strtok(NULL, " ");
	*ret_root = root;
	*ret_point = strtok(NULL, " ");
	return root && *ret_point;
}

static bool find_mount(const char *controller, int version, char *path, struct cgroup_hierarchy *h)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, *root, *point;
	size_t room = 0;
	bool found = false;

	while (f && !found && getline(&line, &room, f) > 0) {
		size_t len;

		if (!parse_mount(line, controller, version, &root, &point))
			continue;
		len = strcmp(root, "/") == 0 ? 0 : strlen(root);
		if (strncmp(path, root, len) != 0 || (len && path[len] && path[len] != '/'))
			continue; /* another part of the hierarchy is mounted here */
		snprintf(h->top, sizeof(h->top), "%s", point);
		found = (size_t)snprintf(h->own, sizeof(h->own), "%s%s", point, path + len) <
			sizeof(h->own);
		len = strlen(h->own);
		if (found && len > 1 && h->own[len - 1] == '/')
			h->own[len - 1] = '\0';
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

static bool v2_has(const struct cgroup_hierarchy *h, const char *controller)
{
	char path[PATH_MAX + 32], text[512];

	snprintf(path, sizeof(path), "%s/cgroup.controllers", h->own);
	return read_text(path, text, sizeof(text)) == 0 && has_word(text, controller);
}

void cgroup_find(enum cgroup_controller c, struct cgroup_hierarchy *h)
{
	char path[PATH_MAX];

	h->version = 0;
	if (own_path(names[c], 1, path, sizeof(path)) && find_mount(names[c], 1, path, h))
		h->version = 1;
	else if (own_path(names[c], 2, path, sizeof(path)) && find_mount(names[c], 2, path, h) &&
		 v2_has(h, names[c]))
		h->version = 2;
}

/* ---- where one can be made ---- */

/* v2: children have the controllers that their parent's subtree_control lists; it can be changed
 * only while the parent itself has no processes (or is the root). */
static bool v2_enable(const char *dir, const char *controller)
{
	char path[PATH_MAX + 32], text[512], word[32];

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", dir);
	if (read_text(path, text, sizeof(text)) < 0)
		return false;
	if (has_word(text, controller))
		return true;
	snprintf(word, sizeof(word), "+%s", controller);
	return write_in(dir, "cgroup.subtree_control", word) == 0;
}

/* A process can be moved by whoever may write the cgroup.procs of the place that both ends share. */
static bool may_move(const char *dir)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	return access(path, W_OK) == 0;
}

bool cgroup_may_make(const struct cgroup_hierarchy *h, enum cgroup_controller c,
		     char ret_parent[PATH_MAX])
{
	size_t top = strlen(h->top);

	if (h->version == 0)
		return false;
	strcpy(ret_parent, h->own);
	for (;;) {
		char *slash;

		if (access(ret_parent, W_OK | X_OK) == 0 && may_move(ret_parent) &&
		    (h->version == 1 || v2_enable(ret_parent, names[c])))
			return true;
		/* v1: a place further up would mean other limits than our caller's. v2: a sibling
		 * has the same ancestors' limits, but for our own cgroup's. */
		slash = strrchr(ret_parent, '/');
		if (h->version == 1 || !slash || (size_t)(slash - ret_parent) < top)
			return false;
		*slash = '\0';
	}
}

/* ---- names ---- */

static unsigned long long start_time(pid_t pid)
{
	char path[64], text[1024], *p;
	unsigned long long start = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_text(path, text, sizeof(text)) < 0)
		return 0;
	p = strrchr(text, ')'); /* the name may hold anything */
	if (!p || sscanf(p + 1,
			 " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			 "%*d %*d %llu",
			 &start) != 1)
		return 0;
	return start;
}

static unsigned long long pid_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 ? st.st_ino : 0;
}

static bool is_stale(const char *name)
{
	unsigned long long ns, start;
	int pid;

	return sscanf(name, PREFIX "%llu.%d.%llu", &ns, &pid, &start) == 3 &&
	       ns == pid_namespace() && start_time(pid) != start;
}

/* A pass over a directory that changes may miss entries, so it is repeated. */
static void remove_stale(const char *parent)
{
	DIR *d = opendir(parent);
	struct dirent *e;
	bool removed = d != NULL;

	while (removed) {
		removed = false;
		rewinddir(d);
		while ((e = readdir(d))) {
			if (!is_stale(e->d_name) || unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR) < 0)
				continue;
			log_info("removed the cgroup %s of a sandbox that was killed", e->d_name);
			removed = true;
		}
	}
	if (d)
		closedir(d);
}

/* ---- making ---- */

static bool set_limit(const char *dir, int version, enum cgroup_controller c, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	if (c == CGROUP_PIDS)
		return write_in(dir, "pids.max", text) == 0;
	if (version == 2) {
		write_in(dir, "memory.swap.max", "0"); /* is not there without swap accounting */
		return write_in(dir, "memory.max", text) == 0;
	}
	if (write_in(dir, "memory.limit_in_bytes", text) < 0)
		return false;
	write_in(dir, "memory.memsw.limit_in_bytes", text);
	return true;
}

static const char *make_dir(struct cgroup *cg, const char *parent)
{
	char *path = cg->dirs[cg->nr_dirs];
	int n = snprintf(path, sizeof(cg->dirs[0]), "%s/" PREFIX "%llu.%d.%llu", parent,
			 pid_namespace(), getpid(), start_time(getpid()));

	if (n < 0 || (size_t)n >= sizeof(cg->dirs[0]))
		return NULL;
	for (unsigned int i = 0; i < cg->nr_dirs; i++)
		if (strcmp(cg->dirs[i], path) == 0)
			return cg->dirs[i];
	if (mkdir(path, 0755) < 0) {
		log_info("cannot make the cgroup %s: %s", path, strerror(errno));
		return NULL;
	}
	cg->nr_dirs++;
	return path;
}

/* value 0: no limit, only the cleaning up. */
static bool make_one(struct cgroup *cg, enum cgroup_controller c, uint64_t value)
{
	struct cgroup_hierarchy h;
	char parent[PATH_MAX];
	const char *dir;

	cgroup_find(c, &h);
	if (!cgroup_may_make(&h, c, parent))
		return false;
	remove_stale(parent);
	if (!value)
		return false;
	dir = make_dir(cg, parent);
	return dir && set_limit(dir, h.version, c, value);
}

void cgroup_make(struct cgroup *cg, uint64_t memory, uint32_t pids)
{
	cg->nr_dirs = 0;
	cg->limits[CGROUP_MEMORY] = make_one(cg, CGROUP_MEMORY, memory);
	cg->limits[CGROUP_PIDS] = make_one(cg, CGROUP_PIDS,
					   pids ? (uint64_t)pids + OWN_THREADS : 0);
}

int cgroup_add(const struct cgroup *cg, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	for (unsigned int i = 0; i < cg->nr_dirs; i++) {
		int err = write_in(cg->dirs[i], "cgroup.procs", text);

		if (err < 0)
			return err;
	}
	return 0;
}

uint64_t cgroup_oom_kills(const struct cgroup *cg)
{
	static const char *const files[] = {"memory.events", "memory.oom_control"}; /* v2, v1 */
	char path[PATH_MAX + 32], text[512], *p;
	uint64_t kills = 0;

	for (unsigned int i = 0; i < cg->nr_dirs; i++) {
		for (size_t f = 0; f < ARRAY_SIZE(files); f++) {
			snprintf(path, sizeof(path), "%s/%s", cg->dirs[i], files[f]);
			if (read_text(path, text, sizeof(text)) < 0)
				continue;
			p = strstr(text, "oom_kill ");
			if (p)
				kills += strtoull(p + strlen("oom_kill "), NULL, 10);
		}
	}
	return kills;
}

/* The last processes may be a moment from their end. */
void cgroup_remove(struct cgroup *cg)
{
	static const struct timespec moment = {0, 2000000};

	for (unsigned int i = 0; i < cg->nr_dirs; i++) {
		for (int tries = 0; rmdir(cg->dirs[i]) < 0 && errno == EBUSY && tries < 500;
		     tries++)
			nanosleep(&moment, NULL);
	}
	cg->nr_dirs = 0;
}
