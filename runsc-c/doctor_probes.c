/*
 * runsc-c/doctor_probes.c - doctor's checks that try things in child processes, see doctor.h
 *
 * Each probe is a child that reports one struct probe_result through a pipe. A child that hangs is
 * killed by its alarm.
 */
#include "runsc-c/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/fastpath/channel.h"
#include "runsc-c/network.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#define SYNC_WAKE_UP 1UL
#define PROBE_SECONDS 5
#define LISTENER_FD 3
#define ANSWER 4242

struct probe_result {
	int err;  /* 0 or errno */
	int step; /* which step failed; probe-specific */
};

_Noreturn static void report(int fd, int step, int err)
{
	struct probe_result r = {.err = err, .step = step};

	_exit(write(fd, &r, sizeof(r)) == sizeof(r) ? 0 : 1);
}

/* Runs fn in a child; fn reports and does not return. */
static struct probe_result run_probe(void (*fn)(int fd))
{
	struct probe_result r = {.err = ECHILD};
	int p[2];
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		return (struct probe_result){.err = errno};
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(p[0]);
		alarm(PROBE_SECONDS);
		fn(p[1]);
		_exit(1);
	}
	close(p[1]);
	if (pid < 0)
		r.err = errno;
	else if (read(p[0], &r, sizeof(r)) != sizeof(r))
		r.err = ETIMEDOUT;
	close(p[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

/* ---- the seccomp listener ---- */

static volatile sig_atomic_t handled;

static void on_usr1(int sig)
{
	(void)sig;
	handled = 1;
}

static int install_listener(unsigned long flags)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_SIZE(insns), insns};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &prog);

	return fd < 0 ? -errno : fd;
}

enum { STEP_INSTALL = 1, STEP_RECV, STEP_LOST, STEP_RESULT };

/* A thread whose call was received gets a signal: the call must stay, and its answer must count. */
static void probe_listener(int fd)
{
	static const struct timespec moment = {0, 20000000};
	struct seccomp_notif req = {0};
	struct seccomp_notif_resp resp = {.val = ANSWER};
	int listener = install_listener(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV), status;
	pid_t pid;

	if (listener < 0)
		report(fd, STEP_INSTALL, -listener);
	pid = fork();
	if (pid == 0) {
		signal(SIGUSR1, on_usr1);
		_exit(syscall(SYS_getppid) == ANSWER && handled ? 0 : 1);
	}
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0)
		report(fd, STEP_RECV, errno);
	kill(pid, SIGUSR1);
	nanosleep(&moment, NULL);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &req.id) < 0)
		report(fd, STEP_LOST, errno);
	resp.id = req.id;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0)
		report(fd, STEP_RESULT, EPROTO);
	report(fd, 0, 0);
}

static void check_listener(struct finding *f)
{
	struct probe_result r = run_probe(probe_listener);

	if (r.err == 0) {
		finding_set(f, FINDING_OK,
			    "a signal does not take a call away (WAIT_KILLABLE_RECV)");
		return;
	}
	finding_set(f, FINDING_DEGRADED, "%s", strerror(r.err));
	if (r.step == STEP_INSTALL)
		finding_meaning(
			f, "%s: the notify platform cannot be used",
			r.err == EINVAL ? "the kernel lacks it (Linux 5.19)"
			: r.err == EBUSY
				? "this process already runs under a listener of its surroundings"
				: "a seccomp profile of the surroundings forbids seccomp(2)");
	else
		finding_meaning(f,
				"the listener does not behave as it must (step %d): the notify "
				"platform cannot be trusted on this kernel",
				r.step);
}

static void probe_sync_wake_up(int fd)
{
	int listener = install_listener(0);

	if (listener < 0)
		report(fd, 1, -listener);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP) < 0)
		report(fd, 2, errno);
	report(fd, 0, 0);
}

static void check_sync_wake_up(struct finding *f)
{
	struct probe_result r = run_probe(probe_sync_wake_up);

	finding_set(f, r.err ? FINDING_DEGRADED : FINDING_OK, "%s",
		    r.err ? strerror(r.err) : "SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP");
	if (r.err)
		finding_meaning(f, "trapped calls take several times as long; Linux 6.6 has it");
}

/* ---- namespaces ---- */

#define ALL_NAMESPACES                                                                             \
	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
	 CLONE_NEWCGROUP)

static int write_file(const char *dir, const char *name, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	close(fd);
	return 0;
}

/* Of a process that has just got a user namespace: "self" or its number. */
static int map_ids(const char *dir, uid_t uid, gid_t gid)
{
	char text[64];
	int err;

	write_file(dir, "setgroups", "deny");
	snprintf(text, sizeof(text), "%u %u 1", uid, uid);
	err = write_file(dir, "uid_map", text);
	snprintf(text, sizeof(text), "%u %u 1", gid, gid);
	return err < 0 ? err : write_file(dir, "gid_map", text);
}

static pid_t clone_namespaces(void)
{
	return (pid_t)syscall(SYS_clone, ALL_NAMESPACES | SIGCHLD, 0, NULL, NULL, 0);
}

/* An id that is not mapped may not make a namespace, so the outer one gets its maps first. */
_Noreturn static void nested_namespaces(int go)
{
	int status;
	char c;
	pid_t pid;

	if (read(go, &c, 1) != 1)
		_exit(EPROTO);
	pid = clone_namespaces();
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		_exit(errno);
	_exit(waitpid(pid, &status, 0) == pid && status == 0 ? 0 : EPROTO);
}

static void probe_namespaces(int fd)
{
	int status, err, p[2];
	char dir[16];
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		report(fd, 1, errno);
	pid = clone_namespaces();
	if (pid < 0)
		report(fd, 1, errno);
	if (pid == 0) {
		close(p[1]);
		nested_namespaces(p[0]);
	}
	snprintf(dir, sizeof(dir), "%d", pid);
	err = map_ids(dir, geteuid(), getegid());
	if (err == 0 && write(p[1], "", 1) != 1)
		err = -errno;
	if (err < 0) {
		kill(pid, SIGKILL);
		report(fd, 1, -err);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		report(fd, 2, EPROTO);
	report(fd, 2, WEXITSTATUS(status));
}

static void check_namespaces(struct finding *f)
{
	struct probe_result r = run_probe(probe_namespaces);

	finding_set(f, r.err ? FINDING_MISSING : FINDING_OK, "%s",
		    r.err ? strerror(r.err) : "new ones and nested ones can be made");
	if (!r.err)
		return;
	if (r.err == ENOSPC || r.err == EUSERS)
		finding_meaning(f, "a limit in /proc/sys/user/max_*_namespaces is reached");
	else
		finding_meaning(f,
				"%s namespaces are forbidden here: allow user namespaces, or a "
				"container profile that lets clone(2) make them",
				r.step == 1 ? "new" : "nested");
}

/* What --network=none makes: step 1. IPv6 in it: step 2. */
static void probe_network(int fd)
{
	int err = unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 ? -errno : network_lo_up(true), s;

	if (err < 0)
		report(fd, 1, -err);
	s = socket(AF_INET6, SOCK_DGRAM, 0);
	report(fd, 2, s < 0 ? errno : 0);
}

static void check_network(struct finding *f)
{
	struct probe_result r = run_probe(probe_network);

	finding_set(f,
		    r.err == 0	  ? FINDING_OK
		    : r.step == 1 ? FINDING_MISSING
				  : FINDING_NOTE,
		    "%s", r.err ? strerror(r.err) : "a network of its own with lo can be made");
	if (r.err && r.step == 1)
		finding_meaning(f, "--network=none cannot bring up lo; use --network=off");
	else if (r.err)
		finding_meaning(f, "this host has no IPv6: neither has the sandbox");
}

static void probe_proc(int fd)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int status, err, fs;
	pid_t pid;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) < 0)
		report(fd, 1, errno);
	err = map_ids("self", uid, gid);
	if (err < 0)
		report(fd, 2, -err);
	pid = fork();
	if (pid == 0) {
		fs = (int)syscall(SYS_fsopen, "proc", 0);
		if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ||
		    syscall(SYS_fsmount, fs, 0, 0) < 0)
			_exit(errno);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		report(fd, 3, EPROTO);
	report(fd, 3, WEXITSTATUS(status));
}

static void check_proc(struct finding *f)
{
	struct probe_result r = run_probe(probe_proc);

	finding_set(f, r.err ? FINDING_MISSING : FINDING_OK, "%s",
		    r.err ? strerror(r.err) : "a new instance can be mounted");
	if (!r.err)
		return;
	if (r.step == 1)
		finding_meaning(f, "see namespaces");
	else if (r.step == 2)
		finding_meaning(f, "the id maps of a new user namespace cannot be written");
	else
		finding_meaning(f, "parts of /proc are masked here (inside a container?): give the "
				   "container an unmasked /proc");
}

/* ---- another process's memory ---- */

static void probe_memory(int fd)
{
	char secret[16] = "before", seen[16] = "";
	struct iovec local = {seen, sizeof(seen)}, remote = {secret, sizeof(secret)};
	int p[2], err = 0;
	char c;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0)
		report(fd, 1, errno);
	pid = fork();
	if (pid == 0) {
		strcpy(secret, "inside");
		if (unshare(CLONE_NEWUSER) < 0)
			_exit(1);
		if (write(p[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(p[1]);
	if (pid < 0 || read(p[0], &c, 1) != 1)
		report(fd, 1, EPERM);
	if (process_vm_readv(pid, &local, 1, &remote, 1, 0) != sizeof(seen))
		err = errno;
	else if (strcmp(seen, "inside") != 0)
		err = EPROTO;
	if (err == 0 && ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
		err = errno;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
	report(fd, 2, err);
}

static void check_memory_access(struct finding *f)
{
	struct probe_result r = run_probe(probe_memory);

	finding_set(f, r.err ? FINDING_MISSING : FINDING_OK, "%s",
		    r.err ? strerror(r.err)
			  : "process_vm_readv and ptrace across a user namespace");
	if (r.err)
		finding_meaning(
			f, r.step == 1 ? "see namespaces"
				       : "the sentry cannot read its guests' memory: a container "
					 "profile forbids process_vm_readv(2) or ptrace(2), or "
					 "Yama does");
}

/* ---- Landlock, io_uring ---- */

static void check_landlock(struct finding *f)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 0) {
		finding_set(f, FINDING_DEGRADED, "%s", strerror(errno));
		finding_meaning(
			f, "the sentry's file access is confined by its mount namespace alone; "
			   "boot with lsm=landlock,... to add this layer");
		return;
	}
	finding_set(f, FINDING_OK, "ABI %ld", abi);
	if (abi < 6)
		finding_meaning(f, "ABI 4 adds TCP ports, ABI 6 abstract sockets");
}

static void check_io_uring(struct finding *f)
{
	char params[120] = {0};
	long fd = syscall(SYS_io_uring_setup, 1, params);

	if (fd >= 0) {
		close((int)fd);
		finding_set(f, FINDING_NOTE, "available");
	} else {
		finding_set(f, FINDING_NOTE, "%s", strerror(errno));
	}
	finding_meaning(f, "not used: neither the sentry nor a guest can reach it");
}

/* As fast_init() decides. */
static void check_fast_path(struct finding *f)
{
	cpu_set_t cpus;

	if (!fast_path_cpu_ok()) {
		finding_set(f, FINDING_DEGRADED, "user code may not use the %%gs base");
		finding_meaning(f, "frequent calls are trapped like all others; needs a processor "
				   "with FSGSBASE and Linux 5.9 or newer");
	} else if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0 || CPU_COUNT(&cpus) < 2) {
		finding_set(f, FINDING_DEGRADED, "one processor");
		finding_meaning(f, "frequent calls are trapped like all others: the thread that "
				   "would serve them needs a processor of its own");
	} else {
		finding_set(f, FINDING_OK, "frequent calls can go through shared memory");
	}
}

const struct doctor_check doctor_probes[] = {
	{"seccomp listener", check_listener},
	{"synchronous wake-up", check_sync_wake_up},
	{"fast path", check_fast_path},
	{"namespaces", check_namespaces},
	{"network", check_network},
	{"/proc", check_proc},
	{"memory of guests", check_memory_access},
	{"Landlock", check_landlock},
	{"io_uring", check_io_uring},
};
const size_t doctor_nr_probes = ARRAY_SIZE(doctor_probes);
