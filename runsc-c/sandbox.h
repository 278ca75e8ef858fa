/*
 * runsc-c/sandbox.h - one sandbox: configuration, start, end
 *
 * Model, three processes:
 *  starter  the command that the user ran. Makes the sentry in new namespaces, writes its id maps,
 *           keeps the terminal raw while it runs, passes signals on, returns the exit status. Its
 *           end of the control pipe is the sentry's lifeline.
 *  (broker  with --network=host: network.h)
 *  sentry   pid 1 of an outer pid namespace: everything in it dies with it (boot.c).
 *  guest    pid 1 of a nested pid namespace in a child user namespace owned by the sentry's uid,
 *           with an empty root that holds only the stub (guest_setup.c).
 *
 * Order of dropping privileges (boot.c follows it line by line): namespaces and maps; private
 * mounts; directory fds; empty root; the guest's namespaces; ids, capabilities, no_new_privs,
 * Landlock; workers; seccomp; only then are archives and trees read, and does the guest run its
 * first instruction.
 */
#ifndef RUNSC_C_SANDBOX_H
#define RUNSC_C_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "netstack/socket/inet.h"
#include "netstack/socket/netinfo.h"
#include "runsc-c/rootfs.h"
#include "sentry/kernel.h"

struct cgroup;
struct guest_seccomp;
struct oci_config;
struct platform;

struct sandbox_config {
	char *const *argv; /* the command, NULL-terminated */
	char *const *envp;
	const struct platform *platform;
	enum forward_mode forward;
	enum fast_mode fast_path;
	struct rootfs_config rootfs;
	enum inet_mode network;
	const char *hostname;	       /* NULL: "sandbox" */
	const char *domainname;	       /* NULL: "(none)" */
	uint64_t memory_limit;	       /* bytes; 0: none */
	uint64_t process_memory_limit; /* of each process's own memory; 0: none */
	uint32_t max_tasks;	       /* 0: default */
	int64_t timeout_ns;	       /* 0: none */
	uint32_t uid, gid;	       /* the guest's */
	const uint32_t *groups;	       /* supplementary */
	uint32_t nr_groups;
	bool no_init;
	bool no_io_uring;
	bool strace;
	int strace_fd;		     /* -1: log fd */
	const struct cgroup *cgroup; /* the sentry goes into it; NULL: none */
	/* A container of an engine, see oci/container.h: nothing of the starter stays. NULL: none. */
	const struct oci_config *oci;
	unsigned int preserve_fds; /* descriptors from 3 on that are the command's */
	int log_fd;		   /* with oci: stays open for the log; -1: none */
};

#define SANDBOX_MAX_PRESERVED 200
#define EXIT_OURS 125 /* the sandbox itself failed */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127
#define EXIT_TIMEOUT 124

/* Runs the sandbox to its end; the exit status for the shell. Messages go to stderr. */
int sandbox_run(const struct sandbox_config *cfg);

/* A sentry that was born and waits for a byte in go. */
struct sandbox_process {
	pid_t pid, broker;	 /* children; broker 0: there is none */
	int go, control, status; /* the starter's ends */
};
/* What of struct boot_fds a container has besides: */
struct sandbox_container_fds {
	int listener; /* of the control socket */
	int console;  /* becomes its standard descriptors and controlling terminal; -1: none */
	int netns;    /* INET_HOST: the namespace of its sockets; -1: the caller's */
};
/* For cfg->oci; 0, or -errno with a message in text. */
must_check int sandbox_spawn(const struct sandbox_config *cfg,
			     const struct sandbox_container_fds *fds, struct sandbox_process *ret,
			     char *text, size_t size);

/* ---- between the three processes' files ---- */
struct boot_fds {
	int go;			     /* read: the starter has written the id maps */
	int control;		     /* read: signal numbers; EOF: the starter is gone. Or -1 */
	int listener;		     /* a container's control socket, or -1 */
	int status;		     /* write: struct sandbox_status */
	int broker;		     /* to network.h's broker; -1: there is none */
	struct netinfo_fds host_net; /* INET_HOST: of the caller's namespace */
};
struct sandbox_status {
	int wait_status; /* wait(2) form, or our own code << 8 */
	int failed;	 /* 1: the sentry failed to start, text follows */
	int ready;	 /* 1: no end: a container is set up and waits for its start */
	char text[700];
};
_Noreturn void boot_sentry(const struct sandbox_config *cfg, const struct boot_fds *fds);

/* Ends the sentry with a message for the user (before the guest runs). */
_Noreturn void boot_fail(const char *fmt, ...) printf_like(1, 2);

/* guest_setup.c: called in children of the sentry. */
/* Makes the root, reports, waits; the door's fd is GUEST_DOOR_FD then, or GUEST_NAMES_FD a way to write
 * to the root. */
_Noreturn void guest_prepare_namespaces(int ready_fd, bool with_door);
#define GUEST_NR_NAMESPACES 6
extern const char *const guest_namespaces[GUEST_NR_NAMESPACES]; /* names under /proc/pid/ns */
/* ns_fds: the donor's namespaces, in that order. profile: NULL: none. */
_Noreturn void guest_become_init(const int *ns_fds, const struct sandbox_config *cfg,
				 const struct guest_seccomp *profile, int report_fd);
#define GUEST_LISTENER_FD 4
#define GUEST_DOOR_FD 100
#define GUEST_NAMES_FD 101

/* privileges.c */
/* Keeps capabilities. The saved ids are for fs/hostfs/hostop.h. */
int privileges_set_ids(uid_t uid, gid_t gid, uid_t saved_uid, gid_t saved_gid);
int privileges_landlock(const int *read_fds, size_t nr_read, const int *write_fds, size_t nr_write,
			int guest_root_fd, bool network); /* 0, or -errno (unsupported) */
int privileges_landlock_nothing(void);			  /* no file at all */
/* Bounding, ambient, securebits, capset 0. keep_files: the capabilities for files of other owners stay
 * permitted, and are effective while the file system uid is 0 (fs/hostfs/hostop.h). */
int privileges_drop_all(bool keep_files);
int privileges_load_filter(unsigned int groups); /* all threads */

#endif
