/* tests/syscalls/rename_perms.c - rename(2) and others: what a sticky directory protects. */
#include "fs_check.h"

static void as_b(void *arg)
{
	(void)arg;
	umask(022);
	say("user b in a directory without the sticky bit:");
	show("  rename", rename("open/a1", "open/a1x"));
	show("  unlink", unlink("open/a2"));
	show("  rmdir", rmdir("open/adir"));
	say("in a sticky one:");
	show("  rename another's file", rename("sticky/a1", "sticky/x"));
	show("  unlink another's file", unlink("sticky/a1"));
	show("  rmdir another's directory", rmdir("sticky/adir"));
	show("  make a file", creat("sticky/b1", 0644) >= 0 ? 0 : -1);
	show("  rename it", rename("sticky/b1", "sticky/b2"));
	show("  rename it over another's", rename("sticky/b2", "sticky/a1"));
	show("  another's over it", rename("sticky/a1", "sticky/b2"));
	show("  exchange",
	     renameat2(AT_FDCWD, "sticky/a1", AT_FDCWD, "sticky/b2", RENAME_EXCHANGE));
	show("  out of it", rename("sticky/a1", "open/a1"));
	show("  its own out of it", rename("sticky/b2", "open/b2"));
	say("in a directory of its own with the sticky bit:");
	show("  unlink another's file", unlink("bsticky/a1"));
	say("in a directory without write permission:");
	show("  rename", rename("closed/a1", "closed/x"));
	show("  unlink", unlink("closed/a1"));
	show("  unlink a missing file", unlink("closed/missing"));
	show("  rename out of it", rename("closed/a1", "open/a9"));
	show("  rename into it", rename("open/b2", "closed/x"));
	show("  mkdir", mkdir("closed/d", 0755));
	show("  mkdir of an existing one", mkdir("closed/adir", 0755));
}

static void make(const char *dir, uid_t owner, mode_t mode)
{
	char path[64];

	xmkdir(dir, 0755);
	snprintf(path, sizeof(path), "%s/a1", dir);
	write_file(path, "x");
	xchown(path, USER_A, GROUP_A);
	snprintf(path, sizeof(path), "%s/a2", dir);
	write_file(path, "x");
	xchown(path, USER_A, GROUP_A);
	snprintf(path, sizeof(path), "%s/adir", dir);
	xmkdir(path, 0755);
	xchown(path, USER_A, GROUP_A);
	xchown(dir, owner, owner);
	xchmod(dir, mode);
}

int main(void)
{
	if (geteuid() != 0) {
		say("needs root");
		return 0;
	}
	umask(022);
	make("open", 0, 0777);
	make("sticky", 0, 01777);
	make("bsticky", USER_B, 01755);
	make("closed", 0, 0755);
	as_user(USER_B, GROUP_B, as_b, NULL);
	show("root unlinks in the sticky one", unlink("sticky/a2"));
	return 0;
}
