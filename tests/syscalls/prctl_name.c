/*
 * tests/syscalls/prctl_name.c - prctl(2) PR_SET_NAME, PR_GET_NAME: cut at 15 bytes, per thread,
 * inherited by fork; writing /proc/self/comm.
 */
#include "check.h"
#include <pthread.h>
#include <sys/prctl.h>

static void look(const char *what)
{
	char name[17];

	memset(name, 'Z', sizeof(name));
	prctl(PR_GET_NAME, name);
	show_data(what, name, sizeof(name));
}

static void *thread(void *arg)
{
	(void)arg;
	look("thread, at start");
	prctl(PR_SET_NAME, "thread");
	look("thread");
	return NULL;
}

int main(void)
{
	pthread_t t;
	char buf[32];

	show("set", prctl(PR_SET_NAME, "short"));
	look("short");
	show("set", prctl(PR_SET_NAME, "a name of more than fifteen bytes"));
	look("cut");
	show("set", prctl(PR_SET_NAME, ""));
	look("empty");
	show("set", prctl(PR_SET_NAME, "with \n ) in it"));
	look("odd");
	show("read comm", read_file("/proc/self/comm", buf, sizeof(buf)));
	show_str("comm", buf);
	write_file("/proc/self/comm", "by file");
	look("by file");
	write_file("/proc/self/comm", "by file with newline\n");
	look("by file");
	prctl(PR_SET_NAME, "main");
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	look("main");
	if (xfork() == 0) {
		look("child");
		_exit(0);
	}
	wait(NULL);
	show("bad pointer", prctl(PR_SET_NAME, BAD_PTR));
	show("bad pointer", prctl(PR_GET_NAME, BAD_PTR));
	return 0;
}
