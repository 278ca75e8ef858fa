/* runsc-c/run_options.c - the options of `sandbox run`, see run_options.h */
#include "runsc-c/run_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIDS_MAX 4194304U /* as many as Linux has numbers */
#define MEMORY_MIN (4ULL << 20)

static int from_rootfs(int r, const struct rootfs_error *e, struct option_error *err)
{
	return r < 0 ? option_fail(err, "%s", e->text) : 0;
}

static int set_rootfs(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;

	if (!*value)
		return option_fail(err, "name a directory or a tar archive");
	o->rootfs.rootfs = value;
	return 0;
}

static int set_bind(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;
	struct rootfs_error e;

	return from_rootfs(rootfs_parse_bind(&o->rootfs, value, &e), &e, err);
}

static int set_tmpfs(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;
	struct rootfs_error e;

	return from_rootfs(rootfs_parse_tmpfs(&o->rootfs, value, &e), &e, err);
}

static int set_overlay(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;
	struct rootfs_error e;

	return from_rootfs(rootfs_parse_overlay(&o->rootfs, value, &e), &e, err);
}

static int set_cwd(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;

	if (value[0] != '/')
		return option_fail(err, "the path must be absolute");
	o->cwd = value;
	return 0;
}

static int set_env(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;
	char **env;

	if (!*value || *value == '=')
		return option_fail(err, "give NAME=VALUE, or NAME to pass your own value on");
	env = realloc(o->env, (o->nr_env + 1) * sizeof(*env));
	if (!env)
		return option_fail(err, "out of memory");
	o->env = env;
	o->env[o->nr_env++] = value;
	return 0;
}

static int set_clear_env(void *opts, char *value, struct option_error *err)
{
	(void)value;
	(void)err;
	((struct run_options *)opts)->clear_env = true;
	return 0;
}

static int set_user(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;

	if (!*value)
		return option_fail(err, "give UID, UID:GID or a name");
	o->user = value;
	return 0;
}

static int set_hostname(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;

	if (!*value || strlen(value) > 64)
		return option_fail(err, "a host name has 1 to 64 bytes");
	o->hostname = value;
	return 0;
}

static int set_network(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;

	if (strcmp(value, "none") == 0)
		o->network = INET_OWN;
	else if (strcmp(value, "host") == 0)
		o->network = INET_HOST;
	else if (strcmp(value, "off") == 0)
		o->network = INET_OFF;
	else
		return option_fail(err, "give none, host or off");
	return 0;
}

static int set_memory(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;
	int r = parse_size(value, &o->memory, err);

	if (r == 0 && o->memory < MEMORY_MIN)
		return option_fail(err, "too little for the sandbox itself: give 4m or more");
	return r;
}

static int set_pids(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;
	int r = parse_u32(value, PIDS_MAX, &o->pids, err);

	if (r == 0 && o->pids == 0)
		return option_fail(err, "the command itself needs one");
	return r;
}

static int set_timeout(void *opts, char *value, struct option_error *err)
{
	return parse_duration_ns(value, &((struct run_options *)opts)->timeout_ns, err);
}

static int set_no_init(void *opts, char *value, struct option_error *err)
{
	(void)value;
	(void)err;
	((struct run_options *)opts)->no_init = true;
	return 0;
}

static int set_no_io_uring(void *opts, char *value, struct option_error *err)
{
	(void)value;
	(void)err;
	((struct run_options *)opts)->no_io_uring = true;
	return 0;
}

static int set_platform(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;

	if (strcmp(value, "auto") != 0 && strcmp(value, "notify") != 0 &&
	    strcmp(value, "ptrace") != 0)
		return option_fail(err, "no such platform: give auto, notify or ptrace");
	o->platform = strcmp(value, "auto") == 0 ? NULL : value;
	return 0;
}

static int set_fast_path(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;

	if (strcmp(value, "auto") == 0)
		o->fast_path = FAST_AUTO;
	else if (strcmp(value, "off") == 0)
		o->fast_path = FAST_OFF;
	else if (strcmp(value, "always") == 0)
		o->fast_path = FAST_ALWAYS;
	else
		return option_fail(err, "give auto, off or always");
	return 0;
}

static int set_forward(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;

	o->forward_none = strcmp(value, "none") == 0;
	if (!o->forward_none && strcmp(value, "audited") != 0)
		return option_fail(err, "give audited or none");
	return 0;
}

static int set_strace(void *opts, char *value, struct option_error *err)
{
	struct run_options *o = opts;

	if (value && !*value)
		return option_fail(err, "name a file: --strace=FILE");
	o->strace = true;
	o->strace_file = value;
	return 0;
}

static int set_log(void *opts, char *value, struct option_error *err)
{
	if (log_level_parse(value, &((struct run_options *)opts)->log_level) < 0)
		return option_fail(err, "no such level: give error, warn, info, debug or trace");
	return 0;
}

static int set_log_file(void *opts, char *value, struct option_error *err)
{
	if (!*value)
		return option_fail(err, "name a file");
	((struct run_options *)opts)->log_file = value;
	return 0;
}

static const struct option_spec specs[] = {
	{"rootfs", 0, OPTION_VALUE, "DIR|TAR",
	 "root filesystem: a directory or a tar archive (also gzip); default:\n"
	 "the host's tree, read-only below, without its secrets",
	 set_rootfs},
	{"bind", 'b', OPTION_VALUE, "SRC[:DST][:ro|rw]",
	 "show SRC of the host at DST (default: the same path), read-write\n"
	 "unless :ro is given; repeatable",
	 set_bind},
	{"tmpfs", 0, OPTION_VALUE, "DST[:OPTIONS]",
	 "an empty filesystem in memory at DST; options as mount(8)'s for\n"
	 "tmpfs (size=64m,mode=755); repeatable",
	 set_tmpfs},
	{"overlay", 0, OPTION_VALUE, "memory|DIR|none",
	 "where changes of the root filesystem go: into memory, gone at the\n"
	 "end (default); into DIR, kept; none: --rootfs DIR and the current\n"
	 "directory themselves are changed, the host's tree is read-only",
	 set_overlay},
	{"cwd", 'w', OPTION_VALUE, "DIR",
	 "where the command starts; default: the current directory if the\n"
	 "sandbox shows it, else /",
	 set_cwd},
	{"env", 'e', OPTION_VALUE, "NAME[=VALUE]",
	 "set a variable; NAME alone passes yours on; repeatable", set_env},
	{"clear-env", 0, OPTION_FLAG, NULL,
	 "begin with no variables; default: all of yours are passed on", set_clear_env},
	{"user", 'u', OPTION_VALUE, "UID[:GID]|NAME",
	 "who the command is inside; default: you. 0 is root, with\n"
	 "capabilities that mean nothing outside",
	 set_user},
	{"hostname", 0, OPTION_VALUE, "NAME", "default: sandbox", set_hostname},
	{"network", 0, OPTION_VALUE, "none|host|off",
	 "none: a network of its own with only lo, 127.0.0.1 and ::1 (default);\n"
	 "host: yours, with all that you can reach; off: no Internet sockets",
	 set_network},
	{"memory", 'm', OPTION_VALUE, "SIZE",
	 "limit for all memory of the sandbox: bytes, or with k, m, g, t", set_memory},
	{"pids", 0, OPTION_VALUE, "N", "limit for processes and threads; default: 32768", set_pids},
	{"timeout", 't', OPTION_VALUE, "DURATION",
	 "kill everything after that time (status 124): a number with ms, s,\n"
	 "m or h",
	 set_timeout},
	{"no-init", 0, OPTION_FLAG, NULL,
	 "the command itself is process 1; default: a small init is, which\n"
	 "collects orphans and passes signals on",
	 set_no_init},
	{"no-io-uring", 0, OPTION_FLAG, NULL, "io_uring_setup(2) and its like fail with ENOSYS",
	 set_no_io_uring},
	{"platform", 0, OPTION_VALUE, "auto|notify|ptrace",
	 "how system calls are trapped; default: auto (see `sandbox doctor`)", set_platform},
	{"fast-path", 0, OPTION_VALUE, "auto|off|always",
	 "auto: threads that make many calls pass them to the sandbox through\n"
	 "shared memory, where the host allows it; off: every call is trapped;\n"
	 "always: without regard to how many, for tests",
	 set_fast_path},
	{"forward", 0, OPTION_VALUE, "audited|none",
	 "audited: the calls that `sandbox syscalls` lists as forwarded go\n"
	 "directly to the host (default); none: the sandbox sees every call",
	 set_forward},
	{"strace", 0, OPTION_OPTIONAL, "FILE",
	 "print each call that the sandbox serves, to FILE or standard error\n"
	 "(all calls: with --forward none)",
	 set_strace},
	{"log", 0, OPTION_VALUE, "LEVEL",
	 "messages of the sandbox: error, warn (default), info, debug, trace", set_log},
	{"log-file", 0, OPTION_VALUE, "FILE", "append them to FILE; default: standard error",
	 set_log_file},
};

int run_options_parse(int argc, char **argv, struct run_options *o, struct option_error *err)
{
	int next, r;

	memset(o, 0, sizeof(*o));
	o->log_level = LOG_LEVEL_WARN;
	o->network = INET_OWN;
	r = options_parse(specs, ARRAY_SIZE(specs), argc, argv, o, &next, err);
	if (r != 0)
		return r;
	if (next == argc)
		return option_fail(err,
				   "no command: sandbox run [OPTIONS] [--] PROGRAM [ARGUMENTS]");
	if (!argv[next][0])
		return option_fail(err, "the command is an empty word");
	o->argv = argv + next;
	return 0;
}

void run_options_free(struct run_options *o)
{
	free(o->env);
	o->env = NULL;
	o->nr_env = 0;
}

void run_options_help(FILE *f)
{
	fprintf(f, "usage: sandbox run [OPTIONS] [--] PROGRAM [ARGUMENTS]\n\n"
		   "Runs a program under a kernel of its own. Its standard input, output and error "
		   "are\n"
		   "yours; it reaches no network. Options end at the first word that is none.\n\n"
		   "options:\n");
	options_print_help(f, specs, ARRAY_SIZE(specs));
	fprintf(f, "\nexit status:\n"
		   "  the program's; 128 + n if signal n killed it\n"
		   "  124  the time given by --timeout was up\n"
		   "  125  the sandbox could not be started, or failed\n"
		   "  126  the program was found and could not be executed\n"
		   "  127  the program was not found\n\n"
		   "examples:\n"
		   "  sandbox run -- make test\n"
		   "  sandbox run --rootfs alpine.tar.gz --user 1000 --memory 512m sh\n"
		   "  sandbox run --bind ~/src:/src:ro --tmpfs /out --cwd /out --timeout 10m "
		   "/src/build\n");
}
