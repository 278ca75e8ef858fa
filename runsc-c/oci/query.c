/*
 * runsc-c/oci/query.c - state, list, ps, spec, features: what is printed about containers and this runtime
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runsc-c/commands.h"
#include "runsc-c/oci/command.h"
#include "runsc-c/oci/container.h"
#include "runsc-c/oci/json.h"

static void print_json(struct json_object *o, int flags)
{
	printf("%s\n", json_object_to_json_string_ext(o, flags | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

#define PRETTY (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED)

/* ---- state ---- */

static const struct oci_usage state_usage = {
	.arguments = "ID",
	.text = "Prints the state of a container, as the specification has it.",
	.min_args = 1,
	.max_args = 1,
};

int oci_cmd_state(int argc, char **argv)
{
	struct oci_error err;
	struct oci_state st;
	struct oci_dir dir;
	char *id;
	int r = oci_options(&state_usage, argc, argv, NULL, &id, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r == 0)
		r = oci_open_container(id, false, &dir, &st, &err);
	if (r < 0)
		return oci_report(&err);
	oci_dir_close(&dir);
	print_json(oci_state_public(&st, oci_state_status(&st)), PRETTY);
	oci_state_free(&st);
	return 0;
}

/* ---- list ---- */

struct list_options {
	bool json, quiet;
};

static int set_format(void *o, char *v, struct option_error *err)
{
	if (strcmp(v, "json") != 0 && strcmp(v, "table") != 0)
		return option_fail(err, "table or json is wanted");
	((struct list_options *)o)->json = *v == 'j';
	return 0;
}

static int set_quiet(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&((struct list_options *)o)->quiet, v, err);
}

static const struct option_spec list_specs[] = {
	{"format", 'f', OPTION_VALUE, "FORMAT", "table or json", set_format},
	{"quiet", 'q', OPTION_OPTIONAL, "BOOL", "ids only", set_quiet},
};
static const struct oci_usage list_usage = {
	.arguments = "[OPTIONS]",
	.text = "Lists the containers of --root.",
	.specs = list_specs,
	.nr_specs = ARRAY_SIZE(list_specs),
};

static void list_one(const struct list_options *o, const struct oci_state *st,
		     struct json_object *array)
{
	enum oci_status status = oci_state_status(st);
	int pid = status == OCI_STOPPED ? 0 : st->pid;

	if (o->quiet)
		printf("%s\n", st->id);
	else if (o->json)
		json_object_array_add(array, oci_state_public(st, status));
	else
		printf("%-30s %-8d %-10s %-40s %-36s %s\n", st->id, pid, oci_status_name(status),
		       st->bundle, st->created ? st->created : "", st->owner ? st->owner : "");
}

static int is_id(const struct dirent *e)
{
	struct oci_error ignored;

	return oci_check_id(e->d_name, &ignored) == 0;
}

int oci_cmd_list(int argc, char **argv)
{
	struct list_options o = {0};
	struct json_object *array;
	struct oci_error err;
	struct dirent **entries = NULL;
	int r = oci_options(&list_usage, argc, argv, &o, NULL, &err), n;

	if (r == OPTIONS_HELP)
		return 0;
	if (r < 0)
		return oci_report(&err);
	array = json_object_new_array();
	if (!o.json && !o.quiet)
		printf("%-30s %-8s %-10s %-40s %-36s %s\n", "ID", "PID", "STATUS", "BUNDLE",
		       "CREATED", "OWNER");
	n = scandir(oci_globals.root, &entries, is_id, alphasort);
	for (int i = 0; i < n; i++) {
		struct oci_state st;
		struct oci_dir dir;

		if (oci_open_container(entries[i]->d_name, false, &dir, &st, &err) == 0) {
			list_one(&o, &st, array);
			oci_state_free(&st);
			oci_dir_close(&dir);
		}
		free(entries[i]);
	}
	free(entries);
	if (o.json)
		print_json(array, JSON_C_TO_STRING_PLAIN);
	else
		json_object_put(array);
	return 0;
}

/* ---- ps ---- */

static ino_t pid_namespace(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	return stat(path, &st) == 0 ? st.st_ino : 0;
}

/* Guests only: the sentry's descendants, and neither the sentry nor the spawner (sentry/spawn.h), which is
 * in the sentry's namespace. */
static bool is_guest_of(pid_t pid, pid_t sentry)
{
	if (pid_namespace(pid) == pid_namespace(sentry))
		return false;
	for (int depth = 0; depth < 1000 && pid > 1; depth++) {
		pid = oci_process_parent(pid);
		if (pid == sentry)
			return true;
	}
	return false;
}

static struct json_object *guest_pids(pid_t sentry)
{
	struct json_object *list = json_object_new_array();
	DIR *proc = opendir("/proc");
	struct dirent *e;

	while (proc && (e = readdir(proc)) != NULL) {
		pid_t pid = isdigit((unsigned char)e->d_name[0]) ? atoi(e->d_name) : 0;

		if (pid > 0 && is_guest_of(pid, sentry))
			json_object_array_add(list, json_object_new_int(pid));
	}
	if (proc)
		closedir(proc);
	return list;
}

/* ps's own lines of these processes. */
static int print_table(struct json_object *pids, char *const *ps_args)
{
	char command[512] = "ps", line[4096];
	size_t len = 2;
	bool first = true;
	int column = -1;
	FILE *f;

	for (int i = 0; ps_args[i] && len + strlen(ps_args[i]) + 2 < sizeof(command); i++)
		if (strspn(ps_args[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ,=-") ==
		    strlen(ps_args[i]))
			len += (size_t)snprintf(command + len, sizeof(command) - len, " %s",
						ps_args[i]);
	if (!ps_args[0])
		strcpy(command, "ps -ef");
	f = popen(command, "re");
	while (f && fgets(line, sizeof(line), f)) {
		char copy[4096], *save, *word;
		int i = 0, pid = 0;

		strcpy(copy, line);
		for (word = strtok_r(copy, " \n", &save); word;
		     word = strtok_r(NULL, " \n", &save)) {
			if (first && strcmp(word, "PID") == 0)
				column = i;
			if (!first && i == column)
				pid = atoi(word);
			i++;
		}
		if (first)
			fputs(line, stdout);
		for (size_t k = 0; !first && k < json_object_array_length(pids); k++)
			if (json_object_get_int(json_object_array_get_idx(pids, k)) == pid)
				fputs(line, stdout);
		first = false;
	}
	return f ? pclose(f) : 1;
}

static const struct oci_usage ps_usage = {
	.arguments = "[OPTIONS] ID [PS OPTIONS]",
	.text = "Lists the processes of a container: their numbers on the host with --format json, "
		"else\nas ps does.",
	.specs = list_specs,
	.nr_specs = 1,
	.min_args = 1,
	.max_args = 8,
};

int oci_cmd_ps(int argc, char **argv)
{
	struct list_options o = {0};
	struct oci_error err;
	struct oci_state st;
	struct oci_dir dir;
	struct json_object *pids;
	char *args[9] = {NULL};
	int r = oci_options(&ps_usage, argc, argv, &o, args, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r == 0)
		r = oci_open_container(args[0], false, &dir, &st, &err);
	if (r < 0)
		return oci_report(&err);
	oci_dir_close(&dir);
	if (oci_state_status(&st) == OCI_STOPPED)
		pids = json_object_new_array();
	else
		pids = guest_pids(st.pid);
	oci_state_free(&st);
	if (o.json) {
		print_json(pids, JSON_C_TO_STRING_PLAIN);
		return 0;
	}
	r = print_table(pids, args + 1);
	json_object_put(pids);
	return r ? 1 : 0;
}

/* ---- spec ---- */

static const char spec_text[] =
	"{\"ociVersion\":\"" OCI_VERSION
	"\",\"process\":{\"terminal\":true,\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"sh\"],"
	"\"env\":[\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\","
	"\"TERM=xterm\"],\"cwd\":\"/\",\"capabilities\":{"
	"\"bounding\":[\"CAP_AUDIT_WRITE\",\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"],"
	"\"effective\":[\"CAP_AUDIT_WRITE\",\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"],"
	"\"permitted\":[\"CAP_AUDIT_WRITE\",\"CAP_KILL\",\"CAP_NET_BIND_SERVICE\"]},"
	"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"hard\":1024,\"soft\":1024}],"
	"\"noNewPrivileges\":true},\"root\":{\"path\":\"rootfs\",\"readonly\":true},"
	"\"hostname\":\"runsc-c\",\"mounts\":["
	"{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
	"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","
	"\"options\":[\"nosuid\",\"strictatime\",\"mode=755\",\"size=65536k\"]},"
	"{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"source\":\"devpts\",\"options\":["
	"\"nosuid\",\"noexec\",\"newinstance\",\"ptmxmode=0666\",\"mode=0620\",\"gid=5\"]},"
	"{\"destination\":\"/dev/shm\",\"type\":\"tmpfs\",\"source\":\"shm\",\"options\":["
	"\"nosuid\",\"noexec\",\"nodev\",\"mode=1777\",\"size=65536k\"]},"
	"{\"destination\":\"/dev/mqueue\",\"type\":\"mqueue\",\"source\":\"mqueue\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\"]},"
	"{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"ro\"]},"
	"{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\",\"source\":\"cgroup\","
	"\"options\":[\"nosuid\",\"noexec\",\"nodev\",\"relatime\",\"ro\"]}],"
	"\"linux\":{\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]},"
	"\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"network\"},{\"type\":\"ipc\"},"
	"{\"type\":\"uts\"},{\"type\":\"mount\"},{\"type\":\"cgroup\"}],"
	"\"maskedPaths\":[\"/proc/acpi\",\"/proc/asound\",\"/proc/kcore\",\"/proc/keys\","
	"\"/proc/latency_stats\",\"/proc/timer_list\",\"/proc/timer_stats\","
	"\"/proc/sched_debug\",\"/sys/firmware\",\"/proc/scsi\"],"
	"\"readonlyPaths\":[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\",\"/proc/sys\","
	"\"/proc/sysrq-trigger\"]}}";

struct spec_options {
	const char *bundle;
	bool rootless;
};

static int set_spec_bundle(void *o, char *v, struct option_error *err)
{
	(void)err;
	((struct spec_options *)o)->bundle = v;
	return 0;
}

static int set_spec_rootless(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&((struct spec_options *)o)->rootless, v, err);
}

static const struct option_spec spec_specs[] = {
	{"bundle", 'b', OPTION_VALUE, "DIR", "where to write it (default: the current directory)",
	 set_spec_bundle},
	{"rootless", 0, OPTION_OPTIONAL, "BOOL", "accepted: the same file serves",
	 set_spec_rootless},
};
static const struct oci_usage spec_usage = {
	.arguments = "[OPTIONS]",
	.text = "Writes a config.json to start from.",
	.specs = spec_specs,
	.nr_specs = ARRAY_SIZE(spec_specs),
};

int oci_cmd_spec(int argc, char **argv)
{
	struct spec_options o = {.bundle = "."};
	struct oci_error err;
	struct json_object *spec;
	char path[PATH_MAX];
	FILE *f;
	int fd, r = oci_options(&spec_usage, argc, argv, &o, NULL, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r < 0)
		return oci_report(&err);
	snprintf(path, sizeof(path), "%s/config.json", o.bundle);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!f) {
		oci_fail_errno(&err, -errno, "spec: %s", path);
		return oci_report(&err);
	}
	spec = json_tokener_parse(spec_text);
	fprintf(f, "%s\n",
		json_object_to_json_string_ext(spec, PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(spec);
	if (fclose(f) == 0)
		return 0;
	oci_fail_errno(&err, -errno, "spec: %s", path);
	return oci_report(&err);
}

/* ---- features ---- */

static const char features_text[] =
	"{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"" OCI_VERSION
	"\",\"hooks\":[\"prestart\",\"createRuntime\",\"createContainer\","
	"\"startContainer\",\"poststart\",\"poststop\"],\"mountOptions\":[\"async\",\"atime\","
	"\"bind\",\"defaults\",\"dev\","
	"\"diratime\",\"dirsync\",\"exec\",\"noatime\",\"nodev\",\"nodiratime\",\"noexec\","
	"\"norelatime\",\"nostrictatime\",\"nosuid\",\"nosymfollow\",\"private\",\"rbind\","
	"\"relatime\",\"ro\",\"rprivate\",\"rro\",\"rw\",\"strictatime\",\"suid\",\"sync\","
	"\"tmpcopyup\"],\"linux\":{\"namespaces\":[\"cgroup\",\"ipc\",\"mount\",\"network\","
	"\"pid\",\"user\",\"uts\"],\"cgroup\":{\"v1\":true,\"v2\":true,\"systemd\":false,"
	"\"systemdUser\":false},\"seccomp\":{\"enabled\":true,\"actions\":["
	"\"SCMP_ACT_ALLOW\",\"SCMP_ACT_ERRNO\",\"SCMP_ACT_KILL\",\"SCMP_ACT_KILL_PROCESS\","
	"\"SCMP_ACT_KILL_THREAD\",\"SCMP_ACT_LOG\",\"SCMP_ACT_TRACE\",\"SCMP_ACT_TRAP\"],"
	"\"operators\":[\"SCMP_CMP_EQ\",\"SCMP_CMP_GE\",\"SCMP_CMP_GT\",\"SCMP_CMP_LE\","
	"\"SCMP_CMP_LT\",\"SCMP_CMP_MASKED_EQ\",\"SCMP_CMP_NE\"],"
	"\"archs\":[\"SCMP_ARCH_X86_64\"]},"
	"\"apparmor\":{\"enabled\":false},\"selinux\":{\"enabled\":false},"
	"\"intelRdt\":{\"enabled\":false}},"
	"\"annotations\":{\"io.runsc-c.version\":\"" RUNSC_C_VERSION "\"}}";

static const struct oci_usage features_usage = {
	.text = "Prints what this runtime can do, as JSON.",
	.arguments = "",
};

int oci_cmd_features(int argc, char **argv)
{
	struct oci_error err;
	int r = oci_options(&features_usage, argc, argv, NULL, NULL, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r < 0)
		return oci_report(&err);
	print_json(json_tokener_parse(features_text), PRETTY);
	return 0;
}
