/* runsc-c/oci/hooks.c - programs of the engine at fixed points of a container's life, see hooks.h */
#include "runsc-c/oci/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runsc-c/oci/control.h"
#include "runsc-c/oci/json.h"
#include "sentry/timer.h"

#define NS_PER_S 1000000000LL

/* Beside mnt, which is the last: the others are opened by what is mounted here. */
static const char *const entered[] = {"ipc", "uts", "cgroup", "net", "mnt"};
#define NR_ENTERED ARRAY_SIZE(entered)

struct place {
	enum { OUTSIDE, NAMESPACES, CONTAINER } kind;
	int ns[1 + NR_ENTERED]; /* NAMESPACES: user first; -1: not entered */
	const char *cwd;	/* NAMESPACES */
	int dir_fd;		/* CONTAINER: of its state */
	const struct oci_process *base;
};

struct running {
	pid_t pid;   /* OUTSIDE, NAMESPACES */
	int ended;   /* readable when it has ended: a pidfd, or the control socket of CONTAINER */
	int in, out; /* our ends */
	const char *text;
	size_t left;
	char output[300];
	size_t len;
};

static int enter(const struct place *where)
{
	if (where->kind != NAMESPACES)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(where->ns); i++)
		if (where->ns[i] >= 0 && setns(where->ns[i], 0) < 0)
			return -errno;
	return chdir(where->cwd) < 0 ? -errno : 0;
}

_Noreturn static void child(const struct oci_hook *h, const struct place *where, int in, int out)
{
	static char *const no_env[] = {NULL};
	char *const own_args[] = {(char *)h->path, NULL};
	sigset_t none;
	int e = enter(where);

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	syscall(SYS_close_range, 3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (e < 0) {
		dprintf(STDERR_FILENO, "the container's namespaces: %s\n", strerror(-e));
		_exit(127);
	}
	execve(h->path, h->args && h->args[0] ? h->args : own_args, h->env ? h->env : no_env);
	dprintf(STDERR_FILENO, "exec: %s\n", strerror(errno));
	_exit(127);
}

static int launch_process(const struct oci_hook *h, const struct place *where, int in, int out,
			  struct running *r, struct oci_error *err)
{
	r->pid = fork();
	if (r->pid == 0)
		child(h, where, in, out);
	if (r->pid < 0)
		return oci_fail_errno(err, -errno, "fork");
	r->ended = (int)syscall(SYS_pidfd_open, r->pid, 0);
	if (r->ended >= 0)
		return 0;
	oci_fail_errno(err, -errno, "pidfd_open");
	kill(r->pid, SIGKILL); /* nothing would tell of its end */
	waitpid(r->pid, NULL, 0);
	return err->err;
}

/* A process of the container: as the one that is to come, but for these. */
static int launch_inside(const struct oci_hook *h, const struct place *where, int in, int out,
			 struct running *r, struct oci_error *err)
{
	char *no_env[] = {NULL}, *own_args[] = {(char *)(uintptr_t)h->path, NULL};
	struct oci_process p = *where->base;
	int fds[3] = {in, out, out}, e;
	pid_t pid;

	p.program = h->path;
	p.args = h->args && h->args[0] ? h->args : own_args;
	p.env = h->env ? h->env : no_env;
	p.terminal = false;
	r->ended = control_connect(where->dir_fd, err);
	if (r->ended < 0)
		return r->ended;
	e = control_exec(r->ended, &p, fds, 3, &pid, err);
	if (e < 0)
		close(r->ended);
	return e;
}

static int launch(const struct oci_hook *h, const struct place *where, struct running *r,
		  struct oci_error *err)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, e;

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return oci_fail_errno(err, -errno, "pipe");
	r->in = in[1];
	r->out = out[0];
	e = where->kind == CONTAINER ? launch_inside(h, where, in[0], out[1], r, err)
				     : launch_process(h, where, in[0], out[1], r, err);
	close(in[0]);
	close(out[1]);
	fcntl(r->in, F_SETFL, O_NONBLOCK);
	if (e < 0) {
		close(r->in);
		close(r->out);
	}
	return e;
}

static void feed(struct running *r)
{
	ssize_t n = write(r->in, r->text, r->left);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		r->text += n;
		r->left -= (size_t)n;
	}
	if (n < 0 || r->left == 0) {
		close(r->in);
		r->in = -1;
	}
}

static void drain(struct running *r)
{
	char buf[1024];
	ssize_t n = read(r->out, buf, sizeof(buf));
	size_t room = sizeof(r->output) - 1 - r->len;

	if (n <= 0) {
		close(r->out);
		r->out = -1;
		return;
	}
	room = MIN(room, (size_t)n);
	memcpy(r->output + r->len, buf, room);
	r->len += room;
}

/* Until it has ended; false: its time is over. What its children still write is not waited for. */
static bool serve(struct running *r, int64_t deadline)
{
	for (;;) {
		struct pollfd fds[3] = {
			{r->ended, POLLIN, 0}, {r->in, POLLOUT, 0}, {r->out, POLLIN, 0}};
		int timeout = -1;

		if (deadline) {
			int64_t left = deadline - clock_now_ns(CLOCK_MONOTONIC);

			if (left <= 0)
				return false;
			timeout = (int)MIN(left / 1000000 + 1, (int64_t)60000);
		}
		if (poll(fds, 3, timeout) < 0)
			continue;
		if (r->in >= 0 && fds[1].revents)
			feed(r);
		if (r->out >= 0 && fds[2].revents)
			drain(r);
		else if (fds[0].revents)
			return true;
		/* A child of it may write for ever. */
		if (fds[0].revents && r->len == sizeof(r->output) - 1)
			return true;
	}
}

/* How it has ended; a sandbox that is gone has killed it. A process in the container that is not waited
 * for is killed with its connection. */
static int collect(struct running *r, bool in_time)
{
	int status = 0;

	if (r->pid > 0) {
		if (!in_time)
			kill(r->pid, SIGKILL);
		while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR)
			;
	} else if (in_time && control_wait(r->ended, &status) < 0) {
		status = SIGKILL;
	}
	return status;
}

static int run_hook(const struct oci_hook *h, const struct place *where, const char *state,
		    struct oci_error *err)
{
	struct running r = {.text = state, .left = strlen(state)};
	int64_t deadline = h->timeout ? clock_now_ns(CLOCK_MONOTONIC) + h->timeout * NS_PER_S : 0;
	int status, e = launch(h, where, &r, err);
	bool in_time;

	if (e < 0)
		return e;
	in_time = serve(&r, deadline);
	status = collect(&r, in_time);
	close(r.ended);
	if (r.in >= 0)
		close(r.in);
	if (r.out >= 0)
		close(r.out);
	r.output[r.len] = '\0';
	if (!in_time)
		return oci_fail(err, -ETIME, "%s ran past its timeout of %u s", h->path,
				h->timeout);
	if (WIFSIGNALED(status))
		return oci_fail(err, -EIO, "%s: signal: %s, output: %s", h->path,
				strsignal(WTERMSIG(status)), r.output);
	if (WEXITSTATUS(status))
		return oci_fail(err, -EIO, "%s: exit status %d, output: %s", h->path,
				WEXITSTATUS(status), r.output);
	return 0;
}

static int run_kind(const struct oci_config *cfg, enum oci_hook_kind kind,
		    const struct place *where, const struct oci_state *st, enum oci_status status,
		    bool all, struct oci_error *err)
{
	const struct oci_hooks *hooks = &cfg->hooks[kind];
	struct json_object *o;
	int e = 0;

	if (hooks->n == 0)
		return 0;
	o = oci_state_public(st, status);
	for (size_t i = 0; (e == 0 || all) && i < hooks->n; i++) {
		struct oci_error why;

		e = run_hook(&hooks->v[i], where,
			     json_object_to_json_string_ext(
				     o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			     &why);
		if (e < 0)
			oci_fail(err, e, "error running hook hooks.%s[%zu]: %s",
				 oci_hook_name(kind), i, why.text);
		if (e < 0 && all)
			oci_warn("%s", err->text);
	}
	json_object_put(o);
	return e;
}

int oci_hooks_run(const struct oci_config *cfg, enum oci_hook_kind kind, const struct oci_state *st,
		  enum oci_status status, struct oci_error *err)
{
	const struct place outside = {.kind = OUTSIDE};

	return run_kind(cfg, kind, &outside, st, status, false, err);
}

int oci_hooks_run_inside(const struct oci_config *cfg, int dir_fd, const struct oci_state *st,
			 struct oci_error *err)
{
	const struct place inside = {.kind = CONTAINER, .dir_fd = dir_fd, .base = &cfg->process};

	return run_kind(cfg, OCI_HOOK_START_CONTAINER, &inside, st, OCI_CREATED, false, err);
}

static int open_namespace(pid_t pid, const char *name, const struct oci_config *cfg)
{
	const struct oci_namespace *net = &cfg->ns[OCI_NS_NETWORK];
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	if (strcmp(name, "net") == 0 && !net->listed)
		return -1; /* the caller's */
	fd = open(strcmp(name, "net") == 0 && net->path ? net->path : path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int oci_hooks_run_in_namespaces(const struct oci_config *cfg, const struct oci_state *st,
				struct oci_error *err)
{
	struct place where = {.kind = NAMESPACES, .cwd = cfg->rootfs};
	int e = 0;

	if (cfg->hooks[OCI_HOOK_CREATE_CONTAINER].n == 0)
		return 0;
	/* Who is root has all rights over the namespaces made by it; the user's are in its own. */
	where.ns[0] = geteuid() == 0 ? -1 : open_namespace(st->pid, "user", cfg);
	for (size_t i = 0; i < NR_ENTERED; i++) {
		where.ns[1 + i] = open_namespace(st->pid, entered[i], cfg);
		if (where.ns[1 + i] < -1)
			e = oci_fail_errno(err, where.ns[1 + i],
					   "hooks.createContainer: the container's namespace %s",
					   entered[i]);
	}
	if (e == 0)
		e = run_kind(cfg, OCI_HOOK_CREATE_CONTAINER, &where, st, OCI_CREATING, false, err);
	for (size_t i = 0; i < ARRAY_SIZE(where.ns); i++)
		if (where.ns[i] >= 0)
			close(where.ns[i]);
	return e;
}

void oci_hooks_run_all(const struct oci_config *cfg, enum oci_hook_kind kind,
		       const struct oci_state *st, enum oci_status status)
{
	const struct place outside = {.kind = OUTSIDE};
	struct oci_error err;

	(void)run_kind(cfg, kind, &outside, st, status, true, &err);
}
