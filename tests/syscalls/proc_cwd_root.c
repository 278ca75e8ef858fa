/* tests/syscalls/proc_cwd_root.c - /proc/PID/cwd and root: links that follow the process. */
#include "fs_check.h"

static char start[2048];

static void link_of(const char *what, const char *path)
{
	char buf[4200] = "";

	if (readlink(path, buf, sizeof(buf) - 1) < 0)
		show(what, -1);
	else if (!strncmp(buf, start, strlen(start)))
		say("%s: START%s", what, buf + strlen(start));
	else
		show_str(what, buf);
}

int main(void)
{
	char path[64];
	struct stat a, b;
	int up[2], down[2];
	pid_t pid;

	if (!getcwd(start, sizeof(start)))
		die("getcwd");
	xmkdir("d", 0755);
	write_file("d/f", "in d");
	link_of("cwd", "/proc/self/cwd");
	link_of("root", "/proc/self/root");
	must(chdir("d"));
	link_of("cwd", "/proc/self/cwd");
	show_file("through it", "/proc/self/cwd/f");
	must(stat("/proc/self/cwd", &a));
	must(stat(".", &b));
	show_true("the same", a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	show_names("listed", "/proc/self/cwd");
	must(rename("../d", "../e"));
	link_of("renamed", "/proc/self/cwd");
	must(unlink("f"));
	must(rmdir("../e"));
	link_of("removed", "/proc/self/cwd");
	show_names("listed", "/proc/self/cwd/");
	must(chdir(start));
	must(stat("/proc/self/root", &a));
	must(stat("/", &b));
	show_true("root is /", a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	show("chdir to it", chdir("/proc/self/cwd"));
	link_of("cwd", "/proc/self/cwd");
	show("unlink", unlink("/proc/self/cwd"));

	xmkdir("jail", 0755);
	write_file("jail/inside", "inside the jail");
	xpipe(up);
	xpipe(down);
	pid = xfork();
	if (pid == 0) {
		must(chdir("jail"));
		if (geteuid() == 0)
			must(chroot("."));
		send_byte(up[1]);
		await_byte(down[0]);
		_exit(0);
	}
	await_byte(up[0]);
	snprintf(path, sizeof(path), "/proc/%d/cwd", pid);
	link_of("cwd of the child", path);
	show_names("in it", path);
	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	if (geteuid() == 0) {
		link_of("root of the child", path);
		strcat(path, "/inside");
		show_file("through it", path);
	}
	send_byte(down[1]);
	xwait(pid);
	return 0;
}
