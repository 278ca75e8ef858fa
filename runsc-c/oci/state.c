/* runsc-c/oci/state.c - what is known of a container on disk, see state.h */
#include "runsc-c/oci/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runsc-c/oci/config.h"
#include "runsc-c/oci/json.h"

#define STATE_FILE "state.json"
#define STATE_NEW "state.json.new"

/* ---- directories ---- */

int oci_check_id(const char *id, struct oci_error *err)
{
	size_t len = strspn(id,
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.");

	if (!*id || id[len] || len > OCI_MAX_ID || strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		return oci_fail(err, -EINVAL,
				"invalid container ID format: \"%.64s\" (letters, digits, _ + - . "
				"and at most %d bytes)",
				id, OCI_MAX_ID);
	return 0;
}

static int make_root(const char *root, struct oci_error *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s", root) >= (int)sizeof(path))
		return oci_fail(err, -ENAMETOOLONG, "--root: the path is too long");
	for (char *s = path + 1; (s = strchr(s, '/')) != NULL; *s++ = '/') {
		*s = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return oci_fail_errno(err, -errno, "--root: mkdir %s", path);
	}
	if (mkdir(path, 0711) < 0 && errno != EEXIST)
		return oci_fail_errno(err, -errno, "--root: mkdir %s", path);
	return 0;
}

static int dir_path(const char *root, const char *id, struct oci_dir *d, struct oci_error *err)
{
	int e = oci_check_id(id, err);

	d->fd = -1;
	if (e < 0)
		return e;
	if (snprintf(d->path, sizeof(d->path), "%s/%s", root, id) >= (int)sizeof(d->path))
		return oci_fail(err, -ENAMETOOLONG, "--root: the path is too long");
	return 0;
}

static void lock(int fd, int how)
{
	while (flock(fd, how) < 0 && errno == EINTR)
		;
}

/* What is there is whole (it is replaced by rename), so who only reads does not wait for it to change: a hook may
 * ask for the state of its container, and the command that waits for the hook has the lock. */
static void lock_shared(int fd)
{
	if (flock(fd, LOCK_SH | LOCK_NB) < 0 && faccessat(fd, STATE_FILE, R_OK, 0) < 0)
		lock(fd, LOCK_SH);
}

static int lock_dir(struct oci_dir *d, bool exclusive)
{
	struct stat st;
	int e = 0;

	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (d->fd < 0)
		return -errno;
	if (exclusive)
		lock(d->fd, LOCK_EX);
	else
		lock_shared(d->fd);
	/* Removed while we waited; an id is not used again before that. */
	if (fstat(d->fd, &st) < 0 || st.st_nlink == 0)
		e = -ENOENT;
	else if (st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))
		e = -EPERM;
	if (e < 0)
		oci_dir_close(d);
	return e;
}

int oci_dir_make(const char *root, const char *id, struct oci_dir *ret, struct oci_error *err)
{
	int e = dir_path(root, id, ret, err);

	if (e == 0)
		e = make_root(root, err);
	if (e < 0)
		return e;
	if (mkdir(ret->path, 0711) < 0) {
		if (errno == EEXIST)
			return oci_fail(err, -EEXIST, "container with given ID already exists: %s",
					id);
		return oci_fail_errno(err, -errno, "mkdir %s", ret->path);
	}
	e = lock_dir(ret, true);
	return e < 0 ? oci_fail_errno(err, e, "lock %s", ret->path) : 0;
}

int oci_dir_open(const char *root, const char *id, bool exclusive, struct oci_dir *ret,
		 struct oci_error *err)
{
	int e = dir_path(root, id, ret, err);

	if (e < 0)
		return e;
	e = lock_dir(ret, exclusive);
	if (e == -ENOENT)
		return oci_fail(err, e, "container does not exist: %s", id);
	if (e == -EPERM)
		return oci_fail(err, e, "%s: others may write there", ret->path);
	return e < 0 ? oci_fail_errno(err, e, "open %s", ret->path) : 0;
}

void oci_dir_close(struct oci_dir *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

/* Its own files and whatever else was put there; no directories are. The state last: whoever is killed here
 * leaves a container that can be deleted again. */
void oci_dir_remove(struct oci_dir *d)
{
	int fd = dup(d->fd);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    strcmp(e->d_name, STATE_FILE) != 0)
			unlinkat(d->fd, e->d_name, 0);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	unlinkat(d->fd, STATE_FILE, 0);
	rmdir(d->path);
	oci_dir_close(d);
}

/* ---- processes ---- */

static bool read_stat(pid_t pid, pid_t *ret_parent, uint64_t *ret_start)
{
	char path[64], buf[1024], *s;
	unsigned long long start;
	ssize_t n;
	char status;
	int fd, parent;

	if (pid <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return false;
	buf[n] = '\0';
	s = strrchr(buf, ')'); /* a name may contain anything */
	if (!s ||
	    sscanf(s + 1,
		   " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		   "%llu",
		   &status, &parent, &start) != 3)
		return false;
	*ret_parent = parent;
	*ret_start = start;
	return status != 'Z' && status != 'X';
}

uint64_t oci_process_start(pid_t pid)
{
	uint64_t start;
	pid_t parent;

	return read_stat(pid, &parent, &start) ? start : 0;
}

pid_t oci_process_parent(pid_t pid)
{
	uint64_t start;
	pid_t parent;

	return read_stat(pid, &parent, &start) ? parent : 0;
}

static bool is_alive(pid_t pid, uint64_t start)
{
	return pid > 0 && start && oci_process_start(pid) == start;
}

int oci_state_pidfd(const struct oci_state *st)
{
	int fd;

	if (st->pid <= 0)
		return -ESRCH;
	fd = (int)syscall(SYS_pidfd_open, st->pid, 0);
	if (fd < 0)
		return -errno;
	if (is_alive(st->pid, st->pid_start))
		return fd;
	close(fd);
	return -ESRCH;
}

const char *oci_status_name(enum oci_status s)
{
	static const char *const names[] = {
		[OCI_CREATING] = "creating", [OCI_CREATED] = "created", [OCI_RUNNING] = "running",
		[OCI_PAUSED] = "paused",     [OCI_STOPPED] = "stopped",
	};

	return names[s];
}

/* ---- the file ---- */

static void add_string(struct json_object *o, const char *name, const char *v)
{
	if (v)
		json_object_object_add(o, name, json_object_new_string(v));
}

static void add_number(struct json_object *o, const char *name, uint64_t v)
{
	json_object_object_add(o, name, json_object_new_uint64(v));
}

static struct json_object *state_json(const struct oci_state *st)
{
	struct json_object *o = json_object_new_object(), *dirs = json_object_new_array();

	add_string(o, "id", st->id);
	add_string(o, "bundle", st->bundle);
	add_string(o, "rootfs", st->rootfs);
	add_string(o, "created", st->created);
	add_string(o, "owner", st->owner);
	add_number(o, "pid", (uint64_t)st->pid);
	add_number(o, "pidStart", st->pid_start);
	add_number(o, "creator", (uint64_t)st->creator);
	add_number(o, "creatorStart", st->creator_start);
	json_object_object_add(o, "ready", json_object_new_boolean(st->ready));
	json_object_object_add(o, "started", json_object_new_boolean(st->started));
	json_object_object_add(o, "systemdCgroup", json_object_new_boolean(st->systemd_cgroup));
	for (size_t i = 0; i < st->nr_cgroup_dirs; i++)
		json_object_array_add(dirs, json_object_new_string(st->cgroup_dirs[i]));
	json_object_object_add(o, "cgroupDirs", dirs);
	add_string(o, "annotations", st->annotations);
	return o;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

int oci_file_replace(int dirfd, const char *name, const char *tmp, mode_t mode, const char *text)
{
	int fd, e;

	/* A new one: --pid-file may be where others can write. */
	unlinkat(dirfd, tmp, 0);
	fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	e = write_all(fd, text, strlen(text));
	if (close(fd) < 0 && e == 0)
		e = -errno;
	if (e == 0 && renameat(dirfd, tmp, dirfd, name) < 0)
		e = -errno;
	if (e < 0)
		unlinkat(dirfd, tmp, 0);
	return e;
}

int oci_write_pid_file(const char *path, pid_t pid, struct oci_error *err)
{
	char text[16], tmp[PATH_MAX];
	int e;

	if (!path)
		return 0;
	if (snprintf(tmp, sizeof(tmp), "%s.new", path) >= (int)sizeof(tmp))
		return oci_fail(err, -ENAMETOOLONG, "--pid-file: the path is too long");
	snprintf(text, sizeof(text), "%d", pid);
	e = oci_file_replace(AT_FDCWD, path, tmp, 0644, text);
	return e < 0 ? oci_fail_errno(err, e, "--pid-file: %s", path) : 0;
}

int oci_state_store(const struct oci_dir *d, const struct oci_state *st, struct oci_error *err)
{
	struct json_object *o = state_json(st);
	int e = oci_file_replace(d->fd, STATE_FILE, STATE_NEW, 0600,
				 json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));

	json_object_put(o);
	return e < 0 ? oci_fail_errno(err, e, "write %s/%s", d->path, STATE_FILE) : 0;
}

static char *copy(struct json_object *o, const char *name)
{
	struct oci_error ignored;
	const char *s = NULL;

	return oci_json_string(o, "", name, &s, &ignored) == 1 ? strdup(s) : NULL;
}

static uint64_t number(struct json_object *o, const char *name)
{
	struct oci_error ignored;
	uint64_t v = 0;

	return oci_json_u64(o, "", name, UINT64_MAX, &v, &ignored) == 1 ? v : 0;
}

static bool flag(struct json_object *o, const char *name)
{
	struct oci_error ignored;
	bool v = false;

	return oci_json_bool(o, "", name, &v, &ignored) == 1 && v;
}

static void fill_state(struct json_object *o, struct oci_state *st)
{
	struct oci_error ignored;
	char **dirs = NULL;

	st->id = copy(o, "id");
	st->bundle = copy(o, "bundle");
	st->rootfs = copy(o, "rootfs");
	st->created = copy(o, "created");
	st->owner = copy(o, "owner");
	st->annotations = copy(o, "annotations");
	st->pid = (pid_t)number(o, "pid");
	st->pid_start = number(o, "pidStart");
	st->creator = (pid_t)number(o, "creator");
	st->creator_start = number(o, "creatorStart");
	st->ready = flag(o, "ready");
	st->started = flag(o, "started");
	st->systemd_cgroup = flag(o, "systemdCgroup");
	if (oci_json_strings(o, "", "cgroupDirs", &dirs, &ignored) != 1)
		return;
	for (char **p = dirs; *p && st->nr_cgroup_dirs < OCI_NR_CGROUP_DIRS; p++)
		st->cgroup_dirs[st->nr_cgroup_dirs++] = strdup(*p);
	free(dirs);
}

int oci_state_load(const struct oci_dir *d, struct oci_state *ret, struct oci_error *err)
{
	char *text;
	struct json_object *o;

	*ret = (struct oci_state){0};
	text = oci_read_file(d->fd, STATE_FILE, err);
	if (!text && err->err == -ENOENT) /* create or delete was killed */
		return oci_fail(err, -ENOENT, "container does not exist: %s", d->path);
	if (!text)
		return err->err;
	o = oci_json_parse(text, STATE_FILE, err);
	free(text);
	if (!o)
		return err->err;
	fill_state(o, ret);
	json_object_put(o);
	if (ret->id && ret->bundle)
		return 0;
	oci_state_free(ret);
	return oci_fail(err, -EINVAL, "%s/%s: not a container's state", d->path, STATE_FILE);
}

void oci_state_free(struct oci_state *st)
{
	free(st->id);
	free(st->bundle);
	free(st->rootfs);
	free(st->created);
	free(st->owner);
	free(st->annotations);
	for (size_t i = 0; i < st->nr_cgroup_dirs; i++)
		free(st->cgroup_dirs[i]);
	*st = (struct oci_state){0};
}

/* ---- status ---- */

/* v1: freezer.state FROZEN; v2: cgroup.freeze 1. */
static bool is_frozen(const struct oci_state *st)
{
	static const char *const files[] = {"freezer.state", "cgroup.freeze"};
	char path[PATH_MAX], value[16];

	for (size_t i = 0; i < st->nr_cgroup_dirs; i++)
		for (size_t k = 0; k < ARRAY_SIZE(files); k++) {
			ssize_t n;
			int fd;

			snprintf(path, sizeof(path), "%s/%s", st->cgroup_dirs[i], files[k]);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd < 0)
				continue;
			n = read(fd, value, sizeof(value) - 1);
			close(fd);
			if (n > 0 && (value[0] == 'F' || value[0] == '1'))
				return true;
		}
	return false;
}

enum oci_status oci_state_status(const struct oci_state *st)
{
	if (!st->ready && is_alive(st->creator, st->creator_start))
		return OCI_CREATING;
	if (!is_alive(st->pid, st->pid_start))
		return OCI_STOPPED;
	if (!st->ready) /* its creator is gone: nobody will start it */
		return OCI_STOPPED;
	if (!st->started)
		return OCI_CREATED;
	return is_frozen(st) ? OCI_PAUSED : OCI_RUNNING;
}

struct json_object *oci_state_public(const struct oci_state *st, enum oci_status status)
{
	struct json_object *o = json_object_new_object(), *notes = NULL;

	add_string(o, "ociVersion", OCI_VERSION);
	add_string(o, "id", st->id);
	add_number(o, "pid", status == OCI_STOPPED ? 0 : (uint64_t)st->pid);
	add_string(o, "status", oci_status_name(status));
	add_string(o, "bundle", st->bundle);
	add_string(o, "rootfs", st->rootfs);
	add_string(o, "created", st->created);
	if (st->annotations)
		notes = json_tokener_parse(st->annotations);
	if (notes)
		json_object_object_add(o, "annotations", notes);
	json_object_object_add(o, "owner", json_object_new_string(st->owner ? st->owner : ""));
	return o;
}
