/* tests/syscalls/pty_isatty.c - isatty(3), ttyname(3): terminals and other things. */
#include "pty_check.h"

static void try(const char *what, int fd)
{
	char name[64];

	errno = 0;
	show(what, isatty(fd) ? 1 : -1);
	show_err("  ttyname_r", ttyname_r(fd, name, sizeof(name)));
}

int main(void)
{
	struct pty t = open_pty();
	char name[64];
	int p[2];

	try("slave", t.slave);
	show_err("ttyname_r", ttyname_r(t.slave, name, sizeof(name)));
	show_true("is the name of the slave", !strcmp(name, t.name));
	show_err("small buffer", ttyname_r(t.slave, name, 4));
	show("isatty of the master", isatty(t.master));
	xpipe(p);
	try("pipe", p[0]);
	try("file", xopen("f", O_RDWR | O_CREAT, 0644));
	try("directory", xopen(".", O_RDONLY, 0));
	try("/dev/null", xopen("/dev/null", O_RDWR, 0));
	try("closed", closed_fd());
	try("O_PATH", xopen(t.name, O_PATH, 0));
	show("read-only slave", isatty(xopen(t.name, O_RDONLY | O_NOCTTY, 0)));
	return 0;
}
