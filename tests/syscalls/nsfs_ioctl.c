/* tests/syscalls/nsfs_ioctl.c - ioctl_nsfs(2) and the errors of setns(2). */
#include "check.h"
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>

static void ask(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	fd = open(path, O_RDONLY);
	show_true(name, fd >= 0);
	say("type %#x", ioctl(fd, NS_GET_NSTYPE));
	show("setns of another type", setns(fd, CLONE_NEWTIME | CLONE_NEWNS));
	close(fd);
}

int main(void)
{
	static const char *const names[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};
	unsigned int uid;
	int fd;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		ask(names[i]);
	fd = open("/proc/self/ns/uts", O_RDONLY);
	show("parent of uts", ioctl(fd, NS_GET_PARENT));
	show("owner of uts", ioctl(fd, NS_GET_OWNER_UID, &uid));
	show("not an ioctl", ioctl(fd, 0x1234));
	fd = open("/dev/null", O_RDONLY);
	show("setns of a device", setns(fd, 0));
	show("setns of nothing", setns(-1, 0));
	return 0;
}
