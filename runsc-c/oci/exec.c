/*
 * runsc-c/oci/exec.c - exec: another process in a running container
 *
 * Model: this process asks the sentry for the new one (control.h) and then stands for it: it passes
 * signals on, tells of a new window size, and ends as that one did. With --detach that is a child, which
 * the engine's shim adopts and waits for; the command ends when the process has begun, or with the
 * reason why not.
 *
 * What process.json or the options leave open is as in config.json.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runsc-c/oci/command.h"
#include "runsc-c/oci/console.h"
#include "runsc-c/oci/container.h"
#include "runsc-c/oci/control.h"
#include "runsc-c/oci/json.h"
#include "runsc-c/stdio.h"

#define EXIT_EXEC 255 /* the command itself failed */
#define MAX_LIST 1024

struct exec_options {
	const char *process, *pid_file, *console_socket, *cwd, *user;
	char *env[MAX_LIST], *caps[64];
	size_t nr_env, nr_caps;
	uint32_t groups[64];
	uint32_t nr_groups;
	unsigned int preserve_fds;
	bool tty, detach, no_new_privs, ignore_paused;
};

/* ---- options ---- */

#define EXEC(o) ((struct exec_options *)(o))
#define SET_STRING(field)                                                                          \
	static int set_##field(void *o, char *v, struct option_error *err)                         \
	{                                                                                          \
		(void)err;                                                                         \
		EXEC(o)->field = v;                                                                \
		return 0;                                                                          \
	}
#define SET_BOOL(field)                                                                            \
	static int set_##field(void *o, char *v, struct option_error *err)                         \
	{                                                                                          \
		return oci_set_true(&EXEC(o)->field, v, err);                                      \
	}
SET_STRING(process)
SET_STRING(pid_file)
SET_STRING(console_socket)
SET_STRING(cwd)
SET_STRING(user)
SET_BOOL(tty)
SET_BOOL(detach)
SET_BOOL(no_new_privs)
SET_BOOL(ignore_paused)

static int set_env(void *o, char *v, struct option_error *err)
{
	if (EXEC(o)->nr_env == MAX_LIST)
		return option_fail(err, "too many");
	EXEC(o)->env[EXEC(o)->nr_env++] = v;
	return 0;
}

static int set_cap(void *o, char *v, struct option_error *err)
{
	if (EXEC(o)->nr_caps == ARRAY_SIZE(EXEC(o)->caps) || oci_capability(v) < 0)
		return option_fail(err, "unknown capability");
	EXEC(o)->caps[EXEC(o)->nr_caps++] = v;
	return 0;
}

static int set_group(void *o, char *v, struct option_error *err)
{
	struct exec_options *eo = o;

	if (eo->nr_groups == ARRAY_SIZE(eo->groups))
		return option_fail(err, "too many");
	return parse_u32(v, INT32_MAX, &eo->groups[eo->nr_groups++], err);
}

static int set_preserve(void *o, char *v, struct option_error *err)
{
	return parse_u32(v, CONTROL_MAX_FDS - 8, &EXEC(o)->preserve_fds, err);
}

static int ignore(void *o, char *v, struct option_error *err)
{
	(void)o, (void)v, (void)err;
	return 0;
}

static const struct option_spec specs[] = {
	{"process", 'p', OPTION_VALUE, "FILE", "process.json: all of the process", set_process},
	{"user", 'u', OPTION_VALUE, "UID[:GID]", "user and group, by number", set_user},
	{"cwd", 0, OPTION_VALUE, "DIR", "current directory in the container", set_cwd},
	{"env", 'e', OPTION_VALUE, "NAME=VALUE", "set a variable (repeatable)", set_env},
	{"cap", 'c', OPTION_VALUE, "CAP", "add a capability (repeatable)", set_cap},
	{"additional-gids", 'g', OPTION_VALUE, "GID", "add a group (repeatable)", set_group},
	{"tty", 't', OPTION_OPTIONAL, "BOOL", "with a terminal", set_tty},
	{"detach", 'd', OPTION_OPTIONAL, "BOOL", "end when the process has begun", set_detach},
	{"pid-file", 0, OPTION_VALUE, "FILE", "write the number of the process to FILE",
	 set_pid_file},
	{"console-socket", 0, OPTION_VALUE, "PATH",
	 "unix socket that gets the terminal's other side", set_console_socket},
	{"preserve-fds", 0, OPTION_VALUE, "N", "pass N descriptors from 3 on", set_preserve},
	{"no-new-privs", 0, OPTION_OPTIONAL, "BOOL", "no privileges by execve", set_no_new_privs},
	{"ignore-paused", 0, OPTION_OPTIONAL, "BOOL", "do not refuse if the container is paused",
	 set_ignore_paused},
	{"apparmor", 0, OPTION_VALUE, "PROFILE", "accepted, has no effect", ignore},
	{"process-label", 0, OPTION_VALUE, "LABEL", "accepted, has no effect", ignore},
	{"cgroup", 0, OPTION_VALUE, "PATH", "accepted, has no effect", ignore},
};

static void help(void)
{
	printf("usage: runsc-c exec [OPTIONS] ID COMMAND [ARGUMENTS]\n"
	       "       runsc-c exec [OPTIONS] --process FILE ID\n\n"
	       "Runs a process in a running container.\n\noptions:\n");
	options_print_help(stdout, specs, ARRAY_SIZE(specs));
}

/* ---- what is to be run ---- */

static int set_user_of(struct oci_process *p, const char *user, struct oci_error *err)
{
	char *end;
	unsigned long uid = strtoul(user, &end, 10), gid = p->gid;

	if (end == user || (*end && *end != ':') || uid > INT32_MAX)
		return oci_fail(err, -EINVAL, "exec: --user %.40s: a number is wanted", user);
	if (*end == ':') {
		const char *group = end + 1;

		gid = strtoul(group, &end, 10);
		if (end == group || *end || gid > INT32_MAX)
			return oci_fail(err, -EINVAL, "exec: --user %.40s: a number is wanted",
					user);
	}
	p->uid = (uint32_t)uid;
	p->gid = (uint32_t)gid;
	return 0;
}

/* The container's variables and then those of the options: of two with one name the last counts. */
static char **join_env(char **base, const struct exec_options *o)
{
	size_t nr = 0;
	char **env;

	while (base && base[nr])
		nr++;
	env = calloc(nr + o->nr_env + 1, sizeof(*env));
	if (!env)
		return NULL;
	for (size_t i = 0; i < nr; i++)
		env[i] = base[i];
	for (size_t i = 0; i < o->nr_env; i++) {
		size_t len = strcspn(o->env[i], "="), k = 0;

		while (k < nr && !(strncmp(env[k], o->env[i], len) == 0 && env[k][len] == '='))
			k++;
		env[k] = o->env[i];
		nr += k == nr;
	}
	return env;
}

static void add_caps(struct oci_process *p, const struct exec_options *o)
{
	for (size_t i = 0; i < o->nr_caps; i++) {
		uint64_t bit = 1ULL << oci_capability(o->caps[i]);

		p->caps.bounding |= bit;
		p->caps.permitted |= bit;
		p->caps.effective |= bit;
	}
}

/* base: the container's own process. */
static int from_options(const struct exec_options *o, char **argv, const struct oci_process *base,
			struct oci_process *p, struct oci_error *err)
{
	*p = *base;
	p->args = argv;
	p->terminal = o->tty;
	p->rows = p->cols = 0;
	if (o->cwd)
		p->cwd = o->cwd;
	p->env = join_env(base->env, o);
	if (!p->env)
		return oci_fail(err, -ENOMEM, "out of memory");
	if (p->cwd[0] != '/')
		return oci_fail(err, -EINVAL, "Cwd must be an absolute path");
	if (o->nr_groups) {
		p->groups = (uint32_t *)(uintptr_t)o->groups;
		p->nr_groups = o->nr_groups;
	}
	if (o->no_new_privs)
		p->no_new_privs = true;
	add_caps(p, o);
	return o->user ? set_user_of(p, o->user, err) : 0;
}

static int from_file(const struct exec_options *o, const struct oci_process *base,
		     struct oci_process *p, struct oci_error *err)
{
	char *text = oci_read_file(AT_FDCWD, o->process, err);
	struct json_object *json = text ? oci_json_parse(text, o->process, err) : NULL;
	int e;

	free(text);
	if (!json)
		return -EINVAL;
	e = oci_process_parse(json, "process", p, err); /* json stays: p points into it */
	if (e == 0 && !p->caps.given)
		p->caps = base->caps;
	if (e == 0 && base->sched.personality) {
		p->sched.given = true;
		p->sched.personality = base->sched.personality;
	}
	if (e == 0 && o->tty)
		p->terminal = true;
	return e;
}

/* ---- descriptors ---- */

static int reopen_or_null(int fd)
{
	int own = stdio_reopen(fd);

	return own >= 0 ? own : open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* A console's slave is kept as *ret_tty, too. */
static int open_fds(const struct exec_options *o, const struct oci_process *p, int *fds,
		    unsigned int *ret_nr, int *ret_tty, struct oci_error *err)
{
	unsigned int nr = 0;

	*ret_tty = -1;
	if (p->terminal && o->console_socket) {
		fds[nr] = oci_console_send(o->console_socket, p->rows, p->cols, err);
		if (fds[nr] < 0)
			return fds[nr];
		*ret_tty = fds[nr++];
	} else if (p->terminal) {
		if (!isatty(0))
			return oci_fail(err, -ENOTTY, "the input device is not a TTY");
		fds[nr++] = reopen_or_null(0);
	} else {
		for (int fd = 0; fd < 3; fd++)
			fds[nr++] = reopen_or_null(fd);
	}
	for (unsigned int i = 0; i < o->preserve_fds; i++) {
		fds[nr] = stdio_reopen(3 + (int)i);
		if (fds[nr] < 0)
			return oci_fail(err, -EBADF, "--preserve-fds: descriptor %u is not open",
					3 + i);
		nr++;
	}
	*ret_nr = nr;
	return 0;
}

/* ---- standing for the process ---- */

static int watch_signals(void)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGTTIN);
	sigdelset(&set, SIGTTOU);
	sigdelset(&set, SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void pass_on(int sock, const struct signalfd_siginfo *si)
{
	switch (si->ssi_signo) {
	case SIGWINCH: control_tell(sock, CONTROL_WINCH, 0); break;
	case SIGCHLD: break;
	case SIGHUP:
		/* The terminal's end reaches the guest by its own terminal. */
		if (si->ssi_code == SI_KERNEL)
			break;
		__attribute__((fallthrough));
	default: control_tell(sock, CONTROL_SIGNAL, (int)si->ssi_signo);
	}
}

/* The process's status; if the sandbox ends before telling, everything in it was killed. */
static int stand_for(int sock, int sfd)
{
	struct signalfd_siginfo si;
	int status;

	for (;;) {
		struct pollfd fds[2] = {{sock, POLLIN, 0}, {sfd, POLLIN, 0}};

		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents && read(sfd, &si, sizeof(si)) == sizeof(si))
			pass_on(sock, &si);
		if (fds[0].revents)
			break;
	}
	return control_wait(sock, &status) < 0 ? SIGKILL : status;
}

_Noreturn static void end_as(int status)
{
	struct rlimit none = {0, 0};
	sigset_t all;

	if (WIFSIGNALED(status)) {
		setrlimit(RLIMIT_CORE, &none);
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		signal(WTERMSIG(status), SIG_DFL);
		sigfillset(&all);
		sigprocmask(SIG_UNBLOCK, &all, NULL);
		kill(getpid(), WTERMSIG(status));
		_exit(128 + WTERMSIG(status));
	}
	_exit(WEXITSTATUS(status));
}

static void only_null_stdio(int keep)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	if (keep > 3)
		syscall(SYS_close_range, 3, keep - 1, 0);
	syscall(SYS_close_range, keep + 1, ~0U, 0);
}

struct work {
	const struct exec_options *o;
	const struct oci_process *p;
	int sock, tty;
	int fds[CONTROL_MAX_FDS];
	unsigned int nr_fds;
};

/* The child of --detach. */
_Noreturn static void detached(struct work *w, int report)
{
	struct oci_error err = {0};
	pid_t pid;
	int e, sfd;

	if (w->tty >= 0) {
		setsid();
		ioctl(w->tty, TIOCSCTTY, 0);
	}
	e = control_exec(w->sock, w->p, w->fds, w->nr_fds, &pid, &err);
	err.err = e;
	if (write(report, &err, sizeof(err)) != sizeof(err) || e < 0)
		_exit(EXIT_EXEC);
	only_null_stdio(w->sock);
	prctl(PR_SET_NAME, "runsc-c:exec", 0, 0, 0);
	sfd = watch_signals();
	end_as(stand_for(w->sock, sfd));
}

static int run_detached(struct work *w, pid_t *ret_pid, struct oci_error *err)
{
	struct oci_error told;
	int report[2];
	ssize_t n;

	if (pipe2(report, O_CLOEXEC) < 0)
		return oci_fail_errno(err, -errno, "pipe");
	*ret_pid = fork();
	if (*ret_pid == 0)
		detached(w, report[1]);
	close(report[1]);
	n = *ret_pid < 0 ? -1 : read(report[0], &told, sizeof(told));
	close(report[0]);
	if (n != sizeof(told))
		return oci_fail(err, -EIO, "cannot start the process that stands for it");
	if (told.err < 0) {
		waitpid(*ret_pid, NULL, 0);
		*err = told;
	}
	return told.err;
}

static int run_in_front(struct work *w, struct oci_error *err)
{
	int sfd = watch_signals(), status;
	pid_t pid;
	int e = oci_write_pid_file(w->o->pid_file, getpid(), err);

	if (e == 0)
		e = control_exec(w->sock, w->p, w->fds, w->nr_fds, &pid, err);
	if (e < 0)
		return e;
	for (unsigned int i = 0; i < w->nr_fds; i++)
		close(w->fds[i]);
	if (w->p->terminal)
		oci_terminal_raw();
	status = stand_for(w->sock, sfd);
	oci_terminal_restore();
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- all of it ---- */

static int check_status(const struct exec_options *o, const struct oci_state *st,
			struct oci_error *err)
{
	switch (oci_state_status(st)) {
	case OCI_CREATED:
	case OCI_RUNNING: return 0;
	case OCI_PAUSED:
		return o->ignore_paused
			       ? 0
			       : oci_fail(err, -EINVAL,
					  "cannot exec in a paused container (use --ignore-paused "
					  "to override)");
	case OCI_STOPPED: return oci_fail(err, -EINVAL, "cannot exec in a stopped container");
	default: return oci_fail(err, -EINVAL, "container is not running");
	}
}

/* cfg: stays as long as what is made of it. */
static int open_container(const struct exec_options *o, const char *id, struct oci_config *cfg,
			  struct oci_error *err)
{
	struct oci_dir dir;
	struct oci_state st;
	char *text = NULL;
	int sock = -1, e = oci_open_container(id, false, &dir, &st, err);

	if (e < 0)
		return e;
	e = check_status(o, &st, err);
	if (e == 0) {
		text = oci_read_file(dir.fd, "config.json", err);
		e = text ? oci_config_parse(text, st.bundle, cfg, err) : -EINVAL;
	}
	if (e == 0)
		sock = control_connect(dir.fd, err);
	free(text);
	oci_state_free(&st);
	oci_dir_close(&dir);
	return e < 0 ? e : sock;
}

static int do_exec(const struct exec_options *o, const char *id, char **argv, struct oci_error *err)
{
	struct oci_config cfg = {0};
	struct oci_process p;
	struct work w = {.o = o, .p = &p, .tty = -1};
	pid_t pid = 0;
	int e;

	if (!o->process && !argv[0])
		return oci_fail(err, -EINVAL, "process args cannot be empty");
	w.sock = open_container(o, id, &cfg, err);
	if (w.sock < 0)
		return w.sock;
	e = o->process ? from_file(o, &cfg.process, &p, err)
		       : from_options(o, argv, &cfg.process, &p, err);
	if (e == 0)
		e = oci_console_check(p.terminal, o->detach, o->console_socket, err);
	if (e == 0)
		e = open_fds(o, &p, w.fds, &w.nr_fds, &w.tty, err);
	if (e == 0 && !o->detach)
		return run_in_front(&w, err);
	if (e == 0)
		e = run_detached(&w, &pid, err);
	return e < 0 ? e : oci_write_pid_file(o->pid_file, pid, err);
}

int oci_cmd_exec(int argc, char **argv)
{
	struct exec_options o = {0};
	struct oci_error err, full;
	struct option_error why;
	int next, r = options_parse(specs, ARRAY_SIZE(specs), argc, argv, &o, &next, &why);

	if (r == OPTIONS_HELP) {
		help();
		return 0;
	}
	if (r < 0)
		r = oci_fail(&err, r, "exec: %s", why.text);
	else if (next >= argc)
		r = oci_fail(&err, -EINVAL, "exec: the container's ID is wanted");
	if (r == 0) {
		syscall(SYS_close_range, 3 + o.preserve_fds, ~0U, 0);
		r = do_exec(&o, argv[next], argv + next + 1, &err);
	}
	if (r >= 0)
		return r;
	oci_fail(&full, r, "exec failed: %s", err.text);
	oci_report(&full);
	return EXIT_EXEC;
}
