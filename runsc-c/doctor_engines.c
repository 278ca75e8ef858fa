/* runsc-c/doctor_engines.c - doctor's checks of container engines, see doctor.h */
#include "runsc-c/doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runsc-c/oci/install.h"

#define CONTAINERD_CONFIG "/etc/containerd/config.toml"

/* The engine's file for all users, then the caller's own: 0 with the path that it has for us. */
static int known_path(enum engine e, char ret[PATH_MAX])
{
	char file[PATH_MAX];
	int r = engine_file(e, NULL, false, file);

	if (r == 0)
		r = engine_knows(e, file, ret);
	if (r < 0 && engine_file(e, NULL, true, file) == 0)
		r = engine_knows(e, file, ret);
	return r;
}

static void check_engine(struct finding *f, enum engine e, const char *program, const char *name)
{
	char found[PATH_MAX], path[PATH_MAX];
	int r;

	if (!program_find(program, found)) {
		finding_set(f, FINDING_OK, "not installed");
		return;
	}
	r = known_path(e, path);
	if (r == -ENOENT) {
		finding_set(f, FINDING_NOTE, "%.70s, does not know this runtime", found);
		finding_meaning(f, "as root: runsc-c install %s", name);
	} else if (r < 0) {
		finding_set(f, FINDING_NOTE, "%.70s, its configuration cannot be read: %.30s",
			    found, strerror(-r));
	} else if (path[0] == '/' && access(path, X_OK) < 0) {
		finding_set(f, FINDING_DEGRADED, "its runtime %.60s: %.40s", path, strerror(errno));
		finding_meaning(f, "runsc-c install %s --path FILE", name);
	} else {
		finding_set(f, FINDING_OK, "%.60s, runtime %.50s", found, path);
	}
}

static void check_docker(struct finding *f)
{
	check_engine(f, ENGINE_DOCKER, "dockerd", "docker");
}

static void check_podman(struct finding *f)
{
	check_engine(f, ENGINE_PODMAN, "podman", "podman");
}

static void check_containerd(struct finding *f)
{
	char found[PATH_MAX], text[512];
	FILE *file;
	bool known = false;

	if (!program_find("containerd", found)) {
		finding_set(f, FINDING_OK, "not installed");
		return;
	}
	file = fopen(CONTAINERD_CONFIG, "re");
	while (file && !known && fgets(text, sizeof(text), file))
		known = strstr(text, RUNTIME_NAME) != NULL;
	if (file)
		fclose(file);
	finding_set(f, known ? FINDING_OK : FINDING_NOTE, "%.60s, %s", found,
		    known ? "knows this runtime" : "its CRI plugin does not know this runtime");
	if (!known)
		finding_meaning(f, "ctr takes --runc-binary; for Kubernetes a runtime of type "
				   "io.containerd.runc.v2 with BinaryName in " CONTAINERD_CONFIG
				   " (docs/containerd.md)");
}

/* Which driver engines shall make cgroups with. */
static void check_driver(struct finding *f)
{
	bool unified = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
	bool hybrid = access("/sys/fs/cgroup/unified/cgroup.procs", F_OK) == 0;
	bool systemd = access("/run/systemd/system", F_OK) == 0;

	finding_set(f, FINDING_OK, "cgroup %s, %s",
		    unified  ? "v2"
		    : hybrid ? "v1 with v2 beside it (hybrid)"
			     : "v1",
		    systemd ? "systemd" : "no systemd");
	if (systemd)
		return;
	f->state = FINDING_NOTE;
	finding_meaning(f, "engines must make cgroups themselves: dockerd --exec-opt "
			   "native.cgroupdriver=cgroupfs, podman --cgroup-manager cgroupfs");
}

/* Has the file a line for the user, by name or number? */
static bool has_range(const char *path, const char *name, uid_t uid)
{
	FILE *f = fopen(path, "re");
	char line[256], number[16];
	bool found = false;

	snprintf(number, sizeof(number), "%u", uid);
	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, ":\n")] = '\0';
		found = strcmp(line, number) == 0 || (name && strcmp(line, name) == 0);
	}
	if (f)
		fclose(f);
	return found;
}

/* What podman needs to run for this user. */
static void check_rootless(struct finding *f)
{
	const char *name = getenv("USER");
	char found[PATH_MAX];

	if (geteuid() == 0) {
		finding_set(f, FINDING_OK, "not asked for root");
	} else if (!program_find("newuidmap", found)) {
		finding_set(f, FINDING_NOTE, "no newuidmap");
		finding_meaning(f, "podman for ordinary users needs it; Debian: uidmap");
	} else if (!has_range("/etc/subuid", name, geteuid()) ||
		   !has_range("/etc/subgid", name, geteuid())) {
		finding_set(f, FINDING_NOTE, "no ranges of ids in /etc/subuid and /etc/subgid");
		finding_meaning(f,
				"as root: usermod --add-subuids 100000-165535 --add-subgids "
				"100000-165535 %s",
				name ? name : "USER");
	} else if (!program_find("slirp4netns", found) || access("/dev/net/tun", R_OK | W_OK) < 0) {
		finding_set(f, FINDING_NOTE, "no slirp4netns, or no right to /dev/net/tun");
		finding_meaning(f, "containers of ordinary users have no network beyond --network "
				   "none and host");
	} else {
		finding_set(f, FINDING_OK, "newuidmap, ranges of ids, slirp4netns");
	}
}

const struct doctor_check doctor_engines[] = {
	{"docker", check_docker},
	{"podman", check_podman},
	{"containerd", check_containerd},
	{"cgroups of engines", check_driver},
	{"engines of ordinary users", check_rootless},
};
const size_t doctor_nr_engines = ARRAY_SIZE(doctor_engines);
