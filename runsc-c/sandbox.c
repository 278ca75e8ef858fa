/*
 * runsc-c/sandbox.c - the starter: makes the sentry, waits for its end, see sandbox.h
 *
 * Model: the starter stays in the user's session and only waits: for the sentry's status, for
 * signals to pass on, for the time-out. Killing it ends everything (control pipe). The terminal, if
 * standard input is one, is raw as long as the sandbox runs, because the guest's terminal has its
 * own line discipline; it is restored on every way out but SIGKILL.
 */
#include "runsc-c/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "runsc-c/cgroup.h"
#include "runsc-c/network.h"
#include "sentry/base/log.h"
#include "sentry/timer.h"

static struct {
	struct termios saved;
	int fd; /* -1: not raw */
} terminal = {.fd = -1};

static void terminal_raw(void)
{
	struct termios raw;

	for (int fd = 0; fd <= 2; fd++) {
		if (tcgetattr(fd, &terminal.saved) < 0)
			continue;
		if (tcgetpgrp(fd) != getpgrp())
			return; /* in the background: not ours to change */
		raw = terminal.saved;
		cfmakeraw(&raw);
		if (tcsetattr(fd, TCSADRAIN, &raw) == 0)
			terminal.fd = fd;
		return;
	}
}

static void terminal_restore(void)
{
	if (terminal.fd >= 0)
		tcsetattr(terminal.fd, TCSADRAIN, &terminal.saved);
	terminal.fd = -1;
}

/* ---- id maps ---- */

static int write_file(pid_t pid, const char *name, const char *text)
{
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* All ids that we have ourselves, unchanged: what a guest's stat shows is then what the host has. */
static int identity_map(const char *own_map, char *out, size_t size)
{
	FILE *f = fopen(own_map, "re");
	unsigned long inside, outside, count;
	size_t len = 0;

	if (!f)
		return -errno;
	while (fscanf(f, "%lu %lu %lu", &inside, &outside, &count) == 3 && len < size)
		len += (size_t)snprintf(out + len, size - len, "%lu %lu %lu\n", inside, inside,
					count);
	fclose(f);
	return len > 0 && len < size ? 0 : -EINVAL;
}

static int map_as_root(pid_t pid)
{
	char map[1024];
	int err = identity_map("/proc/self/uid_map", map, sizeof(map));

	if (err == 0)
		err = write_file(pid, "uid_map", map);
	if (err == 0)
		err = identity_map("/proc/self/gid_map", map, sizeof(map));
	if (err == 0)
		err = write_file(pid, "gid_map", map);
	return err;
}

static int map_as_user(pid_t pid)
{
	char map[64];
	int err = write_file(pid, "setgroups", "deny");

	snprintf(map, sizeof(map), "%u %u 1", geteuid(), geteuid());
	if (err == 0)
		err = write_file(pid, "uid_map", map);
	snprintf(map, sizeof(map), "%u %u 1", getegid(), getegid());
	if (err == 0)
		err = write_file(pid, "gid_map", map);
	return err;
}

/* ---- waiting ---- */

static void pass_signal_on(int sfd, int control)
{
	struct signalfd_siginfo si;
	unsigned char sig;

	if (read(sfd, &si, sizeof(si)) != sizeof(si))
		return;
	sig = (unsigned char)si.ssi_signo;
	if (write(control, &sig, 1) < 0 && errno != EPIPE)
		perror("sandbox: control pipe");
}

static int exit_code(const struct sandbox_status *st)
{
	if (WIFSIGNALED(st->wait_status))
		return 128 + WTERMSIG(st->wait_status);
	return WEXITSTATUS(st->wait_status);
}

/* 1: the status came; 0: the sentry died without one; -ETIME: time is up. */
static int wait_status(int status_fd, int sfd, int control, int64_t deadline,
		       struct sandbox_status *st)
{
	for (;;) {
		struct pollfd fds[2] = {{status_fd, POLLIN, 0}, {sfd, POLLIN, 0}};
		int timeout = -1;
		int64_t left;

		if (deadline) {
			left = deadline - clock_now_ns(CLOCK_MONOTONIC);
			if (left <= 0)
				return -ETIME;
			timeout = (int)MIN(left / 1000000 + 1, (int64_t)INT32_MAX);
		}
		if (poll(fds, 2, timeout) < 0 && errno != EINTR)
			return 0;
		if (fds[1].revents & POLLIN)
			pass_signal_on(sfd, control);
		if (fds[0].revents)
			return read(status_fd, st, sizeof(*st)) == sizeof(*st);
	}
}

static int finish(pid_t sentry, int got, const struct sandbox_status *st)
{
	int status = 0;

	if (got < 0)
		kill(sentry, SIGKILL);
	while (waitpid(sentry, &status, 0) < 0 && errno == EINTR)
		;
	terminal_restore();
	if (got < 0) {
		fprintf(stderr, "sandbox: the time given by --timeout is up; everything in the "
				"sandbox was killed\n");
		return EXIT_TIMEOUT;
	}
	if (got == 0) {
		if (WIFSIGNALED(status))
			fprintf(stderr, "sandbox: the sentry was killed by signal %d (%s)%s\n",
				WTERMSIG(status), strsignal(WTERMSIG(status)),
				WTERMSIG(status) == SIGSYS ? "; it made a call that its seccomp "
							     "filter forbids: please "
							     "report this"
							   : "");
		else
			fprintf(stderr, "sandbox: the sentry ended without a result\n");
		return EXIT_OURS;
	}
	if (st->failed || st->text[0])
		fprintf(stderr, "sandbox: %.*s\n", (int)sizeof(st->text), st->text);
	return exit_code(st);
}

static int block_signals(void)
{
	static const int passed[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++)
		sigaddset(&set, passed[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

#define SENTRY_NAMESPACES                                                                          \
	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
	 CLONE_NEWCGROUP)

static const char *clone_hint(int err)
{
	if (err == EPERM)
		return "; user namespaces are forbidden here; see `sandbox doctor` "
		       "(kernel.unprivileged_userns_clone, an AppArmor or seccomp profile, a "
		       "chroot)";
	if (err == ENOSPC || err == EUSERS)
		return "; the limit is in /proc/sys/user/max_*_namespaces";
	return "";
}

struct pipes {
	int go[2], control[2], status[2]; /* -1: none, for containers: control */
	int broker;			  /* the sentry's end; -1: none */
	int listener, console;
	pid_t broker_pid;
	struct netinfo_fds net; /* of the caller's namespace; if there is a broker */
};

static void say(char *text, size_t size, const char *what, int err)
{
	snprintf(text, size, "cannot %s: %s", what, strerror(err < 0 ? -err : err));
}

static int open_broker(struct pipes *p, bool outlives, char *text, size_t size)
{
	p->broker_pid = network_start_broker(outlives, &p->broker);
	if (p->broker_pid < 0) {
		say(text, size, "start the network's broker", p->broker_pid);
		return p->broker_pid;
	}
	network_open_views(&p->net);
	return 0;
}

struct in_namespace {
	int netns;
	bool outlives;
	struct pipes *p;
	char *text;
	size_t size;
	int err;
};

static void *open_broker_there(void *arg)
{
	struct in_namespace *in = arg;

	if (setns(in->netns, CLONE_NEWNET) < 0) {
		in->err = -errno;
		say(in->text, in->size, "enter the network namespace", in->err);
	} else {
		in->err = open_broker(in->p, in->outlives, in->text, in->size);
	}
	return NULL;
}

/* A thread of its own goes there, as there may be no way back: an ordinary user's engine calls from a
 * user namespace that has no rights over the network namespace which it came from. */
static int open_broker_in(struct in_namespace *in)
{
	pthread_attr_t attr;
	pthread_t th;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 << 10);
	err = -pthread_create(&th, &attr, open_broker_there, in);
	pthread_attr_destroy(&attr);
	if (err < 0) {
		say(in->text, in->size, "make a thread", err);
		return err;
	}
	pthread_join(th, NULL);
	return in->err;
}

/* netns: where the broker makes its sockets; -1: here. */
static int open_pipes(const struct sandbox_config *cfg, int netns, struct pipes *p, char *text,
		      size_t size)
{
	struct in_namespace in;
	int err;

	*p = (struct pipes){.control = {-1, -1}, .broker = -1, .listener = -1, .console = -1};
	if (pipe2(p->go, O_CLOEXEC) < 0 || pipe2(p->status, O_CLOEXEC) < 0 ||
	    (!cfg->oci && pipe2(p->control, O_CLOEXEC) < 0)) {
		err = -errno;
		say(text, size, "make a pipe", err);
		return err;
	}
	fflush(NULL);
	if (cfg->network != INET_HOST)
		return 0;
	if (netns < 0)
		return open_broker(p, cfg->oci != NULL, text, size);
	in = (struct in_namespace){netns, cfg->oci != NULL, p, text, size, 0};
	return open_broker_in(&in);
}

/* Maps and cgroup of the new process; it is killed if they cannot be had. */
static int admit(const struct sandbox_config *cfg, const struct pipes *p, pid_t pid, char *text,
		 size_t size)
{
	const char *what = "write the id maps of the sandbox";
	int err = geteuid() == 0 ? map_as_root(pid) : map_as_user(pid);

	if (err == 0 && cfg->cgroup) {
		what = "enter the sandbox's cgroup";
		err = cgroup_add(cfg->cgroup, pid);
		/* Memory of sockets is their maker's. */
		if (err == 0 && p->broker_pid)
			err = cgroup_add(cfg->cgroup, p->broker_pid);
	}
	if (err == 0)
		return 0;
	say(text, size, what, err);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err;
}

static void close_end(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* For who looks into the sentry's uts namespace: hooks, and the next container of a pod. The guests' names
 * are the sentry's own. */
static void set_names(const struct sandbox_config *cfg)
{
	const char *domain = cfg->domainname ? cfg->domainname : "(none)";

	if (cfg->oci && (sethostname(cfg->hostname, strlen(cfg->hostname)) < 0 ||
			 setdomainname(domain, strlen(domain)) < 0))
		log_warn("the names of the sentry's uts namespace: %s", strerror(errno));
}

static pid_t start_sentry(const struct sandbox_config *cfg, struct pipes *p, int sfd,
			  const sigset_t *mask)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SENTRY_NAMESPACES | SIGCHLD, 0, NULL, NULL, 0);
	int err = errno;

	if (pid == 0) {
		struct boot_fds fds = {.go = p->go[0],
				       .control = p->control[0],
				       .status = p->status[1],
				       .listener = p->listener,
				       .broker = p->broker,
				       .host_net = p->net};

		close(p->go[1]);
		close_end(p->control[1]);
		close(p->status[0]);
		close_end(sfd);
		for (int fd = 0; fd < 3 && p->console >= 0; fd++)
			dup2(p->console, fd);
		sigprocmask(SIG_SETMASK, mask, NULL);
		set_names(cfg);
		boot_sentry(cfg, &fds);
	}
	close(p->go[0]);
	close_end(p->control[0]);
	close(p->status[1]);
	if (p->broker >= 0) {
		close(p->broker);
		network_close_views(&p->net);
	}
	errno = err;
	return pid;
}

/* Both: the sentry, waiting, with its maps. -errno, and nothing is left. */
static pid_t start(const struct sandbox_config *cfg, struct pipes *p, int sfd, const sigset_t *mask,
		   char *text, size_t size)
{
	pid_t pid = start_sentry(cfg, p, sfd, mask);
	int err = pid < 0 ? -errno : 0;

	if (pid < 0)
		snprintf(text, size, "cannot make new namespaces: %s%s", strerror(-err),
			 clone_hint(-err));
	else
		err = admit(cfg, p, pid, text, size);
	if (err == 0)
		return pid;
	network_end_broker(p->broker_pid);
	return err;
}

int sandbox_spawn(const struct sandbox_config *cfg, const struct sandbox_container_fds *fds,
		  struct sandbox_process *ret, char *text, size_t size)
{
	struct pipes p;
	sigset_t mask;
	pid_t pid;
	int err = open_pipes(cfg, fds->netns, &p, text, size);

	if (err < 0)
		return err;
	p.listener = fds->listener;
	p.console = fds->console;
	sigemptyset(&mask);
	pid = start(cfg, &p, -1, &mask, text, size);
	*ret = (struct sandbox_process){
		.pid = pid,
		.broker = p.broker_pid,
		.go = p.go[1],
		.control = -1,
		.status = p.status[0],
	};
	if (pid >= 0)
		return 0;
	close(ret->go);
	close(ret->status);
	return pid;
}

int sandbox_run(const struct sandbox_config *cfg)
{
	struct sandbox_status st = {0};
	int64_t deadline = cfg->timeout_ns ? clock_now_ns(CLOCK_MONOTONIC) + cfg->timeout_ns : 0;
	struct pipes p;
	char text[512];
	sigset_t old;
	int sfd, got;
	pid_t pid;

	if (open_pipes(cfg, -1, &p, text, sizeof(text)) < 0) {
		fprintf(stderr, "sandbox: %s\n", text);
		return EXIT_OURS;
	}
	sigprocmask(SIG_BLOCK, NULL, &old);
	sfd = block_signals();
	pid = start(cfg, &p, sfd, &old, text, sizeof(text));
	if (pid < 0) {
		fprintf(stderr, "sandbox: %s\n", text);
		return EXIT_OURS;
	}
	terminal_raw();
	if (write(p.go[1], "", 1) != 1)
		fprintf(stderr, "sandbox: the sentry died at its start\n");
	got = wait_status(p.status[0], sfd, p.control[1], deadline, &st);
	got = finish(pid, got, &st);
	network_end_broker(p.broker_pid);
	return got;
}
