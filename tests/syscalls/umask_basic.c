/* tests/syscalls/umask_basic.c - umask(2): values, inheritance, and the calls it applies to. */
#include "fs_check.h"

static int child(void *arg)
{
	(void)arg;
	say("child has %03o", umask(011));
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		say("after execve %03o", umask(0));
		return 0;
	}
	umask(022);
	say("was %03o", umask(0777));
	say("was %03o", umask(07777));
	say("was %03o", umask(0x7fffffff));
	say("was %03o", umask(027));
	run_child(child, NULL);
	say("parent has %03o", umask(027));
	close(xopen("file", O_WRONLY | O_CREAT, 0666));
	show_mode("open", "file");
	xmkdir("dir", 0777);
	show_mode("mkdir", "dir");
	must(mkfifo("fifo", 0666));
	show_mode("mkfifo", "fifo");
	must(mknod("node", S_IFREG | 0666, 0));
	show_mode("mknod", "node");
	xsymlink("x", "link");
	show_mode("symlink", "link");
	xchmod("file", 0666);
	show_mode("chmod", "file");
	fflush(stdout);
	execl("/proc/self/exe", "self", "after", NULL);
	die("execl");
}
