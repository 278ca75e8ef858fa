/* runsc-c/doctor_system.c - doctor's checks of versions, settings and limits, see doctor.h */
#include "runsc-c/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runsc-c/cgroup.h"

/* First line of a small file; false: not there. */
static bool read_setting(const char *path, char *buf, size_t size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (n < 0)
		return false;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return true;
}

static void check_kernel(struct finding *f)
{
	struct utsname u;
	int major = 0, minor = 0;

	uname(&u);
	if (sscanf(u.release, "%d.%d", &major, &minor) != 2)
		major = 0;
	finding_set(f, FINDING_OK, "%.100s", u.release);
	if (major > 6 || (major == 6 && minor >= 6))
		return;
	if (major == 6 || (major == 5 && minor >= 19)) {
		f->state = FINDING_DEGRADED;
		finding_meaning(
			f, "older than 6.6: no synchronous wake-up, trapped calls take several "
			   "times as long");
		return;
	}
	f->state = FINDING_DEGRADED;
	finding_meaning(f, "older than 5.19: the notify platform needs a newer kernel");
}

static void check_machine(struct finding *f)
{
	struct utsname u;

	uname(&u);
	finding_set(f, strcmp(u.machine, "x86_64") == 0 ? FINDING_OK : FINDING_MISSING, "%.60s",
		    u.machine);
	if (f->state != FINDING_OK)
		finding_meaning(f, "only x86-64 is supported");
}

static void check_max_user_namespaces(struct finding *f)
{
	char v[32];

	if (!read_setting("/proc/sys/user/max_user_namespaces", v, sizeof(v))) {
		finding_set(f, FINDING_NOTE, "no such setting");
		return;
	}
	finding_set(f, atol(v) >= 2 ? FINDING_OK : FINDING_MISSING, "%s", v);
	if (f->state == FINDING_MISSING)
		finding_meaning(f, "each sandbox needs two; as root: sysctl "
				   "user.max_user_namespaces=10000");
}

static void check_userns_clone(struct finding *f)
{
	char v[32];

	if (!read_setting("/proc/sys/kernel/unprivileged_userns_clone", v, sizeof(v))) {
		finding_set(f, FINDING_OK, "no such setting");
		return;
	}
	finding_set(f, FINDING_OK, "%s", v);
	if (atoi(v) == 0 && geteuid() != 0) {
		f->state = FINDING_MISSING;
		finding_meaning(f, "ordinary users may not make user namespaces; as root: sysctl "
				   "kernel.unprivileged_userns_clone=1");
	}
}

static void check_apparmor_userns(struct finding *f)
{
	char v[32];

	if (!read_setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", v, sizeof(v))) {
		finding_set(f, FINDING_OK, "no such setting");
		return;
	}
	finding_set(f, FINDING_OK, "%s", v);
	if (atoi(v) != 0 && geteuid() != 0) {
		f->state = FINDING_DEGRADED;
		finding_meaning(f,
				"user namespaces of ordinary users get no capabilities unless an "
				"AppArmor profile allows \"userns\" for this program; or, as root: "
				"sysctl kernel.apparmor_restrict_unprivileged_userns=0");
	}
}

static void check_yama(struct finding *f)
{
	char v[32];

	if (!read_setting("/proc/sys/kernel/yama/ptrace_scope", v, sizeof(v))) {
		finding_set(f, FINDING_OK, "no Yama");
		return;
	}
	finding_set(f, atoi(v) < 3 ? FINDING_OK : FINDING_MISSING, "ptrace_scope %s", v);
	if (f->state == FINDING_MISSING)
		finding_meaning(f, "3 forbids every attach: no platform can work; it can only be "
				   "changed by a reboot with kernel.yama.ptrace_scope below 3");
}

static void check_cgroup(struct finding *f, enum cgroup_controller c, const char *option)
{
	struct cgroup_hierarchy h;
	char parent[PATH_MAX];

	cgroup_find(c, &h);
	if (h.version == 0) {
		finding_set(f, FINDING_DEGRADED, "no such controller");
	} else if (!cgroup_may_make(&h, c, parent)) {
		finding_set(f, FINDING_DEGRADED, "cgroup v%d, not writable", h.version);
	} else {
		finding_set(f, FINDING_OK, "cgroup v%d, below %.90s", h.version, parent);
		return;
	}
	finding_meaning(f,
			"%s is not enforced by the host; delegate a cgroup (systemd-run --user "
			"--scope -p Delegate=yes ...) or run as root",
			option);
}

static void check_cgroup_memory(struct finding *f)
{
	check_cgroup(f, CGROUP_MEMORY, "--memory");
}

static void check_cgroup_pids(struct finding *f)
{
	check_cgroup(f, CGROUP_PIDS, "--pids");
	if (f->state != FINDING_OK) {
		f->state = FINDING_NOTE;
		finding_meaning(f, "--pids is kept by the sentry alone");
	}
}

static void check_memory(struct finding *f)
{
	struct sysinfo si;

	if (sysinfo(&si) < 0) {
		finding_set(f, FINDING_NOTE, "unknown");
		return;
	}
	finding_set(f, FINDING_OK, "%llu MiB, %llu MiB free, %d CPUs",
		    (unsigned long long)si.totalram * si.mem_unit >> 20,
		    (unsigned long long)si.freeram * si.mem_unit >> 20, get_nprocs());
}

static void check_nofile(struct finding *f)
{
	struct rlimit r = {0, 0};

	getrlimit(RLIMIT_NOFILE, &r);
	finding_set(f, r.rlim_max >= 4096 ? FINDING_OK : FINDING_DEGRADED, "hard limit %llu",
		    (unsigned long long)r.rlim_max);
	if (f->state == FINDING_DEGRADED)
		finding_meaning(f,
				"sentry and guests share it per process; raise it with ulimit -Hn");
}

static void check_core_pattern(struct finding *f)
{
	char v[128];

	if (!read_setting("/proc/sys/kernel/core_pattern", v, sizeof(v))) {
		finding_set(f, FINDING_NOTE, "not readable");
		return;
	}
	finding_set(f, FINDING_OK, "%.100s", v);
	if (v[0] == '|')
		finding_meaning(
			f, "a helper of the host takes core dumps; RLIMIT_CORE is 1 for sentry "
			   "and guests, so it is not started for them");
}

const struct doctor_check doctor_system_checks[] = {
	{"machine", check_machine},
	{"kernel", check_kernel},
	{"max_user_namespaces", check_max_user_namespaces},
	{"unprivileged_userns_clone", check_userns_clone},
	{"apparmor_restrict_unprivileged_userns", check_apparmor_userns},
	{"yama", check_yama},
	{"cgroup memory", check_cgroup_memory},
	{"cgroup pids", check_cgroup_pids},
	{"memory", check_memory},
	{"open files", check_nofile},
	{"core_pattern", check_core_pattern},
};
const size_t doctor_nr_system_checks = ARRAY_SIZE(doctor_system_checks);
