/*
 * runsc-c/oci/config.h - a bundle's config.json, checked, as C structures
 *
 * Model: the text is parsed by json-c (exact 64-bit numbers, an archive to link); every field that is honoured is then read once into the
 * structures below, with its type and range checked: a message names the field ("process.user.uid:
 * ..."). What the sandbox cannot do is refused or warned about by name here, so what comes behind
 * (boot, exec, cgroups) trusts the structures. Strings point into the JSON tree and live as long as
 * it; arrays are the config's own.
 *
 * The config comes from the engine, not from the guest; the root filesystem that it names is hostile.
 *
 * Interface: oci_config_parse() for create and run; oci_process_parse() also for the process.json of
 * exec. cfg->json is there for the parts that are read elsewhere: linux.resources
 * (cgroups).
 */
#ifndef RUNSC_C_OCI_CONFIG_H
#define RUNSC_C_OCI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runsc-c/oci/error.h"
#include "runsc-c/oci/seccomp.h"

struct json_object;

#define OCI_VERSION "1.2.0"

struct oci_caps {
	bool given; /* false: none at all for process.capabilities, the container's for exec */
	uint64_t bounding, effective, inheritable, permitted, ambient;
};

struct oci_rlimit {
	int resource; /* RLIMIT_* */
	uint64_t soft, hard;
};

#define OCI_NR_RLIMITS 16

/* process.scheduler, process.ioPriority, linux.personality: config_sched.c */
struct oci_sched {
	bool given, reset_on_fork;
	int32_t policy, priority, nice;
	int32_t ioprio; /* as ioprio_set(2) has it; 0: none */
	uint32_t personality;
};

struct oci_process {
	bool terminal;
	uint16_t rows, cols; /* consoleSize; 0: not given */
	uint32_t uid, gid;
	uint32_t *groups;
	uint32_t nr_groups;
	bool has_umask;
	uint32_t umask;
	const char *program; /* the file to execute; NULL: args[0] */
	char **args;	     /* NULL-terminated, at least one */
	char **env;	     /* NULL-terminated */
	const char *cwd;     /* absolute */
	struct oci_caps caps;
	struct oci_rlimit rlimits[OCI_NR_RLIMITS];
	size_t nr_rlimits;
	bool no_new_privs;
	bool has_oom_score_adj;
	int oom_score_adj;
	struct oci_sched sched;
};

enum oci_mount_kind {
	OCI_MOUNT_BIND, /* a file or directory of the host */
	OCI_MOUNT_TMPFS,
	OCI_MOUNT_PROC,
	OCI_MOUNT_SYSFS,
	OCI_MOUNT_DEVPTS,
	OCI_MOUNT_MQUEUE,
	OCI_MOUNT_CGROUP,
};

struct oci_mount {
	enum oci_mount_kind kind;
	const char *destination; /* absolute */
	const char *source;	 /* as it was given */
	char *source_path;	 /* OCI_MOUNT_BIND: a path of the host, absolute */
	const char *type;	 /* as it was given */
	unsigned int flags;	 /* fs/vfs/vfs.h: MNT_* */
	bool copy_up;		 /* tmpcopyup: what the image has there is copied into the tmpfs */
	char *data;		 /* the filesystem's own options, with commas; or NULL */
};

struct oci_device {
	const char *path;
	uint32_t mode; /* with type */
	uint32_t major, minor;
	uint32_t uid, gid;
};

/* Namespaces of linux.namespaces: is it listed, and by which path (NULL: a new one). */
enum oci_ns {
	OCI_NS_PID,
	OCI_NS_NETWORK,
	OCI_NS_MOUNT,
	OCI_NS_IPC,
	OCI_NS_UTS,
	OCI_NS_USER,
	OCI_NS_CGROUP,
	OCI_NS_TIME,
	OCI_NR_NS,
};
struct oci_namespace {
	bool listed;
	const char *path;
};

struct oci_id_map {
	uint32_t container, host, count;
};
#define OCI_MAX_ID_MAPS 8 /* as fs/hostfs/hostfs.h takes */
#define OCI_MAX_MOUNTS 1024

struct oci_sysctl {
	char *path; /* below /proc/sys */
	const char *value;
};

enum oci_hook_kind {
	OCI_HOOK_PRESTART,
	OCI_HOOK_CREATE_RUNTIME,
	OCI_HOOK_CREATE_CONTAINER,
	OCI_HOOK_START_CONTAINER,
	OCI_HOOK_POSTSTART,
	OCI_HOOK_POSTSTOP,
	OCI_NR_HOOKS,
};
struct oci_hook {
	const char *path;
	char **args, **env;   /* NULL: none given */
	unsigned int timeout; /* seconds; 0: none */
};
struct oci_hooks {
	struct oci_hook *v;
	size_t n;
};

struct oci_config {
	struct json_object *json; /* owned */
	char *bundle;		  /* absolute */
	char *rootfs;		  /* root.path, absolute */
	bool readonly;
	const char *hostname, *domainname; /* NULL: not given */
	struct oci_process process;
	struct oci_mount *mounts;
	size_t nr_mounts;
	struct oci_namespace ns[OCI_NR_NS];
	struct oci_id_map *uids, *gids; /* linux.uidMappings; none: the host's ids */
	size_t nr_uids, nr_gids;
	struct oci_sysctl *sysctls; /* sysctl.h */
	size_t nr_sysctls;
	struct oci_device *devices;
	size_t nr_devices;
	char **masked, **readonly_paths; /* NULL-terminated */
	struct oci_hooks hooks[OCI_NR_HOOKS];
	const char *cgroups_path; /* NULL: the runtime chooses */
	struct json_object
		*seccomp_json; /* linux.seccomp, which only create compiles; NULL: none */
	struct oci_seccomp seccomp;
};

/* text: of config.json; bundle: absolute, its directory. */
must_check int oci_config_parse(const char *text, const char *bundle, struct oci_config *cfg,
				struct oci_error *err);
/* Only cfg->hooks, whatever the rest says. */
must_check int oci_config_parse_hooks(const char *text, struct oci_config *cfg,
				      struct oci_error *err);
const char *oci_hook_name(enum oci_hook_kind kind);
void oci_config_free(struct oci_config *cfg);

/* json: a process object; where names it in messages ("process"). Strings are borrowed from json. */
must_check int oci_process_parse(struct json_object *json, const char *where, struct oci_process *p,
				 struct oci_error *err);
void oci_process_free(struct oci_process *p);

/* CAP_CHOWN, chown, or cap_chown: its number, or -1. */
int oci_capability(const char *name);

#endif
