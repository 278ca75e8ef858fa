/*
 * runsc-c/privileges.c - how the sentry gives up what it does not need, see sandbox.h
 *
 * Capabilities through libcap; Landlock and seccomp by system call, as Debian's libraries lack the
 * newer parts.
 */
#include <errno.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/policy/policy.h"
#include "runsc-c/sandbox.h"

int privileges_set_ids(uid_t uid, gid_t gid, uid_t saved_uid, gid_t saved_gid)
{
	/* Capabilities survive the change of ids: they are dropped as the last step. */
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS) < 0)
		return -errno;
	if (syscall(SYS_setresgid, gid, gid, saved_gid) < 0 ||
	    syscall(SYS_setresuid, uid, uid, saved_uid) < 0)
		return -errno;
	return 0;
}

/*
 * What a container's trees need, whose files belong to many: CHOWN for the owner of a new file, the
 * others to use files as the guest's root may. The host raises these with the change of fsuid to 0
 * and takes them back with the change from it (capabilities(7), "Effect of user ID changes"), so
 * they are in force in hostop's calls for such trees alone.
 */
static const cap_value_t file_caps[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID};

#define SECBITS_ALL                                                                                \
	(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED |                    \
	 SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |                                   \
	 SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

int privileges_drop_all(bool keep_files)
{
	cap_t left;
	int err = 0;

	for (int cap = 0; cap <= 63; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			break; /* beyond the last one */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (prctl(PR_SET_SECUREBITS, SECBITS_ALL | (keep_files ? 0 : SECBIT_NO_SETUID_FIXUP)) < 0)
		return -errno;
	left = cap_init();
	if (!left)
		return -ENOMEM;
	if (keep_files &&
	    cap_set_flag(left, CAP_PERMITTED, ARRAY_SIZE(file_caps), file_caps, CAP_SET) < 0)
		err = -errno;
	if (err == 0 && cap_set_proc(left) < 0)
		err = -errno;
	cap_free(left);
	return err;
}

/* MAKE_CHAR is for the whiteouts of an overlay's upper directory, device 0:0; the kernel lets nobody
 * without CAP_MKNOD in the host's own user namespace make another one. */
#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE                                                                                   \
	(FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                 \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |                            \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |                              \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM |                              \
	 LANDLOCK_ACCESS_FS_MAKE_CHAR | FS_REFER | FS_TRUNCATE)
#define FS_REFER (1ULL << 13)	 /* ABI 2 */
#define FS_TRUNCATE (1ULL << 14) /* ABI 3 */
#define FS_ALL (FS_WRITE | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_BLOCK)

struct landlock_attr { /* with the fields of ABI 4 and 6, which Debian 12's header lacks */
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

static void allow_beneath(int ruleset, int dir_fd, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = dir_fd};

	if (dir_fd >= 0)
		syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

/* Rights that this kernel's Landlock knows. */
static void limit_to_abi(struct landlock_attr *attr, long abi, size_t *size)
{
	*size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	if (abi < 2)
		attr->handled_access_fs &= ~FS_REFER;
	if (abi < 3)
		attr->handled_access_fs &= ~FS_TRUNCATE;
	if (abi < 4)
		attr->handled_access_net = 0;
	if (abi < 6)
		attr->scoped = 0;
}

/* A ruleset of what this host knows of attr, which is cut down to that. */
static int ruleset_new(struct landlock_attr *attr)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	size_t size;
	int ruleset;

	if (abi < 1)
		return -ENOSYS;
	limit_to_abi(attr, abi, &size);
	ruleset = (int)syscall(SYS_landlock_create_ruleset, attr, size, 0);
	return ruleset < 0 ? -errno : ruleset;
}

static int ruleset_enforce(int ruleset)
{
	int err = syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 0;

	close(ruleset);
	return err;
}

int privileges_landlock(const int *read_fds, size_t nr_read, const int *write_fds, size_t nr_write,
			int guest_root_fd, bool network)
{
	struct landlock_attr attr = {
		.handled_access_fs = FS_ALL,
		/* bind, connect TCP: guests' sockets are the sentry's, in their own namespace */
		.handled_access_net = network ? 0 : 3,
		.scoped = 1, /* abstract unix sockets; signals must reach guests */
	};
	int ruleset = ruleset_new(&attr);

	if (ruleset < 0)
		return ruleset;
	for (size_t i = 0; i < nr_read; i++)
		allow_beneath(ruleset, read_fds[i], FS_READ);
	for (size_t i = 0; i < nr_write; i++)
		allow_beneath(ruleset, write_fds[i], FS_WRITE & attr.handled_access_fs);
	allow_beneath(ruleset, guest_root_fd,
		      FS_READ | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_SYM);
	return ruleset_enforce(ruleset);
}

int privileges_landlock_nothing(void)
{
	struct landlock_attr attr = {.handled_access_fs = FS_ALL, .scoped = 3};
	int ruleset = ruleset_new(&attr);

	return ruleset < 0 ? ruleset : ruleset_enforce(ruleset);
}

/* The runtimes of the sanitizers make calls of their own: such a build, which is for tests only, has
 * no filter on the sentry. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNFILTERED_BUILD 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNFILTERED_BUILD 1
#endif
#endif
#ifndef UNFILTERED_BUILD
#define UNFILTERED_BUILD 0
#endif

int privileges_load_filter(unsigned int groups)
{
	const struct sock_fprog *prog = policy_sentry_program(groups);

	if (UNFILTERED_BUILD)
		return 0;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, prog) != 0)
		return -errno;
	return 0;
}
