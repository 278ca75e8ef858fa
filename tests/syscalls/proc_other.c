/* tests/syscalls/proc_other.c - /proc/PID of a child: what its parent sees there. */
#include "fs_check.h"
#include <sys/prctl.h>

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
	static char buf[1 << 16];
	char link[4200] = "", exe[4200] = "";
	int up[2], down[2], ppid = 0;
	struct stat a, b;
	char *p;

	xmkdir("d", 0755);
	write_file("d/f", "content");
	xpipe(up);
	xpipe(down);
	pid = xfork();
	if (pid == 0) {
		int fd;

		must(prctl(PR_SET_NAME, "the child"));
		must(chdir("d"));
		umask(0123);
		fd = xopen("f", O_RDWR | O_APPEND, 0);
		must(dup2(fd, 170));
		must(lseek(170, 3, SEEK_SET));
		send_byte(up[1]);
		await_byte(down[0]);
		_exit(0);
	}
	await_byte(up[0]);
	show_file("comm", path("comm"));
	must(read_file(path("status"), buf, sizeof(buf)));
	p = strstr(buf, "\nPPid:\t");
	sscanf(p ? p : "", "\nPPid:\t%d", &ppid);
	show_true("PPid", ppid == getpid());
	p = strstr(buf, "\nUmask:\t");
	show_data("Umask", p ? p + 8 : "", p ? 4 : 0);
	must(stat(path("cwd"), &a));
	must(stat("d", &b));
	show_true("cwd", a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	must(readlink(path("exe"), link, sizeof(link) - 1));
	must(readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	show_true("exe", !strcmp(link, exe));
	show_file("fd/170", path("fd/170"));
	must(read_file(path("fdinfo/170"), buf, sizeof(buf)));
	show_data("fdinfo", buf, strcspn(buf, "\n"));
	show("fd/171", stat(path("fd/171"), &a));
	show("append through it", write(open(path("fd/170"), O_WRONLY), "X", 1));
	show_file("file", "d/f");
	show_true("maps", read_file(path("maps"), buf, sizeof(buf)) > 0);
	show_true("stack is there", strstr(buf, "[stack]") != NULL);
	show("task", stat(path("task"), &a));
	show("ns/mnt", stat(path("ns/mnt"), &a));
	show("nothing", stat(path("nothing"), &a));
	send_byte(down[1]);
	show_status("child", xwait(pid));
	show("comm", stat(path("comm"), &a));
	return 0;
}
