/* tests/syscalls/perm_seteuid.c - the effective, the real and the file system user decide. */
#include "fs_check.h"
#include <sys/fsuid.h>

static void try(const char *what)
{
	int a = open("a", O_RDONLY), b = open("b", O_RDONLY);
	struct stat st;
	int fd;

	unlink("d/new");
	fd = open("d/new", O_WRONLY | O_CREAT, 0600);
	say("%s: a %d, b %d", what, a >= 0, b >= 0);
	if (fd >= 0) {
		must(fstat(fd, &st));
		say("  new file is of %d:%d", (int)st.st_uid, (int)st.st_gid);
	} else {
		show("  new file", -1);
	}
}

int main(void)
{
	if (geteuid() != 0) {
		say("needs root");
		return 0;
	}
	umask(0);
	xchmod(".", 0755);
	write_file("a", "x");
	write_file("b", "x");
	xchmod("a", 0600);
	xchmod("b", 0600);
	xchown("a", USER_A, GROUP_A);
	xchown("b", USER_B, GROUP_B);
	xmkdir("d", 0777);
	must(setgroups(0, NULL));
	try("root");
	must(setegid(GROUP_A));
	must(seteuid(USER_A));
	try("effective a");
	must(seteuid(0));
	must(setegid(0));
	try("root again");
	must(setresuid(USER_A, 0, 0));
	try("real a");
	must(setresuid(0, USER_B, 0));
	try("effective b");
	must(setresuid(0, 0, 0));
	say("setfsuid was %d", setfsuid(USER_A));
	say("setfsgid was %d", setfsgid(GROUP_A));
	try("file system a");
	say("setfsuid was %d", setfsuid(-1));
	say("setfsuid was %d", setfsuid(0));
	say("setfsgid was %d", setfsgid(0));
	try("root");
	return 0;
}
