/*
 * tests/syscalls/uid_user_errors.c - the set-id calls by a user without capabilities: EPERM, and
 * the ids stay.
 */
#include "check.h"
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/resource.h>

int main(void)
{
	uid_t me;
	gid_t groups[2] = {0, 1};

	chmod(".", 0777);
	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(1234) < 0 || setuid(1234) < 0))
		die("setuid");
	me = getuid();
	show("setuid 0", setuid(0));
	show("setuid other", setuid(me + 1));
	show("setuid self", setuid(me));
	show("setgid 0", setgid(0));
	show("seteuid 0", seteuid(0));
	show("setreuid", setreuid(-1, 0));
	show("setresuid", setresuid(me, me, 0));
	show("setresgid", setresgid(0, -1, -1));
	show("setgroups", setgroups(2, groups));
	show("setgroups none", setgroups(0, NULL));
	setfsuid(0);
	show_true("setfsuid had no effect", (uid_t)setfsuid(-1) == me);
	show_true("uids", getuid() == me && geteuid() == me);
	show("sethostname", sethostname("x", 1));
	show("chroot", chroot("."));
	show("setpriority below", setpriority(PRIO_PROCESS, 0, -5));
	write_file("own", "x");
	show("chown of the own file", chown("own", me + 1, -1));
	show("mknod of a device", mknod("dev", S_IFCHR | 0600, 0x103));
	return 0;
}
