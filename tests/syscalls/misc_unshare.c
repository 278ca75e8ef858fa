/*
 * tests/syscalls/misc_unshare.c - unshare(2): files, fs, sysvsem; bad flags; users without
 * privilege get EPERM for namespaces.
 */
#include "check.h"
#include <pthread.h>
#include <sched.h>

static void *thread(void *arg)
{
	(void)arg;
	show("thread: CLONE_VM", unshare(CLONE_VM));
	show("thread: CLONE_SIGHAND", unshare(CLONE_SIGHAND));
	show("thread: CLONE_THREAD", unshare(CLONE_THREAD));
	show("thread: CLONE_FILES", unshare(CLONE_FILES));
	show("thread: CLONE_FS", unshare(CLONE_FS));
	close(100);
	return NULL;
}

int main(void)
{
	pthread_t t;

	show("nothing", unshare(0));
	show("CLONE_FILES", unshare(CLONE_FILES));
	show("CLONE_FS", unshare(CLONE_FS));
	show("CLONE_SYSVSEM", unshare(CLONE_SYSVSEM));
	show("CLONE_VM, alone", unshare(CLONE_VM));
	show("CLONE_THREAD, alone", unshare(CLONE_THREAD));
	show("CLONE_SIGHAND, alone", unshare(CLONE_SIGHAND));
	show("CLONE_VFORK", unshare(CLONE_VFORK));
	show("CLONE_PARENT", unshare(CLONE_PARENT));
	show("unknown", unshare(1 << 24));
	dup2(0, 100);
	pthread_create(&t, NULL, thread, NULL);
	pthread_join(t, NULL);
	show("descriptor closed by the thread", fcntl(100, F_GETFD));
	if (geteuid() == 0 && setuid(1000) < 0)
		die("setuid");
	show("user: CLONE_NEWUTS", unshare(CLONE_NEWUTS));
	show("user: CLONE_NEWIPC", unshare(CLONE_NEWIPC));
	show("user: CLONE_NEWNS", unshare(CLONE_NEWNS));
	show("user: CLONE_NEWPID", unshare(CLONE_NEWPID));
	show("user: CLONE_NEWNET", unshare(CLONE_NEWNET));
	show("user: sethostname", sethostname("x", 1));
	return 0;
}
