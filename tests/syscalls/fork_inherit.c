/*
 * tests/syscalls/fork_inherit.c - fork(2): working directory, umask, process group, session,
 * limits, nice value, name and personality are inherited, and later changes stay in the child.
 */
#include "check.h"
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int main(void)
{
	struct rlimit rl = {100, 200};
	char name[16], buf[8];
	struct stat a, b;

	mkdir("sub", 0755);
	write_file("top", "t");
	write_file("sub/below", "b");
	umask(027);
	setrlimit(RLIMIT_NOFILE, &rl);
	prctl(PR_SET_NAME, "inherited");
	setpriority(PRIO_PROCESS, 0, 3);
	personality(ADDR_NO_RANDOMIZE);
	stat(".", &a);

	pid_t pgid = getpgrp(), sid = getsid(0), pid = xfork();

	if (pid == 0) {
		stat(".", &b);
		show_true("child: cwd", a.st_ino == b.st_ino && a.st_dev == b.st_dev);
		show_true("child: pgid", getpgrp() == pgid);
		show_true("child: sid", getsid(0) == sid);
		getrlimit(RLIMIT_NOFILE, &rl);
		show_val("child: soft limit", rl.rlim_cur);
		show_val("child: hard limit", rl.rlim_max);
		prctl(PR_GET_NAME, name);
		show_str("child: name", name);
		show("child: nice", getpriority(PRIO_PROCESS, 0));
		show("child: personality", personality(0xffffffff));
		show("child: umask", umask(077));
		show("child: chdir", chdir("sub"));
		show("child: open below", read_file("below", buf, sizeof(buf)));
		rl.rlim_cur = 50;
		setrlimit(RLIMIT_NOFILE, &rl);
		prctl(PR_SET_NAME, "changed");
		setpgid(0, 0);
		_exit(0);
	}
	show_status("child", xwait(pid));
	show("open top", read_file("top", buf, sizeof(buf)));
	show("umask", umask(0));
	getrlimit(RLIMIT_NOFILE, &rl);
	show_val("soft limit", rl.rlim_cur);
	prctl(PR_GET_NAME, name);
	show_str("name", name);
	show_true("pgid", getpgrp() == pgid);
	return 0;
}
