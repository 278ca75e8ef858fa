/*
 * tests/syscalls/misc_setns.c - setns(2): errors; joining the UTS namespace of a child. Root only
 * but for the errors.
 */
#include "check.h"
#include <sched.h>

int main(void)
{
	char path[64], name[65], old[65];
	int fd = open(".", O_RDONLY), p[2], q[2], ns;
	pid_t pid;
	char c;

	show("bad descriptor", setns(999, 0));
	show("directory", setns(fd, 0));
	ns = open("/proc/self/ns/uts", O_RDONLY);
	show_fd("own namespace", ns < 0 ? ns : 0);
	show("other type", setns(ns, CLONE_NEWNET));
	if (geteuid() != 0)
		return 0;
	show("own one", setns(ns, CLONE_NEWUTS));
	gethostname(old, sizeof(old));
	xpipe(p);
	xpipe(q);
	pid = xfork();
	if (pid == 0) {
		close(q[1]);
		if (unshare(CLONE_NEWUTS) < 0 || sethostname("in-the-child", 12) < 0)
			_exit(1);
		if (write(p[1], "x", 1) != 1)
			_exit(1);
		_exit(read(q[0], &c, 1) == 0 ? 0 : 1);
	}
	close(p[1]);
	show("child is ready", read(p[0], &c, 1));
	snprintf(path, sizeof(path), "/proc/%d/ns/uts", pid);
	fd = open(path, O_RDONLY);
	show_fd("namespace of the child", fd < 0 ? fd : 0);
	show("join", setns(fd, 0));
	gethostname(name, sizeof(name));
	show_str("name", name);
	close(q[1]);
	show_status("child", xwait(pid));
	show("back", setns(ns, CLONE_NEWUTS));
	gethostname(name, sizeof(name));
	show_true("old name", strcmp(name, old) == 0);
	return 0;
}
