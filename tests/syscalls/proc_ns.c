/* tests/syscalls/proc_ns.c - /proc/PID/ns: names of namespaces, the same ones and new ones. */
#include "fs_check.h"
#include <sched.h>

static const char *const names[] = {"ipc", "mnt", "net", "pid", "user", "uts"};

/* "uts": the form is right, and the link is the same as the one of the other process. */
static void compare(const char *a, const char *b)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[64], la[64] = "", lb[64] = "", form[32];
		struct stat st;
		unsigned long ino = 0;

		snprintf(path, sizeof(path), "/proc/%s/ns/%s", a, names[i]);
		must(readlink(path, la, sizeof(la) - 1));
		must(stat(path, &st));
		snprintf(path, sizeof(path), "/proc/%s/ns/%s", b, names[i]);
		must(readlink(path, lb, sizeof(lb) - 1));
		snprintf(form, sizeof(form), "%s:[%%lu]", names[i]);
		show_true(names[i], sscanf(la, form, &ino) == 1 && ino == st.st_ino);
		show_true("  the same", !strcmp(la, lb));
	}
}

int main(void)
{
	char name[32];
	int up[2], down[2], fd;
	pid_t pid;

	xpipe(up);
	xpipe(down);
	pid = xfork();
	if (pid == 0) {
		send_byte(up[1]);
		await_byte(down[0]);
		if (geteuid() == 0)
			must(unshare(CLONE_NEWUTS | CLONE_NEWIPC));
		send_byte(up[1]);
		await_byte(down[0]);
		_exit(0);
	}
	snprintf(name, sizeof(name), "%d", pid);
	await_byte(up[0]);
	compare("self", name);
	send_byte(down[1]);
	await_byte(up[0]);
	if (geteuid() == 0) {
		say("after unshare:");
		compare("self", name);
	}
	send_byte(down[1]);
	xwait(pid);
	fd = open("/proc/self/ns/uts", O_RDONLY);
	show_fd("open", fd);
	show("read", read(fd, name, 4));
	show_fd("for writing", open("/proc/self/ns/uts", O_RDWR));
	if (geteuid() == 0)
		show("setns", setns(fd, CLONE_NEWUTS));
	show("setns, wrong kind", setns(fd, CLONE_NEWIPC));
	show("missing", readlink("/proc/self/ns/nothing", name, sizeof(name)));
	return 0;
}
