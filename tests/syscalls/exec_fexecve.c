/*
 * tests/syscalls/exec_fexecve.c - execveat(2) by descriptor alone: read-only, O_PATH and
 * close-on-exec ones, a memfd, and what cannot be executed.
 */
#include "check.h"
#include <sys/auxv.h>
#include <sys/mman.h>

static char *env[] = {NULL};

static void run(const char *what, int fd)
{
	char *args[] = {"self", "child", NULL};
	pid_t pid = xfork();

	if (pid == 0) {
		raw(SYS_execveat, fd, "", args, env, AT_EMPTY_PATH);
		show_str(what, errno_name(errno));
		_exit(1);
	}
	show_status(what, xwait(pid));
}

int main(int argc, char **argv)
{
	static char buf[1 << 16];
	ssize_t n;

	(void)argv;
	if (argc > 1) {
		const char *name = (const char *)getauxval(AT_EXECFN);

		show_true("child: named /dev/fd/N", name && !strncmp(name, "/dev/fd/", 8));
		return 12;
	}
	copy_self("prog");
	write_file("plain", "x");
	mkdir("dir", 0755);

	int fd = open("prog", O_RDONLY);

	run("read-only", fd);
	run("close-on-exec", open("prog", O_RDONLY | O_CLOEXEC));
	run("O_PATH", open("prog", O_PATH));
	run("not executable", open("plain", O_RDONLY));
	run("directory", open("dir", O_RDONLY));
	run("bad descriptor", 999);

	int mem = memfd_create("prog", MFD_CLOEXEC);

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (write(mem, buf, n) != n)
			die("write");
	run("memfd", open("/proc/self/fd/999", O_RDONLY));
	snprintf(buf, sizeof(buf), "/proc/self/fd/%d", mem);
	n = open(buf, O_RDONLY | O_CLOEXEC);
	close(mem);
	run("memfd, read-only", n);
	unlink("prog");
	run("unlinked", fd);
	return 0;
}
