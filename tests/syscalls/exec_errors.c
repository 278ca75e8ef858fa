/*
 * tests/syscalls/exec_errors.c - execve(2): files that are not there, not allowed or no programs,
 * and bad pointers. The process goes on after each.
 */
#include "check.h"

static char *args[] = {"x", NULL};
static char *env[] = {NULL};

static void try(const char *what, const char *path)
{
	show(what, execve(path, args, env));
}

int main(void)
{
	char longname[300], longpath[5000];
	char *bad_argv[] = {"x", BAD_PTR, NULL};

	memset(longname, 'n', sizeof(longname) - 1);
	longname[sizeof(longname) - 1] = '\0';
	memset(longpath, '/', sizeof(longpath) - 1);
	longpath[sizeof(longpath) - 1] = '\0';

	mkdir("dir", 0755);
	write_file("plain", "hello\n");
	write_file("text", "hello\n");
	chmod("text", 0755);
	write_file("empty", "");
	chmod("empty", 0755);
	write_file("elf4", "\177ELF");
	chmod("elf4", 0755);
	if (symlink("loop", "loop") < 0 || symlink("missing", "dangling") < 0)
		die("symlink");
	if (mkfifo("fifo", 0755) < 0)
		die("mkfifo");

	try("missing", "missing");
	try("empty path", "");
	try("missing directory", "nodir/x");
	try("file as directory", "plain/x");
	try("trailing slash", "text/");
	try("not executable", "plain");
	try("directory", "dir");
	try("fifo", "fifo");
	try("device", "/dev/null");
	try("dangling link", "dangling");
	try("loop", "loop");
	try("name too long", longname);
	try("path too long", longpath);
	try("text without #!", "text");
	try("empty file", "empty");
	try("four bytes of ELF", "elf4");
	show("NULL path", execve(NULL_PTR, args, env));
	show("bad path", execve(BAD_PTR, args, env));
	show("bad argv", execve("/proc/self/exe", BAD_PTR, env));
	show("bad argv[1]", execve("/proc/self/exe", bad_argv, env));
	show("bad envp", execve("/proc/self/exe", args, BAD_PTR));
	show("bad env[1]", execve("/proc/self/exe", args, bad_argv));
	/* The file is looked at first. */
	show("missing file and bad argv", execve("missing", BAD_PTR, env));
	return 0;
}
