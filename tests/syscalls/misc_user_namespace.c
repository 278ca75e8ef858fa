/*
 * tests/syscalls/misc_user_namespace.c - a user namespace of one's own: the overflow ids at first,
 * maps, capabilities inside.
 */
#include "check.h"
#include <linux/capability.h>
#include <sched.h>

static int try_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), r;

	if (fd < 0)
		return -1;
	r = write(fd, text, strlen(text));
	close(fd);
	return r < 0 ? -1 : 0;
}

int main(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64], buf[256];
	unsigned int a, b, c;
	int r;

	r = unshare(CLONE_NEWUSER);
	show("unshare", r);
	if (r < 0)
		return 0;
	show_val("uid", getuid());
	show_val("gid", getgid());
	snprintf(map, sizeof(map), "0 %u 1", gid);
	show("gid_map without setgroups", try_write("/proc/self/gid_map", map));
	show("setgroups", try_write("/proc/self/setgroups", "deny"));
	show("gid_map", try_write("/proc/self/gid_map", map));
	snprintf(map, sizeof(map), "0 %u 1", uid);
	show("uid_map", try_write("/proc/self/uid_map", map));
	show("uid_map again", try_write("/proc/self/uid_map", map));
	show_val("uid", getuid());
	show_val("gid", getgid());
	read_file("/proc/self/uid_map", buf, sizeof(buf));
	show_true("map", sscanf(buf, "%u %u %u", &a, &b, &c) == 3 && a == 0 && c == 1);
	show("setuid 0", setuid(0));
	show("setuid 5", setuid(5));
	show("sethostname", sethostname("x", 1));
	show("unshare UTS", unshare(CLONE_NEWUTS));
	show("sethostname", sethostname("x", 1));
	return 0;
}
