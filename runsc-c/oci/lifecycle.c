/*
 * runsc-c/oci/lifecycle.c - start, kill and delete of containers that exist, see container.h
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runsc-c/oci/cgroup.h"
#include "runsc-c/oci/container.h"
#include "runsc-c/oci/control.h"
#include "runsc-c/oci/hooks.h"
#include "runsc-c/oci/json.h"
#include "runsc-c/sandbox.h"

#define KILL_TIMEOUT_MS 10000

int oci_open_container(const char *id, bool exclusive, struct oci_dir *dir, struct oci_state *st,
		       struct oci_error *err)
{
	int e = oci_dir_open(oci_globals.root, id, exclusive, dir, err);

	if (e < 0)
		return e;
	e = oci_state_load(dir, st, err);
	if (e < 0)
		oci_dir_close(dir);
	return e;
}

/* Of the copy; without one there are none. */
static void load_hooks(const struct oci_dir *dir, struct oci_config *cfg)
{
	struct oci_error ignored;
	char *text = oci_read_file(dir->fd, "config.json", &ignored);

	*cfg = (struct oci_config){0};
	if (text && oci_config_parse_hooks(text, cfg, &ignored) < 0)
		*cfg = (struct oci_config){0};
	free(text);
}

/* ---- the end of the sentry ---- */

/* The old kind of freezer does not let SIGKILL through. */
static void thaw(const struct oci_state *st)
{
	struct oci_error ignored;

	if (oci_state_status(st) == OCI_PAUSED)
		(void)!oci_cgroup_freeze(st, false, &ignored);
}

/* Kills the sentry, and waits until its pid is free or a zombie's. */
static int end_sentry(const struct oci_state *st, struct oci_error *err)
{
	int fd = oci_state_pidfd(st);
	struct pollfd pfd = {.fd = fd, .events = POLLIN};

	if (fd < 0)
		return 0;
	if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0 && errno != ESRCH) {
		oci_fail_errno(err, -errno, "kill process %d", st->pid);
		close(fd);
		return err->err;
	}
	thaw(st);
	poll(&pfd, 1, KILL_TIMEOUT_MS);
	close(fd);
	if (!(pfd.revents & POLLIN))
		return oci_fail(err, -ETIME, "process %d did not end by SIGKILL in %d s", st->pid,
				KILL_TIMEOUT_MS / 1000);
	return 0;
}

/* ---- start ---- */

/* With no more of the process than hooks need of it: create has checked it. */
static int load_for_start(const struct oci_dir *dir, struct oci_config *cfg, struct oci_error *err)
{
	struct json_object *process = NULL;
	int r;

	load_hooks(dir, cfg);
	if (cfg->hooks[OCI_HOOK_START_CONTAINER].n == 0)
		return 0;
	r = oci_json_object(cfg->json, "", "process", &process, err);
	return r == 1 ? oci_process_parse(process, "process", &cfg->process, err) : r;
}

/* Before start ends the container ends: as after SIGKILL. */
static int stop_for(const struct oci_state *st, int e)
{
	struct oci_error ignored;

	(void)!end_sentry(st, &ignored);
	return e;
}

static int release(struct oci_dir *dir, struct oci_state *st, struct oci_error *err)
{
	int e;

	/* Before: if we die in between, it is one that may be running, and is looked at so. */
	st->started = true;
	e = oci_state_store(dir, st, err);
	if (e == 0)
		e = control_start(dir->fd, err);
	if (e < 0) {
		struct oci_error ignored;

		st->started = false;
		(void)!oci_state_store(dir, st, &ignored);
	}
	return e;
}

static int start_locked(struct oci_dir *dir, struct oci_state *st, struct oci_error *err)
{
	enum oci_status status = oci_state_status(st);
	struct oci_config cfg;
	int e;

	if (status == OCI_STOPPED)
		return oci_fail(err, -EINVAL, "cannot start a container that has stopped");
	if (status != OCI_CREATED)
		return oci_fail(err, -EINVAL, "cannot start an already running container");
	e = load_for_start(dir, &cfg, err);
	if (e == 0) {
		e = oci_hooks_run_inside(&cfg, dir->fd, st, err);
		e = e < 0 ? stop_for(st, e) : release(dir, st, err);
	}
	if (e == 0) {
		e = oci_hooks_run(&cfg, OCI_HOOK_POSTSTART, st, OCI_RUNNING, err);
		e = e < 0 ? stop_for(st, e) : 0;
	}
	oci_config_free(&cfg);
	return e;
}

int oci_start(const char *id, struct oci_error *err)
{
	struct oci_dir dir;
	struct oci_state st;
	int e = oci_open_container(id, true, &dir, &st, err);

	if (e < 0)
		return e;
	e = start_locked(&dir, &st, err);
	oci_state_free(&st);
	oci_dir_close(&dir);
	return e;
}

/* ---- kill ---- */

static int send_sigkill(const struct oci_state *st)
{
	int fd = oci_state_pidfd(st), e = 0;

	if (fd < 0)
		return fd;
	if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0)
		e = -errno;
	close(fd);
	thaw(st);
	return e;
}

int oci_kill(const char *id, int sig, bool all, struct oci_error *err)
{
	struct oci_dir dir;
	struct oci_state st;
	int e = oci_open_container(id, false, &dir, &st, err);
	enum oci_status status;

	if (e < 0)
		return e;
	status = oci_state_status(&st);
	if (status == OCI_STOPPED || status == OCI_CREATING)
		e = all ? 0 : oci_fail(err, -ESRCH, "container not running");
	else if (sig == SIGKILL || (status == OCI_CREATED && (sig == SIGTERM || sig == SIGINT)))
		e = send_sigkill(&st);
	else if (status == OCI_PAUSED)
		e = control_signal_later(dir.fd, all ? -1 : 1, sig, err);
	else if (status == OCI_CREATED)
		e = 0; /* nothing of the guest runs that could notice */
	else
		e = control_signal(dir.fd, all ? -1 : 1, sig, err);
	if (e == -ESRCH && !all)
		oci_fail(err, -ESRCH, "container not running");
	oci_state_free(&st);
	oci_dir_close(&dir);
	return e;
}

/* The caller's window, which is the container's, has another size. */
void oci_winch(const char *id)
{
	struct oci_error ignored;
	struct oci_dir dir;
	int sock;

	if (oci_dir_open(oci_globals.root, id, false, &dir, &ignored) < 0)
		return;
	sock = control_connect(dir.fd, &ignored);
	if (sock >= 0) {
		control_tell(sock, CONTROL_WINCH, 0);
		close(sock);
	}
	oci_dir_close(&dir);
}

/* ---- delete ---- */

static int delete_locked(struct oci_dir *dir, struct oci_state *st, bool force,
			 struct oci_error *err)
{
	enum oci_status status = oci_state_status(st);
	struct oci_config hooks;
	int e;

	if (status != OCI_STOPPED && !force)
		return oci_fail(err, -EBUSY, "cannot delete container %s that is not stopped: %s",
				st->id, oci_status_name(status));
	e = end_sentry(st, err);
	if (e == 0)
		e = oci_cgroup_remove(st, err);
	if (e < 0)
		return e;
	load_hooks(dir, &hooks);
	oci_hooks_run_all(&hooks, OCI_HOOK_POSTSTOP, st, OCI_STOPPED);
	oci_config_free(&hooks);
	oci_dir_remove(dir);
	return 0;
}

int oci_delete(const char *id, bool force, struct oci_error *err)
{
	struct oci_dir dir;
	struct oci_state st = {0};
	int e = oci_dir_open(oci_globals.root, id, true, &dir, err);

	if (e == -ENOENT && force)
		return 0;
	if (e < 0)
		return e;
	e = oci_state_load(&dir, &st, err);
	if (e < 0 && (force || e == -ENOENT)) { /* create was killed before it wrote anything */
		oci_dir_remove(&dir);
		return 0;
	}
	if (e == 0)
		e = delete_locked(&dir, &st, force, err);
	oci_state_free(&st);
	oci_dir_close(&dir);
	return e;
}
