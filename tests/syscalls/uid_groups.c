/*
 * tests/syscalls/uid_groups.c - getgroups(2), setgroups(2): counts, order, errors, inheritance, and
 * access to files by group. Root only but for the errors.
 */
#include "check.h"
#include <grp.h>

static int as_user(void *arg)
{
	(void)arg;
	if (setgid(1000) < 0 || setuid(1000) < 0)
		return 1;
	show_fd("file of a group of ours", open("g300", O_RDONLY));
	show_fd("file of another group", open("g400", O_RDONLY));
	return 0;
}

int main(void)
{
	gid_t in[] = {300, 100, 200, 100}, out[32];
	static gid_t many[70000];
	int n;

	show_true("getgroups(0)", getgroups(0, NULL) >= 0);
	show("negative size", raw(SYS_getgroups, -1, out));
	show("setgroups too many", setgroups(65537, many));
	if (geteuid() != 0)
		return 0;
	show("setgroups", setgroups(4, in));
	show("getgroups(0)", getgroups(0, NULL));
	show("getgroups", n = getgroups(32, out));
	for (int i = 0; i < n; i++)
		show_val("group", out[i]);
	show("too small", getgroups(2, out));
	show("exact", getgroups(4, out));
	show("bad pointer", getgroups(4, BAD_PTR));
	show("setgroups, bad pointer", setgroups(4, BAD_PTR));
	show("setgroups, negative", raw(SYS_setgroups, -1, in));
	in[0] = -1;
	show("setgroups, group -1", setgroups(1, in));
	chmod(".", 0755);
	write_file("g300", "x");
	write_file("g400", "x");
	if (chown("g300", 0, 300) < 0 || chown("g400", 0, 400) < 0 || chmod("g300", 0640) < 0 ||
	    chmod("g400", 0640) < 0)
		die("chown");
	show_status("user", run_child(as_user, NULL));
	show("setgroups none", setgroups(0, NULL));
	show("getgroups", getgroups(32, out));
	show_status("user", run_child(as_user, NULL));
	return 0;
}
