/*
 * runsc-c/oci/cli.c - the command line of `runsc-c`: global options, which command
 *
 * The commands, their options and their texts are those that engines know from runc.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runsc-c/commands.h"
#include "runsc-c/oci/container.h"
#include "runsc-c/oci/rootless.h"
#include "runsc-c/options.h"
#include "sentry/base/log.h"
#include "sentry/kernel.h"

struct oci_globals oci_globals;

struct oci_command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
};

static int not_yet(int argc, char **argv);

static const struct oci_command commands[] = {
	{"checkpoint", not_yet, "save a running container (not yet)"},
	{"create", oci_cmd_create, "set a container up"},
	{"delete", oci_cmd_delete, "remove a container and all that it has on the host"},
	{"events", oci_cmd_events, "what a container uses, as JSON"},
	{"exec", oci_cmd_exec, "run another process in a running container"},
	{"features", oci_cmd_features, "what this runtime can do, as JSON"},
	{"install", oci_cmd_install, "tell Docker and podman of this runtime"},
	{"kill", oci_cmd_kill, "send a signal to a container's first process"},
	{"list", oci_cmd_list, "the containers of --root"},
	{"pause", oci_cmd_pause, "stop all processes of a container"},
	{"ps", oci_cmd_ps, "the processes of a container"},
	{"restore", not_yet, "start a container from a checkpoint (not yet)"},
	{"resume", oci_cmd_resume, "let the processes of a paused container go on"},
	{"run", oci_cmd_run, "create and start a container"},
	{"spec", oci_cmd_spec, "write a config.json to start from"},
	{"start", oci_cmd_start, "run the program of a created container"},
	{"state", oci_cmd_state, "the state of a container, as JSON"},
	{"uninstall", oci_cmd_uninstall, "take that out again"},
	{"update", oci_cmd_update, "change limits of a container"},
};

static int not_yet(int argc, char **argv)
{
	struct oci_error err;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		printf("runsc-c %s: not yet: a container's memory and kernel state cannot be "
		       "saved\n",
		       argv[0]);
		return 0;
	}
	oci_fail(&err, 0, "%s: not yet: a container's memory and kernel state cannot be saved",
		 argv[0]);
	return oci_report(&err);
}

/* ---- global options ---- */

static int set_root(void *o, char *v, struct option_error *err)
{
	((struct oci_globals *)o)->root = v;
	return *v ? 0 : option_fail(err, "a directory is wanted");
}

static int set_log(void *o, char *v, struct option_error *err)
{
	(void)err;
	((struct oci_globals *)o)->log = v;
	return 0;
}

static int set_log_format(void *o, char *v, struct option_error *err)
{
	if (strcmp(v, "json") != 0 && strcmp(v, "text") != 0)
		return option_fail(err, "text or json is wanted");
	((struct oci_globals *)o)->log_json = *v == 'j';
	return 0;
}

/* Flags of the Go kind: --name, --name=true, --name=false. */
static int go_bool(const char *v, bool *ret, struct option_error *err)
{
	*ret = !v || strcmp(v, "true") == 0 || strcmp(v, "1") == 0;
	if (*ret || strcmp(v, "false") == 0 || strcmp(v, "0") == 0)
		return 0;
	return option_fail(err, "true or false is wanted");
}

static int set_debug(void *o, char *v, struct option_error *err)
{
	return go_bool(v, &((struct oci_globals *)o)->debug, err);
}

static int set_systemd(void *o, char *v, struct option_error *err)
{
	return go_bool(v, &((struct oci_globals *)o)->systemd_cgroup, err);
}

/* crun's, which podman passes for --cgroups=disabled. */
static int set_cgroup_manager(void *o, char *v, struct option_error *err)
{
	struct oci_globals *g = o;

	g->systemd_cgroup = strcmp(v, "systemd") == 0;
	g->no_cgroup = strcmp(v, "disabled") == 0;
	if (g->systemd_cgroup || g->no_cgroup || strcmp(v, "cgroupfs") == 0)
		return 0;
	return option_fail(err, "cgroupfs, systemd or disabled is wanted");
}

static int set_rootless(void *o, char *v, struct option_error *err)
{
	if (strcmp(v, "auto") != 0 && strcmp(v, "true") != 0 && strcmp(v, "false") != 0)
		return option_fail(err, "true, false or auto is wanted");
	((struct oci_globals *)o)->rootless = v;
	return 0;
}

static int set_platform(void *o, char *v, struct option_error *err)
{
	(void)err;
	((struct oci_globals *)o)->platform = v;
	return 0;
}

static int set_fast_path(void *o, char *v, struct option_error *err)
{
	(void)err;
	((struct oci_globals *)o)->fast_path = v;
	return 0;
}

static int set_strace(void *o, char *v, struct option_error *err)
{
	(void)err;
	((struct oci_globals *)o)->strace = v;
	return 0;
}

static int set_debug_log(void *o, char *v, struct option_error *err)
{
	(void)err;
	((struct oci_globals *)o)->debug_log = v;
	return 0;
}

static int ignore(void *o, char *v, struct option_error *err)
{
	(void)o, (void)v, (void)err;
	return 0;
}

static const struct option_spec specs[] = {
	{"root", 0, OPTION_VALUE, "DIR",
	 "where containers' state is kept (default\n/run/runsc-c; $XDG_RUNTIME_DIR/runsc-c for "
	 "users)",
	 set_root},
	{"log", 0, OPTION_VALUE, "FILE", "append errors and warnings to FILE", set_log},
	{"log-format", 0, OPTION_VALUE, "FORMAT", "of that file: text or json", set_log_format},
	{"debug", 0, OPTION_OPTIONAL, "BOOL", "more messages", set_debug},
	{"systemd-cgroup", 0, OPTION_OPTIONAL, "BOOL", "cgroups are made by systemd", set_systemd},
	{"cgroup-manager", 0, OPTION_VALUE, "NAME",
	 "who makes cgroups: cgroupfs, systemd, or disabled\nfor none", set_cgroup_manager},
	{"rootless", 0, OPTION_VALUE, "BOOL", "true, false or auto: without root's rights",
	 set_rootless},
	{"criu", 0, OPTION_VALUE, "PATH", "accepted, has no effect", ignore},
	{"platform", 0, OPTION_VALUE, "NAME", "as for `sandbox run`", set_platform},
	{"fast-path", 0, OPTION_VALUE, "MODE", "as for `sandbox run`", set_fast_path},
	{"debug-log", 0, OPTION_VALUE, "FILE", "append the sentry's own messages to FILE",
	 set_debug_log},
	{"strace", 0, OPTION_VALUE, "FILE", "append the guests' system calls to FILE", set_strace},
};

/* ---- all of it ---- */

static void usage(FILE *f)
{
	fprintf(f,
		"usage: runsc-c [OPTIONS] COMMAND [COMMAND'S OPTIONS] ...\n\n"
		"An OCI runtime: runs containers under a userspace kernel. Engines call it as they "
		"call\nrunc: docker run --runtime=runsc-c ...\n\ncommands:\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(f, "  %-12s %s\n", commands[i].name, commands[i].summary);
	fprintf(f, "\noptions:\n");
	options_print_help(f, specs, ARRAY_SIZE(specs));
	fprintf(f,
		"  -v, --version               versions of this program, of the specification, and "
		"of the\n%30skernel that guests see\n",
		"");
}

static int print_version(void)
{
	printf("runsc-c version %s\nspec: %s\nkernel for guests: %s %s %s\n", RUNSC_C_VERSION,
	       OCI_VERSION, GUEST_SYSNAME, GUEST_RELEASE, GUEST_MACHINE);
	return 0;
}

static int usage_error(const char *text)
{
	struct oci_error err;

	oci_fail(&err, 0, "%s", text);
	return oci_report(&err);
}

int oci_main(int argc, char **argv)
{
	struct option_error why;
	char text[128];
	int next, r;

	if (argc > 1 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-v") == 0))
		return print_version();
	signal(SIGPIPE, SIG_IGN); /* hooks and sockets whose other side is gone */
	oci_globals.root = oci_default_root();
	oci_globals.rootless = "auto";
	r = options_parse(specs, ARRAY_SIZE(specs), argc, argv, &oci_globals, &next, &why);
	if (r < 0)
		return usage_error(why.text);
	if (oci_globals.debug)
		log_set_level(LOG_LEVEL_DEBUG);
	if (r == OPTIONS_HELP || next >= argc || strcmp(argv[next], "help") == 0) {
		usage(next >= argc && r == 0 ? stderr : stdout);
		return r == 0 && next >= argc;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, argv[next]) == 0)
			return commands[i].run(argc - next, argv + next);
	snprintf(text, sizeof(text), "no such command: %.80s (see `runsc-c --help`)", argv[next]);
	return usage_error(text);
}
