/* tests/syscalls/proc_self.c - /proc/self and /proc/thread-self: whose they are. */
#include "fs_check.h"
#include <pthread.h>

static void where(const char *who)
{
	char buf[64] = "", want[64];

	must(readlink("/proc/self", buf, sizeof(buf) - 1));
	snprintf(want, sizeof(want), "%d", getpid());
	say("%s: self is me %d", who, !strcmp(buf, want));
	memset(buf, 0, sizeof(buf));
	must(readlink("/proc/thread-self", buf, sizeof(buf) - 1));
	snprintf(want, sizeof(want), "%d/task/%d", getpid(), gettid());
	say("%s: thread-self is me %d", who, !strcmp(buf, want));
}

static void *thread(void *arg)
{
	char buf[64] = "";

	where(arg);
	pthread_setname_np(pthread_self(), "second");
	read_file("/proc/thread-self/comm", buf, sizeof(buf));
	show_str("comm of the thread", buf);
	return NULL;
}

static int child(void *arg)
{
	where(arg);
	return 0;
}

int main(void)
{
	struct stat a, b;
	pthread_t t;
	char path[64];

	where("process");
	run_child(child, "child");
	if (pthread_create(&t, NULL, thread, "thread"))
		die("pthread_create");
	pthread_join(t, NULL);
	show("lstat", lstat("/proc/self", &a));
	show_str("kind", type_name(a.st_mode));
	show("stat", stat("/proc/self", &a));
	show_str("kind", type_name(a.st_mode));
	snprintf(path, sizeof(path), "/proc/%d", getpid());
	show("stat", stat(path, &b));
	show_true("the same", a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	show_true("owner is me", a.st_uid == geteuid() && a.st_gid == getegid());
	show_val("mode", a.st_mode & 07777);
	show("chdir", chdir("/proc/self"));
	show_file("comm", "comm");
	show("chdir", chdir("/"));
	show_link("/proc/mounts", "/proc/mounts");
	show_link("/proc/net", "/proc/net");
	return 0;
}
