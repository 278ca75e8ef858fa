/* tests/syscalls/pty_exclusive.c - TIOCEXCL: nobody but root opens the terminal once more. */
#include "pty_check.h"

static void try(void *arg)
{
	struct pty t = open_pty();
	int on = -1;

	(void)arg;
	show_fd("open", open(t.name, O_RDWR | O_NOCTTY));
	show("TIOCEXCL", ioctl(t.slave, TIOCEXCL));
	show("TIOCGEXCL", ioctl(t.slave, TIOCGEXCL, &on));
	show_val("is", on);
	show_fd("open", open(t.name, O_RDWR | O_NOCTTY));
	show("TIOCNXCL", ioctl(t.slave, TIOCNXCL));
	show_fd("open", open(t.name, O_RDWR | O_NOCTTY));
}

int main(void)
{
	if (geteuid() == 0) {
		as_user(USER_A, GROUP_A, try, NULL);
		say("root:");
	}
	try(NULL);
	return 0;
}
