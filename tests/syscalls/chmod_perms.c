/* tests/syscalls/chmod_perms.c - chmod(2): who may, and when the setgid bit is dropped. */
#include "fs_check.h"

static void as_a(void *arg)
{
	(void)arg;
	show("root's file", chmod("rootfile", 0777));
	show("own file", chmod("afile", 0640));
	show_mode("own file", "afile");
	show("own file, foreign group, setgid", chmod("agroup", 02755));
	show_mode("the bit is dropped", "agroup");
	show("own file, own group, setgid", chmod("afile", 02755));
	show_mode("the bit is kept", "afile");
	show("setuid", chmod("agroup", 04755));
	show_mode("the bit is kept", "agroup");
	show("sticky file", chmod("afile", 01644));
	show_mode("own file", "afile");
	show("own dir, foreign group, setgid", chmod("adir", 02755));
	show_mode("own dir", "adir");
	show("foreign, by descriptor", fchmod(xopen("rootfile", O_RDONLY, 0), 0777));
}

static void as_a_in_group_b(void *arg)
{
	gid_t group = GROUP_B;

	(void)arg;
	must(setgroups(1, &group));
	must(setresgid(GROUP_A, GROUP_A, GROUP_A));
	must(setresuid(USER_A, USER_A, USER_A));
	show("setgid with a supplementary group", chmod("agroup", 02755));
	show_mode("the bit is kept", "agroup");
}

int main(void)
{
	umask(022);
	if (geteuid() != 0) {
		show("/", chmod("/", 0755));
		show("/dev/null", chmod("/dev/null", 0666));
		return 0;
	}
	xchmod(".", 0755);
	write_file("rootfile", "x");
	write_file("afile", "x");
	xchown("afile", USER_A, GROUP_A);
	write_file("agroup", "x");
	xchown("agroup", USER_A, GROUP_B);
	xmkdir("adir", 0755);
	xchown("adir", USER_A, GROUP_B);
	as_user(USER_A, GROUP_A, as_a, NULL);
	if (xfork() == 0) {
		as_a_in_group_b(NULL);
		_exit(0);
	}
	xwait(-1);
	show("root, foreign group, setgid", chmod("agroup", 02755));
	show_mode("the bit is kept", "agroup");
	return 0;
}
