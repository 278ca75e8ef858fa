/*
 * runsc-c/oci/control.h - what commands (start, exec, kill, ...) say to a running sandbox
 *
 * Model: create makes a listening AF_UNIX socket of type SOCK_SEQPACKET in the container's directory
 * (state.h: OCI_CONTROL_SOCKET) and the sentry inherits it (struct boot_fds.control_listener). The
 * sentry serves it in its event thread: no thread is made, nothing there waits. One request is one
 * message, one reply is one message. A connection that made a process (CONTROL_EXEC) stays open as
 * long as that runs, and then brings CONTROL_ENDED.
 *
 * Who may: the socket has mode 0600 in a directory of mode 0711. In addition the sentry takes the
 * peer's credentials (SO_PEERCRED): its pid must be 0, that is, a process outside of the sandbox's pid
 * namespaces, and its uid the creator's or root's. Guests have no host sockets and no path to this one.
 *
 * Bounds: a message has struct control_request and at most CONTROL_MAX_FDS descriptors. What is larger
 * (arguments, environment) is in a memory file of at most CONTROL_MAX_PAYLOAD bytes, which the sentry
 * reads once, into a copy that it checks. At most CONTROL_MAX_CLIENTS connections. A message that is
 * not understood closes the connection. A client that does not read loses its connection.
 *
 * Processes: those that the sentry is told to make (the container's first one by CONTROL_START, others
 * by CONTROL_EXEC) are made by the spawner, a small process beside the guests: sentry/spawn.h.
 *
 * What the engine sees of an exec: the exec command (with --detach a child of it, which the engine's
 * shim adopts) stays as the process of --pid-file. It holds the connection, passes the signals that it
 * gets on (CONTROL_SIGNAL with pid 0), tells of a new window size, and ends as the process did: with
 * its exit code, or by its signal. If it is killed the connection closes, and the sentry kills the
 * process.
 *
 * A frozen container (pause) answers nothing: commands look at the freezer first.
 */
#ifndef RUNSC_C_OCI_CONTROL_H
#define RUNSC_C_OCI_CONTROL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sentry/base/base.h"

struct file;
struct kernel;
struct oci_error; /* runsc-c/oci/error.h */
struct oci_process;

#define CONTROL_MAGIC 0x31637372u /* "rsc1": another layout gets another number */
#define CONTROL_MAX_FDS 200
#define CONTROL_MAX_PAYLOAD (4u << 20)
#define CONTROL_MAX_CLIENTS 512
#define CONTROL_TEXT 700

enum control_type {
	CONTROL_START = 1, /* the container's first process begins; reply: OK (pid 1) or an error */
	CONTROL_EXEC,	/* fds: struct control_process in a memory file, then stdin, stdout, stderr
			    * (or the terminal alone, CONTROL_TERMINAL), then those for 3 and up.
			    * Reply: OK with the guest's pid once the program is loaded, or an error; then,
			    * on the same connection, CONTROL_ENDED with its wait status */
	CONTROL_SIGNAL, /* signal to pid: 0 the process of this connection; 1 the container's first;
			    * -1: all processes of the container */
	CONTROL_WINCH,	/* the window of this connection's (or, without one, the container's)
			    * terminal has another size */
	CONTROL_INFO,	/* reply: is it started (status 1), how many processes (pid) */
	CONTROL_ENDED,	/* only as a reply */
};

struct control_request {
	uint32_t magic;
	uint32_t type;
	int32_t pid;
	int32_t signal;
	uint32_t nr_fds; /* that come with it */
	uint32_t flags;	 /* 0 */
};

struct control_reply {
	uint32_t magic;
	uint32_t type;	/* of the request */
	int32_t error;	/* 0, or a negative errno with text */
	int32_t pid;	/* as the guest has it */
	int32_t status; /* CONTROL_ENDED: wait(2) form */
	char text[CONTROL_TEXT];
};

/* A process to be made: this header, then nr_groups uint32_t, nr_limits of struct control_limit, and
 * strings with their NULs: cwd, arguments, environment. No gaps; nothing may follow. */
enum {
	CONTROL_TERMINAL = 1,
	CONTROL_NO_NEW_PRIVS = 2,
	CONTROL_UMASK = 4,	   /* the field is given */
	CONTROL_OOM_SCORE_ADJ = 8, /* as above */
	CONTROL_PROGRAM = 16, /* a string before the arguments: the file; else it is argument 0 */
	CONTROL_SCHED = 32,   /* a struct control_sched after the limits */
	CONTROL_FLAGS = 63,
};
struct control_process {
	uint32_t magic, flags;
	uint32_t uid, gid, umask;
	int32_t oom_score_adj;
	uint32_t rows, cols; /* 0: as the terminal has it */
	uint64_t cap_bounding, cap_effective, cap_inheritable, cap_permitted, cap_ambient;
	uint32_t nr_groups, nr_limits, nr_args, nr_env;
	uint32_t nr_extra_fds; /* from 3 on */
	uint32_t strings;      /* bytes of all strings */
};
struct control_limit {
	uint32_t resource, pad;
	uint64_t soft, hard;
};

struct control_sched {
	uint32_t policy, priority; /* SCHED_RESET_ON_FORK in policy */
	int32_t nice, ioprio;
	uint64_t personality;
};

/* ---- the sentry's side (control_server.c); before its filter closes, and after ---- */

/* Early at boot, with the creator's uid: takes what needs calls that the filter forbids. */
must_check int control_open(int listener);
/* After the spawner was made and before workers serve: watches the listener, and begins with
 * the container's first process: its directory and program are looked for, it is made and held, then
 * ready(NULL) is called from the event thread, or ready() with what is wrong with them; CONTROL_START lets
 * it go on. Others can be made before that. process
 * is a block as above, from mem_alloc(), and is taken; files are its descriptors from 0 on, taken. A
 * terminal, if there is one, is file 0. */
struct control_first {
	void *process;
	size_t size;
	struct file **files; /* NULL entries: closed */
	unsigned int nr_files;
	void (*ready)(const char *error);
};
must_check int control_serve(struct kernel *k, const struct control_first *first);

/* ---- the commands' side (control_client.c) ---- */

/* A socket that listens in the directory: for create. Its fd or a negative errno. */
must_check int control_listen(int dir_fd);
must_check int control_connect(int dir_fd, struct oci_error *err);
/* The process that p describes, with fds (control.h: CONTROL_EXEC) as its descriptors: 0 with the
 * guest's pid, or -errno. Later control_wait() on the same socket gives its end. */
must_check int control_exec(int sock, const struct oci_process *p, const int *fds,
			    unsigned int nr_fds, pid_t *ret_pid, struct oci_error *err);
/* A request that nothing answers: CONTROL_SIGNAL with pid 0, CONTROL_WINCH. */
void control_tell(int sock, enum control_type type, int sig);
/* Its end: wait(2) form. -ECONNRESET: the sandbox is gone. */
must_check int control_wait(int sock, int *ret_status);
/* p as a block (to be freed with free()); extra_fds: how many come from 3 on. */
must_check int control_pack(const struct oci_process *p, uint32_t extra_fds, void **ret,
			    size_t *ret_size, struct oci_error *err);
/* One request without descriptors and its reply. 0 or -errno, with the sentry's text in err. */
must_check int control_call(int sock, enum control_type type, int32_t pid, int32_t signal,
			    struct control_reply *ret, struct oci_error *err);
/* Start: connects, calls, closes. Signal: the same. */
must_check int control_start(int dir_fd, struct oci_error *err);
must_check int control_signal(int dir_fd, int32_t pid, int sig, struct oci_error *err);
/* For a frozen container, which answers when it is thawed: left there for it. */
must_check int control_signal_later(int dir_fd, int32_t pid, int sig, struct oci_error *err);

#endif
