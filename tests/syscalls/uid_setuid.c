/*
 * tests/syscalls/uid_setuid.c - setuid(2), seteuid, setreuid, setresuid and their group twins: what
 * root may do, what a user may, the saved id. Root only.
 */
#include "check.h"

static void look(const char *what)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	getresuid(&r, &e, &s);
	getresgid(&rg, &eg, &sg);
	say("%s: uids %d %d %d gids %d %d %d", what, r, e, s, rg, eg, sg);
}

static int drop(void *arg)
{
	(void)arg;
	show("setgid", setgid(100));
	show("setuid", setuid(1000));
	look("dropped");
	show("setuid 0", setuid(0));
	show("setgid 0", setgid(0));
	show("seteuid 0", seteuid(0));
	show("setreuid", setreuid(0, 0));
	show("setresuid", setresuid(-1, 0, -1));
	show("setuid same", setuid(1000));
	show("setresuid nothing", setresuid(-1, -1, -1));
	look("end");
	return 0;
}

static int temporary(void *arg)
{
	(void)arg;
	show("setegid", setegid(100));
	show("seteuid", seteuid(1000));
	look("temporary");
	show("setuid other", setuid(2000));
	show("setgid other", setgid(2000));
	show("setuid real", setuid(0));
	look("back by setuid");
	return 0;
}

static int reuid(void *arg)
{
	(void)arg;
	show("setreuid 1000 2000", setreuid(1000, 2000));
	look("saved follows the effective");
	show("setreuid swap", setreuid(2000, 1000));
	look("swapped");
	show("setreuid -1 2000", setreuid(-1, 2000));
	look("saved again");
	show("setreuid 3000", setreuid(3000, -1));
	show("setresuid rotate", setresuid(2000, 2000, 2000));
	look("end");
	show("setresuid 1000", setresuid(1000, -1, -1));
	return 0;
}

static int resuid(void *arg)
{
	(void)arg;
	show("setresgid", setresgid(10, 20, 30));
	show("setresuid", setresuid(1, 2, 3));
	look("three ids");
	show("setresuid rotate", setresuid(3, 1, 2));
	look("rotated");
	show("setresuid other", setresuid(4, -1, -1));
	show("setuid to the saved", setuid(2));
	look("effective only");
	show("setresgid rotate", setresgid(20, 30, 10));
	look("end");
	return 0;
}

static int regid(void *arg)
{
	(void)arg;
	show("setregid 100 200", setregid(100, 200));
	look("saved follows the effective");
	show("setuid", setuid(1000));
	show("setregid swap", setregid(200, 100));
	look("swapped");
	show("setregid 300", setregid(300, 300));
	show("setegid 300", setegid(300));
	return 0;
}

int main(void)
{
	if (geteuid() != 0)
		return 0;
	show_status("drop", run_child(drop, NULL));
	show_status("temporary", run_child(temporary, NULL));
	show_status("reuid", run_child(reuid, NULL));
	show_status("resuid", run_child(resuid, NULL));
	show_status("regid", run_child(regid, NULL));
	show("setuid -1", setuid(-1));
	show("setgid -1", setgid(-1));
	show("setresuid -1", setresuid(-1, -1, -1));
	look("still root");
	return 0;
}
