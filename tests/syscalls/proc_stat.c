/* tests/syscalls/proc_stat.c - /proc/self/stat: the fields, and a name with blanks and brackets. */
#include "fs_check.h"
#include <sys/prctl.h>

static char name[64];
static long long f[64];
static char state;

/* Reads the fields; f[n] is field n as proc(5) counts them. Returns how many there are. */
static int load(const char *path)
{
	char buf[2048], *open, *close, *save = NULL;
	int n = 4;

	must(read_file(path, buf, sizeof(buf)));
	open = strchr(buf, '(');
	close = strrchr(buf, ')');
	if (!open || !close)
		die("stat");
	f[1] = atoll(buf);
	snprintf(name, sizeof(name), "%.*s", (int)(close - open - 1), open + 1);
	state = close[2];
	for (char *p = strtok_r(close + 4, " \n", &save); p && n < 64;
	     p = strtok_r(NULL, " \n", &save))
		f[n++] = strtoull(p, NULL, 10);
	return n - 1;
}

int main(void)
{
	long long start;
	siginfo_t si;
	char path[64];
	pid_t pid;

	must(prctl(PR_SET_NAME, "a) b (c"));
	show_val("fields", load("/proc/self/stat"));
	show_true("pid", f[1] == getpid());
	show_str("name", name);
	say("state %c", state);
	show_true("ppid", f[4] == getppid());
	show_true("pgrp", f[5] == getpgrp());
	show_true("session", f[6] == getsid(0));
	show_true("threads", f[20] == 1);
	show_true("start time", f[22] >= 0);
	show_true("virtual size", f[23] > 100000);
	show_true("resident pages", f[24] > 0);
	show_val("reserved field 21", f[21]);
	start = f[22];
	show_val("fields of the thread", load("/proc/thread-self/stat"));
	show_true("the same start", f[22] == start);
	pid = xfork();
	if (pid == 0) {
		must(prctl(PR_SET_NAME, "child"));
		setsid();
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int i = 0; i < 1000; i++) {
		load(path);
		if (state == 'S' && f[6] == pid && !strcmp(name, "child"))
			break;
		nap_ms(1);
	}
	show_str("child's name", name);
	say("state %c", state);
	show_true("parent", f[4] == getpid());
	show_true("session", f[6] == pid);
	show_true("not older", f[22] >= start);
	kill(pid, SIGSTOP);
	must(waitpid(pid, NULL, WUNTRACED));
	load(path);
	say("stopped %c", state);
	kill(pid, SIGKILL);
	must(waitid(P_PID, pid, &si, WEXITED | WNOWAIT));
	load(path);
	say("dead %c", state);
	show_str("name", name);
	xwait(pid);
	show_fd("gone", open(path, O_RDONLY));
	return 0;
}
