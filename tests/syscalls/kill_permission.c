/*
 * tests/syscalls/kill_permission.c - kill(2) of other users' processes: EPERM, except SIGCONT in
 * the session, by the real or saved uid of the target. Root only.
 */
#include "check.h"

static pid_t target(uid_t r, uid_t e, uid_t s)
{
	int p[2];
	char c;

	xpipe(p);
	pid_t pid = xfork();

	if (pid == 0) {
		if (setresuid(r, e, s) < 0)
			_exit(1);
		close(p[0]);
		close(p[1]);
		for (;;)
			pause();
	}
	close(p[1]);
	if (read(p[0], &c, 1) < 0)
		die("read");
	close(p[0]);
	return pid;
}

int main(void)
{
	pid_t root, real, saved, eff, other;

	if (geteuid() != 0)
		return 0;
	root = target(0, 0, 0);
	real = target(1000, 3000, 3000);
	eff = target(3000, 1000, 3000);
	saved = target(3000, 3000, 1000);
	other = target(4000, 4000, 1001);

	if (setresuid(1000, 1001, 0) < 0)
		die("setresuid");
	/* Our effective and real uid are compared with the target's real and saved uid. */
	show("root", kill(root, 0));
	show("root SIGCONT", kill(root, SIGCONT));
	show("real", kill(real, 0));
	show("effective", kill(eff, 0));
	show("effective SIGCONT", kill(eff, SIGCONT));
	show("saved", kill(saved, 0));
	show("our effective, its saved", kill(other, 0));
	show("tgkill root", raw(SYS_tgkill, root, root, SIGTERM));
	show("tkill real", raw(SYS_tkill, real, 0));
	show("sigqueue root", sigqueue(root, SIGTERM, (union sigval){0}));
	show("bad signal, no permission", kill(root, 65));
	if (seteuid(0) < 0)
		die("seteuid");
	show("as root", kill(eff, 0));
	kill(root, SIGKILL);
	kill(real, SIGKILL);
	kill(eff, SIGKILL);
	kill(saved, SIGKILL);
	kill(other, SIGKILL);
	for (int i = 0; i < 5; i++)
		show_status("target", xwait(-1));
	return 0;
}
