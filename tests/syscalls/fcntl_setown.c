/* tests/syscalls/fcntl_setown.c - fcntl(2): F_SETOWN, F_GETOWN, their _EX forms, F_SETSIG. */
#include "fs_check.h"

static void owner(const char *what, int fd)
{
	struct f_owner_ex ex = {99, 99};
	long old;

	/* A small negative result looks like an error. */
	old = raw(SYS_fcntl, fd, F_GETOWN, 0);
	if (old == -1)
		old = -errno;
	show("F_GETOWN_EX", fcntl(fd, F_GETOWN_EX, &ex));
	say("%s: is me %d, is my group %d, none %d; type %d, is me %d, is my group %d", what,
	    old == getpid(), old == -getpgrp(), old == 0, ex.type, ex.pid == getpid(),
	    ex.pid == getpgrp());
}

int main(void)
{
	struct f_owner_ex ex;
	int p[2];
	pid_t gone;

	setpgid(0, 0);
	xpipe(p);
	owner("at first", p[0]);
	show("F_SETOWN me", fcntl(p[0], F_SETOWN, getpid()));
	owner("then", p[0]);
	show("F_SETOWN group", fcntl(p[0], F_SETOWN, -getpgrp()));
	owner("then", p[0]);
	show("F_SETOWN none", fcntl(p[0], F_SETOWN, 0));
	owner("then", p[0]);
	gone = xfork();
	if (gone == 0)
		_exit(0);
	xwait(gone);
	show("F_SETOWN gone", fcntl(p[0], F_SETOWN, gone));
	show("F_SETOWN INT_MIN", raw(SYS_fcntl, p[0], F_SETOWN, (long)(int)0x80000000));
	ex = (struct f_owner_ex){F_OWNER_TID, getpid()};
	show("F_SETOWN_EX tid", fcntl(p[0], F_SETOWN_EX, &ex));
	owner("then", p[0]);
	ex = (struct f_owner_ex){F_OWNER_PGRP, getpgrp()};
	show("F_SETOWN_EX group", fcntl(p[0], F_SETOWN_EX, &ex));
	owner("then", p[0]);
	ex = (struct f_owner_ex){F_OWNER_PID, getpid()};
	show("F_SETOWN_EX pid", fcntl(p[0], F_SETOWN_EX, &ex));
	owner("then", p[0]);
	ex = (struct f_owner_ex){F_OWNER_PID, gone};
	show("F_SETOWN_EX gone", fcntl(p[0], F_SETOWN_EX, &ex));
	ex = (struct f_owner_ex){17, getpid()};
	show("F_SETOWN_EX bad type", fcntl(p[0], F_SETOWN_EX, &ex));
	show("F_SETSIG", fcntl(p[0], F_SETSIG, SIGUSR2));
	show_true("F_GETSIG", fcntl(p[0], F_GETSIG) == SIGUSR2);
	show("F_SETSIG 0", fcntl(p[0], F_SETSIG, 0));
	show("F_GETSIG", fcntl(p[0], F_GETSIG));
	return 0;
}
