/*
 * runsc-c/oci/container.h - a container's life: create, start, end, removal
 *
 * Processes, and whose child each is:
 *   engine's shim   a subreaper (containerd-shim-runc-v2, conmon): adopts what create leaves behind
 *   create          the command; ends when the container is set up. Its children are adopted then:
 *   sentry          THE container's process for the engine: the pid of --pid-file and `state`. Pid 1 of
 *                   the container's outer pid namespace (kill it, and everything is gone), in the
 *                   container's network namespace where that is a new one, in its cgroup. It exits
 *                   with the init process's status, or 128+n where that was killed by signal n: what
 *                   the shims make of runc's init, too (pid 1 of a namespace cannot die of a signal
 *                   of its own).
 *   broker          only where the network namespace is given by path or is the host's (network.h):
 *                   in that namespace; ends when the sentry's socket closes.
 *   guest           pid 1 of the inner pid namespace and its children: as for `sandbox run`, with
 *                   the container's first process as their init.
 *
 * create, in this order:
 *   1. options, config.json (config.h), the id's directory with lock (state.h), copy of the config
 *   2. the cgroup (oci/cgroup.h), the control socket, the console
 *   3. the sentry is born in new namespaces, waiting; id maps, cgroup
 *   4. state.json with its pid; prestart and createRuntime hooks (the engine's network set-up is one),
 *      createContainer hooks in its namespaces
 *   5. the sentry goes on: mounts, privileges, filter, the command's look-up in the guest's tree; it
 *      reports "ready" or a text, through a pipe that is only for this
 *   6. state.json, --pid-file; end. Any failure before undoes everything: poststop hooks, cgroup,
 *      directory.
 *   The first guest is there then: our stub, held in a call (sentry/spawn.h), no program loaded. So exec
 *   works from here on.
 * start: startContainer hooks, as processes of the container; then it connects to control.sock and says
 *   CONTROL_START (control.h): the first guest loads its program. poststart hooks. A hook that fails ends
 *   the container.
 * end: the sentry exits by itself when the first process ends, with its status, and by SIGKILL.
 *   There is no lifeline to create; the engine's shim and the user kill it by `kill` and `delete`.
 * kill: SIGKILL goes to the sentry by pidfd; all others by control message to the guest's init.
 * delete: needs `stopped`, or --force (SIGKILL, wait). poststop hooks, cgroup, directory.
 *
 * Between the files: struct sandbox_config.oci is what boot reads when it starts a container
 * (NULL: `sandbox run`); struct boot_fds.control_listener is the socket (or -1). An exec command
 * shows itself to the engine by a process of its own, see control.h.
 */
#ifndef RUNSC_C_OCI_CONTAINER_H
#define RUNSC_C_OCI_CONTAINER_H

#include "runsc-c/oci/config.h"
#include "runsc-c/oci/state.h"

/* Options in front of the command. */
struct oci_globals {
	const char *root;
	const char *log; /* file; NULL: none */
	bool log_json;	 /* --log-format json */
	bool debug;
	bool systemd_cgroup, no_cgroup;
	const char *rootless; /* true, false, auto */
	/* This program's own, for all containers: */
	const char *platform;  /* NULL: auto */
	const char *fast_path; /* NULL: the default */
	const char *strace;    /* file; NULL: none */
	const char *debug_log; /* the sentry's messages; NULL: nowhere */
};
extern struct oci_globals oci_globals;

/* Options of create and run. */
struct oci_create_options {
	const char *id;
	const char *bundle; /* NULL: the current directory */
	const char *pid_file;
	const char *console_socket;
	unsigned int preserve_fds;
	bool no_pivot, no_new_keyring;
	bool detach;	   /* run */
	bool foreground;   /* run without detach: the caller's terminal is the container's */
	bool keep;	   /* run */
	bool no_subreaper; /* run */
};

/* ret_pid: of the sentry, a child of the caller; may be NULL. */
must_check int oci_create(const struct oci_create_options *o, pid_t *ret_pid,
			  struct oci_error *err);
must_check int oci_start(const char *id, struct oci_error *err);
void oci_winch(const char *id);
must_check int oci_delete(const char *id, bool force, struct oci_error *err);
must_check int oci_kill(const char *id, int sig, bool all, struct oci_error *err);
/* The locked directory and the state in it. */
must_check int oci_open_container(const char *id, bool exclusive, struct oci_dir *dir,
				  struct oci_state *st, struct oci_error *err);

/* The commands; argv[0] is the command's name. They print their errors and return the exit status. */
int oci_cmd_create(int argc, char **argv);
int oci_cmd_pause(int argc, char **argv);
int oci_cmd_resume(int argc, char **argv);
int oci_cmd_update(int argc, char **argv);
int oci_cmd_events(int argc, char **argv);
int oci_cmd_exec(int argc, char **argv);
int oci_cmd_start(int argc, char **argv);
int oci_cmd_run(int argc, char **argv);
int oci_cmd_state(int argc, char **argv);
int oci_cmd_install(int argc, char **argv); /* install.c */
int oci_cmd_uninstall(int argc, char **argv);
int oci_cmd_kill(int argc, char **argv);
int oci_cmd_delete(int argc, char **argv);
int oci_cmd_list(int argc, char **argv);
int oci_cmd_ps(int argc, char **argv);
int oci_cmd_spec(int argc, char **argv);
int oci_cmd_features(int argc, char **argv);
/* Elsewhere (exec, pause, resume, events, update): entries of the same table in oci/cli.c. */

/* The whole command line of `runsc-c`. */
int oci_main(int argc, char **argv);
/* Prints err as the command's end wants it (standard error and --log); returns 1. */
int oci_report(const struct oci_error *err);

#endif
