/* runsc-c/oci/install.c - `runsc-c install` and `uninstall`, see install.h */
#include "runsc-c/oci/install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runsc-c/oci/command.h"
#include "runsc-c/oci/container.h"
#include "runsc-c/oci/json.h"
#include "sentry/base/strbuf.h"

#define MARK "# Written by `runsc-c install`; `runsc-c uninstall` removes it."
#define MAX_PATH_ENTRY 512 /* of what is written into a file */

struct install {
	char path[PATH_MAX]; /* of the runtime; "": beside this program */
	const char *dir;
	bool user, dry_run;
	bool remove;
};

struct engine_kind {
	const char *name, *program;
	const char *file;      /* below /etc */
	const char *user_file; /* below ~/.config */
	const char *then;      /* what makes the engine notice */
};

static const struct engine_kind engines[NR_ENGINES] = {
	[ENGINE_DOCKER] = {"docker", "dockerd", "docker/daemon.json", "docker/daemon.json",
			   "dockerd reads it again with: systemctl reload docker (or a SIGHUP)"},
	[ENGINE_PODMAN] = {"podman", "podman", "containers/containers.conf.d/50-runsc-c.conf",
			   "containers/containers.conf.d/50-runsc-c.conf",
			   "podman reads it at its next call"},
};

/* ---- where ---- */

int engine_file(enum engine e, const char *dir, bool user, char ret[PATH_MAX])
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n;

	if (dir)
		n = snprintf(ret, PATH_MAX, "%s/%s", dir, engines[e].file);
	else if (!user)
		n = snprintf(ret, PATH_MAX, "/etc/%s", engines[e].file);
	else if (config && config[0] == '/')
		n = snprintf(ret, PATH_MAX, "%s/%s", config, engines[e].user_file);
	else if (home && home[0] == '/')
		n = snprintf(ret, PATH_MAX, "%s/.config/%s", home, engines[e].user_file);
	else
		return -ENOENT;
	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

bool program_find(const char *name, char ret[PATH_MAX])
{
	const char *path = getenv("PATH");
	char all[2 * PATH_MAX], *rest = all, *dir;

	snprintf(all, sizeof(all),
		 "%s:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
		 path ? path : "");
	while ((dir = strsep(&rest, ":")))
		if (*dir && snprintf(ret, PATH_MAX, "%s/%s", dir, name) < PATH_MAX &&
		    access(ret, X_OK) == 0)
			return true;
	return false;
}

/* ---- what is there ---- */

/* ret_text NULL with 0: there is no such file. */
static int read_old(const char *file, char **ret_text, struct oci_error *err)
{
	*ret_text = oci_read_file(AT_FDCWD, file, err);
	if (*ret_text || err->err == -ENOENT)
		return 0;
	return err->err;
}

static bool is_ours(const char *drop_in)
{
	return strncmp(drop_in, MARK, strlen(MARK)) == 0;
}

static int docker_knows(const char *text, char ret[PATH_MAX])
{
	struct oci_error ignored;
	struct json_object *o = oci_json_parse(text, "", &ignored), *all, *entry, *path;
	bool found = o && json_object_object_get_ex(o, "runtimes", &all) &&
		     json_object_object_get_ex(all, RUNTIME_NAME, &entry) &&
		     json_object_object_get_ex(entry, "path", &path);

	if (found)
		snprintf(ret, PATH_MAX, "%s", json_object_get_string(path));
	json_object_put(o);
	return found ? 0 : -ENOENT;
}

/* The entry as we write it: NAME = ["PATH"]; by hand it may look otherwise, then the path is "?". */
static int podman_knows(const char *text, char ret[PATH_MAX])
{
	const char *at = strstr(text, "\n" RUNTIME_NAME " = [\"");
	size_t len;

	if (!at) {
		snprintf(ret, PATH_MAX, "?");
		return strstr(text, RUNTIME_NAME) ? 0 : -ENOENT;
	}
	at = strchr(at, '"') + 1;
	len = strcspn(at, "\"");
	snprintf(ret, PATH_MAX, "%.*s", (int)MIN(len, (size_t)PATH_MAX - 1), at);
	return 0;
}

int engine_knows(enum engine e, const char *file, char ret[PATH_MAX])
{
	struct oci_error ignored = {0};
	_cleanup_free_ char *text = NULL;
	int r = read_old(file, &text, &ignored);

	if (r < 0 || !text)
		return r < 0 ? r : -ENOENT;
	return e == ENGINE_DOCKER ? docker_knows(text, ret) : podman_knows(text, ret);
}

/* ---- what shall be there ---- */

static int object_field(struct json_object *o, const char *file, const char *name,
			struct json_object **ret, struct oci_error *err)
{
	if (!json_object_object_get_ex(o, name, ret) || !*ret) {
		*ret = json_object_new_object();
		json_object_object_add(o, name, *ret);
	} else if (!json_object_is_type(*ret, json_type_object)) {
		return oci_fail(err, -EINVAL, "%s: %s: not an object", file, name);
	}
	return 0;
}

static void docker_take_out(struct json_object *o)
{
	struct json_object *all, *def;

	if (json_object_object_get_ex(o, "runtimes", &all) &&
	    json_object_is_type(all, json_type_object)) {
		json_object_object_del(all, RUNTIME_NAME);
		if (json_object_object_length(all) == 0)
			json_object_object_del(o, "runtimes");
	}
	if (json_object_object_get_ex(o, "default-runtime", &def) && def &&
	    strcmp(json_object_get_string(def), RUNTIME_NAME) == 0)
		json_object_object_del(o, "default-runtime"); /* dockerd would not start */
}

/* *ret_new NULL: no file any more. */
static int docker_text(const struct install *in, const char *file, const char *old, char **ret_new,
		       struct oci_error *err)
{
	struct json_object *o, *was = NULL, *all, *entry;
	bool empty = !old || !old[strspn(old, " \t\r\n")];
	int r = 0;

	o = empty ? json_object_new_object() : oci_json_parse(old, file, err);
	if (!o)
		return err->err;
	if (!empty)
		was = oci_json_parse(old, file, err);
	*ret_new = NULL;
	if (in->remove) {
		docker_take_out(o);
	} else {
		r = object_field(o, file, "runtimes", &all, err);
		if (r == 0)
			r = object_field(all, file, RUNTIME_NAME, &entry, err);
		if (r == 0)
			json_object_object_add(entry, "path", json_object_new_string(in->path));
	}
	if (r == 0 && was && json_object_equal(was, o)) { /* it keeps its spaces */
		*ret_new = strdup(old);
	} else if (r == 0 && json_object_object_length(o)) {
		const char *text = json_object_to_json_string_ext(
			o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
				   JSON_C_TO_STRING_NOSLASHESCAPE);

		if (asprintf(ret_new, "%s\n", text) < 0)
			r = oci_fail(err, -ENOMEM, "out of memory");
	}
	json_object_put(was);
	json_object_put(o);
	return r;
}

/* The lists replace podman's own, so its names are in them. */
static int podman_text(const struct install *in, const char *file, const char *old, char **ret_new,
		       struct oci_error *err)
{
	*ret_new = NULL;
	if (old && !is_ours(old))
		return oci_fail(err, -EEXIST,
				"%s: not written by `runsc-c install`; it is left as it is", file);
	if (in->remove)
		return 0;
	if (asprintf(ret_new,
		     MARK "\n[engine]\n"
			  "runtime_supports_json = [\"crun\", \"runc\", \"kata\", \"runsc\", "
			  "\"youki\", \"krun\", \"" RUNTIME_NAME "\"]\n"
			  "runtime_supports_nocgroup = [\"crun\", \"krun\", \"" RUNTIME_NAME "\"]\n"
			  "\n[engine.runtimes]\n" RUNTIME_NAME " = [\"%s\"]\n",
		     in->path) < 0)
		return oci_fail(err, -ENOMEM, "out of memory");
	return 0;
}

/* ---- changing it ---- */

static int make_parents(const char *file)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s", file);
	for (char *p = dir + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return 0;
}

static int write_beside(const char *tmp, const struct stat *old, const char *text)
{
	mode_t mode = old ? old->st_mode & 07777 : 0644;
	_cleanup_close_ int fd = -1;
	size_t len = strlen(text);

	unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (old && (old->st_uid != geteuid() || old->st_gid != getegid()) &&
	    fchown(fd, old->st_uid, old->st_gid) < 0)
		return -errno;
	if (fchmod(fd, mode) < 0 || write(fd, text, len) != (ssize_t)len || fsync(fd) < 0)
		return errno ? -errno : -EIO;
	return 0;
}

static int replace(const char *file, const char *text, struct oci_error *err)
{
	char real[PATH_MAX], tmp[PATH_MAX + 16];
	struct stat st;
	bool is_there = realpath(file, real) && stat(real, &st) == 0;
	int r = 0;

	if (!is_there && lstat(file, &st) == 0) /* it would be gone */
		return oci_fail(err, -ENOENT, "%s: a link to nothing", file);
	if (!is_there) {
		snprintf(real, sizeof(real), "%s", file);
		r = make_parents(real);
	}
	snprintf(tmp, sizeof(tmp), "%s.new", real);
	if (r == 0)
		r = write_beside(tmp, is_there ? &st : NULL, text);
	if (r == 0 && rename(tmp, real) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	unlink(tmp);
	return oci_fail(err, r, "cannot write %s: %s%s", file, strerror(-r),
			r == -EACCES || r == -EPERM ? " (as root? or --user)" : "");
}

/* One engine. */
static int change(const struct install *in, enum engine e, struct oci_error *err)
{
	_cleanup_free_ char *old = NULL, *new = NULL;
	char file[PATH_MAX], link[1];
	int r = engine_file(e, in->dir, in->user, file);

	if (r < 0)
		return oci_fail(err, r,
				"no configuration directory: neither $HOME nor "
				"$XDG_CONFIG_HOME is set");
	r = read_old(file, &old, err);
	if (r < 0)
		return r;
	if (!old && in->remove) {
		printf("%s: nothing to remove: there is no %s\n", engines[e].name, file);
		return 0;
	}
	r = e == ENGINE_DOCKER ? docker_text(in, file, old, &new, err)
			       : podman_text(in, file, old, &new, err);
	if (r < 0)
		return r;
	if (old && new &&strcmp(old, new) == 0) {
		printf("%s: nothing to do: %s is as it should be\n", engines[e].name, file);
		return 0;
	}
	if (in->dry_run) {
		printf("%s: would %s %s%s%s", engines[e].name, new ? "write" : "remove", file,
		       new ? ":\n" : "\n", new ? new : "");
		return 0;
	}
	if (!new &&e == ENGINE_DOCKER && readlink(file, link, sizeof(link)) >= 0)
		new = strdup("{}\n"); /* who made the link keeps it */
	if (new)
		r = replace(file, new, err);
	else if (unlink(file) < 0)
		r = oci_fail_errno(err, -errno, "remove %s", file);
	if (r == 0)
		printf("%s: %s %s; %s\n", engines[e].name, new ? "wrote" : "removed", file,
		       engines[e].then);
	return r;
}

/* ---- the commands ---- */

#define INSTALL(o) ((struct install *)(o))

/* The name decides what the program is, so engines need a link or a copy called runsc-c. The link is not
 * resolved: it stays where the file behind it is replaced. */
static int set_path(void *o, char *v, struct option_error *err)
{
	char dir[PATH_MAX], real[PATH_MAX], *path = INSTALL(o)->path, *slash;
	const char *base;

	snprintf(dir, sizeof(dir), "%s%s", strchr(v, '/') ? "" : "./", v);
	slash = strrchr(dir, '/');
	*slash = '\0';
	base = slash + 1;
	if (!realpath(*dir ? dir : "/", real) || access(v, X_OK) < 0)
		return option_fail(err, "%s", strerror(errno));
	if (snprintf(path, PATH_MAX, "%s/%s", real, base) >= PATH_MAX)
		return option_fail(err, "too long");
	return strcmp(base, "sandbox") == 0
		       ? option_fail(err, "a link to it with the name runsc-c is wanted")
		       : 0;
}

static int set_dir(void *o, char *v, struct option_error *err)
{
	(void)err;
	INSTALL(o)->dir = v;
	return 0;
}

static int set_user(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&INSTALL(o)->user, v, err);
}

static int set_dry_run(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&INSTALL(o)->dry_run, v, err);
}

static const struct option_spec specs[] = {
	{"config-dir", 0, OPTION_VALUE, "DIR", "instead of /etc", set_dir},
	{"dry-run", 'n', OPTION_OPTIONAL, "BOOL", "say what would be written, and write nothing",
	 set_dry_run},
	{"user", 0, OPTION_OPTIONAL, "BOOL", "for the caller alone: files in ~/.config", set_user},
	{"path", 0, OPTION_VALUE, "FILE", "of the runtime (default: runsc-c beside this program)",
	 set_path},
};

static int own_path(struct install *in, struct oci_error *err)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (n < 0)
		return oci_fail_errno(err, -errno, "/proc/self/exe");
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	if (snprintf(in->path, sizeof(in->path), "%s/" RUNTIME_NAME, exe) >=
		    (int)sizeof(in->path) ||
	    access(in->path, X_OK) < 0)
		return oci_fail(err, -ENOENT,
				"there is no program %s; make the link, or give --path", in->path);
	return 0;
}

/* Both syntaxes that it gets into would need quoting else. */
static int check_path(const struct install *in, struct oci_error *err)
{
	for (const char *p = in->path; *p; p++)
		if ((unsigned char)*p < ' ' || *p == '"' || *p == '\\')
			return oci_fail(err, -EINVAL,
					"--path: a character that configuration "
					"files cannot have");
	if (strlen(in->path) > MAX_PATH_ENTRY)
		return oci_fail(err, -ENAMETOOLONG, "--path: too long");
	return 0;
}

static int choose(char *const *names, bool ret[NR_ENGINES], struct oci_error *err)
{
	char found[PATH_MAX];
	bool any = false;

	for (int i = 0; i < NR_ENGINES; i++)
		ret[i] = false;
	for (int n = 0; n < NR_ENGINES && names[n]; n++) {
		int i = 0;

		while (i < NR_ENGINES && strcmp(engines[i].name, names[n]) != 0)
			i++;
		if (i == NR_ENGINES)
			return oci_fail(err, -EINVAL, "%s: docker or podman is wanted", names[n]);
		ret[i] = any = true;
	}
	for (int i = 0; !names[0] && i < NR_ENGINES; i++)
		any |= ret[i] = program_find(engines[i].program, found);
	return any ? 0
		   : oci_fail(err, -ENOENT,
			      "neither dockerd nor podman is installed; name the engine to write "
			      "its file anyhow: runsc-c install docker");
}

static int install_main(int argc, char **argv, bool remove, const struct oci_usage *usage)
{
	struct install in = {.remove = remove};
	struct oci_error err = {0};
	char *names[NR_ENGINES + 1] = {NULL};
	bool chosen[NR_ENGINES];
	int failed = 0, r = oci_options(usage, argc, argv, &in, names, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r == 0 && !remove && !in.path[0])
		r = own_path(&in, &err);
	if (r == 0)
		r = check_path(&in, &err);
	if (r == 0)
		r = choose(names, chosen, &err);
	if (r < 0)
		return oci_report(&err);
	for (int i = 0; i < NR_ENGINES; i++)
		if (chosen[i] && change(&in, (enum engine)i, &err) < 0)
			failed = oci_report(&err);
	return failed;
}

int oci_cmd_install(int argc, char **argv)
{
	static const struct oci_usage usage = {
		.arguments = "[OPTIONS] [docker] [podman]",
		.text = "Tells engines of this runtime, those named or all that are installed: an "
			"entry in\nDocker's daemon.json, a file of its own for podman. What else "
			"is "
			"there stays.",
		.specs = specs,
		.nr_specs = ARRAY_SIZE(specs),
		.max_args = NR_ENGINES,
	};

	return install_main(argc, argv, false, &usage);
}

int oci_cmd_uninstall(int argc, char **argv)
{
	static const struct oci_usage usage = {
		.arguments = "[OPTIONS] [docker] [podman]",
		.text = "Takes out what `runsc-c install` has written.",
		.specs = specs,
		.nr_specs = ARRAY_SIZE(specs) - 1,
		.max_args = NR_ENGINES,
	};

	return install_main(argc, argv, true, &usage);
}
