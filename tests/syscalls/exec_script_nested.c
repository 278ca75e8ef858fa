/*
 * tests/syscalls/exec_script_nested.c - execve(2): scripts whose interpreters are scripts, with the
 * argv that comes out at the end, up to the depth that fails with ELOOP.
 */
#include "check.h"

int main(int argc, char **argv)
{
	char name[16], text[64];

	if (argc > 1) {
		for (int i = 0; i < argc; i++)
			show_str("\targv", argv[i]);
		return 0;
	}
	copy_self("s0");
	for (int i = 1; i < 9; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		snprintf(text, sizeof(text), "#!./s%d arg%d\n", i - 1, i);
		write_file(name, text);
		chmod(name, 0755);
	}
	for (int i = 1; i < 9; i++) {
		pid_t pid;

		snprintf(name, sizeof(name), "./s%d", i);
		pid = xfork();
		if (pid == 0) {
			execl(name, "argv0", "user", NULL);
			show_str(name, errno_name(errno));
			_exit(1);
		}
		show_status(name, xwait(pid));
	}
	return 0;
}
