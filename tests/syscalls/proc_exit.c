/* tests/syscalls/proc_exit.c - /proc/PID of a zombie and of a process that is gone. */
#include "fs_check.h"

static pid_t pid;

static const char *path(const char *name)
{
	static char buf[4][64];
	static int next;
	char *p = buf[next++ % 4];

	snprintf(p, 64, "/proc/%d/%s", pid, name);
	return p;
}

int main(void)
{
	char buf[4096], *p;
	int status_fd, dir_fd, cmd_fd, gate[2];
	struct stat st;
	siginfo_t si;

	xpipe(gate);
	pid = xfork();
	if (pid == 0) {
		await_byte(gate[0]);
		_exit(3);
	}
	dir_fd = xopen(path(""), O_RDONLY, 0);
	status_fd = xopen(path("status"), O_RDONLY, 0);
	cmd_fd = xopen(path("cmdline"), O_RDONLY, 0);
	send_byte(gate[1]);
	must(waitid(P_PID, pid, &si, WEXITED | WNOWAIT));
	say("zombie:");
	must(read_file(path("status"), buf, sizeof(buf)));
	p = strstr(buf, "\nState:");
	show_data("  State", p ? p + 1 : "", p ? strcspn(p + 1, "\n") : 0);
	show_true("  no memory", !strstr(buf, "\nVmSize:"));
	show_file("  cmdline", path("cmdline"));
	show_file("  maps", path("maps"));
	show_link("  exe", path("exe"));
	show_link("  cwd", path("cwd"));
	show("  stat of fd/1", stat(path("fd/1"), &st));
	show("  stat of comm", stat(path("comm"), &st));
	show("  wait", waitpid(pid, NULL, 0) == pid ? 0 : -1);
	say("gone:");
	show("  stat", stat(path(""), &st));
	show_fd("  open of status", open(path("status"), O_RDONLY));
	show("  read of the open status", read(status_fd, buf, sizeof(buf)));
	show("  read of the open cmdline", read(cmd_fd, buf, sizeof(buf)));
	show("  getdents64", raw(SYS_getdents64, dir_fd, buf, sizeof(buf)));
	show("  fstat", fstat(status_fd, &st));
	show("process 0", stat("/proc/0", &st));
	show("process -1", stat("/proc/-1", &st));
	show("process 01", stat("/proc/01", &st));
	show("process 1x", stat("/proc/1x", &st));
	show("process 4000000000", stat("/proc/4000000000", &st));
	return 0;
}
