/*
 * tests/syscalls/exec_state.c - execve(2): what a process keeps: pid, parent, group, session,
 * working directory, umask, limits, nice value, ids, children.
 */
#include "check.h"
#include <sys/resource.h>

int main(int argc, char **argv)
{
	struct rlimit rl = {100, 200};
	char text[128];
	pid_t child;

	if (argc > 1) {
		int pid, ppid, pgid, sid, kid, status;

		if (sscanf(argv[1], "%d %d %d %d %d", &pid, &ppid, &pgid, &sid, &kid) != 5)
			return 1;
		show_true("pid", pid == getpid());
		show_true("ppid", ppid == getppid());
		show_true("pgid", pgid == getpgrp());
		show_true("sid", sid == getsid(0));
		show("file in the cwd", access("here", R_OK));
		show("umask", umask(0));
		getrlimit(RLIMIT_NOFILE, &rl);
		say("limit: %d %d", (int)rl.rlim_cur, (int)rl.rlim_max);
		show("nice", getpriority(PRIO_PROCESS, 0));
		show_true("child is still ours", waitpid(kid, &status, 0) == kid);
		show_status("child", status);
		return 0;
	}
	mkdir("sub", 0755);
	if (chdir("sub") < 0)
		die("chdir");
	write_file("here", "x");
	umask(0123);
	setrlimit(RLIMIT_NOFILE, &rl);
	setpriority(PRIO_PROCESS, 0, 4);

	child = xfork();
	if (child == 0)
		_exit(17);
	snprintf(text, sizeof(text), "%d %d %d %d %d", getpid(), getppid(), getpgrp(), getsid(0),
		 child);
	execl("/proc/self/exe", "self", text, NULL);
	return 1;
}
