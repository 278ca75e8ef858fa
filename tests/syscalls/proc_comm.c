/* tests/syscalls/proc_comm.c - /proc/PID/comm: reading, writing, threads, permissions. */
#include "fs_check.h"
#include <pthread.h>
#include <sys/prctl.h>

static int gate[2], up[2];
static pid_t tid;

static void *thread(void *arg)
{
	char buf[16] = "";

	(void)arg;
	tid = gettid();
	must(prctl(PR_SET_NAME, "thread"));
	show_file("thread, self", "/proc/self/comm");
	show_file("thread, thread-self", "/proc/thread-self/comm");
	send_byte(up[1]);
	await_byte(gate[0]);
	must(prctl(PR_GET_NAME, buf));
	show_str("thread was renamed", buf);
	return NULL;
}

static void set(const char *what, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		show(what, fd);
	else
		show(what, write(fd, text, strlen(text)));
	close(fd);
}

static void as_stranger(void *arg)
{
	show_file("stranger reads", arg);
	set("stranger writes", arg, "x");
}

int main(void)
{
	char path[64], buf[32] = "";
	struct stat st;
	pthread_t t;
	pid_t pid;

	must(prctl(PR_SET_NAME, "by prctl"));
	show_file("prctl", "/proc/self/comm");
	set("write", "/proc/self/comm", "written");
	show_file("comm", "/proc/self/comm");
	must(prctl(PR_GET_NAME, buf));
	show_str("PR_GET_NAME", buf);
	set("write too much", "/proc/self/comm", "0123456789abcdefghijk");
	show_file("comm", "/proc/self/comm");
	set("write nothing", "/proc/self/comm", "");
	show_file("comm", "/proc/self/comm");
	set("with a newline", "/proc/self/comm", "two\nlines\n");
	show_file("comm", "/proc/self/comm");
	must(stat("/proc/self/comm", &st));
	say("%s %04o, size %ld", type_name(st.st_mode), st.st_mode & 07777, (long)st.st_size);
	xpipe(gate);
	xpipe(up);
	if (pthread_create(&t, NULL, thread, NULL))
		die("pthread_create");
	await_byte(up[0]);
	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", tid);
	set("rename the thread", path, "other");
	send_byte(gate[1]);
	pthread_join(t, NULL);
	show_file("comm", "/proc/self/comm");
	pid = xfork();
	if (pid == 0)
		for (;;)
			pause();
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	set("another process", path, "mine");
	show_file("its name", path);
	if (geteuid() == 0)
		as_user(USER_A, GROUP_A, as_stranger, path);
	kill(pid, SIGKILL);
	xwait(pid);
	return 0;
}
