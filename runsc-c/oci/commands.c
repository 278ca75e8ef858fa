/*
 * runsc-c/oci/commands.c - create, start, run, kill, delete: options, and what is printed
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runsc-c/oci/command.h"
#include "runsc-c/oci/container.h"
#include "runsc-c/oci/console.h"
#include "runsc-c/oci/control.h"

/* ---- common to all commands ---- */

int oci_options(const struct oci_usage *u, int argc, char **argv, void *opts, char **ret_args,
		struct oci_error *err)
{
	struct option_error why;
	int next, r = options_parse(u->specs, u->nr_specs, argc, argv, opts, &next, &why);

	if (r < 0)
		return oci_fail(err, r, "%s: %s", argv[0], why.text);
	if (r == OPTIONS_HELP) {
		printf("usage: runsc-c %s %s\n\n%s\n\noptions:\n", argv[0], u->arguments, u->text);
		options_print_help(stdout, u->specs, u->nr_specs);
		return OPTIONS_HELP;
	}
	/* Options may stand behind the id, too. */
	for (int i = 0; i < u->max_args; i++)
		ret_args[i] = NULL;
	for (int i = 0; next < argc; i++) {
		if (i >= u->max_args)
			return oci_fail(err, -EINVAL, "%s: too many arguments: %s", argv[0],
					argv[next]);
		ret_args[i] = argv[next];
		argv[next] = argv[0];
		r = options_parse(u->specs, u->nr_specs, argc - next, argv + next, opts, &r, &why)
			    ? -EINVAL
			    : r;
		if (r < 0)
			return oci_fail(err, -EINVAL, "%s: %s", argv[0], why.text);
		next += r;
	}
	for (int i = 0; i < u->min_args; i++)
		if (!ret_args[i])
			return oci_fail(err, -EINVAL, "%s: usage: runsc-c %s %s", argv[0], argv[0],
					u->arguments);
	return 0;
}

int oci_set_true(bool *b, const char *v, struct option_error *err)
{
	*b = !v || strcmp(v, "true") == 0;
	return *b || strcmp(v, "false") == 0 ? 0 : option_fail(err, "true or false is wanted");
}

/* ---- create, run ---- */

#define CREATE(o) ((struct oci_create_options *)(o))

static int set_bundle(void *o, char *v, struct option_error *err)
{
	(void)err;
	CREATE(o)->bundle = v;
	return 0;
}

static int set_pid_file(void *o, char *v, struct option_error *err)
{
	(void)err;
	CREATE(o)->pid_file = v;
	return 0;
}

static int set_console(void *o, char *v, struct option_error *err)
{
	(void)err;
	CREATE(o)->console_socket = v;
	return 0;
}

static int set_preserve(void *o, char *v, struct option_error *err)
{
	return parse_u32(v, 200, &CREATE(o)->preserve_fds, err);
}

static int set_no_pivot(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&CREATE(o)->no_pivot, v, err);
}

static int set_no_keyring(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&CREATE(o)->no_new_keyring, v, err);
}

static int set_detach(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&CREATE(o)->detach, v, err);
}

static int set_keep(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&CREATE(o)->keep, v, err);
}

static int set_no_subreaper(void *o, char *v, struct option_error *err)
{
	return oci_set_true(&CREATE(o)->no_subreaper, v, err);
}

static const struct option_spec create_specs[] = {
	{"bundle", 'b', OPTION_VALUE, "DIR",
	 "where config.json is (default: the current directory)", set_bundle},
	{"console-socket", 0, OPTION_VALUE, "PATH",
	 "unix socket that gets the terminal's other side", set_console},
	{"pid-file", 0, OPTION_VALUE, "FILE", "file for the container's process number",
	 set_pid_file},
	{"preserve-fds", 0, OPTION_VALUE, "N", "pass N descriptors from 3 on to the container",
	 set_preserve},
	{"no-pivot", 0, OPTION_OPTIONAL, "BOOL", "accepted, has no effect", set_no_pivot},
	{"no-new-keyring", 0, OPTION_OPTIONAL, "BOOL", "accepted, has no effect", set_no_keyring},
	{"detach", 'd', OPTION_OPTIONAL, "BOOL", "run: return once it is started", set_detach},
	{"keep", 0, OPTION_OPTIONAL, "BOOL", "run: leave the container there at its end", set_keep},
	{"no-subreaper", 0, OPTION_OPTIONAL, "BOOL", "accepted, has no effect", set_no_subreaper},
};
#define NR_ONLY_RUN 3

static const struct oci_usage create_usage = {
	.arguments = "[OPTIONS] ID",
	.text = "Sets a container up; its program runs with `runsc-c start ID`.",
	.specs = create_specs,
	.nr_specs = ARRAY_SIZE(create_specs) - NR_ONLY_RUN,
	.min_args = 1,
	.max_args = 1,
};
static const struct oci_usage run_usage = {
	.arguments = "[OPTIONS] ID",
	.text = "Creates and starts a container, and waits for its end unless --detach is given.",
	.specs = create_specs,
	.nr_specs = ARRAY_SIZE(create_specs),
	.min_args = 1,
	.max_args = 1,
};

/* Of what the engine has open only what it gives away comes along. */
static void close_foreign_fds(const struct oci_create_options *o)
{
	syscall(SYS_close_range, 3 + o->preserve_fds, ~0U, 0);
}

int oci_cmd_create(int argc, char **argv)
{
	struct oci_create_options o = {0};
	struct oci_error err;
	char *id;
	int r = oci_options(&create_usage, argc, argv, &o, &id, &err);

	if (r == OPTIONS_HELP)
		return 0;
	o.id = id;
	if (r == 0) {
		close_foreign_fds(&o);
		r = oci_create(&o, NULL, &err);
	}
	return r < 0 ? oci_report(&err) : 0;
}

/* ---- run ---- */

static int watch_signals(void)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGCHLD);
	sigdelset(&set, SIGTTIN);
	sigdelset(&set, SIGTTOU);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Passes signals on until the sentry has ended; its status for the shell. */
static int wait_for_end(const char *id, pid_t pid, int sfd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
	struct signalfd_siginfo si;
	struct oci_error ignored;

	for (;;) {
		struct pollfd fds[2] = {{pidfd, POLLIN, 0}, {sfd, POLLIN, 0}};

		if (poll(fds, 2, -1) < 0)
			continue;
		if (!fds[1].revents || read(sfd, &si, sizeof(si)) != sizeof(si))
			;
		else if (si.ssi_signo == SIGWINCH)
			oci_winch(id);
		else
			(void)!oci_kill(id, (int)si.ssi_signo, false, &ignored);
		if (fds[0].revents)
			break;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	close(pidfd);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run(struct oci_create_options *o, struct oci_error *err)
{
	struct oci_error ignored;
	int sfd = -1, status = 0, e;
	pid_t pid;

	o->foreground = !o->detach;
	e = oci_create(o, &pid, err);
	if (e < 0)
		return oci_report(err);
	if (!o->detach)
		sfd = watch_signals();
	e = oci_start(o->id, err);
	if (e < 0) {
		(void)!oci_delete(o->id, true, &ignored);
		return oci_report(err);
	}
	if (o->detach)
		return 0;
	oci_terminal_raw();
	status = wait_for_end(o->id, pid, sfd);
	oci_terminal_restore();
	if (!o->keep)
		(void)!oci_delete(o->id, true, &ignored);
	return status;
}

int oci_cmd_run(int argc, char **argv)
{
	struct oci_create_options o = {0};
	struct oci_error err;
	char *id;
	int r = oci_options(&run_usage, argc, argv, &o, &id, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r < 0)
		return oci_report(&err);
	o.id = id;
	close_foreign_fds(&o);
	return run(&o, &err);
}

/* ---- start ---- */

static const struct oci_usage start_usage = {
	.arguments = "ID",
	.text = "Runs the program of a created container.",
	.min_args = 1,
	.max_args = 1,
};

int oci_cmd_start(int argc, char **argv)
{
	struct oci_error err;
	char *id;
	int r = oci_options(&start_usage, argc, argv, NULL, &id, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r == 0)
		r = oci_start(id, &err);
	return r < 0 ? oci_report(&err) : 0;
}

/* ---- kill ---- */

static int set_all(void *o, char *v, struct option_error *err)
{
	return oci_set_true(o, v, err);
}

static const struct option_spec kill_specs[] = {
	{"all", 'a', OPTION_OPTIONAL, "BOOL", "to all processes of the container", set_all},
};
static const struct oci_usage kill_usage = {
	.arguments = "[OPTIONS] ID [SIGNAL]",
	.text = "Sends a signal (a number, or a name with or without SIG; default TERM) to the\n"
		"container's first process.",
	.specs = kill_specs,
	.nr_specs = ARRAY_SIZE(kill_specs),
	.min_args = 1,
	.max_args = 2,
};

static int parse_real_time(const char *s)
{
	char *end;
	long n;

	if (strncmp(s, "RTMIN", 5) == 0) {
		n = s[5] == '+' ? strtol(s + 6, &end, 10) : 0;
		return (s[5] == '+' ? !*end : !s[5]) && n >= 0 && n <= 30 ? 34 + (int)n : -1;
	}
	n = s[5] == '-' ? strtol(s + 6, &end, 10) : 0;
	return (s[5] == '-' ? !*end : !s[5]) && n >= 0 && n <= 30 ? 64 - (int)n : -1;
}

int oci_parse_signal(const char *s)
{
	char name[16];
	size_t i;
	char *end;
	long n;

	if (isdigit((unsigned char)*s)) {
		n = strtol(s, &end, 10);
		return !*end && n >= 0 && n <= 64 ? (int)n : -1;
	}
	for (i = 0; i < sizeof(name) - 1 && s[i]; i++)
		name[i] = (char)toupper((unsigned char)s[i]);
	name[i] = '\0';
	s = strncmp(name, "SIG", 3) == 0 ? name + 3 : name;
	if (strncmp(s, "RTMIN", 5) == 0 || strncmp(s, "RTMAX", 5) == 0)
		return parse_real_time(s);
	for (int sig = 1; sig < 32; sig++)
		if (sigabbrev_np(sig) && strcmp(s, sigabbrev_np(sig)) == 0)
			return sig;
	if (strcmp(s, "IOT") == 0)
		return SIGABRT;
	return strcmp(s, "CLD") == 0 ? SIGCHLD : -1;
}

int oci_cmd_kill(int argc, char **argv)
{
	struct oci_error err;
	char *args[2];
	bool all = false;
	int r = oci_options(&kill_usage, argc, argv, &all, args, &err), sig = SIGTERM;

	if (r == OPTIONS_HELP)
		return 0;
	if (r == 0 && args[1]) {
		sig = oci_parse_signal(args[1]);
		if (sig < 0)
			r = oci_fail(&err, -EINVAL, "unknown signal \"%.40s\"", args[1]);
	}
	if (r == 0)
		r = oci_kill(args[0], sig, all, &err);
	return r < 0 ? oci_report(&err) : 0;
}

/* ---- delete ---- */

static const struct option_spec delete_specs[] = {
	{"force", 'f', OPTION_OPTIONAL, "BOOL",
	 "kill what still runs; no error if there is no such\n"
	 "container",
	 set_all},
};
static const struct oci_usage delete_usage = {
	.arguments = "[OPTIONS] ID",
	.text = "Removes a container that has stopped, and all that it has on the host.",
	.specs = delete_specs,
	.nr_specs = ARRAY_SIZE(delete_specs),
	.min_args = 1,
	.max_args = 1,
};

int oci_cmd_delete(int argc, char **argv)
{
	struct oci_error err;
	char *id;
	bool force = false;
	int r = oci_options(&delete_usage, argc, argv, &force, &id, &err);

	if (r == OPTIONS_HELP)
		return 0;
	if (r == 0)
		r = oci_delete(id, force, &err);
	return r < 0 ? oci_report(&err) : 0;
}
