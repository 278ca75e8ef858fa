/*
 * tests/syscalls/exec_script_errors.c - execve(2) of "#!" scripts that do not work: no interpreter,
 * one that is missing, not executable or no program; first lines that are too long.
 */
#include "check.h"

static void run(const char *what, const char *line)
{
	char *args[] = {"script", NULL};
	char *env[] = {NULL};
	pid_t pid;

	write_file("script", line);
	chmod("script", 0755);
	pid = xfork();
	if (pid == 0) {
		execve("./script", args, env);
		say("%s: %s", what, errno_name(errno));
		_exit(1);
	}
	xwait(pid);
}

int main(int argc, char **argv)
{
	char line[1024];

	if (argc > 1) {
		say("interpreter has argc %d, argv[1] of %zu bytes", argc, strlen(argv[1]));
		return 0;
	}
	copy_self("interp");
	mkdir("dir", 0755);
	write_file("plain", "x");
	write_file("text", "x");
	chmod("text", 0755);

	run("empty line", "#!\n");
	run("blanks", "#!  \t \n");
	run("space before", " #!./interp\n");
	run("missing interpreter", "#!./missing\n");
	run("carriage return", "#!./interp\r\n");
	run("interpreter is a directory", "#!./dir\n");
	run("interpreter is not executable", "#!./plain\n");
	run("interpreter is a text", "#!./text\n");
	run("interpreter is itself", "#!./script\n");

	/* 255 bytes are looked at: an argument is cut there, a path is not. */
	memset(line, 'a', sizeof(line));
	memcpy(line, "#!./interp ", 11);
	strcpy(line + 200, "\n");
	run("line of 200", line);
	memset(line + 200, 'a', 200);
	strcpy(line + 400, "\n");
	run("line of 400", line);
	memset(line + 2, '/', 398);
	memcpy(line + 2, ".", 1);
	memcpy(line + 394, "interp", 6);
	run("path longer than the line", line);

	memset(line, ' ', sizeof(line));
	memcpy(line, "#!", 2);
	strcpy(line + 300, "./interp\n");
	run("path after too many blanks", line);
	return 0;
}
