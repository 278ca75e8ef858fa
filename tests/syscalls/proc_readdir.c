/* tests/syscalls/proc_readdir.c - the directory /proc: processes and fixed names. */
#include "fs_check.h"

static bool listed(const char *name, int *odd)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;
	int found = 0;
	long last = -1;

	if (!dir)
		die("/proc");
	*odd = 0;
	while ((d = readdir(dir))) {
		found += !strcmp(d->d_name, name);
		if (isdigit(d->d_name[0])) {
			/* Processes come in the order of their numbers, as directories. */
			*odd += atol(d->d_name) <= last || d->d_type != DT_DIR;
			last = atol(d->d_name);
		}
	}
	closedir(dir);
	return found == 1;
}

int main(void)
{
	static const char *const names[] = {
		"self",	  "thread-self", "meminfo", "cpuinfo", "mounts", "filesystems", "sys",
		"uptime", "loadavg",	 "stat",    "version", "net",	 "cmdline"};
	char name[32];
	int odd, gate[2];
	struct stat st;
	pid_t pid;

	snprintf(name, sizeof(name), "%d", getpid());
	show_true("myself", listed(name, &odd));
	show_val("odd entries", odd);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		show_true(names[i], listed(names[i], &odd));
	xpipe(gate);
	pid = xfork();
	if (pid == 0) {
		await_byte(gate[0]);
		_exit(0);
	}
	snprintf(name, sizeof(name), "%d", pid);
	show_true("a child", listed(name, &odd));
	send_byte(gate[1]);
	must(waitid(P_PID, pid, &(siginfo_t){0}, WEXITED | WNOWAIT));
	show_true("a zombie", listed(name, &odd));
	xwait(pid);
	show_true("after it was waited for", listed(name, &odd));
	must(stat("/proc", &st));
	say("%s %04o", type_name(st.st_mode), st.st_mode & 07777);
	return 0;
}
