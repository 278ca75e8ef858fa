/*
 * tests/syscalls/exec_execveat.c - execveat(2) with a directory descriptor: relative and absolute
 * paths, AT_SYMLINK_NOFOLLOW, bad flags, scripts.
 */
#include "check.h"
#include <sys/auxv.h>

static void run(const char *what, int dirfd, const char *path, int flags)
{
	char *args[] = {"argv0", "child", NULL}, *env[] = {NULL};
	pid_t pid = xfork();

	if (pid == 0) {
		raw(SYS_execveat, dirfd, path, args, env, flags);
		show_str(what, errno_name(errno));
		_exit(1);
	}
	show_status(what, xwait(pid));
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		const char *name = (const char *)getauxval(AT_EXECFN);
		char *p;

		/* Descriptor numbers are of no interest. */
		p = strdup(argc > 2 ? argv[1] : name);
		for (char *q = p; *q; q++)
			if (isdigit(*q))
				*q = 'N';
		show_str(argc > 2 ? "script" : "name", p);
		return 3;
	}
	mkdir("dir", 0755);
	copy_self("dir/prog");
	if (symlink("prog", "dir/link") < 0)
		die("symlink");
	write_file("dir/script", "#!dir/prog\n");
	chmod("dir/script", 0755);

	int dir = open("dir", O_RDONLY | O_DIRECTORY);
	int cloexec = open("dir", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int file = open("dir/prog", O_RDONLY);
	int script = open("dir/script", O_RDONLY);
	int script_cloexec = open("dir/script", O_RDONLY | O_CLOEXEC);

	run("AT_FDCWD", AT_FDCWD, "dir/prog", 0);
	run("relative", dir, "prog", 0);
	run("absolute", dir, "/proc/self/exe", 0);
	run("absolute with a bad descriptor", 999, "/proc/self/exe", 0);
	run("link", dir, "link", 0);
	run("link not followed", dir, "link", AT_SYMLINK_NOFOLLOW);
	run("file not followed", dir, "prog", AT_SYMLINK_NOFOLLOW);
	run("missing", dir, "missing", 0);
	run("empty path", file, "", 0);
	run("empty path allowed", file, "", AT_EMPTY_PATH);
	run("path below a file", file, "x", 0);
	run("bad descriptor", 999, "prog", 0);
	run("bad flags", dir, "prog", 0x40000000);
	run("script", dir, "script", 0);
	run("script by descriptor", script, "", AT_EMPTY_PATH);
	run("script by cloexec descriptor", script_cloexec, "", AT_EMPTY_PATH);
	run("script in cloexec directory", cloexec, "script", 0);
	run("program in cloexec directory", cloexec, "prog", 0);
	return 0;
}
