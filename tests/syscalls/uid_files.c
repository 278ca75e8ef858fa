/*
 * tests/syscalls/uid_files.c - permission checks for files after giving up root: owner, group and
 * other bits, directories, sticky bit; access(2) takes the real uid. Root only.
 */
#include "check.h"
#include <grp.h>

static void make(const char *name, int mode, uid_t uid, gid_t gid)
{
	write_file(name, "x");
	if (chown(name, uid, gid) < 0 || chmod(name, mode) < 0)
		die("%s", name);
}

static void try(const char *name)
{
	int r = open(name, O_RDONLY), w = open(name, O_WRONLY);

	say("%s: read %s write %s", name, r < 0 ? "no" : "yes", w < 0 ? "no" : "yes");
	close(r);
	close(w);
}

static int user(void *arg)
{
	(void)arg;
	if (setgroups(0, NULL) < 0 || setgid(500) < 0 || setuid(1000) < 0)
		return 1;
	try("owner_rw");
	try("owner_none");
	try("group_r");
	try("group_none");
	try("other_w");
	try("other_none");
	show_fd("below a directory without x", open("closed/f", O_RDONLY));
	show_fd("below a directory without r", open("blind/f", O_RDONLY));
	show_fd("list that", open("blind", O_RDONLY));
	show("create in the directory of another", mkdir("blind/d", 0700));
	show("unlink in a sticky directory", unlink("sticky/other"));
	show("rename there", rename("sticky/other", "sticky/x"));
	show("unlink of the own file there", unlink("sticky/own"));
	show("chmod of another's", chmod("group_r", 0777));
	show("chmod of the own", chmod("owner_none", 0600));
	show("chown of the own", chown("owner_rw", 2000, -1));
	show("chgrp to the own group", chown("owner_rw", -1, 500));
	show("chgrp to another group", chown("owner_rw", -1, 600));
	return 0;
}

static int access_real(void *arg)
{
	(void)arg;
	if (setgroups(0, NULL) < 0 || setresgid(500, 0, 0) < 0 || setresuid(1000, 0, 0) < 0)
		return 1;
	show("access", access("other_none", R_OK));
	show("faccessat AT_EACCESS", faccessat(AT_FDCWD, "other_none", R_OK, AT_EACCESS));
	show_fd("open", open("other_none", O_RDONLY));
	return 0;
}

int main(void)
{
	if (geteuid() != 0)
		return 0;
	chmod(".", 0755);
	make("owner_rw", 0600, 1000, 0);
	make("owner_none", 0077, 1000, 0);
	make("group_r", 0040, 0, 500);
	make("group_none", 0606, 0, 500);
	make("other_w", 0602, 0, 0);
	make("other_none", 0660, 0, 0);
	mkdir("closed", 0755);
	make("closed/f", 0666, 0, 0);
	chmod("closed", 0766);
	mkdir("blind", 0755);
	make("blind/f", 0666, 0, 0);
	chmod("blind", 0711);
	mkdir("sticky", 0777);
	chmod("sticky", 01777);
	make("sticky/other", 0666, 2000, 0);
	make("sticky/own", 0666, 1000, 0);
	show_status("user", run_child(user, NULL));
	show_status("real uid", run_child(access_real, NULL));
	return 0;
}
