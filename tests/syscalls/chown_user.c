/* tests/syscalls/chown_user.c - chown(2) by an ordinary user: to groups of one's own only. */
#include "fs_check.h"

static void group(const char *what, const char *path)
{
	struct stat st;

	must(lstat(path, &st));
	say("%s: %d:%d", what, (int)st.st_uid, (int)st.st_gid);
}

int main(void)
{
	gid_t groups[2] = {GROUP_A, GROUP_B};

	if (geteuid() != 0) {
		say("needs root");
		return 0;
	}
	umask(022);
	xchmod(".", 0755);
	write_file("mine", "x");
	xchown("mine", USER_A, GROUP_A);
	write_file("other", "x");
	xchown("other", USER_B, GROUP_A);
	xsymlink("other", "otherlink");
	xsymlink("mine", "minelink");
	xchown("minelink", USER_A, GROUP_A);
	must(setgroups(2, groups));
	must(setresgid(GROUP_A, GROUP_A, GROUP_A));
	must(setresuid(USER_A, USER_A, USER_A));
	show("to a supplementary group", chown("mine", -1, GROUP_B));
	group("mine", "mine");
	show("back", chown("mine", USER_A, GROUP_A));
	group("mine", "mine");
	show("to a foreign group", chown("mine", -1, 555));
	show("to another user", chown("mine", USER_B, -1));
	show("to root", chown("mine", 0, 0));
	show("nothing", chown("mine", -1, -1));
	show("other's file to my group", chown("other", -1, GROUP_B));
	show("other's file to me", chown("other", USER_A, -1));
	show("other's file, nothing", chown("other", -1, -1));
	show("other's file through a symlink", chown("otherlink", -1, GROUP_B));
	show("own symlink", lchown("minelink", -1, GROUP_B));
	group("symlink", "minelink");
	show("root's symlink", lchown("otherlink", -1, GROUP_B));
	return 0;
}
