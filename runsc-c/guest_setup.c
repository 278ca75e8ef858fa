/*
 * runsc-c/guest_setup.c - the host side of a guest's first process
 *
 * Model: two short-lived roles, both children of the sentry.
 *  The donor (guest_prepare_namespaces) is born in the guests' user, mount, network, IPC, UTS and
 *  cgroup namespaces, makes the root that holds only the stub, and waits. It exists because the
 *  sentry's Landlock domain, which guests must share (a tracer's domain has to contain its
 *  tracees'), forbids mounts.
 *  Init (guest_become_init) is born in the guests' pid namespace after the sentry has restricted
 *  itself, joins the donor's namespaces, drops everything, installs the guest's seccomp program, and
 *  executes the stub. That execve is the first trapped call: nothing of the guest has run before.
 *
 * In a container the second is the spawner instead (sentry/spawn.h), outside of that namespace.
 *
 * No fd but the listener survives until the exec, and that one is close-on-exec.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "platform/platform.h"
#include "platform/policy/policy.h"
#include "platform/ptrace/door.h"
#include "platform/stub/embed.h"
#include "platform/stub/stub_abi.h"
#include "runsc-c/sandbox.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

_Noreturn static void report_failure(int fd, const char *what)
{
	char text[160];
	int n = snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));

	if (write(fd, text, (size_t)n) < 0)
		_exit(2);
	_exit(1);
}

/* Returns at the end of the other side, too. */
static void wait_byte(int fd)
{
	char c;

	while (read(fd, &c, 1) < 0 && errno == EINTR)
		;
}

static int write_stub(const char *path)
{
	size_t len = (size_t)(guest_stub_end - guest_stub_start), done = 0;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0555);

	if (fd < 0)
		return -1;
	while (done < len) {
		ssize_t n = write(fd, guest_stub_start + done, len - done);

		if (n < 0) {
			close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	return close(fd);
}

#define GUEST_ROOT "/g"

/* See platform/ptrace/door.h; the sentry takes the fd by its number. */
static int make_door(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = GUEST_ROOT DOOR_PATH};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(fd, DOOR_BACKLOG) < 0)
		return -1;
	return dup2(fd, GUEST_DOOR_FD);
}

/* The guests' root once more, outside of all namespaces and not read-only. Not made where the host
 * forbids it: the sentry does without. */
static void make_names_dir(void)
{
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, GUEST_ROOT,
			      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd >= 0 && dup2(fd, GUEST_NAMES_FD) != GUEST_NAMES_FD)
		close(GUEST_NAMES_FD);
}

void guest_prepare_namespaces(int ready_fd, bool with_door)
{
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		report_failure(ready_fd, "private mounts");
	if (mount("stub", GUEST_ROOT, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=2m") < 0)
		report_failure(ready_fd, "root of the guests: tmpfs");
	if (write_stub(GUEST_ROOT STUB_PATH) < 0)
		report_failure(ready_fd, "root of the guests: stub");
	if (!with_door)
		make_names_dir();
	if (with_door && make_door() < 0)
		report_failure(ready_fd, "root of the guests: socket");
	if (mount(NULL, GUEST_ROOT, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
		  NULL) < 0)
		report_failure(ready_fd, "root of the guests: read-only");
	if (chdir(GUEST_ROOT) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		report_failure(ready_fd, "root of the guests: pivot_root");
	if (write(ready_fd, "", 1) != 1)
		_exit(2);
	wait_byte(ready_fd);
	_exit(0);
}

static void default_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void host_limits(const struct sandbox_config *cfg)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
	/* 1, not 0: with a piped core_pattern 0 still starts the helper. */
	r.rlim_cur = r.rlim_max = 1;
	setrlimit(RLIMIT_CORE, &r);
	/* Data, not the address space: programs reserve much more of that than they use. */
	if (cfg->process_memory_limit && getrlimit(RLIMIT_DATA, &r) == 0) {
		r.rlim_max = MIN(r.rlim_max, cfg->process_memory_limit);
		r.rlim_cur = MIN(r.rlim_cur, r.rlim_max);
		setrlimit(RLIMIT_DATA, &r);
	}
}

static void install_filter(const struct sandbox_config *cfg, const struct guest_seccomp *profile,
			   int report_fd)
{
	bool by_ptrace = cfg->platform == &platform_ptrace;
	bool none = cfg->forward == FORWARD_NONE;
	const struct sock_fprog *prog = profile ? policy_guest_program_under(profile, by_ptrace,
									     none)
						: policy_guest_program(by_ptrace, none);
	unsigned long flags = by_ptrace ? 0
					: SECCOMP_FILTER_FLAG_NEW_LISTENER |
						  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	static char *const argv[] = {(char *)"stub", NULL};
	static char *const envp[] = {NULL};
	long fd;

	/* From here on every call but the forwarded ones traps: no report is possible any more
	 * when the listener exists. dup2 makes its number known: report_fd is 3. */
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, prog);
	if (fd < 0)
		report_failure(report_fd, "seccomp filter of the guests (a kernel of 5.19 or newer "
					  "is needed; try --platform=ptrace)");
	syscall(SYS_execve, STUB_PATH, argv, envp);
	_exit(3);
}

/* The user namespace first: it gives the rights to enter the others. By namespace fds, as the donor
 * itself is outside our Landlock domain and may not be looked at. */
const char *const guest_namespaces[GUEST_NR_NAMESPACES] = {"user", "net",    "ipc",
							   "uts",  "cgroup", "mnt"};

void guest_become_init(const int *ns_fds, const struct sandbox_config *cfg,
		       const struct guest_seccomp *profile, int report_fd)
{
	/* A guest must not have the saved ids of the sentry (fs/hostfs/hostop.h). */
	if (syscall(SYS_setresgid, getgid(), getgid(), getgid()) < 0 ||
	    syscall(SYS_setresuid, getuid(), getuid(), getuid()) < 0)
		report_failure(report_fd, "ids of the guests");
	/* A spawner stays outside of the guests' pid namespace; its first child is number 1 there. */
	if (cfg->oci && syscall(SYS_unshare, CLONE_NEWPID) < 0)
		report_failure(report_fd, "pid namespace of the guests");
	for (int i = 0; i < GUEST_NR_NAMESPACES; i++)
		if (syscall(SYS_setns, ns_fds[i], 0) < 0)
			report_failure(report_fd, guest_namespaces[i]);
	if (dup2(report_fd, 3) < 0)
		report_failure(report_fd, "report pipe");
	report_fd = 3;
	fcntl(report_fd, F_SETFD, FD_CLOEXEC);
	close(0);
	close(1);
	close(2);
	if (syscall(SYS_close_range, 4, ~0U, 0) < 0)
		report_failure(report_fd, "close_range");
	/* 0 to 2 must stay free: the listener would land there. */
	if (open("/", O_PATH | O_CLOEXEC) != 0 || dup(0) != 1 || dup(0) != 2)
		report_failure(report_fd, "placeholders");
	fcntl(1, F_SETFD, FD_CLOEXEC);
	fcntl(2, F_SETFD, FD_CLOEXEC);
	setsid();
	default_signals();
	host_limits(cfg);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || privileges_drop_all(false) < 0)
		report_failure(report_fd, "capabilities of the guests");
	/* Its memory is still the sentry's image, which only the sentry may look at by now. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (write(report_fd, "", 1) != 1)
		_exit(2);
	/* Without a tracer the trapped calls of the ptrace platform would give ENOSYS. */
	if (cfg->platform == &platform_ptrace)
		wait_byte(report_fd);
	install_filter(cfg, profile, report_fd);
	_exit(3);
}
