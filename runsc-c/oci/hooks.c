/* runsc-c/oci/hooks.c - programs of the engine at fixed points of a container's life, see hooks.h */
#include "runsc-c/oci/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runsc-c/oci/json.h"
#include "sentry/timer.h"

#define NS_PER_S 1000000000LL

struct running {
	pid_t pid;
	int pidfd;
	int in, out; /* our ends */
	const char *text;
	size_t left;
	char output[300];
	size_t len;
};

_Noreturn static void child(const struct oci_hook *h, int in, int out)
{
	static char *const no_env[] = {NULL};
	char *const own_args[] = {(char *)h->path, NULL};
	sigset_t none;

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	syscall(SYS_close_range, 3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execve(h->path, h->args && h->args[0] ? h->args : own_args, h->env ? h->env : no_env);
	dprintf(STDERR_FILENO, "exec: %s\n", strerror(errno));
	_exit(127);
}

static int launch(const struct oci_hook *h, struct running *r, struct oci_error *err)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1};

	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return oci_fail_errno(err, -errno, "pipe");
	r->pid = fork();
	if (r->pid == 0)
		child(h, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	r->in = in[1];
	r->out = out[0];
	fcntl(r->in, F_SETFL, O_NONBLOCK);
	if (r->pid < 0) {
		close(r->in);
		close(r->out);
		return oci_fail_errno(err, -errno, "fork");
	}
	r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
	return 0;
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
			{r->pidfd, POLLIN, 0}, {r->in, POLLOUT, 0}, {r->out, POLLIN, 0}};
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
	}
}

static int run_hook(const struct oci_hook *h, const char *state, struct oci_error *err)
{
	struct running r = {.text = state, .left = strlen(state)};
	int64_t deadline = h->timeout ? clock_now_ns(CLOCK_MONOTONIC) + h->timeout * NS_PER_S : 0;
	int status = 0, e = launch(h, &r, err);
	bool in_time;

	if (e < 0)
		return e;
	in_time = serve(&r, deadline);
	if (!in_time)
		kill(r.pid, SIGKILL);
	while (waitpid(r.pid, &status, 0) < 0 && errno == EINTR)
		;
	close(r.pidfd);
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
		    const struct oci_state *st, enum oci_status status, bool all,
		    struct oci_error *err)
{
	const struct oci_hooks *hooks = &cfg->hooks[kind];
	struct json_object *o;
	int e = 0;

	if (hooks->n == 0)
		return 0;
	o = oci_state_public(st, status);
	for (size_t i = 0; (e == 0 || all) && i < hooks->n; i++) {
		struct oci_error why;

		e = run_hook(&hooks->v[i],
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
	return run_kind(cfg, kind, st, status, false, err);
}

void oci_hooks_run_all(const struct oci_config *cfg, enum oci_hook_kind kind,
		       const struct oci_state *st, enum oci_status status)
{
	struct oci_error err;

	(void)run_kind(cfg, kind, st, status, true, &err);
}
