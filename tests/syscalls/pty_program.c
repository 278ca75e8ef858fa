/* tests/syscalls/pty_program.c - a program whose standard streams are a terminal of its own. */
#include "pty_check.h"

/* The program: reads lines until the end of the file and answers. */
static int program(void)
{
	char line[100], name[64];

	printf("tty %d %d %d\n", isatty(0), isatty(1), isatty(2));
	printf("session leader %d, foreground %d\n", getsid(0) == getpid(),
	       tcgetpgrp(0) == getpgrp());
	printf("name found %d\n", ttyname_r(0, name, sizeof(name)) == 0);
	while (fgets(line, sizeof(line), stdin))
		printf("got %s", line);
	printf("end\n");
	return 5;
}

int main(int argc, char **argv)
{
	static char out[2000];
	struct pty t;
	size_t have = 0;
	ssize_t n;
	pid_t pid;

	(void)argv;
	if (argc > 1)
		return program();
	t = open_pty();
	set_lflags(t.slave, 0, ECHO);
	pid = xfork();
	if (pid == 0) {
		take_terminal(&t);
		for (int fd = 0; fd < 3; fd++)
			must(dup2(t.slave, fd));
		close(t.slave);
		close(t.master);
		execl("/proc/self/exe", "program", "run", NULL);
		_exit(99);
	}
	close(t.slave);
	type(t.master, "first line\nsecnod\x7f\x7f\x7fond line\n\x04");
	while ((n = read(t.master, out + have, sizeof(out) - 1 - have)) > 0)
		have += n;
	show("at the end", n);
	for (char *p = strtok(out, "\n"); p; p = strtok(NULL, "\n"))
		show_str("line", p);
	show_status("program", xwait(pid));
	return 0;
}
