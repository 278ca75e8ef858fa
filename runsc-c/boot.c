/*
 * runsc-c/boot.c - the sentry's start: from a fresh process in new namespaces to serving guests
 *
 * The one place that wires filesystems, devices and platform together, and the one that holds the
 * order in which privileges go (sandbox.h). Every step that fails ends the sentry with a message to
 * the starter, which prints it. After boot_restrict() nothing here may open a path.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fs/hostfs/hostop.h"
#include "platform/fastpath/channel.h"
#include "platform/platform.h"
#include "platform/policy/policy_fds.h"
#include "runsc-c/boot_guest.h"
#include "runsc-c/network.h"
#include "runsc-c/oci/config.h"
#include "runsc-c/oci/control.h"
#include "runsc-c/sandbox.h"
#include "sentry/base/hostcall.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/base/strbuf.h"
#include "sentry/guest_seccomp.h"
#include "sentry/host_oom.h"

static struct {
	int status_fd;
	int control_fd;
	struct event_source control_src;
	struct event_source winch_src;
	bool is_container;
	struct kernel *k;
} boot = {.status_fd = -1};

/* ---- the end ---- */

static void send_status(const struct sandbox_status *st)
{
	while (write(boot.status_fd, st, sizeof(*st)) < 0 && errno == EINTR)
		;
}

void boot_fail(const char *fmt, ...)
{
	struct sandbox_status st = {.failed = 1, .wait_status = EXIT_OURS << 8};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(st.text, sizeof(st.text), fmt, ap);
	va_end(ap);
	send_status(&st);
	_exit(EXIT_OURS);
}

static void report_fast_path(void)
{
	struct strbuf sb;

	if (!fast_enabled())
		return;
	strbuf_init(&sb, 512);
	fast_report(&sb);
	log_info("%s", strbuf_str(&sb));
	strbuf_free(&sb);
}

void kernel_shutdown(struct kernel *k, int status)
{
	struct sandbox_status st = {.wait_status = status};

	if (atomic_exchange(&k->exiting, true))
		return;
	boot_guest_drain(k);
	report_fast_path();
	if (boot.is_container) /* nobody reads, but whoever waits for us: oci/container.h */
		_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	send_status(&st);
	_exit(0); /* pid 1 of the namespace: the host kills every guest */
}

/* ---- signals of the host ---- */

static int winch_fd = -1;

static void on_winch(int sig)
{
	uint64_t one = 1;
	int saved = errno;

	(void)sig;
	if (write(winch_fd, &one, sizeof(one)) < 0)
		errno = saved;
	errno = saved;
}

static void boot_signals(void)
{
	static const int ignored[] = {SIGPIPE, SIGINT,	SIGQUIT, SIGTSTP,
				      SIGTTIN, SIGTTOU, SIGHUP,	 SIGTERM};
	struct sigaction sa = {.sa_handler = on_winch, .sa_flags = SA_RESTART};

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
	winch_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sigaction(SIGWINCH, &sa, NULL);
}

static void winch_event(struct event_source *src, uint32_t events)
{
	uint64_t n;

	(void)events;
	if (read(src->fd, &n, sizeof(n)) == sizeof(n))
		boot_guest_winch(boot.k);
}

/* The starter sends signal numbers; its end means ours. */
static void control_event(struct event_source *src, uint32_t events)
{
	unsigned char sig;
	ssize_t n = read(src->fd, &sig, 1);

	(void)events;
	if (n == 1)
		boot_guest_signal(boot.k, sig);
	else if (n == 0 || errno != EAGAIN)
		kernel_shutdown(boot.k, SIGKILL);
}

/* ---- mounts and directory fds ---- */

static int new_mount_fd(const char *type, unsigned int attrs)
{
	int fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC), fd;

	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) {
		int err = -errno;

		close(fs);
		return err;
	}
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attrs);
	if (fd < 0)
		fd = -errno;
	close(fs);
	return fd;
}

static void boot_proc(struct kernel *k)
{
	int fd = new_mount_fd("proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	int self;

	if (fd < 0)
		boot_fail("cannot mount /proc for the sentry: %s (is /proc masked on this host? "
			  "it must be fully visible)",
			  strerror(-fd));
	k->host_proc_fd = fd;
	self = openat(fd, "self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (self < 0 || dup3(self, SENTRY_SELF_FD_DIR, O_CLOEXEC) < 0)
		boot_fail("cannot open /proc/self/fd: %s", strerror(errno));
	close(self);
	k->host_self_fd_dir = SENTRY_SELF_FD_DIR;
}

static void boot_oom_score(struct kernel *k, const struct sandbox_config *cfg)
{
	const struct oci_process *p = cfg->oci ? &cfg->oci->process : NULL;
	int first = p && p->has_oom_score_adj ? p->oom_score_adj : 0;

	host_oom_boot(k, first, p ? host_oom_wanted(first) : 0);
}

/* From here the sentry sees nothing of the host's tree but the fds it holds. */
static void boot_empty_root(void)
{
	int fd = new_mount_fd("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);

	if (fd < 0)
		boot_fail("cannot make an empty root: tmpfs: %s", strerror(-fd));
	if (mkdirat(fd, "g", 0755) < 0 ||
	    syscall(SYS_move_mount, fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
	    fchdir(fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		boot_fail("cannot enter an empty root: %s", strerror(errno));
	close(fd);
}

/* ---- the guests' namespaces ---- */

#define GUEST_NAMESPACES                                                                           \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

struct child {
	pid_t pid;
	int pidfd;
	int fd;				 /* our end of the socket pair */
	int ns_fds[GUEST_NR_NAMESPACES]; /* the donor's */
};

static void wait_report(struct child *c, const char *what)
{
	char text[200];
	ssize_t n;

	do
		n = read(c->fd, text, sizeof(text) - 1);
	while (n < 0 && errno == EINTR);
	if (n == 1 && text[0] == '\0')
		return;
	text[n > 0 ? n : 0] = '\0';
	boot_fail("cannot start the guest: %s: %s", what, n > 0 ? text : "the process died");
}

static pid_t clone_process(unsigned long flags)
{
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, NULL, NULL, 0);
}

static void write_child_file(struct kernel *k, pid_t pid, const char *name, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	fd = openat(k->host_proc_fd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		boot_fail("cannot write /proc/%d/%s (\"%s\"): %s", pid, name, text,
			  strerror(errno));
	close(fd);
}

static void start_donor(struct kernel *k, const struct sandbox_config *cfg, struct child *ret)
{
	int sv[2];
	char map[64];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0)
		boot_fail("socketpair: %s", strerror(errno));
	ret->fd = sv[0];
	ret->pid = clone_process(GUEST_NAMESPACES);
	if (ret->pid < 0)
		boot_fail("cannot make the guests' namespaces: %s (is "
			  "/proc/sys/user/max_user_namespaces large enough?)",
			  strerror(errno));
	if (ret->pid == 0) {
		close(sv[0]);
		wait_report(&(struct child){.fd = sv[1]}, "id maps");
		guest_prepare_namespaces(sv[1], cfg->platform == &platform_ptrace);
	}
	close(sv[1]);
	ret->pidfd = (int)syscall(SYS_pidfd_open, ret->pid, 0);
	write_child_file(k, ret->pid, "setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", cfg->uid, getuid());
	write_child_file(k, ret->pid, "uid_map", map);
	snprintf(map, sizeof(map), "%u %u 1", cfg->gid, getgid());
	write_child_file(k, ret->pid, "gid_map", map);
	if (write(ret->fd, "", 1) != 1)
		boot_fail("the guests' namespaces: the process died");
	wait_report(ret, "namespaces");
}

/* While it may still be looked at: the Landlock domain to come forbids that. */
static void open_namespaces(struct kernel *k, struct child *donor)
{
	for (int i = 0; i < GUEST_NR_NAMESPACES; i++) {
		char path[64];

		snprintf(path, sizeof(path), "%d/ns/%s", donor->pid, guest_namespaces[i]);
		donor->ns_fds[i] = openat(k->host_proc_fd, path, O_RDONLY | O_CLOEXEC);
		if (donor->ns_fds[i] < 0)
			boot_fail("cannot open the guests' %s namespace: %s", guest_namespaces[i],
				  strerror(errno));
	}
}

static void start_init(struct kernel *k, const struct sandbox_config *cfg, struct child *donor,
		       struct child *ret)
{
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) < 0)
		boot_fail("socketpair: %s", strerror(errno));
	ret->fd = sv[0];
	ret->pid = clone_process(cfg->oci ? 0 : CLONE_NEWPID);
	if (ret->pid < 0)
		boot_fail("cannot make the guests' pid namespace: %s", strerror(errno));
	if (ret->pid == 0)
		guest_become_init(donor->ns_fds, cfg, k->seccomp_profile, sv[1]);
	close(sv[1]);
	ret->pidfd = (int)syscall(SYS_pidfd_open, ret->pid, 0);
	wait_report(ret, "first process");
	if (cfg->oci) /* what follows its children get by themselves: sentry/spawn.c */
		return;
	host_oom_put(k, ret->pid, 0); /* inherited by all guests */
}

/* Saves a look into /proc per clone where the host is new enough: sentry/hostproc.c. */
static void open_pid_namespace(struct kernel *k, const struct child *init)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/ns/pid", init->pid);
	k->guest_pid_ns = openat(k->host_proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (k->guest_pid_ns < 0)
		log_info("the guests' pid namespace: %s", strerror(errno));
}

static int take_door(const struct child *donor)
{
	int fd = (int)syscall(SYS_pidfd_getfd, donor->pidfd, GUEST_DOOR_FD, 0);

	if (fd < 0)
		boot_fail("cannot take the socket of the guests' root: %s", strerror(errno));
	return fd;
}

static bool take_names_dir(const struct child *donor)
{
	int fd = (int)syscall(SYS_pidfd_getfd, donor->pidfd, GUEST_NAMES_FD, 0);
	bool ok = fd >= 0 && dup3(fd, SENTRY_NAMES_DIR, O_CLOEXEC) >= 0;

	if (!ok)
		log_info("no names in the guests' root: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

/* The filter is installed a moment after the report; the process then sleeps in its execve. It is
 * looked for often at first: it takes 0.1 ms where processors are free, and ten seconds at most. */
static int take_listener(struct child *init)
{
	const struct timespec pause = {.tv_nsec = 100000};

	for (int i = 0; i < 100000; i++) {
		int fd = (int)syscall(SYS_pidfd_getfd, init->pidfd, GUEST_LISTENER_FD, 0);
		char text[200];
		ssize_t n;

		if (fd >= 0)
			return fd;
		if (errno != EBADF)
			boot_fail("cannot take the seccomp listener: %s (is "
				  "kernel.yama.ptrace_scope 3?)",
				  strerror(errno));
		n = recv(init->fd, text, sizeof(text) - 1, MSG_DONTWAIT);
		if (n > 0) {
			text[n] = '\0';
			boot_fail("cannot start the guest: %s", text);
		}
		if (i < 50)
			sched_yield();
		else
			clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	boot_fail("the guest's seccomp listener did not appear");
}

/* ---- restriction ---- */

static void own_limits(struct kernel *k)
{
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	k->host_nofile = r.rlim_max;
	host_fds_init(r.rlim_max);
	r.rlim_cur = r.rlim_max = 1;
	setrlimit(RLIMIT_CORE, &r);
}

static void boot_restrict_ids(const struct sandbox_config *cfg)
{
	uid_t uid = cfg->rootfs.reader_uid;
	gid_t gid = cfg->rootfs.reader_gid;
	bool owner = rootfs_has_owner();
	uid_t saved_uid = owner ? cfg->rootfs.owner_uid : uid;
	gid_t saved_gid = owner ? cfg->rootfs.owner_gid : gid;

	if (getuid() == 0 && syscall(SYS_setgroups, 0, NULL) < 0 && errno != EPERM)
		boot_fail("setgroups: %s", strerror(errno));
	if (privileges_set_ids(uid, gid, saved_uid, saved_gid) < 0)
		boot_fail("cannot take uid %u, gid %u: %s", uid, gid, strerror(errno));
	hostop_owner_init(saved_uid, saved_gid);
	/* As /proc files of a process with changed ids belong to root, and its maps could not be
	 * written; set to 0 for good in boot_restrict(). */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static void boot_landlock(struct kernel *k, const struct sandbox_config *cfg, struct child *donor)
{
	int read_fds[ROOTFS_MAX_FDS], write_fds[ROOTFS_MAX_FDS + 1];
	size_t nr_read = 0, nr_write = 0;
	char path[64];
	int guest_root, err;

	snprintf(path, sizeof(path), "%d/root", donor->pid);
	guest_root = openat(k->host_proc_fd, path, O_PATH | O_CLOEXEC);
	rootfs_list_fds(read_fds, &nr_read, write_fds, &nr_write);
	write_fds[nr_write++] = k->host_proc_fd;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		boot_fail("no_new_privs: %s", strerror(errno));
	err = privileges_landlock(read_fds, nr_read, write_fds, nr_write, guest_root,
				  cfg->network != INET_OFF);
	if (err < 0)
		log_info("Landlock is not available (%s): the mount namespace alone confines the "
			 "sentry's file access",
			 strerror(-err));
	if (guest_root >= 0)
		close(guest_root);
}

static void *worker_main(void *arg)
{
	struct kernel *k = boot.k;

	k->platform->worker(k, (unsigned int)(uintptr_t)arg);
	return NULL;
}

/* ---- all of it, in order ---- */

static void wait_go(int fd)
{
	char c;
	ssize_t n;

	do
		n = read(fd, &c, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(EXIT_OURS);
	close(fd);
}

static pthread_barrier_t workers_ready;

static void *worker_start(void *arg)
{
	char name[16];

	snprintf(name, sizeof(name), "worker-%u", (unsigned int)(uintptr_t)arg);
	prctl(PR_SET_NAME, name, 0, 0, 0); /* not allowed after the filter */
	log_set_thread_name(name);
	if (arg == NULL)
		mem_allow_trim();
	pthread_barrier_wait(&workers_ready); /* created, not yet filtered */
	pthread_barrier_wait(&workers_ready); /* filtered: serve */
	return worker_main(arg);
}

static void start_workers(unsigned int nr)
{
	pthread_attr_t attr;

	pthread_barrier_init(&workers_ready, NULL, nr + 1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 512 << 10);
	for (unsigned int i = 0; i < nr; i++) {
		pthread_t th;
		int err = pthread_create(&th, &attr, worker_start, (void *)(uintptr_t)i);

		if (err)
			boot_fail("cannot start a worker thread: %s", strerror(err));
	}
	pthread_barrier_wait(&workers_ready);
}

/* Beside the lifeline, which a stopped sentry does not read. A change of ids takes it back.
 * A container's sentry outlives the command that made it. */
static void die_with_starter(void)
{
	if (boot.is_container)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

static void boot_restrict(unsigned int groups)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	die_with_starter();
	if (privileges_load_filter(groups) < 0)
		boot_fail("cannot load the sentry's seccomp filter: %s", strerror(errno));
}

static unsigned int online_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (unsigned int)CPU_COUNT(&set);
}

static struct kernel *boot_kernel(const struct sandbox_config *cfg, const struct boot_fds *fds)
{
	struct kernel *k = mem_zalloc(sizeof(*k));

	if (!k)
		boot_fail("out of memory");
	kernel_init(k);
	boot.k = k;
	k->platform = cfg->platform;
	k->forward = cfg->forward;
	k->nr_cpus = online_cpus();
	k->exit_status = SIGKILL;
	k->memory_limit = cfg->memory_limit;
	if (cfg->max_tasks)
		k->max_tasks = cfg->max_tasks;
	k->no_io_uring = cfg->no_io_uring;
	k->strace = cfg->strace;
	k->strace_fd = cfg->strace_fd;
	k->status_fd = fds->status;
	snprintf(k->hostname, sizeof(k->hostname), "%s", cfg->hostname ? cfg->hostname : "sandbox");
	snprintf(k->domainname, sizeof(k->domainname), "%s",
		 cfg->domainname ? cfg->domainname : "(none)");
	k->host_dummy_fd = eventfd(0, EFD_CLOEXEC);
	own_limits(k);
	if (cfg->oci && cfg->oci->seccomp.len > 0) {
		k->seccomp_profile = guest_seccomp_new_profile(cfg->oci->seccomp.insns,
							       cfg->oci->seccomp.len);
		if (!k->seccomp_profile)
			boot_fail("linux.seccomp: the profile makes no good program");
	}
	return k;
}

static void watch_host(struct kernel *k)
{
	boot.winch_src = (struct event_source){.fd = winch_fd, .fn = winch_event};
	if (event_watch(&boot.winch_src, EPOLLIN) < 0)
		boot_fail("cannot watch for changes of the window");
	if (boot.is_container)
		return;
	boot.control_src = (struct event_source){.fd = boot.control_fd, .fn = control_event};
	fcntl(boot.control_fd, F_SETFL, O_NONBLOCK);
	if (event_watch(&boot.control_src, EPOLLIN) < 0)
		boot_fail("cannot watch the starter");
	(void)k;
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* A container's sentry is a fork of the runtime: nothing else of that stays open, its lock on the
 * container's directory above all. */
static void close_other_fds(const struct sandbox_config *cfg, const struct boot_fds *fds)
{
	int keep[NETINFO_NR_FILES + 16] = {
		0,	    1, 2, fds->go, fds->status, fds->listener, fds->broker, cfg->strace_fd,
		cfg->log_fd};
	size_t nr = 9;
	int from = 3 + (int)cfg->preserve_fds;

	if (fds->broker >= 0) {
		for (int i = 0; i < NETINFO_NR_FILES; i++)
			keep[nr++] = fds->host_net.files[i];
		keep[nr++] = fds->host_net.ioctls;
	}
	qsort(keep, nr, sizeof(keep[0]), compare_fds);
	for (size_t i = 0; i < nr; i++) {
		if (keep[i] > from)
			syscall(SYS_close_range, from, keep[i] - 1, 0);
		from = MAX(from, keep[i] + 1);
	}
	syscall(SYS_close_range, from, ~0U, 0);
}

/* The container's command was looked for: create ends. */
static void report_ready(const char *error)
{
	const struct sandbox_status st = {.ready = 1};

	if (error)
		boot_fail("%s", error);
	send_status(&st);
	close(boot.status_fd);
	boot.status_fd = -1;
}

void boot_sentry(const struct sandbox_config *cfg, const struct boot_fds *fds)
{
	struct platform_boot pb = {.listener_fd = -1, .door_fd = -1};
	struct child donor, init;
	struct kernel *k;
	int err;

	boot.status_fd = fds->status;
	boot.control_fd = fds->control;
	boot.is_container = cfg->oci != NULL;
	if (boot.is_container) {
		close_other_fds(cfg, fds);
		setsid();
		if (cfg->oci->process.terminal) /* to hear of a new size */
			ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	}
	die_with_starter();
	wait_go(fds->go); /* fails if the starter is gone already */
	boot_signals();
	k = boot_kernel(cfg, fds);
	if (cfg->oci && control_open(fds->listener) < 0)
		boot_fail("control socket: %s", strerror(errno));
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		boot_fail("cannot make mounts private: %s", strerror(errno));
	boot_proc(k);
	boot_oom_score(k, cfg);
	err = network_boot(k, cfg->network, &fds->host_net, boot.is_container);
	if (err < 0)
		boot_fail("cannot set up the sandbox's network: %s", strerror(-err));
	inet_init(k, cfg->network, fds->broker);
	if (event_init(k) < 0)
		boot_fail("event loop: %s", strerror(errno));
	boot_guest_stdio(cfg);
	boot_rootfs_open(k, cfg);
	boot_empty_root();
	boot_restrict_ids(cfg);
	die_with_starter();
	start_donor(k, cfg, &donor);
	if (cfg->platform == &platform_ptrace)
		pb.door_fd = take_door(&donor);
	else
		pb.has_names_dir = take_names_dir(&donor);
	open_namespaces(k, &donor);
	boot_landlock(k, cfg, &donor);
	start_init(k, cfg, &donor, &init);
	if (!cfg->oci)
		open_pid_namespace(k, &init);
	kill(donor.pid, SIGKILL);
	waitpid(donor.pid, NULL, 0);
	close(donor.fd);
	close(donor.pidfd);
	for (int i = 0; i < GUEST_NR_NAMESPACES; i++)
		close(donor.ns_fds[i]);
	if (cfg->platform == &platform_notify)
		pb.listener_fd = take_listener(&init);
	pb.init_host_tid = init.pid;
	pb.release_fd = init.fd;
	pb.nr_workers = MAX(2U, k->nr_cpus);
	pb.fast_path = cfg->fast_path;
	err = cfg->platform->init(k, &pb);
	if (err < 0)
		boot_fail("platform %s: %s", cfg->platform->name, strerror(-err));
	if (privileges_drop_all(cfg->oci != NULL && rootfs_has_owner()) < 0)
		boot_fail("cannot drop capabilities: %s", strerror(errno));
	/* Each thread's own, inherited by those it makes: before the workers. */
	prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_DISABLE, 0, 0);
	start_workers(k->platform->nr_workers(k));
	boot_restrict(boot_rootfs_groups(cfg));
	/* Archives, trees and programs are looked at from here on only. */
	if (cfg->oci)
		boot_guest_create_container(k, cfg, init.pid, report_ready);
	else
		boot_guest_create(k, cfg, init.pid);
	watch_host(k);
	pthread_barrier_wait(&workers_ready);
	log_set_thread_name("event");
	event_thread_main(k);
	kernel_shutdown(k, SIGKILL);
	_exit(EXIT_OURS);
}
