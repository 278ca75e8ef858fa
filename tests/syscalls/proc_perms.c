/* tests/syscalls/proc_perms.c - /proc/PID of another user: what stays closed. */
#include "fs_check.h"

static pid_t pid;

static void try(const char *name)
{
	char path[64], buf[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	n = read_file(path, buf, sizeof(buf));
	if (n < 0)
		show(name, n);
	else
		say("%s: can be read", name);
}

static void try_link(const char *name)
{
	char path[64], buf[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	show_ok(name, readlink(path, buf, sizeof(buf)));
}

static void try_dir(const char *name)
{
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	dir = opendir(path);
	show_ok(name, dir ? 0 : -1);
	if (dir)
		closedir(dir);
}

static void all(void *arg)
{
	char path[64];

	(void)arg;
	try("stat");
	try("status");
	try("statm");
	try("cmdline");
	try("comm");
	try("mounts");
	try("limits");
	try("oom_score_adj");
	try("environ");
	try("maps");
	try("auxv");
	try_link("exe");
	try_link("cwd");
	try_link("root");
	try_link("fd/1");
	try_link("ns/uts");
	try_dir("fd");
	try_dir("fdinfo");
	try_dir("task");
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	show_fd("mem", open(path, O_RDONLY));
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	show_fd("oom_score_adj for writing", open(path, O_WRONLY));
}

int main(void)
{
	int up[2];

	xpipe(up);
	if (geteuid() != 0) {
		pid = getpid();
		all(NULL);
		return 0;
	}
	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	say("root's, for user a:");
	as_user(USER_A, GROUP_A, all, NULL);
	kill(pid, SIGKILL);
	xwait(pid);
	pid = xfork();
	if (pid == 0) {
		become(USER_A, GROUP_A);
		send_byte(up[1]);
		for (;;)
			pause();
	}
	await_byte(up[0]);
	say("user a's, for user b:");
	as_user(USER_B, GROUP_B, all, NULL);
	say("user a's, for root:");
	all(NULL);
	kill(pid, SIGKILL);
	xwait(pid);
	return 0;
}
