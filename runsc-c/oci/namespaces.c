/* runsc-c/oci/namespaces.c - namespaces that config.json names by a path, see namespaces.h */
#include "runsc-c/oci/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/nsfs.h>

static const struct {
	const char *name;
	int type;
} kinds[OCI_NR_NS] = {
	[OCI_NS_PID] = {"pid", CLONE_NEWPID},	       [OCI_NS_NETWORK] = {"network", CLONE_NEWNET},
	[OCI_NS_MOUNT] = {"mount", CLONE_NEWNS},       [OCI_NS_IPC] = {"ipc", CLONE_NEWIPC},
	[OCI_NS_UTS] = {"uts", CLONE_NEWUTS},	       [OCI_NS_USER] = {"user", CLONE_NEWUSER},
	[OCI_NS_CGROUP] = {"cgroup", CLONE_NEWCGROUP}, [OCI_NS_TIME] = {"time", CLONE_NEWTIME},
};

int oci_ns_open(const struct oci_config *cfg, enum oci_ns i, struct oci_error *err)
{
	const char *path = cfg->ns[i].path;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return oci_fail_errno(err, -errno, "linux.namespaces: %s: %s", kinds[i].name, path);
	if (ioctl(fd, NS_GET_NSTYPE) == kinds[i].type)
		return fd;
	close(fd);
	return oci_fail(err, -EINVAL, "linux.namespaces: %s: %.200s is no %s namespace",
			kinds[i].name, path, kinds[i].name);
}

struct visit {
	int fd, err;
	struct utsname *ret;
};

static void *visit_uts(void *arg)
{
	struct visit *v = arg;

	if (setns(v->fd, CLONE_NEWUTS) < 0 || uname(v->ret) < 0)
		v->err = -errno;
	return NULL;
}

/* In a thread of its own, which need not find a way back. */
int oci_ns_names(const struct oci_config *cfg, struct utsname *ret, struct oci_error *err)
{
	struct visit v = {.ret = ret};
	pthread_t th;

	if (!cfg->ns[OCI_NS_UTS].path)
		return uname(ret) < 0 ? oci_fail_errno(err, -errno, "uname") : 0;
	v.fd = oci_ns_open(cfg, OCI_NS_UTS, err);
	if (v.fd < 0)
		return v.fd;
	v.err = -pthread_create(&th, NULL, visit_uts, &v);
	if (v.err == 0)
		pthread_join(th, NULL);
	close(v.fd);
	return v.err < 0 ? oci_fail_errno(err, v.err, "linux.namespaces: uts: enter %s",
					  cfg->ns[OCI_NS_UTS].path)
			 : 0;
}
